"""备份、恢复、搬库: a whole workspace in one verified file, and its database in another place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from responsibility.core.errors import LedgerBroken, ResponsibilityError, WorkspaceError
from responsibility.settings import Settings
from responsibility.store import copying, failures, ledger, migrate, outbox
from responsibility.store.copying import Progress
from responsibility.store.engine import open_engine, reading, writing
from responsibility.store.ledger import Entry
from responsibility.usecases.workspace import ENGINE, Workspace

#: What a backup says of itself, and what else it holds: configuration, what was handed in, documents that were made.
_MANIFEST, _DATABASE = "manifest.json", "data/zeren.db"
_FOLDERS = ("config", "data/evidence", "data/documents")
_KIND = "zeren-backup"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written or read back, and found to be whole."""

    path: Path
    #: The newest ledger entry in it.
    entries: int
    files: int
    size: int
    at: str
    #: Messages that waited then, and may have gone out since.
    doubtful: int = 0


def backup(workspace: Workspace, path: Path, now: datetime, progress: Progress = lambda done, total: None) -> BackedUp:
    """Write the workspace to one file while others go on working, and read it back; it appears whole or not at all.

    Passwords kept in files of their own, run records and logs are not in it. Raises LedgerBroken, and writes nothing,
    where the ledger does not hold.
    """
    if path.exists():
        raise WorkspaceError(f"{path} 已存在，没有覆盖", "换一个文件名，或先把它移走")
    if not path.absolute().parent.is_dir():
        raise WorkspaceError(f"没有 {path.absolute().parent} 这个目录", "换一个已有的目录，或先建好它")
    half = path.with_name(f".{path.name}.part")
    at = now.astimezone(workspace.settings.zone).isoformat()
    with _beside(path) as folder:
        copied = Path(folder) / "zeren.db"
        copying.snapshot(workspace.engine, copied, progress)
        entries, head = _proved(copied)
        files = {_DATABASE: copied, **dict(_files(workspace.root))}
        manifest = {
            "kind": _KIND,
            "at": at,
            "schema": migrate.HEAD,
            "entries": entries,
            "head": head,
            "files": {name: _digest_of(file) for name, file in files.items()},
        }
        try:
            _pack(half, files, manifest)
            _unpacked(half, Path(folder) / "again")
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)
    return BackedUp(path, entries, len(files), path.stat().st_size, at)


def restore(path: Path, root: Path, now: datetime) -> BackedUp:
    """Make the workspace a backup holds, in a folder that is not there or empty; it appears whole or not at all.

    What had not gone out when it was backed up may have since: the office decides, as with any message in doubt.
    """
    if not path.is_file():
        raise ResponsibilityError(f"没有 {path} 这个文件", "检查路径")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WorkspaceError(f"{root.absolute()} 不是空目录，没有恢复", "换一个新目录：zeren restore 备份文件 新目录")
    root.absolute().parent.mkdir(parents=True, exist_ok=True)
    with _beside(root) as folder:
        half = Path(folder) / "workspace"
        manifest = _unpacked(path, half)
        _proved(half / _DATABASE)
        doubtful = _doubted(half / _DATABASE, now)
        entries, _ = _proved(half / _DATABASE)
        (half / "data").chmod(0o700)
        if root.exists():
            root.rmdir()
        shutil.move(half, root)
    return BackedUp(root, entries, len(manifest["files"]), path.stat().st_size, str(manifest["at"]), doubtful)


def _beside(path: Path) -> TemporaryDirectory[str]:
    """A folder for drafts beside `path`; an OSError names the folder it should be in: nobody knows the draft."""
    parent = path.absolute().parent
    try:
        return TemporaryDirectory(dir=parent, prefix=".zeren-")
    except OSError as error:
        raise OSError(error.errno, "cannot be written", str(parent)) from error


def _doubted(database: Path, now: datetime) -> int:
    """Give what waited to the office to decide, and note the restoring; returns how many messages that is."""
    engine = open_engine(f"sqlite:///{database}")
    try:
        migrate.bring_up(engine)
        with writing(engine) as connection:
            doubtful = outbox.doubt_all(connection, now, "从备份恢复：备份以后送出没有，不知道")
            ledger.record(connection, Entry(now, ENGINE, "restore", values={"messages": doubtful}))
    finally:
        engine.dispose()
    return doubtful


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(root).as_posix(), file


