"""What runs when: sweeps on the schedule of config/schedule.yaml, delivery in between, run by a Prefect runner.

Run as `python -m flows.deployments ROOT` it is that runner; Prefect's address and the workspace come from outside.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from prefect import aserve, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows.deliver import scheduled_delivery
from flows.escalate import scheduled_sweep
from flows.server import leave_with_parent
from flows.share import drain_round
from responsibility.settings import Settings
from responsibility.usecases.workspace import open_workspace

#: Seconds between two signs of life of a run on a pool.
HEARTBEAT = 30
#: What the process of such a run is told besides what its worker knows. Secrets are the worker's.
JOB = {"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT), "DO_NOT_TRACK": "1"}}

#: A run this late was missed; a runner that is alive takes runs up within seconds.
GRACE = timedelta(minutes=1)
MISSED = "停机期间错过，由后面一次巡查一并补上"


async def deployments(settings: Settings, pool: str = "") -> list[RunnerDeployment]:
    """The catalogue: sweeps, with a daily schedule for each time (the flow asks the calendar); delivery in between.

    On a work pool every machine has a workspace of its own (ZEREN_HOME), and runs carry what vanished workers need.
    """
    schedules = [
        Cron(f"{at.minute} {at.hour} * * *", timezone=str(settings.zone), slug=f"sweep-{at:%H%M}")
        for at in settings.schedule.sweeps
    ]
    of_pool = {"work_pool_name": pool, "job_variables": JOB} if pool else {}
    how: dict[str, Any] = {
        "parameters": {"root": "", "pool": pool} if pool else {"root": str(settings.root)},
        "entrypoint_type": EntrypointType.MODULE_PATH,
        **of_pool,
    }
    sweep = await scheduled_sweep.ato_deployment(
        name="sweep", schedules=schedules, description="巡查：谁到期，提醒谁，该升级的升级", **how
    )
    every = settings.schedule.deliver_every
    if not every and not pool:
        return [sweep]
    interval = (
        Interval(timedelta(minutes=every), timezone=str(settings.zone), slug=f"deliver-{every}") if every else None
    )
    delivery = await scheduled_delivery.ato_deployment(
        name="deliver", schedules=[interval] if interval else [], description="送出：重试、到了时候的消息", **how
    )
    if not pool:
        return [sweep, delivery]
    drain = await drain_round.ato_deployment(
        name="drain", description="分担巡查：一片一片地做，直到做完", **how | {"parameters": {"root": ""}}
    )
    return [sweep, delivery, drain]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was left over from before: sweeps that were missed, runs whose process is gone, whose sweeps they were."""

    missed: int
    dead: int
    deployments: frozenset[Any]


async def settle(root: Path, now: datetime) -> Settled:
    """Before serving: missed runs are cancelled, runs whose process is gone are marked crashed.

    A sweep is the state as of now, so that one run (`make_good`) stands for all that were missed or broken off. A
    delivery that was missed is made good for by the next one.
    """
    async with get_client() as client:
        sweeps = {one.id for one in await client.read_flows() if one.name == scheduled_sweep.name}
        late = await _runs(client, StateType.SCHEDULED, before=now - GRACE)
        for run in late:
            await client.set_flow_run_state(run.id, Cancelled(message=MISSED), force=True)
        dead = [] if _sweeping(root) else await _runs(client, StateType.RUNNING, StateType.PENDING)
        for run in dead:
            await client.set_flow_run_state(run.id, Crashed(message="运行它的进程已不在"), force=True)
    whose = frozenset(run.deployment_id for run in (*late, *dead) if run.deployment_id and run.flow_id in sweeps)
    return Settled(sum(run.flow_id in sweeps for run in late), len(dead), whose)


async def make_good(settled: Settled) -> None:
    """Start one run of each deployment that has something to make good for."""
    async with get_client() as client:
        for deployment in settled.deployments:
            await client.create_flow_run_from_deployment(deployment)


async def register(catalogue: Sequence[RunnerDeployment]) -> None:
    """Make the server's schedules those of the catalogue: Prefect adds and changes them, but keeps what was removed."""
    for one in catalogue:
        deployment = await one.aapply()
        wanted = {schedule.slug for schedule in one.schedules or ()}
        async with get_client() as client:
            for schedule in await client.read_deployment_schedules(deployment):
                if schedule.slug not in wanted:
                    await client.delete_deployment_schedule(deployment, schedule.id)


async def _runs(client: Any, *states: StateType, before: datetime | None = None) -> list[Any]:
    expected = FlowRunFilterExpectedStartTime(before_=before) if before else None
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))), expected_start_time=expected
    )
    found: list[Any] = []
    while page := await client.read_flow_runs(flow_run_filter=wanted, limit=200, offset=len(found)):
        found += page
    return found


def _sweeping(root: Path) -> bool:
    """Whether some process holds the workspace: a run left over from a runner that died may still be at work."""
    try:
        with FileLock(root / "data" / "zeren.lock", timeout=0):
            return False
    except Timeout:
        return True


async def run(root: Path) -> None:
    """Settle what was left, then serve until told to stop; a sweep and a delivery may run at once."""
    settings = open_workspace(root, os.environ).settings
    settled = await settle(root, datetime.now(UTC))
    catalogue = await deployments(settings)
    await register(catalogue)
    await make_good(settled)
    at = datetime.now(settings.zone)
    made_good = "，补一次巡查" if settled.deployments else ""
    print(f"{at:%Y-%m-%d %H:%M:%S} 开始值守；错过 {settled.missed} 次，中断 {settled.dead} 次{made_good}", flush=True)
    # Prefect's own handler of SIGTERM drops a coroutine; the runner ends all the same.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
    await aserve(*catalogue, pause_on_shutdown=False, print_starting_message=False, limit=2)


if __name__ == "__main__":
    threading.Thread(target=leave_with_parent, daemon=True).start()
    asyncio.run(run(Path(sys.argv[1])))
