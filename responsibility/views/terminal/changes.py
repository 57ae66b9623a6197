"""A list against its new version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from responsibility.core.summary import FIELDS, Change, Difference, FieldChange, ItemCancelled
from responsibility.views.terminal.marks import table_of

_WORDS = {Change.NEW: ("新增", "green"), Change.CHANGED: ("变动", "yellow"), Change.REMOVED: ("不再列出", "red")}
#: So many items of one kind are shown; --json has them all.
SHOWN = 60
#: What is told of a new item.
_NEWS = ("title", "due_on", "lead")


def differences(rows: Sequence[Difference]) -> RenderableType:
    """Which item changes, in what, from what to what."""
    table = table_of("与现有清单的差异")
    table.add_column("编号", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("哪一处", no_wrap=True)
    table.add_column("原来", ratio=1)
    table.add_column("现在", ratio=1)
    hidden = 0
    for change in Change:
        some = [row for row in rows if row.change is change]
        hidden += len(some[SHOWN:])
        for row in some[:SHOWN]:
            _rows(table, row)
    more = [Text(f"还有 {hidden} 项没有显示，全部：加 --json", style="dim")] if hidden else []
    return Stack(table, *more)


def _rows(table: Table, row: Difference) -> None:
    word, style = _WORDS[row.change]
    head: tuple[str | Text, str | Text] = (row.code, Text(word, style=style))
    if row.change is Change.REMOVED:
        table.add_row(*head, "", row.title, f"{row.open} 项任务还开着" if row.open else "没有开着的任务")
        return
    for one in _told(row):
        table.add_row(*head, FIELDS[one.field], _short(one.before), _short(one.after))
        head = "", ""


def _told(row: Difference) -> Iterable[FieldChange]:
    return row.fields if row.change is Change.CHANGED else [one for one in row.fields if one.field in _NEWS]


def _short(text: str, most: int = 80) -> str:
    line = " ".join(text.split()) or "-"
    return line if len(line) <= most else f"{line[:most]}……"


def item_cancelled(done: ItemCancelled) -> str:
    """An item taken back, or what that would mean."""
    what = f"{done.code}“{done.title}”"
    if done.dry_run:
        return (
            f"试算：撤销 {what}，会撤销未销号的任务 {done.cancelled} 项，已销号的 {done.closed} 项不变\n"
            f"什么都没有写入；确定撤销：zeren item cancel {done.code}"
        )
    return (
        f"已撤销 {what}：未销号的任务 {done.cancelled} 项撤销、不再计时，已销号的 {done.closed} 项不变\n"
        f"留痕：zeren log {done.code}"
    )
