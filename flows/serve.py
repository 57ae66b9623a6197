"""`zeren serve`: one process tree of a Prefect server and a runner, each started again when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import Timeout

from flows.asking import answers
from flows.server import environment, find_running, note_of, set_in_environment, spawn, start, stop, write_note
from responsibility.core.errors import WorkspaceError
from responsibility.usecases.workspace import serve_lock

#: Seconds between looks at the children, and the pause before one that keeps dying is tried again.
LOOK_EVERY, PAUSE = 1.0, 5.0
#: Seconds between asking the server whether it answers, and how long it may stay silent.
ASK_EVERY, PATIENCE = 15.0, 60.0


@dataclass
class Children:
    """What the tree consists of."""

    server: subprocess.Popen[bytes]
    url: str
    runner: subprocess.Popen[bytes]


def serve(root: Path, zone: ZoneInfo, say: Callable[[str], None], started: Callable[[str], None]) -> None:
    """Keep server and schedule running until SIGINT or SIGTERM; starting it twice on a workspace is refused.

    `started` is called with the run page's address once everything runs.
    """
    office_time = set_in_environment({"TZ": zone.key})  # in the children's logs
    with _only_one(root), _stopping() as stopped, office_time:
        log = _Log(root, zone)
        say("正在启动 Prefect 服务（第一次约十几秒）……")
        children = _start_all(root)
        try:
            started(children.url.removesuffix("/api"))
            log.write(f"启动，网址 {children.url.removesuffix('/api')}")
            pulse = _Pulse()
            while not stopped.wait(LOOK_EVERY):
                if pulse.is_gone(children.url):
                    log.write(f"Prefect 服务 {PATIENCE:.0f} 秒没有应答，停掉它")
                    stop(children.server)
                _look_after(children, root, log, stopped)
        finally:
            log.write("停止")
            note_of(root).unlink(missing_ok=True)
            stop(children.runner)
            stop(children.server)
            say("已停止。")


def _start_all(root: Path) -> Children:
    server, url = start(root, ui=True, port=_last_port(root))
    _write_note(root, server, url)
    return Children(server, url, _start_runner(root, url))


def _look_after(children: Children, root: Path, log: _Log, stopped: threading.Event) -> None:
    """Start what died again: the server on its old port, so that the run page's address stays."""
    if children.server.poll() is not None:
        log.write(f"Prefect 服务意外退出（{children.server.returncode}），重新启动")
        port = int(children.url.split(":")[2].split("/")[0])
        children.server, children.url = start(root, ui=True, port=port)
        _write_note(root, children.server, children.url)
        stop(children.runner)
    if children.runner.poll() is not None and not stopped.wait(0):
        log.write(f"巡查进程退出（{children.runner.returncode}），重新启动")
        children.runner = _start_runner(root, children.url)
        stopped.wait(PAUSE)


def _start_runner(root: Path, url: str) -> subprocess.Popen[bytes]:
    settings = os.environ | environment(root, url)
    settings |= {
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_FORMATTERS_STANDARD_DATEFMT": "%Y-%m-%d %H:%M:%S",
        "PREFECT_LOGGING_TO_API_ENABLED": "true",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
    }
    return spawn(["flows.deployments", str(root)], root, settings, root / "data" / "log" / "runner.log")


def _last_port(root: Path) -> int | None:
    """The port used last, so that a bookmark keeps working."""
    try:
        return int((root / "data" / "prefect" / "port").read_text())
    except (OSError, ValueError):
        return None


def _write_note(root: Path, server: subprocess.Popen[bytes], url: str) -> None:
    write_note(root, {"url": url, "pid": server.pid, "serve": os.getpid()})
    (root / "data" / "prefect" / "port").write_text(url.split(":")[2].split("/")[0])


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    (root / "data").mkdir(exist_ok=True)
    lock = serve_lock(root)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        url = find_running(root)
        where = f"，网址 {url.removesuffix('/api')}" if url else ""
        raise WorkspaceError(
            f"这个工作区的 zeren serve 已经在运行{where}",
            "要重新启动，先停掉它：在它的终端按 Ctrl-C，或 systemctl stop",
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, also where a shell started us with SIGINT ignored."""
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Pulse:
    """Whether the server answers; one that hangs without ending is as good as dead."""

    def __init__(self) -> None:
        self._asked = self._heard = time.monotonic()

    def is_gone(self, url: str) -> bool:
        """Ask now and then; true once it has been silent too long, and then counting from the start."""
        now = time.monotonic()
        if now - self._asked < ASK_EVERY:
            return False
        self._asked = now
        if answers(url):
            self._heard = time.monotonic()
        elif now - self._heard > PATIENCE:
            self._asked = self._heard = now
            return True
        return False


class _Log:
    """One line per event in data/log/serve.log."""

    def __init__(self, root: Path, zone: ZoneInfo) -> None:
        self._path = root / "data" / "log" / "serve.log"
        self._zone = zone

    def write(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(f"{datetime.now(self._zone):%Y-%m-%d %H:%M:%S} {text}\n")
