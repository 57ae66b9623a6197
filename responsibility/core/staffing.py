"""What a new organisation file changes: who joins, leaves and moves, and which units, posts and addresses differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from responsibility.core.chain import Holding, Organisation, Person, Post, Unit

#: What a person can be reached by, and what it is called.
FIELD_NAMES = {
    "name": "姓名",
    "email": "邮箱",
    "mobile": "手机",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
}


@dataclass(frozen=True, slots=True)
class Staffing:
    """The holdings as they stand after an import, and what is different about them."""

    #: All of them, those that have ended included.
    holdings: tuple[Holding, ...]
    #: 到任: they begin with their `from_on`.
    joins: tuple[Holding, ...] = ()
    #: 离任: they end with their `until_on`.
    leaves: tuple[Holding, ...] = ()
    #: 调整: who left one post and joined another in the same file, as (left, joined).
    moves: tuple[tuple[Holding, Holding], ...] = ()
    #: Other dates than before.
    redated: tuple[Holding, ...] = ()

    @property
    def begun(self) -> tuple[Holding, ...]:
        """Everything that begins anew, by joining or moving."""
        return (*self.joins, *(joined for _, joined in self.moves))

    @property
    def ended(self) -> tuple[Holding, ...]:
        """Everything that ends, by leaving or moving."""
        return (*self.leaves, *(left for left, _ in self.moves))


def first_staffing(wanted: Sequence[Holding], on: date) -> Staffing:
    """Of the first file: nobody joins but who takes a post after `on`."""
    return Staffing(tuple(wanted), joins=tuple(h for h in wanted if h.from_on is not None and h.from_on > on))


def restaffed(before: Sequence[Holding], wanted: Sequence[Holding], on: date) -> Staffing:
    """What the file makes of the holdings known before.

    A holding the file names no more ends the day before `on`; one that is new begins on it, unless the file says when.
    Where the file gives no first day, the known one stays. What has ended is history and is kept.
    """
    comparison = _Comparison(before, on)
    for holding in wanted:
        comparison.named(holding)
    return _with_moves(comparison.result())


class _Comparison:
    """The file's holdings, one after the other, held against those known before."""

    def __init__(self, before: Sequence[Holding], on: date) -> None:
        self._on = on
        self._standing: dict[tuple[str, str], list[Holding]] = {}
        for holding in before:
            if not _ended(holding, on):
                self._standing.setdefault((holding.post, holding.person), []).append(holding)
        self._past = {(h.post, h.person, h.until_on): h for h in before if _ended(h, on)}
        self._kept: list[Holding] = []
        self._joins: list[Holding] = []
        self._leaves: list[Holding] = []
        self._redated: list[Holding] = []

    def named(self, holding: Holding) -> None:
        """The file names this holding: it goes on, is history, or is new."""
        known = self._standing.get((holding.post, holding.person))
        if known:
            self._goes_on(known.pop(known.index(holding) if holding in known else 0), holding)
        elif _ended(holding, self._on):
            self._kept.append(self._past.pop((holding.post, holding.person, holding.until_on), holding))
        elif (cut := (holding.post, holding.person, self._on - timedelta(days=1))) in self._past:
            self._goes_on(self._past.pop(cut), holding)  # what an earlier file ended just then was meant to go on
        else:
            self._joins.append(replace(holding, from_on=holding.from_on or self._on))
            self._kept.append(self._joins[-1])

    def _goes_on(self, old: Holding, named: Holding) -> None:
        new = replace(named, from_on=named.from_on or old.from_on)
        self._kept.append(new)
        if new.until_on != old.until_on and new.until_on is not None:
            self._leaves.append(new)
        elif new != old:
            self._redated.append(new)

    def result(self) -> Staffing:
        """What there is afterwards; what was named no more has ended."""
        for gone in (holding for some in self._standing.values() for holding in some):
            ended = replace(gone, until_on=self._on - timedelta(days=1))
            self._leaves.append(ended)
            if ended.from_on is None or ended.from_on < self._on:  # what never began leaves nothing behind
                self._kept.append(ended)
        kept, joins, leaves = (*self._kept, *self._past.values()), tuple(self._joins), tuple(self._leaves)
        return Staffing(kept, joins, leaves, redated=tuple(self._redated))


def _ended(holding: Holding, on: date) -> bool:
    return holding.until_on is not None and holding.until_on < on


def _with_moves(staffing: Staffing) -> Staffing:
    """Who left one post and joined another moved."""
    left: dict[str, list[Holding]] = {}
    for holding in staffing.leaves:
        left.setdefault(holding.person, []).append(holding)
    moves = [(left[joined.person].pop(0), joined) for joined in staffing.joins if left.get(joined.person)]
    gone, begun = {one for one, _ in moves}, {one for _, one in moves}
    return replace(
        staffing,
        joins=tuple(h for h in staffing.joins if h not in begun),
        leaves=tuple(h for h in staffing.leaves if h not in gone),
        moves=tuple(moves),
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """Which units or posts are new, named no more, or say something else; by code."""

    new: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def listed(before: Mapping[str, Unit] | Mapping[str, Post], after: Mapping[str, Unit] | Mapping[str, Post]) -> Listed:
    """What is different between two sets of units, or of posts."""
    return Listed(
        new=tuple(code for code in after if code not in before),
        retired=tuple(code for code in before if code not in after),
        changed=tuple(code for code in after if code in before and after[code] != before[code]),
    )


@dataclass(frozen=True, slots=True)
class Readdressed:
    """One thing about a person that is different."""

    person: str
    name: str
    #: A key of FIELD_NAMES.
    field: str
    before: str
    after: str


def readdressed(before: Mapping[str, Person], after: Iterable[Person]) -> tuple[Readdressed, ...]:
    """Every name and address that changed of the people known before."""
    return tuple(
        Readdressed(person.code, person.name, field.name, was, now)
        for person in after
        if person.code in before
        for field in fields(Person)
        if (was := getattr(before[person.code], field.name)) != (now := getattr(person, field.name))
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """A person on a post, by code and as people say it, and the day something begins or ends with."""

    post: str
    title: str
    person: str
    name: str
    on: date | None


def seat(holding: Holding, on: date | None, *known: Organisation) -> Seat:
    """A holding in words, as the first organisation that knows post and person says it."""
    title = next((org.post[holding.post].title for org in known if holding.post in org.post), holding.post)
    name = next((org.person[holding.person].name for org in known if holding.person in org.person), holding.person)
    return Seat(holding.post, title, holding.person, name, on)
