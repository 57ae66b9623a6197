"""Messages kept in memory: for rehearsals and tests."""

from __future__ import annotations

from collections import deque

from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError


class MemoryCourier:
    """Keeps what it is handed in `parcels`, in order; refuses when told to."""

    pace: Pace | None = None

    def __init__(self, id: str = "memory") -> None:
        self.id = id
        self.parcels: list[Parcel] = []
        self._failures: deque[TransportError] = deque()

    def fail_next(self, *, permanent: bool = False, uncertain: bool = False, reason: str = "演练：投递失败") -> None:
        """Refuse one more parcel; asked twice, refuse two."""
        self._failures.append(TransportError(reason, permanent=permanent, uncertain=uncertain))

    def deliver(self, parcel: Parcel) -> Receipt:
        """Keep the parcel, or raise the failure that was asked for first."""
        if self._failures:
            raise self._failures.popleft()
        self.parcels.append(parcel)
        return Receipt(f"已存入内存，第 {len(self.parcels)} 封")

    def close(self) -> None:
        """Nothing is kept open."""
