"""延期: asked for in time, agreed to one after the other, and what it changes."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from responsibility.cli.app import run
from responsibility.cli.verbs import told as in_words
from responsibility.core.errors import AmbiguousCode, IllegalTransition, NoRight, ResponsibilityError
from responsibility.usecases.extension import approve, asked_for, reject
from responsibility.usecases.lists import items_of
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.status import show, todo
from responsibility.views import terminal
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
    assert str(due_on) == "2023-10-13"
    assert str(next_at).startswith("2023-10-09")


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


def drawn(value: Any) -> str:
    """What the terminal shows, wide enough that nothing is cut."""
    console = Console(width=160, highlight=False)
    with console.capture() as shown:
        console.print(value)
    return shown.get()


def told(world: World, *argv: str) -> Any:
    """What a command answers in JSON."""
    out = StringIO()
    with redirect_stdout(out):
        assert run((*argv, "--json", "--workspace", str(world.root), "--now", world.now.isoformat())) == 0
    return json.loads(out.getvalue())


def granted(world: World, code: str, to: str) -> None:
    """Asked for and agreed to by all."""
    world.does("extend", code, to=date.fromisoformat(to), reason="会期推迟")
    while asked_for(world.workspace):
        answers(world, approve, code)


def test_how_many_were_extended_stands_beside_the_date(any_world: World) -> None:
    """The item's date is one, who was given a later one is another: status, list and head say both."""
    world = any_world
    world.given(lead="甲支部", support="乙支部", by="9月15日前")
    world.given(title="另一件", by="9月15日前")
    world.signed("L1-01.A", "L1-01.B")
    before = world.status()
    granted(world, "L1-01.A", "2023-09-28")
    world.does("extend", "L1-01.B", **TO)  # asked for is not granted
    after = world.status()
    assert [line.facts.extended for line in before.items] == [0]
    assert [line.facts.extended for line in after.items] == [1]
    assert [line.facts.due_on for line in after.items] == [date(2023, 9, 15)]
    assert "2023-09-15 延1项" in drawn(terminal.status(after, world.now, 10, "层级"))
    name, rows = items_of(world.workspace, "L1")
    assert [row.extended for row in rows] == [1]
    assert "2023-09-15 延1项" in drawn(terminal.items("L1", name, rows))
    view = show(world.workspace, "L1-01", world.now)
    assert (view.extended, view.laid_due_on, view.extended_to) == (1, date(2023, 9, 15), date(2023, 9, 28))
    assert "时限 2023-09-15（9月15日前），有 1 项延期，最晚 2023-09-28" in drawn(terminal.item(view))


def test_a_notice_says_how_often_the_date_was_moved(world: World) -> None:
    world.given(lead="甲支部", support="乙支部", by="9月15日前")
    world.signed("L1-01.A", "L1-01.B")
    granted(world, "L1-01.A", "2023-09-28")
    world.to("2023-10-20")
    world.sweep()
    head = [notice for notice in world.untold if notice.assignment == "L1-01.A"]
    assert all("应于9月28日前办结（已延期 1 次），" in notice.reason for notice in head)
    assert not any("延期" in notice.reason for notice in world.untold if notice.assignment == "L1-01.B")
    assert any("（已延期 1 次）" in parcel.text for parcel in world.courier.parcels)
    world.untold = []


