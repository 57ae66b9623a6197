"""`zeren undo`: taking back one's last act."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter


def undo(
    *,
    as_: Annotated[str | None, Parameter(name="--as", help="撤回哪个岗位最近办的，如 Z01S；默认办公室")] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="只看会撤回什么，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Undo the last act of a post."""
    from responsibility.usecases.undo import undo as put_back
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = put_back(workspace, now, as_, dry_run=dry_run)
    common.out.show(lambda: machine_office.undone(done), lambda: terminal.undone(done))
