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
    or_,
    select,
    tuple_,
)
from sqlalchemy import null as sql_null
from sqlalchemy.sql.compiler import SQLCompiler

from responsibility.core.chain import DELEGATE, OWNER
from responsibility.store.parts import among
from responsibility.store.rows import assignment, clock, delegation, holding, item, notice, occurrence, post
from responsibility.store.scratch import empty, fill, scratch, survey
from responsibility.store.standing import LIGHT, key_columns, same_key
from responsibility.store.words import words_of

#: The clocks that are due, with what their notices depend on.
due = scratch(
    "sweep_due",
    Column("assignment_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("policy_id", Integer, nullable=False),
    Column("arming", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("rule", String, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("case_item", Integer, nullable=False),
    Column("unit", String, nullable=False),
    Column("occurrence_id", Integer, nullable=False),
    Column("post", String),
    #: Under which kind the owner is found: HELD_MEMBER, VACANT_MEMBER, or `owner` where a unit owns.
    Column("owner", String, nullable=False),
    #: The post that acts for the owner today, told in the owner's place.
    Column("delegate", String),
)

#: What to do with the clocks of one key: one row per rung that fires or is skipped and per recipient kind.
decision = scratch(
    "sweep_decision",
    *key_columns(),
    #: Rank of the recipient kind: whoever is meant twice is told as the first.
    Column("place", Integer, primary_key=True),
    Column("fires", String, primary_key=True),
    Column("tell", String, nullable=False),
    Column("skipped", Boolean, nullable=False),
    #: So many periods of a report clock begin with it.
    Column("began", Integer, nullable=False),
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

#: How often who was told before of a clock that is due.
told = scratch(
    "sweep_told",
    Column("assignment_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("times", Integer, nullable=False),
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
    #: Of report clocks.
    rule: str
    missed: int


def due_keys(connection: Connection, now: datetime, *, part: bool = False) -> list[tuple[Key, int]]:
    """The distinct keys whose next moment has passed, with how many clocks stand at each.

    `part` looks at the units of `parts.part` only, here and below.
    """
    c = clock.c
    key = (c.policy_id, c.clock, c.due_on, c.rung, c.rule, c.missed)
    rows = connection.execute(select(*key, func.count()).where(is_due(now), among(part)).group_by(*key))
    return sorted(((Key(*row[:6]), row[6]) for row in rows), key=lambda pair: str(pair[0]))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a clock's next moment has passed, and not the instant from which nobody is told any more."""
    c = clock.c
    return (c.next_at <= now) & ((c.until_at.is_(None)) | (c.until_at > now))


def gather(
    connection: Connection,
    now: datetime,
    on: date,
    member_tier: str | None,
    which: ColumnElement[bool] | None = None,
    *,
    part: bool = False,
) -> None:
    """Note down every due clock once, by assignment, for `cases.due_cases` and `write_notices`.

    Instead of what is due, `which` names clocks that are armed anew.
    """
    c, a = clock.c, assignment.c
    wanted, arming = (is_due(now) & among(part), c.arming) if which is None else (which, c.arming + 1)
    owner = case((a.tier != (member_tier or ""), OWNER), (_held(on), HELD_MEMBER), else_=VACANT_MEMBER)
    columns = (c.assignment_id, c.clock, c.policy_id, arming, c.due_on, c.rung, c.rule, c.missed)
    chosen = (
        select(*columns)
        .where(wanted)
        .add_columns(_case_item, a.unit, a.occurrence_id, a.post, owner, delegation.c.post)
        .join(assignment, a.id == c.assignment_id)
        .join(item, item.c.id == a.item_id)
        .outerjoin(delegation, _stands(on))
    )
    fill(connection, due)
    connection.execute(insert(due).from_select([column.name for column in due.c], chosen))


def write_notices(
    connection: Connection, seq: int, decisions: Sequence[Mapping[str, Any]], routes: Sequence[Mapping[str, Any]]
) -> None:
    """Write the notices of every clock gathered; decisions carry the `place` of their recipient kind.

    A notice that is already there (unique by assignment, clock, arming, rung, recipient) is left as it is. What was
    gathered stays until `forget`.
    """
    fill(connection, decision, decisions)
    fill(connection, route, routes)
    fill(connection, told)
    connection.execute(insert(told).from_select([column.name for column in told.c], _told_before()))
    survey(connection, due, decision, route, told)
    for statement in _statements(connection.dialect):
        values, order = statement.construct_params({"seq": seq}), statement.positiontup
        connection.exec_driver_sql(str(statement), tuple(values[name] for name in order) if order else values)
    for table in (decision, route, told):
        empty(connection, table)


def forget(connection: Connection) -> None:
    """Give back the room of what was gathered."""
    empty(connection, due)


def of_gathered(seq: int) -> ColumnElement[bool]:
    """The notices of an entry about what was gathered, as a condition: of a round those of one shard."""
    n = notice.c
    gathered = select(due.c.assignment_id, due.c.clock)
    return (n.seq == seq) & tuple_(n.assignment_id, n.clock).in_(gathered)


@cache
def _statements(dialect: Dialect) -> list[SQLCompiler]:
    """Those that write notices, built once: SQLAlchemy itself keeps none that has an ON CONFLICT."""
    module = words_of(dialect)
    chosen = (_delegated_notices(), _member_notices(), _routed_notices())
    inserts = [module.insert(notice).from_select(_COLUMNS, some) for some in chosen]
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


def _told_before() -> Select[Any]:
    """Counted before any notice is written: PostgreSQL would walk through those just written for each one more.

    An outer join, because it begins with what is due: SQLite would begin with all notices there ever were.
    """
    n = notice.c
    of = (due.c.assignment_id, due.c.clock, n.recipient)
    same = (n.assignment_id == due.c.assignment_id) & (n.clock == due.c.clock)
    there = func.count(n.id)
    return select(*of, there).select_from(due).outerjoin(notice, same & ~n.skipped).group_by(*of).having(there > 0)


def _columns(recipient: Any, tell: Any, instead_of: Any) -> list[Any]:
    q, d = due.c, decision.c
    nth = case((d.skipped, 0), else_=func.coalesce(told.c.times, 0) + 1)
    seq = bindparam("seq", type_=Integer)
    arming = q.arming + d.began
    return [seq, q.assignment_id, q.clock, arming, d.fires, recipient, tell, instead_of, nth, d.skipped]


def _told(recipient: Any) -> ColumnElement[bool]:
    q, t = due.c, told.c
    return and_(t.assignment_id == q.assignment_id, t.clock == q.clock, t.recipient == recipient)


def _stands(on: date) -> ColumnElement[bool]:
    """The delegation of an assignment that stands on that day, its post held."""
    d = delegation.c
    return and_(d.assignment_id == assignment.c.id, d.until_on >= on, _held(on, d.post))


def _held(on: date, seat: Any = assignment.c.post) -> ColumnElement[bool]:
    h = holding.c
    return (
        select(h.id)
        .where(
            h.post == seat,
            (h.from_on.is_(None)) | (h.from_on <= on),
            (h.until_on.is_(None)) | (h.until_on >= on),
        )
        .exists()
    )


def _at_key() -> ColumnElement[bool]:
    q, d = due.c, decision.c
    return same_key(d, q)


def _delegated_notices() -> Select[Any]:
    q, d = due.c, decision.c
    return (
        select(*_columns(q.delegate, literal(DELEGATE), func.coalesce(q.post, q.unit)))
        .select_from(due)
        .join(decision, _at_key())
        .outerjoin(told, _told(q.delegate))
        .where(d.tell == OWNER, q.delegate.is_not(None))
        .order_by(q.assignment_id, q.clock, d.place)
    )


def _member_notices() -> Select[Any]:
    q, d = due.c, decision.c
    return (
        select(*_columns(q.post, literal(OWNER), sql_null()))
        .select_from(due)
        .join(decision, _at_key())
        .outerjoin(told, _told(q.post))
        .where(d.tell == OWNER, q.owner == HELD_MEMBER, q.delegate.is_(None))
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
        .outerjoin(told, _told(r.recipient))
        .where(or_(d.tell != OWNER, q.delegate.is_(None)))
        .order_by(q.assignment_id, q.clock, d.place, r.recipient)
    )


def count_notices(connection: Connection, seq: int, which: ColumnElement[bool] | None = None) -> tuple[int, int]:
    """(told, skipped) of a sweep, or of `which` of its notices."""
    n = notice.c
    query = select(func.count().filter(~n.skipped), func.count().filter(n.skipped))
    query = query.where(n.seq == seq if which is None else which)
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
            *LIGHT,
            a.occurrence_id,
            a.extensions,
            a.works,
            c.arming.label("arming_now"),
            c.due_on.label("clock_due_on"),
            c.due_at.label("clock_due_at"),
            c.missed.label("clock_missed"),
            i.id.label("item_id"),
            i.code.label("item_code"),
            i.title,
            i.target_count,
            i.deadline,
            occurrence.c.starts_on,
            delegation.c.until_on.label("delegated_until"),
        )
        .join(assignment, a.id == n.assignment_id)
        .outerjoin(delegation, and_(delegation.c.assignment_id == a.id, delegation.c.post == n.recipient))
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
