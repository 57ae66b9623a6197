"""What a sweep's notices become: one message per person and line of channels, held where it may wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.escalation import midnight
from responsibility.core.timing import Wait
from responsibility.settings import Settings
from responsibility.store import cards, outbox, sweeping
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace


def put_messages(connection: Connection, lamp: Lamp, seq: int, *, by_hand: bool = False) -> tuple[int, int]:
    """Write the messages of a sweep to the outbox; returns (how many, how many of them are held).

    A person on two posts gets one, at the higher of the two. What has an urgent rung goes out at once; anything else
    waits for a working day, the end of the quiet hours, the post's own hour, the digest of the week or, where the
    person has had enough for today, for the next working day, and joins what is said then. What the office does
    `by_hand` waits for a working day and the end of the quiet hours only.
    """
    outgoing = _Outgoing(connection, lamp, seq, by_hand)
    absorbed: list[tuple[int, str, str]] = []
    rows: list[Mapping[str, Any]] = []
    for person, posts in _by_person(connection, seq, lamp.today).items():
        for line in {line[0]: line for line in lamp.settings.delivery.lines}.values():
            earlier = outgoing.earlier(person, line)
            rows.append(outgoing.row(person, posts, line, earlier))
            absorbed += [(one.id, person, line[0]) for one in earlier]
    outbox.put(connection, rows)
    ids = outbox.ids_of(connection, seq) if absorbed else {}
    for earlier_id, person, channel in absorbed:
        outbox.merge(connection, earlier_id, ids[(person, channel)], lamp.now)
    return len(rows), sum(row["status"] == "held" for row in rows)


def had_today(connection: Connection, settings: Settings, now: datetime) -> Counter[tuple[str, str]]:
    """(person, channel) → how many messages count against today's budget; empty where there is none."""
    if settings.hours.budget is None:
        return Counter()
    return outbox.had_since(connection, midnight(now.astimezone(settings.zone).date(), settings.zone))


class _Outgoing:
    """What a sweep's messages depend on, read once."""

    def __init__(self, connection: Connection, lamp: Lamp, seq: int, by_hand: bool) -> None:
        self._lamp, self._seq, self._by_hand = lamp, seq, by_hand
        self._waiting = outbox.waiting(connection)
        self._urgent = set(_urgently(connection, lamp, seq))
        self._had = had_today(connection, lamp.settings, lamp.now)

    def earlier(self, person: str, line: Sequence[str]) -> list[Any]:
        """The digests that wait for a person on a line: one may have moved along it, where a channel failed."""
        found = (self._waiting.get((person, channel)) for channel in line)
        return [one for one in found if one is not None]

    def row(self, person: str, posts: Mapping[str, str], line: Sequence[str], earlier: Sequence[Any]) -> dict[str, Any]:
        """The message to one person over one line; `posts` are those told, each with its tier, highest first."""
        order = self._lamp.settings.chain.order
        urgent = not self._urgent.isdisjoint(posts)
        # What was on its way already, or whose moment has come, is not held back by what joins it.
        at_once = self._by_hand or any(one.status == "pending" or self._has_come(one) for one in earlier)
        wait = self._wait(person, posts, line, urgent, at_once)
        return {
            "seq": self._seq,
            "since_seq": min((one.since_seq for one in earlier), default=self._seq),
            "person": person,
            "posts": sorted({*posts, *(post for one in earlier for post in one.posts)}),
            "tier": min(posts.values(), key=lambda tier: order.get(tier, 99)),
            "channel": line[0],
            "created_at": self._lamp.now,
            "status": "held" if wait else "pending",
            "retry_at": wait and wait.until,
            "held_why": wait.why.value if wait else "",
            "urgent": urgent,
        }

    def _has_come(self, earlier: Any) -> bool:
        return earlier.retry_at is None or bool(earlier.retry_at <= self._lamp.now)

    def _wait(
        self, person: str, posts: Mapping[str, str], line: Sequence[str], urgent: bool, at_once: bool
    ) -> Wait | None:
        settings, now = self._lamp.settings, self._lamp.now
        if at_once:
            return settings.clockwork.wait(now, urgent=urgent)
        return settings.clockwork.wait(
            now,
            chosen=settings.hours.chosen_of(posts),
            weekly=settings.hours.is_weekly(posts),
            sent=sum(self._had[(person, channel)] for channel in line),
            urgent=urgent,
        )


def _urgently(connection: Connection, lamp: Lamp, seq: int) -> list[str]:
    """The posts told something that does not wait for a working day."""
    return [*sweeping.recipients_of(connection, seq, lamp.urgent_rungs), *cards.urgent_recipients(connection, seq)]


def held_back(workspace: Workspace) -> tuple[int, datetime | None]:
    """(how many digests wait for their moment, the first one in office time)."""
    with workspace.read() as connection:
        rows = list(outbox.held(connection).values())
    moments = [row.retry_at.astimezone(workspace.settings.zone) for row in rows if row.retry_at]
    return len(rows), min(moments, default=None)


def _by_person(connection: Connection, seq: int, today: date) -> dict[str, dict[str, str]]:
    """Person → the posts told, each with its tier."""
    by_person: dict[str, dict[str, str]] = {}
    told = [*sweeping.holders_told(connection, seq, today), *cards.holders_told(connection, seq, today)]
    for post, tier, person in told:
        by_person.setdefault(person, {})[post] = tier
    return by_person
