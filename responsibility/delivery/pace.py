"""How fast a service may be spoken to."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages in any 60 seconds, in any one second, and none in some minutes of the hour."""

    per_minute: int
    per_second: int | None = None
    #: Minutes of the hour in which everybody sends, and the service refuses for it: 0 and 30 of 飞书.
    shun_minutes: tuple[int, ...] = ()

    def ready_at(self, handed: Sequence[datetime], now: datetime, parts: int = 1) -> datetime:
        """The earliest instant from `now` on for one more, given when those of the last minute were handed over.

        One of several parts waits until there is room for all of them, or until nothing else was handed over.
        """
        at = max(now, _room(handed, self.per_minute, parts, _MINUTE) or now)
        if self.per_second is not None:
            at = max(at, _room(handed, self.per_second, parts, _SECOND) or at)
        while at.minute in self.shun_minutes:
            at = at.replace(second=0, microsecond=0) + _MINUTE
        return at


def _room(handed: Sequence[datetime], allowed: int, parts: int, span: timedelta) -> datetime | None:
    """When so few of the last are left in a span that all parts fit in; None where there were not as many."""
    full = max(1, allowed - parts + 1)
    return sorted(handed)[-full] + span if len(handed) >= full else None


class Turnstile:
    """Lets one process make so many requests a minute and a second, waiting where there are more.

    Messages are paced by whoever hands them over; this counts requests, of which a long message needs several.
    """

    def __init__(
        self, pace: Pace, wait: Callable[[float], None] = time.sleep, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._spans = ((pace.per_minute, 60.0), (pace.per_second or pace.per_minute, 1.0))
        self._passed: deque[float] = deque(maxlen=pace.per_minute)
        self._wait, self._elapsed = wait, elapsed

    def pass_one(self) -> None:
        """Return when one more request may be made, and count it."""
        waits = (self._wait_for(allowed, span) for allowed, span in self._spans)
        if (seconds := max(waits)) > 0:
            self._wait(seconds)
        self._passed.append(self._elapsed())

    def _wait_for(self, allowed: int, span: float) -> float:
        return self._passed[-allowed] + span - self._elapsed() if len(self._passed) >= allowed else 0.0
