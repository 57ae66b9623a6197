"""From the outbox to the channels: one flow per tier of recipients, climbing the chain.

Nothing here holds the workspace: leases in the outbox let several deliverers and other commands work at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from prefect import flow, get_run_logger
from prefect.artifacts import acreate_table_artifact

from flows.progress import report
from flows.share import at_home, not_too_often
from flows.timer import Running
from responsibility.usecases.couriers import opened
from responsibility.usecases.deliver import Delivered, Timer, deliver, tiers_waiting
from responsibility.usecases.workspace import Workspace, open_workspace

#: So many faults are named on the run page.
SHOWN = 20


@flow(name="tell-tier", flow_run_name="告知 {tier_names[0]}", validate_parameters=False)
async def tell_tier(root: str, behind: float, tiers: list[str], tier_names: list[str], stream: str) -> Delivered:
    """Hand over what is waiting for the first of `tiers`, then for those above it, as subflows of this one."""
    workspace = open_workspace(Path(root), os.environ, sending=True)
    timer = Running(behind)
    done = await asyncio.to_thread(_hand_over, workspace, timer, tiers[0], tier_names[0], stream)
    await acreate_table_artifact(
        key=f"told-{tiers[0].replace('_', '-')}",
        table=[{"结果": status, "消息": n} for status, n in done.counts.items()] or [{"结果": "无", "消息": 0}],
        description=f"告知{tier_names[0]}：{'；'.join(done.faults[:SHOWN]) or '没有差错'}",
    )
    if tiers[1:]:
        done.add(await tell_tier(root, behind, tiers[1:], tier_names[1:], stream))
    return done


async def tell_upwards(root: str, timer: Running, stream: str) -> Delivered:
    """Hand over everything that is due, tier by tier from the bottom up."""
    workspace = open_workspace(Path(root), os.environ)
    chain = workspace.settings.chain
    waiting = await asyncio.to_thread(tiers_waiting, workspace, timer.now())
    tiers = [tier for tier in reversed(chain.tiers) if tier.id in waiting]
    if not tiers:
        return Delivered()
    return await tell_tier(root, timer.behind, [tier.id for tier in tiers], [tier.name for tier in tiers], stream)


@flow(name="deliver", flow_run_name="定时送出", validate_parameters=False)
async def scheduled_delivery(root: str, pool: str = "") -> str:
    """What became due between sweeps; leaves no trace where there is nothing, or where another run is still at it.

    On a `pool` so many may be at it as there are machines: leases in the outbox keep them apart.
    """
    not_too_often()
    home = at_home(root)
    try:
        with FileLock(home.root / "data" / "deliver.lock", timeout=0):
            done = await tell_upwards(str(home.root), Running.of(home), "stdout")
    except Timeout:
        return "上一次还在送出"
    for fault in done.faults:
        get_run_logger().warning(fault)
    return became(done.counts) or "没有要送出的"


def became(counts: Mapping[str, int]) -> str:
    """What became of messages, in words."""
    words = {"sent": "送出", "held": "稍后再送", "failed": "失败", "uncertain": "不知是否送到", "dropped": "作罢"}
    return "、".join(f"{word} {counts[key]}" for key, word in words.items() if counts.get(key))


def _hand_over(workspace: Workspace, timer: Timer, tier: str, tier_name: str, stream: str) -> Delivered:
    with opened(workspace, sys.stderr if stream == "stderr" else sys.stdout, lambda: datetime.now(UTC)) as by:
        return deliver(workspace, by, timer, tier, lambda done, total: report(f"告知{tier_name}", done, total))
