"""Laying items on the chain, a tier at a time, by INSERT … SELECT."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Row,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    union,
    update,
)
from sqlalchemy import null as sql_null

from responsibility.core.chain import LaidOn
from responsibility.store.rows import (
    assignment,
    item,
    item_leader,
    item_members,
    item_unit,
    occurrence,
    policy,
    post,
    work_list,
)
from responsibility.store.scratch import fill, scratch
from responsibility.store.words import words_of

#: The occurrences that are to be laid, and no others.
wanted = scratch("lay_wanted", Column("id", Integer, primary_key=True))

#: Which leader's post oversees which unit.
overseen = scratch("lay_overseen", Column("lead", String, primary_key=True), Column("post", String, primary_key=True))

#: Assignments laid at once: less than a second's work.
AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Laid:
    """The block of assignments one act laid."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Items by their rank, from first to last, and how many assignments they make, those laid already included."""

    first: int
    last: int
    count: int


def keep_policy(connection: Connection, digest: str, body: Mapping[str, Any]) -> int:
    """The id of this policy's snapshot, written on first use."""
    found = connection.scalar(select(policy.c.id).where(policy.c.digest == digest))
    if found is not None:
        return int(found)
    written = connection.execute(insert(policy).values(digest=digest, body=dict(body)))
    return int(written.inserted_primary_key[0])  # type: ignore[index]


def policies(connection: Connection) -> dict[int, Mapping[str, Any]]:
    """Every snapshot by id."""
    return {row.id: row.body for row in connection.execute(select(policy))}