def test_a_request_that_waits_is_said_wherever_somebody_looks(world: World) -> None:
    """show, todo of the one who answers next, and the sweep's remark."""
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    view = show(world.workspace, "L1-01", world.now)
    shown = drawn(terminal.item(view))
    assert "申请延期到 2023-09-28（2023-09-11 提出），等领导小组办公室答复" in shown
    assert "答复：zeren extension approve L1-01.A --as BG1" in shown
    [one] = [one for one in told(world, "show", "L1-01")["assignments"] if one["extension_asked"]]
    assert one["extension_asked"] | {"asked_by": ""} == {
        "to": "2023-09-28",
        "asked_on": "2023-09-11",
        "asked_by": "",
        "waits_for": "领导小组办公室",
        "answer_as": ["BG1"],
    }
    assert told(world, "remind", "--dry-run")["extensions_waiting"] == 1
    for post, waiting in (("BG1", 1), ("LD1", 0), ("A1", 0), ("A", 0), ("LD2", 0)):
        assert told(world, "todo", "--for", post)["extensions_waiting"] == waiting, post
        assert len(told(world, "extension", "list", "--as", post)["extensions"]) == waiting, post
    assert "等您答复的延期申请 1 项：zeren extension list --as BG1" in drawn(terminal.todo("主任", (), "BG1", 1))
    answers(world, approve)
    assert told(world, "todo", "--for", "LD1")["extensions_waiting"] == 1
    [line] = asked_for(world.workspace, now=world.now, whom="LD1")
    assert line.answer_as == ("LD1",)
    answers(world, reject, reason="时间够用")
    assert told(world, "remind", "--dry-run")["extensions_waiting"] == 0
    assert show(world.workspace, "L1-01.A", world.now).assignments[0].asked is None


def test_the_list_shows_the_date_as_it_stands_and_whom_to_answer_as(world: World) -> None:
    world.given(by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    world.does("suspend", "L1-01.A", reason="等通知")
    world.to("2023-09-14")
    world.does("resume", "L1-01.A")
    [line] = asked_for(world.workspace)
    assert line.from_on == date(2023, 9, 15) < line.due_on == due(world)
    shown = drawn(terminal.extensions([line]))
    assert str(line.due_on) in shown
    assert "2023-09-15" not in shown
    assert "--as BG1" in shown
    assert "zeren extension approve L1-01.A --as BG1" in shown


def test_an_items_code_is_enough_where_one_request_waits(world: World) -> None:
    world.given(lead="甲支部", support="乙支部", by="9月15日前")
    world.does("extend", "L1-01.A", as_post="A1", **TO)
    assert answers(world, approve, "L1-01").code == "L1-01.A"
    world.does("extend", "L1-01.B", as_post="B1", **TO)
    with pytest.raises(AmbiguousCode, match=r"L1-01\.A、L1-01\.B"):
        answers(world, approve, "L1-01")
    answers(world, reject, "L1-01.A", reason="时间够用")
    assert answers(world, reject, "L1-01", reason="时间够用").code == "L1-01.B"


def test_granted_late_is_called_so(world: World) -> None:
    """And only the office is told that it could; a branch, that the office may."""
    world.given(by="9月15日前")
    world.to("2023-09-16")
    with pytest.raises(ResponsibilityError, match="已过") as refused:
        world.does("extend", "L1-01.A", as_post="A1", **TO)
    assert "只有办公室" in refused.value.hint
    assert "--late" not in refused.value.hint
    done = world.does("extend", "L1-01.A", late=True, **TO)
    assert in_words(done).startswith("特批延期 L1-01.A")
    assert "延期 1 次，逾期后特批，原时限 2023-09-15" in drawn(terminal.item(show(world.workspace, "L1-01", world.now)))


def test_the_footer_of_todo_names_what_can_be_acted_on(world: World) -> None:
    """A unit whose members do the work signs and does not report; the tiers above do neither."""
    world.given(lead="甲支部", support="甲支部全体党员", by="9月15日前")
    _, upper = todo(world.workspace, "BG1", world.now)
    assert "办理" not in drawn(terminal.todo("主任", upper, "BG1"))
    _, unit = todo(world.workspace, "A1", world.now)
    assert "办理：zeren sign L1-01.A；" in drawn(terminal.todo("甲", unit, "A1"))
    assert "办理：zeren sign L1-01.A；" in drawn(terminal.todo("都", (*upper, *unit), "A1"))
    world.signed("L1-01.A", "L1-01.A11")
    _, unit = todo(world.workspace, "A1", world.now)
    assert "查看：zeren show L1-01.A" in drawn(terminal.todo("甲", unit, "A1"))
    assert "办理" not in drawn(terminal.todo("甲", unit, "A1"))
    _, member = todo(world.workspace, "A11", world.now)
    assert "办理：zeren report L1-01.A11；" in drawn(terminal.todo("甲一", member, "A11"))
