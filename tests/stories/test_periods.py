"""期次: what recurs is laid period by period, in its time, and what was missed stays owed."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.assignment import Light, State
from responsibility.usecases.lists import confirm
from responsibility.usecases.periods import NewPeriods, lay_begun, periods_waiting
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.status import show, todo
from responsibility.usecases.withdraw import cancel_item, cancel_list
from tests.world import World


def laid(world: World, unit: str = "A") -> list[str]:
    """The periods laid on a unit, as their codes say."""
    rows = world.rows("SELECT code FROM assignment ORDER BY id")
    return [code for (code,) in rows if f".{unit}@" in code]


def ahead(world: World, days: int) -> None:
    world.configure("policy.yaml", "ahead: 0", f"ahead: {days}")


def by_itself(world: World) -> NewPeriods:
    """What the schedule does before it sweeps."""
    return lay_begun(world.workspace, world.now)


def waiting(world: World) -> list[str]:
    return [f"{one.item}@{one.period.label}" for one in periods_waiting(world.workspace, world.now)]


def test_what_was_missed_stays_open_and_overdue_while_the_next_one_runs(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    world.signed("L1-01.A@2023-09")
    world.to("2023-10-09")
    world.assign()
    world.signed("L1-01.A@2023-10")
    view = show(world.workspace, "L1-01", world.now)
    units = {one.occurrence: one for one in view.assignments if one.unit == "A"}
    assert {label: (one.state, one.light, one.due_on) for label, one in units.items()} == {
        "2023-09": (State.SIGNED, Light.OVERDUE, date(2023, 9, 25)),
        "2023-10": (State.SIGNED, Light.ON_SCHEDULE, date(2023, 10, 25)),
    }
    assert (view.due_on, view.light) == (date(2023, 10, 25), Light.OVERDUE)
    [line] = world.status().items
    assert (line.facts.due_on, line.light) == (date(2023, 10, 25), Light.OVERDUE)
    assert (line.counts[Light.OVERDUE], line.counts[Light.ON_SCHEDULE]) == (5, 5)
    assert [one.code for one in todo(world.workspace, "A1", world.now)[1]] == ["L1-01.A@2023-09", "L1-01.A@2023-10"]


def test_each_period_climbs_its_own_ladder(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    world.signed("L1-01.A@2023-09")
    world.to("2023-10-09")
    world.assign()
    world.signed("L1-01.A@2023-10")
    world.to("2023-10-10")
    world.sweep()  # the seventh working day after 09-25, the make-up days of the holiday counted
    for recipient in ("分管领导甲", "党委书记"):
        [told] = world.expects(recipient, "约谈")
        assert told.assignment == "L1-01.A@2023-09"
    world.to("2023-10-20")
    world.sweep()
    assert [n.assignment for n in world.expects("甲支部书记", "临期提醒")] == ["L1-01.A@2023-10"]
    assert {n.assignment for n in world.untold} == {"L1-01.A@2023-09"}
    world.expects("党委", "通报")
    world.expects("甲支部书记", "通报")
    world.does("submit", "L1-01.A@2023-09")
    done = world.does("close", "L1-01.A@2023-09")
    assert all(code.endswith("@2023-09") for code in done.closed_above)
    assert len(done.closed_above) == 4


def test_an_item_that_is_asked_for_by_its_post_means_what_is_open(world: World) -> None:
    world.given(by="每月25日前")
    world.signed("L1-01.A@2023-09")
    world.does("submit", "L1-01.A@2023-09")
    world.does("close", "L1-01.A@2023-09")
    world.to("2023-10-01")
    world.assign()
    assert world.does("sign", "L1-01", as_post="A1").code == "L1-01.A@2023-10"


def test_periods_are_laid_ahead_as_the_policy_says(any_world: World) -> None:
    world = any_world
    ahead(world, 10)
    world.to("2023-09-20")
    world.given(by="每月25日前")
    assert laid(world) == ["L1-01.A@2023-09"]  # the next one begins in eleven days
    world.to("2023-09-21")
    assert world.assign() == 5
    assert laid(world) == ["L1-01.A@2023-09", "L1-01.A@2023-10"]
    assert world.status().items[0].facts.due_on == date(2023, 9, 25)  # the current one
    assert show(world.workspace, "L1-01", world.now).due_on == date(2023, 9, 25)
    world.to("2023-09-26")
    assert world.status().items[0].facts.due_on == date(2023, 10, 25)
    assert world.assign() == 0


def test_far_ahead_several_periods_are_laid_each_with_its_own_dates(world: World) -> None:
    ahead(world, 60)
    world.given(by="每月25日前")
    assert laid(world) == [f"L1-01.A@2023-{month}" for month in ("09", "10", "11")]
    due = "SELECT c.due_on FROM clock c WHERE c.clock = 'finish' ORDER BY c.due_on"
    assert [str(row[0]) for row in world.rows(due)] == ["2023-09-25", "2023-10-25", "2023-11-25"]


def test_the_schedule_lays_a_period_on_its_first_day_and_once_only(any_world: World) -> None:
    world = any_world
    world.given(lead="各党支部", support="全体党员", by="每月25日前")
    world.to("2023-09-30")
    assert by_itself(world).periods == ()
    assert waiting(world) == []
    world.to("2023-10-01")
    assert waiting(world) == ["L1-01@2023-10"]
    done = by_itself(world)
    assert (done.periods, done.assignments) == ((("L1-01", "2023-10"),), 12)
    assert str(done) == "新一期已交办：L1-01@2023-10，任务 12 项"
    assert laid(world) == ["L1-01.A@2023-09", "L1-01.A@2023-10"]
    assert by_itself(world) == NewPeriods()
    assert (waiting(world), world.assign()) == ([], 0)
    assert verify(world.workspace)[1] == []
    states = "SELECT code, state, issued_on, due_on FROM assignment ORDER BY id"
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(states).all() == world.rows(states)


def test_the_schedule_lays_ahead_too(world: World) -> None:
    ahead(world, 5)
    world.given(by="每月25日前")
    world.to("2023-09-25")
    assert by_itself(world).periods == ()
    world.to("2023-09-26")
    assert by_itself(world).periods == (("L1-01", "2023-10"),)


def test_what_nobody_assigned_waits_for_the_office(world: World) -> None:
    rows = [{"title": "月度例会", "lead": "甲支部", "by": "每月25日前"}]
    world.list(*rows)
    world.to("2023-10-01")
    assert by_itself(world).periods == ()
    world.assign()
    world.list(
        *rows,
        {"title": "月度报告", "lead": "乙支部", "by": "每月20日前"},
        {"title": "择机", "lead": "乙支部", "by": "10月前"},
    )
    confirm(world.workspace, "L1-03", world.now, reading=1)
    world.to("2023-11-01")
    assert by_itself(world).periods == (("L1-01", "2023-11"),)
    assert laid(world, "B") == []


def test_who_joined_meanwhile_is_laid_by_the_office_not_by_the_schedule(world: World) -> None:
    row = {"title": "月度例会", "lead": "甲支部", "by": "每月25日前"}
    world.list(row)
    world.assign()
    world.to("2023-09-20")
    world.list({**row, "support": "乙支部"})
    assert by_itself(world).periods == ()
    world.to("2023-10-01")
    by_itself(world)
    assert laid(world, "B") == ["L1-01.B@2023-10"]
    assert world.assign() == 0  # the old period is over


def test_periods_that_passed_while_nobody_laid_them_are_not_made_up_for(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    world.to("2024-02-05")
    assert by_itself(world).periods == (("L1-01", "2024-02"),)
    assert laid(world) == ["L1-01.A@2023-09", "L1-01.A@2024-02"]


@pytest.mark.parametrize("taken_back", ["item", "list", "assignment"])
def test_what_was_taken_back_recurs_no_more(world: World, taken_back: str) -> None:
    world.given(by="每月25日前")
    if taken_back == "item":
        cancel_item(world.workspace, "L1-01", world.now)
    elif taken_back == "list":
        cancel_list(world.workspace, "L1", world.now)
    else:
        world.does("cancel", "L1-01.A@2023-09", reason="不办了")
        world.tamper("UPDATE assignment SET state = 'cancelled'")
    world.to("2023-10-01")
    assert by_itself(world).periods == ()


def test_a_series_that_is_over_has_no_next_period(world: World) -> None:
    world.given(by="2023年10月底前，每月25日前")
    world.to("2023-12-01")
    assert waiting(world) == []


def test_a_sweep_lays_nothing(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    world.signed("L1-01.A@2023-09")
    world.does("submit", "L1-01.A@2023-09")
    world.does("close", "L1-01.A@2023-09")
    world.to("2023-10-09")
    world.sweep()
    assert laid(world) == ["L1-01.A@2023-09"]
    assert waiting(world) == ["L1-01@2023-10"]
