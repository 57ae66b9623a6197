"""What one person is told by one sweep, as values a template may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Behind:
    """Who of one unit has not done it: the unit itself, or members' posts."""

    unit: str
    #: Titles of members' posts; empty where the unit itself is meant.
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        if len(self.members) == 1:
            return self.members[0]
        return f"{self.unit} {len(self.members)} 名党员" if self.members else self.unit


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One matter in a digest: one item on one rung, with all units this recipient hears of it about."""

    rung: str
    rung_name: str
    instrument_name: str
    #: The how-manieth time this recipient is told (of several, the highest).
    nth: int
    item: str
    title: str
    behind: tuple[Behind, ...]
    #: The number to quote in an answer; empty where there is none (a gap in the chain).
    quote: str
    due_on: date
    #: What is to be done by when, and how it stands.
    late: str
    #: Why this person is told, with what the office added.
    why: str
    #: Id of the instrument, and how grave it is among the others: the higher the graver.
    instrument: str = ""
    gravity: int = 0
    #: Working days over the due date; 0 where it is not overdue.
    overdue: int = 0
    #: What is to be done by when, and nothing else; empty where nothing is.
    due: str = ""
    #: What the recipient may do now.
    step: str = ""
    #: For information only (抄送).
    copied: bool = False
    #: The title on channels outside, where the full one says more than a title.
    title_outside: str = ""

    @property
    def who(self) -> str:
        """Who has not done it, in a few words."""
        return "、".join(str(one) for one in self.behind)

    @property
    def names(self) -> str:
        """The names behind a number of members of one unit; empty where there is nothing more to name."""
        only = self.behind[0].members if len(self.behind) == 1 else ()
        return "、".join(only) if len(only) > 1 else ""

    def outside(self) -> DigestLine:
        """Number, title and due date; nothing else is left to say."""
        return DigestLine(
            rung="",
            rung_name="",
            instrument_name="",
            nth=0,
            item=self.item,
            title=self.title_outside or self.title,
            behind=(),
            quote=self.quote,
            due_on=self.due_on,
            late=self.due,
            why="",
            due=self.due,
            copied=self.copied,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of a digest under one instrument, or those that are copies."""

    instrument: str
    name: str
    copied: bool
    #: With their numbers in the digest.
    numbered: tuple[tuple[int, DigestLine], ...]

    @property
    def lines(self) -> tuple[DigestLine, ...]:
        """Without their numbers."""
        return tuple(line for _, line in self.numbered)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.numbered)

    @property
    def step(self) -> str:
        """What the recipient may do about all of them."""
        return "；".join([step for step in dict.fromkeys(line.step for line in self.lines) if step][:2])


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told by one sweep."""

    to: str
    posts: tuple[str, ...]
    on: date
    #: In the order of `in_order`.
    lines: tuple[DigestLine, ...]
    office: str
    contact: str
    phone: str
    #: How many more there are than are listed.
    more: int = 0
    #: How many of the lines that are listed or not are for information only.
    copies: int = 0
    #: Whether it stands for all the single ones of a week.
    weekly: bool = False

    @property
    def count(self) -> int:
        """How many matters wait for the recipient; copies do not."""
        return len(self.lines) + self.more - self.copies

    @property
    def groups(self) -> tuple[Group, ...]:
        """The lines by instrument, the gravest first; copies at the end."""
        found = []
        for (copied, instrument), some in groupby(enumerate(self.lines, 1), lambda pair: _group_of(pair[1])):
            numbered = tuple(some)
            name = "抄送" if copied else numbered[0][1].instrument_name
            found.append(Group("" if copied else instrument, name, copied, numbered))
        return tuple(found)

    @property
    def title(self) -> str:
        """The subject: urgency and number, no content."""
        worst, together = self.lines[0], len(self.lines) + self.more
        if self.weekly:
            return f"每周汇总 {together} 项"
        urgency = ("抄送 " if worst.copied else "") + worst.rung_name
        if together == 1:
            return f"{urgency} {worst.item}".strip() or "1 项请留意"
        return f"{urgency}等 {together} 项" if worst.rung_name else f"{urgency}{together} 项请留意"

    def capped(self, lines: int) -> Digest:
        """With so many lines at most; the others are counted."""
        kept = self.lines[:lines]
        return replace(self, lines=kept, more=self.more + len(self.lines) - len(kept))

    def outside(self) -> Digest:
        """What may leave the building: numbers, titles, due dates."""
        return replace(self, posts=(), lines=tuple(line.outside() for line in self.lines))


def _group_of(line: DigestLine) -> tuple[bool, str]:
    return (True, "") if line.copied else (False, line.instrument or line.instrument_name)


def in_order(lines: Iterable[DigestLine]) -> tuple[DigestLine, ...]:
    """The gravest instrument first, under it what is overdue longest; copies last.

    Lines that are alike in this stay as they are.
    """
    return tuple(
        sorted(lines, key=lambda line: (line.copied, -line.gravity, _group_of(line), -line.overdue, line.due_on))
    )
