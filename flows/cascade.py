"""Down the chain (交办): one flow per tier, nested as the chain is, so that the run page shows the chain."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from functools import partial
from pathlib import Path

from prefect import flow
from prefect.artifacts import acreate_table_artifact
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.progress import report
from responsibility.core.summary import TierLaid
from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.issued import put_issued
from responsibility.usecases.workspace import LEEWAY, Workspace, login_name, open_workspace

#: Rows an artifact shows; the rest is counted.
SHOWN = 300


@flow(name="lay-on-tier", flow_run_name="{tier_names[0]} ← {list_code}", validate_parameters=False)
async def lay_on_tier(
    root: str, now: datetime, list_code: str, tiers: list[str], tier_names: list[str]
) -> list[TierLaid]:
    """Lay a list on the first of `tiers`, then on those below it, as subflows of this one."""
    workspace = _workspace(root)
    every = len(workspace.settings.chain.tiers)
    what = f"清单 {list_code} 交办到{tier_names[0]}"
    report(what, every - len(tiers), every)
    laid = await asyncio.to_thread(lay_tier, workspace, list_code, tiers[0], now, partial(report, what))
    await acreate_table_artifact(
        key=f"laid-on-{tiers[0].replace('_', '-')}",
        table=_table(laid),
        description=f"{laid.tier_name}：清单 {list_code} 新交办 {laid.assignments} 项。{laid.gap}",
    )
    below = await lay_on_tier(root, now, list_code, tiers[1:], tier_names[1:]) if tiers[1:] else []
    return [laid, *below]


@flow(name="cascade", flow_run_name="交办 {names}", validate_parameters=False)
async def cascade(root: str, list_codes: list[str], now: datetime, names: str) -> list[TierLaid]:
    """Lay the lists on every tier, from the top down, as of `now`; `names` is for the run page."""
    workspace = _workspace(root)
    tiers = workspace.settings.chain.tiers
    laid: list[TierLaid] = []
    for code in list_codes:
        report(f"清单 {code}", 0, len(tiers))
        await asyncio.to_thread(open_list, workspace, code, now)
        laid += await lay_on_tier(root, now, code, [t.id for t in tiers], [t.name for t in tiers])
    await asyncio.to_thread(put_issued, workspace, now)
    return laid


def run(root: Path, list_codes: list[str], now: datetime) -> list[TierLaid]:
    """Run the cascade from a command; a Prefect server must be known to the environment."""
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return asyncio.run(cascade(str(root), list_codes, now, "、".join(list_codes)))


def _workspace(root: str) -> Workspace:
    return open_workspace(Path(root), os.environ, login=login_name(), leeway=LEEWAY)


def _table(laid: TierLaid) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = [
        {"编码": code, "名称": name, "新交办": n} for code, name, n in laid.whom[:SHOWN]
    ]
    rest = laid.whom[SHOWN:]
    if rest:
        rows.append({"编码": "", "名称": f"另有 {len(rest)} 个", "新交办": sum(n for _, _, n in rest)})
    return rows or [{"编码": "", "名称": laid.gap or "没有新的交办", "新交办": 0}]
