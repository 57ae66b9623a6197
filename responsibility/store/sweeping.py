"""The volume of a sweep in set-based SQL: read distinct decision keys, write notices back in sets.

A decision is made once per key (policy, clock, due date, rung) in the core; here it is applied to every clock that
stands at that key. Nothing loops over assignments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy import null as sql_null
from sqlalchemy.dialects import postgresql, sqlite

from responsibility.core.chain import OWNER
from responsibility.store.rows import assignment, clock, holding, item, notice, occurrence

_scratch = MetaData()

#: What to do with the clocks of one key: one row per rung that fires or is skipped and per recipient kind.
decision = Table(
    "sweep_decision",
    _scratch,
    Column("policy_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("rung", Integer, primary_key=True),
    Column("fires", String, primary_key=True),
    Column("tell", String, primary_key=True),
    Column("skipped", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)

#: Who is meant by a recipient kind, for one unit (and one item, where the item names its leaders; else 0).
route = Table(
    "sweep_route",
    _scratch,
    Column("case_item", Integer, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("tell", String, primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("heard_as", String, nullable=False),
    Column("instead_of", String),
    prefixes=["TEMPORARY"],
)

#: The kind under which routes stand for a member's post that nobody holds.
VACANT_MEMBER = "vacant_member"

_case_item = case((item.c.names_leaders, item.c.id), else_=0)


@dataclass(frozen=True, slots=True)
class Key:
    """Clocks in the same position share one decision."""

    policy_id: int
    clock: str
    due_on: date
    rung: int


def due_keys(connection: Connection, now: datetime) -> list[tuple[Key, int]]:
    """The distinct keys whose next moment has passed, with how many clocks stand at each."""
    c = clock.c
    query = select(c.policy_id, c.clock, c.due_on, c.rung, func.count()).where(c.next_at <= now)
    rows = connection.execute(query.group_by(c.policy_id, c.clock, c.due_on, c.rung))
    return sorted(((Key(*row[:4]), row[4]) for row in rows), key=lambda pair: str(pair[0]))


def due_cases(connection: Connection, now: datetime) -> list[tuple[int, str]]:
    """The distinct (item that names its leaders or 0, unit) among what is due."""
    query = (
        select(_case_item, assignment.c.unit)
        .select_from(clock)
        .join(assignment, assignment.c.id == clock.c.assignment_id)
        .join(item, item.c.id == assignment.c.item_id)
        .where(clock.c.next_at <= now)
        .distinct()
    )
    return sorted((row[0], row[1]) for row in connection.execute(query))


def write_notices(
    connection: Connection,
    seq: int,
    now: datetime,
    on: date,
    decisions: Sequence[Mapping[str, Any]],
    routes: Sequence[Mapping[str, Any]],
    tells: Iterable[str],
    member_tier: str | None,
) -> None:
    """Write the notices of every due clock; `tells` in rank order, so that who is owner is told as owner.

    A notice that is already there (unique by assignment, clock, arming, rung, recipient) is left as it is.
    """
    _fill(connection, decision, decisions)
    _fill(connection, route, routes)
    for tell in tells:
        if tell == OWNER and member_tier is not None:
            _insert(connection, _member_notices(seq, now, on, member_tier))
            _insert(connection, _routed_notices(seq, now, tell, VACANT_MEMBER, _vacant(on, member_tier)))
            _insert(connection, _routed_notices(seq, now, tell, tell, assignment.c.tier != member_tier))
        else:
            _insert(connection, _routed_notices(seq, now, tell, tell, literal(True)))


def _fill(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    table.drop(connection, checkfirst=True)
    table.create(connection)
    if rows:
        connection.execute(insert(table), list(rows))


_COLUMNS = (
    "seq",
    "assignment_id",
    "clock",
    "arming",
    "rung",
    "recipient",
    "tell",
    "instead_of",
    "nth",
    "skipped",
)


def _insert(connection: Connection, chosen: Select[Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(notice).from_select(_COLUMNS, chosen).on_conflict_do_nothing())


def _due(now: datetime, tell: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    c, d = clock.c, decision.c
    at_key = and_(d.policy_id == c.policy_id, d.clock == c.clock, d.due_on == c.due_on, d.rung == c.rung)
    return at_key, and_(c.next_at <= now, d.tell == tell)


def _columns(seq: int, recipient: Any, tell: Any, instead_of: Any) -> list[Any]:
    c, d = clock.c, decision.c
    earlier = notice.alias("earlier")
    told = (
        select(func.count())
        .where(
            earlier.c.assignment_id == c.assignment_id,
            earlier.c.clock == c.clock,
            earlier.c.recipient == recipient,
            ~earlier.c.skipped,
        )
        .scalar_subquery()
    )
    nth = case((d.skipped, 0), else_=told + 1)
    return [literal(seq), c.assignment_id, c.clock, c.arming, d.fires, recipient, tell, instead_of, nth, d.skipped]


def _held(on: date) -> ColumnElement[bool]:
    h = holding.c
    return (
        select(h.id)
        .where(
            h.post == assignment.c.post,
            (h.from_on.is_(None)) | (h.from_on <= on),
            (h.until_on.is_(None)) | (h.until_on >= on),
        )
        .exists()
    )


def _vacant(on: date, member_tier: str) -> ColumnElement[bool]:
    return (assignment.c.tier == member_tier) & ~_held(on)


def _member_notices(seq: int, now: datetime, on: date, member_tier: str) -> Select[Any]:
    at_key, due = _due(now, OWNER)
    a = assignment.c
    return (
        select(*_columns(seq, a.post, literal(OWNER), sql_null()))
        .select_from(clock)
        .join(decision, at_key)
        .join(assignment, a.id == clock.c.assignment_id)
        .where(due, a.tier == member_tier, _held(on))
        .order_by(a.id)
    )


def _routed_notices(seq: int, now: datetime, tell: str, via: str, which: ColumnElement[bool]) -> Select[Any]:
    at_key, due = _due(now, tell)
    a, r = assignment.c, route.c
    instead_of = a.post if via == VACANT_MEMBER else r.instead_of
    return (
        select(*_columns(seq, r.recipient, r.heard_as, instead_of))
        .select_from(clock)
        .join(decision, at_key)
        .join(assignment, a.id == clock.c.assignment_id)
        .join(item, item.c.id == a.item_id)
        .join(route, and_(r.case_item == _case_item, r.unit == a.unit, r.tell == via))
        .where(due, which)
        .order_by(a.id, r.recipient)
    )


def count_notices(connection: Connection, seq: int) -> tuple[int, int]:
    """(told, skipped) of a sweep."""
    n = notice.c
    query = select(func.count().filter(~n.skipped), func.count().filter(n.skipped)).where(n.seq == seq)
    told, skipped = connection.execute(query).one()
    return told, skipped


def notices_of(connection: Connection, seq: int, recipients: Sequence[str] | None = None) -> list[Row[Any]]:
    """The notices a sweep told (of some recipients), with their assignment, item and clock as they stand now."""
    a, c, n, i = assignment.c, clock.c, notice.c, item.c
    query = (
        select(
            notice,
            a.code,
            a.tier.label("owner_tier"),
            a.unit,
            a.post,
            a.state,
            a.occurrence_id,
            a.issued_on,
            a.due_on,
            a.due_at,
            a.percent,
            a.counted,
            a.milestones_done,
            a.submitted_late,
            a.works,
            a.policy_id,
            c.arming.label("arming_now"),
            c.due_on.label("clock_due_on"),
            c.due_at.label("clock_due_at"),
            i.id.label("item_id"),
            i.code.label("item_code"),
            i.title,
            i.target_count,
            i.deadline,
            occurrence.c.starts_on,
        )
        .join(assignment, a.id == n.assignment_id)
        .join(occurrence, occurrence.c.id == a.occurrence_id)
        .join(clock, and_(c.assignment_id == a.id, c.clock == n.clock))
        .join(item, i.id == a.item_id)
        .where(n.seq == seq, ~n.skipped)
        .order_by(n.id)
    )
    if recipients is not None:
        query = query.where(n.recipient.in_(list(recipients)))
    return list(connection.execute(query))


def recipients_of(connection: Connection, seq: int) -> list[str]:
    """The posts a sweep told something."""
    query = select(notice.c.recipient).where(notice.c.seq == seq, ~notice.c.skipped).distinct()
    return sorted(connection.execute(query).scalars())
