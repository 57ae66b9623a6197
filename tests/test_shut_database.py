"""A database that cannot be written: read-only, or held by another writer. Said, waited for, and given up in time."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from responsibility.cli.app import run
from responsibility.store import engine as engines
from responsibility.store.engine import open_engine, writing
from responsibility.usecases import workspace as workspaces
from responsibility.usecases.record import verify
from tests.databases import Server
from tests.world import World

#: A command leaves its connection to the end of its process, which here does not end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def swept_up() -> Iterator[None]:
    """Those connections are gone before another test is blamed for them."""
    yield
    gc.collect()


SIGN = ("sign", "L1-01.A", "--now", "2023-09-12T09:00")


@pytest.fixture
def office(any_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Work on an office, on both databases, and commands that find it."""
    any_world.given(by="9月28日前")
    any_world.workspace.engine.dispose()
    monkeypatch.setenv("ZEREN_HOME", str(any_world.root))
    if url := any_world.environ.get("ZEREN_DATABASE_URL"):
        monkeypatch.setenv("ZEREN_DATABASE_URL", url)
    return any_world


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are tenths of seconds."""
    monkeypatch.setattr(engines, "UNSAID", 0.1)
    monkeypatch.setattr(workspaces, "PATIENCE", 0.4)


def test_another_writer_is_waited_for_and_it_is_said(
    office: World, hasty: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspaces, "PATIENCE", 20.0)
    other = open_engine(office.workspace.settings.database_url)
    with writing(other):
        pid = threading.Thread(target=lambda: ended.append(run([*SIGN])))
        ended: list[int] = []
        pid.start()
        pid.join(1.5)
        assert pid.is_alive()
    pid.join(20)
    other.dispose()
    assert ended == [0]
    assert "数据库正在被别的程序写，最多等 20 秒" in capsys.readouterr().err
    assert office.rows("SELECT state FROM assignment WHERE code = 'L1-01.A'") == [("signed",)]


def test_one_that_does_not_end_is_given_up(office: World, hasty: None, capsys: pytest.CaptureFixture[str]) -> None:
    other = open_engine(office.workspace.settings.database_url)
    with writing(other):
        assert run([*SIGN]) == 1
    said = capsys.readouterr().err
    assert "一直被别的程序占用，本次什么都没有做" in said
    assert "稍后重新运行同一条命令" in said
    assert run([*SIGN]) == 0
    other.dispose()
    assert verify(office.workspace)[1] == []


def test_nobody_is_told_of_a_short_wait(office: World, capsys: pytest.CaptureFixture[str]) -> None:
    other = open_engine(office.workspace.settings.database_url)
    held = threading.Event()

    def hold() -> None:
        with writing(other):
            held.set()
            time.sleep(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert run([*SIGN]) == 0
    holder.join()
    assert "最多等" not in capsys.readouterr().err
    other.dispose()


def test_a_database_one_may_only_read(
    postgres: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standby or a role without rights: reading goes on."""
    url = postgres.fresh()
    with World(tmp_path / "office", url) as world:
        world.given(by="9月28日前")
    admin = sqlalchemy.create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = url.partition("?")[0].rpartition("/")[2]
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    admin.dispose()
    monkeypatch.setenv("ZEREN_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("ZEREN_DATABASE_URL", url)
    assert run(["status", "--now", "2023-09-12"]) == 0
    capsys.readouterr()
    assert run([*SIGN]) == 1
    assert "只读" in capsys.readouterr().err


@pytest.fixture
def read_only(database: str, tmp_path: Path) -> Iterator[Path]:
    """A workspace on a file system that may only be read."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no right to mount a disk here")
    with World(tmp_path / "office") as world:
        world.given(by="9月28日前")
        world.workspace.engine.dispose()
        shutil.copytree(world.root, disk / "office")
    subprocess.run([mount, "-o", "remount,ro", str(disk)], check=True)
    yield disk / "office"
    subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.mark.sqlite("the folder holds the database")
@pytest.mark.parametrize(
    "argv",
    [
        SIGN,
        ("list", "import", "{tmp}/office/清单.csv", "--now", "2023-09-12"),
        ("org", "import", "{tmp}/office/organisation.yaml", "--now", "2023-09-12"),
        ("remind", "--now", "2023-09-12"),
        ("assign", "--now", "2023-09-12"),
        ("doctor", "--now", "2023-09-12"),
        ("status", "--now", "2023-09-12"),
    ],
    ids=lambda argv: " ".join(argv[:2]),
)
def test_a_folder_that_may_only_be_read(
    argv: tuple[str, ...],
    read_only: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZEREN_HOME", str(read_only))
    before = sorted(os.listdir(read_only / "data"))
    capsys.readouterr()
    assert run([part.format(tmp=tmp_path) for part in argv]) == 1
    said = "".join(capsys.readouterr())
    assert "只读" in said or "权限" in said, said
    assert "Traceback" not in said
    assert sorted(os.listdir(read_only / "data")) == before
