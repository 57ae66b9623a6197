"""`zeren doctor` on a large office.

    python benchmarks/doctor.py [rows of the list]

Lays a list of so many rows on 30 branches of 25 members, sweeps it once, and prints the seconds of processor that
looking it all over takes, how many findings there were, and what one pass over every table by raw sqlite3 takes.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from big_list import NOW, lay_list
from measure import claim, line

from responsibility.usecases.doctor import office
from responsibility.usecases.remind import sweep

WIDTHS = (34, 12)
#: Seconds it may take for so many assignments.
MOST, FOR = 20.0, 300_000


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zeren-doctor-") as folder:
        workspace = lay_list(Path(folder), rows, _quietly)
        now = NOW + timedelta(days=14)
        sweep(workspace, now)
        with workspace.read() as connection:
            laid = connection.exec_driver_sql("SELECT count(*) FROM assignment").scalar_one()
        start = time.process_time()
        found = office(workspace.settings, now)
        seconds = time.process_time() - start
        workspace.engine.dispose()
        floor = _floor(workspace.root / "data" / "zeren.db")
    line(("assignments", f"{laid:,}"), WIDTHS)
    line(("findings", len(found)), WIDTHS)
    line(("seconds", f"{seconds:.2f}"), WIDTHS)
    line(("seconds to read every row once", f"{floor:.2f}"), WIDTHS)
    claim(f"`zeren doctor`, {laid:,} assignments", f"{seconds:.1f} s", f"under {MOST:.0f} s", seconds < MOST)


def _floor(path: Path) -> float:
    start = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _ in connection.execute(f'SELECT * FROM "{name}"'):
                pass
    return time.process_time() - start


def _quietly(_name: str, act: Callable[[], int]) -> None:
    act()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else FOR // 30)
