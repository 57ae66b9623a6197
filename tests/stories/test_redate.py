"""A due date that moved."""

from __future__ import annotations

from responsibility.core.assignment import Light
from responsibility.usecases.lists import confirm
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World

ITEM = {"title": "开好动员会", "lead": "甲支部", "by": "9月15日前"}


def test_a_later_date_arms_the_finish_ladder_anew_and_old_notices_stay(any_world: World) -> None:
    from responsibility.usecases.record import rebuilt

    world = any_world
    world.list(ITEM)
    world.assign()
    world.signed("L1-01.A")
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    moved = world.list({**ITEM, "by": "10月20日前"}, issued_on=None)
    assert (moved.changed, moved.redated) == (1, ("L1-01",))
    assert world.status().items[0].light is Light.ON_SCHEDULE
    world.sweep()
    world.expects_nothing()
    world.to("2023-10-17")
    world.sweep()
    assert world.expects("甲支部书记", "临期提醒")[0].nth == 2
    assert world.rows("SELECT count(*) FROM notice WHERE arming = 1 AND NOT skipped")[0][0] == 2
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == world.rows(STATE)
        assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)


def test_a_changed_title_alone_arms_nothing(world: World) -> None:
    world.list(ITEM)
    world.assign()
    clocks = world.rows(CLOCKS)
    done = world.list({**ITEM, "title": "开好一次动员会"})
    assert (done.changed, done.redated) == (1, ())
    assert world.rows(CLOCKS) == clocks


def test_an_assigned_item_that_becomes_unclear_keeps_its_date_until_the_office_answers(world: World) -> None:
    world.list(ITEM)
    world.assign()
    world.list({**ITEM, "by": "10月前"})
    assert str(world.rows("SELECT due_on FROM assignment WHERE works")[0][0]) == "2023-09-15"
    confirm(world.workspace, "L1-01", world.now, reading=1)
    assert str(world.rows("SELECT due_on FROM assignment WHERE works")[0][0]) == "2023-09-30"


def test_long_term_now_stops_the_finish_clock(world: World) -> None:
    world.list(ITEM)
    world.assign()
    world.signed("L1-01.A")
    world.list({**ITEM, "by": "长期坚持"})
    world.fast_forward(days=30)
    world.expects_nothing()


def test_what_is_closed_keeps_the_date_it_had(world: World) -> None:
    world.list(ITEM)
    world.assign()
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    assert world.list({**ITEM, "by": "10月20日前"}).redated == ()
