"""A Prefect server of the workspace's own, on 127.0.0.1 and a free port, as a child that dies with its parent.

Run as `python -m flows.server PORT` it is that child.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from flows.asking import answers
from responsibility.core.errors import ResponsibilityError
from responsibility.settings.wholefile import put

#: Seconds the server may take to answer: a first start migrates its database.
START_TIMEOUT = 90.0


class ServerFailed(ResponsibilityError):
    """The Prefect server did not come up."""

    code = "server_failed"


def environment(root: Path, url: str | None = None) -> dict[str, str]:
    """What Prefect is told, in server and client alike: nothing leaves the host, everything lies under data/prefect."""
    home = root / "data" / "prefect"
    told = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3600",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    return told | ({"PREFECT_API_URL": url} if url else {})


#: For the server alone: it would look up a registry of integrations; behind a proxy that is not there it uses its own.
NO_WAY_OUT = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")


@contextmanager
def prefect_server(root: Path, *, ui: bool = False) -> Iterator[str]:
    """The API address of the workspace's running server, or of one started here and stopped at the end.

    One that other commands found meanwhile is stopped when they are done.
    """
    with _in_use(root) as users:
        running = find_running(root)
        if running is not None:
            with _speaking_to(root, running):
                yield running
            return
        with set_in_environment(environment(root)):
            child, url = start(root, ui=ui)
            write_note(root, {"url": url, "pid": child.pid})
            try:
                with _speaking_to(root, url):
                    yield url
                _forget(root, child)
                fcntl.flock(users, fcntl.LOCK_EX)
            finally:
                _forget(root, child)
                stop(child)


@contextmanager
def _in_use(root: Path) -> Iterator[int]:
    """Says that a command works with the workspace's server, until it ends, however it ends."""
    folder = root / "data" / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield file.fileno()


def _forget(root: Path, child: subprocess.Popen[bytes]) -> None:
    """Take the note of a server away, unless another one has written its own since."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        if json.loads(note_of(root).read_text())["pid"] == child.pid:
            note_of(root).unlink(missing_ok=True)


def find_running(root: Path) -> str | None:
    """The API address of a server that answers for this workspace, or None."""
    try:
        note = json.loads(note_of(root).read_text())
        url, pid = str(note["url"]), int(note["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if _alive(pid) and answers(url) else None


def _alive(pid: int) -> bool:
    """Whether the process that wrote the note is still there: its port may since belong to somebody else's server."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(child: subprocess.Popen[bytes], patience: float = 10.0) -> None:
    """Ask the server to go, then insist."""
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin:
        child.stdin.close()


def note_of(root: Path) -> Path:
    """Where the running server of a workspace is noted."""
    return root / "data" / "prefect" / "server.json"


def write_note(root: Path, said: Mapping[str, str | int]) -> None:
    """Note the running server; whoever looks meanwhile finds the old note or the new one."""
    put(note_of(root), json.dumps(said).encode())


#: Loggers of Prefect's own that speak to the terminal whatever its log level: of run-page events still on their way
#: when a command ends.
_CHATTY = ("EventsWorker", "GlobalEventLoopThread")


@contextmanager
def _speaking_to(root: Path, url: str) -> Iterator[None]:
    """Point this process at a server: its environment, and Prefect's settings where they were read before."""
    with set_in_environment(environment(root, url)):
        from prefect.settings import PREFECT_API_URL, temporary_settings

        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with temporary_settings({PREFECT_API_URL: url}):
            yield


@contextmanager
def set_in_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """These variables in the environment of this process, and of the children started meanwhile."""
    before = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def start(root: Path, *, ui: bool, port: int | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """A server as child of this process, and its API address; on `port` where that is free, else on one that is."""
    (root / "data" / "prefect").mkdir(parents=True, exist_ok=True)
    (root / "data" / "log").mkdir(parents=True, exist_ok=True)
    log = root / "data" / "log" / "prefect-server.log"
    for _ in range(3):  # another process may take the port between choosing and binding it
        port = _free_port(port)
        url = f"http://127.0.0.1:{port}/api"
        settings = os.environ | environment(root, url) | _server_only(port, ui)
        child = spawn(["flows.server", str(port)], root, settings, log)
        import_module("prefect")  # takes seconds, as the server does: both at once
        if _wait(child, url):
            return child, url
        stop(child)
    raise ServerFailed("Prefect 服务没有启动起来", f"原因见 {log}")


def _server_only(port: int, ui: bool) -> dict[str, str]:
    """What only the server is told; without a run page it is there for one command and needs no background services."""
    told = {
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_ENABLED": "true" if ui else "false",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    }
    services = () if ui else ("SCHEDULER", "LATE_RUNS", "FOREMAN", "TRIGGERS", "PAUSE_EXPIRATIONS", "EVENT_PERSISTER")
    return told | NO_WAY_OUT | {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in services}


def spawn(module: list[str], root: Path, told: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """`python -m MODULE …` as a child in a session of its own, whose stdin closes when this process ends."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            env=told,
            cwd=root,
            start_new_session=True,
        )


def _wait(child: subprocess.Popen[bytes], url: str) -> bool:
    until = time.monotonic() + START_TIMEOUT
    while child.poll() is None and time.monotonic() < until:
        if answers(url):
            return True
        time.sleep(0.1)
    return False


def _free_port(wanted: int | None = None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError:
            return _free_port()
        return int(probe.getsockname()[1])


def leave_with_parent() -> None:
    """End this process when the parent's end of stdin closes, however the parent ended."""
    while os.read(0, 4096):  # not sys.stdin: a thread inside it would stop the interpreter from ending
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(15)
    os._exit(1)  # it did not go in peace


def main(port: int) -> None:
    """Serve the Prefect API until told to stop or orphaned."""
    threading.Thread(target=leave_with_parent, daemon=True).start()
    import uvicorn

    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
