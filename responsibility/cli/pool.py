"""`zeren deploy`, `zeren worker`, `zeren server`: sweeps and delivery on several machines."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from responsibility.cli.common import COMMON, Common, UsageError, enter
from responsibility.cli.units import unit_of

Pool = Annotated[str, Parameter(help="Prefect 工作池的名字，各台机器一样")]
Unit = Annotated[bool, Parameter(negative="", help="只打印 systemd 单元文件，不启动")]
POOL = "zeren"
SERVER = "PREFECT_API_URL"


def deploy(*, pool: Pool = POOL, common: Common = COMMON) -> None:
    """Register the flows and the automations on the Prefect server that PREFECT_API_URL names."""
    workspace = enter(common)
    _shared(workspace.settings.database_url)
    from flows.remote import deploying

    with common.out.working("正在登记到 Prefect 服务……"):
        done = deploying(workspace.settings, pool, _server())
    common.out.show(
        lambda: {"pool": done.pool, "deployments": list(done.deployments), "automations": list(done.automations)},
        lambda: (
            f"工作池 {done.pool}：登记了 {len(done.deployments)} 个流程（{'、'.join(done.deployments)}）"
            f"和 {len(done.automations)} 条自动化\n"
            f"下一步，在每台机器上：zeren worker{_named(pool)}；看各台是否在线：zeren doctor"
        ),
    )


def worker(
    *,
    pool: Pool = POOL,
    name: Annotated[str | None, Parameter(help="这台机器的名字，不写用主机名；各台不能相同")] = None,
    limit: Annotated[int, Parameter(help="同时最多几个运行，不写为处理器个数加一")] = (os.cpu_count() or 1) + 1,
    unit: Unit = False,
    common: Common = COMMON,
) -> None:
    """Take runs from the pool until stopped."""
    if unit:
        more = _named(pool) + (f" --name {name}" if name else "")
        secrets = ("数据库、Prefect 服务的地址和口令", f"{SERVER}=http://服务器:4200/api")
        text = unit_of(_root(common), "worker", "巡查机器", more, secrets, alone=False)
        common.out.show(lambda: {"unit": text}, text.rstrip)
        return
    workspace = enter(common, sending=True)
    _shared(workspace.settings.database_url)
    if limit < 1:
        raise UsageError(f"--limit 的值 {limit} 不行", "写 1 或更大的整数")
    url, who = _server(), name or socket.gethostname()
    from flows.remote import work

    common.out.say(f"{who} 从工作池 {pool} 取活，按 Ctrl-C 停止")
    sys.stderr.flush()
    work(workspace.root, workspace.settings.zone, pool, who, limit, url)


def server(
    *,
    host: Annotated[str, Parameter(help="在哪个地址上听；让别的机器连进来写 0.0.0.0")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="端口")] = 4200,
    unit: Unit = False,
    common: Common = COMMON,
) -> None:
    """Run the Prefect server the workers of several machines share, until stopped."""
    if unit:
        more = f" --host {host} --port {port}"
        secrets = ("Prefect 自己的数据库和口令", "PREFECT_SERVER_API_AUTH_STRING=用户名:口令")
        text = unit_of(_root(common), "server", "Prefect 服务", more, secrets)
        common.out.show(lambda: {"unit": text}, text.rstrip)
        return
    workspace = enter(common)
    _ascii("PREFECT_SERVER_API_AUTH_STRING")
    if host not in ("127.0.0.1", "localhost", "::1") and not os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        raise UsageError(
            f"在 {host} 上听，却没有设口令：谁都能看、能改",
            "设环境变量 PREFECT_SERVER_API_AUTH_STRING=用户名:口令，再启动",
        )
    from flows.remote import host_server

    if not os.environ.get("PREFECT_SERVER_DATABASE_CONNECTION_URL"):
        common.out.say(
            "运行记录在本机 data/prefect/（SQLite），忙的时候，把中断的运行接回来的自动化可能做重、漏做；"
            "几台机器用请放在 PostgreSQL：PREFECT_SERVER_DATABASE_CONNECTION_URL=postgresql+asyncpg://…"
        )
    workspace.engine.dispose()  # the office's own database is none of this process's business
    reached = socket.gethostname() if host in ("0.0.0.0", "::") else host
    said = f"Prefect 服务已在 {host}:{port}，按 Ctrl-C 停止；别的机器上设 {SERVER}=http://{reached}:{port}/api"
    host_server(workspace.root, host, port, lambda: common.out.say(said))


def _named(pool: str) -> str:
    return "" if pool == POOL else f" --pool {pool}"


def _server() -> str:
    """The address of the Prefect server."""
    url = os.environ.get(SERVER, "")
    if not url:
        raise UsageError(
            f"没有说 Prefect 服务在哪里（环境变量 {SERVER}）", f"例：export {SERVER}=http://服务器:4200/api"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.rstrip("/") != "/api":
        raise UsageError(f"环境变量 {SERVER} 的写法不对", f"例：export {SERVER}=http://服务器:4200/api")
    _ascii("PREFECT_API_AUTH_STRING")
    return url.rstrip("/")


def _ascii(name: str) -> None:
    """What the server compares as bytes of a header: anything else it answers with an error of its own."""
    if not os.environ.get(name, "").isascii():
        raise UsageError(f"环境变量 {name} 里有英文字母、数字、符号以外的字", "口令请只用英文字母、数字和符号")


def _root(common: Common) -> Path:
    """The workspace alone: where a unit is written its database may not be known yet."""
    from responsibility.usecases.workspace import find_root

    return find_root(common.workspace, os.environ, Path.cwd())


def _shared(url: str) -> None:
    """Several machines cannot share an SQLite file."""
    if url.startswith("sqlite"):
        raise UsageError(
            "多台机器要共用一个 PostgreSQL 数据库，这个工作区用的是本机的 SQLite",
            "搬过去：zeren db copy --to postgresql+psycopg://用户@主机/库，再设 ZEREN_DATABASE_URL",
        )
