"""The whole chain at an instant, counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection

from responsibility.core import summary as core
from responsibility.core.assignment import Light, State
from responsibility.core.chain import Chain, LaidOn, Organisation
from responsibility.core.summary import (
    Family,
    Group,
    ItemFacts,
    ItemLine,
    Lit,
    Summary,
    Tally,
)
from responsibility.settings import Settings
from responsibility.store import assignments, extensions, finished, laying, reviews
from responsibility.store import organisation as organisation_store
from responsibility.usecases.lights import Lamp
from responsibility.usecases.status.groups import OF_ITEMS, By
from responsibility.usecases.workspace import Workspace, not_before_last_act


def status(workspace: Workspace, now: datetime, by: By = By.TIER) -> Summary:
    """The whole chain at `now`."""
    with workspace.read() as connection:
        not_before_last_act(connection, now, workspace.settings, workspace.leeway)
        return summarise(connection, workspace.settings, now, by)


def summarise(connection: Connection, settings: Settings, now: datetime, by: By) -> Summary:
    """Count what the database tallies; `connection` may be a rebuilt past."""
    chain = settings.chain
    organisation = organisation_store.load(connection, chain.laid(LaidOn.MEMBERS), people=False)
    lamp = Lamp(settings, laying.policies(connection), now)
    rows = assignments.item_facts(connection, lamp.today)
    rectified = reviews.rectified_by(connection)
    read = cache(json.loads)
    families = _families(connection, lamp, chain, organisation, {row.id: read(row.deadline) for row in rows})
    later = extensions.extended(connection)
    facts = {
        r.id: ItemFacts(
            r.id,
            r.code,
            r.title,
            r.category_name or r.category,
            r.due_on or rectified.get(r.id),
            later.get(r.id, 0),
        )
        for r in rows
    }
    lights = core.together(families)
    lines = core.item_lines(families, facts)
    waiting = [row for row in rows if not row.laid and not row.removed]
    groups = _of_items(by, lines, facts) if by in OF_ITEMS else _of_tallies(by, lights, chain, organisation)
    if by is By.UNIT:
        from responsibility.usecases.cards import counted

        cards = counted(connection, settings.policy, lamp.today)
        groups = tuple(replace(group, cards=cards.get(group.key, ())) for group in groups)
    return Summary(
        as_of=now,
        by=by.value,
        totals=core.totals(lights),
        groups=groups,
        items=lines,
        unassigned=len(waiting),
        questions=sum(row.needs_confirmation for row in waiting),
    )


def only_late(summary: Summary) -> Summary:
    """The items and groups in which something is overdue; the totals stay."""
    groups = tuple(group for group in summary.groups if group.counts[Light.OVERDUE])
    items = tuple(line for line in summary.items if line.counts[Light.OVERDUE])
    return replace(summary, groups=groups, items=items)


def _families(
    connection: Connection,
    lamp: Lamp,
    chain: Chain,
    organisation: Organisation,
    deadlines: Mapping[int, Mapping[str, Any]],
) -> list[Family]:
    """Every occurrence, with those laid alike and standing alike; each kind is judged once."""
    found: dict[Any, tuple[assignments.FamilyRows, list[int]]] = {}
    for family in assignments.families(connection).values():
        item = family.item_id
        if item in deadlines:
            steps = lamp.milestones(item, deadlines[item])
            alike = (steps, family.above, tuple([row[2:] for row in family.working]))
            found.setdefault(alike, (family, []))[1].append(item)
    leaders = {unit.code: organisation.leaders_of(unit.code, chain) for unit in organisation.units}

    def judged(family: assignments.FamilyRows) -> tuple[Lit, ...]:
        item, occurrence = family.item_id, family.working[0].occurrence_id if family.working else 0
        works = [(row, lamp.work(row, deadlines[item])) for row in family.working]
        policies = {work: row.policy_id for row, work in works}
        above = ((row, lamp.resting(row.state)) for row in assignments.above_written(family.above))
        tallies = [
            *(Tally(item, occurrence, row.tier, row.unit, row.post, False, work, 1) for row, work in above),
            *(Tally(item, occurrence, row.tier, row.unit, None, True, work, row.n) for row, work in works),
        ]
        return tuple(core.lit(tallies, lambda w: lamp.shine(w, policies[w]), chain, lambda unit: leaders.get(unit, [])))

    judged_ = [Family(judged(family), tuple(items)) for family, items in found.values()]
    return judged_ + _finished(connection, lamp)


def _finished(connection: Connection, lamp: Lamp) -> list[Family]:
    """The occurrences of which nothing is open: all that closed is closed, whatever its dates were."""
    alike: dict[str, list[int]] = {}
    for item, written in finished.every(connection):
        alike.setdefault(written, []).append(item)
    work = lamp.resting(State.CLOSED)

    def lights(written: str, item: int) -> tuple[Lit, ...]:
        return tuple(
            Lit(Tally(item, 0, one.tier, one.unit, one.post, one.works, work, one.n), Light.CLOSED)
            for one in finished.closed(written)
        )

    return [Family(lights(written, items[0]), tuple(items)) for written, items in alike.items()]


def _of_tallies(by: By, lights: Sequence[Lit], chain: Chain, organisation: Organisation) -> tuple[Group, ...]:
    if by is By.TIER:
        return core.count(lights, lambda t: [t.tier], [(tier.id, tier.name) for tier in chain.tiers])
    if by is By.LEADER:
        return core.count(lights, *_by_leader(chain, organisation))
    below = {tier.id for tier in chain.tiers if tier.laid_on in (LaidOn.UNITS, LaidOn.MEMBERS)}
    units = [(unit.code, unit.name) for unit in organisation.units]
    return core.count(lights, lambda t: [t.unit] if t.tier in below else [], units)


def _of_items(by: By, lines: Sequence[ItemLine], facts: Mapping[int, ItemFacts]) -> tuple[Group, ...]:
    if by is By.CATEGORY:
        names = dict.fromkeys(fact.category for fact in facts.values())
        return core.count_items(lines, lambda fact: fact.category, [(name, name) for name in names])
    return core.count_items(lines, lambda fact: fact.code, [(fact.code, fact.title) for fact in facts.values()])


def _by_leader(
    chain: Chain, organisation: Organisation
) -> tuple[Callable[[Tally], Iterable[str]], Sequence[tuple[str, str]]]:
    """A leader's own assignments and those of the units the leader oversees."""
    tier = chain.laid(LaidOn.LEADERS)
    over = {unit.code: organisation.leaders_of(unit.code, chain) for unit in organisation.units}
    upper = {t.id for t in chain.tiers if t.laid_on is LaidOn.ONE}

    def key(tally: Tally) -> Iterable[str]:
        if tally.tier == tier:
            return [str(tally.post)]
        return [] if tally.tier in upper else over.get(tally.unit, [])

    return key, [(post.code, post.title) for post in organisation.posts if post.tier == tier]
