"""催办 by hand: the rung due now, or the one reached said again, or a higher one at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import STATE_NAMES, State
from responsibility.core.chain import LaidOn, Organisation
from responsibility.core.errors import AmbiguousCode, IllegalTransition, NoRight, ResponsibilityError
from responsibility.core.escalation import Clock, Ladder, Plan, Rung, plan, runs
from responsibility.core.summary import Noticed
from responsibility.core.text import is_it, showable
from responsibility.store import assignments, cases, laying, ledger, sweeping, urging
from responsibility.store import organisation as organisation_store
from responsibility.store.blocks import blocks_of
from responsibility.store.ledger import Entry
from responsibility.store.sweeping import Key
from responsibility.usecases.codes import unknown_work
from responsibility.usecases.digests import noticed
from responsibility.usecases.lights import Lamp
from responsibility.usecases.messages import put_messages
from responsibility.usecases.remind import More, tell
from responsibility.usecases.rights import actor_of
from responsibility.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Urged:
    """What was urged, and who is told."""

    code: str
    title: str
    clock: Clock
    note: str
    #: The assignments urged, by code.
    assignments: tuple[str, ...]
    notices: tuple[Noticed, ...]
    #: Rungs passed over on the way up: recorded, not told.
    skipped: int
    messages: int
    held: int
    gaps: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Aim:
    """The clock to urge, and the rung asked for: its index differs from policy to policy, its id does not."""

    clock: Clock
    rung: str | None


#: How `zeren urge` looks up a clock where none is asked for.
_FIRST = (Clock.FINISH, Clock.SIGN)
_LISTED = 12


def urge(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    note: str,
    rung: str | None = None,
    everyone: bool = False,
) -> Urged:
    """Tell those of the rung due now (or the one reached, again), with a note; or of the rung named, at once.

    `code` is an assignment, or an item of which one is open (`everyone`: all that are). The ladder goes on after the
    rung: what was passed over is recorded as skipped, and what is already above it stays where it is.
    """
    note = showable(note).strip()
    if not note:
        raise ResponsibilityError("催办要写明要说的话", f"例：zeren urge {code} --note 请于本周五前报送材料")
    with workspace.write(now) as connection:
        members = workspace.settings.chain.laid(LaidOn.MEMBERS)
        organisation = organisation_store.load(connection, members, also=[as_post] if as_post else [])
        actor = _office(workspace, organisation, code, as_post)
        rows = _meant(connection, code, everyone)
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        aim = _aim(connection, lamp, rows, rung)
        running = [row for row in rows if runs(aim.clock, State(row.state))]
        return _urge(connection, workspace, lamp, code, actor, running, aim, note)


def _office(workspace: Workspace, organisation: Organisation, code: str, as_post: str | None) -> str:
    actor = actor_of(workspace, organisation, as_post)
    if organisation.post[actor].tier != workspace.settings.chain.office:
        title, unit = organisation.post[actor].title, organisation.post[actor].unit
        one = code if "." in code else f"{code}.{unit}"
        raise NoRight(
            f"催办由办公室办理，{actor}（{title}）不能", f"不写 --as；只催一个单位：zeren urge {one} --note 说明"
        )
    return actor


def _meant(connection: Connection, code: str, everyone: bool) -> list[Any]:
    """The working assignments to urge: the one named, or the open ones of an item."""
    only = assignments.by_code(connection, code)
    if only is not None:
        _check_open(only)
        return [only]
    rows = assignments.of_item(connection, code)
    if not rows:
        raise unknown_work(connection, code)
    working = [row for row in rows if row.works]
    open_ = [row for row in working if _is_open(row)]
    if not open_:
        states = "、".join(dict.fromkeys(STATE_NAMES[State(row.state)] for row in working))
        raise IllegalTransition(f"{code} 没有要催办的任务（{states or '没有交办'}）", f"查看：zeren show {code}")
    if len(open_) > 1 and not everyone:
        listed = "、".join(row.code for row in open_[:_LISTED])
        more = f" 等 {len(open_)} 项" if len(open_) > _LISTED else ""
        raise AmbiguousCode(
            f"{code} 有 {len(open_)} 项任务在办，什么都没有做。可选：{listed}{more}",
            "写完整的任务编号，或加 --all 全部催办",
        )
    return open_


def _is_open(row: Any) -> bool:
    return any(runs(clock, State(row.state)) for clock in _FIRST)


def _check_open(row: Any) -> None:
    state = State(row.state)
    if not row.works:
        raise IllegalTransition(f"{row.code} 随下级办理情况而定，催办要催下级", f"查看下级：zeren show {row.item_code}")
    if not _is_open(row):
        hint = f"办公室审核：zeren close {row.code}，或 zeren return {row.code} --reason 原因"
        raise IllegalTransition(
            f"{row.code} 现为“{STATE_NAMES[state]}”，不用催办",
            hint if state is State.SUBMITTED else f"查看：zeren show {row.code}",
        )


def _aim(connection: Connection, lamp: Lamp, rows: Sequence[Any], rung: str | None) -> _Aim:
    """The clock that runs on what is to be urged, and has the rung asked for."""
    found = assignments.clocks_of(connection, [row.id for row in rows])
    states = {row.id: State(row.state) for row in rows}
    ladders: dict[Clock, list[Ladder]] = {}
    for one in (clock for clocks in found.values() for clock in clocks):
        if one.clock in _FIRST and runs(one.clock, states[one.assignment_id]):
            ladders.setdefault(Clock(one.clock), []).append(lamp.ladder(one.policy_id, one.clock))
    order = sorted(ladders, key=_FIRST.index)
    if rung is None:
        clock = next((clock for clock in order if any(ladder.rungs for ladder in ladders[clock])), None)
        if clock is None:
            raise ResponsibilityError(
                "没有可以催办的档：没有时限，或规则里这个时钟一档也没有", "查看各档：zeren policy show"
            )
        return _Aim(clock, None)
    for clock in order:
        for step in (step for ladder in ladders[clock] for step in ladder.rungs):
            if rung in (step.id, step.name):
                return _Aim(clock, step.id)
    names = list(dict.fromkeys(step.name for clock in order for ladder in ladders[clock] for step in ladder.rungs))
    raise ResponsibilityError(
        f"没有“{rung}”这一档（可选：{'、'.join(names)}）", is_it(rung, names, "查看各档：zeren policy show")
    )


def _urge(
    connection: Connection,
    workspace: Workspace,
    lamp: Lamp,
    code: str,
    actor: str,
    rows: Sequence[Any],
    aim: _Aim,
    note: str,
) -> Urged:
    blocks = blocks_of(row.id for row in rows)
    members = workspace.settings.chain.laid(LaidOn.MEMBERS)
    sweeping.gather(connection, lamp.now, lamp.today, members, urging.clocks_of(aim.clock.value, blocks))
    keys = dict.fromkeys(case.key for case in cases.due_cases(connection))
    decided = [(key, _jump(lamp, key, aim)) for key in keys]
    seq = ledger.last(connection)[0] + 1
    late = all(lamp.today > key.due_on for key in keys) and aim.clock is Clock.FINISH
    more = tell(connection, seq, lamp, decided, carded=late)
    told, skipped = sweeping.count_notices(connection, seq)
    if not told:
        why = "；".join(line.message for line in more.gaps)
        raise ResponsibilityError(f"没有人能收到，没有催办。{why}", "zeren doctor 看哪里缺人")
    _record(connection, lamp, seq, code, actor, rows, aim, note, decided, more)
    messages, held = put_messages(connection, lamp, seq, by_hand=True)
    return Urged(
        code,
        rows[0].title,
        aim.clock,
        note,
        tuple(row.code for row in rows),
        noticed(connection, workspace, seq, lamp.now),
        skipped,
        messages,
        held,
        tuple(line.record() for line in more.gaps),
    )


def _jump(lamp: Lamp, key: Key, aim: _Aim) -> Plan:
    """The rung asked for fires at once; without one that which is due now, else the one the clock is on again.

    Before its first rung, the first one comes early.
    """
    ladder, settings = lamp.ladder(key.policy_id, key.clock), lamp.settings
    rungs = ladder.rungs
    if aim.rung is None:
        due = plan(ladder, key.due_on, key.rung, lamp.now, settings.calendar, settings.zone)
        if due.fires:
            return due
    to = max(key.rung, 0) if aim.rung is None else _index(rungs, aim.rung)
    passed = rungs[key.rung + 1 : to]
    after = max(key.rung, to)
    return Plan(rungs[to], tuple(passed), after, lamp.following(key.policy_id, key.clock, key.due_on, after))


def _index(rungs: Sequence[Rung], rung: str) -> int:
    """Where the rung stands; an urgent item may have left it out, then the next one up."""
    found = next((at for at, step in enumerate(rungs) if step.id == rung), None)
    if found is None:
        raise ResponsibilityError(
            f"“{rung}”不是这些任务都有的一档", "单独催办：zeren urge 任务编号 --rung 档名 --note 说明"
        )
    return found


def _record(
    connection: Connection,
    lamp: Lamp,
    seq: int,
    code: str,
    actor: str,
    rows: Sequence[Any],
    aim: _Aim,
    note: str,
    decided: Sequence[tuple[Key, Plan]],
    more: More,
) -> None:
    told, skipped = sweeping.count_notices(connection, seq)
    # From the highest rung down: what one move puts on a rung, none that follows finds there.
    moves = [
        {
            "policy": key.policy_id,
            "due_on": key.due_on.isoformat(),
            "rung": key.rung,
            "to": step.rung,
            "fires": step.fires and step.fires.id,
            "skips": [rung.id for rung in step.skips],
            "next_at": step.next_at and step.next_at.isoformat(),
        }
        for key, step in sorted(decided, key=lambda pair: -pair[0].rung)
    ]
    values = {
        "note": note,
        "clock": aim.clock.value,
        "assignments": blocks_of(row.id for row in rows),
        "moves": moves,
        "notices": told,
        "skipped": skipped,
        "digest": ledger.digest_notices(connection, seq),
        **more.values,
    }
    ledger.record(connection, Entry(lamp.now, actor, "urge", [code], values))
