"""The life of an assignment: states, the transition table, progress, lights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from responsibility.core.errors import IllegalTransition


class State(StrEnum):
    """Where an assignment stands."""

    #: Laid, not yet handed over (拟定).
    DRAFT = "draft"
    #: Handed over (已交办).
    ISSUED = "issued"
    #: Received by its owner (已签收).
    SIGNED = "signed"
    #: Reported on (办理中).
    IN_PROGRESS = "in_progress"
    #: Reported done, waiting for the office (待审核).
    SUBMITTED = "submitted"
    #: Not good enough, to be done again (退回重办).
    RETURNED = "returned"
    #: Done (已销号).
    CLOSED = "closed"
    #: All clocks stand still (暂缓).
    SUSPENDED = "suspended"
    #: Taken back (撤销).
    CANCELLED = "cancelled"


class Action(StrEnum):
    """The verbs of an assignment's life."""

    #: 交办
    ISSUE = "issue"
    #: 签收
    SIGN = "sign"
    #: 反馈
    REPORT = "report"
    #: 退回反馈: the last report does not count
    REJECT = "reject"
    #: 报结
    SUBMIT = "submit"
    #: 退回
    RETURN = "return"
    #: 销号
    CLOSE = "close"
    #: 撤销: taken back
    CANCEL = "cancel"
    #: 暂缓: all clocks stand still
    SUSPEND = "suspend"
    #: 恢复: back to the state before
    RESUME = "resume"
    #: 申请延期: changes no state
    EXTEND = "extend"
    #: 委托代办: another post acts until a date; changes no state
    DELEGATE = "delegate"
    #: 回头看, found good: changes no state
    REVIEW = "review"
    #: 回头看, found wanting: back to be rectified
    RECTIFY = "rectify"


#: The states in which a review can be held: after close too, for what has no end.
REVIEWED_IN = (State.ISSUED, State.SIGNED, State.IN_PROGRESS, State.SUBMITTED, State.RETURNED, State.CLOSED)

#: What may follow what; anything not listed is refused. What is resumed goes back to the state it was suspended in.
TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.ISSUE): State.ISSUED,
    (State.ISSUED, Action.SIGN): State.SIGNED,
    (State.SIGNED, Action.REPORT): State.IN_PROGRESS,
    (State.IN_PROGRESS, Action.REPORT): State.IN_PROGRESS,
    (State.RETURNED, Action.REPORT): State.IN_PROGRESS,
    (State.IN_PROGRESS, Action.REJECT): State.IN_PROGRESS,
    (State.SIGNED, Action.SUBMIT): State.SUBMITTED,
    (State.IN_PROGRESS, Action.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.RETURN): State.RETURNED,
    (State.SUBMITTED, Action.CLOSE): State.CLOSED,
    (State.CLOSED, Action.RETURN): State.RETURNED,
    (State.ISSUED, Action.EXTEND): State.ISSUED,
    (State.SIGNED, Action.EXTEND): State.SIGNED,
    (State.IN_PROGRESS, Action.EXTEND): State.IN_PROGRESS,
    (State.RETURNED, Action.EXTEND): State.RETURNED,
    (State.ISSUED, Action.SUSPEND): State.SUSPENDED,
    (State.SIGNED, Action.SUSPEND): State.SUSPENDED,
    (State.IN_PROGRESS, Action.SUSPEND): State.SUSPENDED,
    (State.SUBMITTED, Action.SUSPEND): State.SUSPENDED,
    (State.RETURNED, Action.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Action.RESUME): State.ISSUED,
    (State.ISSUED, Action.CANCEL): State.CANCELLED,
    (State.SIGNED, Action.CANCEL): State.CANCELLED,
    (State.IN_PROGRESS, Action.CANCEL): State.CANCELLED,
    (State.SUBMITTED, Action.CANCEL): State.CANCELLED,
    (State.RETURNED, Action.CANCEL): State.CANCELLED,
    (State.SUSPENDED, Action.CANCEL): State.CANCELLED,
    (State.CANCELLED, Action.ISSUE): State.ISSUED,
    (State.ISSUED, Action.DELEGATE): State.ISSUED,
    (State.SIGNED, Action.DELEGATE): State.SIGNED,
    (State.IN_PROGRESS, Action.DELEGATE): State.IN_PROGRESS,
    (State.SUBMITTED, Action.DELEGATE): State.SUBMITTED,
    (State.RETURNED, Action.DELEGATE): State.RETURNED,
    **{(state, Action.REVIEW): state for state in REVIEWED_IN},
    **{(state, Action.RECTIFY): State.RETURNED for state in REVIEWED_IN},
}

