"""`zeren clock correct`: back to the present after the machine's clock was wrong."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter


def correct(
    *,
    reason: Annotated[str, Parameter(help="为什么时间会不对，记入台账")] = "",
    dry_run: Annotated[bool, Parameter(negative="", help="只看会怎样，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Bring the workspace back to the present."""
    from responsibility.usecases.clock import correct as put_right
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = put_right(workspace, now, reason=reason, dry_run=dry_run)
    zone = workspace.settings.zone
    common.out.show(lambda: machine_office.corrected(done, zone), lambda: terminal.corrected(done, zone))
