"""The clock of a delivery that runs: the real one, or as far behind it as a command was told (`--now`)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Running:
    """So many seconds behind the clock of the machine; the same in every process that is told the same."""

    def __init__(self, behind: float = 0.0) -> None:
        self.behind = behind

    @classmethod
    def at(cls, now: datetime) -> Running:
        """One that shows `now` at this moment."""
        return cls((datetime.now(UTC) - now).total_seconds())

    def now(self) -> datetime:
        """What time it is."""
        return datetime.now(UTC) - timedelta(seconds=self.behind)

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)
