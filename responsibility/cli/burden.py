"""`zeren burden`: how many messages people get (不增加基层负担)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, enter, read_date, read_now

#: So many days back where nothing else is said.
DAYS = 30


def burden(
    *,
    since: Annotated[str | None, Parameter(help=f"从哪一天起，如 2023-09-01；默认最近 {DAYS} 天")] = None,
    common: Timed = TIMED,
) -> None:
    """Show messages per person and tier, and what people were spared."""
    from responsibility.usecases.burden import burden_of
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    zone = workspace.settings.zone
    now = read_now(common.now, zone).astimezone(zone)
    first = read_date(since, "--since") if since else now.date() - timedelta(days=DAYS)
    if first > now.date():
        raise UsageError(f"--since 的 {first} 还没有到", "写过去的一天，如 --since 2023-09-01")
    counted, names = burden_of(workspace, datetime.combine(first, time(), zone), now)
    chain = workspace.settings.chain
    common.out.show(
        lambda: machine_office.burden(counted, names, chain), lambda: terminal.burden(counted, names, chain)
    )
