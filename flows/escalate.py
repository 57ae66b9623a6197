"""Up the chain (督办): a sweep finds what fell due, then each tier is told, members first, the committee last."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.runtime import flow_run
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Failed

from flows.brief import write_documents
from flows.deliver import became, tell_upwards
from flows.progress import report
from flows.share import at_home, call_others, not_too_often, share_out, sweep_alone
from flows.timer import Running, now_of
from responsibility.core.errors import ClockLeapt, ClockWentBack
from responsibility.usecases.clock import look_at_clock, until_caught_up
from responsibility.usecases.deliver import Delivered
from responsibility.usecases.issued import put_issued
from responsibility.usecases.periods import lay_begun
from responsibility.usecases.remind import Sweep
from responsibility.usecases.workspace import LEEWAY, Workspace, open_workspace

#: Rows an artifact shows.
SHOWN = 300
#: So long a scheduled sweep waits for a clock that was set back.
LONGEST_WAIT = timedelta(hours=3)


@flow(name="escalate", flow_run_name="巡查 {label}", validate_parameters=False)
async def escalate(root: str, now: datetime, label: str, pool: str = "") -> Sweep:
    """One sweep as of `now`; `label` is `now` in office time, for the run page. `pool`: with the workers of a pool."""
    workspace = open_workspace(Path(root), os.environ, leeway=LEEWAY)
    report("正在巡查……")
    await asyncio.to_thread(put_issued, workspace, now)
    swept = await (share_out(workspace, now, pool) if pool else sweep_alone(workspace, now))
    at = now.astimezone(workspace.settings.zone)
    await acreate_markdown_artifact(
        key="sweep",
        markdown=f"{at:%Y-%m-%d %H:%M} 巡查：提醒 {swept.told} 条，越过 {swept.skipped} 条，消息 {swept.messages} 份。"
        + "".join(f"\n- 缺口：{gap['message']}" for gap in swept.gaps),
        description="巡查结果",
    )
    return await write_documents(workspace, swept)


@flow(name="sweep", flow_run_name="定时巡查", validate_parameters=False)
async def scheduled_sweep(root: str, pool: str = "") -> Any:
    """The sweep as the schedule runs it: as of the run's actual start, alone on the workspace until it has swept.

    On a `pool` the other workers share in it. A clock that was set back is waited for; one that is wrong makes a failed
    run that says so, and the next is tried.
    """
    not_too_often()
    workspace = at_home(root)
    logger = get_run_logger()
    await wait_for(flow_run.scheduled_start_time, datetime.now(UTC))
    try:
        await caught_up(workspace, logger.warning)
        with workspace.alone(logger.info):
            now = now_of(workspace)
            look_at_clock(workspace, now)
            logger.info(await lay_new_periods(workspace, now))
            swept = await _escalated(workspace.root, now_of(workspace), pool)
    except (ClockLeapt, ClockWentBack) as error:
        logger.error(f"{error.message}；{error.hint}")
        return Failed(message=error.message)
    if pool and swept.messages - swept.held > 1:
        await call_others("deliver/deliver", pool, workspace, swept.messages - swept.held - 1, {})
    done = await tell_upwards(str(workspace.root), Running.of(workspace), "stdout")
    said = f"提醒 {swept.told} 条，越过 {swept.skipped} 条，消息 {swept.messages} 份{_became(swept.held, done)}"
    logger.info(said)
    for gap in swept.gaps:
        logger.warning(f"责任链有缺口：{gap['message']}")
    for fault in (*swept.shard_faults, *swept.document_faults, *done.faults):
        logger.warning(fault)
    return said


async def caught_up(workspace: Workspace, say: Callable[[str], None]) -> None:
    """Wait until the clock has come to where the last act was done; where that is far, leave it to be refused."""
    ahead = until_caught_up(workspace, now_of(workspace))
    if timedelta() < ahead <= LONGEST_WAIT:
        say(f"本机时间比上一次记录的早，可能被调回过；等 {ahead.total_seconds() / 60:.0f} 分钟，时间到了再巡查")
        await asyncio.sleep(ahead.total_seconds())


async def lay_new_periods(workspace: Workspace, now: datetime) -> str:
    """Lay the periods that have begun since; what was laid, in words."""
    laid = await asyncio.to_thread(lay_begun, workspace, now)
    if not laid.periods:
        return "没有新一期要交办"
    lists = "、".join(dict.fromkeys(tier.list_code for tier in laid.tiers))
    await acreate_table_artifact(
        key="new-periods",
        table=[{"事项": item, "期次": label} for item, label in laid.periods[:SHOWN]],
        description=f"清单 {lists}：新交办 {len(laid.periods)} 期、{laid.assignments} 项任务",
    )
    return str(laid)


def _became(held: int, done: Delivered) -> str:
    """What became of the messages, in words."""
    told = became({**done.counts, "held": done["held"] + held})
    return f"；连同原先在等的，{told}" if told else ""


async def wait_for(scheduled: datetime | None, now: datetime) -> None:
    """Wait for the run's own time: Prefect starts a run up to a second early, and would miss what falls due on it."""
    if scheduled is not None:
        await asyncio.sleep(max(0.0, (scheduled - now).total_seconds()))


async def _escalated(root: Path, now: datetime, pool: str = "") -> Sweep:
    zone = open_workspace(root, os.environ).settings.zone
    return await escalate(str(root), now, f"{now.astimezone(zone):%Y-%m-%d %H:%M}", pool)


async def _swept_and_told(
    root: str, now: datetime, timer: Running, stream: str, swept: Callable[[], None]
) -> tuple[Sweep, Delivered]:
    found = await _escalated(Path(root), now)
    swept()
    return found, await tell_upwards(root, timer, stream)


def run(
    root: Path, now: datetime, stream: str, swept: Callable[[], None] = lambda: None, timer: Running | None = None
) -> tuple[Sweep, Delivered]:
    """Run one sweep from a command, and its delivery; a Prefect server must be known to the environment.

    `swept` is called in between: from then on the workspace need not be held. `timer` shows what time it is since
    `now` was read.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return asyncio.run(_swept_and_told(str(root), now, timer or Running.at(now), stream, swept))
