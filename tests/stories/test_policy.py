"""督办规则: what is running keeps its own until a list is moved to the present one."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from responsibility.core.errors import UnknownCode
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.policies import PolicyApplied, apply_policy, preview_policy
from responsibility.usecases.record import log, rebuilt, verify
from tests.stories.test_ledger import CLOCKS
from tests.world import World

POLICIES = "SELECT code, policy_id FROM assignment ORDER BY id"
EARLIER = ("{id: due_soon, name: 临期提醒, days: -3", "{id: due_soon, name: 临期提醒, days: -8")
LATER = ("{id: supervise, name: 督办, days: 3", "{id: supervise, name: 督办, days: 5")


def moved(world: World, code: str = "L1") -> PolicyApplied:
    done = apply_policy(world.workspace, code, world.now)
    assert done.written
    return done


def sweeps(world: World, day: str) -> None:
    world.to(day)
    world.sweep()


def test_what_would_change_is_shown_first_and_nothing_is_written(world: World) -> None:
    world.given(by="9月30日前")
    world.configure("policy.yaml", *EARLIER)
    before = world.rows("SELECT count(*) FROM ledger"), world.rows(POLICIES)
    seen = preview_policy(world.workspace, "L1", world.now)
    assert (seen.written, seen.assignments, seen.due_now) == (False, 5, 0)
    [rung] = seen.rungs
    assert (rung.before and rung.before.days, rung.after and rung.after.days) == (-3, -8)
    [clock] = seen.clocks
    assert (clock.count, clock.before_at and clock.before_at.date(), clock.after_at and clock.after_at.date()) == (
        1,
        date(2023, 9, 26),
        date(2023, 9, 19),
    )
    assert (world.rows("SELECT count(*) FROM ledger"), world.rows(POLICIES)) == before


def test_a_list_moved_climbs_the_new_ladder_and_the_others_their_own(any_world: World) -> None:
    world = any_world
    world.given(by="9月30日前")
    world.list({"title": "别的清单", "lead": "乙支部", "by": "9月30日前"}, file="另一份")
    world.assign()
    world.signed("L1-01.A", "L2-01.B")
    world.configure("policy.yaml", *EARLIER)
    moved(world)
    sweeps(world, "2023-09-19")
    world.expects("甲支部书记", "临期提醒")
    sweeps(world, "2023-09-26")
    world.expects("乙支部书记", "临期提醒")
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)
        assert connection.exec_driver_sql(POLICIES).all() == world.rows(POLICIES)
    assert verify(world.workspace)[1] == []
    assert "policy.apply" in [line.act for line in log(world.workspace, "L1-01.A")]
    assert "policy.apply" not in [line.act for line in log(world.workspace, "L2-01.B")]


def test_no_rung_is_told_twice_however_often_the_rules_change(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    sweeps(world, "2023-09-18")
    world.untold.clear()
    world.configure("policy.yaml", *LATER)
    moved(world)
    world.configure("policy.yaml", "{id: urge, name: 到期催办, days: 1", "{id: urge, name: 到期催办, days: 2")
    moved(world)
    sweeps(world, "2023-09-20")
    world.expects_nothing()
    sweeps(world, "2023-09-22")
    world.expects("甲支部书记", "督办")
    world.expects("办公室主任", "督办")
    world.expects("分管领导甲", "督办")


def test_what_is_on_a_rung_already_is_said_and_told_by_the_next_sweep(world: World) -> None:
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    world.configure("policy.yaml", *EARLIER)
    assert moved(world).due_now == 1
    world.sweep()
    world.expects("甲支部书记", "临期提醒")


def test_clocks_that_stand_still_move_along_without_starting(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="乙支部", by="9月30日前")
    world.signed("L1-01.A", "L1-01.B")
    world.does("submit", "L1-01.A")
    world.does("suspend", "L1-01.B", reason="上级调整")
    world.configure("policy.yaml", *EARLIER)
    moved(world)
    finish = "SELECT next_at FROM clock WHERE clock = 'finish'"
    assert world.rows(finish) == [(None,), (None,)]
    world.does("send_back", "L1-01.A", reason="缺纪要")
    world.does("resume", "L1-01.B")
    sweeps(world, "2023-09-19")
    world.expects("甲支部书记", "临期提醒")
    world.expects("乙支部书记", "临期提醒")


def test_closed_work_keeps_the_rules_it_was_closed_under(world: World) -> None:
    world.given(lead="甲支部", support="乙支部", by="9月30日前")
    world.signed("L1-01.A")
    for verb in ("submit", "close"):
        world.does(verb, "L1-01.A")
    world.configure("policy.yaml", *EARLIER)
    moved(world)
    rows = world.rows("SELECT policy_id, state FROM assignment WHERE tier = 'branch' ORDER BY id")
    assert [state for _, state in rows] == ["closed", "issued"]
    assert len({policy for policy, _ in rows}) == 2


def test_an_item_that_became_urgent_is_treated_so_once_it_is_moved(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    edit_item(world.workspace, "L1-01", Changes(urgent=True), world.now)
    seen = moved(world)
    assert {(change.urgent, (change.after or change.before).id) for change in seen.rungs} == {  # type: ignore[union-attr]
        (True, "urge"),
        (True, "supervise"),
    }
    edit_item(world.workspace, "L1-01", Changes(urgent=False), world.now)  # the entry knows how it was then
    sweeps(world, "2023-09-18")
    world.expects("分管领导甲", "督办")
    world.untold.clear()
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)


def test_with_nothing_to_move_nothing_is_recorded(world: World) -> None:
    world.given()
    done = apply_policy(world.workspace, "L1", world.now)
    assert (done.written, done.assignments) == (False, 0)
    assert world.rows("SELECT count(*) FROM ledger WHERE act = 'policy.apply'") == [(0,)]
    with pytest.raises(UnknownCode, match="L7"):
        apply_policy(world.workspace, "L7", world.now)


def test_before_the_move_the_past_shows_the_old_rules(world: World) -> None:
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    old = dict(world.rows(POLICIES))
    world.to("2023-09-20")
    world.configure("policy.yaml", *EARLIER)
    moved(world)
    assert dict(world.rows(POLICIES)) != old
    with rebuilt(world.workspace.engine, datetime(2023, 9, 19, tzinfo=world.zone)) as connection:
        assert dict(connection.exec_driver_sql(POLICIES).all()) == old
