"""Suspended and resumed, cancelled, and opened again after it was closed."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.assignment import Light, State
from responsibility.core.errors import IllegalTransition, NoRight, ResponsibilityError
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.record import verify
from responsibility.usecases.status import show
from tests.world import World


def test_nothing_is_due_while_it_is_suspended(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    done = world.does("suspend", "L1-01.A", reason="上级部署调整")
    assert (done.before, done.after) == (State.ISSUED, State.SUSPENDED)
    world.fast_forward(days=60)
    world.expects_nothing()
    assert world.status().totals[Light.SUSPENDED] == 5  # and everything above it, which waits for it
    assert world.status().totals.assignments == 5


def test_the_working_days_lost_are_given_back(any_world: World) -> None:
    """Suspended from Wednesday 13 to Monday 18: Wednesday, Thursday and Friday are lost."""
    world = any_world
    world.given(by="9月20日前")
    world.signed("L1-01.A")
    world.to("2023-09-13")
    world.does("suspend", "L1-01.A", reason="等通知")
    world.to("2023-09-18")
    world.sweep()
    world.expects_nothing()
    done = world.does("resume", "L1-01.A")
    assert (done.after, done.recorded["lost"]) == (State.SIGNED, 3)
    assert done.recorded["due_on"] == "2023-09-25"
    assert show(world.workspace, "L1-01", world.now).assignments[-1].due_on == date(2023, 9, 25)
    world.sweep()
    world.expects_nothing()  # three working days before the 25th is the 20th
    world.to("2023-09-20")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.to("2023-09-26")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert verify(world.workspace)[1] == []


def test_a_rung_that_was_reached_is_not_climbed_again(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("suspend", "L1-01.A", reason="等通知")
    world.to("2023-09-19")
    world.does("resume", "L1-01.A")
    world.to("2023-09-21")
    world.sweep()
    world.expects_nothing()
    world.to("2023-09-25")
    world.sweep()  # due 09-15, five working days lost: 09-22
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")


def test_resumed_on_the_same_day_nothing_has_moved(world: World) -> None:
    world.given(by="9月15日前")
    before = world.rows("SELECT * FROM clock ORDER BY clock")
    world.does("suspend", "L1-01.A", reason="误操作")
    done = world.does("resume", "L1-01.A")
    assert done.recorded["lost"] == 0
    assert world.rows("SELECT * FROM clock ORDER BY clock") == before


def test_the_office_clock_stands_still_too(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")  # to be verified by 09-14
    world.does("suspend", "L1-01.A", reason="等上级意见")
    world.to("2023-09-18")
    world.sweep()
    world.expects_nothing()
    assert world.does("resume", "L1-01.A").after is State.SUBMITTED
    world.to("2023-09-20")
    world.sweep()
    world.expects_nothing()  # five lost: by 09-21
    world.to("2023-09-22")
    world.sweep()
    world.expects("办公室主任", "审核提醒")


def test_a_date_that_moved_meanwhile_is_the_one_that_counts(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("suspend", "L1-01.A", reason="等通知")
    edit_item(world.workspace, "L1-01", Changes(by="9月28日前"), world.now)
    world.to("2023-09-13")
    world.sweep()
    world.expects_nothing()
    done = world.does("resume", "L1-01.A")
    assert done.recorded["due_on"] == "2023-10-08"  # 09-28 and two working days over the holidays
    world.sweep()
    world.expects_nothing()


@pytest.mark.parametrize("verb", ["sign", "report", "submit", "close", "suspend"])
def test_nothing_is_done_while_it_is_suspended(world: World, verb: str) -> None:
    world.given(by="9月15日前")
    world.does("suspend", "L1-01.A", reason="等通知")
    with pytest.raises(IllegalTransition, match="暂缓") as refused:
        world.does(verb, "L1-01.A", **({"reason": "x"} if verb == "suspend" else {}))
    assert "zeren resume L1-01.A" in refused.value.hint


@pytest.mark.parametrize("verb", ["suspend", "cancel"])
def test_a_reason_is_asked_for_and_the_owner_may_not(world: World, verb: str) -> None:
    world.given(by="9月15日前")
    with pytest.raises(ResponsibilityError, match="写明原因"):
        world.does(verb, "L1-01.A", reason="  ")
    with pytest.raises(NoRight):
        world.does(verb, "L1-01.A", reason="忙", as_post="A1")
    with pytest.raises(IllegalTransition, match="随下级"):
        world.does(verb, "L1-01.BG1", reason="忙")


def test_what_is_cancelled_is_silent_and_its_parents_close_without_it(any_world: World) -> None:
    world = any_world
    world.list({"title": "两家的事", "lead": "甲支部", "support": "乙支部", "by": "9月15日前"})
    world.assign()
    world.signed("L1-01.A", "L1-01.B")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    done = world.does("cancel", "L1-01.B", reason="已并入甲支部")
    assert done.after is State.CANCELLED
    assert "L1-01.DW1" in done.closed_above
    world.fast_forward(days=30)
    world.expects_nothing()
    assert world.status().items[0].light is Light.CLOSED
    assert verify(world.workspace)[1] == []


def test_what_was_closed_is_opened_again_with_its_parents(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    closed = world.does("close", "L1-01.A").closed_above
    assert closed
    done = world.does("send_back", "L1-01.A", reason="抽查发现材料不实")
    assert (done.before, done.after) == (State.CLOSED, State.RETURNED)
    assert sorted(done.reopened_above) == sorted(closed)
    assert world.rows("SELECT returns FROM assignment WHERE code = 'L1-01.A'") == [(1,)]
    assert world.status().totals[Light.CLOSED] == 0
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    world.does("submit", "L1-01.A")
    assert sorted(world.does("close", "L1-01.A").closed_above) == sorted(closed)


def test_a_parent_whose_share_is_still_reached_stays_closed(world: World) -> None:
    world.configure("policy.yaml", "close_share: 1.0", "close_share: 0.5")
    world.list({"title": "两家的事", "lead": "甲支部", "support": "乙支部", "by": "9月15日前"})
    world.assign()
    for code in ("L1-01.A", "L1-01.B"):
        world.does("sign", code)
        world.does("submit", code)
        world.does("close", code)
    assert "L1-01.DW1" not in world.does("send_back", "L1-01.A", reason="重做").reopened_above
    assert "L1-01.DW1" in world.does("send_back", "L1-01.B", reason="重做").reopened_above
