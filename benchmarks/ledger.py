"""A ledger of a million entries, written in batches and proved, against the least that either could cost.

    python benchmarks/ledger.py [--postgres] [entries]

Writes what an office does to lists and papers with `store.ledger.record_all`, and proves it with `verify`. Prints
seconds, entries per second and peak memory of each, and the ratio to its floor, measured in the same run with the bare
driver: the same rows hashed, chained and inserted by json.dumps, hashlib and executemany; and the same columns read in
order and hashed, with nothing parsed, put together or compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from databases import bare, copy, fresh, server
from laid import url_of
from measure import Taken, claim, line, taking
from office import ZONE, branch, open_office

from responsibility.store import ledger as store
from responsibility.store.ledger import Entry
from responsibility.usecases.record import verify
from responsibility.usecases.workspace import Workspace, open_workspace

START = datetime(2023, 1, 3, 8, 30, tzinfo=ZONE)
END = START + timedelta(days=36_500)
HEADER = ("", "entries", "seconds", "entries/s", "peak MB", "ratio")
WIDTHS = (22, 11, 9, 11, 9, 7)


def main(size: int, *, postgres: bool) -> None:
    name = "PostgreSQL" if postgres else "SQLite"
    with tempfile.TemporaryDirectory(prefix="zeren-ledger-") as folder, server(Path(folder), postgres=postgres) as at:
        line(HEADER, WIDTHS)
        # A process for each step, so that none inherits the memory of another.
        context = multiprocessing.get_context("spawn")
        with context.Pool(1, maxtasksperchild=1) as pool:
            url, pristine = pool.apply(_build, (folder, fresh(at)))
            least = pool.apply(_write_floor, (pristine, size))
            written = pool.apply(_write, (folder, url, size))
            floor, read = pool.apply(_floor, (url,))
            proof, proved = pool.apply(_prove, (folder, url))
        if read != proved or proved <= size:
            raise SystemExit(f"{read} entries read, {proved} proved, of {size} written")
        ratios = written.seconds / least.seconds, proof.seconds / floor.seconds
        line(("floor (hash and insert)", *_cells(least, size), "1.0"), WIDTHS)
        line(("write", *_cells(written, size), f"{ratios[0]:.1f}"), WIDTHS)
        line(("floor (read and hash)", *_cells(floor, read), "1.0"), WIDTHS)
        line(("log verify", *_cells(proof, proved), f"{ratios[1]:.1f}"), WIDTHS)
        said = f"{size:,} ledger entries written in batches, {name}"
        claim(said, f"{ratios[0]:.1f} × floor, {written.seconds:.0f} s", "at most 3 × floor", ratios[0] <= 3)
        rate = proof.seconds * 1_000_000 / proved
        measured = f"{rate:.0f} s a million, {proof.peak:.0f} MB"
        claim(f"log verify, {proved:,} entries, {name}", measured, "a million in under 60 s", rate < 60)


def _cells(taken: Taken, entries: int) -> tuple[str, str, str, str]:
    return f"{entries:,}", f"{taken.seconds:.1f}", taken.per_second(entries), f"{taken.peak:.0f}"


def _build(folder: str, url: str) -> tuple[str, str]:
    """An office, and a copy of it for the floor."""
    workspace = open_office(_root(folder), START, 20, 5, url)
    workspace.engine.dispose()
    return url_of(workspace), copy(url_of(workspace))


def _write(folder: str, url: str, size: int) -> Taken:
    """Every entry through the product, in one transaction."""
    workspace = _opened(folder, url)
    with workspace.read():  # the connection is opened, as in a process that serves
        pass
    with taking() as taken, workspace.write(END) as connection:
        store.record_all(connection, ((entry, ()) for entry in _entries(size)))
    workspace.engine.dispose()
    return taken


def _entries(size: int) -> Iterator[Entry]:
    """What is done to lists and papers: acts that move no assignment, so that the ledger alone is measured."""
    acts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("list.confirm", {"phrase": "9月底前", "due_on": "2023-09-30", "because": "办公室确认：月底前即当月最后一天"}),
        ("item.edit", {"changed": {"target": [3, 4]}, "was": {"items": {"L1-03": {"target_count": 3}}}}),
        (
            "document",
            {"kind": "urging_note", "number": 17, "path": "documents/2023/催办单-17.docx", "sha256": "0" * 64},
        ),
        ("deliver", {"sent": 12, "held": 3, "failed": 0, "channels": {"mail": 12}}),
    )
    for at in range(size):
        act, values = acts[at % len(acts)]
        moment, code = START + timedelta(minutes=5 * at), branch(1 + at % 20)[0]
        yield Entry(moment, f"{code}S", act, [f"L1-{at % 60:02d}"], values)


def _write_floor(url: str, size: int) -> Taken:
    """The same rows by hand, in one transaction."""
    with bare(url) as raw:
        entries = _entries(size)
        with taking() as taken:
            raw.begin()
            seq, previous = raw.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
            while some := list(islice(entries, store.AT_ONCE)):
                rows = []
                for entry in some:
                    seq += 1
                    rows.append(_hashed(entry, seq, previous))
                    previous = rows[-1]["hash"]
                raw.many(INSERT, rows)
            raw.execute("UPDATE meta SET value = :head WHERE key = 'ledger.head'", {"head": f"{seq} {previous}"})
            raw.commit()
    return taken


INSERT = """
    INSERT INTO ledger (seq, at, actor, on_behalf_of, act, codes, "values", prev_hash, hash)
    VALUES (:seq, :at, :actor, NULL, :act, :codes, :said, :prev_hash, :hash)"""


def _hashed(entry: Entry, seq: int, previous: str) -> dict[str, Any]:
    fields = {
        "seq": seq,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "on_behalf_of": None,
        "act": entry.act,
        "codes": entry.codes,
        "values": entry.values,
        "prev_hash": previous,
    }
    written = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "seq": seq,
        "at": entry.at,
        "actor": entry.actor,
        "act": entry.act,
        "codes": json.dumps(entry.codes),
        "said": json.dumps(entry.values),
        "prev_hash": previous,
        "hash": hashlib.sha256(written.encode()).hexdigest(),
    }


def _floor(url: str) -> tuple[Taken, int]:
    """Read every entry in order and hash its bytes."""
    query = 'SELECT seq, at, actor, on_behalf_of, act, codes, "values", prev_hash, hash FROM ledger ORDER BY seq'
    count = 0
    with bare(url) as raw, taking() as taken:
        for row in raw.stream(query):
            hashlib.sha256("".join(map(str, row)).encode()).hexdigest()
            count += 1
    return taken, count


def _prove(folder: str, url: str) -> tuple[Taken, int]:
    workspace = _opened(folder, url)
    with taking() as taken:
        count, faults = verify(workspace)
    if faults:
        raise ValueError(f"{len(faults)} faults, the first: {faults[0]}")
    return taken, count


def _opened(folder: str, url: str) -> Workspace:
    return open_workspace(_root(folder), {**os.environ, "ZEREN_DATABASE_URL": url})


def _root(folder: str) -> Path:
    return Path(folder) / "office"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("entries", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    main(asked.entries, postgres=asked.postgres)
