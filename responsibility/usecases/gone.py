"""Why there is nothing left to tell: what became untrue between the sweep and the moment its message goes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from responsibility.core.assignment import State
from responsibility.core.escalation import Clock, kind_of, milestone_of, runs

#: How many different reasons are named.
_NAMED = 3

#: In a state in which a clock stands still, by the state.
_BY_STATE = {
    State.DRAFT: "已收回",
    State.ISSUED: "已重新交办",
    State.SIGNED: "已签收",
    State.IN_PROGRESS: "已在办理",
    State.SUBMITTED: "已报结",
    State.RETURNED: "已退回重办",
    State.CLOSED: "已销号",
    State.SUSPENDED: "已暂缓",
    State.CANCELLED: "已撤销",
}

#: Where a clock was started anew since the notice, by its kind.
_BY_CLOCK = {
    Clock.SIGN: "已重新交办",
    Clock.FINISH: "时限已改或重新计时",
    Clock.VERIFY: "已重新报结",
    Clock.REPORT: "已反馈或进入下一期",
    Clock.BEHIND: "进度已有变化",
    Clock.MILESTONE: "时限已改或重新计时",
    Clock.REVIEW: "已回头看",
}


@dataclass(frozen=True, slots=True)
class Gone:
    """A message of which nothing is true any more; `reason` says why, in Chinese."""

    reason: str


def why_untrue(row: Any) -> str:
    """Why a notice, with assignment and clock as they stand now, is no longer true; empty where it still is."""
    state = State(row.state)
    if not runs(row.clock, state):
        return _BY_STATE[state]
    number = milestone_of(row.clock)
    if number is not None and number <= row.milestones_done:
        return "节点已完成"
    return "" if row.arming == row.arming_now else _BY_CLOCK[kind_of(row.clock)]


def gone(rows: Iterable[Any]) -> Gone:
    """Why none of these notices is true any more: the commonest reasons first."""
    reasons = Counter(why for row in rows if (why := why_untrue(row))).most_common()
    if not reasons:
        return Gone("没有要告知的事")
    said = "、".join(f"{why} {n} 项" if len(reasons) > 1 else why for why, n in reasons[:_NAMED])
    return Gone(f"任务{said}{'等' if len(reasons) > _NAMED else ''}")
