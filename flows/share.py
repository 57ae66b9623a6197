"""A sweep shared out among the workers of a pool: one parent, some drains, shards leased in our own database."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_client, get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import WorkerStatus
from prefect.deployments import arun_deployment
from prefect.runtime import flow_run

from flows.progress import report
from flows.timer import Running, now_of
from responsibility.core.errors import WorkspaceError
from responsibility.usecases.remind import Sweep, sweep
from responsibility.usecases.rounds import Drained, close_round, drain, finish_round, open_round, shards_of_round
from responsibility.usecases.workspace import LEEWAY, Workspace, open_workspace

#: A run that was brought back so often is not the one that suffers, but the one that kills.
TRIES = 4
#: Rows an artifact shows.
SHOWN = 300


@flow(name="drain", flow_run_name="分担巡查 {seq}", validate_parameters=False)
async def drain_round(root: str, seq: int) -> str:
    """Sweep shards of a round until none is left; brought back after a crash, it goes on with what is left."""
    not_too_often()
    done = await _drained(at_home(root), seq)
    said = f"巡查 {done.shards} 片，提醒 {done.notices} 条"
    get_run_logger().info(said)
    return said


async def share_out(workspace: Workspace, now: datetime, pool: str) -> Sweep:
    """One sweep as of `now`, by as many drains as there are workers, this run among them.

    A round that was broken off is finished first, and counted in. What is no more than one shard this run sweeps by
    itself.
    """
    before = None
    while True:
        begun = await asyncio.to_thread(open_round, workspace, now)
        if begun is None:
            return (await asyncio.to_thread(sweep, workspace, now)).after(before)
        await call_others("drain/drain", pool, workspace, begun.shards - 1, {"seq": begun.seq})
        await _drained(workspace, begun.seq)
        swept = await asyncio.to_thread(close_round, workspace, begun.seq, now_of(workspace))
        await _show(workspace, swept)
        before = swept.after(before)
        if swept.as_of >= now:
            return before


async def sweep_alone(workspace: Workspace, now: datetime) -> Sweep:
    """One sweep as of `now` in one go, by this run; a round that workers left broken off is finished first."""
    timer = Running.at(now)
    before = await asyncio.to_thread(finish_round, workspace, _owner(), timer, _progress())
    return (await asyncio.to_thread(sweep, workspace, timer.now() if before else now)).after(before)


async def call_others(
    deployment: str, pool: str, workspace: Workspace, most: int, parameters: Mapping[str, Any]
) -> int:
    """Start runs of a deployment on the pool's other workers, at most so many; nobody waits for them."""
    online = await workers_online(pool)
    count = max(0, min(most, online * workspace.settings.schedule.shards.per_worker - 1))
    for at in range(count):
        key = f"{flow_run.id}-{flow_run.run_count}-{deployment}-{at}"
        await arun_deployment(
            deployment, parameters={"root": "", **parameters}, timeout=0, idempotency_key=key, as_subflow=False
        )
    return count


async def workers_online(pool: str) -> int:
    """How many workers of the pool were heard of lately."""
    async with get_client() as client:
        return sum(one.status == WorkerStatus.ONLINE for one in await client.read_workers_for_work_pool(pool))


def at_home(root: str) -> Workspace:
    """The workspace named, or the one of the machine this runs on (ZEREN_HOME)."""
    home = root or os.environ.get("ZEREN_HOME", "")
    if not home:
        raise WorkspaceError("这台机器没有说工作区在哪里", "设环境变量 ZEREN_HOME；用 zeren worker 启动时它自己会设")
    return open_workspace(Path(home), os.environ, leeway=LEEWAY)


def not_too_often() -> None:
    """Refuse a run that was brought back again and again: raises WorkspaceError."""
    if (flow_run.run_count or 0) > TRIES:
        raise WorkspaceError(f"这次运行中断了 {TRIES} 次，不再重来", "看各次运行的日志；下一次巡查会补上没有做的")


async def _drained(workspace: Workspace, seq: int) -> Drained:
    return await asyncio.to_thread(drain, workspace, seq, _owner(), Running.of(workspace), _progress(seq))


def _owner() -> str:
    """Who has shards in hand: this machine and this run."""
    return f"{os.environ.get('ZEREN_WORKER') or platform.node()} {flow_run.id}.{flow_run.run_count}"


def _progress(seq: int | str = "") -> Callable[[int, int], None]:
    said = f"分片巡查 {seq}".strip()
    return lambda done, of: report(said, done, of)


async def _show(workspace: Workspace, swept: Sweep) -> None:
    shards = await asyncio.to_thread(shards_of_round, workspace, swept.seq)
    await acreate_table_artifact(
        key="shards",
        table=[dict(shard) for shard in shards[:SHOWN]],
        description=f"巡查 {swept.seq}：{len(shards)} 片，提醒 {swept.told} 条。{'；'.join(swept.shard_faults)}",
    )
