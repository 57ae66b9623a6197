"""Up the chain: one sweep finds what fell due, decides each key once, and writes notices and messages (督办)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from responsibility.core.chain import COPY, OWNER, UNIT_HEAD, LaidOn, Route
from responsibility.core.escalation import Plan, overdue_from, plan, plan_report
from responsibility.core.gaps import Reached
from responsibility.core.summary import Noticed
from responsibility.store import cases, laying, ledger, sweeping
from responsibility.store import organisation as organisation_store
from responsibility.store.cases import Case
from responsibility.store.ledger import Entry
from responsibility.store.sweeping import Key
from responsibility.usecases import cards, gaps
from responsibility.usecases.cards import Given
from responsibility.usecases.digests import digests_of, noticed
from responsibility.usecases.documents import Made
from responsibility.usecases.gaps import GapLine
from responsibility.usecases.lights import Lamp
from responsibility.usecases.messages import put_messages
from responsibility.usecases.routing import Router
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
    #: How many hear of a unit's cards.
    cards: int = 0
    #: Where nobody could be told as meant, as the ledger writes it; `message` says it in words.
    gaps: tuple[Mapping[str, Any], ...] = ()
    #: The documents made of it where the policy says so, and why others were not.
    documents: tuple[Made, ...] = ()
    document_faults: tuple[str, ...] = ()
    #: Of a sweep in shards: those that were not swept, and why.
    shard_faults: tuple[str, ...] = ()
    #: Entry and time of those before it, which had been broken off and were finished first; all counts hold them.
    before: tuple[tuple[int, datetime], ...] = ()

    @property
    def parts(self) -> tuple[tuple[int, datetime], ...]:
        """The entry and the time of each sweep that is counted here, the earliest first."""
        return (*self.before, (self.seq, self.as_of))

    def after(self, earlier: Sweep | None) -> Sweep:
        """This sweep with what one before it wrote, which had been broken off and was finished first."""
        if earlier is None:
            return self
        counts = {name: getattr(earlier, name) + getattr(self, name) for name in _ADDED}
        return replace(self, **counts, before=earlier.parts)


#: What two sweeps amount to is the sum of these.
_ADDED = ("told", "skipped", "messages", "held", "cards", "gaps", "shard_faults")


def sweep(workspace: Workspace, now: datetime, *, dry_run: bool = False) -> Sweep:
    """Find what fell due and climb the ladder, in one transaction. A dry run does the same and undoes it."""
    with workspace.write(now, keep=not dry_run) as connection:
        now = ledger.time_of(connection, now)
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        swept = _sweep(connection, lamp)
        seq, more = swept.seq, swept.more
        messages, held = put_messages(connection, lamp, seq) if swept.told or "told" in more.values else (0, 0)
        notices = noticed(connection, workspace, seq, now) if dry_run else ()
        digests = digests_of(connection, workspace, seq, now) if dry_run else ()
        told = (swept.told, swept.skipped, messages, held, notices, digests)
        return Sweep(now, dry_run, seq, *told, more.cards, tuple(line.record() for line in more.gaps))


def notices_of(workspace: Workspace, swept: Sweep) -> tuple[Noticed, ...]:
    """The notices of a sweep, for people and machines to read."""
    if swept.dry_run or not (swept.told or swept.cards):
        return swept.notices
    with workspace.read() as connection:
        return tuple(one for seq, as_of in swept.parts for one in noticed(connection, workspace, seq, as_of))


def _sweep(connection: Connection, lamp: Lamp) -> Swept:
    """Decide, write notices, and record what they add up to."""
    decided = decide(connection, lamp)
    seq = ledger.last(connection)[0] + 1
    more = tell(connection, seq, lamp, [(key, step) for key, _, step in decided])
    told, skipped = sweeping.count_notices(connection, seq) if decided else (0, 0)
    values = {
        "decisions": [decision_record(key, n, step, lamp.settings.zone) for key, n, step in decided],
        "notices": told,
        "skipped": skipped,
        "digest": ledger.digest_notices(connection, seq) if decided else ledger.digest_rows([]),
        **more.values,
    }
    ledger.record(connection, Entry(lamp.now, ENGINE, "sweep", values=values))
    return Swept(seq, told, skipped, more)


def decide(connection: Connection, lamp: Lamp, *, part: bool = False) -> list[tuple[Key, int, Plan]]:
    """Gather what is due (of the units of `parts.part`): every key, how many clocks stand at it, where they go."""
    decided = [(key, n, _decide(lamp, key)) for key, n in sweeping.due_keys(connection, lamp.now, part=part)]
    if decided:
        members = lamp.settings.chain.laid(LaidOn.MEMBERS)
        sweeping.gather(connection, lamp.now, lamp.today, members, part=part)
    return decided


@dataclass(frozen=True, slots=True)
class More:
    """What comes of notices besides themselves: cards, what is told of units because of them, and gaps."""

    #: As the ledger entry writes it.
    values: Mapping[str, Any]
    #: How many hear of a unit's cards.
    cards: int
    gaps: tuple[GapLine, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """The ledger entry, notices told, rungs passed over, and what else came of it."""

    seq: int
    told: int
    skipped: int
    more: More


def tell(
    connection: Connection, seq: int, lamp: Lamp, decided: Sequence[tuple[Key, Plan]], *, carded: bool = True
) -> More:
    """Write the notices of every clock gathered, and find what they add up to.

    `carded` False gives no cards: nothing is overdue.
    """
    if not decided and not lamp.empty_ladders:
        return More({}, 0, ())
    router = router_for(connection, lamp)
    given, reached = told(connection, seq, router, decided, carded=carded)
    sweeping.forget(connection)
    return add_up(connection, router, given, reached)


def router_for(connection: Connection, lamp: Lamp) -> Router:
    """Who is meant by which recipient kind, of the organisation as it is."""
    members = lamp.settings.chain.laid(LaidOn.MEMBERS)
    return Router(connection, organisation_store.load(connection, members, people=False), lamp)


def told(
    connection: Connection, seq: int, router: Router, decided: Sequence[tuple[Key, Plan]], *, carded: bool = True
) -> tuple[Given, list[Reached]]:
    """Write the notices of every clock gathered: the cards they give, and what was not simply delivered."""
    if not decided:
        return Given({}), []
    steps = dict(decided)
    found = cases.due_cases(connection)
    _write_notices(connection, seq, router, decided, found)
    fired = [(case, fires.id) for case in found if (fires := steps[case.key].fires)]
    given = cards.give(connection, router, fired if carded else ())
    return given, [*gaps.reached(router, fired), *given.reached]


def add_up(connection: Connection, router: Router, given: Given, reached: Sequence[Reached]) -> More:
    """What comes of notices besides themselves, as a ledger entry writes it."""
    lines = gaps.met(connection, router, reached)
    rows = [*given.told, *gaps.rows_for_office(connection, router, lines)]
    values = {**given.record(router.lamp.today), **({"told": rows} if rows else {})}
    if lines:
        values["gaps"] = [line.record() for line in lines]
    return More(values, len(given.told), lines)


def _decide(lamp: Lamp, key: Key) -> Plan:
    settings = lamp.settings
    ladder = lamp.ladder(key.policy_id, key.clock)
    if key.rule:
        position = (key.rule, key.due_on, key.missed, key.rung)
        return plan_report(ladder, *position, lamp.now, settings.calendar, settings.zone)
    return plan(ladder, key.due_on, key.rung, lamp.now, settings.calendar, settings.zone)


def decision_record(key: Key, n: int, step: Plan, zone: ZoneInfo) -> dict[str, Any]:
    """A decision as a ledger entry writes it."""
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


def _write_notices(
    connection: Connection,
    seq: int,
    router: Router,
    decided: Sequence[tuple[Key, Plan]],
    found: Sequence[Case],
) -> None:
    order = router.lamp.settings.chain.order
    # From the owner up the chain: who is meant twice is told as the first of them.
    tells = (OWNER, UNIT_HEAD, *reversed(order))
    # Copies come last: who is told gets none besides.
    places = {told: place for place, told in enumerate((*tells, *(COPY + tell for tell in tells)))}
    decisions = [row for key, step in decided for row in _decision_rows(key, step, places)]
    rows = _routes(router, found, sorted({row["tell"] for row in decisions}))
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
        for tell in (*rung.tells, *(COPY + copy for copy in rung.copies))
        if tell in places
    ]


def _routes(router: Router, found: Sequence[Case], tells: Sequence[str]) -> list[dict[str, Any]]:
    """Who is meant by each recipient kind, for every case that is due."""
    above = [kind for kind in tells if kind != OWNER]
    wanted = {(case.case_item, case.unit, kind) for case in found for kind in above}
    if OWNER in tells:  # a member's post that is held is told itself
        owners = {(case.case_item, case.unit, case.owner) for case in found}
        wanted |= {one for one in owners if one[2] != sweeping.HELD_MEMBER}
    return [_route_row(*one, route) for one in sorted(wanted) for route in _meant(router, *one)]


def _meant(router: Router, case_item: int, unit: str, tell: str) -> list[Route]:
    """The routes of a recipient kind; a copy goes to nobody else instead."""
    if not tell.startswith(COPY):
        return router(case_item, unit, tell)
    routes = router(case_item, unit, tell.removeprefix(COPY))
    return [replace(route, tell=COPY + route.tell) for route in routes if route.instead_of is None]


def _route_row(case_item: int, unit: str, tell: str, route: Route) -> dict[str, Any]:
    return {
        "case_item": case_item,
        "unit": unit,
        "tell": tell,
        "recipient": route.post,
        "heard_as": route.tell,
        "instead_of": route.instead_of,
    }
