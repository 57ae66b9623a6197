"""The messages one deliverer has in hand for one channel, with what they say."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from responsibility.core.chain import Person
from responsibility.delivery import Courier, Parcel
from responsibility.delivery.pace import Pace
from responsibility.store import organisation as organisation_store
from responsibility.usecases.contents import Content, Gone, contents
from responsibility.usecases.workspace import Workspace

#: So many messages are taken in hand and read at a time: at first, at the least and at the most.
BATCH, FEWEST, MOST = 100, 10, 1000
#: What was read so long ago is read again before it goes out.
FRESH = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Ready:
    """A message with what it says now and whom it is for."""

    row: Any
    content: Content | Gone
    person: Person | None


@dataclass(slots=True)
class Queue:
    """What is to go over one channel; `courier` None: it is not in use any more."""

    channel: str
    courier: Courier | None
    #: Before then nothing is handed over.
    ready_at: datetime
    ready: deque[Ready] = field(default_factory=deque)
    read_at: datetime | None = None
    #: Why messages are moved to the next channel instead of being handed over; empty where it works.
    parked: str = ""
    #: Whether the next message tries a channel that failed.
    probing: bool = False
    #: Whether it failed in this run: what was never handed over goes first, since one message may make it fail again.
    careful: bool = False
    #: How often in a row the service asked to wait.
    braked: int = 0
    #: So many messages go while what they say is fresh, as far as is known.
    size: int = field(default_factory=lambda: BATCH)
    #: When it had its turn last.
    turn: int = 0
    #: Nothing more goes over it for now.
    closed: bool = False

    @property
    def pace(self) -> Pace | None:
        """How fast its service lets itself be used."""
        pace: Pace | None = getattr(self.courier, "pace", None)
        return pace

    def parts(self, parcel: Parcel) -> int:
        """How many requests its service takes for a message."""
        parts = getattr(self.courier, "parts", None)
        return parts(parcel) if parts else 1

    @property
    def batch(self) -> int:
        """So many messages as can go while what they say is fresh; of a channel that is tried, one."""
        if self.probing:
            return 1
        if self.pace is None or self.parked:
            return self.size
        return max(1, min(self.size, int(self.pace.per_minute * FRESH.total_seconds() / 60)))

    def is_stale(self, now: datetime) -> bool:
        """Whether what the messages say was read too long ago."""
        return self.read_at is not None and now - self.read_at > FRESH

    def fit(self) -> None:
        """Learn from the last batch: one that went stale was too large, one that went quickly may be larger.

        Reading costs more for a batch than for a message.
        """
        if self.read_at is not None:
            self.size = max(FEWEST, self.size // 2) if self.ready else min(MOST, self.size * 2)

    def close(self) -> None:
        """Leave what is not done to another time."""
        self.ready.clear()
        self.closed = True


def read(workspace: Workspace, rows: Iterable[Any], now: datetime) -> deque[Ready]:
    """What some messages say now, read in one go."""
    rows = list(rows)
    with workspace.read() as connection:
        content_of = contents(connection, workspace, now, rows)
        people = organisation_store.people(connection, {row.person for row in rows})
        return deque(Ready(row, content_of[row.kind](row), people.get(row.person)) for row in rows)
