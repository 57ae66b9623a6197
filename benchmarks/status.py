"""`zeren status` on 300,000 assignments against what it takes to start.

    python benchmarks/status.py [rows of the list]

Prints the seconds of each command, the fastest of seven runs taken in turn: `zeren --version`, `zeren status` in a
workspace where nothing was laid, the same on the list, and the ratios of the last to the other two.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from big_list import BRANCHES, MEMBERS, NOW, lay_list
from measure import line
from office import open_office

RUNS = 7
WIDTHS = (30, 9, 9)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zeren-status-") as folder:
        empty = open_office(Path(folder) / "empty", NOW, BRANCHES, MEMBERS)
        empty.engine.dispose()
        (Path(folder) / "big").mkdir()
        full = lay_list(Path(folder) / "big", rows, _quietly)
        full.engine.dispose()
        now = (NOW + timedelta(days=14)).isoformat()
        commands = {
            "zeren --version": ["--version"],
            "zeren status, nothing laid": ["status", "--now", now, "--workspace", str(empty.root)],
            f"zeren status, {rows * 30:,} laid": ["status", "--now", now, "--workspace", str(full.root)],
        }
        taken = _race(list(commands.values()))
    line(("command", "seconds", "CPU s"), WIDTHS)
    for name, (seconds, cpu) in zip(commands, taken, strict=True):
        line((name, f"{seconds:.2f}", f"{cpu:.2f}"), WIDTHS)
    (version, _), (start, start_cpu), (status, status_cpu) = taken
    line(("ratio to --version", f"{status / version:.1f}", ""), WIDTHS)
    line(("ratio to status, nothing laid", f"{status / start:.1f}", f"{status_cpu / start_cpu:.1f}"), WIDTHS)


def _race(commands: Sequence[Sequence[str]]) -> list[tuple[float, float]]:
    """(seconds, seconds of processor) of each command: the least of the runs, which take turns."""
    runs = [[_run(command) for command in commands] for _ in range(RUNS)]
    return [(min(run[at][0] for run in runs), min(run[at][1] for run in runs)) for at in range(len(commands))]


def _run(command: Sequence[str]) -> tuple[float, float]:
    before, start = os.times(), time.perf_counter()
    program = [sys.executable, "-m", "responsibility.cli", *command]
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - start, os.times()
    return seconds, sum(after[2:4]) - sum(before[2:4])


def _quietly(_name: str, act: Callable[[], int]) -> None:
    act()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
