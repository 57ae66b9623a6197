"""`zeren init`."""

from __future__ import annotations

import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import Output, read_now

#: The day the bundled list was issued.
SAMPLE_ISSUED_ON = date(2023, 9, 11)


def init(
    directory: Annotated[Path, Parameter(help="新工作区的目录")],
    /,
    *,
    sample: Annotated[bool, Parameter(negative="", help="同时导入自带的样例组织和清单")] = False,
    json: Annotated[bool, Parameter(negative="", help="只输出一份 JSON")] = False,
) -> None:
    """Make a workspace."""
    from responsibility.settings import bundled, load
    from responsibility.usecases.workspace import create

    out = Output(json)
    zone = load(bundled("config").parent, os.environ).zone
    start = datetime.combine(SAMPLE_ISSUED_ON, time(8), zone) if sample else read_now(None, zone)
    workspace = create(directory, os.environ, start)
    if sample:
        import_sample(workspace, start)
    commands = _next(directory, sample)[directory.resolve() == Path.cwd() :]
    out.show(
        lambda: {"workspace": str(workspace.root), "sample": sample, "next": commands},
        lambda: "\n".join([f"工作区已建好：{workspace.root}", "接下来：", *(f"  {line}" for line in commands)]),
    )


def import_sample(workspace: object, now: datetime) -> None:
    """Copy the bundled organisation and list into the workspace and import them."""
    import shutil

    from responsibility.settings import bundled
    from responsibility.usecases.lists import import_list
    from responsibility.usecases.organisation import import_organisation
    from responsibility.usecases.workspace import Workspace

    assert isinstance(workspace, Workspace)
    folder = workspace.root / "examples"
    shutil.copytree(bundled("examples"), folder, dirs_exist_ok=True)
    import_organisation(workspace, folder / "organisation.yaml", now)
    import_list(workspace, folder / "key-work-2023.xlsx", now, issued_on=SAMPLE_ISSUED_ON)


def _next(directory: Path, sample: bool) -> list[str]:
    if sample:
        return [
            f"cd {directory}",
            "zeren assign --now 2023-09-11T09:00",
            "zeren status --now 2023-09-12",
            "zeren remind --dry-run --now 2023-09-14T08:30",
            "zeren remind --now 2023-09-14T08:30",
            "zeren show L1-03 --now 2023-09-14T09:00",
        ]
    return [
        f"cd {directory}",
        "zeren org template 组织机构.xlsx    （填好后：zeren org import 组织机构.xlsx）",
        "zeren list import 清单.xlsx --dry-run",
        "zeren list import 清单.xlsx",
        "zeren assign --dry-run，再 zeren assign",
        "zeren remind --dry-run，再 zeren remind",
    ]
