"""A year's holidays, and what a holiday notice moved."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.escalation import CLOCK_NAMES, kind_of
from responsibility.core.summary import CalendarImported, CalendarYear
from responsibility.views.terminal.marks import table_of

_WEEKDAYS = "一二三四五六日"


def calendar_year(found: CalendarYear) -> RenderableType:
    """The days off and the make-up days of a year, in rows of days that follow each other."""
    if not found.announced:
        return Text(
            f"{found.year} 年的放假安排还不在日历里，工作日只按周末推算，算出的日期是暂定的\n"
            "通知公布后：zeren calendar import 放假通知.txt"
        )
    table = table_of(f"{found.year} 年放假和调休上班（已公布）")
    table.add_column("日期", no_wrap=True)
    table.add_column("安排", no_wrap=True)
    table.add_column("天数", justify="right", no_wrap=True)
    table.add_column("名称", ratio=1)
    for run in found.runs:
        days = _day(run.first) if run.first == run.last else f"{_day(run.first)}—{_day(run.last)}"
        table.add_row(days, "放假" if run.off else "上班", str(run.days), run.name)
    return table


def calendar_imported(done: CalendarImported, zone: tzinfo) -> RenderableType:
    """The notice as taken in, and everything it moved."""
    parts: list[RenderableType] = [calendar_year(done.year)]
    if done.items:
        table = table_of(f"时限变动 {len(done.items)} 项")
        for name in ("编号", "重点工作", "原来", "现在", ""):
            table.add_column(name, ratio=1 if name == "重点工作" else None, no_wrap=True, overflow="ellipsis")
        for item in done.items:
            told = "已交办，重新计时" if item.redated else ""
            table.add_row(item.code, item.title, str(item.before), str(item.after), told)
        parts.append(table)
    if done.clocks:
        table = table_of(f"提醒时间变动：{sum(one.count for one in done.clocks)} 个时钟")
        for name in ("时钟", "到期", "下一次提醒 原来", "现在", "几个"):
            table.add_column(name, justify="right" if name == "几个" else "left", no_wrap=True)
        for one in done.clocks:
            due = str(one.due_after) if one.due_before == one.due_after else f"{one.due_before} → {one.due_after}"
            moments = (_moment(one.next_before, zone), _moment(one.next_after, zone))
            table.add_row(CLOCK_NAMES[kind_of(one.clock)], due, *moments, str(one.count))
        parts.append(table)
    if not (done.items or done.clocks):
        parts.append(Text("已有的时限和提醒时间都不变"))
    last = "已写入 config/calendar.yaml" if done.written else "试算：什么都没有写入；写入：去掉 --dry-run 再来一次"
    return Stack(*parts, Text(last))


def _day(day: date) -> str:
    return f"{day:%m-%d}（周{_WEEKDAYS[day.weekday()]}）"


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else "-"
