"""负担: how many messages people got, and how many they were spared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from responsibility.core.timing import Held

#: So many of those who got most are named.
HIGHEST = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the outbox keeps it."""

    person: str
    tier: str
    #: Whether it went out (or may have): sent or uncertain.
    out: bool
    #: So many notices it speaks of; of what is no digest, one.
    notices: int
    #: Why it was held and then merged into a later one.
    merged: Held | None = None
    #: Whether it was dropped because nothing of it was true any more.
    untrue: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What one person got, or all of a tier."""

    #: Person or tier.
    key: str
    messages: int
    notices: int
    #: How many people that is.
    people: int = 1

    @property
    def each(self) -> float:
        """Messages per person."""
        return self.messages / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Burden:
    """Messages from `since` until `until`, and what people were spared."""

    since: datetime
    until: datetime
    #: All together.
    total: Load
    tiers: tuple[Load, ...]
    highest: tuple[Load, ...]
    #: Messages spared because one digest carries many notices.
    digested: int
    #: Messages spared because what was held joined a later one, by why it was held.
    merged: Mapping[Held, int]
    #: Messages spared because what they said was no longer true when they were to go out.
    untrue: int


def burden(since: datetime, until: datetime, messages: Iterable[Sent], tiers: Iterable[str]) -> Burden:
    """Count the messages of some time; `tiers` gives their order."""
    every = list(messages)
    out = [one for one in every if one.out]
    people = [_load(person, some) for person, some in _by(out, lambda m: m.person).items()]
    by_tier = _by(out, lambda m: m.tier)
    return Burden(
        since=since,
        until=until,
        total=_load("", out),
        tiers=tuple(_load(tier, by_tier[tier]) for tier in tiers if tier in by_tier),
        highest=tuple(sorted(people, key=lambda load: (-load.messages, -load.notices, load.key))[:HIGHEST]),
        digested=sum(one.notices - 1 for one in out),
        merged=dict(Counter(one.merged for one in every if one.merged is not None)),
        untrue=sum(one.untrue for one in every),
    )


def _by(messages: Iterable[Sent], key: Callable[[Sent], str]) -> dict[str, list[Sent]]:
    groups: dict[str, list[Sent]] = {}
    for one in messages:
        groups.setdefault(key(one), []).append(one)
    return groups


def _load(key: str, messages: list[Sent]) -> Load:
    people = len({one.person for one in messages})
    return Load(key, len(messages), sum(one.notices for one in messages), people)
