"""`zeren policy …`: the rules as they are, and moving running assignments to them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, UsageError, alone, enter, rules


def show(*, common: Common = COMMON) -> None:
    """Show the ladders as they are configured now."""
    from responsibility.views import machine_policy, terminal

    settings = rules(common)
    common.out.show(
        lambda: machine_policy.policy(settings.policy, settings.hours),
        lambda: terminal.policy(settings.policy, settings.chain, settings.hours),
    )


def apply(
    *,
    to: Annotated[str, Parameter(help="哪份清单在办的任务，如 L1")],
    dry_run: Annotated[bool, Parameter(negative="", help="只看会变什么，什么都不写入")] = False,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative="", help="不再问，直接改")] = False,
    common: Timed = TIMED,
) -> None:
    """Move a list's running assignments to the policy as it is now."""
    from responsibility.usecases.policies import apply_policy, preview_policy
    from responsibility.views import machine_policy, terminal

    workspace = enter(common)
    known = workspace.settings.policy, workspace.settings.chain
    with alone(common, workspace) as now:
        planned = preview_policy(workspace, to, now)
        if not dry_run and planned.assignments and not yes:
            if not _agreed(common, lambda: terminal.policy_applied(planned, *known, asking=True)):
                return common.out.done("没有改动。")
            yes = True
        done = planned if dry_run or not planned.assignments else apply_policy(workspace, to, now)
    common.out.show(
        lambda: machine_policy.policy_applied(done), lambda: terminal.policy_applied(done, *known, asking=False)
    )


def _agreed(common: Timed, picture: Callable[[], Any]) -> bool:
    """Whether whoever sits at the terminal says yes to what is shown; refused where nobody sits there."""
    if common.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("改规则要先确认，这里没有人可以回答，没有改动", "先看：加 --dry-run；确认要改：加 --yes")
    common.out.paint(picture())
    try:
        answer = input("照此改用现行规则？输入 y 确认，其他放弃：")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes", "是")
