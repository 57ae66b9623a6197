"""Writing messages to the outbox: when each goes out, and what still waits that it takes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.escalation import midnight
from responsibility.core.timing import Wait
from responsibility.settings import Settings
from responsibility.store import outbox

#: What a message of a kind says besides, given the waiting ones it takes in.
Joined = Callable[[Sequence[Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to one person, before it is known over which channels and when."""

    person: str
    #: The posts it is for, each with its tier; the highest first.
    posts: Mapping[str, str]
    #: It waits for nothing.
    urgent: bool = False
    #: The office says it itself: it waits for a working day and the end of the quiet hours only.
    by_hand: bool = False
    #: It belongs to the digest of the week, where the tier gets one.
    weekly: bool = False
    #: It does not go out before.
    begins: datetime | None = None


class Outgoing:
    """Writes the messages of one entry, all of one kind; one that still waits is taken in by the next of its kind.

    Not where it is told to be `apart`: what is for another day stays so.
    """

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        now: datetime,
        seq: int,
        kind: str,
        *,
        apart: bool = False,
    ) -> None:
        self._connection, self._settings, self._now = connection, settings, now
        self._seq, self._kind = seq, kind
        self._waiting = {} if apart else outbox.waiting(connection, kind)
        self._had: Mapping[tuple[str, str], int] = Counter()
        if settings.hours.budget is not None:
            today = midnight(now.astimezone(settings.zone).date(), settings.zone)
            self._had = outbox.had_since(connection, today)

    def put(self, drafts: Iterable[Draft], lines: Sequence[Sequence[str]], joined: Joined) -> tuple[int, int]:
        """Write each draft over each line; returns (how many messages, how many of them are held)."""
        rows: list[Mapping[str, Any]] = []
        absorbed: list[tuple[int, str, str]] = []
        for draft in drafts:
            for line in {line[0]: line for line in lines}.values():
                # It may have moved along its line, where a channel failed.
                earlier = [one for channel in line if (one := self._waiting.get((draft.person, channel)))]
                rows.append(self._row(draft, line, earlier) | joined(earlier))
                absorbed += [(one.id, draft.person, line[0]) for one in earlier]
        outbox.put(self._connection, rows)
        ids = outbox.ids_of(self._connection, self._seq) if absorbed else {}
        for earlier_id, person, channel in absorbed:
            outbox.merge(self._connection, earlier_id, ids[person, channel], self._now)
        return len(rows), sum(row["status"] == "held" for row in rows)

    def _row(self, draft: Draft, line: Sequence[str], earlier: Sequence[Any]) -> dict[str, Any]:
        order = self._settings.chain.order
        urgent = draft.urgent or any(one.urgent for one in earlier)
        wait = self._wait(draft, line, earlier, urgent)
        until = wait.until if wait else draft.begins
        held = until is not None and until > self._now
        return {
            "kind": self._kind,
            "seq": self._seq,
            "since_seq": self._seq,
            "person": draft.person,
            "posts": sorted({*draft.posts, *(post for one in earlier for post in one.posts)}),
            "tier": min(draft.posts.values(), key=lambda tier: order.get(tier, 99)),
            "channel": line[0],
            "created_at": self._now,
            "status": "held" if held else "pending",
            "retry_at": until if held else None,
            "held_why": wait.why.value if wait else "",
            "urgent": urgent,
        }

    def _wait(self, draft: Draft, line: Sequence[str], earlier: Sequence[Any], urgent: bool) -> Wait | None:
        hours, clockwork = self._settings.hours, self._settings.clockwork
        at = max(draft.begins or self._now, self._now)
        # What was on its way already, or whose moment has come, is not held back by what joins it.
        if draft.by_hand or any(self._goes(one) for one in earlier):
            return clockwork.wait(at, urgent=urgent)
        return clockwork.wait(
            at,
            chosen=hours.chosen_of(draft.posts),
            weekly=draft.weekly and hours.is_weekly(draft.posts),
            sent=sum(self._had.get((draft.person, channel), 0) for channel in line),
            urgent=urgent,
        )

    def _goes(self, earlier: Any) -> bool:
        return earlier.status == "pending" or earlier.retry_at is None or bool(earlier.retry_at <= self._now)
