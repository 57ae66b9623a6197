"""Up the chain (督办): a sweep finds what fell due, then each tier is told, members first, the committee last."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.deliver import tell_upwards
from responsibility.usecases.deliver import Delivered
from responsibility.usecases.remind import Sweep, sweep
from responsibility.usecases.workspace import open_workspace


@flow(name="escalate", flow_run_name="巡查 {now:%Y-%m-%d %H:%M}", validate_parameters=False)
async def escalate_at(root: str, now: datetime, stream: str) -> tuple[Sweep, Delivered]:
    """One sweep as of `now` and its delivery."""
    workspace = open_workspace(Path(root), os.environ)
    swept = await asyncio.to_thread(sweep, workspace, now)
    at = now.astimezone(workspace.settings.zone)
    await acreate_markdown_artifact(
        key="sweep",
        markdown=f"{at:%Y-%m-%d %H:%M} 巡查：提醒 {swept.told} 条，越过 {swept.skipped} 条，消息 {swept.messages} 份。",
        description="巡查结果",
    )
    return swept, await tell_upwards(root, now, stream)


def run(root: Path, now: datetime, stream: str) -> tuple[Sweep, Delivered]:
    """Run one sweep from a command; a Prefect server must be known to the environment."""
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return asyncio.run(escalate_at(str(root), now, stream))
