"""Messages on their way out: pending → sending → sent, failed, uncertain or dropped; also held.

A deliverer claims a batch of what is due: its rows stay pending and bear its name until the lease runs out. Each is
marked `sending` on its own before the courier gets it. Every step is a compare-and-swap on status and name, so that
a deliverer changes only what is in its hands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from responsibility.store.rows import message

_M = message.c
#: What a message is that has not gone out and may be merged, dropped or claimed.
_WAITING = ("pending", "held")


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add messages (seq, since_seq, person, posts, tier, channel, status, created_at, retry_at; a kind)."""
    if rows:
        connection.execute(insert(message), [{**row, "changed_at": row["created_at"]} for row in rows])


def count_of(connection: Connection, seq: int) -> int:
    """How many messages a sweep wrote."""
    return connection.scalar(select(func.count()).where(_M.seq == seq)) or 0


# -- what is to go -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """When messages are looked for, and whose."""

    now: datetime
    #: Of recipients at one tier; None: at all of them.
    tier: str | None = None
    #: Nobody is to be disturbed now: only what is urgent goes.
    quiet: bool = False


def _due(moment: Moment) -> ColumnElement[bool]:
    """Waits, its time has come, and nobody has it in hand; an alarm goes whatever the tier."""
    now, tier = moment.now, moment.tier
    return and_(
        _M.status.in_(_WAITING),
        or_(_M.retry_at.is_(None), _M.retry_at <= now),
        or_(_M.lease_until.is_(None), _M.lease_until <= now),
        true() if tier is None else or_(_M.tier == tier, _M.kind == "alarm"),
        _M.urgent if moment.quiet else true(),
    )


def doubt_all(connection: Connection, now: datetime, detail: str) -> int:
    """Nobody can tell any more what became of the messages that have not come to their end; how many those are."""
    left = update(message).where(_M.status.in_((*_WAITING, "sending")))
    values = {"status": "uncertain", "detail": detail, "lease_owner": None, "lease_until": None, "changed_at": now}
    return connection.execute(left.values(**values)).rowcount


def is_anything_left(connection: Connection) -> bool:
    """Whether any message has not come to its end."""
    query = select(_M.id).where(_M.status.in_((*_WAITING, "sending"))).limit(1)
    return connection.execute(query).first() is not None


def due(connection: Connection, moment: Moment) -> dict[str, int]:
    """Channel → how many messages are to be handed over now."""
    query = select(_M.channel, func.count()).where(_due(moment)).group_by(_M.channel).order_by(_M.channel)
    return {row[0]: row[1] for row in connection.execute(query)}


def tiers_due(connection: Connection, moment: Moment, but: Collection[str] = ()) -> set[str]:
    """The tiers whose people have messages due (on other channels than these), those in doubt included."""
    waiting = and_(_due(moment), _M.channel.not_in(list(but)))
    return set(connection.execute(select(_M.tier).where(or_(waiting, _broken_off(moment.now))).distinct()).scalars())


def claim(
    connection: Connection,
    channel: str,
    owner: str,
    moment: Moment,
    until: datetime,
    most: int,
    *,
    in_turn: bool = False,
) -> list[Row[Any]]:
    """Take the oldest messages due on a channel in hand, until the lease runs out.

    `in_turn`: first what was never handed over, then what was longest ago; a channel may fail over one message.
    """
    turn = [_M.handed_at.is_not(None), _M.handed_at] if in_turn else []
    oldest = select(_M.id).where(_M.channel == channel, _due(moment)).order_by(*turn, _M.id).limit(most)
    statement = (
        update(message)
        .where(_M.id.in_(oldest), _due(moment))
        .values(status="pending", lease_owner=owner, lease_until=until)
        .returning(message)
    )
    rows = sorted(connection.execute(statement), key=lambda row: row.id)
    if in_turn:
        rows.sort(key=lambda row: (row.handed_at is not None, row.handed_at or moment.now))
    return rows


