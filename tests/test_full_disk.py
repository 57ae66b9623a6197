"""A disk without room: every command says so, leaves nothing half-written, and works when there is room again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from responsibility.cli.app import run
from responsibility.cli.failures import explain
from responsibility.settings.wholefile import put
from responsibility.store.engine import close_all
from responsibility.usecases.assign import lay_tier, lists_to_assign, open_list
from responsibility.usecases.record import verify
from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import open_workspace
from tests.world import World

NOW = ("--now", "2023-09-12T09:00")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 12 MB of its own."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.fixture
def office(disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace on it, with work in it; the current folder is on it, too."""
    root = disk / "office"
    with World(tmp_path / "office") as world:
        world.list(
            {"title": "学习", "lead": "甲支部", "by": "9月28日前"},
            {"title": "说不清", "lead": "乙支部", "by": "10月前"},
        )
        world.assign()
        world.list({"title": "新的", "lead": "乙支部", "by": "9月28日前"}, file="又")
        world.workspace.engine.dispose()
        shutil.copytree(world.root, root)
    monkeypatch.chdir(disk)
    monkeypatch.setenv("ZEREN_HOME", str(root))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "照片.jpg").write_bytes(os.urandom(3_000_000))
    (tmp_path / "名单.csv").write_bytes((root / "又.csv").read_bytes())
    (tmp_path / "通知.txt").write_text("2024年元旦：1月1日放假，共1天。", "utf-8")
    yield root
    close_all()
    for path in disk.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def fill(disk: Path, left: int) -> None:
    """Take all the room but so many bytes.

    What an earlier command of this process left open is closed first: it would give back room later, at any moment.
    """
    close_all()
    with (disk / "filler").open("wb", buffering=0) as out:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        out.write(b"\0" * max(0, free - left))


def files(disk: Path) -> set[str]:
    """The files there, but for what SQLite keeps beside its database while it works."""
    return {
        str(path)
        for path in disk.rglob("*")
        if path.is_file() and path.name not in ("zeren.db-wal", "zeren.db-shm", "zeren.lock")
    }


#: Command line → how much room it has; in {tmp} lies what it reads.
COMMANDS = (
    ("list import {tmp}/名单.csv --issued-on 2023-09-12", 0),
    ("org import office/organisation.yaml", 0),
    ("sign L1-01.A", 0),
    ("submit L1-01.A --evidence {tmp}/照片.jpg", 1_000_000),
    ("extend L1-01.A --to 2023-10-20 --reason 会期推迟", 0),
    ("backup 备份.zip", 40_000),
    ("sheet export --all", 0),
    ("feed export --for A -o 甲.ics", 0),
    ("org template 组织机构.xlsx", 0),
    ("list template 清单.xlsx", 0),
    ("list confirm --export 待确认.csv", 0),
    ("item add L1 --title 开会 --lead 甲支部 --by 10月底前", 0),
)


@pytest.mark.parametrize(("line", "left"), COMMANDS, ids=[line.split(" {")[0] for line, _ in COMMANDS])
def test_without_room_a_command_says_so_and_leaves_nothing(
    line: str, left: int, office: Path, disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = line.format(tmp=tmp_path).split()
    timed = [] if "template" in argv or "--export" in argv else list(NOW)
    if "submit" in argv:
        assert run(["sign", "L1-01.A", *NOW]) == 0
    before = files(disk)
    fill(disk, left)
    capsys.readouterr()
    assert run([*argv, *timed]) == 1
    said = capsys.readouterr().err
    assert "磁盘满了" in said
    assert "腾出空间" in said
    assert files(disk) == before | {str(disk / "filler")}
    (disk / "filler").unlink()
    assert run([*argv, *timed]) == 0
    workspace = open_workspace(office, os.environ)
    assert verify(workspace)[1] == []
    workspace.engine.dispose()


def _assign(office: Path) -> None:
    workspace = open_workspace(office, os.environ)
    now = _now()
    try:
        for code in lists_to_assign(workspace):
            open_list(workspace, code, now)
            for tier in workspace.settings.chain.tiers:
                lay_tier(workspace, code, tier.id, now)
    finally:
        workspace.engine.dispose()


def _sweep(office: Path) -> None:
    workspace = open_workspace(office, os.environ)
    try:
        sweep(workspace, _now())
    finally:
        workspace.engine.dispose()


def _now() -> object:
    from datetime import datetime

    from tests.world import ZONE

    return datetime(2023, 9, 22, 9, tzinfo=ZONE)


@pytest.mark.parametrize("work", [_assign, _sweep])
def test_assigning_and_sweeping_without_room(work: Callable[[Path], None], office: Path, disk: Path) -> None:
    fill(disk, 0)
    with pytest.raises(Exception) as full:  # noqa: PT011
        work(office)
    assert "磁盘满了" in explain(full.value).message
    (disk / "filler").unlink()
    work(office)
    workspace = open_workspace(office, os.environ)
    assert verify(workspace)[1] == []
    workspace.engine.dispose()


def test_a_file_is_whole_or_not_there(disk: Path) -> None:
    put(disk / "旧.txt", b"old")
    fill(disk, 8192)
    with pytest.raises(OSError, match="旧") as full:
        put(disk / "旧.txt", b"x" * 100_000)
    assert full.value.filename == str(disk / "旧.txt")
    assert (disk / "旧.txt").read_bytes() == b"old"
    assert files(disk) == {str(disk / "旧.txt"), str(disk / "filler")}
    (disk / "旧.txt").unlink()
    (disk / "filler").unlink()
