"""What the office is told of a channel that fails, as values a template may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Alarm:
    """A channel that fails as a whole, told to the office."""

    to: str
    channel: str
    reason: str
    #: Since when it fails, and from when on it is tried again; office time.
    since: datetime
    again: datetime
    #: How many messages wait for it.
    waiting: int
    office: str
    contact: str
    phone: str
    #: It works again: told over the channel itself, where there was no other one.
    works: bool = False

    @property
    def title(self) -> str:
        """The subject."""
        return f"渠道 {self.channel} {'曾送不出消息，现已恢复' if self.works else '送不出消息'}"

    def capped(self, lines: int) -> Self:
        """It has no lines."""
        return self

    def outside(self) -> Self:
        """All of it may leave the building: a reason holds no secret and no work."""
        return self
