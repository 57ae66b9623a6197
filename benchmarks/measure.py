"""What the benchmarks share: a stopwatch that also sees memory, and a table for the terminal."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Taken:
    """What a step took; filled in when the step is over."""

    seconds: float = 0.0
    #: The most memory the process held during the step, in MB.
    peak: float = 0.0

    def per_second(self, rows: int) -> str:
        return f"{rows / self.seconds:,.0f}" if rows else "-"


@contextmanager
def taking() -> Iterator[Taken]:
    """Measure a step."""
    taken = Taken()
    _forget_peak()
    start = time.perf_counter()
    yield taken
    taken.seconds = time.perf_counter() - start
    taken.peak = peak()


def peak() -> float:
    """The most memory this process has held since the step began (elsewhere than on Linux: since it started), in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (1024**2 if sys.platform == "darwin" else 1024)


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def line(cells: Sequence[object], widths: Sequence[int]) -> None:
    """Print one row of a table, right-aligned but for the first cell."""
    first, *rest = zip(map(str, cells), widths, strict=True)
    print("  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]), flush=True)


def claim(work: str, measured: str, target: str, holds: bool | None = None, why: str = "") -> None:
    """Print one row of docs/benchmarks.md: what was measured against what is claimed; None: a figure without a target.

    `why` is told where the target is missed. Appended to the file that ZEREN_CLAIMS names, where `benchmarks/bench.py`
    has asked for it.
    """
    said = {True: "✓", False: "✗", None: "·"}[holds]
    print(f"{said} {work}: {measured}" + (f" ({target})" if target else ""), flush=True)
    if asked := os.environ.get("ZEREN_CLAIMS"):
        row = {"script": Path(sys.argv[0]).name, "work": work, "measured": measured, "target": target, "holds": holds}
        row["why"] = why if holds is False else ""
        with open(asked, "a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
