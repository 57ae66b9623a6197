"""`zeren status`, `zeren show`, `zeren todo`: reading the state. Prefect is never imported here."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, enter, read_date, read_now
from responsibility.usecases.status import By


def _machine() -> Any:
    """The view of --json, loaded where it is asked for."""
    from responsibility.views import machine

    return machine


FIRST_COLUMN = {By.TIER: "层级", By.UNIT: "单位", By.LEADER: "分管领导", By.CATEGORY: "类别", By.ITEM: "重点工作"}


def status(
    *,
    by: Annotated[By, Parameter(help="按什么分组：层级、单位、分管领导、类别、事项")] = By.TIER,
    late: Annotated[bool, Parameter(negative="", help="只看有逾期的")] = False,
    top: Annotated[int | None, Parameter(help="列出最需要关注的几项（默认 10）")] = None,
    as_of: Annotated[str | None, Parameter(help="看某一天结束时的状态，如 2023-09-30")] = None,
    common: Timed = TIMED,
) -> None:
    """Show the state of the chain."""
    from responsibility.usecases.status import only_late
    from responsibility.usecases.status import status as read
    from responsibility.views import terminal

    if top is not None and top < 1:
        raise UsageError(f"--top 的值“{top}”不对，应为正整数", "例：zeren status --top 5")
    workspace = enter(common)
    zone = workspace.settings.zone
    if as_of is None:
        at = read_now(common.now, zone)
        summary = read(workspace, at, by)
    else:
        at, summary = _past(workspace, as_of, by)
    summary = only_late(summary) if late else summary
    at = at.astimezone(zone)
    common.out.show(
        lambda: _machine().status(summary, at, top),
        lambda: terminal.status(summary, at, top or 10, FIRST_COLUMN[by], late),
    )


def _past(workspace: Any, text: str, by: By) -> tuple[datetime, Any]:
    from responsibility.usecases.record import status_as_of

    end = _end_of(text, workspace.settings.zone)
    return end, status_as_of(workspace, end, by)


def _end_of(text: str, zone: ZoneInfo) -> datetime:
    """The last instant of the day `--as-of` names."""
    return datetime.combine(read_date(text, "--as-of") + timedelta(days=1), time(), zone) - timedelta(microseconds=1)


def show(
    code: Annotated[str, Parameter(name="code", help="重点工作编号（L1-03）或任务编号（L1-03.Z01）")],
    /,
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="逐个列出每名党员")] = False,
    as_of: Annotated[str | None, Parameter(help="看某一天结束时的样子，如 2023-09-30")] = None,
    common: Timed = TIMED,
) -> None:
    """Show one item's chain with clocks and what comes next."""
    from responsibility.usecases.status import show as read
    from responsibility.views import terminal

    workspace = enter(common)
    zone = workspace.settings.zone
    view = _item_past(workspace, code, as_of) if as_of else read(workspace, code, read_now(common.now, zone))
    common.out.show(lambda: _machine().item(view), lambda: terminal.item(view, all_))


def _item_past(workspace: Any, code: str, as_of: str) -> Any:
    from responsibility.usecases.record import show_as_of

    return show_as_of(workspace, code, _end_of(as_of, workspace.settings.zone))


def todo(
    *, for_: Annotated[str, Parameter(name="--for", help="岗位或单位的编码，如 Z01S、Z01")], common: Timed = TIMED
) -> None:
    """Show what is open for one post or unit."""
    from responsibility.usecases.extension import asked_for
    from responsibility.usecases.status import todo as read
    from responsibility.views import terminal

    workspace = enter(common)
    now = read_now(common.now, workspace.settings.zone)
    name, views = read(workspace, for_, now)
    waiting = len(asked_for(workspace, now=now, whom=for_))
    common.out.show(
        lambda: _machine().todo(for_, name, views, waiting), lambda: terminal.todo(name, views, for_, waiting)
    )
