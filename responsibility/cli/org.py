"""`zeren org …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, alone, enter, fresh_file, read_date, read_now, rules

FileArgument = Annotated[Path, Parameter(name="file", help="xlsx、xls、csv 或 yaml 文件")]


def import_(
    file: FileArgument,
    /,
    *,
    replace: Annotated[bool, Parameter(negative="", help="文件会停用一半以上的岗位时，仍然导入")] = False,
    on: Annotated[
        str | None, Parameter(help="任职变动从哪天起生效，如 2023-10-01；默认今天。不再列出的任职到前一天为止")
    ] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="只试算，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Import the organisation."""
    from responsibility.usecases.organisation import import_organisation
    from responsibility.views import machine_office, terminal

    day = read_date(on, "--on") if on is not None else None
    workspace = enter(common)
    with alone(common, workspace) as now:
        done = import_organisation(workspace, file, now, replace=replace, on=day, dry_run=dry_run)
    common.out.show(lambda: machine_office.organisation_imported(done), lambda: terminal.organisation_imported(done))


def show(*, common: Timed = TIMED) -> None:
    """Show the organisation as a tree."""
    from responsibility.usecases.organisation import organisation_of
    from responsibility.views import machine, terminal

    workspace = enter(common)
    organisation = organisation_of(workspace)
    settings = workspace.settings
    today = read_now(common.now, settings.zone).astimezone(settings.zone).date()
    common.out.show(
        lambda: machine.organisation(organisation, today),
        lambda: terminal.organisation(organisation, settings.chain, today),
    )


def template(
    file: Annotated[Path, Parameter(name="file", help="写到哪个文件（.xlsx）")] = Path("组织机构.xlsx"),
    /,
    *,
    common: Common = COMMON,
) -> None:
    """Write a blank file to fill."""
    from responsibility.views.sheets import organisation_template

    fresh_file(file)
    organisation_template(file, rules(common).chain)
    common.out.show(lambda: {"file": str(file)}, lambda: f"已写出 {file}。填好后：zeren org import {file}")
