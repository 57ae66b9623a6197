"""Workspaces whose Prefect database is made already: making one takes longer than most of what is tested with it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path


def seeded(root: Path) -> Path:
    """The workspace, with an empty, migrated Prefect database in its place."""
    home = root / "data" / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    (home / "prefect.db").write_bytes(_template())
    return root


_HELD = """
import sys
from pathlib import Path
from flows.server import prefect_server
with prefect_server(Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


@contextmanager
def standing(root: Path) -> Iterator[Path]:
    """The workspace, with a server that the commands run in it find; each would start and stop one of its own."""
    command = [sys.executable, "-c", _HELD, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline()
        yield root
        holder.communicate()
    assert holder.returncode == 0


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
