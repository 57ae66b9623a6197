"""`zeren calendar …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, YEARS, Timed, UsageError, alone, enter, read_now


def import_(
    file: Annotated[
        Path, Parameter(name="file", help="放假通知：通知原文 .txt，或日期、类型、名称的表 .csv .xlsx .yaml")
    ],
    /,
    *,
    replace: Annotated[bool, Parameter(negative="", help="那一年已有安排的，换成这一份")] = False,
    dry_run: Annotated[bool, Parameter(negative="", help="只看会变动什么，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Take in the yearly holiday notice."""
    from responsibility.usecases.calendar import import_calendar
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    zone = workspace.settings.zone
    with alone(common, workspace) as now:
        done = import_calendar(workspace, file, now, replace_year=replace, dry_run=dry_run)
    common.out.show(
        lambda: machine_office.calendar_imported(done, zone), lambda: terminal.calendar_imported(done, zone)
    )


def show(
    year: Annotated[int | None, Parameter(name="year", help="哪一年，如 2026；默认今年")] = None,
    /,
    *,
    common: Timed = TIMED,
) -> None:
    """Show a year's holidays and make-up days."""
    from responsibility.usecases.calendar import year_of
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    asked = (
        read_now(common.now, workspace.settings.zone).astimezone(workspace.settings.zone).year if year is None else year
    )
    if not YEARS[0] <= asked <= YEARS[1]:
        raise UsageError(f"{asked} 不像是办公用的年份", f"年份应在 {YEARS[0]} 到 {YEARS[1]} 之间")
    found = year_of(workspace, asked)
    common.out.show(lambda: machine_office.calendar_year(found), lambda: terminal.calendar_year(found))
