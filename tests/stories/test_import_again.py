"""A list imported again: what differs is told, items are known by number and likeness, what fell away is cancelled."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.core.summary import Change
from responsibility.usecases.items import Changes, edit_item
from responsibility.usecases.lists import Imported
from responsibility.usecases.record import log, rebuilt, verify
from responsibility.usecases.withdraw import cancel_item
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World

MEETING = {"title": "开好动员部署会", "lead": "甲支部", "by": "9月30日前"}
PLAN = {"title": "制定工作计划", "lead": "乙支部", "by": "9月20日前", "target": "2篇"}


def told(done: Imported) -> list[tuple[str, str, dict[str, tuple[str, str]]]]:
    return [(one.code, one.change, {f.field: (f.before, f.after) for f in one.fields}) for one in done.differences]


def titles(world: World) -> dict[str, str]:
    return {row[0]: row[1] for row in world.rows("SELECT code, title FROM item WHERE NOT removed ORDER BY rank")}


def the_ledger_explains_it(world: World) -> None:
    state, clocks = world.rows(STATE), world.rows(CLOCKS)
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == state
        assert connection.exec_driver_sql(CLOCKS).all() == clocks
    assert verify(world.workspace)[1] == []


def test_every_difference_is_told_before_anything_is_written(any_world: World) -> None:
    world = any_world
    world.list(MEETING, PLAN)
    world.assign()
    changed = {**PLAN, "by": "10月20日前", "lead": "甲支部", "target": "3篇"}
    more = {"title": "撰写调研报告", "lead": "甲支部", "by": "年底前", "number": "3"}
    tried = world.list({**changed, "number": "2"}, more, dry_run=True)
    fields = {
        "phrase": ("9月20日前", "10月20日前"),
        "due_on": ("2023-09-20", "2023-10-20"),
        "lead": ("乙支部", "甲支部"),
        "target": ("2篇", "3篇"),
    }
    [new, change, gone] = told(tried)
    assert change == ("L1-02", Change.CHANGED, fields)
    assert (new[:2], new[2]["title"]) == (("L1-03", Change.NEW), ("", "撰写调研报告"))
    assert gone == ("L1-01", Change.REMOVED, {})
    assert [one.open for one in tried.differences if one.change is Change.REMOVED] == [5]
    assert not tried.written
    assert set(titles(world)) == {"L1-01", "L1-02"}
    done = world.list({**changed, "number": "2"}, more)
    assert done.differences == tried.differences
    assert done.redated == ("L1-02",)
    the_ledger_explains_it(world)


def test_a_row_put_in_front_moves_no_history(world: World) -> None:
    world.list(MEETING, PLAN)
    world.assign()
    world.signed("L1-02.B")
    first = {"title": "成立工作专班", "lead": "甲支部", "by": "9月15日前"}
    done = world.list(first, MEETING, PLAN)
    assert (done.new, done.changed, done.unchanged, done.removed) == (1, 0, 2, ())
    assert any("换了序号" in warning and "L1-02（文件里第 3 项）" in warning for warning in done.warnings)
    assert any("第 1 项为 L1-03" in warning for warning in done.warnings)
    assert titles(world) == {"L1-03": "成立工作专班", "L1-01": "开好动员部署会", "L1-02": "制定工作计划"}
    again = world.list(first, MEETING, PLAN)
    assert (again.new, again.changed, again.unchanged, again.differences) == (0, 0, 3, ())
    assert world.rows("SELECT state FROM assignment WHERE code = 'L1-02.B'")[0][0] == "signed"


def test_what_the_office_edited_stays_edited_under_another_number(world: World) -> None:
    world.list(MEETING, PLAN)
    edit_item(world.workspace, "L1-02", Changes(by="9月28日前"), world.now)
    done = world.list({"title": "成立工作专班", "lead": "甲支部", "by": "9月15日前"}, MEETING, PLAN)
    assert (done.changed, done.unchanged) == (0, 2)
    assert world.rows("SELECT phrase FROM item WHERE code = 'L1-02'")[0][0] == "9月28日前"


def test_a_title_reworded_is_the_same_item_and_another_one_is_said(world: World) -> None:
    world.list(MEETING, PLAN)
    reworded = world.list({**MEETING, "title": "召开动员部署会议"}, PLAN)
    assert told(reworded) == [("L1-01", Change.CHANGED, {"title": ("开好动员部署会", "召开动员部署会议")})]
    assert reworded.warnings == ()
    other = world.list({**MEETING, "title": "建章立制"}, PLAN)
    assert [warning[:5] for warning in other.warnings] == ["1 项任务"]


def test_a_removed_item_is_cancelled_on_request_and_its_history_stays(any_world: World) -> None:
    world = any_world
    world.list(MEETING, PLAN)
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    assert world.list({**PLAN, "number": "2"}).removed == ("L1-01",)
    assert {row[0] for row in world.rows("SELECT state FROM assignment")} == {"issued", "signed"}
    tried = cancel_item(world.workspace, "L1-01", world.now, dry_run=True)
    done = cancel_item(world.workspace, "L1-01", world.now, reason="不再列出")
    assert (tried.cancelled, done.cancelled, done.closed) == (5, 5, 0)
    the_ledger_explains_it(world)
    assert [line.act for line in log(world.workspace, "L1-01.A")][-1] == "item.cancel"
    with pytest.raises(ResponsibilityError, match="没有改动"):
        cancel_item(world.workspace, "L1-01", world.now)
    world.to("2023-10-10")
    world.sweep()
    assert {notice.item for notice in world.untold} == {"L1-02"}
    world.untold.clear()


def test_what_the_office_cancelled_stays_cancelled_while_the_file_says_the_same(world: World) -> None:
    world.list(MEETING, PLAN)
    world.assign()
    cancel_item(world.workspace, "L1-01", world.now)
    again = world.list(MEETING, PLAN)
    assert (again.new, again.changed, again.unchanged, again.removed) == (0, 0, 2, ())
    assert any("L1-01 办公室已撤销" in warning for warning in again.warnings)
    assert world.assign() == 0
    assert world.status().totals.assignments == 5
    changed = world.list({**MEETING, "by": "10月30日前"}, PLAN)
    assert (changed.changed, set(titles(world))) == (1, {"L1-01", "L1-02"})


def test_what_is_not_there_cannot_be_cancelled(world: World) -> None:
    world.list(MEETING)
    with pytest.raises(UnknownCode):
        cancel_item(world.workspace, "L1-09", world.now)
    assert cancel_item(world.workspace, "L1-01", world.now).cancelled == 0
    assert world.assign() == 0


def test_another_way_of_reading_alone_is_no_change_anybody_is_told(world: World) -> None:
    """A workspace from an older program, whose readings had other words."""
    world.list(MEETING)
    with world.workspace.write(world.now) as connection:
        connection.exec_driver_sql("UPDATE item SET fingerprint = 'old'")
    done = world.list(MEETING)
    assert (done.changed, done.unchanged, done.differences) == (0, 1, ())
    assert world.rows("SELECT fingerprint FROM item") != [("old",)]


def test_a_date_counted_from_another_day_is_a_change(world: World) -> None:
    world.list({**MEETING, "by": "15日内"})
    done = world.list({**MEETING, "by": "15日内"}, issued_on=date(2023, 9, 12))
    assert told(done) == [("L1-01", Change.CHANGED, {"due_on": ("2023-09-26", "2023-09-27")})]
