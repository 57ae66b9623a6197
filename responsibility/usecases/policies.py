"""督办规则: the snapshots assignments keep, and moving a list's running ones to the policy as it is now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.escalation import Clock, Ladder, Policy, Rung, kind_of, moment, next_moment, next_rung, runs
from responsibility.core.policies import Change, carried_over, changed, for_urgent
from responsibility.settings import Settings, policy_record
from responsibility.store import laying, ledger, switching, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import live_list
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace, office_post


def kept_policies(connection: Connection, settings: Settings) -> tuple[int, int]:
    """The ids of the snapshots that what is issued now keeps: of ordinary items, and of urgent ones."""
    policy = settings.policy
    return _kept(connection, policy), _kept(connection, for_urgent(policy))


def _kept(connection: Connection, policy: Policy) -> int:
    body = policy_record(policy)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return laying.keep_policy(connection, digest, body)


@dataclass(frozen=True, slots=True)
class RungChange:
    """A rung that is another, new or gone; None on the side where it is not."""

    clock: Clock
    urgent: bool
    before: Rung | None
    after: Rung | None


@dataclass(frozen=True, slots=True)
class ClockChange:
    """So many running clocks due on one day, and when and to which rung they move next."""

    clock: Clock
    count: int
    before_at: datetime | None
    before: Rung | None
    after_at: datetime | None
    after: Rung | None


@dataclass(frozen=True, slots=True)
class PolicyApplied:
    """What moving a list's running assignments to the present policy changes, or would."""

    list_code: str
    title: str
    written: bool
    assignments: int
    rungs: tuple[RungChange, ...]
    clocks: tuple[ClockChange, ...]
    #: What else the policies say differently.
    others: tuple[Change, ...]
    #: How many clocks the next sweep finds on a rung already.
    due_now: int


def preview_policy(workspace: Workspace, list_code: str, now: datetime) -> PolicyApplied:
    """What `apply_policy` would change, by doing it and undoing it."""
    with workspace.write(now, keep=False) as connection:
        return _apply(connection, workspace, list_code, now, written=False)


def apply_policy(workspace: Workspace, list_code: str, now: datetime) -> PolicyApplied:
    """Move the running assignments of a list to the policy as it is now.

    Due dates stay. What was already told is not told again: a clock goes on after the rung it is on.
    """
    with workspace.write(now) as connection:
        return _apply(connection, workspace, list_code, now, written=True)


def _apply(
    connection: Connection, workspace: Workspace, list_code: str, now: datetime, *, written: bool
) -> PolicyApplied:
    work_list = live_list(connection, list_code)
    plain, urgent = kept_policies(connection, workspace.settings)
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    leaving = switching.running(connection, work_list.id, plain, urgent)
    rows = switching.groups(connection, work_list.id, plain, urgent)
    steps = [_step(lamp, row, urgent if row.urgent else plain) for row in rows]
    if leaving:
        values = {
            "list": work_list.id,
            "policy": plain,
            "urgent_policy": urgent,
            "urgent_items": switching.urgent_items(connection, work_list.id),
            "assignments": sum(leaving.values()),
            "steps": _once(steps),
        }
        codes = [list_code, *(row.code for row in worklists.items(connection, work_list.id))]
        ledger.record(connection, Entry(now, office_post(workspace, connection), "policy.apply", codes, values))
    moved = _clock_changes(lamp, rows, steps, plain, urgent)
    return PolicyApplied(
        list_code,
        work_list.title,
        written and bool(leaving),
        sum(leaving.values()),
        _rung_changes(lamp, rows, plain, urgent),
        moved,
        _other_changes(lamp, leaving, plain),
        sum(one.count for one in moved if one.after_at and one.after_at <= now),
    )


