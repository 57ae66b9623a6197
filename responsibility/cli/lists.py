"""`zeren list …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import (
    COMMON,
    TIMED,
    Common,
    Timed,
    UsageError,
    alone,
    enter,
    fresh_file,
    problem_record,
    read_date,
    rules,
)


def import_(
    file: Annotated[Path, Parameter(name="file", help="xlsx、xls、csv、tsv 或 yaml 文件")],
    /,
    *,
    issued_on: Annotated[
        str | None, Parameter(help="印发日期，如 2023-09-11；默认取标题行里的日期，再默认今天")
    ] = None,
    sheet: Annotated[str | None, Parameter(help="只读这个工作表；默认把列和标题相同的几个表读成一份")] = None,
    unit: Annotated[str | None, Parameter(help="没有写责任单位的，归这个单位")] = None,
    map_: Annotated[
        list[str] | None,
        Parameter(
            name="--map",
            negative="",
            help="文件里的列名=认得的列名，如 --map 要办结的日子=完成时限；可写多次，优先于 config/columns.yaml",
        ),
    ] = None,
    create_units: Annotated[bool, Parameter(negative="", help="组织机构里没有的单位自动新建")] = False,
    dry_run: Annotated[bool, Parameter(negative="", help="只检查，什么都不写入")] = False,
    common: Timed = TIMED,
) -> int:
    """Import a key-work list."""
    from responsibility.usecases.lists import import_list

    day = read_date(issued_on, "--issued-on") if issued_on is not None else None
    mapped = [_pair(text) for text in map_ or ()]
    workspace = enter(common)
    with alone(common, workspace) as now, common.out.working("正在读清单……") as step:
        done = import_list(
            workspace,
            file,
            now,
            issued_on=day,
            unit=unit,
            create_units=create_units,
            dry_run=dry_run,
            mapped=mapped,
            sheet=sheet,
            progress=lambda done, total: step("正在读时限和责任单位", done, total),
        )
    if done.differences and not common.json and _again(done):
        from responsibility.views import terminal

        common.out.paint(terminal.differences(done.differences))
    common.out.show(lambda: _record(done), lambda: _told(done, dry_run))
    return 3 if done.problems else 0


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = (part.strip() for part in text.replace("＝", "=").partition("="))
    if not (left and equals and right):
        raise UsageError(f"--map {text} 写法不对", "写成 文件里的列名=认得的列名，如 --map 要办结的日子=完成时限")
    return left, right


def _again(done: Any) -> bool:
    """Whether it is a new version of a list that is known, with nothing wrong in it."""
    return not done.problems and bool(done.new < done.items or done.removed)


def _record(done: Any) -> dict[str, Any]:
    from responsibility.views import machine_office

    record: dict[str, Any] = {
        "list": done.list_code,
        "title": done.title,
        "file": done.file,
        "issued_on": done.issued_on.isoformat(),
        "issued_from": done.issued_from,
        "rows": done.rows,
        "items": done.items,
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "removed": len(done.removed),
        "questions": [
            {
                "code": q.code,
                "cell": q.cell,
                "phrase": q.phrase,
                "readings": [
                    {"starts_on": _day(r.starts_on), "due_on": _day(r.due_on), "text": r.text} for r in q.readings
                ],
            }
            for q in done.questions
        ],
        "problems": [problem_record(problem) for problem in done.problems],
        "warnings": list(done.warnings),
        "created_units": list(done.created),
        "redated": list(done.redated),
        "differences": machine_office.differences(done.differences),
        "written": done.written,
    }
    if done.problems:
        message = f"清单有 {len(done.problems)} 处问题，什么都没有写入"
        record["error"] = {"code": "input_problems", "message": message, "hint": "改好后重新导入"}
    return record


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def _told(done: Any, dry_run: bool) -> str:
    if done.problems:
        lines = [f"{done.file} 有 {len(done.problems)} 处问题，什么都没有写入："]
        lines += [f"  {at}. {problem}" for at, problem in enumerate(done.problems, 1)]
        lines.append("改好后重新导入；只检查不写入：--dry-run")
        if any("没有这个单位" in problem.message or "这样的单位" in problem.message for problem in done.problems):
            lines.append("清单里的单位：补进组织机构（zeren org import），或加 --create-units 自动新建")
        return "\n".join(lines)
    verb = "试读" if dry_run else "已导入"
    lines = [
        f"{verb}“{done.title}”为清单 {done.list_code}：{done.rows} 行，{done.items} 项",
        f"  新增 {done.new}、变动 {done.changed}、不变 {done.unchanged}、不再列出 {len(done.removed)}",
        f"  印发日期 {done.issued_on}（{done.issued_from}）",
    ]
    if done.created:
        lines.append(f"  新建单位 {len(done.created)} 个：{'、'.join(done.created[:10])}")
    lines += [f"  注意：{warning}" for warning in done.warnings]
    if done.removed:
        waiting = _to_cancel(done)
        what = "；已交办的照旧办理，不办了就撤销：" if waiting else "；都没有开着的任务"
        lines.append(f"  不再列出的：{'、'.join(done.removed[:10])}{what}")
        lines += [f"    zeren item cancel {code} --reason 新版清单不再列出" for code in waiting]
    if done.redated:
        lines.append(f"  已交办的 {len(done.redated)} 项时限有变，按新时限重新计时：{'、'.join(done.redated[:10])}")
    if done.questions:
        lines.append(f"有 {len(done.questions)} 项时限要请办公室确认，确认前不交办：")
        lines += [_question(question) for question in done.questions]
    return "\n".join([*lines, "下一步：zeren assign --dry-run"])


def _to_cancel(done: Any) -> list[str]:
    """Codes of removed items of which something is still open."""
    return [one.code for one in done.differences if one.open][:10]


def _question(question: Any) -> str:
    from responsibility.views.terminal.records import answer_with

    readings = "；".join(f"{at}. {reading}" for at, reading in enumerate(question.readings, 1))
    command = answer_with(question.code, bool(readings), question.event)
    choices = f"    可选：{readings}\n" if readings else ""
    return f"  {question.code}（{question.cell}）：{question.because}\n{choices}    {command}"


def show(
    code: Annotated[str | None, Parameter(name="list", help="清单编号，如 L1")] = None, /, *, common: Timed = TIMED
) -> None:
    """Show lists, or the items of one."""
    from responsibility.usecases.lists import items_of, lists_of
    from responsibility.views import machine, terminal

    workspace = enter(common)
    if code is None:
        rows = lists_of(workspace)
        common.out.show(lambda: machine.lists(rows), lambda: terminal.lists(rows))
        return
    name, items = items_of(workspace, code)
    common.out.show(lambda: machine.items(items), lambda: terminal.items(code, name, items))


def template(
    file: Annotated[Path, Parameter(name="file", help="写到哪个文件（.xlsx）")] = Path("重点工作清单.xlsx"),
    /,
    *,
    common: Common = COMMON,
) -> None:
    """Write a blank list to fill."""
    from responsibility.views.sheets import worklist_template

    fresh_file(file)
    worklist_template(file, [category.name for category in rules(common).categories.values()])
    common.out.show(lambda: {"file": str(file)}, lambda: f"已写出 {file}。填好后：zeren list import {file} --dry-run")


def cancel(
    code: Annotated[str, Parameter(name="list", help="清单编号，如 L1")],
    /,
    *,
    reason: Annotated[str, Parameter(help="撤销的原因，记入台账")] = "",
    dry_run: Annotated[bool, Parameter(negative="", help="只看会撤销多少，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Cancel a list with its assignments."""
    from responsibility.usecases.withdraw import cancel_list
    from responsibility.views import machine, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = cancel_list(workspace, code, now, reason=reason, dry_run=dry_run)
    common.out.show(lambda: machine.list_cancelled(done), lambda: terminal.list_cancelled(done))