#: Never offered as what could be done instead: done to sets (`assign`, `item reassign`), or to long-term items alone.
_NOT_OFFERED = (Action.ISSUE, Action.REVIEW, Action.RECTIFY)

STATE_NAMES = {
    State.DRAFT: "拟定",
    State.ISSUED: "已交办",
    State.SIGNED: "已签收",
    State.IN_PROGRESS: "办理中",
    State.SUBMITTED: "待审核",
    State.RETURNED: "退回重办",
    State.CLOSED: "已销号",
    State.SUSPENDED: "暂缓",
    State.CANCELLED: "撤销",
}
ACTION_NAMES = {
    Action.ISSUE: "交办",
    Action.SIGN: "签收",
    Action.REPORT: "反馈",
    Action.REJECT: "退回反馈",
    Action.SUBMIT: "报结",
    Action.RETURN: "退回",
    Action.CLOSE: "销号",
    Action.CANCEL: "撤销",
    Action.SUSPEND: "暂缓",
    Action.RESUME: "恢复",
    Action.EXTEND: "申请延期",
    Action.DELEGATE: "委托代办",
    Action.REVIEW: "回头看",
    Action.RECTIFY: "回头看",
}


def advance(state: State, action: Action, code: str = "", before: State | None = None) -> State:
    """The state after `action`; IllegalTransition says what would be possible instead.

    `before` is the state in which what is suspended was.
    """
    after = TRANSITIONS.get((state, action))
    if after is not None:
        return before if before is not None and action is Action.RESUME else after
    raise IllegalTransition(
        f"{code or '该任务'}现为“{STATE_NAMES[state]}”，不能{ACTION_NAMES[action]}", instead(state, code)
    )


def states_for(action: Action) -> list[State]:
    """The states in which `action` is possible."""
    return [state for state, listed in TRANSITIONS if listed is action]


def instead(state: State, code: str) -> str:
    """What can be done in this state."""
    if state is State.DRAFT:
        return "先交办：zeren assign"
    possible = [a for (s, a) in TRANSITIONS if s is state and a not in _NOT_OFFERED]
    if possible:
        return "现在可以：" + "、".join(f"{ACTION_NAMES[a]} zeren {a} {code}".rstrip() for a in possible)
    return "该任务已了结，不再接受办理动作"


class Light(StrEnum):
    """亮灯, computed and never stored; listed from the best to the worst."""

    #: 完成
    CLOSED = "closed"
    #: 暂缓
    SUSPENDED = "suspended"
    #: 按序时
    ON_SCHEDULE = "on_schedule"
    #: 滞后: a milestone or target missed while the deadline is not yet past
    BEHIND = "behind"
    #: 临期
    DUE_SOON = "due_soon"
    #: 逾期
    OVERDUE = "overdue"


LIGHT_NAMES = {
    Light.CLOSED: "完成",
    Light.SUSPENDED: "暂缓",
    Light.ON_SCHEDULE: "按序时",
    Light.BEHIND: "滞后",
    Light.DUE_SOON: "临期",
    Light.OVERDUE: "逾期",
}
SEVERITY = {light: at for at, light in enumerate(Light)}


def worst(lights: Iterable[Light]) -> Light:
    """The worst of some lights; `on_schedule` of none."""
    return max(lights, key=SEVERITY.__getitem__, default=Light.ON_SCHEDULE)


