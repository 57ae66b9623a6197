"""The ground the program stands on: disk, file modes, versions, the Prefect server's note."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from importlib import metadata
from pathlib import Path
from stat import S_IMODE
from typing import Any

from responsibility.core.errors import Finding, Severity
from responsibility.settings.source import read
from responsibility.usecases.clock import LONG
from responsibility.usecases.workspace import is_serving

#: Bytes below which the disk is tight, and below which nothing more should be begun.
TIGHT, FULL = 1_000_000_000, 100_000_000
#: What has to be within its range for schedules to run (docs/decisions/0002-versions.md).
WATCHED = ("prefect", "fastapi", "sqlalchemy", "starlette")


def disk(free: int) -> list[Finding]:
    """There is room for the database to grow."""
    if free >= TIGHT:
        return []
    severity = Severity.ERROR if free < FULL else Severity.WARNING
    return [Finding("disk", severity, f"工作区所在的磁盘只剩 {free // 1_000_000} MB", "df -h .，清出空间后再继续")]


def free_bytes(root: Path) -> int:
    """What is left on the workspace's disk."""
    return shutil.disk_usage(root).free


def leapt(seen: datetime | None, now: datetime, zone: tzinfo) -> list[Finding]:
    """The clock went on by no more than a sweep would go along with."""
    if seen is None or now - seen <= LONG:
        return []
    message = f"上一次巡查在 {seen.astimezone(zone):%Y-%m-%d}，隔了 {(now - seen).days} 天；时间核对以前不会自动巡查"
    mend = f"date 核对本机时间，不对就改对；确实停用了这么久：zeren remind --now {now.astimezone(zone):%Y-%m-%dT%H:%M}"
    return [Finding("clock", Severity.ERROR, message, mend)]


def modes(root: Path) -> list[Finding]:
    """Others on this computer neither read what lies in data/ nor change the rules; passwords are their owner's."""
    if os.name != "posix":
        return []
    found = [
        Finding("modes", Severity.WARNING, f"{path} 别人也能{what}（权限 {mode:o}）", f"chmod {mend} {path}")
        for path, forbidden, what, mend in _guarded(root)
        if (mode := _mode(path)) & forbidden
    ]
    return found


def _guarded(root: Path) -> Iterator[tuple[Path, int, str, str]]:
    yield root / "data", 0o007, "看", "o-rwx"
    yield root / "config", 0o002, "改", "o-w"
    for path in _secret_files(root):
        yield path, 0o077, "读", "600"


def _secret_files(root: Path) -> Iterable[Path]:
    """Every file named that holds a secret, of channels not in use too."""
    source = read(root / "config" / "channels.yaml", "config/channels.yaml")
    written = [text for _, text in source.texts("channels", "*", "*") if text.startswith("file:")]
    older = [text for _, text in source.texts("channels", "*", "password_file")]
    return [root / path for path in (*older, *(text.removeprefix("file:") for text in written))]


def _mode(path: Path) -> int:
    try:
        return S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def versions(wanted: Mapping[str, str], have: Mapping[str, str | None]) -> list[Finding]:
    """Every watched package is there in a version that was tried."""
    from packaging.specifiers import SpecifierSet

    found = []
    for name, bounds in wanted.items():
        version = have.get(name)
        if version is None or version not in SpecifierSet(bounds, prereleases=True):
            is_ = f"版本是 {version}" if version else "没有装上"
            message = f"{name} {is_}，应在 {bounds} 之内；范围之外定时巡查会悄悄失灵"
            found.append(Finding("versions", Severity.ERROR, message, f"python -m pip install '{name}{bounds}'"))
    return found


def bounds() -> dict[str, str]:
    """The ranges this program asks for, of the watched packages."""
    from packaging.requirements import Requirement

    asked = (Requirement(line) for line in metadata.requires("zeren") or ())
    return {one.name: str(one.specifier) for one in asked if one.name in WATCHED and not one.marker}


