"""The office's daily changes: a list taken back, an item more, an item changed, work that goes to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from responsibility.core.assignment import Light
from responsibility.core.errors import AmbiguousCode, InputProblems, ResponsibilityError, UnknownCode
from responsibility.core.summary import ItemAdded, ItemEdited, ItemReassigned, ListCancelled
from responsibility.ingest.worklist.single import Written
from responsibility.store.engine import writing
from responsibility.usecases.doctor import office
from responsibility.usecases.items import Changes, add_item, edit_item
from responsibility.usecases.lists import confirm, lists_of
from responsibility.usecases.reassign import reassign
from responsibility.usecases.record import log, rebuilt, status_as_of, verify
from responsibility.usecases.status import show
from responsibility.usecases.withdraw import cancel_list
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import World

ITEM = {"title": "开好动员会", "lead": "甲支部", "by": "9月15日前"}


def cancel(world: World, code: str = "L1", **values: Any) -> ListCancelled:
    return cancel_list(world.workspace, code, world.now, **values)


def add(world: World, title: str = "写总结", lead: str = "乙支部", **texts: Any) -> ItemAdded:
    number, issued_on = texts.pop("number", None), texts.pop("issued_on", None)
    written = Written(title, lead, **texts)
    return add_item(world.workspace, "L1", written, world.now, number=number, issued_on=issued_on)


def edit(world: World, code: str = "L1-01", **changes: Any) -> ItemEdited:
    return edit_item(world.workspace, code, Changes(**changes), world.now)


def move(world: World, source: str = "A", target: str = "B", code: str = "L1-01") -> ItemReassigned:
    return reassign(world.workspace, code, source, target, world.now)


def states(world: World) -> dict[str, str]:
    return {row[0].partition(".")[2]: row[1] for row in world.rows("SELECT code, state FROM assignment ORDER BY id")}


def closed(world: World, *codes: str) -> None:
    for code in codes:
        world.does("sign", code)
        world.does("submit", code)
        world.does("close", code)


def the_ledger_explains_it(world: World) -> None:
    """Rebuilding gives the same state, every digest holds, and of what is over no clock runs but that of reviews."""
    state, clocks = world.rows(STATE), world.rows(CLOCKS)
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == state
        assert connection.exec_driver_sql(CLOCKS).all() == clocks
    assert verify(world.workspace)[1] == []
    assert [one for one in office(world.workspace.settings, world.now) if one.check == "clocks"] == []
    running = "SELECT DISTINCT a.state, c.clock FROM clock c JOIN assignment a ON a.id = c.assignment_id WHERE next_at "
    running += "IS NOT NULL AND a.state IN ('cancelled', 'closed')"
    assert world.rows(running) in ([], [("closed", "review")])


# -- list cancel -------------------------------------------------------------------------------------------------------


def test_a_cancelled_list_takes_back_what_is_open_and_nobody_hears_of_it_again(any_world: World) -> None:
    world = any_world
    world.list(ITEM, {"title": "学习", "lead": "各党支部", "support": "全体党员", "by": "9月20日前"})
    world.assign()
    closed(world, "L1-02.A11")
    done = cancel(world, reason="另行印发")
    assert (done.cancelled, done.closed) == (5 + 12 - 1, 1)
    assert {state for code, state in states(world).items() if code != "A11"} == {"cancelled"}
    assert states(world)["A11"] == "closed"
    assert world.status().totals.assignments == 1
    assert world.status().unassigned == 0
    the_ledger_explains_it(world)
    world.fast_forward(days=30)
    world.expects_nothing()
    assert world.assign() == 0


def test_a_cancelled_list_is_one_entry_that_every_touched_assignment_names(world: World) -> None:
    world.list(ITEM, {**ITEM, "lead": "乙支部"})
    world.assign()
    closed(world, "L1-01.A")
    cancel(world)
    entries = log(world.workspace, "L1-02.B")
    assert [entry.act for entry in entries] == ["issue", "list.cancel"]
    assert log(world.workspace, "L1")[-1].values["count"] == 5
    assert [entry.act for entry in log(world.workspace, "L1-01.A")] == ["issue", "sign", "submit", "close"]


def test_rehearsing_a_cancellation_changes_nothing(world: World) -> None:
    world.given()
    before = world.rows(STATE), world.rows("SELECT count(*) FROM ledger")
    assert cancel(world, dry_run=True).cancelled == 5
    assert (world.rows(STATE), world.rows("SELECT count(*) FROM ledger")) == before
    assert not lists_of(world.workspace)[0].cancelled


def test_a_second_cancellation_is_refused(world: World) -> None:
    world.given()
    cancel(world)
    with pytest.raises(ResponsibilityError, match="L1 已经撤销"):
        cancel(world)
    with pytest.raises(UnknownCode, match="没有清单 L9"):
        cancel(world, "L9")


def test_a_file_of_the_same_title_becomes_a_new_list(world: World) -> None:
    world.given()
    cancel(world)
    again = world.list(ITEM)
    assert (again.list_code, again.new) == ("L2", 1)
    assert world.assign() == 5
    assert [(line.code, line.cancelled) for line in lists_of(world.workspace)] == [("L1", True), ("L2", False)]
    world.untold.clear()


def test_the_past_before_a_cancellation_can_be_read(world: World) -> None:
    world.given(by="9月15日前")
    world.to("2023-09-20")
    cancel(world)
    assert status_as_of(world.workspace, world.now.replace(day=18)).totals[Light.OVERDUE] == 5
    assert world.status().totals.assignments == 0


def test_a_digest_that_waits_when_its_list_is_cancelled_is_dropped(world: World) -> None:
    from responsibility.usecases.remind import sweep

    world.given(by="9月15日前")
    world.to("2023-09-18")
    sweep(world.workspace, world.now)
    cancel(world)
    assert world.deliver()["dropped"] > 0
    assert world.courier.parcels == []


def test_a_forged_cancellation_is_found(world: World) -> None:
    world.given()
    cancel(world)
    with writing(world.workspace.engine) as connection:
        connection.exec_driver_sql("UPDATE assignment SET role = 'support' WHERE code = 'L1-01.A'")
    assert (log(world.workspace)[-1].seq, "撤销的任务与留痕摘要不符") in verify(world.workspace)[1]


# -- item add ----------------------------------------------------------------------------------------------------------


def test_an_added_item_is_read_like_one_of_a_file_and_laid_by_the_next_assign(any_world: World) -> None:
    world = any_world
    world.given()
    world.to("2023-10-09")
    done = add(world, lead="乙支部", support="全体党员", leader="领导甲", by="10月底前", target="4次", category="study")
    assert (done.code, str(done.due_on), done.category) == ("L1-02", "2023-10-31", "理论学习")
    assert (done.units, done.leaders) == ((("B", "乙支部", "lead"),), ("分管领导甲",))
    assert world.assign() == 3 + 2 + 1 + 5
    assert world.rows("SELECT target_count, target_unit, category, origin FROM item WHERE code = 'L1-02'")[0] == (
        4,
        "次",
        "study",
        "hand",
    )
    assert log(world.workspace, "L1-02")[0].act == "item.add"
    the_ledger_explains_it(world)


def test_the_number_is_the_next_free_one_or_the_one_asked_for(world: World) -> None:
    world.list(ITEM, {**ITEM, "number": "7"})
    assert add(world).code == "L1-08"
    assert add(world, number="3").code == "L1-03"
    assert add(world, number="7.1").code == "L1-7.1"
    with pytest.raises(ResponsibilityError, match="L1-03 已经用过"):
        add(world, number="3")
    with pytest.raises(InputProblems):
        add(world, number="第三")


def test_what_is_wrong_with_an_added_item_is_all_listed_and_nothing_written(world: World) -> None:
    world.given()
    before = world.rows("SELECT count(*) FROM item"), world.rows("SELECT count(*) FROM ledger")
    with pytest.raises(InputProblems) as refused:
        add(world, title=" ", lead="丙支部", leader="某领导", by="2月30日前", target="很多")
    assert [problem.cell for problem in refused.value.problems] == ["--title", "--target", "--by", "--lead", "--leader"]
    assert "乙支部" in str(refused.value.problems[3]) or "甲支部" in str(refused.value.problems[3])
    assert (world.rows("SELECT count(*) FROM item"), world.rows("SELECT count(*) FROM ledger")) == before


def test_an_added_item_whose_deadline_is_unclear_waits_for_an_answer(world: World) -> None:
    world.given()
    done = add(world, by="10月前")
    assert done.needs_confirmation
    assert done.readings
    assert world.assign() == 0
    confirm(world.workspace, done.code, world.now, reading=1)
    assert world.assign() == 5


def test_an_added_item_counts_its_deadline_from_today_unless_told_otherwise(world: World) -> None:
    world.given()
    world.to("2023-10-09")
    assert str(add(world, by="15日内").due_on) == "2023-10-24"
    assert str(add(world, by="15日内", issued_on=date(2023, 10, 1)).due_on) == "2023-10-16"
    assert add(world, target="每月1次").phrase == "每月1次"


def test_nothing_is_added_to_a_cancelled_list(world: World) -> None:
    world.given()
    cancel(world)
    with pytest.raises(ResponsibilityError, match="已经撤销"):
        add(world)


# -- item edit ---------------------------------------------------------------------------------------------------------


def test_an_edited_deadline_starts_the_finish_ladder_anew(any_world: World) -> None:
    world = any_world
    world.list(ITEM)
    world.assign()
    world.signed("L1-01.A")
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    done = edit(world, by="10月20日前", title="开好一次动员会")
    assert (done.redated, dict(done.before)["due_on"], dict(done.after)["due_on"]) == (True, "2023-09-15", "2023-10-20")
    world.sweep()
    world.expects_nothing()
    world.to("2023-10-17")
    world.sweep()
    assert world.expects("甲支部书记", "临期提醒")[0].nth == 2
    the_ledger_explains_it(world)


def test_an_edit_is_recorded_with_what_was_and_what_is(world: World) -> None:
    world.given()
    edit(world, title="开好推进会", target="2次", category="理论学习", urgent=True)
    entry = log(world.workspace, "L1-01")[-1]
    assert entry.act == "item.edit"
    after = {"title": "开好推进会", "target": "2次", "category": "理论学习", "urgent": True}
    assert (entry.values["before"], entry.values["after"]) == (
        {"title": "开好动员会", "target": "", "category": "其他", "urgent": False},
        after,
    )
    assert dict(edit(world, target="").after) == {"target": ""}
    assert world.rows("SELECT target_count FROM item")[0][0] is None


def test_saying_what_it_says_already_changes_and_records_nothing(world: World) -> None:
    world.given()
    before = world.rows("SELECT count(*) FROM ledger")
    assert not edit(world, title="开好动员会").after
    assert world.rows("SELECT count(*) FROM ledger") == before
    assert world.rows("SELECT edited FROM item")[0][0] in (0, False)


def test_what_cannot_be_read_is_listed_and_changes_nothing(world: World) -> None:
    world.given()
    with pytest.raises(InputProblems) as refused:
        edit(world, title="", by="2月30日前", target="很多")
    assert [problem.cell for problem in refused.value.problems] == ["--title", "--by", "--target"]
    with pytest.raises(InputProblems):
        edit(world, by=" ")
    with pytest.raises(UnknownCode):
        edit(world, "L1-01.A", title="x")


def test_an_unclear_new_deadline_leaves_the_old_date_until_the_office_answers(world: World) -> None:
    world.given(by="9月15日前")
    assert edit(world, by="10月前").needs_confirmation
    assert str(world.rows("SELECT due_on FROM assignment WHERE works")[0][0]) == "2023-09-15"
    confirm(world.workspace, "L1-01", world.now, reading=1)
    assert str(world.rows("SELECT due_on FROM assignment WHERE works")[0][0]) == "2023-09-30"


def test_milestones_of_their_own_column_stay_when_the_deadline_is_edited(world: World) -> None:
    world.given(by="12月15日前", steps="10月：启动\n11月：中期")
    edit(world, by="12月20日前")
    assert [title for title, _ in show(world.workspace, "L1-01", world.now).milestones] == ["启动", "中期"]


# -- item reassign -----------------------------------------------------------------------------------------------------


def test_reassigned_work_is_taken_back_and_laid_anew_at_once(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    done = move(world, "甲支部", "乙支部")
    assert (done.cancelled, done.laid) == (("L1-01.A", "L1-01.LD1"), 2)
    assert states(world) == {
        "DW1": "issued", "SJ1": "issued", "LD1": "cancelled", "BG1": "issued", "A": "cancelled",
        "LD2": "issued", "B": "issued",
    }  # fmt: skip
    assert world.rows("SELECT role FROM assignment WHERE code = 'L1-01.B'")[0][0] == "lead"
    assert world.assign() == 0
    assert world.status().totals.assignments == 5
    the_ledger_explains_it(world)
    assert "item.reassign" in [entry.act for entry in log(world.workspace, "L1-01.A")]


def test_reassigning_moves_who_is_told(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    move(world)
    world.signed("L1-01.B")
    world.to("2023-09-20")
    world.sweep()
    assert {notice.post for notice in world.untold} == {"B1", "BG1", "LD2"}
    world.untold.clear()


def test_members_go_with_their_unit_and_what_was_closed_stays(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="甲支部全体党员")
    closed(world, "L1-01.A11")
    done = move(world)
    assert set(done.cancelled) == {"L1-01.A", "L1-01.A12", "L1-01.A13", "L1-01.LD1"}
    assert done.laid == 1 + 1 + 2
    assert states(world)["A11"] == "closed"
    the_ledger_explains_it(world)
    closed(world, "L1-01.B11", "L1-01.B12")
    assert world.status().items[0].light is Light.CLOSED


def test_parents_that_are_complete_without_it_close(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="乙支部、办公室")
    closed(world, "L1-01.B", "L1-01.BG")
    done = move(world, "A", "B")
    assert (done.laid, set(done.closed_above)) == (1, {"L1-01.DW1", "L1-01.SJ1", "L1-01.BG1", "L1-01.LD2"})
    assert set(states(world).values()) == {"closed", "cancelled"}
    assert world.status().items[0].light is Light.CLOSED
    the_ledger_explains_it(world)


def test_a_leader_who_oversees_another_unit_of_the_item_stays(world: World) -> None:
    world.given(lead="甲支部", support="乙支部", leader="分管领导甲")
    done = move(world)
    assert done.cancelled == ("L1-01.A",)
    assert states(world)["LD1"] == "issued"


def test_work_that_comes_back_is_handed_out_again_under_its_old_code(any_world: World) -> None:
    world = any_world
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("report", "L1-01.A", percent=30)
    move(world, "A", "B")
    edit(world, by="9月29日前")
    world.to("2023-09-12")
    done = move(world, "B", "A")
    assert (set(done.again), done.laid) == ({"L1-01.A", "L1-01.LD1"}, 0)
    assert (states(world)["A"], states(world)["B"]) == ("issued", "cancelled")
    row = world.rows("SELECT due_on, percent FROM assignment WHERE code = 'L1-01.A'")[0]
    assert (str(row[0]), row[1]) == ("2023-09-29", 30)
    the_ledger_explains_it(world)
    world.to("2023-09-15")
    world.sweep()
    assert world.expects("甲支部书记", "签收提醒")[0].assignment == "L1-01.A"


def test_a_recurring_item_moves_from_the_current_occurrence_on(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    world.to("2023-10-09")
    world.assign()
    done = move(world)
    assert "L1-01.A@2023-10" in done.cancelled
    now = states(world)
    assert (now["A@2023-09"], now["LD1@2023-09"], now["A@2023-10"]) == ("issued", "issued", "cancelled")
    assert now["B@2023-10"] == "issued"
    world.to("2023-11-01")
    assert world.assign() == 5
    assert "A@2023-11" not in states(world)
    the_ledger_explains_it(world)


def test_an_item_not_yet_assigned_is_laid_on_the_new_unit_by_assign(world: World) -> None:
    world.list(ITEM)
    assert not move(world).assigned
    assert states(world) == {}
    world.assign()
    assert "A" not in states(world)
    assert "B" in states(world)


def test_other_items_of_the_list_are_not_laid_by_it(world: World) -> None:
    world.given()
    add(world)
    move(world)
    assert world.status().unassigned == 1


def test_a_leader_is_replaced_on_one_item_and_stays_away(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    done = move(world, "分管领导甲", "LD2")
    assert (done.cancelled, done.laid) == (("L1-01.LD1",), 1)
    assert world.assign() == 0
    world.to("2023-09-20")
    world.sweep()
    assert {notice.post for notice in world.untold} == {"A1", "BG1", "LD2"}
    world.untold.clear()
    the_ledger_explains_it(world)
    assert move(world, "LD2", "LD1").again == ("L1-01.LD1",)
    the_ledger_explains_it(world)


def closes_first(world: World) -> None:
    closed(world, "L1-01.A")


def asks_first(world: World) -> None:
    edit(world, by="10月前")


@pytest.mark.parametrize(
    ("before", "source", "target", "error", "said"),
    [
        (None, "B", "A", ResponsibilityError, "不在乙支部名下"),
        (None, "LD2", "LD1", ResponsibilityError, "不在分管领导乙名下"),
        (None, "A", "A1", ResponsibilityError, "都是甲支部"),
        (None, "A", "LD2", ResponsibilityError, "不是同一类"),
        (None, "A", "丙支部", UnknownCode, "没有编号或名称为 丙支部"),
        (None, "A11", "B", ResponsibilityError, "党员岗位"),
        (closes_first, "A", "B", ResponsibilityError, "已经销号"),
        (asks_first, "A", "B", ResponsibilityError, "还没有确认"),
    ],
)
def test_what_cannot_be_reassigned_is_refused_in_a_sentence(
    world: World, before: Callable[[World], None] | None, source: str, target: str, error: type[Exception], said: str
) -> None:
    world.given()
    if before is not None:
        before(world)
    state = world.rows(STATE)
    with pytest.raises(error, match=said):
        move(world, source, target)
    assert world.rows(STATE) == state


def test_a_unit_without_members_takes_no_work_of_members(world: World) -> None:
    world.given(lead="甲支部", support="甲支部全体党员")
    with pytest.raises(ResponsibilityError, match="没有党员岗位"):
        move(world, "A", "BG")


def test_a_name_that_fits_several_posts_is_not_guessed(world: World) -> None:
    world.organise(holdings=[{"post": "LD2", "person": "RLD1"}])
    world.given()
    with pytest.raises(AmbiguousCode, match="LD1、LD2"):
        move(world, "领导甲", "LD2")


# -- importing the file again ------------------------------------------------------------------------------------------


def test_what_the_office_edited_stays_while_the_file_says_the_same(any_world: World) -> None:
    world = any_world
    world.list(ITEM)
    world.assign()
    edit(world, title="开好推进会", by="10月20日前")
    again = world.list(ITEM)
    assert (again.unchanged, again.changed, again.warnings) == (1, 0, ())
    title, due_on = world.rows(
        "SELECT i.title, a.due_on FROM item i JOIN assignment a ON a.item_id = i.id WHERE works"
    )[0]
    assert (title, str(due_on)) == ("开好推进会", "2023-10-20")


def test_another_issue_date_alone_is_no_change_of_the_file(world: World) -> None:
    world.list({**ITEM, "by": "15日内"})
    edit(world, by="10月20日前")
    assert world.list({**ITEM, "by": "15日内"}, issued_on=date(2023, 9, 12)).unchanged == 1
    assert world.rows("SELECT phrase FROM item")[0][0] == "10月20日前"


def test_where_the_file_changed_too_it_holds_and_that_is_said(world: World) -> None:
    world.list(ITEM)
    edit(world, title="开好推进会")
    again = world.list({**ITEM, "title": "开好总结会"})
    assert again.changed == 1
    assert ["L1-01 办公室改过" in warning for warning in again.warnings] == [True]
    assert world.rows("SELECT title FROM item")[0][0] == "开好总结会"
    assert world.list({**ITEM, "title": "开好总结会"}).unchanged == 1


def test_an_answer_about_a_deadline_outlives_the_next_import(world: World) -> None:
    world.list({**ITEM, "by": "10月前"})
    confirm(world.workspace, "L1-01", world.now, due_on=date(2023, 9, 30))
    world.list({**ITEM, "by": "10月前"}, issued_on=date(2023, 9, 12))
    assert world.assign() == 5


def test_reassigned_work_stays_reassigned(world: World) -> None:
    world.list(ITEM)
    world.assign()
    move(world)
    world.list(ITEM)
    assert world.assign() == 0
    assert states(world)["A"] == "cancelled"


def test_reassigned_work_can_be_brought_to_what_a_changed_file_says(any_world: World) -> None:
    world = any_world
    world.list(ITEM)
    world.assign()
    move(world)
    world.list({**ITEM, "title": "开好总结会"})
    assert world.assign() == 0
    assert set(move(world, "B", "A").again) == {"L1-01.A", "L1-01.LD1"}
    assert states(world)["B"] == "cancelled"
    the_ledger_explains_it(world)


def test_what_the_office_added_is_missed_in_no_file(world: World) -> None:
    world.list(ITEM)
    add(world)
    again = world.list(ITEM)
    assert (again.removed, again.unchanged) == ((), 1)
    assert world.assign() == 10


def test_a_number_the_office_gave_away_is_not_taken_over_by_other_work(world: World) -> None:
    world.list(ITEM)
    add(world)
    row = {"title": "别的事", "lead": "甲支部", "by": "9月30日前"}
    clash = world.list(ITEM, row)
    assert not clash.written
    assert [("L1-02" in p.message, "写总结" in p.message) for p in clash.problems] == [(True, True)]
    taken = world.list(ITEM, {**row, "title": "写总结"})
    assert (taken.written, taken.changed) == (True, 1)
    assert world.list(ITEM).removed == ("L1-02",)


# -- whatever happens --------------------------------------------------------------------------------------------------

WORKS = ("A", "B", "BG", "A11", "A12", "A13", "B11", "B12")
ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["sign", "submit", "close"]), st.sampled_from(WORKS)),
        st.tuples(st.just("move"), st.sampled_from(["A B", "B A", "A BG", "BG A", "LD1 LD2", "LD2 LD1"])),
        st.tuples(st.just("edit"), st.sampled_from(["9月20日前", "9月28日前", "长期坚持"])),
        st.tuples(st.sampled_from(["sweep", "assign", "import", "cancel"]), st.just("")),
    ),
    max_size=30,
)


@pytest.mark.parametrize("support", ["办公室", "甲支部全体党员"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@example(acts=[("sign", "A"), ("submit", "A"), ("close", "A"), ("edit", "长期坚持")])
def test_whatever_the_office_does_the_ledger_explains_it(
    database: str, tmp_path_factory: pytest.TempPathFactory, support: str, acts: list[tuple[str, str]]
) -> None:
    row = {**ITEM, "support": support}
    with World(tmp_path_factory.mktemp("office") / "w") as world:
        world.list(row)
        world.assign()
        for act, what in acts:
            with suppress(ResponsibilityError):
                _do(world, row, act, what)
        the_ledger_explains_it(world)
        _parents_of_what_is_done_are_closed(world)
        world.untold.clear()


def _do(world: World, row: dict[str, str], act: str, what: str) -> None:
    if act == "move":
        move(world, *what.split())
    elif act == "edit":
        edit(world, by=what)
    elif act == "import":
        world.list(row)
    elif act == "cancel":
        cancel(world)
    elif act in ("sweep", "assign"):
        world.to(date.fromordinal(world.now.date().toordinal() + 2).isoformat())
        getattr(world, act)()
    else:
        world.does(act, f"L1-01.{what}")


def _parents_of_what_is_done_are_closed(world: World) -> None:
    """Nobody above waits for work when all that stands of it is closed; somebody works where anything is open."""
    for (occurrence,) in world.rows("SELECT id FROM occurrence"):
        rows = world.rows(f"SELECT works, state FROM assignment WHERE occurrence_id = {occurrence}")
        standing = [(works, state) for works, state in rows if state != "cancelled"]
        if standing:
            assert any(works for works, _ in standing)
        if all(state == "closed" for works, state in standing if works):
            assert {state for _, state in standing} <= {"closed"}
