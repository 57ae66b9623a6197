"""The sweep on an office with years of closed lists behind it, against one without.

    python benchmarks/history.py [--postgres] [assignments] [years]

Each year has a closed list as long as the open one: every assignment verified, two notices on it, three clocks that
stand still, an entry of its own in the ledger. Prints seconds of the sweep with nothing and with 5 % due, on both.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from databases import server
from measure import claim, line
from sweep import apart

HEADER = ("years behind", "open", "due %", "notices", "sweep s", "floor s")
WIDTHS = (12, 11, 6, 10, 9, 9)


def main(size: int, years: int, *, postgres: bool) -> None:
    name = "PostgreSQL" if postgres else "SQLite"
    with tempfile.TemporaryDirectory(prefix="zeren-history-") as folder, server(Path(folder), postgres=postgres) as at:
        line(HEADER, WIDTHS)
        for share in (0, 5):
            seconds = []
            for behind in (0, years):
                case = apart(at, size, share, behind)
                seconds.append(case.taken.seconds)
                figures = (f"{case.notices:,}", f"{case.taken.seconds:.4f}", f"{case.floor.seconds:.4f}")
                line((behind, f"{size:,}", share, *figures), WIDTHS)
            ratio = seconds[1] / seconds[0]
            work = f"sweep, {size:,} open, {share} % due, {years} years of closed lists behind, {name}"
            claim(work, f"{ratio:.2f} × the same without", "unchanged within 20 %", ratio <= 1.2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("assignments", nargs="?", type=int, default=100_000)
    parser.add_argument("years", nargs="?", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    main(asked.assignments, asked.years, postgres=asked.postgres)
