"""Processes of an office that outgrew one machine: the shared Prefect server, and a worker on each machine."""

from __future__ import annotations

import asyncio
import os
import sys
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
    os.execve(command[0], command, {**os.environ, **client(root, url), **told})


def host_server(root: Path, host: str, port: int) -> None:
    """Serve the Prefect API to other machines until told to stop; what is set in the environment stands."""
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
    import uvicorn

    uvicorn.run("prefect.server.api.server:create_app", factory=True, host=host, port=port, log_level="warning")


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
