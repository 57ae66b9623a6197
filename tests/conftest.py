"""The recurring cast: one small office, and a world in which its days pass."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import databases
from tests.databases import KINDS, Server
from tests.world import World

#: What a property is tried with where it says nothing else: the suite has eight minutes. How long an example takes to
#: be made says how busy the machine is.
settings.register_profile("suite", max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

#: Files whose every test runs on both in each run; the others on what ZEREN_TEST_DATABASE says.
BOTH = frozenset(f"test_{name}" for name in ("backup", "ledger", "migrations"))

#: The address of the run's PostgreSQL, and what stops it: the process that hands out the tests has it for all.
_SERVER, _STOP = pytest.StashKey[str | None](), pytest.StashKey[Callable[[], None]]()


def pytest_configure() -> None:
    databases.point_to(None)
    databases.compile_once()


def pytest_collection_finish() -> None:
    """The collector leaves alone what stays to the end: it would walk through all of it after every few objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker where the one server is."""
    node.workerinput["postgres"] = _server(node.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    """A test that asks for no database is on SQLite, wherever the one before it was."""
    kept, asks = databases.current, "database" in getattr(item, "fixturenames", ())
    if not asks:
        databases.current = None
    try:
        return (yield)
    finally:
        if not asks:
            databases.current = kept


def pytest_unconfigure(config: pytest.Config) -> None:
    if (stop := config.stash.get(_STOP, None)) is not None:
        stop()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are numbered, not named: a file made by a test holds the time, and the processes of a run would differ."""
    return argname if isinstance(val, bytes) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a database runs on both, on the one asked for, or on SQLite where it is about that."""
    if "database" in metafunc.fixturenames:
        asked = os.environ.get(databases.KIND) or _usual(metafunc)
        kinds = KINDS if asked == "both" else [asked]
        if metafunc.definition.get_closest_marker("sqlite"):
            kinds = ["sqlite"]
        if metafunc.definition.get_closest_marker("postgres"):
            kinds = ["postgres"]
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


def _usual(metafunc: pytest.Metafunc) -> str:
    """What a test runs on where nobody asked: both, where what it is about is decided in SQL."""
    both = {"any_world", "empty"} & set(metafunc.fixturenames) or metafunc.module.__name__.split(".")[-1] in BOTH
    return "both" if both else "sqlite"


def _server(config: pytest.Config) -> str | None:
    """Where the run's PostgreSQL is: given, known from the process that started this one, or started now."""
    if _SERVER not in config.stash:
        if hasattr(config, "workerinput"):
            config.stash[_SERVER] = config.workerinput["postgres"]
        elif os.environ.get(databases.KIND) == "sqlite":
            config.stash[_SERVER] = None
        elif (given := os.environ.get(databases.SERVER)) or (started := databases.start()) is None:
            config.stash[_SERVER] = given
        else:
            config.stash[_SERVER], config.stash[_STOP] = started
    return config.stash[_SERVER]


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A real PostgreSQL server, for the whole session."""
    url = _server(pytestconfig)
    if url is None:
        pytest.skip("no PostgreSQL wheel for this platform")
    server = Server(url)
    try:
        yield server
    finally:
        server.drop()


@pytest.fixture(scope="session")
def furnished(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The server, with a database on it in which an office stands, to be copied."""
    postgres.furnished = postgres.fresh()
    with World(tmp_path_factory.mktemp("furnished") / "office", postgres.furnished):
        pass
    databases.point_to(None)
    return postgres


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """On which of the two every office of the test stands: `sqlite` or `postgres`."""
    kind: str = request.param
    databases.current = request.getfixturevalue("furnished") if kind == "postgres" else None
    yield kind
    databases.current = None


@pytest.fixture(scope="module", autouse=True)
def _tidy_module() -> Iterator[None]:
    with databases.tidy():
        yield


@pytest.fixture(autouse=True)
def _tidy_test() -> Iterator[None]:
    with databases.tidy():
        yield


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """An office on SQLite or PostgreSQL; leaving the test fails on any message nobody expected."""
    with World(tmp_path / "office") as world:
        yield world


@pytest.fixture
def any_world(world: World) -> World:
    """The same, where that it runs on both is the point."""
    return world


@pytest.fixture
def empty(database: str, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    return databases.current.fresh() if databases.current else f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def blank(database: str) -> None:
    """An empty database of its own, for a workspace that the test makes with `zeren init`."""
    if databases.current:
        databases.point_to(databases.current.fresh())
