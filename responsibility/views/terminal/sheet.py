"""What went out as 任务台账, what came back, and who has answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.assignment import ACTION_NAMES, STATE_NAMES, State
from responsibility.core.summary.sheet import Applied, Conflict, Exported, Imported, SheetLine, Standing, Step
from responsibility.views.terminal.marks import table_of

_ACTS = {action.value: name for action, name in ACTION_NAMES.items()} | {"extend": "申请延期"}


def exported(done: Sequence[Exported]) -> str:
    """The files that were written, and what to do with them."""
    lines = [f"已写出 {one.file}：{one.unit_name} {one.rows} 项，可填 {one.open} 项" for one in done]
    if len(lines) > 1:
        lines.append(f"共 {len(lines)} 份，任务 {sum(one.rows for one in done)} 项")
    return "\n".join(
        [*lines, "发给单位填写；收回后：zeren sheet import 文件 --dry-run；看谁答复了：zeren sheet status"]
    )


def imported(done: Imported) -> RenderableType:
    """What was taken row by row, what was not, and why."""
    acts = sum(len(row.steps) for row in done.applied)
    verb = "试算：会记下" if done.dry_run else "已记下"
    rest = [
        f"没有新内容的 {done.unchanged} 行" if done.unchanged else "",
        f"没有填的 {done.blank} 行" if done.blank else "",
        f"有冲突、没有导入的 {len(done.conflicts)} 行" if done.conflicts else "",
    ]
    head = (
        f"{done.file}：{verb} {len(done.applied)} 行、{acts} 个动作" if done.applied else f"{done.file}：没有新的答复"
    )
    parts: list[RenderableType] = [Text("；".join([head, *(part for part in rest if part)]), style="bold")]
    parts += [_applied(row) for row in done.applied]
    parts += [_conflict(row) for row in done.conflicts]
    if done.conflicts:
        parts.append(Text("冲突的行没有动：核对后用 zeren report 等命令补记，或重新导出请单位再填", style="yellow"))
    if done.dry_run:
        parts.append(Text("什么都没有写入；正式导入：去掉 --dry-run"))
    elif done.applied:
        parts.append(Text("查看：zeren status；报结的请审核：zeren close 编号，或 zeren return 编号", style="dim"))
    return Stack(*parts)


def _applied(row: Applied) -> Text:
    return Text(f"  {row.cell} {row.code} {_cut(row.title, 24)}\n      {'；'.join(_step(step) for step in row.steps)}")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}……"


def _step(step: Step) -> str:
    v = step.values
    said = [
        f"本次 {v['count']}，累计 {v['total']}" if v.get("count") is not None else "",
        f"进度 {v['percent']}%" if v.get("percent") is not None else "",
        f"至 {v['to']}" if v.get("to") else "",
        _cut(str(v.get("text") or v.get("reason") or ""), 40),
    ]
    return " ".join([_ACTS[step.act], *(part for part in said if part)])


def _conflict(row: Conflict) -> RenderableType:
    """Both sides beside each other: what the sheet was answered on, what holds here now, what the sheet says."""
    table = table_of(f"冲突 {row.cell} {row.code} {_cut(row.title, 20)}")
    for name in ("填表时", "现在", "表里填的"):
        table.add_column(name, ratio=1)
    answers = "\n".join(f"{column} {text}" for column, text in row.answers.items())
    table.add_row(_standing(row.before), _standing(row.now), answers)
    return table


def _standing(one: Standing) -> str:
    lines = [
        STATE_NAMES[State(one.state)],
        f"进度 {one.percent}%" if one.percent is not None else "",
        f"累计 {one.counted}" if one.counted else "",
        f"节点 {one.milestones_done}" if one.milestones_done else "",
        f"到期 {one.due_on}" if one.due_on else "",
        f"台账第 {one.seq} 条" if one.seq else "",
    ]
    return "\n".join(line for line in lines if line)


def progress(lines: Sequence[SheetLine], zone: tzinfo) -> RenderableType:
    """A table of units: sent when, answered when, how many rows of how many."""
    if not lines:
        return Text("没有单位有在办的任务。交办：zeren assign")
    table = table_of()
    table.add_column("单位", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("答复", no_wrap=True)
    table.add_column("导出", no_wrap=True)
    table.add_column("收到", no_wrap=True)
    table.add_column("已答/可填", justify="right", no_wrap=True)
    for line in lines:
        rows = f"{line.answered}/{line.rows}" if line.exported_at else "-"
        table.add_row(line.unit_name, _word(line), _at(line.exported_at, zone), _at(line.answered_at, zone), rows)
    sent = [line for line in lines if line.exported_at]
    waiting = [line.unit_name for line in sent if line.rows and not line.answered]
    told = f"发出 {len(sent)} 份，有答复 {sum(bool(line.answered) for line in sent)} 份"
    named = f"；还没有答复：{'、'.join(waiting[:6])}{'等' if len(waiting) > 6 else ''}" if waiting else ""
    hint = "" if sent else "；导出：zeren sheet export --all"
    return Stack(table, Text(told + named + hint, style="bold"))


def _word(line: SheetLine) -> Text:
    if line.exported_at is None:
        return Text("未导出", style="dim")
    if line.answered == 0:
        return Text("无需答复" if line.rows == 0 else "未答", style="dim" if line.rows == 0 else "yellow")
    return Text("部分", style="cyan") if line.answered < line.rows else Text("已答", style="green")


def _at(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%m-%d %H:%M") if at else "-"