def begin(connection: Connection, row: Any, owner: str, now: datetime, until: datetime, title: str, parts: int) -> bool:
    """Mark a claimed message as being handed over; False where it is no longer in hand."""
    columns = {"attempts": row.attempts + 1, "title": title, "handed_at": now, "changed_at": now, "lease_until": until}
    return _changed(connection, ("pending",), row.id, owner, {"status": "sending", "parts": parts, **columns})


def settle(connection: Connection, message_id: int, owner: str, now: datetime, **columns: Any) -> bool:
    """Record what became of a message in hand, and let go of it; False where it is no longer in hand.

    One that was given up as uncertain because its lease ran out is still known by its last deliverer.
    """
    values = {"lease_owner": None, "lease_until": None, "changed_at": now, **columns}
    return _changed(connection, ("pending", "sending", "uncertain"), message_id, owner, values)


def _changed(
    connection: Connection, statuses: tuple[str, ...], message_id: int, owner: str, columns: Mapping[str, Any]
) -> bool:
    values = {f"to_{name}": value for name, value in columns.items()}
    statement = _change(statuses, tuple(columns))
    return connection.execute(statement, {"of_id": message_id, "of_owner": owner, **values}).rowcount == 1


@cache
def _change(statuses: tuple[str, ...], columns: tuple[str, ...]) -> Update:
    """The compare-and-swap of one message, built once: twice a message it would cost more than the database."""
    mine = (_M.id == bindparam("of_id"), _M.lease_owner == bindparam("of_owner"), _M.status.in_(statuses))
    return update(message).where(*mine).values({name: bindparam(f"to_{name}") for name in columns})


def release(connection: Connection, owner: str, ids: Collection[int] | None = None) -> None:
    """Put back what is in hand and was not begun (of these messages)."""
    mine = [_M.lease_owner == owner, _M.status == "pending"]
    if ids is not None:
        mine.append(_M.id.in_(list(ids)))
    connection.execute(update(message).where(*mine).values(lease_owner=None, lease_until=None))


def _broken_off(now: datetime) -> ColumnElement[bool]:
    return and_(_M.status == "sending", or_(_M.lease_until.is_(None), _M.lease_until <= now))


