"""`zeren org …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, alone, enter, fresh_file, read_now, rules

FileArgument = Annotated[Path, Parameter(name="file", help="xlsx、xls、csv 或 yaml 文件")]


def import_(
    file: FileArgument,
    /,
    *,
    replace: Annotated[bool, Parameter(negative="", help="文件会停用一半以上的岗位时，仍然导入")] = False,
    common: Timed = TIMED,
) -> None:
    """Import the organisation."""
    from responsibility.usecases.organisation import import_organisation

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = import_organisation(workspace, file, now, replace=replace)
    changes = {
        table: {"new": c.new, "changed": c.changed, "unchanged": c.unchanged, "removed": c.removed}
        for table, c in done.changes.items()
    }
    common.out.show(
        lambda: {"file": done.file, **changes, "warnings": list(done.warnings)},
        lambda: "\n".join([f"已导入 {done.file}：{_told(changes)}", *(f"  注意：{w}" for w in done.warnings)]),
    )


def _told(changes: dict[str, dict[str, int]]) -> str:
    names = {"units": "单位", "posts": "岗位", "people": "人员"}
    words = {"new": "新增", "changed": "变动", "unchanged": "不变", "removed": "停用"}
    return "；".join(
        f"{names[table]} " + "、".join(f"{words[key]} {n}" for key, n in counts.items() if n or key == "new")
        for table, counts in changes.items()
    )


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
