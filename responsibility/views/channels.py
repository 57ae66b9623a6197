"""Channels as the office looks at them, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a channel's secret is; never the secret."""

    key: str
    #: `env:NAME` or `file:PATH`; empty where it is not written so.
    where: str
    #: Why it cannot be had; empty where it can.
    wrong: str


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel of config/channels.yaml and how it stands."""

    name: str
    kind: str
    #: The how-manieth entry of `use` it is in; None: not in use.
    line: int | None
    full_text: bool
    on_doubt: str
    secrets: tuple[Kept, ...]
    #: It failed as a whole and is not tried before; None: it works, as far as is known.
    parked_until: datetime | None
    reason: str
    #: How many of those who hold a post it cannot reach.
    unreachable: int
    holders: int


@dataclass(frozen=True, slots=True)
class ChannelTested:
    """What a service answered to a test message."""

    channel: str
    kind: str
    post: str
    person: str
    #: sent, failed or uncertain.
    outcome: str
    detail: str
    #: It had failed, and is used again from now on.
    works_again: bool = False


def channels(rows: Iterable[ChannelLine], zone: tzinfo) -> dict[str, Any]:
    """`zeren channel list --json`."""
    return {"channels": [_channel(row, zone) for row in rows]}


def _channel(row: ChannelLine, zone: tzinfo) -> dict[str, Any]:
    until = row.parked_until.astimezone(zone).isoformat() if row.parked_until else None
    return {**asdict(row), "in_use": row.line is not None, "parked_until": until}


def tested(done: ChannelTested) -> dict[str, Any]:
    """`zeren channel test --json`."""
    return asdict(done)
