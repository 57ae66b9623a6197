"""`zeren feed export`: calendars."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter


def export(
    *,
    for_: Annotated[str | None, Parameter(name="--for", help="哪个岗位或单位，写编码或名称")] = None,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="有在办任务的岗位和单位各一个文件")] = False,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="写到哪个文件（.ics）；用 --all 时是哪个目录")
    ] = None,
    full: Annotated[
        bool, Parameter(negative="", help="连任务内容和节点名称一起写（默认只写编号、名称、日期）")
    ] = False,
    common: Timed = TIMED,
) -> None:
    """Write calendars."""
    from responsibility.usecases.feed import export_all, export_one
    from responsibility.views import machine_brief
    from responsibility.views.terminal import brief

    if (for_ is None) is not all_:
        raise UsageError("--for 和 --all 要写一个，只写一个", "例：zeren feed export --for Z01S -o 第一党支部.ics")
    if output is not None and not all_ and output.suffix.lower() != ".ics":
        raise UsageError(f"日历写成 ics，不能写成 {output.suffix or '没有后缀的文件'}", f"例如 {output.stem}.ics")
    if output is not None and all_ and output.exists() and not output.is_dir():
        raise UsageError(f"{output} 是文件，不是目录", "用 --all 时 -o 写目录")
    workspace = enter(common)
    with alone(common, workspace) as now, common.out.working("正在写日历……") as step:
        if for_ is not None:
            done = [export_one(workspace, for_, now, output, full=full)]
        else:
            done = export_all(
                workspace, now, output, full=full, progress=lambda at, total: step("正在写日历", at, total)
            )
    common.out.show(lambda: {"files": [machine_brief.feed(one) for one in done]}, lambda: brief.fed(done))
