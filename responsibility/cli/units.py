"""systemd unit files, as `--unit` prints them."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from pathlib import Path

UNIT = """\
[Unit]
Description=zeren 责任链（{what}）：{root}
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
{remark}User={user}
WorkingDirectory={root}
ExecStart={command}
Restart={restart}
RestartSec=10
KillMode={kill}
TimeoutStopSec=30
# {secrets}写在这个文件里（权限 600），一行一个：{example}
EnvironmentFile=-{root}/data/{name}.env

[Install]
WantedBy=multi-user.target
"""


def unit_of(root: Path, name: str, what: str, arguments: str, secrets: tuple[str, str], *, alone: bool = True) -> str:
    """The unit file that keeps `zeren NAME` running on a workspace.

    `secrets`: what stands in its environment file, and an example. Not `alone`: the runs it started end with it, and
    it is started again however it ended.
    """
    user = getpass.getuser()
    command = shutil.which("zeren") or os.path.abspath(sys.argv[0])
    return UNIT.format(
        root=str(root).replace("%", "%%"),  # a lone % is one of systemd's own specifiers
        what=what,
        name=name,
        command=f"{_quoted(command)} {name} --workspace {_quoted(root)}{arguments}",
        user=user,
        remark="# 最好换成一个专用账号，工作区目录归它所有\n" if user == "root" else "",
        restart="on-failure" if alone else "always",
        kill="mixed" if alone else "control-group",
        secrets=secrets[0],
        example=secrets[1],
    )


def _quoted(path: object) -> str:
    """An argument as systemd reads it: in quotes, with its escapes."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{text}"'