def _step(lamp: Lamp, row: Any, target: int) -> dict[str, Any]:
    """Where the clocks of one group go."""
    settings = lamp.settings
    old, new = lamp.ladder(row.policy_id, row.clock), lamp.ladder(target, row.clock)
    moments = [moment(rung, row.due_on, settings.calendar, settings.zone) for rung in new.rungs]
    to = carried_over(old, new, row.rung, sum(at <= lamp.now for at in moments) - 1)
    at = (row.due_on, to, settings.calendar, settings.zone, row.rule, row.missed)
    next_at = next_moment(new, *at) if _goes_on(row) else None
    return {
        "policy": row.policy_id,
        "clock": row.clock,
        "due_on": row.due_on.isoformat(),
        "rung": row.rung,
        "rule": row.rule,
        "missed": row.missed,
        "waits": row.next_at is not None,
        "state": row.state,
        "urgent": bool(row.urgent),
        "to": to,
        "next_at": next_at and next_at.isoformat(),
    }


def _goes_on(row: Any) -> bool:
    """Whether a clock has a next moment under another policy.

    One that has climbed its ladder may find more rungs; of milestones, reports and the line only what waits goes on,
    for the others were answered.
    """
    lasting = kind_of(row.clock) in (Clock.SIGN, Clock.FINISH, Clock.VERIFY)
    return runs(row.clock, State(row.state)) and (row.next_at is not None or lasting)


def _once(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Clocks that stood at one key with different next moments go to the same place."""
    return [step for at, step in enumerate(steps) if step not in steps[:at]]


def _rung_changes(lamp: Lamp, rows: Sequence[Any], plain: int, urgent: int) -> tuple[RungChange, ...]:
    """Rung by rung what is another, over every policy the clocks come from."""
    found: dict[RungChange, None] = {}
    for policy_id, name, is_urgent in sorted({(row.policy_id, row.clock, bool(row.urgent)) for row in rows}):
        old, new = lamp.ladder(policy_id, name), lamp.ladder(urgent if is_urgent else plain, name)
        for before, after in _paired(old, new):
            if before != after:
                found[RungChange(kind_of(name), is_urgent, before, after)] = None
    return tuple(found)


def _other_changes(lamp: Lamp, leaving: Iterable[int], plain: int) -> tuple[Change, ...]:
    """What is another besides rungs, over every policy the assignments come from."""
    found: list[Change] = []
    for policy_id in leaving:
        found += [one for one in changed(lamp.policy(policy_id), lamp.policy(plain)) if one not in found]
    return tuple(found)


def _paired(old: Ladder, new: Ladder) -> list[tuple[Rung | None, Rung | None]]:
    """The rungs of two ladders side by side, by their ids, in rising order of moment."""
    before, after = ({rung.id: rung for rung in ladder.rungs} for ladder in (old, new))
    pairs = [(before.get(rung), after.get(rung)) for rung in dict.fromkeys((*before, *after))]
    return sorted(pairs, key=lambda pair: (pair[1] or pair[0]).days)  # type: ignore[union-attr]


def _clock_changes(
    lamp: Lamp, rows: Sequence[Any], steps: Sequence[Mapping[str, Any]], plain: int, urgent: int
) -> tuple[ClockChange, ...]:
    """The running clocks whose next moment or rung is another, those alike together."""
    counts: dict[tuple[Any, ...], int] = {}
    zone = lamp.settings.zone
    for row, step in zip(rows, steps, strict=True):
        before = _next(lamp.ladder(row.policy_id, row.clock), row.rung, row) if row.next_at else None
        target = lamp.ladder(urgent if row.urgent else plain, row.clock)
        after = _next(target, step["to"], row) if _goes_on(row) else None
        before_at = row.next_at and row.next_at.astimezone(zone)
        after_at = step["next_at"] and datetime.fromisoformat(step["next_at"])
        if (before_at, before) != (after_at, after):
            key = (kind_of(row.clock), before_at, before, after_at, after)
            counts[key] = counts.get(key, 0) + row.n
    last = datetime.max.replace(tzinfo=zone)
    every = sorted(counts.items(), key=lambda pair: (pair[0][3] or last, pair[0][0]))
    return tuple(ClockChange(key[0], n, *key[1:]) for key, n in every)


def _next(ladder: Ladder, rung: int, row: Any) -> Rung | None:
    following = next_rung(ladder, rung, row.rule, row.missed)
    return ladder.rungs[following] if following is not None else None
