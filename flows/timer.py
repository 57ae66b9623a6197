"""The clock of a delivery that runs: from the time it began at, as fast as time goes by."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class Running:
    """Now, or the time a command was told is now (`--now`), and what has gone by since."""

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._at = time.monotonic()

    def now(self) -> datetime:
        """What time it is."""
        return self._began + timedelta(seconds=time.monotonic() - self._at)

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)
