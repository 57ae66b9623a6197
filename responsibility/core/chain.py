"""The chain of responsibility and the organisation it is laid on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar


class LaidOn(StrEnum):
    """Whom a tier's assignments are laid on."""

    #: One assignment per occurrence, on the tier's first post (or on its unit, where it has no post).
    ONE = "one"
    #: One on each leader named in the item, or overseeing a lead unit of it.
    LEADERS = "leaders"
    #: One on each lead and each support unit.
    UNITS = "units"
    #: One on each member where the item names members.
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of the chain: 层级 and what it answers for."""

    id: str
    name: str
    duty: str
    laid_on: LaidOn


@dataclass(frozen=True, slots=True)
class Collective:
    """A collective name such as 各党支部: units of `kinds`, or members, or named units."""

    name: str
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    members: bool = False


@dataclass(frozen=True)
class Chain:
    """The ordered tiers, highest first, and the collective names lists may use."""

    tiers: tuple[Tier, ...]
    #: Unit kind id → its Chinese name, as organisation files write it.
    kinds: Mapping[str, str] = field(default_factory=dict)
    collectives: Mapping[str, Collective] = field(default_factory=dict)

    @cached_property
    def order(self) -> dict[str, int]:
        """Tier id → 0 for the highest."""
        return {tier.id: at for at, tier in enumerate(self.tiers)}

    @property
    def office(self) -> str | None:
        """The tier that coordinates: the lowest one laid on one post."""
        return self.laid(LaidOn.ONE)

    def tier(self, tier_id: str) -> Tier:
        return self.tiers[self.order[tier_id]]

    def laid(self, laid_on: LaidOn) -> str | None:
        """The id of the (lowest) tier laid this way, or None."""
        return next((tier.id for tier in reversed(self.tiers) if tier.laid_on is laid_on), None)

    def tier_named(self, text: str) -> str | None:
        """A tier id from an id or a Chinese name as organisation files write it."""
        wanted = text.strip()
        return next((t.id for t in self.tiers if wanted in (t.id, t.name, *t.name.split("/"))), None)

    def kind_named(self, text: str) -> str:
        """A kind id from an id or its Chinese name; an unknown one is kept as written."""
        wanted = text.strip()
        return next((kind for kind, name in self.kinds.items() if wanted in (kind, name)), wanted)


@dataclass(frozen=True, slots=True)
class Unit:
    """单位: a branch, work group, department."""

    code: str
    name: str
    kind: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """岗位: what responsibility is laid on; whoever holds it on the day answers."""

    code: str
    unit: str
    tier: str
    title: str


@dataclass(frozen=True, slots=True)
class Person:
    """人员, with the addresses messages go to."""

    code: str
    name: str
    email: str = ""
    mobile: str = ""
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """任职: a person on a post, from–until, both included, open where None."""

    post: str
    person: str
    from_on: date | None = None
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class Oversight:
    """分管: a leader's post oversees units."""

    post: str
    units: tuple[str, ...]


#: Whom a rung tells: `owner` (the member's post, or the unit's head), `unit_head`, or a tier id; the tier laid on
#: leaders means the leader in charge, a tier laid on one post means that post.
OWNER, UNIT_HEAD = "owner", "unit_head"
#: As whom the post is told that acts for the owner, in the owner's place.
DELEGATE = "delegate"
#: Before a recipient kind (`copy.leader`): told for information only (抄送).
COPY = "copy."


@dataclass(frozen=True, slots=True)
class Route:
    """One recipient: a post, as whom it is told, and the vacant post it stands in for."""

    post: str
    tell: str
    #: The vacant post (or the unit without one) this post hears of instead, or None.
    instead_of: str | None = None


