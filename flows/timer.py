"""The clock of a delivery that runs: the real one, or as far behind it as a command was told (`--now`)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from responsibility.usecases.workspace import Workspace


class Running:
    """So many seconds behind the clock of the machine; the same in every process that is told the same."""

    def __init__(self, behind: float = 0.0) -> None:
        self.behind = behind

    @classmethod
    def of(cls, workspace: Workspace) -> Running:
        """The workspace's own: of a shared database its server's, so that machines agree on when a lease runs out."""
        return cls.at(now_of(workspace))

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


def now_of(workspace: Workspace) -> datetime:
    """What time it is for a workspace: this machine's time, or that of the database it shares with others."""
    return workspace.clock(datetime.now(UTC))