@dataclass(frozen=True, slots=True)
class Work:
    """What the light of one assignment depends on; equal works share one decision."""

    state: State
    #: The day its line starts from: the later of issue and the deadline's first day.
    starts_on: date
    due_on: date | None
    #: From this instant it is overdue.
    due_at: datetime | None
    #: From this instant it is due soon: its first finish rung.
    soon_at: datetime | None
    #: Reported per cent, 0-100, or None where none was reported.
    percent: int | None = None
    counted: int = 0
    target: int | None = None
    #: Milestones reported done, and the days they fall due.
    milestones_done: int = 0
    milestones: tuple[date, ...] = ()
    #: Submitted after the due date: the delay stays visible while the office verifies.
    submitted_late: bool = False


def rectified(work: Work, since: date) -> Work:
    """The same work while it is rectified: measured from that day, and no longer by the item's count and milestones."""
    return replace(work, starts_on=since, counted=0, target=None, milestones=(), milestones_done=0)


def measures(work: Work) -> list[int]:
    """What progress can be measured by, each 0-100: the reported per cent, and the count against its target."""
    known = [work.percent] if work.percent is not None else []
    if work.target:
        known.append(max(0, min(100, 100 * work.counted // work.target)))
    return known


def progress(work: Work) -> int | None:
    """0-100, the furthest of what was reported (milestones too), or None where there is nothing to measure by."""
    if work.state is State.CLOSED:
        return 100
    steps = [100 * work.milestones_done // len(work.milestones)] if work.milestones_done and work.milestones else []
    return max(measures(work) + steps, default=None)


def expected(work: Work, today: date) -> float:
    """The straight line from start to due date at the beginning of `today`, 0-100."""
    if work.due_on is None or today <= work.starts_on:
        return 0.0
    span = max(1, (work.due_on - work.starts_on).days + 1)
    return min(100.0, 100.0 * (today - work.starts_on).days / span)


def is_behind(work: Work, today: date, tolerance: float) -> bool:
    """Whether a milestone was missed, or any measure is below the line by more than `tolerance` points."""
    if sum(day < today for day in work.milestones) > work.milestones_done:
        return True
    return _below_the_line(work, today, tolerance)


def reminded_from(work: Work, tolerance: float) -> date | None:
    """The first day on which falling behind is worth a word, if nothing more is reported.

    A reported per cent is below the line by more than `tolerance` points; or a whole one of what is counted is missing:
    who has to meet once has nothing to show before the day, though the light already says behind. None where there is
    nothing to measure by, or it would not be before the due date is past.
    """
    if work.due_on is None or not measures(work):
        return None
    span = (work.due_on - work.starts_on).days + 1
    points = [work.percent] if work.percent is not None else []
    points += [100 * (work.counted + 1) // work.target] if work.target else []
    # A day short of where the line crosses, for what the division may have cut off.
    day = work.starts_on + timedelta(days=max(0, int(span * (min(points) + tolerance) / 100) - 1))
    while day <= work.due_on:
        if _is_short(work, expected(work, day) - tolerance):
            return day
        day += timedelta(days=1)
    return None


def _is_short(work: Work, line: float) -> bool:
    """Whether the per cent is below `line`, or a whole one is missing there."""
    below = work.percent is not None and work.percent < line
    return below or bool(work.target and work.counted + 1 <= work.target * line / 100)


def _below_the_line(work: Work, today: date, tolerance: float) -> bool:
    return any(reached < expected(work, today) - tolerance for reached in measures(work))


def light(work: Work, now: datetime, today: date, tolerance: float) -> Light:
    """The first light that fits (contract §2); `today` is `now` in office time."""
    if work.state is State.CLOSED:
        return Light.CLOSED
    if work.state is State.SUSPENDED:
        return Light.SUSPENDED
    if work.state is State.SUBMITTED:
        return Light.OVERDUE if work.submitted_late else Light.ON_SCHEDULE
    if work.due_at is not None and now >= work.due_at:
        return Light.OVERDUE
    if work.soon_at is not None and now >= work.soon_at:
        return Light.DUE_SOON
    return Light.BEHIND if is_behind(work, today, tolerance) else Light.ON_SCHEDULE