def installed(names: Iterable[str]) -> dict[str, str | None]:
    """The versions that are there, without importing anything."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def server(root: Path, answering: str | None) -> list[Finding]:
    """A note about a Prefect server is the note of one that answers."""
    note = root / "data" / "prefect" / "server.json"
    if answering is not None or not note.exists():
        return []
    said = _noted(note)
    pid = said.get("pid")
    # Of `serve` its lock tells: the number of a process that died may since belong to another.
    alive = is_serving(root) if "serve" in said else isinstance(pid, int) and _lives(pid)
    if alive:
        message = f"Prefect 服务（进程 {pid}）还在，却不应答，定时巡查可能停了"
        return [Finding("server", Severity.WARNING, message, "稍等再查；仍不应答，停掉 zeren serve 再启动它")]
    message = "上一次的 Prefect 服务没有正常停下（断电或被强行结束），留下了记录；不影响使用"
    return [Finding("server", Severity.INFO, message, f"下一次 zeren serve 会自动更新；也可 rm {note}")]


@dataclass(frozen=True, slots=True)
class Told:
    """What a Prefect server said when it was asked."""

    url: str
    #: Whether it answers at all.
    answers: bool
    #: Whether the environment names it (PREFECT_API_URL), and not the workspace.
    named: bool = False
    #: How many runs have gone on for longer than any run should; None where it would not say.
    hanging: int | None = None
    #: Whether it does not take this machine's password.
    refused: bool = False
    #: The work pool, and its workers with whether each was heard of lately; None where there is no such pool.
    pool: str = ""
    workers: Mapping[str, bool] | None = None


def reached(told: Told) -> list[Finding]:
    """The server answers, its pool has workers, and no run on it has been running for half a day."""
    if not told.answers and told.named:
        message = f"PREFECT_API_URL 写的 Prefect 服务 {told.url} 不应答"
        mend = f"检查那台机器和网络：curl {told.url}/health；本机自己值守的，去掉 PREFECT_API_URL"
        return [Finding("server", Severity.ERROR, message, mend)]
    if told.refused:
        message = f"Prefect 服务 {told.url} 不认这台机器的口令"
        return [Finding("server", Severity.ERROR, message, "PREFECT_API_AUTH_STRING 要与服务器上的一致")]
    found = staffed(told) if told.named and told.pool else []
    if told.hanging:
        message = f"{told.hanging} 次运行开始了半天还没有结束，运行它的进程可能已不在"
        mend = "停掉 zeren serve 再启动它：没有进程的运行会记为中断、补做"
        if told.workers:
            mend = "zeren deploy 再登记一次：没有声息的运行会算作中断、重来"
        found.append(Finding("server", Severity.WARNING, message, mend))
    return found


def staffed(told: Told) -> list[Finding]:
    """The pool is registered, and its workers are there."""
    if told.workers is None:
        message = f"Prefect 服务 {told.url} 上没有工作池 {told.pool}，到点不会巡查"
        return [Finding("workers", Severity.ERROR, message, "登记：zeren deploy；池子另有名字的，设 ZEREN_POOL")]
    away = [name for name, online in told.workers.items() if not online]
    if len(away) == len(told.workers):
        message = f"工作池 {told.pool} 没有一台机器在线，到点不会巡查"
        mend = "在巡查机器上：zeren worker，或 systemctl start zeren-worker"
        return [Finding("workers", Severity.ERROR, message, mend)]
    if not away:
        message = f"工作池 {told.pool} 的 {len(told.workers)} 台机器都在线：{'、'.join(told.workers)}"
        return [Finding("workers", Severity.INFO, message, "不用处理")]
    message = f"工作池 {told.pool} 有 {len(away)} 台机器没有声息：{'、'.join(away)}；别的照常"
    mend = "在那台机器上：systemctl status zeren-worker；不再用它的，不用管"
    return [Finding("workers", Severity.WARNING, message, mend)]


def _noted(note: Path) -> dict[str, Any]:
    try:
        said = json.loads(note.read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _lives(pid: int) -> bool:
    """Whether the process is there; asked only where signal 0 harms nobody."""
    if os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
