"""What one assignment costs, on an organisation tree of a province at 1/100 that is really laid and swept.

    python benchmarks/capacity.py [branches]

A province of 27,800 branches of 30 members each in 16 cities and 128 counties carries 60 items: 50 million assignments.
At 1/100: 278 branches under 8 counties in 2 cities, on PostgreSQL. One line each: the organisation, the list, the
cascade, an idle sweep, the sweep on which every assignment stands at a rung at once (the worst day there is), by one
drain in shards, the state, the proof of the ledger, a backup; with rows, seconds, microseconds a row, and bytes a row.
docs/capacity.md multiplies.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cascade import write_list
from databases import bytes_of, fresh, server, settle
from measure import Taken, claim, line, taking
from office import ZONE, Tree, open_office

from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.backup import backup
from responsibility.usecases.deliver import Still
from responsibility.usecases.lists import import_list
from responsibility.usecases.record import verify
from responsibility.usecases.remind import sweep
from responsibility.usecases.rounds import close_round, drain, open_round
from responsibility.usecases.status import status
from responsibility.usecases.workspace import Workspace

BRANCHES, MEMBERS, COUNTIES, CITIES = 278, 30, 8, 2
ISSUED = datetime(2023, 9, 11, 8, tzinfo=ZONE)
#: All items are due on one day; this long after it every assignment is told on a rung that tells several.
WORST = datetime(2023, 10, 12, 8, 30, tzinfo=ZONE)
HEADER = ("step", "rows", "seconds", "µs/row", "peak MB", "bytes/row")
WIDTHS = (34, 12, 9, 9, 9, 10)


def main(branches: int) -> None:
    line(HEADER, WIDTHS)
    with (
        tempfile.TemporaryDirectory(prefix="zeren-capacity-") as name,
        server(Path(name), postgres=True) as at,
    ):
        folder = Path(name)
        url = fresh(at)
        people = branches * (MEMBERS + 1)
        tree = Tree(CITIES, COUNTIES)
        workspace: Workspace = step(
            "organisation", people, lambda: open_office(folder / "office", ISSUED, branches, MEMBERS, url, tree)
        )
        write_list(folder / "list.xlsx", ("9月28日前",))
        step("list of 60 items", 60, lambda: import_list(workspace, folder / "list.xlsx", ISSUED))
        empty = bytes_of(url)
        with taking() as laid:
            rows = cascade(workspace)
        settle(url)
        size = (bytes_of(url) - empty) / rows
        show("cascade", rows, laid, size)
        step("sweep, nothing due", rows, lambda: sweep(workspace, ISSUED + timedelta(minutes=1)))
        before = bytes_of(url)
        with taking() as swept:
            notices = round_of(workspace, WORST)
        show("worst sweep, notices", notices, swept, (bytes_of(url) - before) / notices)
        seconds = step("status", rows, lambda: status(workspace, WORST), seconds=True)
        step("log verify, notices and rows", rows + notices, lambda: verify(workspace))
        step("backup", rows + notices, lambda: backup(workspace, folder / "b.zip", WORST))
        workspace.engine.dispose()
    claim(
        f"1/100 of a province really run: laying {rows:,} assignments",
        per_row(laid, rows) + f", {size:.0f} bytes each",
        "",
    )
    claim("its worst day, one drain", f"{per_row(swept, notices)} a notice, {notices:,} notices", "")
    claim("its status", f"{seconds:.2f} s", "")


def per_row(taken: Taken, rows: int) -> str:
    return f"{taken.seconds / rows * 1e6:.0f} µs"


def step(name: str, rows: int, act: Callable[[], Any], *, seconds: bool = False) -> Any:
    """Take one step and print its line; gives what it gives, or how long it took."""
    with taking() as taken:
        done = act()
    show(name, rows, taken)
    return taken.seconds if seconds else done


def show(name: str, rows: int, taken: Taken, size: float | None = None) -> None:
    cells = (f"{rows:,}", f"{taken.seconds:.2f}", f"{taken.seconds / rows * 1e6:.1f}", f"{taken.peak:.0f}")
    line((name, *cells, "-" if size is None else f"{size:.0f}"), WIDTHS)


def cascade(workspace: Workspace) -> int:
    """Lay the list on every tier; how many assignments."""
    open_list(workspace, "L1", ISSUED)
    return sum(lay_tier(workspace, "L1", tier.id, ISSUED).assignments for tier in workspace.settings.chain.tiers)


def round_of(workspace: Workspace, now: datetime) -> int:
    """Sweep in shards, by one drain; how many notices."""
    begun = open_round(workspace, now)
    if begun is None:
        raise ValueError("too little is due for a round")
    drain(workspace, begun.seq, "one", Still(now))
    swept = close_round(workspace, begun.seq, now)
    return swept.told + swept.skipped


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else BRANCHES)
