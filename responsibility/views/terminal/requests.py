"""Extensions: what was asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.views.terminal.marks import day, table_of

if TYPE_CHECKING:
    from responsibility.core.summary import ExtensionLine

_STATUS = {"open": "待答复", "approved": "已同意", "rejected": "不同意"}


def extensions(rows: Sequence[ExtensionLine], whom: str | None = None) -> RenderableType:
    """Requests, oldest first, with who has to answer next; `whom`: those that wait for this post."""
    if not rows:
        return Text(f"没有等{f' {whom} ' if whom else '待'}答复的延期申请。全部申请：zeren extension list --all")
    table = table_of(f"延期申请 {len(rows)} 项")
    table.add_column("任务", no_wrap=True)
    table.add_column("现时限", no_wrap=True)
    table.add_column("延到", no_wrap=True)
    table.add_column("原因与进展", ratio=1)
    table.add_column("申请", no_wrap=True)
    table.add_column("答复", no_wrap=True)
    for row in rows:
        said = "；".join(filter(None, [row.reason, row.progress and f"进展：{row.progress}"]))
        answer = f"等{row.waits_for}\n{answer_as(row.answer_as)}" if row.waits_for else _STATUS[row.status]
        answer += "（逾期后）" if row.late else ""
        said += f"；答复：{row.answer}" if row.answer else ""
        table.add_row(row.code, day(row.due_on), day(row.to_on), said, row.asked_by, answer)
    waiting = next((row for row in rows if row.waits_for), None)
    if waiting is None:
        return table
    which = waiting.code + (f" --as {waiting.answer_as[0]}" if waiting.answer_as else "")
    hint = f"同意：zeren extension approve {which}\n不同意：zeren extension reject {which} --reason 原因"
    return Stack(table, Text(hint, style="dim"))


def answer_as(posts: Sequence[str]) -> str:
    """With which posts a request is answered."""
    return f"--as {'、'.join(posts)}" if posts else "（没有人在任）"


def extensions_waiting(n: int) -> str:
    """One line on requests that nobody has answered yet."""
    return f"延期申请 {n} 项等着答复，各等谁：zeren extension list"


def extension_decided(done: Any) -> str:
    """One answer."""
    who = f"{done.actor} 代 {done.on_behalf_of}" if done.on_behalf_of else done.actor
    first = f"{done.code} {done.title}（{who}）"
    if done.status == "rejected":
        return f"不同意延期 {first}\n  时限仍为 {done.due_on}，没有改动"
    if done.status == "open":
        return f"同意延期 {first}\n  延到 {done.asked_for}，还要{done.next}同意；在此之前时限仍为 {done.due_on}"
    return (
        f"同意延期 {first}\n  时限改为 {done.due_on}（第 {done.extensions} 次延期），按新时限重新计时，原时限留作考核"
    )
