"""Events that deadlines are bound to."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.summary import BoundItem, EventLine, EventSet
from responsibility.views.terminal.marks import day, table_of


def events(rows: Sequence[EventLine]) -> RenderableType:
    """Every event with its day and what is bound to it."""
    if not rows:
        return Text("没有时限取决于事件的事项（会后7日内、进驻前十日这一类）")
    table = table_of(f"事件 {len(rows)} 个")
    table.add_column("事件", max_width=20)
    table.add_column("哪一天", no_wrap=True)
    table.add_column("事项", no_wrap=True)
    table.add_column("时限（原文）", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("到期", no_wrap=True)
    for row in rows:
        on = Text(day(row.on)) if row.on else Text("未定", style="yellow")
        if not row.items:
            table.add_row(row.name, on, "-", "", "")
        for at, item in enumerate(row.items):
            head = (row.name, on) if at == 0 else ("", "")
            table.add_row(*head, item.code, item.phrase.replace("\n", " "), _due(item))
    unset = next((row.name for row in rows if row.on is None), None)
    return Stack(table, Text(f"定下日期：zeren event set {unset} 2023-10-20", style="dim")) if unset else table


def event_set(done: EventSet) -> str:
    """What a day fixed or moved has changed."""
    if done.before == done.on:
        return f"“{done.name}”本来就定在 {done.on}，没有改动\n查看：zeren event list"
    head = f"“{done.name}”由 {done.before} 改到 {done.on}" if done.before else f"“{done.name}”定在 {done.on}"
    lines = [f"{head}，关系到 {len(done.items)} 项："]
    lines += [f"  {item.code} {item.phrase.strip()} → {_said(item)}" for item in done.items]
    if done.redated:
        lines.append(f"  已交办的 {len(done.redated)} 项按新时限重新计时：{'、'.join(done.redated[:10])}")
    asked = next((item for item in done.items if item.needs_confirmation), None)
    if asked:
        answer = "--reading 1" if asked.readings else "--due 2023-12-31"
        lines.append(f"还要确认：zeren list confirm {asked.code} {answer}")
    return "\n".join([*lines, "下一步：zeren assign" if done.ready else f"查看：zeren show {done.items[0].code}"])


def _said(item: BoundItem) -> str:
    return f"{item.because}" if item.needs_confirmation else f"{item.due_on} 到期"


def _due(item: BoundItem) -> Text:
    return Text("待确认", style="yellow") if item.needs_confirmation else Text(day(item.due_on))
