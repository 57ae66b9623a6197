"""延期: asked for in time, agreed to one after the other, and what it changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from responsibility.core.errors import IllegalTransition, NoRight, ResponsibilityError
from responsibility.usecases.extension import approve, asked_for, reject
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.status import show
from tests.world import World

TO: dict[str, Any] = {"to": date(2023, 9, 28), "reason": "会期推迟", "progress": "已完成一半"}
EXTENSIONS = "SELECT * FROM extension ORDER BY seq"


def due(world: World, code: str = "L1-01.A") -> date | None:
    return next(a.due_on for a in show(world.workspace, "L1-01", world.now).assignments if a.code == code)


def answers(world: World, act: Any, code: str = "L1-01.A", **values: Any) -> Any:
    """An answer a minute later."""
    world.now += timedelta(minutes=1)
    return act(world.workspace, code, world.now, **values)


def test_a_unit_asks_the_office_and_the_leader_agree(any_world: World) -> None:
    """The unit's head stands for the unit: the next to agree is the office, then the leader in charge."""
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("extend", "L1-01", as_post="A1", **TO)
    [line] = asked_for(world.workspace)
    assert (line.asked_by, line.waits_for, line.from_on) == ("A1", "领导小组办公室", date(2023, 9, 15))
    first = answers(world, approve)
    assert (first.status, first.next, due(world)) == ("open", "分管领导", date(2023, 9, 15))
    last = answers(world, approve, as_post="LD1")
    assert (last.status, last.extensions, due(world)) == ("approved", 1, date(2023, 9, 28))
    assert asked_for(world.workspace) == []
    assert [one.status for one in asked_for(world.workspace, everything=True)] == ["approved"]
    world.to("2023-09-19")
    world.sweep()
    world.expects_nothing()  # nothing is due any more on the 15th
    world.to("2023-09-25")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    assert world.rows("SELECT extensions FROM assignment WHERE code = 'L1-01.A'") == [(1,)]
    assert verify(world.workspace)[1] == []
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(EXTENSIONS).all() == world.rows(EXTENSIONS)


