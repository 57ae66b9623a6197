"""Workspaces whose Prefect database is made already: making one takes longer than most of what is tested with it."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path


def seeded(root: Path) -> Path:
    """The workspace, with an empty, migrated Prefect database in its place."""
    home = root / "data" / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    (home / "prefect.db").write_bytes(_template())
    return root


@cache
def _template() -> bytes:
    """The database a Prefect server leaves that was started once and did nothing."""
    from flows.server import prefect_server

    with tempfile.TemporaryDirectory(prefix="prefect") as folder:
        root = Path(folder)
        (root / "data" / "prefect").mkdir(parents=True)
        with prefect_server(root):
            pass
        whole = root / "whole.db"
        with (
            closing(sqlite3.connect(root / "data" / "prefect" / "prefect.db")) as source,
            closing(sqlite3.connect(whole)) as target,
        ):
            source.backup(target)
        return whole.read_bytes()
