"""Reading assignments: one, some, or tallied by the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, cast, func, select

from responsibility.store.finished import unfinished
from responsibility.store.rows import assignment, clock, item, ledger, notice, occurrence, work_list


def by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The assignment with this code, with its item's title and clock rungs, or None."""
    return connection.execute(_detailed().where(assignment.c.code == code)).first()


def of_item(connection: Connection, item_code: str) -> list[Row[Any]]:
    """All assignments of an item, from the top of the chain down, occurrence by occurrence."""
    return list(connection.execute(_detailed().where(item.c.code == item_code).order_by(assignment.c.id)))


def of_post(
    connection: Connection, posts: Sequence[str], units: Sequence[str], also: Sequence[int] = ()
) -> list[Row[Any]]:
    """What is open for these posts, and for these units as units; and of the assignments `also`."""
    a = assignment.c
    mine = a.post.in_(list(posts)) | (a.unit.in_(list(units)) & a.post.is_(None))
    if also:
        mine |= a.id.in_(list(also))
    open_ = a.state.not_in(("draft", "closed", "cancelled"))
    order = (a.due_at.is_(None), a.due_at, a.code)
    return list(connection.execute(_detailed().where(mine, open_).order_by(*order)))


def open_of_unit(connection: Connection, unit: str) -> list[Row[Any]]:
    """What is open for a unit and its members, by due date."""
    a = assignment.c
    query = _detailed().where(a.unit == unit, *_open_below()).order_by(a.due_at.is_(None), a.due_at, a.code)
    return list(connection.execute(query))


def units_with_open(connection: Connection) -> set[str]:
    """The units that have anything open, of their own or of their members."""
    return set(connection.execute(select(assignment.c.unit).where(*_open_below()).distinct()).scalars())


def _open_below() -> tuple[ColumnElement[bool], ...]:
    a = assignment.c
    return a.signs, a.state.not_in(("draft", "closed", "cancelled"))


def seats_with_open(connection: Connection) -> tuple[set[str], set[str]]:
    """(posts, units as units) that have anything open."""
    a = assignment.c
    open_ = a.state.not_in(("draft", "closed", "cancelled"))
    posts = connection.execute(select(a.post).where(open_, a.post.is_not(None)).distinct()).scalars()
    units = connection.execute(select(a.unit).where(open_, a.post.is_(None)).distinct()).scalars()
    return set(posts), set(units)


def by_codes(connection: Connection, codes: Sequence[str]) -> dict[str, Row[Any]]:
    """Assignment code → its row, as `by_code` reads it, in the order they were laid."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(codes), 500):
        query = _detailed().where(assignment.c.code.in_(list(codes[start : start + 500])))
        found |= {row.code: row for row in connection.execute(query.order_by(assignment.c.id))}
    return found


def _detailed() -> Select[Any]:
    i, o = item.c, occurrence.c
    return (
        select(
            assignment,
            i.code.label("item_code"),
            i.title,
            i.content,
            i.category,
            i.target_count,
            i.target_unit,
            i.deadline,
            i.phrase,
            i.names_members,
            i.names_leaders,
            i.report_every,
            i.report_rule,
            o.label,
            o.starts_on,
            o.due_on.label("occurrence_due_on"),
            o.due_at.label("occurrence_due_at"),
        )
        .join(item, i.id == assignment.c.item_id)
        .join(occurrence, o.id == assignment.c.occurrence_id)
        .join(work_list, work_list.c.id == i.list_id)
    )


def clocks_of(connection: Connection, assignment_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Assignment id → its clocks."""
    found: dict[int, list[Row[Any]]] = {}
    for start in range(0, len(assignment_ids), 500):
        some = list(assignment_ids[start : start + 500])
        query = select(clock).where(clock.c.assignment_id.in_(some)).order_by(clock.c.assignment_id, clock.c.clock)
        for row in connection.execute(query):
            found.setdefault(row.assignment_id, []).append(row)
    return found


def last_notices(connection: Connection, item_id: int, until: datetime) -> dict[int, Row[Any]]:
    """Assignment id → the last notice anybody was told about it, up to the instant `until`."""
    n = notice.c
    newest_seq = select(func.max(ledger.c.seq)).where(ledger.c.at <= until).scalar_subquery()
    newest = (
        select(func.max(n.id))
        .join(assignment, assignment.c.id == n.assignment_id)
        .where(assignment.c.item_id == item_id, ~n.skipped, n.seq <= newest_seq)
        .group_by(n.assignment_id)
    )
    return {row.assignment_id: row for row in connection.execute(select(notice).where(n.id.in_(newest)))}


def notices_about(connection: Connection, item_code: str | None = None) -> list[Row[Any]]:
    """Every notice told so far (about one item), with its assignment, item and sweep, oldest first."""
    a, i = assignment.c, item.c
    query = (
        select(notice, a.unit, a.post, a.policy_id, i.code.label("item_code"), i.title, ledger.c.at)
        .join(assignment, a.id == notice.c.assignment_id)
        .join(item, i.id == a.item_id)
        .join(ledger, ledger.c.seq == notice.c.seq)
        .where(~notice.c.skipped)
        .order_by(notice.c.id)
    )
    return list(connection.execute(query.where(i.code == item_code) if item_code is not None else query))


