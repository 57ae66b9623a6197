"""The life of an assignment: signed, reported on, submitted, returned, closed."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.assignment import Light, State
from responsibility.core.errors import (
    AmbiguousCode,
    ClockWentBack,
    IllegalTransition,
    NoRight,
    ResponsibilityError,
    UnknownCode,
)
from responsibility.usecases.record import log
from responsibility.usecases.status import By, show, status, todo
from tests.world import World


def test_submit_stops_the_finish_clock_and_the_office_has_its_term(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01", as_post="A1", text="办完了")
    world.to("2023-09-15")
    world.sweep()
    world.expects("办公室主任", "审核提醒")  # submitted on 09-11: to be verified by 09-14
    world.to("2023-09-19")
    world.sweep()
    world.expects("办公室主任", "审核督办")
    world.expects("分管领导甲", "审核督办")
    world.fast_forward(days=30)
    world.expects_nothing()


def test_a_return_starts_the_finish_clock_anew(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("submit", "L1-01.A")
    done = world.does("send_back", "L1-01.A", reason="缺会议记录")
    assert (done.before, done.after) == (State.SUBMITTED, State.RETURNED)
    assert world.rows("SELECT arming, rung FROM clock WHERE clock = 'finish'") == [(2, -1)]
    world.sweep()
    assert world.expects("甲支部书记", "临期提醒")[0].nth == 2
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")


def test_a_return_may_give_a_new_date(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("send_back", "L1-01.A", reason="再补一份", due_on=date(2023, 10, 20))
    world.to("2023-10-09")
    world.sweep()
    world.expects_nothing()
    assert show(world.workspace, "L1-01", world.now).assignments[-1].due_on == date(2023, 10, 20)
    world.to("2023-10-17")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")


def test_close_silences_all_clocks(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    world.fast_forward(days=45)
    world.expects_nothing()
    assert world.rows("SELECT count(*) FROM clock WHERE next_at IS NOT NULL")[0][0] == 0


def test_closing_the_last_child_closes_its_parents(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="甲支部全体党员", by="9月30日前")
    codes = [f"L1-01.{m}" for m in ("A11", "A12", "A13")]
    world.signed(*codes)
    for code in codes[:-1]:
        world.does("submit", code)
        assert world.does("close", code).closed_above == ()
    world.does("submit", codes[-1])
    done = world.does("close", codes[-1])
    assert set(done.closed_above) == {f"L1-01.{c}" for c in ("DW1", "SJ1", "LD1", "BG1", "A")}
    assert world.status().totals[Light.CLOSED] == world.status().totals.assignments == 8


def test_a_share_of_children_may_be_enough(world: World) -> None:
    world.configure("policy.yaml", "close_share: 1.0", "close_share: 0.6")
    world.given(lead="甲支部", support="甲支部全体党员", by="9月30日前")
    for member in ("A11", "A12"):
        world.does("sign", f"L1-01.{member}")
        world.does("submit", f"L1-01.{member}")
    assert world.does("close", "L1-01.A11").closed_above == ()
    assert len(world.does("close", "L1-01.A12").closed_above) == 5


def test_what_is_not_in_the_table_is_refused(world: World) -> None:
    world.given()
    with pytest.raises(IllegalTransition, match=r"已交办.*不能报结"):
        world.does("submit", "L1-01.A")
    world.does("sign", "L1-01.A")
    with pytest.raises(IllegalTransition, match=r"已签收.*不能签收"):
        world.does("sign", "L1-01.A")
    with pytest.raises(IllegalTransition, match="不能销号"):
        world.does("close", "L1-01.A")


def test_nobody_acts_for_somebody_elses_branch(world: World) -> None:
    world.given(lead="甲支部", support="全体党员")
    for verb, code, post in (
        ("sign", "L1-01.A", "B1"),
        ("sign", "L1-01.A", "A11"),
        ("sign", "L1-01.A11", "A12"),
        ("sign", "L1-01.A11", "B1"),
    ):
        with pytest.raises(NoRight):
            world.does(verb, code, as_post=post)
    assert world.does("sign", "L1-01.A11", as_post="A1").on_behalf_of == "A11"
    assert world.does("sign", "L1-01.A12").on_behalf_of == "A12"  # the office, for whoever answered by telephone
    world.does("submit", "L1-01.A11")
    with pytest.raises(NoRight):
        world.does("close", "L1-01.A11", as_post="A11")


def test_a_parents_state_is_its_childrens(world: World) -> None:
    world.given(lead="甲支部", support="全体党员")
    world.does("sign", "L1-01.A")
    for verb, code in (("submit", "L1-01.A"), ("report", "L1-01.A"), ("close", "L1-01.LD1")):
        with pytest.raises(IllegalTransition):
            world.does(verb, code)


def test_an_item_code_needs_a_post_where_several_remain(world: World) -> None:
    world.given(lead="甲支部、乙支部")
    with pytest.raises(AmbiguousCode, match=r"L1-01\.A") as caught:
        world.does("sign", "L1-01")
    assert "什么都没有做" in caught.value.message
    with pytest.raises(UnknownCode):
        world.does("sign", "L9-01")
    with pytest.raises(UnknownCode):
        world.does("sign", "L1-01", as_post="X9")
    assert world.does("sign", "L1-01", as_post="B1").code == "L1-01.B"


def test_reports_add_up(world: World) -> None:
    world.given(target="4次", by="12月31日前")
    world.does("sign", "L1-01.A")
    world.does("report", "L1-01.A", count=1, text="开了一次")
    world.does("report", "L1-01.A", count=2)
    line = world.status().items[0]
    assert line.progress == 75
    assert show(world.workspace, "L1-01.A", world.now).assignments[0].counted == 3


def test_lights_follow_the_calendar(world: World) -> None:
    world.given(target="4次", by="9月30日前")
    lights = []
    for day in ("2023-09-12", "2023-09-18", "2023-09-26", "2023-09-30", "2023-10-01"):
        world.to(day)
        lights.append(world.status().items[0].light)
    assert lights == [Light.ON_SCHEDULE, Light.BEHIND, Light.DUE_SOON, Light.DUE_SOON, Light.OVERDUE]


def test_a_missed_milestone_is_behind_and_a_reported_one_is_not(world: World) -> None:
    world.given(by="", steps="9月：定方案\n12月：验收")
    world.does("sign", "L1-01.A")
    world.to("2023-10-10")
    assert world.status().items[0].light is Light.BEHIND
    world.does("report", "L1-01.A", milestone=1)
    assert world.status().items[0].light is Light.ON_SCHEDULE


def test_status_counts_every_tier_and_its_totals_agree(any_world: World) -> None:
    world = any_world
    world.list(
        {"title": "全体学习", "lead": "各党支部", "support": "全体党员", "by": "9月15日前"},
        {"title": "甲的事", "lead": "甲支部", "support": "办公室", "by": "12月31日前"},
        {"title": "说不清的事", "lead": "甲支部", "by": "适时"},
    )
    world.assign()
    world.to("2023-09-20")
    summary = world.status()
    tiers = {g.key: g.counts.assignments for g in summary.groups}
    assert tiers == {"committee": 2, "secretary": 2, "leader": 3, "office": 2, "branch": 4, "member": 5}
    assert summary.totals.assignments == 18
    assert (summary.unassigned, summary.questions) == (1, 1)
    overdue = {g.key: g.counts[Light.OVERDUE] for g in summary.groups}
    assert overdue == {"committee": 1, "secretary": 1, "leader": 2, "office": 1, "branch": 2, "member": 5}
    for by in By:
        groups = status(world.workspace, world.now, by).groups
        assert groups
        assert all(g.counts.assignments <= 18 for g in groups)


def test_a_post_sees_what_is_open_for_it(world: World) -> None:
    world.given(lead="甲支部", support="甲支部全体党员")
    assert [v.code for v in todo(world.workspace, "A1", world.now)[1]] == ["L1-01.A"]
    assert [v.code for v in todo(world.workspace, "A", world.now)[1]] == ["L1-01.A"]
    assert [v.code for v in todo(world.workspace, "A11", world.now)[1]] == ["L1-01.A11"]
    assert todo(world.workspace, "B1", world.now)[1] == ()


def test_show_says_what_comes_next_and_when(world: World) -> None:
    world.given(by="9月30日前")
    world.does("sign", "L1-01.A")
    world.to("2023-09-26")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    unit = show(world.workspace, "L1-01.A", world.now).assignments[0]
    finish = next(clock for clock in unit.clocks if clock.clock == "finish")
    assert (finish.rung, finish.next_rung, finish.next_tells) == (
        "due_soon",
        "urge",
        "责任人、单位负责人、领导小组办公室",
    )
    assert finish.next_at is not None
    assert finish.next_at.isoformat() == "2023-10-07T00:00:00+08:00"
    assert unit.last_told is not None
    assert unit.last_told.recipient == "甲支部书记"


def test_time_never_runs_backwards(world: World) -> None:
    world.given()
    world.to("2023-09-10")
    with pytest.raises(ClockWentBack, match="早于本工作区最后一次记录"):
        world.sweep()
    with pytest.raises(ClockWentBack):
        world.status()


@pytest.mark.parametrize(
    ("verb", "values", "complaint"),
    [
        ("report", {"count": 0}, "不能是 0"),
        ("report", {"count": -5}, "累计不能小于 0"),
        ("report", {"milestone": 1}, "有 0 个节点"),
        ("send_back", {"reason": "   "}, "写明原因"),
    ],
)
def test_an_act_that_says_nothing_or_nonsense_is_refused(
    world: World, verb: str, values: dict[str, object], complaint: str
) -> None:
    world.given(target="4次")
    world.does("sign", "L1-01.A")
    if verb == "send_back":
        world.does("submit", "L1-01.A")
    with pytest.raises(ResponsibilityError, match=complaint):
        world.does(verb, "L1-01.A", **values)


def test_what_is_reported_cannot_steer_a_terminal(world: World) -> None:
    world.given()
    world.does("sign", "L1-01.A")
    world.does("report", "L1-01.A", text="\x1b[31m红\u202e字")
    entry = log(world.workspace, "L1-01.A")[-1]
    assert entry.values["text"] == "[31m红字"


def test_a_named_leader_answers_for_the_units_no_other_leader_of_the_item_oversees(world: World) -> None:
    """Laid on the leader of the first branch alone, the item is done for that leader when both branches are."""
    world.given(lead="甲支部", support="乙支部")
    for code in ("L1-01.A", "L1-01.B"):
        world.does("sign", code)
        world.does("submit", code)
    assert world.does("close", "L1-01.A").closed_above == ()
    assert "L1-01.LD1" in world.does("close", "L1-01.B").closed_above
