"""The one place where assignments are counted, so that every medium says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from responsibility.core.assignment import SEVERITY, Light, State, Work, progress, worst
from responsibility.core.cards import CardCount
from responsibility.core.chain import Chain, LaidOn, answers_for


@dataclass(frozen=True, slots=True)
class Tally:
    """`n` assignments that are alike in everything a light or a group depends on."""

    item: int
    occurrence: int
    tier: str
    unit: str
    #: The post laid on; None for units and where `n` members are counted together.
    post: str | None
    #: Whether the work is done here, so that its light is its own and not rolled up.
    works: bool
    work: Work
    n: int


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What a summary says of an item besides counts."""

    id: int
    code: str
    title: str
    category: str
    due_on: date | None
    #: How many of its assignments were extended.
    extended: int = 0


@dataclass(slots=True)
class Counts:
    """How many assignments show each light."""

    by_light: dict[Light, int] = field(default_factory=lambda: dict.fromkeys(Light, 0))

    def add(self, light: Light, n: int) -> None:
        self.by_light[light] += n

    @property
    def assignments(self) -> int:
        return sum(self.by_light.values())

    @property
    def worst(self) -> Light:
        return worst(light for light, n in self.by_light.items() if n)

    def __getitem__(self, light: Light) -> int:
        return self.by_light[light]


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a table: a tier, a unit, a leader, a category or an item, and its counts."""

    key: str
    name: str
    counts: Counts
    #: A unit's cards, by rule.
    cards: tuple[CardCount, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item with its counts over the whole chain."""

    facts: ItemFacts
    light: Light
    #: 0-100 over those who do the work, or None where there is nothing to measure by.
    progress: int | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Summary:
    """The state at an instant."""

    as_of: datetime
    by: str
    totals: Counts
    groups: tuple[Group, ...]
    items: tuple[ItemLine, ...]
    #: Live items of which nothing was assigned yet.
    unassigned: int
    #: How many of those wait for an answer about their deadline.
    questions: int


@dataclass(frozen=True, slots=True)
class Lit:
    """A tally and its light."""

    tally: Tally
    light: Light


Shine = Callable[[Work], Light]


def lit(tallies: Sequence[Tally], shine: Shine, chain: Chain, leaders_of: Callable[[str], Sequence[str]]) -> list[Lit]:
    """Give every tally its light: its own where work is done, the worst below everywhere above.

    `leaders_of` maps a unit to the leaders' posts that oversee it. Cancelled assignments are left out.
    """
    alive = [t for t in tallies if t.work.state is not State.CANCELLED]
    own = {id(t): shine(t.work) for t in alive if t.works}
    below: dict[int, dict[str, Light]] = defaultdict(dict)
    for t in alive:
        if t.works:
            units = below[t.occurrence]
            units[t.unit] = worst((units.get(t.unit, Light.CLOSED), own[id(t)]))
    leaders: dict[int, set[str]] = defaultdict(set)
    for t in alive:
        if t.post and chain.tier(t.tier).laid_on is LaidOn.LEADERS:
            leaders[t.occurrence].add(t.post)

    def light_of(t: Tally) -> Light:
        if t.works:
            return own[id(t)]
        return _rolled_up(t, below[t.occurrence], chain, leaders[t.occurrence], leaders_of)

    return [Lit(t, light_of(t)) for t in alive]


def _rolled_up(
    tally: Tally,
    below: Mapping[str, Light],
    chain: Chain,
    leaders: Collection[str],
    leaders_of: Callable[[str], Sequence[str]],
) -> Light:
    if tally.work.state is State.CLOSED:
        return Light.CLOSED
    if tally.work.state is State.SUSPENDED:
        return Light.SUSPENDED
    laid = chain.tier(tally.tier).laid_on
    if laid is LaidOn.UNITS and tally.unit in below:
        return below[tally.unit]
    if laid is LaidOn.LEADERS:
        return worst(below[unit] for unit in answers_for(str(tally.post), below, leaders, leaders_of))
    return worst(below.values())


@dataclass(frozen=True, slots=True)
class Family:
    """Occurrences laid alike and standing alike: what is worked out for one holds for all."""

    #: The assignments of one of them.
    lights: tuple[Lit, ...]
    #: The item of each; an item stands here once for each of its occurrences.
    items: tuple[int, ...]


def together(families: Iterable[Family]) -> list[Lit]:
    """All assignments of some families, those that are alike counted together."""
    return [
        Lit(replace(one.tally, n=one.tally.n * len(family.items)), one.light)
        for family in families
        for one in family.lights
    ]


def count(
    lights: Iterable[Lit], key: Callable[[Tally], Iterable[str]], order: Sequence[tuple[str, str]]
) -> tuple[Group, ...]:
    """Counts per key, in the given order of (key, name); keys that `order` does not name are left out."""
    groups = {k: Group(k, name, Counts()) for k, name in order}
    for one in lights:
        for k in key(one.tally):
            if k in groups:
                groups[k].counts.add(one.light, one.tally.n)
    return tuple(groups.values())


def count_items(
    lines: Iterable[ItemLine], key: Callable[[ItemFacts], str], order: Sequence[tuple[str, str]]
) -> tuple[Group, ...]:
    """As `count`, where the key is a matter of the item alone."""
    groups = {k: Group(k, name, Counts()) for k, name in order}
    for line in lines:
        for light, n in line.counts.by_light.items():
            groups[key(line.facts)].counts.add(light, n)
    return tuple(groups.values())


def totals(lights: Iterable[Lit]) -> Counts:
    """Counts over everything."""
    counts = Counts()
    for one in lights:
        counts.add(one.light, one.tally.n)
    return counts


@dataclass(frozen=True, slots=True)
class _Share:
    """What one family adds to its items."""

    counts: Counts
    #: Progress summed over those who do the work, and how many they are; None where there is nothing to measure by.
    reached: int | None
    workers: int


def item_lines(families: Iterable[Family], facts: Mapping[int, ItemFacts]) -> tuple[ItemLine, ...]:
    """Every item that has assignments, worst first, then where it shows most, then by due date and code."""
    shares: dict[int, list[_Share]] = defaultdict(list)
    for family in families:
        share = _share(family.lights)
        for item in family.items if family.lights else ():
            shares[item].append(share)
    lines = [_line(facts[item], _sum(some)) for item, some in shares.items()]
    return tuple(sorted(lines, key=_worst_first))


def _share(lights: Sequence[Lit]) -> _Share:
    measured = [(progress(one.tally.work), one.tally.n) for one in lights if one.tally.works]
    reached = sum((value or 0) * n for value, n in measured)
    nothing = all(value is None for value, _ in measured)
    return _Share(totals(lights), None if nothing else reached, sum(n for _, n in measured))


def _sum(shares: Sequence[_Share]) -> _Share:
    if len(shares) == 1:
        return shares[0]
    counts = Counts()
    for share in shares:
        for light, n in share.counts.by_light.items():
            counts.add(light, n)
    reached = [share.reached for share in shares if share.reached is not None]
    return _Share(counts, sum(reached) if reached else None, sum(share.workers for share in shares))


def _line(facts: ItemFacts, share: _Share) -> ItemLine:
    reached = None if share.reached is None else share.reached // share.workers
    return ItemLine(facts, share.counts.worst, reached, share.counts)


def _worst_first(line: ItemLine) -> tuple[int, int, date, str]:
    return (-SEVERITY[line.light], -line.counts[line.light], line.facts.due_on or date.max, line.facts.code)
