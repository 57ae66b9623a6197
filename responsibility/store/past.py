"""What lists and items said before an act changed them: kept in its entry, so that the past can be read as it was.

Items, occurrences and lists are ordinary rows, no projection; reading the past takes back, newest first, what later
entries say they changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from responsibility.core.undo import Image, Key, reversal
from responsibility.store.images import put_back, written
from responsibility.store.rows import assignment, item, ledger, occurrence, work_list

_TABLES = {"item": item, "occurrence": occurrence, "work_list": work_list}
_SOME = 500


def of_items(connection: Connection, codes: Sequence[str]) -> Image:
    """These items and their occurrences as they stand."""
    found: dict[Key, dict[str, Any]] = {}
    for at in range(0, len(codes), _SOME):
        mine = item.c.code.in_(list(codes[at : at + _SOME]))
        found |= _rows(connection, item, mine)
        found |= _rows(connection, occurrence, occurrence.c.item_id.in_(select(item.c.id).where(mine)))
    return found


def of_list(connection: Connection, code: str) -> Image:
    """A list and its items as they stand."""
    mine = select(work_list.c.id).where(work_list.c.code == code)
    return _rows(connection, work_list, work_list.c.code == code) | _rows(connection, item, item.c.list_id.in_(mine))


def newest_item(connection: Connection) -> int:
    """The id of the newest item; what an entry adds has a higher one."""
    return connection.scalar(select(func.max(item.c.id))) or 0


def was(before: Image, after: Image) -> dict[str, Any]:
    """What an entry holds of it: the columns that differ as they were."""
    kept = {key: row for key, row in after.items() if key in before}
    back = written(reversal(before, kept))
    return {"was": back} if back else {}


def unwind(connection: Connection, until: int) -> None:
    """Bring lists and items back to what they said right after entry `until`; inside a transaction that is undone."""
    values = ledger.c["values"]
    changed = ledger.c.act.in_(_ACTS) & (ledger.c.seq > until)
    for row in connection.execute(select(values).where(changed).order_by(ledger.c.seq.desc())).all():
        for one in row[0].get("was", ()):
            put_back(connection, _TABLES[one["table"]], one)
        if "items_after" in row[0]:
            connection.execute(delete(item).where(item.c.id > row[0]["items_after"]))
    laid = select(assignment.c.occurrence_id).where(
        assignment.c.occurrence_id == occurrence.c.id, assignment.c.state != "draft"
    )
    connection.execute(delete(occurrence).where(~laid.exists()))


#: The acts that change what lists and items say.
_ACTS = (
    "calendar.import",
    "event.set",
    "item.add",
    "item.cancel",
    "item.edit",
    "list.cancel",
    "list.confirm",
    "list.import",
    "redate",
)


def _rows(connection: Connection, table: Table, which: ColumnElement[bool]) -> dict[Key, dict[str, Any]]:
    rows: Iterable[Any] = connection.execute(select(table).where(which))
    found: dict[Key, dict[str, Any]] = {}
    for row in rows:
        columns = dict(row._mapping)
        found[table.name, (("id", columns.pop("id")),)] = columns
    return found
