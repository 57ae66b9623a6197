"""The volume of a sweep in set-based SQL: read distinct decision keys, write notices back in sets.

A decision is made once per key (policy, clock, due date, rung) in the core; here it is applied to every clock that
stands at that key. Nothing loops over assignments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy import null as sql_null
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from responsibility.core.chain import OWNER
from responsibility.store.rows import assignment, clock, holding, item, notice, occurrence, post
from responsibility.store.scratch import empty, fill, scratch

#: The clocks that are due, with what their notices depend on.
due = scratch(
    "sweep_due",
    Column("assignment_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("policy_id", Integer, nullable=False),
    Column("arming", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("case_item", Integer, nullable=False),
    Column("unit", String, nullable=False),
    Column("occurrence_id", Integer, nullable=False),
    Column("post", String),
    #: Under which kind the owner is found: HELD_MEMBER, VACANT_MEMBER, or `owner` where a unit owns.
    Column("owner", String, nullable=False),
)

#: What to do with the clocks of one key: one row per rung that fires or is skipped and per recipient kind.
decision = scratch(
    "sweep_decision",
    Column("policy_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("rung", Integer, primary_key=True),
    #: Rank of the recipient kind: whoever is meant twice is told as the first.
    Column("place", Integer, primary_key=True),
    Column("fires", String, primary_key=True),
    Column("tell", String, nullable=False),
    Column("skipped", Boolean, nullable=False),
)

#: Who is meant by a recipient kind, for one unit (and one item, where the item names its leaders; else 0).
route = scratch(
    "sweep_route",
    Column("case_item", Integer, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("tell", String, primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("heard_as", String, nullable=False),
    Column("instead_of", String),
)

#: A member's post that somebody holds is told itself; for one that nobody holds, routes stand under this kind.
HELD_MEMBER, VACANT_MEMBER = "held_member", "vacant_member"

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


def gather(
    connection: Connection,
    now: datetime,
    on: date,
    member_tier: str | None,
    which: ColumnElement[bool] | None = None,
) -> None:
    """Note down every due clock once, by assignment, for `cases.due_cases` and `write_notices`.

    Instead of what is due, `which` names clocks that are armed anew.
    """
    c, a = clock.c, assignment.c
    wanted, arming = (c.next_at <= now, c.arming) if which is None else (which, c.arming + 1)
    owner = case((a.tier != (member_tier or ""), OWNER), (_held(on), HELD_MEMBER), else_=VACANT_MEMBER)
    moments = select(c.assignment_id, c.clock, c.policy_id, arming, c.due_on, c.rung).where(wanted)
    chosen = (
        moments.add_columns(_case_item, a.unit, a.occurrence_id, a.post, owner)
        .join(assignment, a.id == c.assignment_id)
        .join(item, item.c.id == a.item_id)
    )
    fill(connection, due)
    connection.execute(insert(due).from_select([column.name for column in due.c], chosen))


def write_notices(
    connection: Connection, seq: int, decisions: Sequence[Mapping[str, Any]], routes: Sequence[Mapping[str, Any]]
) -> None:
    """Write the notices of every clock gathered; decisions carry the `place` of their recipient kind.

    A notice that is already there (unique by assignment, clock, arming, rung, recipient) is left as it is.
    """
    fill(connection, decision, decisions)
    fill(connection, route, routes)
    for statement in _statements(connection.dialect):
        values, order = statement.construct_params({"seq": seq}), statement.positiontup
        connection.exec_driver_sql(str(statement), tuple(values[name] for name in order) if order else values)
    for table in (due, decision, route):
        empty(connection, table)


@cache
def _statements(dialect: Dialect) -> list[SQLCompiler]:
    """The two that write notices, built once: SQLAlchemy itself keeps none that has an ON CONFLICT."""
    module = postgresql if dialect.name == "postgresql" else sqlite
    inserts = [module.insert(notice).from_select(_COLUMNS, chosen) for chosen in (_member_notices(), _routed_notices())]
    return [cast(SQLCompiler, one.on_conflict_do_nothing().compile(dialect=dialect)) for one in inserts]


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


def _columns(recipient: Any, tell: Any, instead_of: Any) -> list[Any]:
    q, d = due.c, decision.c
    earlier = notice.alias("earlier")
    told = (
        select(func.count())
        .where(
            earlier.c.assignment_id == q.assignment_id,
            earlier.c.clock == q.clock,
            earlier.c.recipient == recipient,
            ~earlier.c.skipped,
        )
        .scalar_subquery()
    )
    nth = case((d.skipped, 0), else_=told + 1)
    seq = bindparam("seq", type_=Integer)
    return [seq, q.assignment_id, q.clock, q.arming, d.fires, recipient, tell, instead_of, nth, d.skipped]


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


def _at_key() -> ColumnElement[bool]:
    q, d = due.c, decision.c
    return and_(d.policy_id == q.policy_id, d.clock == q.clock, d.due_on == q.due_on, d.rung == q.rung)


def _member_notices() -> Select[Any]:
    q, d = due.c, decision.c
    return (
        select(*_columns(q.post, literal(OWNER), sql_null()))
        .select_from(due)
        .join(decision, _at_key())
        .where(d.tell == OWNER, q.owner == HELD_MEMBER)
        .order_by(q.assignment_id, q.clock, d.place)
    )


def _routed_notices() -> Select[Any]:
    q, d, r = due.c, decision.c, route.c
    via = case((d.tell == OWNER, q.owner), else_=d.tell)
    instead_of = case((via == VACANT_MEMBER, q.post), else_=r.instead_of)
    return (
        select(*_columns(r.recipient, r.heard_as, instead_of))
        .select_from(due)
        .join(decision, _at_key())
        .join(route, and_(r.case_item == q.case_item, r.unit == q.unit, r.tell == via))
        .order_by(q.assignment_id, q.clock, d.place, r.recipient)
    )


def count_notices(connection: Connection, seq: int) -> tuple[int, int]:
    """(told, skipped) of a sweep."""
    n = notice.c
    query = select(func.count().filter(~n.skipped), func.count().filter(n.skipped)).where(n.seq == seq)
    told, skipped = connection.execute(query).one()
    return told, skipped


def notices_of(
    connection: Connection, seq: int, recipients: Sequence[str] | None = None, since: int | None = None
) -> list[Row[Any]]:
    """The notices of a sweep (and of those from `since` on), with assignment, item and clock as they stand now."""
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
        .where(n.seq.between(seq if since is None else since, seq), ~n.skipped)
        .order_by(n.id)
    )
    if recipients is not None:
        query = query.where(n.recipient.in_(list(recipients)))
    return list(connection.execute(query))


def recipients_of(connection: Connection, seq: int, rungs: Sequence[str] | None = None) -> list[str]:
    """The posts a sweep told something (on one of `rungs`)."""
    query = select(notice.c.recipient).where(notice.c.seq == seq, ~notice.c.skipped).distinct()
    if rungs is not None:
        query = query.where(notice.c.rung.in_(list(rungs)))
    return sorted(connection.execute(query).scalars())


def holders_told(connection: Connection, seq: int, on: date) -> list[tuple[str, str, str]]:
    """(post, its tier, the person) for everyone who on that day holds a post the sweep told something."""
    h = holding.c
    told = select(notice.c.recipient).where(notice.c.seq == seq, ~notice.c.skipped).distinct().subquery()
    query = (
        select(h.post, post.c.tier, h.person)
        .join_from(told, holding, h.post == told.c.recipient)
        .join(post, post.c.code == h.post)
        .where((h.from_on.is_(None)) | (h.from_on <= on), (h.until_on.is_(None)) | (h.until_on >= on))
        .order_by(post.c.rank, h.id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query).all()]
