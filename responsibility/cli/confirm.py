"""`zeren list confirm`: one question, all of them one by one, or a file of answers."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter, read_date, read_now


def confirm(
    code: Annotated[
        str | None, Parameter(name="code", help="重点工作编号，如 L1-07；不写就把待确认的逐项问一遍")
    ] = None,
    /,
    *,
    reading: Annotated[int | None, Parameter(help="选第几种读法")] = None,
    due: Annotated[str | None, Parameter(help="直接给日期，如 2023-09-30")] = None,
    phrase: Annotated[str | None, Parameter(help="重新写一个时限，如 12月15日前")] = None,
    from_: Annotated[
        Path | None, Parameter(name="--from", help="照答复文件确认：编号、答复两列，答复写读法的序号、日期或时限")
    ] = None,
    export: Annotated[Path | None, Parameter(help="把待确认的写成一份可填的答复文件（.csv）")] = None,
    common: Timed = TIMED,
) -> None:
    """Answer questions about deadlines."""
    single = sum(given is not None for given in (reading, due, phrase))
    if sum((code is not None or single > 0, from_ is not None, export is not None)) > 1:
        raise UsageError("编号、--from、--export 只写一个", "例：zeren list confirm --from 答复.csv")
    if from_ is not None:
        return _from_file(common, from_)
    if export is not None:
        return _export(common, export)
    if code is None:
        if single:
            raise UsageError("没有写编号", "例：zeren list confirm L1-07 --reading 1")
        return _walk(common)
    if single != 1:
        raise UsageError("--reading、--due、--phrase 要写一个，只写一个", f"例：zeren list confirm {code} --reading 1")
    return _one(common, code, reading, read_date(due, "--due") if due is not None else None, phrase)


def _one(common: Timed, code: str, reading: int | None, day: date | None, phrase: str | None) -> None:
    from responsibility.usecases.lists import confirm as settle

    workspace = enter(common)
    with alone(common, workspace) as now:
        settled = settle(workspace, code, now, reading=reading, due_on=day, phrase=phrase)
    common.out.show(
        lambda: {
            "code": code,
            "due_on": settled.due_on.isoformat() if settled.due_on else None,
            "because": settled.because,
        },
        lambda: f"{code} 的时限已确认：{settled.due_on or '长期'}。下一步：zeren assign",
    )


def _walk(common: Timed) -> None:
    """Ask each open question in the terminal; every answer is stored at once."""
    from responsibility.usecases.questions import open_questions, settle_one, walk
    from responsibility.views import terminal

    if common.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "没有写编号，这里也不是可以逐项问答的终端",
            "写一项：zeren list confirm L1-07 --reading 1；"
            "一次写完：zeren list confirm --export 待确认.csv，填好“答复”后 zeren list confirm --from 待确认.csv",
        )
    workspace = enter(common)
    asked = open_questions(workspace)
    if not asked:
        return common.out.paint("没有待确认的时限。下一步：zeren assign")
    place = {question.code: at for at, question in enumerate(asked, 1)}

    def ask(question: Any) -> str:
        common.out.paint(terminal.question(question, place[question.code], len(asked)))
        try:
            return input(terminal.prompt(question))
        except EOFError:
            return "q"

    def store(code: str, text: str) -> Any:
        with workspace.alone(common.out.say):
            done = settle_one(workspace, code, text, read_now(common.now, workspace.settings.zone))
        common.out.paint(terminal.settled(done))
        return done

    common.out.paint(terminal.how_to_answer(len(asked)))
    done, left = walk(asked, ask, store, lambda text: common.out.paint(f"  {text}"))
    common.out.paint(terminal.walked(len(done), left))


def _from_file(common: Timed, path: Path) -> None:
    from responsibility.usecases.questions import settle_from
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    with workspace.alone(common.out.say):
        done = settle_from(workspace, path, read_now(common.now, workspace.settings.zone))
    common.out.show(lambda: machine_office.answered(done), lambda: terminal.answered(done))


def _export(common: Timed, path: Path) -> None:
    from responsibility.usecases.questions import open_questions
    from responsibility.views.answers import write_questions

    _fresh(path)
    asked = open_questions(enter(common))
    write_questions(path, asked)
    common.out.show(
        lambda: {"file": str(path), "questions": len(asked)},
        lambda: f"已写出 {path}：{len(asked)} 项待确认。填好“答复”一列后：zeren list confirm --from {path}",
    )


def _fresh(path: Path) -> None:
    if path.exists():
        raise UsageError(f"{path} 已存在，没有覆盖", "换一个文件名，或先把它移走")
    if path.suffix.lower() != ".csv":
        raise UsageError(f"答复文件写成 csv，不能写成 {path.suffix or '没有后缀的文件'}", f"例如 {path.stem}.csv")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"没有 {path.absolute().parent} 这个目录", "换一个已有的目录，或先建好它")
