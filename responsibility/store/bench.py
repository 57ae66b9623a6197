"""The past of a few assignments, replayed from the ledger beside the database: nobody waits, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from responsibility.store import projection
from responsibility.store.engine import open_engine
from responsibility.store.ledger import Entry, entry_of
from responsibility.store.rows import assignment, described, item, ledger, ledger_ref, occurrence, policy


@contextmanager
def bench(connection: Connection, ids: Sequence[int], occurrence_id: int) -> Iterator[Connection]:
    """A database in memory with these assignments of one occurrence as they were before the first act."""
    engine = open_engine("sqlite://")
    with engine.begin() as beside:
        described().create_all(beside)
        laid = list(connection.execute(select(assignment).where(assignment.c.id.in_(list(ids)))))
        _copy(beside, assignment, laid)
        _copy(beside, policy, connection.execute(select(policy)))
        _copy(beside, occurrence, connection.execute(select(occurrence).where(occurrence.c.id == occurrence_id)))
        _copy(beside, item, connection.execute(select(item).where(item.c.id == laid[0].item_id)))
        projection.reset(beside)
        yield beside
    engine.dispose()


def _copy(beside: Connection, table: Table, rows: Any) -> None:
    values = [dict(row._mapping) for row in rows]
    if values:
        beside.execute(insert(table), values)


def replay(beside: Connection, entry: Entry) -> None:
    """Bring the bench up to one more entry."""
    projection.apply(beside, entry.seq, entry.at, entry.act, entry.codes, entry.values)


def entries_moving(connection: Connection, occurrence_id: int, codes: Sequence[str]) -> Iterator[Entry]:
    """Every entry that may have moved one of these assignments of an occurrence, oldest first.

    Those about single assignments of the occurrence where they name one of `codes`, and those about sets.
    """
    family = select(assignment.c.id).where(assignment.c.occurrence_id == occurrence_id)
    about = select(ledger_ref.c.seq).where(ledger_ref.c.assignment_id.in_(family))
    single = select(ledger_ref.c.seq).where(ledger_ref.c.seq == ledger.c.seq).exists()
    known = frozenset(codes)
    query = select(ledger, single.label("single")).where(
        ledger.c.act.in_(projection.ACTS), ledger.c.seq.in_(about) | ~single
    )
    for row in connection.execute(query.order_by(ledger.c.seq)):
        if not row.single or _names((row.codes, row._mapping["values"]), known):
            yield entry_of(row)


def acts_since(connection: Connection, assignment_id: int, seq: int) -> list[Entry]:
    """What was done to an assignment by itself after an entry, oldest first."""
    about = select(ledger_ref.c.seq).where(ledger_ref.c.assignment_id == assignment_id, ledger_ref.c.seq > seq)
    rows = connection.execute(select(ledger).where(ledger.c.seq.in_(about)).order_by(ledger.c.seq))
    return [entry_of(row) for row in rows]


def _names(value: Any, known: frozenset[str]) -> bool:
    """Whether any of the codes stands anywhere in an entry."""
    if isinstance(value, str):
        return value in known
    if isinstance(value, Mapping):
        return any(_names(part, known) for pair in value.items() for part in pair)
    return isinstance(value, Sequence) and any(_names(part, known) for part in value)
