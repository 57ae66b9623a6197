"""Occurrences of which nothing is open any more: what closed of each is counted once, and read as one row.

A projection of the ledger: `note` and `forget` are for the appliers alone. A row goes as soon as any assignment of its
occurrence that was closed or cancelled is anything else; a trigger of the database sees to that, whoever writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, insert, or_, select

from responsibility.store.rows import assignment, finished, occurrence

#: The states in which an assignment has come to its end.
OVER = ("closed", "cancelled")
#: Blocks of assignments asked about at once.
_SOME = 100


@dataclass(frozen=True, slots=True)
class Closed:
    """`n` closed assignments of one occurrence that are counted together."""

    tier: str
    unit: str
    #: None where the work is done, and for units.
    post: str | None
    works: bool
    n: int


def note(connection: Connection, which: ColumnElement[bool]) -> None:
    """Count the occurrences of these assignments that have nothing open (drafts are open)."""
    touched = select(assignment.c.occurrence_id).where(which).distinct()
    for occurrence_id in connection.execute(touched).scalars().all():
        if not _anything_open(connection, occurrence_id):
            connection.execute(delete(finished).where(finished.c.occurrence_id == occurrence_id))
            connection.execute(
                insert(finished).values(occurrence_id=occurrence_id, closed=_counted(connection, occurrence_id))
            )


def note_blocks(connection: Connection, blocks: Sequence[Sequence[int]]) -> None:
    """As `note`, of assignments from a first id to a last."""
    for at in range(0, len(blocks), _SOME):
        some = blocks[at : at + _SOME]
        note(connection, or_(*(assignment.c.id.between(first, last) for first, last in some)))


def forget(connection: Connection, which: ColumnElement[bool]) -> None:
    """Something new was laid: the occurrences of these assignments are not finished."""
    laid = select(assignment.c.occurrence_id).where(which)
    connection.execute(delete(finished).where(finished.c.occurrence_id.in_(laid)))


def reset(connection: Connection) -> None:
    """Back to before the first act."""
    connection.execute(delete(finished))


def unfinished() -> Select[Any]:
    """The occurrences whose assignments have to be counted one by one."""
    known = select(finished.c.occurrence_id).where(finished.c.occurrence_id == occurrence.c.id)
    return select(occurrence.c.id).where(~known.exists())


def every(connection: Connection) -> list[Row[Any]]:
    """(item id, what closed, as `closed` reads it) of every finished occurrence; equal where they are alike."""
    query = select(occurrence.c.item_id, finished.c.closed)
    return list(connection.execute(query.join(occurrence, occurrence.c.id == finished.c.occurrence_id)).all())


def closed(written: str) -> list[Closed]:
    """What closed of an occurrence, by tier, unit and post."""
    return [Closed(tier, unit, post or None, works, n) for tier, unit, post, works, n in json.loads(written)]


def miscounted(connection: Connection) -> int:
    """How many finished occurrences are not what counting their assignments says."""
    known = dict(connection.execute(select(finished.c.occurrence_id, finished.c.closed)).tuples().all())
    here = assignment.c.occurrence_id.in_(select(finished.c.occurrence_id))
    still = select(assignment.c.occurrence_id).where(here, assignment.c.state.not_in(OVER)).distinct()
    open_ = set(connection.execute(still).scalars())
    rows = sorted(connection.execute(_alike(here)).tuples())
    counted = {id_: _written(row[1:] for row in some) for id_, some in groupby(rows, itemgetter(0))}
    return sum(id_ in open_ or closed_ != counted.get(id_, "[]") for id_, closed_ in known.items())


def _anything_open(connection: Connection, occurrence_id: int) -> bool:
    """Those above are few, and close last: most of the time one of them is the answer."""
    a = assignment.c
    open_ = select(a.id).where(a.occurrence_id == occurrence_id, a.state.not_in(OVER)).limit(1)
    return any(connection.scalar(open_.where(which)) is not None for which in (~a.works, a.works))


def _counted(connection: Connection, occurrence_id: int) -> str:
    return _written(row[1:] for row in connection.execute(_alike(assignment.c.occurrence_id == occurrence_id)))


def _alike(which: ColumnElement[bool]) -> Select[Any]:
    """(occurrence, tier, unit, post, works, how many) of what closed."""
    a = assignment.c
    post = case((a.works, ""), else_=func.coalesce(a.post, "")).label("whom")
    alike = select(a.occurrence_id, a.tier, a.unit, post, a.works).where(which, a.state == "closed").subquery()
    return select(*alike.c, func.count()).group_by(*alike.c)


def _written(rows: Iterable[Sequence[Any]]) -> str:
    return json.dumps(sorted(map(tuple, rows)), ensure_ascii=False, separators=(",", ":"))
