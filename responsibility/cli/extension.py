"""`zeren extension …`: deciding what `zeren extend` asked for."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter, read_date, read_now
from responsibility.cli.verbs import As, Code


def list_(
    *,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="也列出已经答复的")] = False,
    as_: Annotated[str | None, Parameter(name="--as", help="只列等这个岗位答复的，如 LD01")] = None,
    common: Timed = TIMED,
) -> None:
    """Show what was asked for."""
    from responsibility.usecases.extension import asked_for
    from responsibility.views import machine_extensions, terminal

    workspace = enter(common)
    zone = workspace.settings.zone
    rows = asked_for(workspace, everything=all_, now=read_now(common.now, zone), whom=as_)
    common.out.show(lambda: machine_extensions.extensions(rows, zone), lambda: terminal.extensions(rows, as_))


def approve(
    code: Code,
    /,
    *,
    to: Annotated[str | None, Parameter(help="改定的日期，如 2023-10-20；默认照申请的")] = None,
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Agree."""
    from responsibility.usecases import extension

    day = read_date(to, "--to") if to is not None else None
    workspace = enter(common)
    with alone(common, workspace) as now:
        _tell(common, extension.approve(workspace, code, now, as_, to=day))


def reject(
    code: Code,
    /,
    *,
    reason: Annotated[str, Parameter(help="不同意的原因，申请人会看到")],
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Refuse."""
    from responsibility.usecases import extension

    workspace = enter(common)
    with alone(common, workspace) as now:
        _tell(common, extension.reject(workspace, code, now, as_, reason=reason))


def _tell(common: Timed, done: Any) -> None:
    from responsibility.views import machine_extensions, terminal

    common.out.show(lambda: machine_extensions.extension_decided(done), lambda: terminal.extension_decided(done))
