"""`zeren channel …`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, enter, read_now, true_time


def list_(*, common: Timed = TIMED) -> None:
    """Show the channels and how they stand."""
    from responsibility.usecases.channels import channels_of
    from responsibility.views import channels, terminal

    workspace = enter(common)
    zone = workspace.settings.zone
    rows = channels_of(workspace, read_now(common.now, zone), os.environ)
    common.out.show(lambda: channels.channels(rows, zone), lambda: terminal.channels(rows, zone))


def try_(
    name: Annotated[str, Parameter(name="name", help="渠道名，如 mail；没有列入 use 的也可以试")],
    /,
    *,
    to: Annotated[str, Parameter(help="送给哪个岗位的任职人，如 BGS01")],
    common: Timed = TIMED,
) -> int:
    """Send one test message and say what the service answered."""
    from responsibility.usecases.channels import try_channel
    from responsibility.views import channels, terminal

    workspace = enter(common)
    now = read_now(common.now, workspace.settings.zone)
    stream = sys.stderr if common.json else sys.stdout
    with common.out.working(f"正在送到 {name}……"):
        done = try_channel(workspace, name, to, now, os.environ, stream, true_time)
    common.out.show(lambda: channels.tested(done), lambda: terminal.channel_tested(done))
    return 0 if done.outcome == "sent" else 1
