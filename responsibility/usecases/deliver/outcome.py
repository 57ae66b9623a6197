"""What becomes of a message that could not be handed over: tried again, moved to the next channel, failed, in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from responsibility.delivery import TransportError

#: Minutes until a transient failure is tried again, attempt by attempt; after the last one it is failed for good.
RETRY_AFTER = (5, 15, 60, 240, 720)
#: Minutes a channel that failed as a whole is left alone, the first time, the second, and from then on.
PARK_FOR = (5, 15, 60)
#: However long a service asks to wait, it is asked again after a day.
LONGEST = timedelta(days=1)
#: So often a message is tried on a channel that says "not now", where another one is left to it.
TRIES_BEFORE_NEXT = 2


@dataclass(slots=True)
class Delivered:
    """What became of the messages that were due, by status."""

    counts: Counter[str] = field(default_factory=Counter)
    #: Why messages failed, were moved to another channel or are in doubt, in Chinese.
    said: list[str] = field(default_factory=list)
    #: Channel that is left alone → (why and until when, how many messages wait for it).
    stuck: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __getitem__(self, status: str) -> int:
        return self.counts[status]

    def add(self, other: Delivered) -> None:
        """Count another part of the same delivery in."""
        self.counts.update(other.counts)
        self.say(*other.said)
        for channel, (why, n) in other.stuck.items():
            self.wait_for(channel, why, n)

    def say(self, *faults: str) -> None:
        """Note what went wrong, each once."""
        self.said.extend(fault for fault in faults if fault not in self.said)

    def wait_for(self, channel: str, why: str, n: int) -> None:
        """Count messages that wait for a channel."""
        self.stuck[channel] = why, n + self.stuck.get(channel, ("", 0))[1]

    @property
    def faults(self) -> list[str]:
        """All that went wrong, in Chinese."""
        waiting = (f"渠道 {channel} 送不出：{why}；{n} 份消息等着" for channel, (why, n) in self.stuck.items())
        return [*self.said, *waiting]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status a message comes to, and the columns that say why."""

    status: str
    columns: Mapping[str, Any]

    @property
    def moved(self) -> bool:
        """Whether it goes on over another channel."""
        return "channel" in self.columns


def following(lines: Sequence[Sequence[str]], channel: str, tried: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The channels that come after a message's own on its line: the one it has travelled along, else the first."""
    before = {one["channel"] for one in tried}
    own = [line for line in lines if channel in line]
    line = next((line for line in own if before <= set(line)), own[0] if own else ())
    return tuple(line[line.index(channel) + 1 :]) if line else ()


def move(message: Any, reason: str, to: str) -> Outcome:
    """On over the next channel: the same message with the same key, its attempts counted anew."""
    tried = [*message.tried, {"channel": message.channel, "reason": reason}]
    return Outcome("pending", {"channel": to, "attempts": 0, "tried": tried, "detail": reason, "retry_at": None})


def refused(
    message: Any, error: TransportError, now: datetime, onwards: Collection[str], *, resend: bool, down: bool
) -> Outcome:
    """What a courier's no means for one message; `onwards` are the channels left to it.

    Of one that may have arrived the channel's rule decides: sent again once, or left to the office. What the
    channel as a whole refuses counts only against the message that made it fail: of one that tries a channel that is
    `down` already it says nothing.
    """
    if error.uncertain:
        return in_doubt(message, error.reason, now + _wait(0, error), resend=resend)
    if error.whole and (down or onwards or error.wait is not None):
        return Outcome("pending", {"detail": error.reason, "attempts": message.attempts, "retry_at": None})
    tried, most = message.attempts + 1, len(RETRY_AFTER)
    if onwards:
        most = 0 if message.urgent else TRIES_BEFORE_NEXT - 1
    if not error.permanent and tried <= most:
        return Outcome("pending", {"detail": error.reason, "retry_at": now + _wait(tried - 1, error)})
    for channel in onwards:
        return move(message, error.reason, channel)
    return Outcome("failed", {"detail": error.reason})


def in_doubt(message: Any, reason: str, retry_at: datetime, *, resend: bool) -> Outcome:
    """What becomes of a message that may or may not have arrived: sent again once, where the channel says so."""
    if resend and not message.doubts:
        return Outcome("pending", {"detail": f"{reason}；重送一次", "doubts": 1, "retry_at": retry_at})
    return Outcome("uncertain", {"detail": reason})


def parked_until(now: datetime, failures: int, wait: float | None) -> datetime:
    """Until when a channel is left alone that failed so often in a row; at least as long as its service asks."""
    pause = timedelta(minutes=PARK_FOR[min(failures, len(PARK_FOR)) - 1]) if failures else timedelta(0)
    return now + max(pause, _asked(wait))


def _wait(attempt: int, error: TransportError) -> timedelta:
    return max(timedelta(minutes=RETRY_AFTER[attempt]), _asked(error.wait))


def _asked(wait: float | None) -> timedelta:
    return timedelta(seconds=min(wait or 0, LONGEST.total_seconds()))
