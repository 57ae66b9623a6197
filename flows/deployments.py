"""What runs when: the sweep on the schedule of config/schedule.yaml, run by a Prefect runner.

Run as `python -m flows.deployments ROOT` it is that runner; Prefect's address and the workspace come from outside.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import warnings
from collections import defaultdict
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
from prefect.schedules import Cron
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows.escalate import scheduled_sweep
from flows.server import leave_with_parent
from responsibility.settings import Settings
from responsibility.usecases.workspace import open_workspace

#: A run this late was missed; a runner that is alive takes runs up within seconds.
GRACE = timedelta(minutes=1)
MISSED = "停机期间错过，由后面一次巡查一并补上"


async def deployments(settings: Settings) -> list[RunnerDeployment]:
    """The catalogue: one sweep deployment with a daily schedule for each time; the flow asks the calendar."""
    schedules = [
        Cron(f"{at.minute} {at.hour} * * *", timezone=str(settings.zone), slug=f"sweep-{at:%H%M}")
        for at in settings.schedule.sweeps
    ]
    sweep = await scheduled_sweep.ato_deployment(
        name="sweep",
        schedules=schedules,
        parameters={"root": str(settings.root)},
        description="巡查：谁到期，提醒谁，该升级的升级",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return [sweep]


async def settle(root: Path, now: datetime) -> tuple[int, int]:
    """Before serving: missed runs collapse into one, runs whose process is gone are marked crashed.

    Returns (missed runs cancelled, dead runs marked). A sweep is the state as of now, so that one run makes good for
    all that were missed; where a run died and none is waiting, one is started.
    """
    async with get_client() as client:
        late = await _runs(client, StateType.SCHEDULED, before=now - GRACE)
        cancelled = 0
        for missed in _by_deployment(late).values():
            for run in sorted(missed, key=lambda run: run.expected_start_time)[:-1]:
                await client.set_flow_run_state(run.id, Cancelled(message=MISSED), force=True)
                cancelled += 1
        dead = [] if _sweeping(root) else await _runs(client, StateType.RUNNING, StateType.PENDING)
        for run in dead:
            await client.set_flow_run_state(run.id, Crashed(message="运行它的进程已不在"), force=True)
        waiting = {run.deployment_id for run in late}
        for deployment in {run.deployment_id for run in dead if run.deployment_id} - waiting:
            await client.create_flow_run_from_deployment(deployment)
    return cancelled, len(dead)


async def _runs(client: Any, *states: StateType, before: datetime | None = None) -> list[Any]:
    expected = FlowRunFilterExpectedStartTime(before_=before) if before else None
    wanted = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))), expected_start_time=expected
    )
    found: list[Any] = []
    while page := await client.read_flow_runs(flow_run_filter=wanted, limit=200, offset=len(found)):
        found += page
    return found


def _by_deployment(runs: list[Any]) -> dict[Any, list[Any]]:
    groups = defaultdict(list)
    for run in runs:
        if run.deployment_id:
            groups[run.deployment_id].append(run)
    return groups


def _sweeping(root: Path) -> bool:
    """Whether some process holds the workspace: a run left over from a runner that died may still be at work."""
    try:
        with FileLock(root / "data" / "zeren.lock", timeout=0):
            return False
    except Timeout:
        return True


async def run(root: Path) -> None:
    """Settle what was left, then serve until told to stop; one sweep at a time."""
    settings = open_workspace(root, os.environ).settings
    cancelled, dead = await settle(root, datetime.now(UTC))
    at = datetime.now(settings.zone)
    print(f"{at:%Y-%m-%d %H:%M:%S} 开始值守；错过而并掉的 {cancelled} 次，中断的 {dead} 次", flush=True)
    # Prefect's own handler of SIGTERM drops a coroutine; the runner ends all the same.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
    await aserve(*await deployments(settings), pause_on_shutdown=False, print_starting_message=False, limit=1)


if __name__ == "__main__":
    threading.Thread(target=leave_with_parent, daemon=True).start()
    asyncio.run(run(Path(sys.argv[1])))
