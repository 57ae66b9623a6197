"""`zeren urge`: the office urges by hand."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter, true_time
from responsibility.cli.verbs import As, Code


def urge(
    code: Code,
    /,
    *,
    note: Annotated[str, Parameter(help="要说的话，写在消息里")],
    rung: Annotated[
        str | None, Parameter(help="直接到哪一档，如 督办；默认是现在该到的那一档；已经说过的再说一遍")
    ] = None,
    all_: Annotated[bool, Parameter(name="--all", negative="", help="催办这一项的全部在办任务")] = False,
    as_: As = None,
    common: Timed = TIMED,
) -> int:
    """Urge by hand and deliver at once."""
    from flows.timer import Running
    from responsibility.usecases.couriers import opened
    from responsibility.usecases.deliver import deliver
    from responsibility.usecases.urge import urge as act
    from responsibility.views import machine_policy, terminal

    workspace = enter(common, sending=True)
    with alone(common, workspace) as now:
        timer = Running.at(now)
        urged = act(workspace, code, now, as_, note=note, rung=rung, everyone=all_)
    with opened(workspace, sys.stderr if common.json else sys.stdout, true_time) as by:
        done = deliver(workspace, by, timer)
    outcome: dict[str, Any] = {**done.counts, "held": done["held"] + urged.held}
    common.out.show(lambda: machine_policy.urged(urged, outcome), lambda: terminal.urged(urged, outcome, done.faults))
    return 1 if done["failed"] else 0
