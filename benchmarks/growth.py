"""How the sweep and the cascade grow: what is due and what is laid, doubled four times, and the exponent.

    python benchmarks/growth.py [--postgres] [assignments] [branches]

Begins with so many assignments, half of them due, and so many branches. An exponent of 1 is linear: twice as much takes
twice as long. The exponent is the slope of the line of least squares through the logarithms.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

from cascade import apart as laid_apart
from databases import server
from measure import claim, line
from sweep import apart as swept_apart

DOUBLINGS = 4
HEADER = ("", "rows", "seconds", "µs a row")
WIDTHS = (8, 11, 9, 9)
#: (how much, how long) of one size.
Point = tuple[int, float]


def main(assignments: int, branches: int, *, postgres: bool) -> None:
    name = "PostgreSQL" if postgres else "SQLite"
    with tempfile.TemporaryDirectory(prefix="zeren-growth-") as folder, server(Path(folder), postgres=postgres) as at:
        line(HEADER, WIDTHS)
        _grow("sweep", name, assignments, lambda size: _swept(at, size))
        _grow("cascade", name, branches, lambda size: _laid(at, size))


def _swept(at: str, size: int) -> Point:
    case = swept_apart(at, size, 50, 0)
    return case.notices, case.taken.seconds


def _laid(at: str, branches: int) -> Point:
    case = laid_apart(at, branches)
    return case.assignments, case.taken.seconds


def _grow(what: str, name: str, first: int, measured: Callable[[int], Point]) -> None:
    points = []
    for doubling in range(DOUBLINGS + 1):
        rows, seconds = measured(first * 2**doubling)
        line((what, f"{rows:,}", f"{seconds:.3f}", f"{seconds / rows * 1e6:.1f}"), WIDTHS)
        points.append((rows, seconds))
    found = exponent(points)
    work = f"{what}, {points[0][0]:,} to {points[-1][0]:,} rows, {name}"
    claim(work, f"exponent {found:.2f}", "at most 1.1", found <= 1.1)


def exponent(points: list[Point]) -> float:
    """The slope of the line of least squares through the logarithms."""
    logs = [(math.log(much), math.log(long)) for much, long in points]
    middle = [sum(one[at] for one in logs) / len(logs) for at in (0, 1)]
    return sum((x - middle[0]) * (y - middle[1]) for x, y in logs) / sum((x - middle[0]) ** 2 for x, _ in logs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("assignments", nargs="?", type=int, default=50_000)
    parser.add_argument("branches", nargs="?", type=int, default=50)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    main(asked.assignments, asked.branches, postgres=asked.postgres)