def open_occurrences(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write occurrences (item_id, label, starts_on, due_on, due_at) that are not there yet."""
    if rows:
        connection.execute(_insert(connection, occurrence).on_conflict_do_nothing(), list(rows))


def carried_on(connection: Connection) -> list[Row[Any]]:
    """Every recurring item that may be laid and of which something was laid and not cancelled, with its list."""
    a = assignment.c
    going = select(a.id).where(a.item_id == item.c.id, a.state.not_in(("draft", "cancelled"))).exists()
    query = (
        select(item.c.id, item.c.code, item.c.deadline, work_list.c.code.label("list_code"), work_list.c.issued_on)
        .join(work_list, work_list.c.id == item.c.list_id)
        .where(item.c.deadline["rrule"].as_string().is_not(None), _assignable(), ~work_list.c.cancelled, going)
        .order_by(item.c.list_id, item.c.rank)
    )
    return list(connection.execute(query))


def note(connection: Connection, periods: Collection[tuple[int, str]]) -> None:
    """Note the occurrences of these periods (item id, label) for `lay`."""
    o = occurrence.c
    items = sorted({item_id for item_id, _ in periods})
    found = []
    for start in range(0, len(items), 500):
        query = select(o.id, o.item_id, o.label).where(o.item_id.in_(items[start : start + 500]))
        found += [{"id": row.id} for row in connection.execute(query) if (row.item_id, row.label) in periods]
    fill(connection, wanted, found)


def move_occurrence(
    connection: Connection, occurrence_id: int, starts_on: date, due_on: date | None, due_at: datetime | None
) -> None:
    """Give an occurrence the dates its item's deadline has now, for what is laid from here on."""
    moved = update(occurrence).where(occurrence.c.id == occurrence_id)
    connection.execute(moved.values(starts_on=starts_on, due_on=due_on, due_at=due_at))


def chosen(
    connection: Connection,
    tier: str,
    laid_on: LaidOn,
    list_id: int,
    on: date,
    policy_id: int,
    seats: Sequence[Mapping[str, Any]],
    item_id: int | None = None,
    urgent_policy_id: int | None = None,
    *,
    noted: bool = False,
) -> list[Select[Any]]:
    """Queries of what every current occurrence of a list (of one item; those `note` noted) makes on one tier.

    `seats` are the targets known beforehand: {unit, post} of a tier laid on one post, {lead, post} of the leaders
    (whose unit `lead` each oversees). Urgent items are laid under `urgent_policy_id`, where there is one.
    """
    found = []
    for targets in _targets_of(connection, tier, laid_on, seats):
        query = _assignments(targets, tier, list_id, on, policy_id, urgent_policy_id or policy_id)
        if item_id is not None:
            query = query.where(item.c.id == item_id)
        if noted:
            query = query.where(occurrence.c.id.in_(select(wanted.c.id)))
        found.append(query)
    return found


def portions(connection: Connection, queries: Sequence[Select[Any]], most: int = AT_ONCE) -> list[Portion]:
    """What was chosen, in portions of so many assignments at most; one item is never divided."""
    counts: Counter[int] = Counter()
    for query in queries:
        by_rank = query.with_only_columns(item.c.rank, func.count()).order_by(None).group_by(item.c.rank)
        counts.update({row[0]: row[1] for row in connection.execute(by_rank)})
    found: list[Portion] = []
    for rank, count in sorted(counts.items()):
        if found and found[-1].count + count <= most:
            found[-1] = Portion(found[-1].first, rank, found[-1].count + count)
        else:
            found.append(Portion(rank, rank, count))
    return found


def lay(connection: Connection, queries: Sequence[Select[Any]], portion: Portion, seq: int) -> Laid | None:
    """Lay a portion of what was chosen; what is laid already stays. None when nothing was new.

    The rows are written as the `issue` with that seq, which has to follow, leaves them: to write each a second time
    would cost as much again.
    """
    newest = connection.scalar(select(func.max(assignment.c.id))) or 0
    for query in queries:
        some = query.where(item.c.rank.between(portion.first, portion.last))
        some = some.add_columns(literal(seq, Integer).label("issued_seq"))
        columns = [column.name for column in some.selected_columns]
        connection.execute(_insert(connection, assignment).from_select(columns, some).on_conflict_do_nothing())
    fresh = select(func.min(assignment.c.id), func.max(assignment.c.id), func.count()).where(assignment.c.id > newest)
    first, last, count = connection.execute(fresh).one()
    return Laid(first, last, count) if count else None


def _targets_of(
    connection: Connection, tier: str, laid_on: LaidOn, seats: Sequence[Mapping[str, Any]]
) -> list[Select[Any]]:
    """Queries of (item_id, unit, post, role, signs, works): who gets which item at this tier."""
    if laid_on is LaidOn.ONE:
        return [_on_one(seat, tier) for seat in seats]
    if laid_on is LaidOn.LEADERS:
        fill(connection, overseen, seats)
        return [_on_leaders(tier)] if seats else []
    return [_on_units()] if laid_on is LaidOn.UNITS else [_on_members(tier)]


def _on_one(seat: Mapping[str, Any], tier: str) -> Select[Any]:
    return select(
        item.c.id.label("item_id"),
        literal(seat["unit"], String).label("unit"),
        (literal(seat["post"], String) if seat["post"] else sql_null()).label("post"),
        literal(tier).label("role"),
        literal(False).label("signs"),
        literal(False).label("works"),
    )


def _on_leaders(tier: str) -> Select[Any]:
    same = (item_leader.c.item_id == item_unit.c.item_id) & (item_leader.c.post == overseen.c.post)
    excused = select(item_leader.c.post).where(same, item_leader.c.excused).exists()
    by_unit = overseen.c.lead == item_unit.c.unit
    overseeing = select(item_unit.c.item_id, overseen.c.post.label("code")).join(overseen, by_unit)
    overseeing = overseeing.where(item_unit.c.role == "lead", ~excused)
    named = select(item_leader.c.item_id, item_leader.c.post).where(~item_leader.c.excused)
    who = union(overseeing, named).subquery()
    return select(
        who.c.item_id,
        post.c.unit.label("unit"),
        post.c.code.label("post"),
        literal(tier).label("role"),
        literal(False).label("signs"),
        literal(False).label("works"),
    ).join(post, post.c.code == who.c.code)


def _on_units() -> Select[Any]:
    return select(
        item_unit.c.item_id,
        item_unit.c.unit,
        sql_null().label("post"),
        item_unit.c.role,
        literal(True).label("signs"),
        (~item.c.names_members).label("works"),
    ).join(item, item.c.id == item_unit.c.item_id)


def _on_members(tier: str) -> Select[Any]:
    theirs = and_(post.c.unit == item_members.c.unit, post.c.tier == tier, ~post.c.retired)
    members = select(
        item_members.c.item_id,
        item_members.c.unit,
        post.c.code.label("post"),
        literal(tier).label("role"),
        literal(True).label("signs"),
        literal(True).label("works"),
    ).join(post, theirs)
    # Else SQLite, which keeps no statistics, may try every member of the organisation on every item.
    return members.with_hint(post, "INDEXED BY post_by_unit", "sqlite")


def _assignments(
    targets: Select[Any], tier: str, list_id: int, on: date, policy_id: int, urgent_policy_id: int
) -> Select[Any]:
    t = targets.subquery()
    policy_of = case((item.c.urgent, urgent_policy_id), else_=policy_id)
    whom = func.coalesce(t.c.post, t.c.unit)
    code = item.c.code + "." + whom + case((occurrence.c.label != "", "@" + occurrence.c.label), else_="")
    return (
        select(
            code.label("code"),
            item.c.id.label("item_id"),
            occurrence.c.id.label("occurrence_id"),
            literal(tier).label("tier"),
            t.c.role,
            t.c.unit,
            t.c.post,
            t.c.signs,
            t.c.works,
            policy_of.label("policy_id"),
            policy_of.label("laid_policy_id"),
            occurrence.c.due_on.label("laid_due_on"),
            occurrence.c.due_at.label("laid_due_at"),
            literal("issued").label("state"),
            literal(on, Date).label("issued_on"),
            occurrence.c.due_on.label("due_on"),
            occurrence.c.due_at.label("due_at"),
            literal(0).label("counted"),
            literal(0).label("milestones_done"),
            literal(False).label("submitted_late"),
        )
        .join(t, t.c.item_id == item.c.id)
        .join(occurrence, occurrence.c.item_id == item.c.id)
        .where(item.c.list_id == list_id, _assignable(), _current(on))
        .order_by(item.c.rank, t.c.unit, t.c.post)
    )


def _assignable() -> ColumnElement[bool]:
    return ~item.c.removed & ~item.c.needs_confirmation


def _current(on: date) -> ColumnElement[bool]:
    return (occurrence.c.label == "") | (occurrence.c.due_on >= on)


def due_groups(connection: Connection, laid: Laid) -> list[tuple[date, datetime]]:
    """The distinct due dates (day, overdue from) of a block's working assignments."""
    a = assignment.c
    query = (
        select(a.laid_due_on, a.laid_due_at)
        .distinct()
        .where(a.id.between(laid.first, laid.last), a.works, a.laid_due_on.is_not(None))
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(a.laid_due_at))]