def in_doubt(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Messages whose hand-over was begun by a deliverer that did not live to record how it ended."""
    return list(connection.execute(select(message).where(_broken_off(now)).order_by(_M.id)))


def handed_since(connection: Connection, channel: str, since: datetime) -> list[datetime]:
    """When messages were handed to a channel after an instant, by whichever deliverer, once for each part."""
    query = select(_M.handed_at, _M.parts).where(_M.channel == channel, _M.handed_at > since).order_by(_M.handed_at)
    return [at for at, parts in connection.execute(query) if at is not None for _ in range(parts)]


def only_doubts(connection: Connection, channel: str, last: int) -> bool:
    """Whether so many messages were handed to a channel in a row and nobody knows of any whether it arrived."""
    handed = select(_M.status, _M.doubts).where(
        _M.channel == channel, _M.handed_at.is_not(None), _M.status != "sending"
    )
    rows = connection.execute(handed.order_by(_M.handed_at.desc(), _M.id.desc()).limit(last)).all()
    return len(rows) == last and all(
        row.status == "uncertain" or (row.doubts and row.status == "pending") for row in rows
    )


def on_channel(connection: Connection, seq: int, person: str, channel: str) -> bool:
    """Whether a person has a message of that sweep on a channel."""
    query = select(_M.id).where(_M.seq == seq, _M.person == person, _M.channel == channel)
    return connection.execute(query).first() is not None


# -- what waits --------------------------------------------------------------------------------------------------------


def held(connection: Connection) -> dict[tuple[str, str], Row[Any]]:
    """(person, channel) → the digest that waits there for a working day."""
    rows = connection.execute(select(message).where(_M.status == "held", _M.kind == "digest"))
    return {(row.person, row.channel): row for row in rows}


def merge(connection: Connection, earlier: int, later: int, now: datetime) -> None:
    """An earlier message is absorbed by a later one, which speaks of everything it did."""
    mark(connection, earlier, "dropped", now, detail="并入后一份汇总", merged_into=later)


def ids_of(connection: Connection, seq: int) -> dict[tuple[str, str], int]:
    """(person, channel) → the message of that sweep."""
    rows = connection.execute(select(message.c.person, message.c.channel, message.c.id).where(message.c.seq == seq))
    return {(row[0], row[1]): row[2] for row in rows}


def had_since(connection: Connection, since: datetime) -> Counter[tuple[str, str]]:
    """(person, channel) → how many messages that were not urgent were handed over since then, or are about to be."""
    m = message.c
    handed = (m.status.in_(("sent", "sending", "uncertain"))) & (m.changed_at >= since)
    query = (
        select(m.person, m.channel, func.count())
        .where(handed | (m.status == "pending"), ~m.urgent)
        .group_by(m.person, m.channel)
    )
    return Counter({(row[0], row[1]): row[2] for row in connection.execute(query)})


def waiting(connection: Connection, kind: str = "digest") -> dict[tuple[str, str], Row[Any]]:
    """(person, channel) → the newest message of a kind that has not gone out there: what a later one takes in.

    One a deliverer has claimed is among them: it is only begun where it is still pending.
    """
    query = select(message).where(_M.status.in_(_WAITING), _M.kind == kind).order_by(_M.id)
    return {(row.person, row.channel): row for row in connection.execute(query)}


def handovers_waiting(connection: Connection) -> list[Row[Any]]:
    """Hand-overs that have not gone out."""
    return list(
        connection.execute(select(message).where(_M.kind == "handover", _M.status.in_(_WAITING)).order_by(_M.id))
    )


def waiting_on(connection: Connection, channels: Collection[str], moment: Moment) -> int:
    """How many messages would be due now on these channels."""
    query = select(func.count()).where(_M.channel.in_(list(channels)), _due(moment))
    return connection.scalar(query) or 0


def waiting_by_channel(connection: Connection) -> dict[str, int]:
    """Channel → how many messages wait to go over it, whenever."""
    query = select(_M.channel, func.count()).where(_M.status.in_(_WAITING)).group_by(_M.channel).order_by(_M.channel)
    return {row[0]: row[1] for row in connection.execute(query)}


# -- what the office looks at ------------------------------------------------------------------------------------------


def mark(connection: Connection, message_id: int, status: str, now: datetime, **columns: Any) -> None:
    """Say where a message stands, in whosever hands it is."""
    connection.execute(update(message).where(_M.id == message_id).values(status=status, changed_at=now, **columns))


def by_status(connection: Connection) -> dict[str, int]:
    """How many messages there are in each status."""
    query = select(_M.status, func.count()).group_by(_M.status).order_by(_M.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def of_sweep(connection: Connection, seq: int) -> list[Row[Any]]:
    """The messages of one sweep."""
    return list(connection.execute(select(message).where(_M.seq == seq).order_by(_M.id)))


def listed(
    connection: Connection, statuses: Collection[str], people: Collection[str] | None, most: int
) -> list[Row[Any]]:
    """The newest messages in these statuses (of some people)."""
    query = select(message).where(_M.status.in_(list(statuses))).order_by(_M.id.desc()).limit(most)
    if people is not None:
        query = query.where(_M.person.in_(list(people)))
    return list(connection.execute(query))


def how_many(connection: Connection, statuses: Collection[str], people: Collection[str] | None) -> int:
    """How many messages are in these statuses (of some people)."""
    query = select(func.count()).where(_M.status.in_(list(statuses)))
    return connection.scalar(query if people is None else query.where(_M.person.in_(list(people)))) or 0


def by_ids(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """The messages with these ids, those that exist."""
    return {row.id: row for row in connection.execute(select(message).where(_M.id.in_(list(ids))).order_by(_M.id))}


def alarms_since(connection: Connection, since: datetime) -> set[str]:
    """The channels the office was told of since an instant."""
    query = select(_M.about).where(_M.kind == "alarm", _M.created_at > since)
    return {about["channel"] for about in connection.execute(query).scalars()}
