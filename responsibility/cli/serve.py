"""`zeren serve`: the schedule, until stopped."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import COMMON, Common, enter

UNIT = """\
[Unit]
Description=zeren 责任链：{root}
After=network.target

[Service]
Type=simple
{remark}User={user}
WorkingDirectory={root}
ExecStart={command} serve --workspace {argument}
Restart=on-failure
RestartSec=10
KillMode=mixed
TimeoutStopSec=30
# 邮件密码等写在这个文件里（权限 600），一行一个：ZEREN_MAIL_PASSWORD=……
EnvironmentFile=-{root}/data/serve.env

[Install]
WantedBy=multi-user.target
"""


def serve(
    *,
    unit: Annotated[bool, Parameter(negative="", help="只打印 systemd 单元文件，不启动")] = False,
    common: Common = COMMON,
) -> None:
    """Run Prefect's server and the schedule until stopped."""
    workspace = enter(common, sending=not unit)
    if unit:
        text = _unit(workspace.root)
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


def _unit(root: Path) -> str:
    import getpass

    command = shutil.which("zeren") or os.path.abspath(sys.argv[0])
    path = str(root).replace("%", "%%")  # a lone % is one of systemd's own specifiers
    user = getpass.getuser()
    remark = "# 最好换成一个专用账号，工作区目录归它所有\n" if user == "root" else ""
    return UNIT.format(root=path, argument=_quoted(root), command=_quoted(command), user=user, remark=remark)


def _quoted(path: object) -> str:
    """An argument as systemd reads it: in quotes, with its escapes."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"'
