"""Deadlines that hang on an event: the day is set, moved, and everything bound to it goes along."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy

from responsibility.core.assignment import Light
from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.store import migrate
from responsibility.store.engine import open_engine
from responsibility.usecases.events import events_of, set_event
from responsibility.usecases.record import log, rebuilt, verify
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World

AFTER = {"title": "报会议纪要", "lead": "甲支部", "by": "中期推进会后7日内"}
BEFORE = {"title": "准备材料", "lead": "乙支部", "by": "中期推进会前十日"}
EVENTS = "SELECT key, name, held_on FROM event"


def due(world: World) -> dict[str, str]:
    query = "SELECT i.code, a.due_on FROM assignment a JOIN item i ON i.id = a.item_id WHERE a.works"
    return {row[0]: str(row[1]) for row in world.rows(query)}


def test_setting_the_day_makes_everything_bound_to_it_ready_to_assign(world: World) -> None:
    world.list(AFTER, BEFORE, {"title": "别的事", "lead": "甲支部", "by": "9月30日前"})
    assert world.assign() == 5
    [event] = events_of(world.workspace)
    assert (event.name, event.on, [item.code for item in event.items]) == ("中期推进会", None, ["L1-01", "L1-02"])
    done = set_event(world.workspace, "“中期 推进会”", date(2023, 10, 20), world.now)
    assert (done.before, done.redated, done.ready) == (None, (), ("L1-01", "L1-02"))
    assert world.assign() == 10
    assert due(world) == {"L1-01": "2023-10-27", "L1-02": "2023-10-10", "L1-03": "2023-09-30"}
    assert events_of(world.workspace)[0].on == date(2023, 10, 20)


def test_moving_the_day_moves_dates_and_clocks_and_the_ledger_explains_it(any_world: World) -> None:
    world = any_world
    world.list(AFTER, BEFORE)
    set_event(world.workspace, "中期推进会", date(2023, 9, 22), world.now)
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    world.to("2023-09-13")
    world.sweep()
    world.expects("乙支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    done = set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now)
    assert (done.before, done.redated, done.ready) == (date(2023, 9, 22), ("L1-01", "L1-02"), ())
    assert due(world) == {"L1-01": "2023-10-27", "L1-02": "2023-10-10"}
    assert {item.light for item in world.status().items} == {Light.ON_SCHEDULE}
    state, clocks, events = world.rows(STATE), world.rows(CLOCKS), world.rows(EVENTS)
    assert len(events) == 1
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == state
        assert connection.exec_driver_sql(CLOCKS).all() == clocks
        assert connection.exec_driver_sql(EVENTS).all() == events
    assert verify(world.workspace)[1] == []
    assert [line.act for line in log(world.workspace, "L1-02")].count("event.set") == 2
    world.to("2023-10-10")
    world.sweep()
    world.expects("乙支部书记", "临期提醒")


def test_the_same_day_again_changes_and_records_nothing(world: World) -> None:
    world.list(AFTER)
    set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now)
    entries = len(log(world.workspace))
    assert set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now).redated == ()
    assert len(log(world.workspace)) == entries


def test_an_event_nothing_is_bound_to_is_refused_with_the_nearest_name(world: World) -> None:
    world.list(AFTER)
    with pytest.raises(UnknownCode) as refused:
        set_event(world.workspace, "中期推进会议", date(2023, 10, 20), world.now)
    assert "中期推进会" in refused.value.message
    assert refused.value.hint.startswith("是不是 中期推进会；")
    assert world.rows(EVENTS) == []


def test_importing_again_keeps_the_day_and_is_no_change(world: World) -> None:
    world.list(AFTER)
    set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now)
    again = world.list(AFTER, {"title": "再报一次", "lead": "乙支部", "by": "中期推进会后1个月内"})
    assert (again.unchanged, again.changed, again.new, again.questions) == (1, 0, 1, ())
    world.assign()
    assert due(world) == {"L1-01": "2023-10-27", "L1-02": "2023-11-20"}


def test_a_day_the_calendar_cannot_reckon_with_is_refused(world: World) -> None:
    world.list({**AFTER, "by": "中期推进会后900年内"})
    with pytest.raises(ResponsibilityError, match="算不出 L1-01"):
        set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now)
    assert world.rows(EVENTS) == []


def test_a_workspace_from_before_events_is_brought_up_on_opening(empty: str) -> None:
    engine = open_engine(empty)
    migrate.bring_up(engine, "0004")
    assert not sqlalchemy.inspect(engine).has_table("event")
    migrate.bring_up(engine)
    assert sqlalchemy.inspect(engine).has_table("event")
    engine.dispose()


def test_acting_before_the_event_was_set_is_refused(world: World) -> None:
    world.list(AFTER)
    set_event(world.workspace, "中期推进会", date(2023, 10, 20), world.now)
    earlier = datetime(2023, 9, 10, tzinfo=world.zone)
    with pytest.raises(ResponsibilityError):
        set_event(world.workspace, "中期推进会", date(2023, 10, 21), earlier)
