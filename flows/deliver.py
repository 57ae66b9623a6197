"""From the outbox to the channels: one flow per tier of recipients, climbing the chain."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.progress import report
from responsibility.usecases.couriers import opened
from responsibility.usecases.deliver import Delivered, deliver, tiers_waiting
from responsibility.usecases.workspace import Workspace, open_workspace


@flow(name="tell-tier", flow_run_name="告知 {tier_names[0]}", validate_parameters=False)
async def tell_tier(root: str, now: datetime, tiers: list[str], tier_names: list[str], stream: str) -> Delivered:
    """Hand over what is waiting for the first of `tiers`, then for those above it, as subflows of this one."""
    workspace = open_workspace(Path(root), os.environ, sending=True)
    done = await asyncio.to_thread(_hand_over, workspace, now, tiers[0], tier_names[0], stream)
    await acreate_table_artifact(
        key=f"told-{tiers[0].replace('_', '-')}",
        table=[{"结果": status, "消息": n} for status, n in done.counts.items()] or [{"结果": "无", "消息": 0}],
        description=f"告知{tier_names[0]}：{'；'.join(done.faults) or '没有差错'}",
    )
    if tiers[1:]:
        done.add(await tell_tier(root, now, tiers[1:], tier_names[1:], stream))
    return done


async def tell_upwards(root: str, now: datetime, stream: str) -> Delivered:
    """Hand over everything that is due, tier by tier from the bottom up."""
    workspace = open_workspace(Path(root), os.environ)
    chain = workspace.settings.chain
    waiting = await asyncio.to_thread(tiers_waiting, workspace, now)
    tiers = [tier for tier in reversed(chain.tiers) if tier.id in waiting]
    if not tiers:
        return Delivered()
    return await tell_tier(root, now, [tier.id for tier in tiers], [tier.name for tier in tiers], stream)


def _hand_over(workspace: Workspace, now: datetime, tier: str, tier_name: str, stream: str) -> Delivered:
    with opened(workspace, sys.stderr if stream == "stderr" else sys.stdout, lambda: datetime.now(UTC)) as by:
        return deliver(workspace, by, now, tier, lambda done, total: report(f"告知{tier_name}", done, total))