def _pack(path: Path, files: Mapping[str, Path], manifest: Mapping[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            for name, file in files.items():
                archive.write(file, name)
        out.flush()
        os.fsync(out.fileno())


def _unpacked(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into a new folder, every file checked against the manifest; the manifest."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            for name in set(archive.namelist()) - {_MANIFEST, *manifest["files"]}:
                raise _spoilt(path, f"里面有不该有的文件 {name}")
            for name, digest in manifest["files"].items():
                target = folder / _safe(name, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, target.open("xb") as out:
                    if _copied(source, out) != digest:
                        raise _spoilt(path, f"里面的 {name} 与记录的不一致")
    except (zipfile.BadZipFile, KeyError, EOFError):
        raise _spoilt(path, "不是完整的备份：文件不全，或被改动过") from None
    return manifest


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
    except ValueError:
        raise _spoilt(path, "里面的说明读不懂") from None
    if not isinstance(manifest, dict) or manifest.get("kind") != _KIND or _DATABASE not in manifest["files"]:
        raise _spoilt(path, "不是 zeren 的备份")
    if str(manifest["schema"]) > migrate.HEAD:
        raise WorkspaceError(
            f"这份备份是较新的 zeren 写的（数据库版本 {manifest['schema']}，本程序 {migrate.HEAD}），没有恢复",
            "先升级 zeren",
        )
    return manifest


def _safe(name: str, path: Path) -> PurePosixPath:
    """The name of a file in a backup, which stays in the workspace."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or inside.parts[0] not in ("config", "data"):
        raise _spoilt(path, f"里面有不该有的文件 {name}")
    return inside


def _spoilt(path: Path, why: str) -> WorkspaceError:
    return WorkspaceError(f"{path}：{why}，什么都没有写入", "换一份完好的备份：zeren restore 备份文件 新目录")


def _copied(source: IO[bytes], out: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
        out.write(block)
    return digest.hexdigest()


def _digest_of(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _proved(path: Path) -> tuple[int, str]:
    """The head of the ledger in a database file whose pages and entries all hold."""
    if damage := copying.damage(path):
        raise WorkspaceError(f"数据库文件已损坏：{damage}", "用最近一次完好的备份")
    engine = open_engine(f"sqlite:///{path}")
    try:
        return _head(engine)
    finally:
        engine.dispose()


def _head(engine: Engine) -> tuple[int, str]:
    with reading(engine) as connection:
        faults = ledger.broken(connection)
        if faults:
            seq, what = faults[0]
            raise LedgerBroken(
                f"台账有 {len(faults)} 处对不上，第 {seq} 条：{what}；什么都没有写", "先查清：zeren log verify"
            )
        return ledger.last(connection)


def upgraded(settings: Settings) -> tuple[str | None, str]:
    """Bring a workspace's database to the program's schema; (before, after). Nobody else may be at work on it."""
    engine = open_engine(settings.database_url)
    try:
        before = migrate.revision(engine)
        migrate.bring_up(engine)
        return before, migrate.HEAD
    finally:
        engine.dispose()


def copy_to(workspace: Workspace, url: str, progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Copy the database to an empty one at `url` and prove that both hold the same; returns rows by table.

    Nobody may write meanwhile. The workspace goes on with the old database until ZEREN_DATABASE_URL names the new one.
    """
    target = _target(url)
    try:
        _reachable(target)
        if not copying.is_empty(target):
            raise WorkspaceError("目的数据库里已经有 zeren 的数据，没有改动", "换一个空的数据库")
        before = _head(workspace.engine)
        counts = copying.copy(workspace.engine, target, progress)
        if copying.counted(target) != counts or _head(target) != before:
            raise LedgerBroken("搬过去的数据与原来的不一致，不要使用", "清空目的数据库再搬一次；仍不一致，请报告")
        return counts
    finally:
        target.dispose()


def _reachable(target: Engine) -> None:
    try:
        target.connect().close()
    except SQLAlchemyError as error:
        known = failures.told(error)
        hint = (
            known[1].replace("ZEREN_DATABASE_URL", "--to")
            if known
            else "检查地址、库名、用户，以及数据库服务是否在运行"
        )
        raise ResponsibilityError(f"连不上 --to 写的数据库（{failures.reason(error)}）", hint) from None


def _target(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError(url)
        engine = open_engine(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "").absolute()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # names, addresses, messages: for nobody else to read
        return engine
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise ResponsibilityError(
            "--to 不是能用的数据库地址", "写成 postgresql+psycopg://用户@主机/库名，或 sqlite:////目录/zeren.db"
        ) from None
