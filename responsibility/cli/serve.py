"""`zeren serve`: the schedule, until stopped."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import COMMON, Common, enter
from responsibility.cli.units import unit_of


def serve(
    *,
    unit: Annotated[bool, Parameter(negative="", help="只打印 systemd 单元文件，不启动")] = False,
    common: Common = COMMON,
) -> None:
    """Run Prefect's server and the schedule until stopped."""
    workspace = enter(common, sending=not unit)
    if unit:
        secrets = ("邮件密码等", "ZEREN_MAIL_PASSWORD=……")
        text = unit_of(workspace.root, "serve", "值守", "", secrets)
        common.out.show(lambda: {"unit": text}, lambda: text.rstrip())
        return
    from flows.serve import serve as keep

    settings = workspace.settings
    times = "、".join(f"{at:%H:%M}" for at in settings.schedule.sweeps)
    keep(workspace.root, settings.zone, common.out.say, lambda url: _started(common, url, times, workspace))


def _started(common: Common, url: str, times: str, workspace: Any) -> None:
    log = workspace.root / "data" / "log"
    common.out.show(
        lambda: {"url": url, "sweeps": times.split("、"), "log": str(log)},
        lambda: f"运行页面：{url}\n每天 {times} 巡查（{workspace.settings.zone}）；日志在 {log}/\n按 Ctrl-C 停止",
    )
    sys.stdout.flush()
