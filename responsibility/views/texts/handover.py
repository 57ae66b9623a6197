"""What somebody who newly holds a post is handed over, as values a template may use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from responsibility.core.assignment import LIGHT_NAMES, STATE_NAMES, Light, State


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """One open assignment of a post that somebody newly holds."""

    code: str
    title: str
    due_on: date | None
    #: None on channels outside.
    light: Light | None
    #: None on channels outside.
    state: State | None
    #: How often its due date was extended.
    extensions: int = 0

    @property
    def due(self) -> str:
        """The due date in words."""
        often = f"（已延期 {self.extensions} 次）" if self.extensions else ""
        return f"时限 {self.due_on}{often}" if self.due_on else "没有完成时限"

    @property
    def light_name(self) -> str:
        """The light in Chinese."""
        return LIGHT_NAMES[self.light] if self.light else ""

    @property
    def state_name(self) -> str:
        """The state in Chinese."""
        return STATE_NAMES[self.state] if self.state else ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is open on the posts a person newly holds (交接)."""

    to: str
    posts: tuple[str, ...]
    on: date
    #: The most pressing first.
    lines: tuple[HandOverLine, ...]
    #: How many more there are than are listed.
    more: int
    office: str
    contact: str
    phone: str

    @property
    def count(self) -> int:
        """How many assignments are open."""
        return len(self.lines) + self.more

    @property
    def title(self) -> str:
        """The subject: how many, no content."""
        return f"岗位交接 {self.count} 项"

    def capped(self, lines: int) -> Self:
        """With so many lines at most; the others are counted."""
        kept = self.lines[:lines]
        return replace(self, lines=kept, more=self.more + len(self.lines) - len(kept))

    def outside(self) -> Self:
        """What may leave the building: numbers, titles, due dates."""
        return replace(
            self, posts=(), lines=tuple(replace(line, light=None, state=None, extensions=0) for line in self.lines)
        )


@dataclass(frozen=True, slots=True)
class Issued(HandOver):
    """What was newly laid on the posts a person holds (交办)."""

    #: Its dates as a calendar file, for channels that carry one.
    calendar: bytes = b""

    @property
    def title(self) -> str:
        """The subject: how many, no content."""
        return f"新任务 {self.count} 项"
