"""催办 by hand: what was reached said again, or a higher rung at once; and urgent items."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from responsibility.core.errors import (
    AmbiguousCode,
    IllegalTransition,
    NoRight,
    ResponsibilityError,
    UnknownCode,
)
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.record import log, rebuilt, verify
from responsibility.usecases.status import show
from responsibility.usecases.urge import Urged, urge
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World

NOTE = "请于周五前报送材料"


def urges(world: World, code: str = "L1-01", **how: Any) -> Urged:
    """The office urges a minute later, and what it says is delivered."""
    world.now += timedelta(minutes=1)
    world.courier.parcels.clear()
    done = urge(world.workspace, code, world.now, **{"note": NOTE, **how})
    world.untold.extend(done.notices)
    world.deliver()
    return done


def sweeps(world: World, day: str) -> None:
    world.to(day)
    world.sweep()


def overdue(world: World, **row: str) -> None:
    """One item of 甲支部, signed, due on the 15th and urged by the engine on the 18th."""
    world.given(by="9月15日前", **row)
    world.signed("L1-01.A")
    sweeps(world, "2023-09-18")
    world.untold.clear()


def test_the_rung_reached_is_said_again_and_counts(any_world: World) -> None:
    world = any_world
    overdue(world)
    done = urges(world)
    assert (done.assignments, done.messages, done.skipped) == (("L1-01.A",), 2, 0)
    assert world.expects("甲支部书记", "到期催办")[0].nth == 2
    assert NOTE in world.expects("办公室主任", "到期催办")[0].reason
    texts = [parcel.text for parcel in world.courier.parcels]
    assert len(texts) == 2
    assert all(f"办公室：{NOTE}" in text and "第 2 次告知，催办单" in text for text in texts)
    sweeps(world, "2023-09-19")
    world.expects_nothing()
    sweeps(world, "2023-09-20")  # the ladder goes on where it was
    assert world.expects("甲支部书记", "督办")[0].nth == 3
    world.expects("办公室主任", "督办")
    world.expects("分管领导甲", "督办")
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == world.rows(STATE)
        assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)
    assert verify(world.workspace)[1] == []


def test_a_jump_records_what_it_passes_over_and_goes_on_from_there(any_world: World) -> None:
    world = any_world
    overdue(world)
    done = urges(world, rung="约谈")
    world.expects("分管领导甲", "约谈")
    world.expects("党委书记", "约谈")
    assert done.skipped == 3  # 督办: the head, the office and the leader
    passed = world.rows("SELECT rung FROM notice WHERE skipped AND seq = (SELECT max(seq) FROM notice)")
    assert {row[0] for row in passed} == {"supervise"}
    sweeps(world, "2023-09-26")
    world.expects_nothing()
    sweeps(world, "2023-10-07")
    world.expects("党委书记", "报告")


def test_before_the_sweep_comes_it_says_the_rung_due_now(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")  # nobody swept: 临期提醒 and 到期催办 were never told
    done = urges(world)
    assert done.skipped == 3  # both of them: the head as owner, and the office
    for post in ("甲支部书记", "办公室主任", "分管领导甲"):
        assert world.expects(post, "督办")[0].nth == 1
    sweeps(world, "2023-09-21")
    world.expects_nothing()
    sweeps(world, "2023-09-26")
    world.expects("分管领导甲", "约谈")
    world.expects("党委书记", "约谈")
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)


def test_a_rung_below_is_told_again_without_climbing_down(world: World) -> None:
    overdue(world)
    sweeps(world, "2023-09-20")
    world.untold.clear()
    urges(world, rung="urge")
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    sweeps(world, "2023-09-21")
    world.expects_nothing()
    [view] = show(world.workspace, "L1-01.A", world.now).assignments
    assert [clock.rung for clock in view.clocks if clock.clock == "finish"] == ["supervise"]


def test_before_the_first_rung_the_first_one_comes_early_and_once(world: World) -> None:
    world.given(by="9月29日前")
    world.signed("L1-01.A")
    urges(world)
    world.expects("甲支部书记", "临期提醒")
    sweeps(world, "2023-09-26")
    world.expects_nothing()


def test_several_open_ones_are_listed_and_all_may_be_meant(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="乙支部", by="9月15日前")
    with pytest.raises(AmbiguousCode, match=r"L1-01\.A、L1-01\.B") as refused:
        urges(world)
    assert "--all" in refused.value.hint
    done = urges(world, everyone=True)
    assert set(done.assignments) == {"L1-01.A", "L1-01.B"}
    world.expects("甲支部书记", "临期提醒")
    world.expects("乙支部书记", "临期提醒")
    assert [line.act for line in log(world.workspace, "L1-01.B")][-1] == "urge"


def test_clocks_on_different_rungs_are_each_urged_once(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="乙支部", by="9月15日前")
    world.signed("L1-01.A", "L1-01.B")
    urges(world, "L1-01.A")
    urges(world, everyone=True)
    assert [n.nth for n in world.untold if n.post == "A1"] == [1, 2]
    assert [n.nth for n in world.untold if n.post == "B1"] == [1]
    assert world.rows("SELECT arming FROM clock WHERE clock = 'finish' ORDER BY assignment_id") == [(3,), (2,)]
    world.untold.clear()


def test_signing_can_be_urged_too(world: World) -> None:
    world.given(by="12月31日前")
    urges(world, rung="签收催办")
    world.expects("甲支部书记", "签收催办")
    sweeps(world, "2023-09-15")
    world.expects_nothing()


def test_on_a_day_off_it_waits_like_everything_else(world: World) -> None:
    overdue(world)
    world.to("2023-09-23")
    done = urges(world)
    assert (done.held, len(world.courier.parcels)) == (3, 0)  # 督办 by now
    sweeps(world, "2023-09-25")
    assert NOTE in "".join(parcel.text for parcel in world.courier.parcels)
    world.untold.clear()


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"note": " "}, ResponsibilityError, "写明"),
        ({"as_post": "A1"}, NoRight, "办公室"),
        ({"rung": "督班"}, ResponsibilityError, "没有“督班”这一档"),
        ({"code": "L1-09"}, UnknownCode, "L1-09"),
        ({"code": "L1-01.LD1"}, IllegalTransition, "随下级"),
    ],
)
def test_what_cannot_be_urged_is_refused(world: World, how: dict[str, Any], error: type[Exception], said: str) -> None:
    overdue(world)
    with pytest.raises(error, match=said):
        urges(world, **how)
    assert world.rows("SELECT count(*) FROM ledger WHERE act = 'urge'") == [(0,)]


@pytest.mark.parametrize(("verb", "said"), [("submit", "待审核"), ("suspend", "暂缓"), ("cancel", "撤销")])
def test_what_is_not_open_is_not_urged(world: World, verb: str, said: str) -> None:
    overdue(world)
    world.does(verb, "L1-01.A", **({} if verb == "submit" else {"reason": "上级调整"}))
    for code in ("L1-01.A", "L1-01"):
        with pytest.raises(IllegalTransition, match=said):
            urges(world, code)


def test_nobody_to_tell_is_said_and_nothing_is_written(world: World) -> None:
    overdue(world)
    world.organise(vacant=["A1", "BG1", "LD1", "SJ1", "DW1"])
    with pytest.raises(ResponsibilityError, match="没有人能收到"):
        urges(world)
    assert world.rows("SELECT count(*) FROM ledger WHERE act = 'urge'") == [(0,)]


# -- urgent items ------------------------------------------------------------------------------------------------------


def test_an_urgent_item_starts_at_the_rung_the_policy_names(any_world: World) -> None:
    world = any_world
    world.list(
        {"title": "急事", "lead": "甲支部", "by": "9月15日前"}, {"title": "常事", "lead": "乙支部", "by": "9月15日前"}
    )
    edit_item(world.workspace, "L1-01", Changes(urgent=True), world.now)
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    sweeps(world, "2023-09-12")
    world.expects("甲支部书记", "临期提醒")
    world.expects("乙支部书记", "临期提醒")
    sweeps(world, "2023-09-18")
    for post in ("甲支部书记", "办公室主任", "分管领导甲"):
        world.expects(post, "督办", item="L1-01")
    world.expects("乙支部书记", "到期催办", item="L1-02")
    world.expects("办公室主任", "到期催办", item="L1-02")
    sweeps(world, "2023-09-20")
    assert {n.item for n in world.untold} == {"L1-02"}
    world.untold.clear()
    sweeps(world, "2023-09-26")
    world.expects("分管领导甲", "约谈", item="L1-01")
    world.untold.clear()


def test_where_the_policy_says_so_urgent_items_climb_like_all_others(world: World) -> None:
    world.configure("policy.yaml", "# urgent_starts_at: supervise", "urgent_starts_at: urge")
    world.list({"title": "急事", "lead": "甲支部", "by": "9月15日前"})
    edit_item(world.workspace, "L1-01", Changes(urgent=True), world.now)
    world.assign()
    world.signed("L1-01.A")
    sweeps(world, "2023-09-18")
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
