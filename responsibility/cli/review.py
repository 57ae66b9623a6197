"""`zeren review`: 回头看 of what has no end."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter
from responsibility.cli.verbs import As, Code, Words, told


def review(
    code: Code,
    /,
    *,
    verdict: Annotated[Literal["好", "较好", "一般", "差"], Parameter(help="结论；一般、差的退回整改")],
    text: Words = "",
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Record a review."""
    from responsibility.core.review import Verdict
    from responsibility.usecases import review as usecase
    from responsibility.views import machine

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = usecase.review(workspace, code, now, as_, verdict=Verdict(verdict), text=text)
    common.out.show(lambda: machine.reviewed(done), lambda: told(done, _found(done)))


def _found(done: Any) -> str:
    """What was found, and what follows from it."""
    recorded = done.recorded
    finish = recorded["finish"]
    parts = [
        f"结论：{recorded['verdict']}",
        f"整改到 {finish['due_on']}" if finish else "",
        f"下次回头看 {recorded['review']['due_on']}",
    ]
    return "；".join(part for part in parts if part)