def measured(connection: Connection, laid: Laid) -> list[Any]:
    """What clocks besides sign and finish depend on, of a block's working assignments, per occurrence.

    (id, label, starts_on, due_on, due_at, target_count, deadline) of those that have a target or
    milestones.
    """
    a, i, o = assignment.c, item.c, occurrence.c
    in_steps = cast(i.deadline, Text).not_like('%"milestones": []%')
    occurrences = select(a.occurrence_id).where(a.id.between(laid.first, laid.last), a.works).distinct()
    query = (
        select(o.id, o.label, o.starts_on, o.due_on, o.due_at, i.target_count, i.deadline)
        .join(item, i.id == o.item_id)
        .where(o.id.in_(occurrences), o.due_on.is_not(None), i.target_count.is_not(None) | in_steps)
    )
    return list(connection.execute(query.order_by(o.id)))


def laid_rows(connection: Connection, laid: Laid) -> list[tuple[str, int]]:
    """(post or unit, how many assignments) of a block, most first."""
    a = assignment.c
    whom = func.coalesce(a.post, a.unit)
    query = select(whom, func.count()).where(a.id.between(laid.first, laid.last)).group_by(whom)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(func.count().desc(), whom))]


def _insert(connection: Connection, table: Any) -> Any:
    dialect = words_of(connection.dialect)
    return dialect.insert(table)
