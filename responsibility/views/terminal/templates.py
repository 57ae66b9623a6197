"""Templates: which there are, and a message as it would go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.views.terminal.marks import table_of

_FILLED = {
    "now": "现在巡查会发出的一份",
    "newest": "现在没有要发的，用最近告知过、仍然属实的一份",
    "post": "这个岗位现在没有办结的",
    "sample": "没有真实的内容可用，用样例",
}


def templates(rows: Sequence[Any]) -> RenderableType:
    """Each template, whose it is and whether it holds."""
    table = table_of()
    table.add_column("模板", no_wrap=True)
    table.add_column("写什么", no_wrap=True)
    table.add_column("渠道", no_wrap=True)
    table.add_column("来自", no_wrap=True)
    table.add_column("情况", ratio=1)
    for row in rows:
        how = row.fault or ("正常" if row.used else "没有用处：没有叫这个名字的消息、文书或渠道")
        whose = "本单位" if row.own else "自带"
        table.add_row(
            row.file, row.what, row.channel or "全部", whose, Text(how, style="bold red" if row.fault else "")
        )
    hint = (
        "改写：zeren template copy 模板名，再改 config/templates 里的文件（.docx 在 documents 里，用 Word 改）。"
        "看效果：zeren template preview"
    )
    return Stack(table, Text(hint, style="dim"))


def previewed(shown: Any, page: Path | None) -> str:
    """A message with what it was written with; unwrapped, as it goes out."""
    said = shown.said
    lines = [
        f"── 致 {shown.to}，渠道 {shown.channel}：{_FILLED[shown.filled]} ──",
        f"标题：{said.title}",
        "",
        said.text,
    ]
    lines += [f"模板：{'、'.join(shown.used)}", *said.faults]
    return "\n".join([*lines, f"网页样式已存为 {page}"] if page is not None else lines)