def test_until_all_agree_the_old_date_counts(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-13")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("extend", "L1-01.A", **TO)
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")


def test_a_member_needs_the_head_too(world: World) -> None:
    world.given(lead="甲支部", support="甲支部全体党员", by="9月15日前")
    world.does("extend", "L1-01.A11", as_post="A11", **TO)
    assert asked_for(world.workspace)[0].waits_for == "单位负责人"
    assert answers(world, approve, "L1-01.A11", as_post="A1").next == "领导小组办公室"


def test_the_leader_may_name_another_date(world: World) -> None:
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    answers(world, approve)
    answers(world, approve, as_post="LD1", to=date(2023, 9, 20))
    assert due(world) == date(2023, 9, 20)


def test_a_refusal_leaves_the_date_and_says_why(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", **TO)
    with pytest.raises(ResponsibilityError, match="写明原因"):
        answers(world, reject, reason=" ")
    done = answers(world, reject, reason="时间够用")
    assert (done.status, due(world)) == ("rejected", date(2023, 9, 15))
    assert asked_for(world.workspace, everything=True)[0].answer == "时间够用"
    with pytest.raises(ResponsibilityError, match="没有等待答复"):
        answers(world, approve)
    world.does("extend", "L1-01.A", **TO)  # may be asked again


def test_whoever_it_is_not_is_told_who_could(world: World) -> None:
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    with pytest.raises(NoRight, match="轮到领导小组办公室") as refused:
        answers(world, approve, as_post="B1")
    assert "BG1" in refused.value.hint
    answers(world, approve)
    done = answers(world, approve)  # the office writes down that the leader agreed
    assert (done.actor, done.on_behalf_of, done.status) == ("BG1", "LD1", "approved")


def test_after_the_date_it_is_refused_with_the_rule(world: World) -> None:
    world.given(by="9月15日前")
    world.to("2023-09-16")
    with pytest.raises(ResponsibilityError, match="按原时限考核") as refused:
        world.does("extend", "L1-01.A", **TO)
    assert "--late" in refused.value.hint
    with pytest.raises(NoRight, match="只有办公室"):
        world.does("extend", "L1-01.A", as_post="A1", late=True, **TO)
    done = world.does("extend", "L1-01.A", late=True, **TO)
    assert done.recorded["late"] is True
    assert due(world) == date(2023, 9, 28)
    [line] = asked_for(world.workspace, everything=True)
    assert (line.status, line.late) == ("approved", True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({**TO, "reason": " "}, "写明原因"),
        ({**TO, "to": date(2023, 9, 15)}, "不晚于"),
        ({**TO, "late": True}, "不用特批"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, values: dict[str, Any], said: str) -> None:
    world.given(by="9月15日前")
    with pytest.raises(ResponsibilityError, match=said):
        world.does("extend", "L1-01.A", **values)
    assert asked_for(world.workspace, everything=True) == []


def test_one_at_a_time_and_only_while_it_is_open(world: World) -> None:
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", **TO)
    with pytest.raises(ResponsibilityError, match="还没有答复"):
        world.does("extend", "L1-01.A", **TO)
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    with pytest.raises(IllegalTransition, match="待审核"):
        world.does("extend", "L1-01.A", **TO)


def test_who_has_to_agree_is_policy(world: World) -> None:
    world.configure("policy.yaml", "agrees: [unit_head, office, leader]", "agrees: [office]")
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    assert answers(world, approve).status == "approved"


def test_a_long_term_item_needs_none(world: World) -> None:
    world.given(by="长期坚持")
    with pytest.raises(ResponsibilityError, match="不用延期"):
        world.does("extend", "L1-01.A", **TO)


@pytest.mark.parametrize("state", ["submitted", "suspended"])
def test_a_date_granted_while_the_clock_stands_still_starts_none(world: World, state: str) -> None:
    """Submitted or suspended meanwhile: the new date is kept, and runs when the work goes on."""
    world.given(by="9月20日前")
    world.signed("L1-01.A")
    world.does("extend", "L1-01.A", as_post="A1", to=date(2023, 10, 13), reason="会期推迟")
    if state == "submitted":
        world.does("submit", "L1-01.A")
    else:
        world.does("suspend", "L1-01.A", reason="等通知")
    for _ in range(2):
        decided = approve(world.workspace, "L1-01.A", world.now)
    assert (decided.status, decided.due_on) == ("approved", date(2023, 10, 13))
    assert world.rows("SELECT next_at FROM clock WHERE clock = 'finish'") == [(None,)]
    if state == "submitted":
        world.does("send_back", "L1-01.A", reason="缺纪要")
    else:
        world.does("resume", "L1-01.A")
    [(due_on, next_at)] = world.rows("SELECT due_on, next_at FROM clock WHERE clock = 'finish'")
    assert due_on == "2023-10-13"
    assert next_at.startswith("2023-10-09")


@pytest.mark.parametrize("end", ["close", "cancel"])
def test_what_is_over_gets_no_new_date(world: World, end: str) -> None:
    """Closed or cancelled with a request open: nobody grants it any more, and it waits for nobody."""
    world.given(by="9月20日前")
    world.signed("L1-01.A")
    world.does("extend", "L1-01.A", as_post="A1", to=date(2023, 10, 13), reason="会期推迟")
    if end == "close":
        world.does("submit", "L1-01.A")
        world.does("close", "L1-01.A")
    else:
        world.does("cancel", "L1-01.A", reason="并入另一项")
    with pytest.raises(ResponsibilityError, match="不用再答复"):
        approve(world.workspace, "L1-01.A", world.now)
    assert asked_for(world.workspace) == []
    assert world.rows("SELECT next_at FROM clock WHERE next_at IS NOT NULL") == []
