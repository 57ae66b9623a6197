"""`zeren template …`: the words of messages: which there are, what they make, a copy to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, UsageError, alone, enter


def list_(*, common: Common = COMMON) -> int:
    """Show the templates; exits 1 where one is broken."""
    from responsibility.usecases.templates import listed
    from responsibility.views import machine_templates
    from responsibility.views.terminal.templates import templates

    rows = listed(enter(common))
    common.out.show(lambda: machine_templates.listed(rows), lambda: templates(rows))
    return 1 if any(row.fault for row in rows) else 0


def copy(
    name: Annotated[
        str,
        Parameter(help="模板名，如 digest.txt、督办单、digest.mail.html；公文的写 督办单.docx"),
    ],
    /,
    *,
    common: Common = COMMON,
) -> None:
    """Put a template that came with the program into config/templates."""
    from responsibility.usecases.templates import copy
    from responsibility.views import machine_templates

    path = copy(enter(common), name)
    look = "zeren doctor" if path.suffix == ".docx" else f"zeren template preview {path.name}"
    common.out.show(
        lambda: machine_templates.copied(path),
        lambda: f"已放好 {path}，可以改了。改完看一看：{look}",
    )


def preview(
    name: Annotated[
        str, Parameter(help="模板名；默认 digest（提醒），也可写 handover、督办单、digest.mail.txt")
    ] = "digest",
    /,
    *,
    for_: Annotated[str | None, Parameter(name="--for", help="当作发给哪个岗位，如 Z01S；默认任意一个")] = None,
    channel: Annotated[str | None, Parameter(help="当作走哪个渠道；默认正在用的第一个")] = None,
    html: Annotated[Path | None, Parameter(help="把网页样式存成这个文件，用浏览器看")] = None,
    common: Timed = TIMED,
) -> int:
    """Show a message as it would go out; exits 1 where a template of the office's is broken."""
    from responsibility.settings.wholefile import put
    from responsibility.usecases.preview import preview
    from responsibility.views import machine_templates
    from responsibility.views.terminal.templates import previewed

    if html is not None and (html.exists() or not html.absolute().parent.is_dir()):
        raise UsageError(f"{html} 已存在，或没有它所在的目录，没有写", "换一个文件名，或先把它移走")
    workspace = enter(common)
    with alone(common, workspace) as now:
        shown = preview(workspace, now, name, for_, channel, page=html is not None or common.json or None)
    if html is not None:
        if not shown.said.html:
            raise UsageError("这个模板没有网页样式，没有写文件", "zeren template copy 名字.html 放一个来改")
        put(html, shown.said.html.encode())
    common.out.show(lambda: machine_templates.previewed(shown), lambda: previewed(shown, html))
    return 1 if shown.said.faults else 0
