"""What time it is while messages are handed over, and a way to wait for a channel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Timer(Protocol):
    """The clock of one delivery."""

    def now(self) -> datetime:
        """What time it is."""

    def wait(self, seconds: float) -> None:
        """Come back so many seconds later."""


class Still:
    """A clock that stands still while work is done, and leaps over every wait."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Where it stands."""
        return self._now

    def wait(self, seconds: float) -> None:
        """Leap."""
        self._now += timedelta(seconds=seconds)
