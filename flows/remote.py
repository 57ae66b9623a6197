"""Processes of an office that outgrew one machine: the shared Prefect server, and a worker on each machine."""

from __future__ import annotations

import asyncio
import errno
import logging.config
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from flows.asking import answers, lets_in, workers
from flows.server import NO_WAY_OUT, ServerFailed, environment, set_in_environment
from responsibility.settings import Settings

if TYPE_CHECKING:
    from flows.pool import Registered

#: Of `environment`, what holds for a client of a server elsewhere too.
_CLIENT = ("PREFECT_HOME", "DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED")
#: Why nobody can listen there.
_WHY_NOT = {
    errno.EADDRINUSE: "端口已被别的程序占用",
    errno.EADDRNOTAVAIL: "这台机器没有这个地址",
    errno.EACCES: "没有权限用这个端口",
    socket.EAI_NONAME: "找不到这个主机名",
}


def deploying(settings: Settings, pool: str, url: str) -> Registered:
    """Register the catalogue on the server at `url`; raises ServerFailed where it does not answer or lets nobody in."""
    check(url)
    quiet = {"PREFECT_LOGGING_LEVEL": "CRITICAL"}
    with set_in_environment(client(settings.root, url) | quiet):
        from flows.pool import deploy

        return asyncio.run(deploy(settings, pool))


def work(root: Path, zone: ZoneInfo, pool: str, name: str, limit: int, url: str) -> NoReturn:
    """Become a Prefect worker: this process is it from here on, and gets every signal itself."""
    check(url)
    if workers(url, pool) is None:
        raise ServerFailed(
            f"Prefect 服务 {url} 上没有工作池 {pool}，没有活可取",
            "池子的名字写错了就改 --pool；还没有登记的，先在任一台机器上：zeren deploy",
        )
    told = {
        "ZEREN_HOME": str(root),
        "ZEREN_WORKER": name,
        "TZ": zone.key,
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_LOGGING_FORMATTERS_STANDARD_DATEFMT": "%Y-%m-%d %H:%M:%S",
    }
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
    command += ["--name", name, "--limit", str(limit)]
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's `&` has it ignored, and Prefect ends by it
    os.execve(command[0], command, {**os.environ, **client(root, url), **told})


def host_server(root: Path, host: str, port: int, up: Callable[[], None]) -> None:
    """Serve the Prefect API to other machines until told to stop; what is set in the environment stands.

    `up` is called once it answers. Raises ServerFailed where the port is taken, or the server does not come up.
    """
    _is_free(host, port)
    here = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    told = environment(root, f"http://{here}:{port}/api") | {
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        **NO_WAY_OUT,
    }
    given = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_HOME", "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED")
    os.environ.update({key: value for key, value in told.items() if key not in given or not os.environ.get(key)})
    log = root / "data" / "log" / "prefect-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app()
    logging.config.dictConfig(_written_to(log))  # after Prefect has set up its own
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_config=None))
    threading.Thread(target=_when_up, args=(told["PREFECT_API_URL"], up), daemon=True).start()
    with suppress(KeyboardInterrupt, SystemExit):
        server.run()
    if not server.started:
        raise ServerFailed(
            "Prefect 服务没有启动起来，多半是它的数据库连不上，或不是给它的",
            f"看环境变量 PREFECT_SERVER_DATABASE_CONNECTION_URL；原因见 {log}",
        )


def _is_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = _WHY_NOT.get(error.errno or 0, error.strerror)
            raise ServerFailed(
                f"在 {host}:{port} 上听不了：{said}", "换一个：--host、--port；或先停下占着端口的程序"
            ) from error


def _when_up(url: str, up: Callable[[], None]) -> None:
    while not answers(url):
        time.sleep(0.2)
    up()


def _written_to(log: Path) -> dict[str, object]:
    """Where the server's own words go: they are English, and long."""
    handler = {"class": "logging.FileHandler", "filename": str(log), "formatter": "dated"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"dated": {"format": "%(asctime)s %(levelname)s %(message)s"}},
        "handlers": {"file": handler},
        "loggers": {"uvicorn": {"handlers": ["file"], "level": "WARNING", "propagate": False}},
    }


def client(root: Path, url: str) -> dict[str, str]:
    """What Prefect is told in a client of the server at `url`."""
    told = environment(root, url)
    return {key: told[key] for key in _CLIENT} | {"PREFECT_API_URL": url}


def check(url: str) -> None:
    """Raise ServerFailed where the server does not answer, or not to us."""
    if not answers(url):
        raise ServerFailed(
            f"Prefect 服务 {url} 没有应答",
            "看那台机器上 zeren server 是否在运行、网络通不通；地址写在 PREFECT_API_URL 里",
        )
    if not lets_in(url):
        raise ServerFailed(
            f"Prefect 服务 {url} 不认这台机器的口令", "环境变量 PREFECT_API_AUTH_STRING 要与服务器上的一致"
        )
