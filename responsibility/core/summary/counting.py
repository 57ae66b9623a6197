"""The one place where assignments are counted, so that every medium says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from responsibility.core.assignment import SEVERITY, Light, State, Work, progress, worst
from responsibility.core.chain import Chain, LaidOn


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
    return [Lit(t, own[id(t)] if t.works else _rolled_up(t, below[t.occurrence], chain, leaders_of)) for t in alive]


def _rolled_up(
    tally: Tally, below: Mapping[str, Light], chain: Chain, leaders_of: Callable[[str], Sequence[str]]
) -> Light:
    if tally.work.state is State.CLOSED:
        return Light.CLOSED
    if tally.work.state is State.SUSPENDED:
        return Light.SUSPENDED
    laid = chain.tier(tally.tier).laid_on
    if laid is LaidOn.UNITS and tally.unit in below:
        return below[tally.unit]
    if laid is LaidOn.LEADERS:
        mine = [light for unit, light in below.items() if tally.post in leaders_of(unit)]
        return worst(mine or below.values())
    return worst(below.values())


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


def totals(lights: Iterable[Lit]) -> Counts:
    """Counts over everything."""
    counts = Counts()
    for one in lights:
        counts.add(one.light, one.tally.n)
    return counts


def item_lines(lights: Iterable[Lit], facts: Mapping[int, ItemFacts]) -> tuple[ItemLine, ...]:
    """Every item that has assignments, worst first, then where it shows most, then by due date and code."""
    counts: dict[int, Counts] = defaultdict(Counts)
    measured: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    for one in lights:
        counts[one.tally.item].add(one.light, one.tally.n)
        if one.tally.works:
            measured[one.tally.item].append((progress(one.tally.work), one.tally.n))
    lines = [ItemLine(facts[i], c.worst, _mean(measured[i]), c) for i, c in counts.items()]
    return tuple(sorted(lines, key=_worst_first))


def _mean(measured: Sequence[tuple[int | None, int]]) -> int | None:
    if all(value is None for value, _ in measured):
        return None
    return sum((value or 0) * n for value, n in measured) // sum(n for _, n in measured)


def _worst_first(line: ItemLine) -> tuple[int, int, date, str]:
    return (-SEVERITY[line.light], -line.counts[line.light], line.facts.due_on or date.max, line.facts.code)
