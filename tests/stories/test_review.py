"""回头看: what has no end is looked at again, and what is found wanting is rectified."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from responsibility.core.assignment import Light, State
from responsibility.core.errors import IllegalTransition, NoRight, ResponsibilityError
from responsibility.core.review import Verdict
from responsibility.core.summary import AssignmentView
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.reassign import reassign
from responsibility.usecases.record import rebuilt, show_as_of, verify
from responsibility.usecases.status import show, todo
from tests.world import World

CLOCKS = "SELECT assignment_id, clock, arming, due_on, rung, next_at FROM clock ORDER BY assignment_id, clock"
REVIEWS = "SELECT * FROM review ORDER BY seq"
STATES = "SELECT code, state, due_on, due_at, percent, rectifying_since, returns FROM assignment ORDER BY id"


def carried(world: World, code: str = "L1-01.A") -> AssignmentView:
    """The assignment as `show` has it."""
    return next(a for a in show(world.workspace, "L1-01", world.now).assignments if a.code == code)


def reviews(world: World, verdict: Verdict, code: str = "L1-01.A", **values: Any) -> Any:
    return world.does("review", code, verdict=verdict, **values)


def closes(world: World, code: str = "L1-01.A") -> None:
    world.does("submit", code)
    world.does("close", code)


def lasting(world: World, by: str = "长期坚持", **row: str) -> None:
    """One item without an end, assigned and signed."""
    world.given(title="每日一学常态化", by=by, **row)
    world.signed("L1-01.A")


def rebuilds(world: World) -> None:
    """The ledger alone explains the state."""
    assert verify(world.workspace)[1] == []
    with rebuilt(world.workspace.engine) as connection:
        for query in (CLOCKS, REVIEWS, STATES):
            assert connection.exec_driver_sql(query).all() == world.rows(query)


def test_the_office_is_reminded_when_a_review_is_due_and_later_the_leader_hears_of_it(any_world: World) -> None:
    world = any_world
    lasting(world)
    assert carried(world).next_review == date(2023, 12, 11)
    world.to("2023-12-11")
    world.sweep()
    world.expects_nothing()
    world.to("2023-12-12")
    world.sweep()
    [told] = world.expects("办公室主任", "回头看提醒")
    assert told.reason.startswith("应于12月11日前回头看，已超过 1 个工作日")
    world.to("2023-12-18")
    world.sweep()
    world.expects("办公室主任", "回头看督办")
    world.expects("分管领导甲", "回头看督办")
    assert world.status().totals[Light.ON_SCHEDULE] == 5  # it is the office that is late, not the branch


@pytest.mark.parametrize("verdict", [Verdict.GOOD, Verdict.FAIRLY_GOOD])
def test_what_is_found_good_stays_as_it_is_until_the_next_interval(any_world: World, verdict: Verdict) -> None:
    world = any_world
    lasting(world)
    world.to("2023-12-12")
    done = reviews(world, verdict, text="台账齐全")
    assert (done.before, done.after) == (State.SIGNED, State.SIGNED)
    view = carried(world)
    assert (view.next_review, view.due_on, view.returns) == (date(2024, 3, 11), None, 0)
    [line] = view.reviews
    assert (line.verdict, line.text, line.held_by, line.rectify_by) == (verdict, "台账齐全", "BG1", None)
    [clock] = [clock for clock in view.clocks if clock.clock == "review"]
    assert clock.arming == 2
    world.to("2024-01-05")
    world.sweep()
    world.expects_nothing()
    world.to("2024-03-12")
    world.sweep()
    assert [n.nth for n in world.expects("办公室主任", "回头看提醒")] == [1]
    rebuilds(world)


@pytest.mark.parametrize("verdict", [Verdict.AVERAGE, Verdict.POOR])
def test_what_is_found_wanting_goes_back_with_a_term_and_opens_its_parents(any_world: World, verdict: Verdict) -> None:
    world = any_world
    lasting(world)
    closes(world)
    assert world.status().totals[Light.CLOSED] == 5
    world.to("2023-12-12")
    world.sweep()
    world.expects("办公室主任", "回头看提醒")  # after close, too
    done = reviews(world, verdict, text="台账停在十月")
    assert (done.before, done.after) == (State.CLOSED, State.RETURNED)
    assert sorted(done.reopened_above) == [f"L1-01.{c}" for c in ("BG1", "DW1", "LD1", "SJ1")]
    view = carried(world)
    # 15 working days after 2023-12-12, New Year's Day off.
    assert (view.due_on, view.returns, view.next_review) == (date(2024, 1, 3), 1, date(2024, 3, 11))
    assert view.reviews[0].rectify_by == date(2024, 1, 3)
    assert {clock.clock: clock.arming for clock in view.clocks} == {"sign": 1, "verify": 1, "review": 2, "finish": 1}
    rebuilds(world)


def test_rectification_has_the_lights_and_the_ladder_of_any_work(any_world: World) -> None:
    world = any_world
    lasting(world, target="4次")
    world.does("report", "L1-01.A", count=1, percent=90)
    world.to("2023-12-12")
    reviews(world, Verdict.POOR)
    assert carried(world).light is Light.ON_SCHEDULE  # neither the count nor the old per cent is what is rectified
    [line] = world.status().items
    assert (line.facts.due_on, line.progress) == (date(2024, 1, 3), None)
    world.to("2023-12-29")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    assert carried(world).light is Light.DUE_SOON
    assert [view.code for view in todo(world.workspace, "A1", world.now)[1]] == ["L1-01.A"]
    world.to("2024-01-04")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert world.status().items[0].light is Light.OVERDUE
    assert world.status().totals[Light.OVERDUE] == 5


def test_rectification_is_measured_from_the_day_it_began(world: World) -> None:
    lasting(world)
    world.to("2023-12-12")
    reviews(world, Verdict.POOR)
    world.to("2023-12-22")
    world.does("report", "L1-01.A", percent=10)
    assert carried(world).light is Light.BEHIND
    world.does("report", "L1-01.A", percent=40)
    assert carried(world).light is Light.ON_SCHEDULE


def test_what_was_rectified_and_closed_is_looked_at_again(any_world: World) -> None:
    world = any_world
    lasting(world)
    world.to("2023-12-12")
    reviews(world, Verdict.AVERAGE)
    world.to("2023-12-20")
    closes(world)
    assert world.status().totals[Light.CLOSED] == 5
    world.to("2024-01-15")
    world.sweep()
    world.expects_nothing()
    world.to("2024-03-12")
    world.sweep()
    world.expects("办公室主任", "回头看提醒")
    reviews(world, Verdict.GOOD)
    assert (carried(world).state, carried(world).next_review) == (State.CLOSED, date(2024, 6, 11))
    assert [line.verdict for line in carried(world).reviews] == ["一般", "好"]
    rebuilds(world)


def test_a_dated_part_has_its_date_and_reviews_go_on_after_it(world: World) -> None:
    lasting(world, by="2023年10月底前，并长期坚持")
    assert (carried(world).due_on, carried(world).next_review) == (date(2023, 10, 31), date(2023, 12, 11))
    closes(world)
    world.to("2023-12-12")
    world.sweep()
    world.expects("办公室主任", "回头看提醒")
    reviews(world, Verdict.POOR)
    assert (carried(world).state, carried(world).due_on) == (State.RETURNED, date(2024, 1, 3))
    assert carried(world).light is Light.ON_SCHEDULE
    assert world.rows("SELECT laid_due_on FROM assignment WHERE code = 'L1-01.A'")[0][0] in (
        "2023-10-31",
        date(2023, 10, 31),
    )


def test_what_waits_to_be_verified_may_be_reviewed_and_is_no_longer_verified(world: World) -> None:
    lasting(world)
    world.to("2023-12-12")
    world.does("submit", "L1-01.A")
    reviews(world, Verdict.POOR)
    world.to("2023-12-20")
    world.sweep()
    world.expects_nothing()


def test_suspended_nothing_is_reviewed_and_resumed_it_is_later(world: World) -> None:
    lasting(world)
    world.to("2023-12-04")
    world.does("suspend", "L1-01.A", reason="上级部署调整")
    with pytest.raises(IllegalTransition, match="不能回头看"):
        reviews(world, Verdict.GOOD)
    assert carried(world).next_review is None
    world.to("2023-12-15")
    world.sweep()
    world.expects_nothing()
    world.does("resume", "L1-01.A")
    assert carried(world).next_review == date(2023, 12, 22)  # nine working days were lost
    world.does("cancel", "L1-01.A", reason="并入另一项")
    world.to("2024-01-31")
    world.sweep()
    world.expects_nothing()
    rebuilds(world)


def test_the_leader_who_oversees_the_unit_may_and_others_may_not(world: World) -> None:
    lasting(world)
    for post in ("A1", "LD2", "B1"):
        with pytest.raises(NoRight, match="不能回头看"):
            reviews(world, Verdict.GOOD, as_post=post)
    assert reviews(world, Verdict.GOOD, as_post="LD1").actor == "LD1"
    with pytest.raises(IllegalTransition, match="随下级"):
        reviews(world, Verdict.GOOD, code="L1-01.BG1")


def test_what_has_an_end_is_not_reviewed(world: World) -> None:
    world.given(by="9月30日前")
    with pytest.raises(ResponsibilityError, match=r"9月30日前.*不用回头看"):
        reviews(world, Verdict.GOOD)
    assert world.rows("SELECT count(*) FROM clock WHERE clock = 'review'") == [(0,)]


def test_where_members_carry_it_each_is_reviewed(world: World) -> None:
    world.given(lead="甲支部", support="甲支部全体党员", by="长期坚持")
    timed = "SELECT a.code FROM clock c JOIN assignment a ON a.id = c.assignment_id WHERE c.clock = 'review'"
    assert {row[0] for row in world.rows(timed)} == {"L1-01.A11", "L1-01.A12", "L1-01.A13"}


def test_interval_and_term_are_policy_and_kept_by_what_was_issued_under_it(world: World) -> None:
    world.configure("policy.yaml", "  every: 3\n  rectify_within: 15", "  every: 1\n  rectify_within: 5")
    lasting(world)
    world.configure("policy.yaml", "  every: 1\n  rectify_within: 5", "  every: 12\n  rectify_within: 30")
    assert carried(world).next_review == date(2023, 10, 11)
    world.to("2023-10-12")
    reviews(world, Verdict.AVERAGE)
    assert (carried(world).due_on, carried(world).next_review) == (date(2023, 10, 19), date(2023, 11, 11))


def test_an_item_that_comes_to_have_no_end_is_reviewed_from_then_on(any_world: World) -> None:
    world = any_world
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    edit_item(world.workspace, "L1-01", Changes(by="长期坚持"), world.now)
    assert (carried(world).due_on, carried(world).next_review) == (None, date(2023, 12, 20))
    world.to("2023-09-21")
    edit_item(world.workspace, "L1-01", Changes(by="10月31日前"), world.now)
    assert (carried(world).due_on, carried(world).next_review) == (date(2023, 10, 31), None)
    world.does("suspend", "L1-01.A", reason="等部署")
    world.does("resume", "L1-01.A")
    world.to("2023-09-25")
    edit_item(world.workspace, "L1-01", Changes(by="长期坚持"), world.now)
    assert carried(world).next_review == date(2023, 12, 25)
    world.to("2023-12-26")
    world.sweep()
    world.expects("办公室主任", "回头看提醒")
    rebuilds(world)


def test_handed_to_another_unit_and_back_it_is_reviewed_there(world: World) -> None:
    lasting(world)
    world.to("2023-09-20")
    reassign(world.workspace, "L1-01", "A", "B", world.now)
    assert carried(world, "L1-01.B").next_review == date(2023, 12, 20)
    world.to("2023-09-25")
    reassign(world.workspace, "L1-01", "B", "A", world.now)
    world.signed("L1-01.A")
    assert carried(world).next_review == date(2023, 12, 25)
    world.to("2023-12-26")
    world.sweep()
    assert [n.assignment for n in world.expects("办公室主任", "回头看提醒")] == ["L1-01.A"]
    rebuilds(world)


def test_a_day_of_the_past_shows_what_had_been_found_by_then(world: World) -> None:
    lasting(world)
    world.to("2023-12-12")
    reviews(world, Verdict.GOOD)
    world.to("2024-03-12")
    reviews(world, Verdict.POOR)
    then = show_as_of(world.workspace, "L1-01.A", world.now.replace(month=1, day=31)).assignments[0]
    assert [line.verdict for line in then.reviews] == ["好"]
    assert (then.state, then.next_review) == (State.SIGNED, date(2024, 3, 11))
