"""Counts and samples for the doctor: what waits, what failed, what nobody swept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, insert, or_, select, union

from responsibility.core.escalation import Clock
from responsibility.store.engine import writing
from responsibility.store.rows import (
    assignment,
    channel_state,
    clock,
    item,
    item_members,
    item_unit,
    ledger,
    message,
    meta,
    occurrence,
    work_list,
)

#: States in which nothing falls due any more.
_AT_REST = ("draft", "closed", "cancelled", "suspended")
#: States in which work goes on, and the clock of finishing runs.
_AT_WORK = ("issued", "signed", "in_progress", "returned")


def parked_channels(connection: Connection) -> dict[str, Row[Any]]:
    """Channel → its state (parked_until, reason), for those that failed as a whole."""
    query = select(channel_state).where(channel_state.c.parked_until.is_not(None)).order_by(channel_state.c.channel)
    return {row.channel: row for row in connection.execute(query)}


def try_writing(engine: Engine) -> None:
    """Write a row and undo it; raises what the database says where it cannot be written."""
    with writing(engine, keep=False) as connection:
        connection.execute(insert(meta).values(key="doctor", value=""))


def units_carrying(connection: Connection) -> set[str]:
    """The units that live items are laid on."""
    kept = select(work_list.c.id).where(~work_list.c.cancelled)
    live = select(item.c.id).where(~item.c.removed, item.c.list_id.in_(kept))
    found = union(
        select(item_unit.c.unit).where(item_unit.c.item_id.in_(live)),
        select(item_members.c.unit).where(item_members.c.item_id.in_(live)),
    )
    return set(connection.execute(found).scalars())


def periods_laid(connection: Connection) -> set[tuple[int, str]]:
    """(item, label of the occurrence) of everything that has been laid."""
    laid = select(assignment.c.id).where(assignment.c.occurrence_id == occurrence.c.id).exists()
    return {
        (row[0], row[1]) for row in connection.execute(select(occurrence.c.item_id, occurrence.c.label).where(laid))
    }


def clocks_unswept(connection: Connection, before: datetime) -> tuple[int, datetime | None]:
    """How many clocks passed their next moment before an instant, and the oldest of those moments."""
    query = select(func.count(), func.min(clock.c.next_at)).where(clock.c.next_at < before)
    row = connection.execute(query).one()
    return row[0], row[1]


def clocks_lost(connection: Connection) -> list[str]:
    """The codes of open assignments without a clock that has to be there: of signing, or of finishing by a date."""
    a = assignment.c
    signing = a.signs & (a.state == "issued") & ~_has(Clock.SIGN)
    finishing = _finishing() & ~_has(Clock.FINISH)
    return list(connection.execute(select(a.code).where(or_(signing, finishing)).order_by(a.id)).scalars())


def _finishing() -> ColumnElement[bool]:
    """Work that goes on and has a date; what came to have no end keeps a clock that stands still."""
    a = assignment.c
    return a.works & a.state.in_(_AT_WORK) & a.due_at.is_not(None)


def _has(kind: Clock) -> ColumnElement[bool]:
    same = (clock.c.assignment_id == assignment.c.id) & (clock.c.clock == kind.value)
    return select(clock.c.assignment_id).where(same).exists()


def clocks_at_rest(connection: Connection) -> list[Row[Any]]:
    """(policy_id, clock, rung, n, code): of open assignments, the clocks without a next moment, and one of their codes.

    At the end of its ladder a clock has none; before that only one that was tampered with.
    """
    a, c = assignment.c, clock.c
    signing = (c.clock == Clock.SIGN.value) & a.signs & (a.state == "issued")
    finishing = (c.clock == Clock.FINISH.value) & _finishing()
    key = (c.policy_id, c.clock, c.rung)
    query = select(*key, func.count().label("n"), func.min(a.code).label("code")).join_from(
        clock, assignment, c.assignment_id == a.id
    )
    resting = query.where(c.next_at.is_(None), or_(signing, finishing)).group_by(*key).order_by(*key)
    return list(connection.execute(resting))


def assignments(connection: Connection) -> int:
    """How many there are."""
    return connection.scalar(select(func.count()).select_from(assignment)) or 0


def clocks_running(connection: Connection) -> int:
    """How many clocks have a moment to come."""
    return connection.scalar(select(func.count()).where(clock.c.next_at.is_not(None))) or 0


def open_due_days(connection: Connection) -> list[date]:
    """The distinct due days of what is still to be done."""
    a = assignment.c
    query = select(a.due_on).where(a.due_on.is_not(None), a.works, a.state.not_in(_AT_REST)).distinct()
    return sorted(connection.execute(query).scalars())


def messages_in(connection: Connection, status: str, since: datetime) -> list[Row[Any]]:
    """Messages that came to this status since an instant, newest first."""
    m = message.c
    return list(
        connection.execute(select(message).where(m.status == status, m.changed_at >= since).order_by(m.id.desc()))
    )


def messages_stuck(connection: Connection, before: datetime) -> list[Row[Any]]:
    """Messages that might have gone out before an instant and still wait, oldest first; until when held counts."""
    m = message.c
    since = func.coalesce(m.retry_at, m.created_at)
    waiting = m.status.in_(("pending", "sending", "held"))
    return list(connection.execute(select(message).where(waiting, since < before).order_by(m.id)))


def organisation_file(connection: Connection) -> str | None:
    """The name of the file the organisation was last imported from."""
    last = select(ledger.c["values"]).where(ledger.c.act == "org.import").order_by(ledger.c.seq.desc()).limit(1)
    values = connection.scalar(last)
    return values["file"] if values else None
