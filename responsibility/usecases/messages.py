"""What a sweep's notices become: one message per person and channel, held back where it may wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from responsibility.core.escalation import midnight
from responsibility.store import cards, outbox, sweeping
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace


def put_messages(connection: Connection, lamp: Lamp, seq: int) -> tuple[int, int]:
    """Write the messages of a sweep to the outbox; returns (how many, how many of them are held).

    A person on two posts gets one, at the higher of the two. On a non-working day only what has an urgent rung goes
    out; the rest is held until the next working day, and joins what that day's sweeps have to say.
    """
    settings, today = lamp.settings, lamp.today
    held_until = (
        None if settings.calendar.is_workday(today) else midnight(settings.calendar.shift(today, 1), settings.zone)
    )
    urgent = _urgently(connection, lamp, seq) if held_until else []
    waiting = outbox.waiting(connection)
    rows: list[Mapping[str, Any]] = []
    for person, posts in _by_person(connection, seq, today).items():
        urges = held_until is None or bool(set(posts) & set(urgent))
        for channel, line in {line[0]: line for line in settings.delivery.lines}.items():
            # It may have moved along its line since, where a channel failed.
            earlier = next((waiting[person, one] for one in line if (person, one) in waiting), None)
            # What was on its way already is not held back by what joins it.
            goes = urges or (earlier is not None and earlier.status == "pending")
            rows.append(
                {
                    "seq": seq,
                    "since_seq": earlier.since_seq if earlier else seq,
                    "person": person,
                    "posts": sorted({*posts, *(earlier.posts if earlier else ())}),
                    "tier": min(posts.values(), key=lambda tier: settings.chain.order.get(tier, 99)),
                    "channel": channel,
                    "created_at": lamp.now,
                    "status": "pending" if goes else "held",
                    "retry_at": None if goes else held_until,
                }
            )
            if earlier:
                outbox.mark(connection, earlier.id, "dropped", lamp.now, detail="并入后一份汇总")
    outbox.put(connection, rows)
    return len(rows), sum(row["status"] == "held" for row in rows)


def _urgently(connection: Connection, lamp: Lamp, seq: int) -> list[str]:
    """The posts told something that does not wait for a working day."""
    return [*sweeping.recipients_of(connection, seq, lamp.urgent_rungs), *cards.urgent_recipients(connection, seq)]


def held_back(workspace: Workspace) -> tuple[int, date | None]:
    """(how many messages wait for a working day, the first day one goes out)."""
    with workspace.read() as connection:
        rows = list(outbox.held(connection).values())
    days = [row.retry_at.astimezone(workspace.settings.zone).date() for row in rows if row.retry_at]
    return len(rows), min(days, default=None)


def _by_person(connection: Connection, seq: int, today: date) -> dict[str, dict[str, str]]:
    """Person → the posts told, each with its tier."""
    by_person: dict[str, dict[str, str]] = {}
    told = [*sweeping.holders_told(connection, seq, today), *cards.holders_told(connection, seq, today)]
    for post, tier, person in told:
        by_person.setdefault(person, {})[post] = tier
    return by_person
