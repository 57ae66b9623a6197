"""A sweep in shards, for as many workers as there are: begun once, drained by all, ended once.

docs/decisions/0023-rounds-and-shards.md says why it is as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from responsibility.core.chain import LaidOn, Route
from responsibility.core.errors import ResponsibilityError
from responsibility.core.gaps import Reached
from responsibility.core.shards import shards_of
from responsibility.settings import policy_record
from responsibility.store import laying, ledger, rounds, sweeping
from responsibility.store import organisation as organisation_store
from responsibility.store.engine import Lock, writing
from responsibility.store.ledger import Entry
from responsibility.store.parts import part_of
from responsibility.usecases.cards import Given
from responsibility.usecases.deliver.timer import Timer
from responsibility.usecases.lights import Lamp
from responsibility.usecases.messages import put_messages
from responsibility.usecases.remind import Sweep, add_up, decide, decision_record, router_for, told
from responsibility.usecases.workspace import ENGINE, Workspace

#: Told how many shards are done of how many.
Progress = Callable[[int, int], None]
#: So often a shard is tried before it is left to the next sweep.
TRIES = 3
#: Seconds between looks at what others still have in hand.
LOOK_EVERY = 1.0
#: Seconds a drain waits for a database that does not answer, and between asking again.
PATIENCE, ASK_EVERY = 600.0, 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """A round that runs."""

    seq: int
    shards: int
    due: int


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did of a round."""

    shards: int = 0
    notices: int = 0

    def and_(self, notices: int) -> Drained:
        """With one more shard."""
        return Drained(self.shards + 1, self.notices + notices)


def open_round(workspace: Workspace, now: datetime) -> Round | None:
    """The round that runs, or a new one as of `now`; None where everything due is no more than one shard.

    One that was broken off goes on: nothing it did is done again.
    """
    with workspace.write(now) as connection:
        return _running(connection) or _begin(connection, workspace, now)


def finish_round(
    workspace: Workspace, owner: str, timer: Timer, progress: Progress = lambda done, total: None
) -> Sweep | None:
    """Do what is left of a round that was broken off, and end it; None where there is none."""
    with workspace.read() as connection:
        begun = _running(connection)
    if begun is None:
        return None
    drain(workspace, begun.seq, owner, timer, progress)
    return close_round(workspace, begun.seq, timer.now())


def _running(connection: Connection) -> Round | None:
    running = rounds.running(connection)
    if running is None:
        return None
    shards = rounds.shards(connection, running.seq)
    return Round(running.seq, len(shards), sum(shard.due for shard in shards))


def _begin(connection: Connection, workspace: Workspace, now: datetime) -> Round | None:
    due = rounds.due_by_unit(connection, now)
    most, total = workspace.settings.schedule.shards.due, sum(due.values())
    if total <= most:
        return None
    members = workspace.settings.chain.laid(LaidOn.MEMBERS)
    units = organisation_store.load(connection, members, people=False).units
    shards = shards_of(units, due, most)
    values = {"as_of": now.isoformat(), "due": total, "shards": len(shards)}
    seq = ledger.record(connection, Entry(now, ENGINE, "sweep.begin", values=values))
    rounds.begin(connection, seq, now, _config(workspace), [asdict(shard) for shard in shards])
    return Round(seq, len(shards), total)


def drain(
    workspace: Workspace,
    seq: int,
    owner: str,
    timer: Timer,
    progress: Progress = lambda done, total: None,
) -> Drained:
    """Sweep shard after shard of a round until none is left, those included whose worker died.

    `owner` is nobody else's. A database that goes away is waited for. Raises ResponsibilityError where this machine
    is configured otherwise than the one that began the round.
    """
    done, silent = Drained(), 0.0
    while silent < PATIENCE:
        try:
            _check_config(workspace, seq)
            notices = sweep_shard(workspace, seq, owner, timer.now())
            if notices is not None:
                done = done.and_(notices)
            elif not _report(workspace, seq, progress):
                return done
            else:
                timer.wait(LOOK_EVERY)
            silent = 0.0
        except OperationalError:
            workspace.engine.dispose()
            timer.wait(ASK_EVERY)
            silent += ASK_EVERY
    raise ResponsibilityError(f"数据库 {PATIENCE / 60:.0f} 分钟没有应答，本次巡查没有做完", "数据库恢复后自动接着做")


def sweep_shard(workspace: Workspace, seq: int, owner: str, now: datetime) -> int | None:
    """Lease the next shard and sweep it, in one transaction with its notices; how many of them. None: none is free.

    A fault of one shard is noted with it, and keeps none of the others back.
    """
    term = timedelta(seconds=workspace.settings.schedule.shards.lease)
    with writing(workspace.engine, lock=Lock.NONE) as connection:
        shard = rounds.lease(connection, seq, owner, term, TRIES)
    if shard is None:
        return None
    try:
        with workspace.write(now, lock=Lock.TOGETHER) as connection:
            return _sweep(connection, workspace, shard, owner, now)
    except OperationalError:
        raise  # whoever looks next finds the lease run out
    except Exception as error:
        said = error.message if isinstance(error, ResponsibilityError) else type(error).__name__
        with writing(workspace.engine, lock=Lock.NONE) as connection:
            rounds.give_back(connection, seq, shard.number, owner, said)
        return 0


