"""The data in another place: backed up while in use, restored, moved to another database and back."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from responsibility.core.errors import LedgerBroken, ResponsibilityError, WorkspaceError
from responsibility.store import migrate
from responsibility.store.engine import open_engine, writing
from responsibility.usecases.backup import backup, copy_to, restore, upgraded
from responsibility.usecases.deliver import deliver
from responsibility.usecases.record import log, verify
from responsibility.usecases.workspace import open_workspace
from tests.databases import Server
from tests.world import World


@pytest.fixture
def office(world: World) -> World:
    """An office in which something has happened."""
    world.given(lead="甲支部、乙支部")
    world.to("2023-09-14")
    world.sweep()
    world.untold.clear()
    world.does("sign", "L1-01.A")
    (world.root / "data" / "evidence").mkdir(exist_ok=True)
    (world.root / "data" / "evidence" / "纪要.txt").write_text("已召开", "utf-8")
    (world.root / "data" / "mail.password").write_text("secret", "utf-8")
    return world


def test_a_backup_made_while_somebody_writes_comes_back_as_the_same_office(office: World, tmp_path: Path) -> None:
    file = tmp_path / "备份.zip"
    with office.workspace.write(office.now):  # a writer holds the database
        done = backup(office.workspace, file, office.now)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"secret" not in file.read_bytes()
    back = restore(file, tmp_path / "again", office.now)
    assert back.entries - 1 == done.entries == verify(office.workspace)[0]
    again = open_workspace(tmp_path / "again", {})
    assert verify(again)[1] == []
    assert [line.hash for line in log(again)][:-1] == [line.hash for line in log(office.workspace)]
    assert (again.root / "data" / "evidence" / "纪要.txt").read_text("utf-8") == "已召开"
    assert not (again.root / "data" / "mail.password").exists()
    again.engine.dispose()


def test_what_waited_when_it_was_backed_up_is_not_sent_again_by_itself(office: World, tmp_path: Path) -> None:
    office.courier.fail_next()
    office.to("2023-09-18")
    office.sweep()
    office.untold.clear()
    backup(office.workspace, tmp_path / "备份.zip", office.now)
    office.now += timedelta(hours=1)
    assert office.deliver()["sent"] == 1
    again = restore(tmp_path / "备份.zip", tmp_path / "again", office.now)
    assert again.doubtful == 1
    workspace = open_workspace(tmp_path / "again", {})
    assert deliver(workspace, {"console": office.courier}, office.now).counts == {}
    with workspace.read() as connection:
        assert connection.exec_driver_sql("SELECT status FROM message ORDER BY id DESC").scalar() == "uncertain"
    workspace.engine.dispose()


def spoil_bytes(file: Path) -> None:
    """One byte of the archive's middle is another one."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def rewrite(file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
            archive.writestr("../outside.txt", "out")

    return rewrite


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_bytes, "备份.zip"),
        (cut_short, "不是完整的备份"),
        (lambda file: file.write_text("hello"), "不是完整的备份"),
        (rewritten(lambda manifest: manifest.update(kind="other")), "不是 zeren 的备份"),
        (rewritten(lambda manifest: manifest.update(schema="9999")), "较新的 zeren"),
        (rewritten(lambda manifest: manifest["files"].update({"../outside.txt": ""})), "不该有的文件"),
    ],
)
def test_a_spoilt_backup_is_refused_and_leaves_nothing(
    office: World, tmp_path: Path, spoil: Callable[[Path], Any], said: str
) -> None:
    file = tmp_path / "备份.zip"
    backup(office.workspace, file, office.now)
    spoil(file)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ResponsibilityError, match=said):
        restore(file, tmp_path / "again", office.now)
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_is_written_over(office: World, tmp_path: Path) -> None:
    file = tmp_path / "备份.zip"
    backup(office.workspace, file, office.now)
    with pytest.raises(WorkspaceError, match="没有覆盖"):
        backup(office.workspace, file, office.now)
    with pytest.raises(WorkspaceError, match="不是空目录"):
        restore(file, office.root, office.now)
    with pytest.raises(ResponsibilityError, match="没有"):
        restore(tmp_path / "nowhere.zip", tmp_path / "again", office.now)


def test_a_ledger_that_was_tampered_with_is_not_backed_up_as_if_it_were_whole(office: World, tmp_path: Path) -> None:
    office.tamper("UPDATE ledger SET actor = 'X' WHERE seq = 3")
    with pytest.raises(LedgerBroken, match="第 3 条"):
        backup(office.workspace, tmp_path / "备份.zip", office.now)
    assert not list(tmp_path.glob("*.zip"))


def test_to_postgres_and_back_it_is_the_same_office(office: World, postgres: Server, tmp_path: Path) -> None:
    url = postgres.fresh()
    counts = copy_to(office.workspace, url)
    assert counts["ledger"] == verify(office.workspace)[0]
    there = open_workspace(office.root, {**office.environ, "ZEREN_DATABASE_URL": url})
    office.workspace.engine.dispose()
    office.workspace = there
    office.does("report", "L1-01.A", percent=50)  # it goes on: counters follow what was copied
    office.to("2023-09-15")
    office.sweep()
    office.untold.clear()
    backup(there, tmp_path / "备份.zip", office.now)
    again = restore(tmp_path / "备份.zip", tmp_path / "again", office.now)
    assert again.entries == verify(there)[0] + 1
    with pytest.raises(WorkspaceError, match="已经有"):
        copy_to(there, url)


def test_a_copy_is_for_its_owner_alone(office: World, tmp_path: Path) -> None:
    copy_to(office.workspace, f"sqlite:///{tmp_path / 'copy.db'}")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite+nowhere:///x"])
def test_an_address_of_no_database_is_refused(office: World, url: str) -> None:
    with pytest.raises(ResponsibilityError, match="--to"):
        copy_to(office.workspace, url)


def test_a_database_of_a_newer_program_is_left_alone(office: World) -> None:
    office.tamper("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WorkspaceError, match="较新的 zeren"):
        open_workspace(office.root, office.environ)


def test_a_shared_database_is_upgraded_by_hand_only(postgres: Server, tmp_path: Path) -> None:
    url = postgres.fresh()
    with World(tmp_path / "office", url) as world:
        engine = open_engine(url)
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        with pytest.raises(WorkspaceError, match="旧版本"):
            open_workspace(world.root, world.environ)
        with writing(engine) as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{migrate.HEAD}'"))
        engine.dispose()
        assert upgraded(world.workspace.settings) == (migrate.HEAD, migrate.HEAD)
