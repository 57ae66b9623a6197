"""`zeren log verify` on a ledger of a million entries against the least that proof could cost.

    python benchmarks/ledger.py [entries]

Fills a ledger with an office's daily acts, hashed and chained by the code itself, and proves it. Prints seconds,
entries per second and peak memory of `usecases.record.verify`, and the ratio to a floor measured in the same run: raw
sqlite3 reads the same columns in order and hashlib hashes their bytes, with nothing parsed, put together or compared.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measure import Taken, line, taking
from office import ZONE, branch, open_office
from sqlalchemy import insert

from responsibility.store import ledger as store
from responsibility.store.ledger import Entry
from responsibility.store.rows import ledger
from responsibility.usecases.record import verify
from responsibility.usecases.workspace import ENGINE, Workspace, open_workspace

START = datetime(2023, 1, 3, 8, 30, tzinfo=ZONE)
END = START + timedelta(days=36_500)
BATCH = 20_000
HEADER = ("", "entries", "seconds", "entries/s", "peak MB", "ratio")
WIDTHS = (22, 11, 9, 11, 9, 7)


def main(size: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zeren-ledger-") as folder:
        line(HEADER, WIDTHS)
        # A process for each step, so that none inherits the memory of another.
        context = multiprocessing.get_context("spawn")
        with context.Pool(1, maxtasksperchild=1) as pool:
            written = pool.apply(_fill, (folder, size))
            floor, read = pool.apply(_floor, (folder,))
            proof, proved = pool.apply(_prove, (folder,))
        if read != proved or proved <= size:
            raise SystemExit(f"{read} entries read, {proved} proved, of {size} written")
        line(("write", *_cells(written, size), "-"), WIDTHS)
        line(("floor (read and hash)", *_cells(floor, read), "1.0"), WIDTHS)
        line(("log verify", *_cells(proof, proved), f"{proof.seconds / floor.seconds:.1f}"), WIDTHS)


def _cells(taken: Taken, entries: int) -> tuple[str, str, str, str]:
    return f"{entries:,}", f"{taken.seconds:.1f}", taken.per_second(entries), f"{taken.peak:.0f}"


def _fill(folder: str, size: int) -> Taken:
    """Entries as acts of single assignments write them; the newest one is recorded as every act is."""
    workspace = open_office(_root(folder), START, 20, 5)
    with taking() as taken:
        rows = _entries(workspace, size)
        while batch := [row for _, row in zip(range(BATCH), rows, strict=False)]:
            with workspace.write(END) as connection:
                connection.execute(insert(ledger), batch)
        with workspace.write(END) as connection:
            store.record(connection, Entry(END, ENGINE, "deliver", values={"sent": 1}))
    workspace.engine.dispose()
    return taken


def _entries(workspace: Workspace, size: int) -> Iterator[dict[str, Any]]:
    with workspace.read() as connection:
        seq, previous = store.last(connection)
    acts = (
        ("sign", {}),
        ("report", {"text": "已召开推进会一次，形成纪要，正在汇总意见", "count": 1, "percent": 40, "total": 3}),
        ("submit", {"text": "材料已报送", "late": False, "verify": _arm()}),
        ("return", {"reason": "缺会议记录和签到表", "reopened": {}, "finish": _arm()}),
    )
    for at in range(size):
        act, values = acts[at % len(acts)]
        code = branch(1 + at % 20)[0]
        row = {
            "seq": seq + 1 + at,
            "at": (START + timedelta(minutes=5 * at)).astimezone(UTC),
            "actor": f"{code}S",
            "on_behalf_of": None,
            "act": act,
            "codes": [f"L1-{at % 60:02d}.{code}"],
            "values": values,
            "prev_hash": previous,
        }
        previous = store.digest_of(row)
        yield row | {"hash": previous}


def _arm() -> dict[str, str]:
    day, moment = "2023-10-20", START.isoformat()
    return {"due_on": day, "due_at": moment, "next_at": moment}


def _floor(folder: str) -> tuple[Taken, int]:
    """Read every entry in order and hash its bytes."""
    raw = sqlite3.connect(_root(folder) / "data" / "zeren.db")
    query = 'SELECT seq, at, actor, on_behalf_of, act, codes, "values", prev_hash, hash FROM ledger ORDER BY seq'
    count = 0
    with taking() as taken:
        for row in raw.execute(query):
            hashlib.sha256("".join(map(str, row)).encode()).hexdigest()
            count += 1
    raw.close()
    return taken, count


def _prove(folder: str) -> tuple[Taken, int]:
    workspace = open_workspace(_root(folder), {**os.environ, "ZEREN_DATABASE_URL": ""})
    with taking() as taken:
        count, faults = verify(workspace)
    if faults:
        raise SystemExit(f"{len(faults)} faults, the first: {faults[0]}")
    return taken, count


def _root(folder: str) -> Path:
    return Path(folder) / "office"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