def laid_on_tiers(connection: Connection, tiers: Iterable[str]) -> list[Row[Any]]:
    """The assignments of some tiers, in the order they were laid."""
    a = assignment.c
    return list(connection.execute(select(assignment).where(a.tier.in_(list(tiers))).order_by(a.id)))


def in_states(connection: Connection, list_id: int, states: Iterable[str]) -> list[int]:
    """The ids of a list's assignments that are in one of these states."""
    a = assignment.c
    query = select(a.id).join(item, item.c.id == a.item_id).where(item.c.list_id == list_id, a.state.in_(list(states)))
    return list(connection.execute(query.order_by(a.id)).scalars())


def siblings(connection: Connection, occurrence_id: int) -> list[Row[Any]]:
    """The assignments of one occurrence: what the rollup of its parents depends on."""
    a = assignment.c
    query = select(a.id, a.code, a.tier, a.role, a.unit, a.post, a.works, a.signs, a.state).where(
        a.occurrence_id == occurrence_id
    )
    return list(connection.execute(query.order_by(a.id)))


@dataclass(slots=True)
class FamilyRows:
    """One occurrence: its item, the assignments above the work, and what works, counted where it is alike.

    The first two columns of a working row are the item and the occurrence; what follows is equal where families are.
    """

    item_id: int
    #: As `above_written` reads it; equal where families are alike.
    above: str = ""
    working: list[Row[Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Above:
    """An assignment above the work."""

    tier: str
    unit: str
    post: str | None
    state: str


#: Between the columns of an assignment above the work, and between those assignments: no code contains either.
_COLUMN, _ROW = "\x1f", "\x1e"


def families(connection: Connection) -> dict[int, FamilyRows]:
    """Occurrence → its family, of everything that was laid and not cancelled, where it is not finished."""
    found = {row[0]: FamilyRows(row[1], row[2]) for row in connection.execute(_above()).all()}
    for row in connection.execute(_working()).all():
        found.setdefault(row[1], FamilyRows(row[0])).working.append(row)
    return found


def above_written(text: str) -> list[Above]:
    """The assignments above the work that `FamilyRows.above` writes, by unit and post."""
    rows = [line.split(_COLUMN) for line in text.split(_ROW)] if text else []
    return [Above(tier, unit, post or None, state) for tier, unit, post, state in sorted(rows)]


def _standing() -> ColumnElement[bool]:
    a = assignment.c
    return a.occurrence_id.in_(unfinished()) & a.state.not_in(("draft", "cancelled"))


def _above() -> Select[Any]:
    """One row an occurrence, written by the database: of four or five assignments each, most families have the same."""
    a = assignment.c
    line = a.tier + _COLUMN + a.unit + _COLUMN + func.coalesce(a.post, "") + _COLUMN + a.state
    written = func.aggregate_strings(line, _ROW)
    query = select(a.occurrence_id, func.max(a.item_id), written).where(~a.works, _standing())
    return query.with_hint(assignment, "INDEXED BY assignment_above", "sqlite").group_by(a.occurrence_id)


def _working() -> Select[Any]:
    """Of those who work only how many are alike matters."""
    a, i, o = assignment.c, item.c, occurrence.c
    columns: list[ColumnElement[Any]] = [
        a.occurrence_id,
        a.tier,
        a.unit,
        a.state,
        a.issued_on,
        a.due_on,
        a.due_at,
        a.percent,
        a.counted,
        a.milestones_done,
        a.submitted_late,
        a.given_back,
        a.policy_id,
        a.item_id,
        a.rectifying_since,
    ]
    alike = select(*columns, func.count().label("n")).where(a.works, _standing()).group_by(*columns)
    grouped = alike.with_hint(assignment, "INDEXED BY assignment_standing", "sqlite").subquery()
    kept = [grouped.c.item_id, *(column for column in grouped.c if column.name != "item_id")]
    return (
        select(*kept, o.starts_on, i.target_count)
        .join(item, i.id == grouped.c.item_id)
        .join(occurrence, o.id == grouped.c.occurrence_id)
        .order_by(grouped.c.occurrence_id, grouped.c.tier, grouped.c.unit)
    )


def item_facts(connection: Connection, today: date) -> list[Row[Any]]:
    """Every live item with the due date of its current occurrence and whether anything of it is assigned.

    The deadline is the text of its record: thousands of items share a few.
    """
    i, o, a = item.c, occurrence.c, assignment.c
    current = func.coalesce(func.min(o.due_on).filter(o.due_on >= today), func.max(o.due_on)).label("due_on")
    newest = select(o.item_id, current).group_by(o.item_id).subquery()
    laid = select(a.id).where(a.item_id == i.id, a.state != "draft").exists()
    query = (
        select(
            i.id,
            i.code,
            i.title,
            i.category,
            i.category_name,
            cast(i.deadline, Text).label("deadline"),
            i.needs_confirmation,
            # What closed in a list that was cancelled later still counts; what never was assigned waits no longer.
            (i.removed | work_list.c.cancelled).label("removed"),
            newest.c.due_on,
            laid.label("laid"),
        )
        .outerjoin(newest, newest.c.item_id == i.id)
        .join(work_list, work_list.c.id == i.list_id)
        .order_by(i.list_id, i.rank)
    )
    return list(connection.execute(query).all())
