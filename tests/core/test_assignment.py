"""The life of an assignment: what may follow what, and the light it shows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core.assignment import Action, Light, State, Work, advance, expected, light, progress, worst
from responsibility.core.errors import IllegalTransition

OFFICE = timezone(timedelta(hours=8))

#: state → {action: the state after}; every other pair is refused.
LIFE = {
    "draft": {"issue": "issued"},
    "issued": {
        "sign": "signed",
        "extend": "issued",
        "suspend": "suspended",
        "cancel": "cancelled",
        "delegate": "issued",
    },
    "signed": {
        "report": "in_progress",
        "submit": "submitted",
        "extend": "signed",
        "suspend": "suspended",
        "cancel": "cancelled",
        "delegate": "signed",
    },
    "in_progress": {
        "report": "in_progress",
        "reject": "in_progress",
        "submit": "submitted",
        "extend": "in_progress",
        "suspend": "suspended",
        "cancel": "cancelled",
        "delegate": "in_progress",
    },
    "submitted": {
        "return": "returned",
        "close": "closed",
        "suspend": "suspended",
        "cancel": "cancelled",
        "delegate": "submitted",
    },
    "returned": {
        "report": "in_progress",
        "submit": "submitted",
        "extend": "returned",
        "suspend": "suspended",
        "cancel": "cancelled",
        "delegate": "returned",
    },
    "closed": {"return": "returned"},
    "suspended": {"resume": "issued", "cancel": "cancelled"},
    "cancelled": {"issue": "issued"},
}
#: Reviews are held in every state but these; what is found wanting goes back.
for state in set(LIFE) - {"draft", "suspended", "cancelled"}:
    LIFE[state] |= {"review": state, "rectify": "returned"}
#: What is done to sets, or to long-term items alone, and never offered instead of something else.
NOT_OFFERED = {"issue", "review", "rectify"}
PAIRS = list(product(State, Action))
LEGAL = [(state, action) for state, action in PAIRS if action in LIFE[state]]
ILLEGAL = [pair for pair in PAIRS if pair not in LEGAL]
STATES = dict(
    zip(State, ["拟定", "已交办", "已签收", "办理中", "待审核", "退回重办", "已销号", "暂缓", "撤销"], strict=True)
)
VERBS = dict(
    zip(
        Action,
        [
            "交办",
            "签收",
            "反馈",
            "退回反馈",
            "报结",
            "退回",
            "销号",
            "撤销",
            "暂缓",
            "恢复",
            "申请延期",
            "委托代办",
            "回头看",
            "回头看",
        ],
        strict=True,
    )
)


@pytest.mark.parametrize(("state", "action"), LEGAL)
def test_an_act_that_fits_leads_on(state: State, action: Action) -> None:
    assert advance(state, action, "L1-03.Z01") is State(LIFE[state][action])


@pytest.mark.parametrize(("state", "action"), ILLEGAL)
def test_an_act_that_does_not_fit_is_refused_in_chinese(state: State, action: Action) -> None:
    with pytest.raises(IllegalTransition) as refused:
        advance(state, action, "L1-03.Z01")
    message, hint = refused.value.message, refused.value.hint
    assert message == f"L1-03.Z01现为“{STATES[state]}”，不能{VERBS[action]}"
    assert re.search("[一-鿿]", hint)
    assert "zeren issue" not in hint  # issuing is what `zeren assign` does
    assert refused.value.exit_code == 1


@pytest.mark.parametrize("state", [state for state in State if set(LIFE[state]) - NOT_OFFERED])
def test_a_refusal_names_every_command_that_is_possible_instead(state: State) -> None:
    with pytest.raises(IllegalTransition) as refused:
        advance(state, Action.ISSUE, "L1-03.Z01")
    commands = re.findall(r"zeren (\w+) L1-03\.Z01", refused.value.hint)
    assert commands == [action for action in LIFE[state] if action not in NOT_OFFERED]
    assert all(VERBS[Action(command)] in refused.value.hint for command in commands)


def test_what_is_cancelled_offers_no_command() -> None:
    with pytest.raises(IllegalTransition) as refused:
        advance(State.CANCELLED, Action.REPORT, "L1-03.Z01")
    assert "zeren" not in refused.value.hint
    assert "已了结" in refused.value.hint


def test_what_is_resumed_goes_back_to_where_it_was() -> None:
    assert advance(State.SUSPENDED, Action.RESUME, before=State.SUBMITTED) is State.SUBMITTED


def test_a_refusal_without_a_code_still_reads_as_a_sentence() -> None:
    with pytest.raises(IllegalTransition) as refused:
        advance(State.ISSUED, Action.CLOSE)
    assert refused.value.message == "该任务现为“已交办”，不能销号"
    assert (
        refused.value.hint
        == "现在可以：签收 zeren sign、申请延期 zeren extend、暂缓 zeren suspend、撤销 zeren cancel、"
        "委托代办 zeren delegate"
    )


def at(text: str) -> datetime:
    """An instant of October 2023 in office time: `11 00:00`."""
    return datetime.strptime(f"2023-10-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=OFFICE)


def october(day: int) -> date:
    return date(2023, 10, day)


#: Ten days of work: the line rises by ten points a day; due soon from the 7th, overdue from the 11th.
WORK = Work(State.IN_PROGRESS, october(1), october(10), at("11 00:00"), at("07 00:00"))
LONG_TERM = Work(State.IN_PROGRESS, october(1), None, None, None)
TOLERANCE = 10.0


def shown(now: datetime, work: Work = WORK, tolerance: float = TOLERANCE, **changes: Any) -> Light:
    return light(replace(work, **changes), now, now.date(), tolerance)


@pytest.mark.parametrize(
    ("now", "changes", "expected_light"),
    [
        ("20 08:30", {"state": State.CLOSED}, "closed"),  # closed, though late
        ("05 08:30", {"state": State.CLOSED, "percent": 0}, "closed"),  # closed, though nothing was reported
        ("20 08:30", {"state": State.SUSPENDED}, "suspended"),  # suspended before overdue
        ("08 08:30", {"state": State.SUSPENDED, "submitted_late": True}, "suspended"),  # and before all else
        ("11 00:00", {}, "overdue"),  # on the instant
        ("11 00:00", {"percent": 100}, "overdue"),  # all done and not submitted is late
        ("20 08:30", {"percent": 5}, "overdue"),  # overdue before behind
        ("20 08:30", {"state": State.ISSUED}, "overdue"),  # not even signed
        ("20 08:30", {"state": State.SIGNED}, "overdue"),  # signed, nothing more
        ("20 08:30", {"state": State.RETURNED}, "overdue"),  # back with its owner
        ("10 17:00", {"due_at": at("10 17:00")}, "overdue"),  # a time of day was written
        ("10 16:59", {"due_at": at("10 17:00")}, "due_soon"),  # a minute before it
        ("10 23:59", {}, "due_soon"),  # the last minute
        ("07 00:00", {}, "due_soon"),  # on the moment of the first rung
        ("07 00:00", {"percent": 0}, "due_soon"),  # due soon before behind
        ("11 00:00", {"soon_at": None}, "overdue"),  # a ladder without rungs
        ("08 08:30", {"soon_at": None}, "on_schedule"),  # without them nothing is due soon
        ("06 23:59", {"percent": 0}, "behind"),  # behind until then
        ("06 08:30", {"percent": 50}, "on_schedule"),  # on the line
        ("06 08:30", {}, "on_schedule"),  # nothing to measure by
        ("20 08:30", {"state": State.SUBMITTED}, "on_schedule"),  # submitted in time, the office takes long
        ("20 08:30", {"state": State.SUBMITTED, "submitted_late": True}, "overdue"),  # submitted late stays late
        ("08 08:30", {"state": State.SUBMITTED}, "on_schedule"),  # not due soon any more
        ("06 08:30", {"state": State.SUBMITTED, "percent": 0}, "on_schedule"),  # nor behind
        ("20 08:30", {"state": State.RETURNED, "due_on": None, "due_at": None, "soon_at": None}, "on_schedule"),  # 长期
    ],
)
def test_the_first_light_that_fits_is_shown(now: str, changes: dict[str, Any], expected_light: str) -> None:
    assert shown(at(now), **changes) == expected_light


@pytest.mark.parametrize(
    ("day", "changes", "behind"),
    [
        # per cent: the line stands at 50 on the 6th, ten points below are tolerated
        (6, {"percent": 40}, False),  # the edge of the tolerance
        (6, {"percent": 39}, True),  # a point below it
        (6, {"percent": 90}, False),  # ahead
        (1, {"percent": 0}, False),  # the first day: the line has not risen
        (2, {"percent": 0}, False),  # 10 points, all tolerated
        (3, {"percent": 0}, True),  # 20 points are not
        # count
        (6, {"counted": 1, "target": 4}, True),  # 25 of 50
        (6, {"counted": 2, "target": 4}, False),  # on the line
        (6, {"counted": 2, "target": 5}, False),  # 40: the edge again
        (6, {"counted": 0, "target": 5}, True),  # nothing counted yet
        (6, {"counted": 9, "target": 4}, False),  # more than asked for
        # milestones
        (6, {"milestones": (october(5), october(10))}, True),  # missed yesterday
        (5, {"milestones": (october(5), october(10))}, False),  # its own day is left
        (6, {"milestones": (october(5), october(10)), "milestones_done": 1}, False),  # done
        (6, {"milestones": (october(3), october(5)), "milestones_done": 1}, True),  # only the first of two
        (6, {"milestones": (october(5), october(10)), "percent": 100}, True),  # per cent does not undo a miss
        (6, {"milestones": (october(5),), "milestones_done": 1, "percent": 10}, True),  # nor a milestone a lag
        # no measure
        (6, {}, False),  # never
        (6, {"counted": 3}, False),  # a count without a target measures nothing
        (6, {"state": State.ISSUED}, False),  # not signed and nothing to measure
    ],
)
def test_behind_is_a_missed_milestone_or_a_lag_beyond_tolerance(
    day: int, changes: dict[str, Any], behind: bool
) -> None:
    assert shown(at(f"{day:02} 08:30"), **changes) == ("behind" if behind else "on_schedule")


@pytest.mark.parametrize(
    ("tolerance", "behind"),
    [
        (0.0, True),  # none: a point is a lag
        (0.9, True),  # less than the lag
        (1.0, False),  # exactly the lag
        (100.0, False),  # all of it
    ],
)
def test_policy_says_how_far_below_the_line_is_tolerated(tolerance: float, behind: bool) -> None:
    assert shown(at("06 08:30"), tolerance=tolerance, percent=49) == ("behind" if behind else "on_schedule")


def test_long_term_work_is_never_late_and_never_behind_by_per_cent() -> None:
    assert shown(datetime(2033, 10, 1, tzinfo=OFFICE), LONG_TERM, percent=0) == "on_schedule"


@pytest.mark.parametrize(
    ("today", "line"),
    [
        (date(2023, 9, 20), 0.0),  # before the start
        (october(1), 0.0),  # the first day
        (october(2), 10.0),  # a tenth of ten days
        (october(6), 50.0),  # half
        (october(10), 90.0),  # the due date itself is still ahead
        (october(11), 100.0),  # past
        (date(2023, 12, 1), 100.0),  # and not more
    ],
)
def test_the_line_rises_straight_from_start_to_due_date(today: date, line: float) -> None:
    assert expected(WORK, today) == pytest.approx(line)


def test_without_a_due_date_the_line_never_rises() -> None:
    assert expected(LONG_TERM, date(2033, 10, 1)) == 0.0


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({}, None),  # nothing reported, nothing to count
        ({"counted": 3}, None),  # no target
        ({"percent": 0}, 0),  # reported nought is a measure
        ({"percent": 35}, 35),  # as reported
        ({"counted": 0, "target": 4}, 0),  # of a target
        ({"counted": 1, "target": 3}, 33),  # rounded down
        ({"counted": 4, "target": 4}, 100),  # all
        ({"counted": 9, "target": 4}, 100),  # and not more
        ({"percent": 35, "counted": 3, "target": 4}, 75),  # the furthest of both
        ({"percent": 80, "counted": 3, "target": 4}, 80),  # either way round
        ({"state": State.CLOSED}, 100),  # closed is done
        ({"state": State.CLOSED, "percent": 20}, 100),  # whatever was reported
        ({"state": State.SUBMITTED, "percent": 90}, 90),  # submitted is not done yet
    ],
)
def test_progress_is_the_furthest_reported(changes: dict[str, Any], reached: int | None) -> None:
    assert progress(replace(WORK, **changes)) == reached


#: From the best to the worst.
ORDER = ["closed", "suspended", "on_schedule", "behind", "due_soon", "overdue"]


@pytest.mark.parametrize(("better", "worse"), [(a, b) for n, a in enumerate(ORDER) for b in ORDER[n:]])
def test_the_worse_of_two_lights_wins_in_either_order(better: str, worse: str) -> None:
    assert worst([Light(better), Light(worse)]) == worse
    assert worst([Light(worse), Light(better)]) == worse


def test_the_worst_of_all_lights_is_overdue_and_of_none_on_schedule() -> None:
    assert worst(Light) == "overdue"
    assert worst([]) == "on_schedule"


DAYS = st.dates(october(1), date(2023, 11, 30))
INSTANTS = st.integers(-30 * 24 * 60, 90 * 24 * 60).map(lambda minutes: at("01 00:00") + timedelta(minutes=minutes))
WORKS = st.builds(
    Work,
    state=st.sampled_from(State),
    starts_on=st.dates(date(2023, 9, 1), october(1)),
    due_on=DAYS,
    due_at=st.none() | INSTANTS,
    soon_at=st.none() | INSTANTS,
    percent=st.none() | st.integers(0, 100),
    counted=st.integers(0, 9),
    target=st.none() | st.integers(1, 9),
    milestones_done=st.integers(0, 3),
    milestones=st.lists(DAYS, max_size=3).map(tuple),
    submitted_late=st.booleans(),
)


@given(WORKS, INSTANTS, st.floats(0, 100))
@settings(deadline=None)
def test_a_closed_assignments_light_is_closed_whatever_else(work: Work, now: datetime, tolerance: float) -> None:
    assert shown(now, work, tolerance, state=State.CLOSED) is Light.CLOSED


@given(WORKS, INSTANTS, st.floats(0, 100))
@settings(deadline=None)
def test_only_what_is_closed_shows_closed(work: Work, now: datetime, tolerance: float) -> None:
    assert (shown(now, work, tolerance) is Light.CLOSED) == (work.state is State.CLOSED)


@given(WORKS, INSTANTS, st.integers(0, 100), st.integers(0, 100), st.floats(0, 100))
@settings(deadline=None)
def test_reporting_more_never_worsens_the_light(
    work: Work, now: datetime, percent: int, more: int, tolerance: float
) -> None:
    before = shown(now, work, tolerance, percent=percent)
    after = shown(now, work, tolerance, percent=max(percent, more))
    assert worst([before, after]) is before


@given(WORKS.filter(lambda work: work.state is not State.SUBMITTED), INSTANTS, st.integers(0, 9000))
@settings(deadline=None)
def test_time_alone_never_takes_an_overdue_light_away(work: Work, now: datetime, minutes: int) -> None:
    later = now + timedelta(minutes=minutes)
    if shown(now, work) is Light.OVERDUE:
        assert shown(later, work) is Light.OVERDUE
