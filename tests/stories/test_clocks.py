"""Reporting, falling behind, milestones: clocks of their own, each with its ladder."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.assignment import Light
from responsibility.core.errors import IllegalTransition, ResponsibilityError
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.status import show
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World


def ledger_explains_it(world: World) -> None:
    """The state is what the ledger says, and nothing in it was touched."""
    live = [world.rows(query) for query in (STATE, CLOCKS)]
    with rebuilt(world.workspace.engine) as connection:
        assert [connection.exec_driver_sql(query).all() for query in (STATE, CLOCKS)] == live
    assert verify(world.workspace)[1] == []


def clocks(world: World, code: str = "L1-01.A") -> dict[str, date]:
    """Where the running clocks of an assignment stand: kind (and number of the milestone) → due date."""
    [one] = [a for a in show(world.workspace, code.split(".")[0], world.now).assignments if a.code == code]
    return {f"{c.clock}{c.milestone or ''}": c.due_on for c in one.clocks if c.next_at is not None}


def where(world: World, code: str = "L1-01.A") -> dict[str, tuple[str, str]]:
    """The rung each running clock of an assignment is on, and the next."""
    [one] = [a for a in show(world.workspace, code.split(".")[0], world.now).assignments if a.code == code]
    return {c.clock: (c.rung_name, c.next_rung_name) for c in one.clocks if c.next_at is not None}


def light(world: World, code: str = "L1-01.A") -> Light:
    views = show(world.workspace, code.split(".")[0], world.now).assignments
    return next(one.light for one in views if one.code == code)


# -- reporting ------------------------------------------------------------------------------------------------------


def test_signed_and_then_forgotten_climbs_with_every_period_missed(any_world: World) -> None:
    """Every Friday; nothing is heard for four weeks."""
    world = any_world
    world.given(by="12月31日前", report="每周五")
    assert "report" not in clocks(world)
    world.signed("L1-01.A")
    assert clocks(world)["report"] == date(2023, 9, 15)
    world.fast_forward(days=7)  # to Monday 18
    [told] = world.expects("甲支部书记", "反馈催办")
    assert told.clock == "report"
    assert "应于9月15日前反馈，已超过 1 个工作日" in told.reason
    world.fast_forward(days=7)  # Monday 25: the second
    [again] = world.expects("甲支部书记", "反馈再催")
    assert "连续 2 期没有反馈" in again.reason
    world.fast_forward(days=14)  # the third and the fourth were due in the holidays: on 7 October the fourth is told
    world.expects("甲支部书记", "签而不办报告")
    [leader] = world.expects("分管领导甲", "签而不办报告")
    assert (leader.nth, leader.light) == (1, Light.ON_SCHEDULE)
    assert "连续 4 期没有反馈" in leader.reason
    world.expects_nothing()
    ledger_explains_it(world)


def test_every_further_period_is_told_on_the_highest_rung_again(any_world: World) -> None:
    """The fifth and the sixth period without a report: the same rung, each a notice of its own that goes out."""
    world = any_world
    world.given(by="12月31日前", report="每周五")
    world.signed("L1-01.A")
    for monday, nth in (("2023-10-09", 1), ("2023-10-16", 2), ("2023-10-23", 3)):
        world.to(monday)
        sent = len(world.courier.parcels)
        world.sweep()
        world.expects("甲支部书记", "签而不办报告")
        [leader] = world.expects("分管领导甲", "签而不办报告")
        assert leader.nth == nth
        assert len(world.courier.parcels) == sent + 2
    ledger_explains_it(world)


def test_a_report_answers_its_period_and_ends_the_row(any_world: World) -> None:
    world = any_world
    world.given(by="12月31日前", report="每月25日前")
    world.signed("L1-01.A")
    world.fast_forward(days=17)  # to 28 September
    world.expects("甲支部书记", "反馈催办")
    world.does("report", "L1-01.A", text="场地已定，名单已报")
    assert clocks(world)["report"] == date(2023, 10, 25)
    world.fast_forward(days=27)  # to 25 October
    world.does("report", "L1-01.A", text="开了第一次会")
    world.fast_forward(days=10)
    world.expects_nothing()
    assert clocks(world)["report"] == date(2023, 11, 25)
    ledger_explains_it(world)


def test_a_report_ahead_of_time_is_for_the_present_period(world: World) -> None:
    world.given(by="12月31日前", report="每月25日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    world.does("report", "L1-01.A", text="已开会")
    assert clocks(world)["report"] == date(2023, 10, 25)


def test_after_weeks_without_a_sweep_only_the_present_period_is_told_of(any_world: World) -> None:
    world = any_world
    world.given(by="12月31日前", report="每周五")
    world.signed("L1-01.A")
    world.to("2023-10-24")  # the fifth Friday went by on the 13th, the sixth on the 20th
    world.sweep()
    world.expects("甲支部书记", "签而不办报告")
    [leader] = world.expects("分管领导甲", "签而不办报告")
    assert "连续 6 期没有反馈" in leader.reason
    world.sweep()
    world.expects_nothing()
    ledger_explains_it(world)


def test_the_office_rejects_a_report_that_says_nothing(any_world: World) -> None:
    world = any_world
    world.given(by="12月31日前", report="每月25日前", target="4次")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    world.does("report", "L1-01.A", text="推进中", count=2, percent=50)
    world.does("reject", "L1-01.A", reason="只写了推进中，没有内容")
    [one] = [a for a in show(world.workspace, "L1-01", world.now).assignments if a.code == "L1-01.A"]
    assert (one.counted, one.percent) == (0, None)
    assert clocks(world)["report"] == date(2023, 9, 25)
    with pytest.raises(ResponsibilityError, match="没有可以退回的反馈"):
        world.does("reject", "L1-01.A", reason="再退一次")
    world.fast_forward(days=6)
    world.expects("甲支部书记", "反馈催办")
    ledger_explains_it(world)


def test_only_what_was_reported_can_be_rejected(world: World) -> None:
    world.given(report="每周五")
    with pytest.raises(IllegalTransition):
        world.does("reject", "L1-01.A", reason="没有内容")


def test_without_a_period_nobody_is_asked_to_report(world: World) -> None:
    world.given(by="12月31日前")
    world.signed("L1-01.A")
    world.fast_forward(days=60)
    world.expects_nothing()


def test_the_policy_may_name_a_period_for_all(world: World) -> None:
    world.configure("policy.yaml", "# every: 每月25日前", "every: 每月25日前")
    world.given(by="12月31日前")
    world.signed("L1-01.A")
    assert clocks(world)["report"] == date(2023, 9, 25)


def test_a_period_can_be_changed_while_the_work_runs(any_world: World) -> None:
    world = any_world
    world.given(by="12月31日前", report="每月25日前")
    world.signed("L1-01.A")
    edit_item(world.workspace, "L1-01", Changes(report="每周五"), world.now)
    assert clocks(world)["report"] == date(2023, 9, 15)
    edit_item(world.workspace, "L1-01", Changes(report=""), world.now)
    assert "report" not in clocks(world)
    ledger_explains_it(world)


def test_a_suspended_one_is_not_asked_to_report(any_world: World) -> None:
    world = any_world
    world.given(by="12月31日前", report="每周五")
    world.signed("L1-01.A")
    world.does("suspend", "L1-01.A", reason="等通知")
    world.fast_forward(days=30)
    world.expects_nothing()
    world.does("resume", "L1-01.A")
    assert clocks(world)["report"] == date(2023, 10, 13)
    ledger_explains_it(world)


def test_a_period_nobody_can_read_is_said(world: World) -> None:
    odd = {"title": "开好会", "lead": "甲支部", "by": "9月30日前", "report": "有空就报"}
    said = world.list(odd, {"title": "另一件", "lead": "乙支部", "by": "9月30日前"})
    assert any("反馈周期“有空就报”读不出" in warning for warning in said.warnings)


# -- falling behind ---------------------------------------------------------------------------------------------------


def test_who_falls_behind_the_line_is_told_before_it_is_too_late(any_world: World) -> None:
    """Four times by the end of October: after 18 of 51 days a whole one is missing, 10 points of tolerance left out."""
    world = any_world
    world.given(by="10月31日前", target="4次")
    world.signed("L1-01.A")
    assert clocks(world)["behind"] == date(2023, 9, 28)
    world.to("2023-09-17")
    assert light(world) is Light.BEHIND  # the light follows the line; a word is not worth it yet
    world.fast_forward(days=20)  # to 7 October, the first working day
    [told] = world.expects("甲支部书记", "滞后提醒")
    assert (told.clock, told.light) == ("behind", Light.BEHIND)
    assert told.reason == "进度滞后 1 个工作日，还没有到期；您是责任人"
    world.does("report", "L1-01.A", count=1)
    assert clocks(world)["behind"] == date(2023, 10, 11)
    world.fast_forward(days=4)
    world.expects_nothing()
    ledger_explains_it(world)


def test_who_meets_once_is_not_reminded_before_the_day(world: World) -> None:
    world.given(by="10月31日前", target="1次")
    world.signed("L1-01.A")
    world.to("2023-10-20")
    world.sweep()
    world.expects_nothing()


def test_a_report_that_is_not_enough_leaves_the_ladder_as_it_is(world: World) -> None:
    world.given(by="10月31日前", target="100次")
    world.signed("L1-01.A")
    world.fast_forward(days=7)  # to Monday 18
    world.expects("甲支部书记", "滞后提醒")
    world.does("report", "L1-01.A", count=1)
    world.fast_forward(days=3)
    world.expects_nothing()
    world.fast_forward(days=1)  # the fifth working day after Saturday 16
    world.expects("甲支部书记", "滞后催办")


def test_near_the_due_date_the_ladder_of_finishing_speaks_alone(any_world: World) -> None:
    world = any_world
    world.given(by="9月22日前", target="4次")
    world.signed("L1-01.A")
    world.to("2023-09-19")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.fast_forward(days=2)
    world.expects_nothing()
    ledger_explains_it(world)


def test_more_time_draws_another_line(world: World) -> None:
    world.given(by="10月31日前", target="4次")
    world.signed("L1-01.A")
    world.does("extend", "L1-01.A", to=date(2023, 12, 29), reason="会期推迟", as_post="A1")
    from responsibility.usecases.extension import approve

    approve(world.workspace, "L1-01.A", world.now)
    approve(world.workspace, "L1-01.A", world.now)
    assert clocks(world)["behind"] == date(2023, 10, 19)
    ledger_explains_it(world)


def test_a_new_target_draws_another_line(any_world: World) -> None:
    world = any_world
    world.given(by="10月31日前")
    world.signed("L1-01.A")
    assert "behind" not in clocks(world)
    edit_item(world.workspace, "L1-01", Changes(target="4次"), world.now)
    assert clocks(world)["behind"] == date(2023, 9, 28)
    ledger_explains_it(world)


# -- milestones -------------------------------------------------------------------------------------------------------

STEPS = "9月20日前：报方案\n10月13日前：开会\n12月15日前：总结"


def test_every_milestone_has_a_clock_of_its_own(any_world: World) -> None:
    world = any_world
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    assert clocks(world) == {
        "milestone1": date(2023, 9, 20),
        "milestone2": date(2023, 10, 13),
        "finish": date(2023, 12, 15),
    }
    world.to("2023-09-18")
    world.sweep()
    [soon] = world.expects("甲支部书记", "节点提醒")
    assert soon.reason == "应于9月20日前完成节点“报方案”，还有 2 个工作日；您是责任人"
    world.to("2023-09-21")
    world.sweep()
    [late] = world.expects("甲支部书记", "节点催办")
    assert (late.clock, late.milestone, late.light) == ("milestone", 1, Light.BEHIND)
    world.does("report", "L1-01.A", milestone=1)
    assert light(world) is Light.ON_SCHEDULE
    assert set(clocks(world)) == {"milestone2", "finish"}
    world.fast_forward(days=14)
    world.expects_nothing()
    ledger_explains_it(world)


def test_what_is_submitted_is_done_with_all_its_milestones(any_world: World) -> None:
    world = any_world
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    done = world.does("submit", "L1-01.A")
    assert done.recorded["milestones"] == 3
    world.does("close", "L1-01.A")
    world.fast_forward(days=100)
    world.expects_nothing()
    ledger_explains_it(world)


def test_a_milestone_taken_back_runs_again(world: World) -> None:
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    world.does("report", "L1-01.A", milestone=2)
    assert set(clocks(world)) == {"finish"}
    world.does("report", "L1-01.A", milestone=1, text="会没有开成")
    assert set(clocks(world)) == {"milestone2", "finish"}
    world.does("reject", "L1-01.A", reason="写错了")
    assert set(clocks(world)) == {"finish"}
    ledger_explains_it(world)


def test_a_suspension_gives_its_days_back_to_the_milestones_too(any_world: World) -> None:
    """From Wednesday 13 to Monday 18: three working days."""
    world = any_world
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    world.to("2023-09-13")
    world.does("suspend", "L1-01.A", reason="等通知")
    world.to("2023-09-18")
    world.does("resume", "L1-01.A")
    assert clocks(world)["milestone1"] == date(2023, 9, 25)
    world.to("2023-09-22")
    assert light(world) is Light.ON_SCHEDULE
    world.to("2023-09-26")
    assert light(world) is Light.BEHIND
    ledger_explains_it(world)


def test_new_milestones_take_the_place_of_the_old_ones(any_world: World) -> None:
    world = any_world
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    edit_item(world.workspace, "L1-01", Changes(by="9月25日、11月30日"), world.now)
    assert clocks(world) == {"milestone1": date(2023, 9, 25), "finish": date(2023, 11, 30)}
    ledger_explains_it(world)


# -- what a review found ----------------------------------------------------------------------------------------------


def test_a_rejected_report_leaves_the_ladder_where_it_stood(any_world: World) -> None:
    """Reporting and being rejected must not win back a rung that was reached."""
    world = any_world
    world.given(by="10月31日前", target="100次")
    world.signed("L1-01.A")
    world.fast_forward(days=7)
    world.expects("甲支部书记", "滞后提醒")
    before = where(world)
    assert before["behind"] == ("滞后提醒", "滞后催办")
    world.does("report", "L1-01.A", count=3)
    world.does("reject", "L1-01.A", reason="没有这三次")
    assert where(world) == before
    world.fast_forward(days=4)
    world.expects("甲支部书记", "滞后催办")
    ledger_explains_it(world)


def test_a_rejected_report_does_not_urge_twice_for_one_period(world: World) -> None:
    world.given(by="12月31日前", report="每周五")
    world.signed("L1-01.A")
    world.fast_forward(days=7)
    world.expects("甲支部书记", "反馈催办")
    world.does("report", "L1-01.A", text="推进中")
    world.does("reject", "L1-01.A", reason="没有内容")
    world.fast_forward(days=3)
    world.expects_nothing()
    world.fast_forward(days=4)
    world.expects("甲支部书记", "反馈再催")


def test_work_is_not_returned_for_a_day_that_is_past(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    with pytest.raises(ResponsibilityError, match="2023-09-01 已经过去"):
        world.does("send_back", "L1-01.A", reason="缺纪要", due_on=date(2023, 9, 1))


def test_why_it_came_back_is_shown(any_world: World) -> None:
    world = any_world
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("send_back", "L1-01.A", reason="缺纪要")
    view = next(a for a in show(world.workspace, "L1-01", world.now).assignments if a.code == "L1-01.A")
    assert view.returned_because == "缺纪要"


def test_nobody_signs_above_the_work(world: World) -> None:
    world.given(by="9月28日前")
    with pytest.raises(IllegalTransition, match="随下级办理情况而定"):
        world.does("sign", "L1-01.LD1", as_post="LD1")


def test_milestones_reached_are_progress(world: World) -> None:
    world.given(by="", steps=STEPS)
    world.signed("L1-01.A")
    done = world.does("report", "L1-01.A", milestone=3)
    assert done.recorded["all_reached"]
    assert [item.progress for item in world.status().items] == [100]
