"""The register of documents, and what is known of the cases they speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from responsibility.store.ledger import undone
from responsibility.store.rows import (
    assignment,
    clock,
    document,
    document_case,
    item,
    ledger,
    ledger_ref,
    meta,
    notice,
    occurrence,
)

#: The key in `meta` of the last sweep whose documents were all made.
_MADE_TO = "documents.seq"
#: How many ids one query names.
_SOME = 500


@dataclass(frozen=True, slots=True)
class CaseKey:
    """One assignment on one rung of one arming of a clock; what a document of a kind is made of once."""

    assignment_id: int
    clock: str
    arming: int
    rung: str


def next_number(connection: Connection, kind_name: str, year: int) -> int:
    """The number the next document of that name gets; nobody else writes meanwhile."""
    d = document.c
    return int(connection.scalar(select(func.max(d.number)).where(d.kind_name == kind_name, d.year == year)) or 0) + 1


def enter(connection: Connection, row: Mapping[str, Any], cases: Sequence[CaseKey]) -> int:
    """Write a document and what it speaks of into the register; returns its id."""
    made = connection.execute(insert(document).values(**row)).inserted_primary_key
    assert made is not None
    before = _times(connection, str(row["kind"]), cases)
    rows = [
        {
            "assignment_id": case.assignment_id,
            "clock": case.clock,
            "arming": case.arming,
            "rung": case.rung,
            "kind": row["kind"],
            "again": before.get(case, 0),
            "document_id": made[0],
        }
        for case in cases
    ]
    connection.execute(insert(document_case), rows)
    return int(made[0])


def _times(connection: Connection, kind: str, cases: Sequence[CaseKey]) -> dict[CaseKey, int]:
    """Case → how many documents of the kind it had."""
    return {case: len(ids) for case, ids in _documents_of(connection, kind, cases).items()}


def _documents_of(connection: Connection, kind: str, cases: Sequence[CaseKey]) -> dict[CaseKey, list[int]]:
    c = document_case.c
    wanted, found = set(cases), dict[CaseKey, list[int]]()
    ids = sorted({case.assignment_id for case in cases})
    for start in range(0, len(ids), _SOME):
        query = select(document_case).where(c.kind == kind, c.assignment_id.in_(ids[start : start + _SOME]))
        for row in connection.execute(query.order_by(c.document_id)):
            case = CaseKey(row.assignment_id, row.clock, row.arming, row.rung)
            if case in wanted:
                found.setdefault(case, []).append(row.document_id)
    return found


def covered(connection: Connection, kind: str, cases: Sequence[CaseKey]) -> set[CaseKey]:
    """Those of the cases that have a document of the kind."""
    return set(_documents_of(connection, kind, cases))


def covering(connection: Connection, kind: str, cases: Sequence[CaseKey]) -> Row[Any] | None:
    """The newest document of the kind, where every case has one."""
    found = _documents_of(connection, kind, cases)
    if not cases or len(found) < len(set(cases)):
        return None
    newest = max(ids[-1] for ids in found.values())
    return connection.execute(select(document).where(document.c.id == newest)).first()


def register(connection: Connection, year: int | None = None) -> list[Row[Any]]:
    """Every document with the code of its item, in the order of their making."""
    query = (
        select(document, item.c.code.label("item_code"))
        .join(occurrence, occurrence.c.id == document.c.occurrence_id)
        .join(item, item.c.id == occurrence.c.item_id)
        .order_by(document.c.id)
    )
    if year is not None:
        query = query.where(document.c.year == year)
    return list(connection.execute(query))


def assignments_of(connection: Connection, document_ids: Sequence[int]) -> dict[int, list[str]]:
    """Document → the codes of the assignments it speaks of."""
    c = document_case.c
    found: dict[int, list[str]] = {}
    for start in range(0, len(document_ids), _SOME):
        query = (
            select(c.document_id, assignment.c.code)
            .join(assignment, assignment.c.id == c.assignment_id)
            .where(c.document_id.in_(list(document_ids[start : start + _SOME])))
            .order_by(assignment.c.id)
        )
        for row in connection.execute(query):
            found.setdefault(row.document_id, []).append(row.code)
    return found


def told_before(connection: Connection, occurrence_id: int, units: Sequence[str]) -> list[Row[Any]]:
    """Who was told of an occurrence's cases in these units: (at, clock, rung, recipient, nth, policy), oldest first."""
    n, a = notice.c, assignment.c
    query = (
        select(
            ledger.c.at,
            n.seq,
            n.clock,
            n.rung,
            n.recipient,
            func.max(n.nth).label("nth"),
            func.max(a.policy_id).label("policy_id"),
            func.min(n.id).label("first"),
        )
        .join(assignment, a.id == n.assignment_id)
        .join(ledger, ledger.c.seq == n.seq)
        .where(a.occurrence_id == occurrence_id, a.unit.in_(list(units)), ~n.skipped)
        .group_by(ledger.c.at, n.seq, n.clock, n.rung, n.recipient)
    )
    return sorted(connection.execute(query), key=lambda row: (row.seq, row.first))


def last_reports(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Assignment → what it last reported, where it did in words."""
    r = ledger_ref.c
    found: dict[int, str] = {}
    for start in range(0, len(ids), _SOME):
        query = (
            select(r.assignment_id, ledger.c["values"])
            .join(ledger, ledger.c.seq == r.seq)
            .where(r.assignment_id.in_(list(ids[start : start + _SOME])), ledger.c.act.in_(("report", "submit")))
            .where(ledger.c.seq.not_in(undone()))
            .order_by(r.seq)
        )
        found |= {row[0]: text for row in connection.execute(query) if (text := str(row[1].get("text") or ""))}
    return found


def called_for(connection: Connection, after: int, seq: int) -> list[Row[Any]]:
    """The clocks that stand where a sweep (after `after`, up to `seq`) told of them, by sweep and assignment."""
    n, c, a = notice.c, clock.c, assignment.c
    query = (
        select(
            n.seq, n.clock, n.arming, n.rung, a.id, a.code, a.unit, a.state, a.policy_id, a.occurrence_id,
            a.milestones_done, c.rung.label("stands"), item.c.code.label("item_code"),
        )
        .join(assignment, a.id == n.assignment_id)
        .join(clock, and_(c.assignment_id == a.id, c.clock == n.clock, c.arming == n.arming))
        .join(item, item.c.id == a.item_id)
        .where(n.seq > after, n.seq <= seq, ~n.skipped)
        .distinct()
        .order_by(n.seq, a.id)
    )  # fmt: skip
    return list(connection.execute(query))


def made_to(connection: Connection) -> int | None:
    """The last sweep whose documents were all made."""
    found = connection.scalar(select(meta.c.value).where(meta.c.key == _MADE_TO))
    return int(found) if found is not None else None


def note_made_to(connection: Connection, seq: int) -> None:
    """Note that the documents of all sweeps up to `seq` are made."""
    values = {"value": str(seq)}
    if not connection.execute(update(meta).where(meta.c.key == _MADE_TO).values(**values)).rowcount:
        connection.execute(insert(meta).values(key=_MADE_TO, **values))
