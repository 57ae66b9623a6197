"""`zeren status`: the whole process against what it cannot do without, with years of history, and as the office grows.

    python benchmarks/status.py [assignments …]

Without sizes 10,000 and 1,000,000. For each: seconds of processor of a process that loads what the command loads and
does nothing, of the *floor* (the counts status shows, in hand-written SQL over raw sqlite3 and the same indexes), and
of the command; the fastest of the runs. Then a tenth of the largest size with and without five years of closed lists
behind it, and the command's own work, without its start, while the size doubles four times up to the largest.
"""

from __future__ import annotations

import atexit
import math
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from fresh import command, imports_of, race
from laid import lay_history, lay_open
from measure import claim, line
from office import ZONE, open_office

from responsibility.usecases.status import status
from responsibility.usecases.workspace import Workspace, open_workspace

SIZES = (10_000, 1_000_000)
BRANCHES, MEMBERS = 200, 30
NOW = datetime(2023, 10, 20, 8, 30, tzinfo=ZONE)
RUNS, YEARS, DOUBLINGS = 7, 5, 4
#: So often where a run takes no second: the same command may take twice as long on a machine that others use, too.
MORE_RUNS = 21
#: Why we may miss the target there.
WHY = (
    "Parsing the command, counting and drawing take a tenth of a second, and loading half of one: that is the target, "
    "with nothing to spare. Where others use the machine the same command takes up to twice as long from run to run."
)
#: Sizes from which on counting is no longer hidden by the start.
LARGE = 100_000
WIDTHS = (11, 10, 9, 10, 13, 15)
HEADER = ("assignments", "imports s", "floor s", "command s", "× imports", "× (imports+floor)")


