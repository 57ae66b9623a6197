"""`zeren brief …`: documents."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, UsageError, alone, enter
from responsibility.cli.verbs import As, Code
from responsibility.core.errors import ResponsibilityError


def notice(
    code: Code,
    /,
    *,
    kind: Annotated[
        str | None, Parameter(help="出哪一种：催办单、督办单、约谈通知、专报、通报；默认是现在这一档用的文书")
    ] = None,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="另存一份到这个文件（.docx 或 .pdf）")
    ] = None,
    pdf: Annotated[bool, Parameter(negative="", help="再转成 PDF（要装 LibreOffice）")] = False,
    again: Annotated[bool, Parameter(negative="", help="这一档已经出过的，用新的编号再出一份")] = False,
    dry_run: Annotated[bool, Parameter(negative="", help="只看各栏目和会用哪个编号，什么都不写入")] = False,
    as_: As = None,
    common: Timed = TIMED,
) -> int:
    """Make the document of a case."""
    from responsibility.usecases import documents
    from responsibility.views import machine_brief
    from responsibility.views.terminal import brief

    _check_output(output, pdf)
    workspace = enter(common)
    with alone(common, workspace) as now:
        made = documents.notice(workspace, code, now, as_, kind=kind, again=again, dry_run=dry_run)
    files, failure = _copies(common, workspace, made, output, pdf) if not dry_run else ([], None)
    record = {**machine_brief.made(made), "copies": [str(file) for file in files]}
    if failure is not None:
        record["error"] = {"code": failure.code, "message": failure.message, "hint": failure.hint}
        common.out.say(f"{failure.message}（{failure.hint}）")
    common.out.show(lambda: record, lambda: brief.made(made, [f"另存 {file}" for file in files]))
    return 1 if failure is not None else 0


def _check_output(output: Path | None, pdf: bool) -> None:
    if output is None:
        return
    if output.suffix.lower() not in (".docx", ".pdf"):
        raise UsageError(
            f"公文写成 docx 或 pdf，不能写成 {output.suffix or '没有后缀的文件'}", f"例如 {output.stem}.docx"
        )
    for file in (output, *([output.with_suffix(".pdf")] if pdf else [])):
        if file.exists():
            raise UsageError(f"{file} 已存在，没有覆盖", "换一个文件名，或先把它移走")
    if not output.absolute().parent.is_dir():
        raise UsageError(f"没有 {output.absolute().parent} 这个目录", "换一个已有的目录，或先建好它")


def _copies(
    common: Common, workspace: Any, made: Any, output: Path | None, pdf: bool
) -> tuple[list[Path], ResponsibilityError | None]:
    """The files besides the one in the register, and why one of them could not be made: the document stands."""
    from responsibility.usecases.documents import as_pdf

    files = []
    try:
        if output is not None and output.suffix.lower() == ".docx":
            files.append(Path(shutil.copyfile(workspace.root / made.path, output)))
        if pdf or (output is not None and output.suffix.lower() == ".pdf"):
            with common.out.working("正在转成 PDF……"):
                made_pdf, said = as_pdf(workspace, made)
            if said:
                common.out.say(said)
            files.append(Path(shutil.copyfile(made_pdf, output.with_suffix(".pdf"))) if output else made_pdf)
    except ResponsibilityError as failure:
        return files, failure
    except OSError as error:
        return files, ResponsibilityError(f"{made.path} 没有另存成（{error.strerror}）", "到 data/documents/ 里取")
    return files, None


def list_(
    *,
    year: Annotated[int | None, Parameter(help="只看这一年的，如 2023")] = None,
    kind: Annotated[str | None, Parameter(help="只看这一种，如 督办单")] = None,
    common: Common = COMMON,
) -> None:
    """Show the register of documents."""
    from responsibility.usecases.documents import registered
    from responsibility.views import machine_brief
    from responsibility.views.terminal import brief

    workspace = enter(common)
    rows, zone = registered(workspace, year, kind), workspace.settings.zone
    common.out.show(
        lambda: {"documents": [machine_brief.registered(row, zone) for row in rows]},
        lambda: brief.registered(rows, zone),
    )
