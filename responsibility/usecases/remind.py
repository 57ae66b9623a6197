"""Up the chain: one sweep finds what fell due, decides each key once, and writes notices and messages (督办)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from responsibility.core.chain import OWNER, UNIT_HEAD, LaidOn, Organisation, Route, route_above, routes
from responsibility.core.escalation import Plan, overdue_from, plan, plan_report
from responsibility.core.summary import Noticed
from responsibility.store import laying, ledger, sweeping, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.store.sweeping import Key
from responsibility.usecases.digests import digests_of, noticed
from responsibility.usecases.lights import Lamp
from responsibility.usecases.messages import put_messages
from responsibility.usecases.workspace import ENGINE, Workspace
from responsibility.views.texts import Digest


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep wrote."""

    as_of: datetime
    dry_run: bool
    #: The sweep's ledger entry.
    seq: int
    #: How many notices were told, and how many rungs were passed over.
    told: int
    skipped: int
    messages: int
    #: How many of the messages wait for a working day.
    held: int
    notices: tuple[Noticed, ...] = ()
    #: What would be sent, rendered only in a dry run.
    digests: tuple[Digest, ...] = ()


def sweep(workspace: Workspace, now: datetime, *, dry_run: bool = False) -> Sweep:
    """Find what fell due and climb the ladder, in one transaction. A dry run does the same and undoes it."""
    with workspace.write(now, keep=not dry_run) as connection:
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        seq, told, skipped = _sweep(connection, lamp)
        messages, held = put_messages(connection, lamp, seq) if told else (0, 0)
        notices = noticed(connection, workspace, seq, now) if dry_run else ()
        digests = digests_of(connection, workspace, seq, now) if dry_run else ()
        return Sweep(now, dry_run, seq, told, skipped, messages, held, notices, digests)


def notices_of(workspace: Workspace, swept: Sweep) -> tuple[Noticed, ...]:
    """The notices of a sweep, for people and machines to read."""
    if swept.dry_run:
        return swept.notices
    with workspace.read() as connection:
        return noticed(connection, workspace, swept.seq, swept.as_of)


def _sweep(connection: Connection, lamp: Lamp) -> tuple[int, int, int]:
    """(the ledger entry, notices told, rungs passed over)."""
    decided = [(key, n, _decide(lamp, key)) for key, n in sweeping.due_keys(connection, lamp.now)]
    seq = ledger.last(connection)[0] + 1
    if decided:
        _write_notices(connection, seq, lamp, decided)
    told, skipped = sweeping.count_notices(connection, seq)
    values = {
        "decisions": [_decision_record(key, n, step, lamp.settings.zone) for key, n, step in decided],
        "notices": told,
        "skipped": skipped,
        "digest": ledger.digest_notices(connection, seq),
    }
    return ledger.record(connection, Entry(lamp.now, ENGINE, "sweep", values=values)), told, skipped


def _decide(lamp: Lamp, key: Key) -> Plan:
    settings = lamp.settings
    ladder = lamp.ladder(key.policy_id, key.clock)
    if key.rule:
        position = (key.rule, key.due_on, key.missed, key.rung)
        return plan_report(ladder, *position, lamp.now, settings.calendar, settings.zone)
    return plan(ladder, key.due_on, key.rung, lamp.now, settings.calendar, settings.zone)


def _decision_record(key: Key, n: int, step: Plan, zone: ZoneInfo) -> dict[str, Any]:
    of_report = {}
    if key.rule and step.due_on:
        of_report = {
            "rule": key.rule,
            "missed": key.missed,
            "began": step.began,
            "to_due_on": step.due_on.isoformat(),
            "to_due_at": overdue_from(step.due_on, zone).isoformat(),
        }
    return of_report | {
        "policy": key.policy_id,
        "clock": key.clock,
        "due_on": key.due_on.isoformat(),
        "rung": key.rung,
        "to": step.rung,
        "fires": step.fires.id if step.fires else None,
        "skips": [rung.id for rung in step.skips],
        "next_at": step.next_at and step.next_at.isoformat(),
        "clocks": n,
    }


def _write_notices(connection: Connection, seq: int, lamp: Lamp, decided: Sequence[tuple[Key, int, Plan]]) -> None:
    chain = lamp.settings.chain
    members = chain.laid(LaidOn.MEMBERS)
    # From the owner up the chain: who is meant twice is told as the first of them.
    places = {tell: place for place, tell in enumerate((OWNER, UNIT_HEAD, *reversed(chain.order)))}
    decisions = [row for key, _, step in decided for row in _decision_rows(key, step, places)]
    organisation = organisation_store.load(connection, members, people=False)
    sweeping.gather(connection, lamp.now, lamp.today, members)
    rows = _routes(connection, organisation, lamp, sorted({row["tell"] for row in decisions}))
    sweeping.write_notices(connection, seq, decisions, rows)


def _decision_rows(key: Key, step: Plan, places: Mapping[str, int]) -> list[dict[str, Any]]:
    fired = [(step.fires, False)] if step.fires else []
    return [
        {
            "policy_id": key.policy_id,
            "clock": key.clock,
            "due_on": key.due_on,
            "rung": key.rung,
            "rule": key.rule,
            "missed": key.missed,
            "began": step.began,
            "place": places[tell],
            "fires": rung.id,
            "tell": tell,
            "skipped": skipped,
        }
        for rung, skipped in [*((rung, True) for rung in step.skips), *fired]
        for tell in rung.tells
        if tell in places
    ]


def _routes(
    connection: Connection, organisation: Organisation, lamp: Lamp, tells: Sequence[str]
) -> list[dict[str, Any]]:
    """Who is meant by each recipient kind, for every case that is due."""
    named = worklists.leaders_named(connection)
    chain = lamp.settings.chain
    members = chain.laid(LaidOn.MEMBERS)

    @cache  # an item stands here for the leaders it names: most name the same few
    def found(unit: str, kind: str, leaders: tuple[str, ...]) -> list[Route]:
        if kind == sweeping.VACANT_MEMBER:
            return route_above(str(members), unit, chain, organisation, lamp.today, "", leaders)
        return routes(kind, unit, chain, organisation, lamp.today, leaders)

    cases = sweeping.due_cases(connection)
    above = [tell for tell in tells if tell != OWNER]
    wanted = {(case, unit, tell) for case, unit, _ in cases for tell in above}
    if OWNER in tells:  # a member's post that is held is told itself
        wanted |= {(case, unit, owner) for case, unit, owner in cases if owner != sweeping.HELD_MEMBER}
    return [
        _route_row(case, unit, kind, route)
        for case, unit, kind in sorted(wanted)
        for route in found(unit, kind, tuple(named.get(case, ())))
    ]


def _route_row(case_item: int, unit: str, tell: str, route: Route) -> dict[str, Any]:
    return {
        "case_item": case_item,
        "unit": unit,
        "tell": tell,
        "recipient": route.post,
        "heard_as": route.tell,
        "instead_of": route.instead_of,
    }