def main(sizes: Sequence[int]) -> None:
    line(HEADER, WIDTHS)
    for size in sizes:
        whole(size)
    print()
    history(max(sizes) // 10)
    print()
    growth(max(sizes) // 2**DOUBLINGS)


def whole(size: int) -> None:
    """The command as a user calls it."""
    with tempfile.TemporaryDirectory(prefix="zeren-status-") as folder:
        workspace = _office(Path(folder), size)
        words = ["status", "--workspace", str(workspace.root), "--now", NOW.isoformat()]
        imports = imports_of(words, Path(folder))
        taken = race({"imports": imports, "command": command(*words)}, MORE_RUNS if size < LARGE else RUNS)
        floor = _least(lambda: _floor(workspace))
    (_, load), (_, cpu) = taken["imports"], taken["command"]
    small, large = cpu / load, cpu / (load + floor)
    cells = (f"{size:,}", f"{load:.2f}", f"{floor:.2f}", f"{cpu:.2f}", f"{small:.2f}", f"{large:.2f}")
    line(cells, WIDTHS)
    if size >= LARGE:
        text = f"{large:.2f} × (imports {load:.2f} s + floor {floor:.2f} s)"
        claim(f"zeren status, whole process, {size:,} assignments", text, "at most 1.5 ×", large <= 1.5)
    else:
        text = f"{small:.2f} × imports {load:.2f} s"
        claim(f"zeren status, whole process, {size:,} assignments", text, "at most 1.2 ×", small <= 1.2, WHY)


def history(size: int) -> None:
    """The same open assignments with and without the closed lists of five years, as many each."""
    line(("closed lists", "closed", "status s", "ratio"), (14, 10, 9, 7))
    taken = []
    for years in (0, YEARS):
        with tempfile.TemporaryDirectory(prefix="zeren-status-") as folder:
            workspace = _office(Path(folder), size)
            if years:
                lay_history(workspace, years, size, NOW)
            taken.append(_counting(workspace))
        cells = (f"{years} years", f"{years * size:,}", f"{taken[-1]:.3f}", f"{taken[-1] / taken[0]:.2f}")
        line(cells, (14, 10, 9, 7))
    ratio = taken[1] / taken[0]
    work = f"status, {size:,} open, with {YEARS} years of closed lists ({YEARS * size:,})"
    claim(work, f"{ratio:.2f} × without them", "at most 1.2 ×", ratio <= 1.2)


def growth(first: int) -> None:
    """The exponent of the command's own work, without its start, while the size doubles."""
    line(("assignments", "status s", "doubling"), (11, 9, 9))
    taken: list[tuple[int, float]] = []
    for size in (first * 2**at for at in range(DOUBLINGS + 1)):
        with tempfile.TemporaryDirectory(prefix="zeren-status-") as folder:
            taken.append((size, _counting(_office(Path(folder), size))))
        more = f"{taken[-1][1] / taken[-2][1]:.2f} ×" if taken[1:] else ""
        line((f"{size:,}", f"{taken[-1][1]:.3f}", more), (11, 9, 9))
    power = exponent(taken)
    work = f"status while {first:,} assignments double {DOUBLINGS} times"
    claim(work, f"grows as size^{power:.2f}", "at most size^1.1", power <= 1.1)


def exponent(taken: Sequence[tuple[int, float]]) -> float:
    """The slope of the straight line through (log size, log seconds)."""
    points = [(math.log(size), math.log(seconds)) for size, seconds in taken]
    middle = [sum(one[at] for one in points) / len(points) for at in (0, 1)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return above / sum((x - middle[0]) ** 2 for x, _ in points)


def _office(folder: Path, size: int) -> Workspace:
    """So many assignments in a copy of one office, which takes long to import."""
    root = folder / "office"
    shutil.copytree(_furnished(), root)
    workspace = open_workspace(root, os.environ)
    lay_open(workspace, size, NOW)
    workspace.engine.dispose()
    return workspace


@cache
def _furnished() -> Path:
    folder = tempfile.mkdtemp(prefix="zeren-status-")
    atexit.register(shutil.rmtree, folder)
    open_office(Path(folder) / "office", NOW - timedelta(days=60), BRANCHES, MEMBERS).engine.dispose()
    return Path(folder) / "office"


def _counting(workspace: Workspace) -> float:
    """Seconds of processor of the state in a process that has started."""
    opened = open_workspace(workspace.root, os.environ)
    found = _least(lambda: status(opened, NOW))
    opened.engine.dispose()
    return found


def _least(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return min(taken)


def _floor(workspace: Workspace) -> list[tuple[object, ...]]:
    """Per occurrence and tier how many show which light, and above the work what states there are."""
    known = {"now": NOW.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), "soon": (NOW + timedelta(days=5)).date()}
    raw = sqlite3.connect(workspace.root / "data" / "zeren.db")
    try:
        return [row for query in (WORK, ABOVE, ITEMS) for row in raw.execute(query, known)]
    finally:
        raw.close()


WORK = """
    SELECT occurrence_id, tier, max(item_id), sum(state = 'closed'), sum(state = 'suspended'),
        sum(state NOT IN ('closed', 'suspended') AND due_at <= :now),
        sum(state NOT IN ('closed', 'suspended') AND due_at > :now AND due_on <= :soon),
        sum(coalesce(percent, 0)), count(*)
    FROM assignment INDEXED BY assignment_standing
    WHERE works = 1 AND state NOT IN ('draft', 'cancelled') GROUP BY occurrence_id, tier"""
ABOVE = """
    SELECT occurrence_id, max(item_id), group_concat(tier || unit || state) FROM assignment NOT INDEXED
    WHERE NOT works AND state NOT IN ('draft', 'cancelled') AND :now IS NOT :soon GROUP BY occurrence_id"""
ITEMS = "SELECT id, code, title, category, deadline FROM item WHERE :now IS NOT :soon ORDER BY list_id, rank"


if __name__ == "__main__":
    main([int(text.replace(",", "")) for text in sys.argv[1:]] or list(SIZES))
