"""`zeren sheet …`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter, fresh_file


def export(
    *,
    unit: Annotated[str | None, Parameter(help="哪个单位，写编码或名称")] = None,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="每个有在办任务的单位一份")] = False,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="写到哪个文件（.xlsx）；用 --all 时是哪个目录")
    ] = None,
    common: Timed = TIMED,
) -> None:
    """Write a unit's sheet, or everybody's."""
    from responsibility.usecases.sheet import export_all, export_unit
    from responsibility.views.terminal import sheet as picture

    if (unit is None) is not all_:
        raise UsageError("--unit 和 --all 要写一个，只写一个", "例：zeren sheet export --unit 第一党支部")
    if output is not None and not all_:
        fresh_file(output, "台账")
    workspace = enter(common)
    with alone(common, workspace) as now, common.out.working("正在写台账……") as step:
        if unit is not None:
            done = [export_unit(workspace, unit, now, output)]
        else:
            done = export_all(workspace, now, output, lambda done, total: step("正在写台账", done, total))
    common.out.show(lambda: {"files": [asdict(one) for one in done]}, lambda: picture.exported(done))


def import_(
    file: Annotated[Path, Parameter(name="file", help="填好的台账（xlsx；另存成 xls、csv 也行）")],
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="只看会记下什么，什么都不写入")] = False,
    common: Timed = TIMED,
) -> int:
    """Read a filled sheet back."""
    from responsibility.usecases.sheet import import_sheet
    from responsibility.views.terminal import sheet as picture

    workspace = enter(common)
    with alone(common, workspace) as now, common.out.working("正在读台账……") as step:
        done = import_sheet(
            workspace, file, now, dry_run=dry_run, progress=lambda done, total: step("正在逐行办理", done, total)
        )
    common.out.show(lambda: _record(done), lambda: picture.imported(done))
    return 1 if done.conflicts else 0


def _record(done: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "file": done.file,
        "dry_run": done.dry_run,
        "applied": [
            {
                "code": row.code,
                "title": row.title,
                "cell": row.cell,
                "acts": [{"act": step.act, "values": dict(step.values)} for step in row.steps],
            }
            for row in done.applied
        ],
        "conflicts": [
            {
                "code": row.code,
                "title": row.title,
                "cell": row.cell,
                "before": asdict(row.before),
                "now": asdict(row.now),
                "answers": {str(column): text for column, text in row.answers.items()},
            }
            for row in done.conflicts
        ],
        "unchanged": done.unchanged,
        "blank": done.blank,
    }
    if done.conflicts:
        message = f"{len(done.conflicts)} 行导出以后在这里也有变动，没有导入"
        hint = "核对后用 zeren report 等命令补记，或重新导出请单位再填"
        record["error"] = {"code": "conflict", "message": message, "hint": hint}
    return record


def status(*, common: Timed = TIMED) -> None:
    """Show who has answered."""
    from responsibility.usecases.sheet import sheets_of
    from responsibility.views.terminal import sheet as picture

    workspace = enter(common)
    lines, zone = sheets_of(workspace), workspace.settings.zone
    record = [
        {
            "unit": line.unit,
            "name": line.unit_name,
            "exported_at": _at(line.exported_at, zone),
            "answered_at": _at(line.answered_at, zone),
            "rows": line.rows,
            "answered": line.answered,
        }
        for line in lines
    ]
    common.out.show(lambda: {"units": record}, lambda: picture.progress(lines, zone))


def _at(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat() if at else None