def _sweep(connection: Connection, workspace: Workspace, shard: Any, owner: str, now: datetime) -> int:
    round_ = rounds.by_seq(connection, shard.seq)
    if round_.closed_seq is not None or not rounds.hold(connection, shard.seq, shard.number, owner):
        return 0
    settings, as_of = workspace.settings, round_.as_of
    lamp = Lamp(settings, laying.policies(connection), as_of)
    router = router_for(connection, lamp)
    with part_of(connection, shard.units):
        decided = decide(connection, lamp, part=True)
        given, reached = told(connection, shard.seq, router, [(key, step) for key, _, step in decided])
        count, skipped, digest = _proof(connection, shard.seq) if decided else (0, 0, ledger.digest_rows([]))
    values = {
        "of": shard.seq,
        "shard": shard.number,
        "as_of": as_of.isoformat(),
        "units": shard.units,
        "decisions": [decision_record(key, n, step, settings.zone) for key, n, step in decided],
        "notices": count,
        "skipped": skipped,
        "digest": digest,
        **given.record(lamp.today),
        **({"told": list(given.told)} if given.told else {}),
    }
    ledger.record_together(connection, Entry(now, ENGINE, "sweep.shard", values=values))
    result = {"told": count, "skipped": skipped, "cards": len(given.told), "reached": [asdict(one) for one in reached]}
    rounds.finish(connection, shard.seq, shard.number, result)
    return count


def _proof(connection: Connection, seq: int) -> tuple[int, int, str]:
    """(told, skipped, digest) of the notices about what was gathered, which is forgotten then."""
    written = sweeping.of_gathered(seq)
    counts = sweeping.count_notices(connection, seq, written)
    digest = ledger.digest_some(connection, written)
    sweeping.forget(connection)
    return *counts, digest


def close_round(workspace: Workspace, seq: int, now: datetime) -> Sweep:
    """End a round whose shards are done: gaps are told of once, everybody gets one message. Ending it twice adds none.

    Shards that could not be swept are named; their clocks stay due for the next sweep.
    """
    with workspace.write(now) as connection:
        policies = laying.policies(connection)
        row, shards = rounds.by_seq(connection, seq), rounds.shards(connection, seq)
        lamp = Lamp(workspace.settings, policies, row.as_of)
        counts = {name: sum(shard.result.get(name, 0) for shard in shards) for name in ("told", "skipped", "cards")}
        left = {str(shard.number): shard.fault or "一再中断" for shard in shards if shard.status != "done"}
        if row.closed_seq is not None:
            return _swept(lamp, seq, counts, left)
        reached = [_reached(one) for shard in shards for one in shard.result.get("reached", ())]
        more = add_up(connection, router_for(connection, lamp), Given({}), reached)
        values = {"of": seq, "decisions": [], "notices": counts["told"], "skipped": counts["skipped"], **more.values}
        entry = Entry(now, ENGINE, "sweep", values={**values, **({"left": left} if left else {})})
        rounds.end(connection, seq, ledger.record(connection, entry))
        is_anything = counts["told"] or counts["cards"] or "told" in more.values
        sent = put_messages(connection, Lamp(workspace.settings, policies, now), seq) if is_anything else (0, 0)
        return _swept(lamp, seq, counts, left, sent, tuple(line.record() for line in more.gaps))


def _swept(
    lamp: Lamp,
    seq: int,
    counts: Mapping[str, int],
    left: Mapping[str, str],
    sent: tuple[int, int] = (0, 0),
    gaps: tuple[Mapping[str, Any], ...] = (),
) -> Sweep:
    faults = tuple(f"第 {number} 片没有巡查（{why}），留给下一次" for number, why in left.items())
    told, skipped, cards = counts["told"], counts["skipped"], counts["cards"]
    return Sweep(lamp.now, False, seq, told, skipped, *sent, cards=cards, gaps=gaps, shard_faults=faults)


def _reached(said: Mapping[str, Any]) -> Reached:
    routes = tuple(Route(**route) for route in said["routes"])
    return Reached(said["unit"], said["tell"], said["rung"], routes)


def shards_of_round(workspace: Workspace, seq: int) -> list[Mapping[str, Any]]:
    """The shards of a round as a table: what each was, who swept it, what came of it."""
    with workspace.read() as connection:
        return [
            {
                "片号": shard.number,
                "单位": len(shard.units),
                "到期": shard.due,
                "结果": "完成" if shard.status == "done" else shard.fault or "没有完成",
                "提醒": shard.result.get("told", 0),
                "次数": shard.attempts,
                "由谁": shard.owner or "",
            }
            for shard in rounds.shards(connection, seq)
        ]


def _report(workspace: Workspace, seq: int, progress: Progress) -> int:
    """How many shards are left to wait for."""
    with workspace.read() as connection:
        left, every = rounds.left(connection, seq, TRIES), len(rounds.shards(connection, seq))
    progress(every - left, every)
    return left


def _check_config(workspace: Workspace, seq: int) -> None:
    with workspace.read() as connection:
        begun_with = rounds.config_of(connection, seq)
    if begun_with == _config(workspace):
        return
    if begun_with is None:
        raise ResponsibilityError(
            f"数据库里没有第 {seq} 号巡查：这台机器连的与发起巡查的那台不是同一个数据库",
            "同一个工作池的各台机器，ZEREN_DATABASE_URL 要一致；另一个库用另一个池：--pool",
        )
    raise ResponsibilityError(
        "这台机器的 config（责任链、规则、日历）与开始巡查的那台不一样，没有参加这一轮",
        "各台机器的 config/chain.yaml、policy.yaml、calendar.yaml 要一致；改好后重启 zeren worker",
    )


def _config(workspace: Workspace) -> str:
    """A digest over what decisions depend on besides the database."""
    settings = workspace.settings
    decisive = (settings.chain, policy_record(settings.policy), settings.calendar.name, str(settings.zone))
    return hashlib.sha256(repr(decisive).encode()).hexdigest()
