"""`zeren deadline`."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, read_date, read_now
from responsibility.core.errors import FileMissing, InputProblems, Problem, WorkspaceError


def deadline(
    phrase: Annotated[str | None, Parameter(name="phrase", help="时限，如 9月底前")] = None,
    /,
    *,
    issued_on: Annotated[str | None, Parameter(help="印发日期；默认今天")] = None,
    from_: Annotated[
        Path | None, Parameter(name="--from", help="一行一个时限的表格（制表符分隔：时限、印发日期），逐行输出 JSON")
    ] = None,
    common: Timed = TIMED,
) -> None:
    """Say how a phrase is read, and why."""
    from responsibility.core.deadline import read, to_json

    settings = _settings(common)
    days = settings.default_terms.immediate
    if from_ is not None:
        for text, day in _lines(from_):
            print(json.dumps(to_json(read(text, day, settings.calendar, days), settings.zone), ensure_ascii=False))
        return
    if not phrase or not phrase.strip():
        raise UsageError("没有写时限", "例：zeren deadline 9月底前 --issued-on 2023-09-11")
    today = read_now(common.now, settings.zone).astimezone(settings.zone).date()
    found = read(
        phrase, read_date(issued_on, "--issued-on") if issued_on is not None else today, settings.calendar, days
    )
    common.out.show(lambda: to_json(found, settings.zone), lambda: _told(found))


def _settings(common: Timed) -> Any:
    """The workspace's settings, or the default ones where there is no workspace."""
    from responsibility.settings import bundled, load
    from responsibility.usecases.workspace import find_root

    try:
        return load(find_root(common.workspace, os.environ, Path.cwd()), os.environ)
    except WorkspaceError:
        if common.workspace is not None:
            raise
        return load(bundled("config").parent, os.environ)


def _lines(path: Path) -> list[tuple[str, date]]:
    """Phrase and day of issue of each line; InputProblems lists every line that has no day."""
    if not path.is_file():
        raise FileMissing(f"找不到文件 {path}", "检查路径")
    found, problems = [], []
    for number, line in enumerate(_text(path).splitlines(), 1):
        phrase, _, rest = line.partition("\t")
        written = rest.partition("\t")[0].strip()
        if not line.strip() or (number == 1 and written and not written[0].isdigit()):
            continue
        try:
            found.append((phrase, read_date(written, "印发日期")))
        except UsageError as error:
            message = error.message if written else "没有印发日期，一行应有两列，用制表符分开：时限、2023-09-11"
            problems.append(Problem(path.name, "", f"第 {number} 行", "" if written else line, message))
    if problems:
        raise InputProblems(problems)
    return found


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    problem = Problem(path.name, "", "", "", "不是文本文件，应为 UTF-8 或 GB18030 编码、用制表符分列的表格")
    raise InputProblems([problem])


def _told(found: Any) -> str:
    due = (
        f"{found.due_on}" + (f" {found.due_time:%H:%M}" if found.due_time else "") if found.due_on else "没有确定的日期"
    )
    lines = [f"“{found.phrase}” → {due}", f"  {found.because}"]
    if found.starts_on:
        lines.append(f"  自 {found.starts_on} 起")
    if found.rrule:
        lines.append(f"  重复：{found.rrule}")
    lines += [f"  节点 {step.due_on} {step.title}" for step in found.milestones]
    if found.soft:
        lines.append("  口气是“原则上、力争”，日期照算，另作标记")
    if found.provisional:
        lines.append("  那一年的放假安排还没有公布，日期是暂定的")
    if found.needs_confirmation:
        lines.append(
            "  需要确认：" + ("；".join(f"{at}. {r}" for at, r in enumerate(found.readings, 1)) or "请给出日期")
        )
    return "\n".join(lines)
