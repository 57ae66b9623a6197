"""Rounds of a sweep and their shards: begun, leased by whoever has time, finished, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from responsibility.store.rows import clock, sweep_round, sweep_shard
from responsibility.store.sweeping import is_due

_S = sweep_shard.c


def due_by_unit(connection: Connection, now: datetime) -> dict[str, int]:
    """Unit → how many of its clocks are due."""
    rows = connection.execute(select(clock.c.unit, func.count()).where(is_due(now)).group_by(clock.c.unit))
    return {row[0]: row[1] for row in rows}


def begin(connection: Connection, seq: int, as_of: datetime, config: str, shards: Sequence[Mapping[str, Any]]) -> None:
    """Write down a round and its shards ({units, due}), in the order in which they are to be done."""
    connection.execute(insert(sweep_round).values(seq=seq, as_of=as_of, config=config))
    rows = [
        {**shard, "seq": seq, "number": number, "status": "todo", "attempts": 0, "fault": "", "result": {}}
        for number, shard in enumerate(shards, 1)
    ]
    connection.execute(insert(sweep_shard), rows)


def running(connection: Connection) -> Row[Any] | None:
    """The round that has begun and not ended."""
    query = select(sweep_round).where(sweep_round.c.closed_seq.is_(None)).order_by(sweep_round.c.seq.desc())
    return connection.execute(query.limit(1)).first()


def by_seq(connection: Connection, seq: int) -> Row[Any]:
    """A round."""
    return connection.execute(select(sweep_round).where(sweep_round.c.seq == seq)).one()


def config_of(connection: Connection, seq: int) -> str | None:
    """What the machine that began a round was configured as; None where the database knows no such round."""
    found: str | None = connection.scalar(select(sweep_round.c.config).where(sweep_round.c.seq == seq))
    return found


def end(connection: Connection, seq: int, closed_seq: int) -> None:
    """Note the entry that ended a round."""
    connection.execute(update(sweep_round).where(sweep_round.c.seq == seq).values(closed_seq=closed_seq))


def end_all(connection: Connection, closed_seq: int) -> None:
    """Whatever round runs is over: its time never was."""
    running_ = sweep_round.c.closed_seq.is_(None)
    connection.execute(update(sweep_round).where(running_).values(closed_seq=closed_seq))


def shards(connection: Connection, seq: int) -> list[Row[Any]]:
    """The shards of a round."""
    return list(connection.execute(select(sweep_shard).where(_S.seq == seq).order_by(_S.number)))


def lease(connection: Connection, seq: int, owner: str, term: timedelta, tries: int) -> Row[Any] | None:
    """Take the next shard in hand that nobody else has, or whose lease has run out; None where there is none now.

    One that was tried `tries` times is left alone. What another run is at work on is passed over, lease or no lease.
    """
    now = database_time(connection)
    free = or_(_S.status == "todo", (_S.status == "leased") & ((_S.lease_until < now) | (_S.owner == owner)))
    query = select(sweep_shard).where(_S.seq == seq, free, _S.attempts < tries)
    found = connection.execute(
        query.order_by(_S.attempts, _S.number).limit(1).with_for_update(skip_locked=True)
    ).first()
    if found is not None:
        values = {"status": "leased", "owner": owner, "lease_until": now + term, "attempts": found.attempts + 1}
        connection.execute(update(sweep_shard).where(_is(seq, found.number)).values(values))
    return found


def hold(connection: Connection, seq: int, number: int, owner: str) -> bool:
    """Whether the shard is still in this owner's hands; if so, nobody else takes it before the transaction ends."""
    query = select(_S.number).where(_is(seq, number), _S.status == "leased", _S.owner == owner)
    return connection.execute(query.with_for_update()).first() is not None


def finish(connection: Connection, seq: int, number: int, result: Mapping[str, Any]) -> None:
    """Note what came of a shard."""
    done = update(sweep_shard).where(_is(seq, number))
    connection.execute(done.values(status="done", lease_until=None, fault="", result=dict(result)))


def give_back(connection: Connection, seq: int, number: int, owner: str, fault: str) -> None:
    """Let another run try it, and say why this one could not."""
    back = update(sweep_shard).where(_is(seq, number), _S.status == "leased", _S.owner == owner)
    connection.execute(back.values(status="todo", lease_until=None, fault=fault))


def left(connection: Connection, seq: int, tries: int) -> int:
    """How many shards are not done; those given up are not among them, unless somebody still has them in hand."""
    mine = _S.seq == seq
    given_up = (_S.attempts >= tries) & or_(_S.status == "todo", _S.lease_until < database_time(connection))
    return connection.scalar(select(func.count()).where(mine, _S.status != "done", ~given_up)) or 0


def database_time(connection: Connection) -> datetime:
    """What time it is for the database: the one clock that all machines share."""
    if connection.dialect.name == "postgresql":
        now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now
    text = connection.exec_driver_sql("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')").scalar_one()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _is(seq: int, number: int) -> ColumnElement[bool]:
    return (_S.seq == seq) & (_S.number == number)
