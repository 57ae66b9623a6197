"""Documents that were made, and calendar feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.views.terminal.marks import table_of

#: So many units are named.
_NAMED = 8
_FILE = {"kept": "", "edited": "改过", "gone": "文件不在了"}


def made(one: Any, copies: Sequence[str] = ()) -> RenderableType | str:
    """A document that was made, is there already, or would be made."""
    if one.fields is not None:
        return _rehearsed(one)
    codes = "、".join(one.assignments[:_NAMED])
    codes += f" 等 {len(one.assignments)} 项" if len(one.assignments) > _NAMED else ""
    rung = f"【{one.rung_name}】" if one.rung_name else ""
    if one.new:
        lines = [f"已生成 {one.number}：{one.path}", f"  {one.item} {one.title}{rung}：{codes}"]
    else:
        lines = [
            f"{one.item} 在这一档{rung}已经有 {one.number}：{one.path}",
            f"  没有再出；要另出一份新的编号：加 --again（{codes}）",
        ]
    lines += [f"  {file}" for file in copies]
    return "\n".join([*lines, *(f"  {remark}" for remark in one.remarks)])


def _rehearsed(one: Any) -> RenderableType:
    table = table_of(f"试算：{one.number}（没有写入，编号没有占用）")
    table.add_column("栏目", no_wrap=True)
    table.add_column("内容", ratio=1, overflow="fold")
    for name, value in one.fields.items():
        table.add_row(name, _worded(value))
    return Stack(table, *(Text(remark) for remark in one.remarks))


def _worded(value: Any) -> Text:
    """A field as text: a list a line each."""
    if isinstance(value, str):
        return Text(value or "（空）", style="" if value else "dim")
    lines = ["，".join(f"{name} {text}" for name, text in one.items() if text) for one in value]
    return Text("\n".join(lines) or "（没有）")


def written(documents: Sequence[Any], faults: Sequence[str]) -> str:
    """What a sweep made documents of, a line each."""
    lines = [f"已生成 {one.number}：{one.path}" for one in documents[:20]]
    lines += [f"……共 {len(documents)} 份，全部：zeren brief list"] if len(documents) > 20 else []
    lines += [f"  {remark}" for remark in dict.fromkeys(remark for one in documents for remark in one.remarks)]
    return "\n".join([*lines, *faults[:20]])


def registered(rows: Sequence[Any], zone: tzinfo) -> RenderableType:
    """The register of documents."""
    if not rows:
        return Text("还没有出过公文。出一份：zeren brief notice 编号")
    table = table_of(f"公文 {len(rows)} 份")
    for heading in ("文号", "日期", "事项"):
        table.add_column(heading, no_wrap=True)
    table.add_column("任务名称", ratio=1, overflow="fold")
    table.add_column("任务", justify="right", no_wrap=True)
    table.add_column("文件", no_wrap=True)
    for row in rows:
        on = row.made_at.astimezone(zone).date()
        table.add_row(row.number, str(on), row.item, row.title, str(len(row.assignments)), _FILE[row.file])
    return Stack(table, Text(f"文件在 {rows[-1].path.rpartition('/')[0]}/", style="dim"))


def fed(rows: Sequence[Any]) -> str:
    """The calendar files that were written."""
    lines = [f"{row.name}：{row.file}（日程 {row.events} 个{_changes(row)}）" for row in rows[:_NAMED]]
    lines += [f"……共 {len(rows)} 个文件"] if len(rows) > _NAMED else []
    return "\n".join(
        [*lines, "导入手机、电脑的日历即可；以后再导出一次，改期和办结的随之更新。文件含内部事项，不要外传。"]
    )


def _changes(row: Any) -> str:
    parts = (("新增", row.new), ("改动", row.changed), ("取消", row.cancelled))
    said = "、".join(f"{word} {n}" for word, n in parts if n)
    return f"，{said}" if said else "，没有变化"