@dataclass(frozen=True)
class Organisation:
    """A snapshot of units, posts and who holds them; file order is rank order."""

    units: tuple[Unit, ...] = ()
    posts: tuple[Post, ...] = ()
    people: tuple[Person, ...] = ()
    holdings: tuple[Holding, ...] = ()
    oversees: tuple[Oversight, ...] = ()

    @cached_property
    def unit(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def post(self) -> dict[str, Post]:
        return {post.code: post for post in self.posts}

    @cached_property
    def person(self) -> dict[str, Person]:
        return {person.code: person for person in self.people}

    @cached_property
    def posts_of(self) -> dict[str, list[Post]]:
        """Unit code → its posts in file order."""
        return _grouped((post.unit, post) for post in self.posts)

    @cached_property
    def leaders_over(self) -> dict[str, list[str]]:
        """Unit code → the posts that oversee it directly."""
        return _grouped((unit, oversight.post) for oversight in self.oversees for unit in oversight.units)

    @cached_property
    def _holdings_of(self) -> dict[str, list[Holding]]:
        return _grouped((holding.post, holding) for holding in self.holdings)

    def holders(self, post: str, on: date) -> list[Person]:
        """Who holds `post` on that day."""
        return [self.person[h.person] for h in self._holdings_of.get(post, ()) if h.covers(on)]

    def held(self, post: str, on: date) -> bool:
        """Whether anybody holds `post` on that day; needs no people."""
        if on not in self._held:
            self._held[on] = frozenset(h.post for h in self.holdings if h.covers(on))
        return post in self._held[on]

    @cached_property
    def _held(self) -> dict[date, frozenset[str]]:
        """Day → the posts held on it, for the days that were asked for."""
        return {}

    def head(self, unit: str, chain: Chain) -> str | None:
        """The unit's head: its highest post, the first of them in file order."""
        posts = self.posts_of.get(unit, [])
        return min(posts, key=lambda post: chain.order.get(post.tier, 99)).code if posts else None

    def first_post(self, tier: str) -> str | None:
        """The post a tier laid on `one` is laid on."""
        return self._first_posts.get(tier)

    @cached_property
    def _first_posts(self) -> dict[str, str]:
        return {post.tier: post.code for post in reversed(self.posts)}

    def line_of(self, unit: str) -> list[str]:
        """The unit and its parents, nearest first."""
        line: list[str] = []
        at: str | None = unit
        while at is not None and at in self.unit and at not in line:
            line.append(at)
            at = self.unit[at].parent
        return line

    def leaders_of(self, unit: str, chain: Chain) -> list[str]:
        """Leaders' posts overseeing the unit, or the nearest parent that is overseen."""
        leader_tier = chain.laid(LaidOn.LEADERS)
        for at in self.line_of(unit):
            found = [p for p in self.leaders_over.get(at, []) if p in self.post and self.post[p].tier == leader_tier]
            if found:
                return found
        return []

    def members_of(self, unit: str, chain: Chain) -> list[Post]:
        """The member posts of one unit."""
        tier = chain.laid(LaidOn.MEMBERS)
        return [post for post in self.posts_of.get(unit, []) if post.tier == tier]


def units_of(collective: Collective, organisation: Organisation) -> list[str]:
    """The units a collective name stands for, in file order."""
    return [u.code for u in organisation.units if u.kind in collective.kinds or u.code in collective.units]


def answers_for(
    leader: str, units: Iterable[str], laid: Collection[str], leaders_of: Callable[[str], Sequence[str]]
) -> set[str]:
    """Which of an occurrence's `units` a leader answers for, of the leaders it is `laid` on.

    Those the leader oversees and those that none of them oversees; all where that leaves none.
    """
    over = {unit: set(leaders_of(unit)) & set(laid) for unit in units}
    mine = {unit for unit, leaders in over.items() if leader in leaders or not leaders}
    return mine or set(over)


def routes(
    tell: str, unit: str, chain: Chain, organisation: Organisation, on: date, leaders: Sequence[str] = ()
) -> list[Route]:
    """Who hears of a case of `unit` when a rung tells `tell`; `leaders` are those the item itself names.

    Nobody at the post: the next one up at once, and the office is told as well. Empty when nobody is left above.
    """
    found: dict[str, Route] = {}
    for seat in _seats(tell, unit, chain, organisation, leaders):
        for route in _reach(seat, tell, unit, chain, organisation, on, leaders):
            found.setdefault(route.post, route)
    return list(found.values())


def route_above(tier: str, unit: str, chain: Chain, organisation: Organisation, on: date, instead_of: str,
                leaders: Sequence[str] = ()) -> list[Route]:  # fmt: skip
    """Who hears of a case instead of a vacant post at `tier`: the next one up, and the office."""
    ups = chain.tiers[: chain.order[tier]][::-1]
    heard: list[Route] = []
    for up in ups:
        held = [p for p in _seats(up.id, unit, chain, organisation, leaders) if organisation.held(p, on)]
        if held:
            heard = [Route(post, up.id, instead_of) for post in held]
            break
    office = chain.office
    seat = organisation.first_post(office) if office else None
    if seat and seat not in {r.post for r in heard} and organisation.held(seat, on):
        heard.append(Route(seat, str(office), instead_of))
    return heard


def _reach(
    seat: str, tell: str, unit: str, chain: Chain, organisation: Organisation, on: date, leaders: Sequence[str]
) -> list[Route]:
    if organisation.held(seat, on):
        return [Route(seat, tell)]
    post = organisation.post.get(seat)
    tier = post.tier if post else chain.laid(LaidOn.UNITS) if tell in (OWNER, UNIT_HEAD) else tell
    return route_above(str(tier), unit, chain, organisation, on, seat, leaders)


def _seats(tell: str, unit: str, chain: Chain, organisation: Organisation, leaders: Sequence[str]) -> list[str]:
    """The posts meant by `tell`; a unit without posts, or a tier without any, answers with its own code."""
    laid = chain.tier(tell).laid_on if tell in chain.order else LaidOn.UNITS
    if laid is LaidOn.ONE:
        return [organisation.first_post(tell) or tell]
    if laid is LaidOn.LEADERS:
        overseeing = organisation.leaders_of(unit, chain)
        named = [post for post in leaders if post in organisation.post]
        return [p for p in named if p in overseeing] or named or overseeing or [tell]
    return [organisation.head(unit, chain) or unit]


_K = TypeVar("_K")
_V = TypeVar("_V")


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, list[_V]]:
    groups: dict[_K, list[_V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
