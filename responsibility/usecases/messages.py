"""What a sweep's notices become: one message per person and line of channels, held where it may wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.store import cards, outbox, sweeping
from responsibility.usecases.lights import Lamp
from responsibility.usecases.outgoing import Draft, Outgoing
from responsibility.usecases.workspace import Workspace


def put_messages(connection: Connection, lamp: Lamp, seq: int, *, by_hand: bool = False) -> tuple[int, int]:
    """Write the messages of a sweep to the outbox; returns (how many, how many of them are held).

    A person on two posts gets one, at the higher of the two. What has an urgent rung goes out at once; anything else
    waits for a working day, the end of the quiet hours, the post's own hour, the digest of the week or, where the
    person has had enough for today, for the next working day, and joins what is said then. What the office does
    `by_hand` waits for a working day and the end of the quiet hours only.
    """
    urgently = set(_urgently(connection, lamp, seq))
    drafts = (
        Draft(person, posts, urgent=not urgently.isdisjoint(posts), by_hand=by_hand, weekly=True)
        for person, posts in _by_person(connection, seq, lamp.today).items()
    )
    outgoing = Outgoing(connection, lamp.settings, lamp.now, seq, "digest")
    return outgoing.put(drafts, lamp.settings.delivery.lines, lambda earlier: _since(earlier, seq))


def _since(earlier: Sequence[Any], seq: int) -> dict[str, Any]:
    """A digest speaks of everything since the oldest sweep of those it takes in."""
    return {"since_seq": min((one.since_seq for one in earlier), default=seq)}


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
