"""Taking back: the last act of a post, as if it had not been, and the record says both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from responsibility.core.assignment import Light
from responsibility.core.errors import ResponsibilityError
from responsibility.usecases.record import log, rebuilt, verify
from responsibility.usecases.undo import undo
from tests.world import World

ROWS = "SELECT * FROM assignment ORDER BY id"
CLOCKS = "SELECT * FROM clock ORDER BY assignment_id, clock"
ASKED = "SELECT * FROM extension ORDER BY seq"


def standing(world: World) -> list[Sequence[Any]]:
    """Everything the ledger explains."""
    return [world.rows(query) for query in (ROWS, CLOCKS, ASKED)]


def holds(world: World) -> None:
    """The ledger is sound, and explains what stands."""
    assert verify(world.workspace)[1] == []
    with rebuilt(world.workspace.engine) as connection:
        assert [connection.exec_driver_sql(query).all() for query in (ROWS, CLOCKS, ASKED)] == standing(world)


def refused(world: World, as_post: str | None = None) -> ResponsibilityError:
    """Taking back is refused, and nothing changes."""
    before = standing(world)
    with pytest.raises(ResponsibilityError) as caught:
        world.undoes(as_post)
    assert standing(world) == before
    return caught.value


def test_a_slip_of_the_office_is_taken_back(any_world: World) -> None:
    """Signed for the wrong branch: as if it had not been, but both are in the record."""
    world = any_world
    world.given(by="9月28日前")
    before = standing(world)
    world.does("sign", "L1-01.A")
    done = world.undoes()
    assert (done.act, done.code, done.before, done.after) == ("sign", "L1-01.A", "signed", "issued")
    assert standing(world) == before
    assert [entry.act for entry in log(world.workspace, "L1-01.A")] == ["issue", "sign", "undo"]
    holds(world)


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("sign", {}),
    ("report", {"count": 2, "percent": 40, "text": "两次"}),
    ("extend", {"to": "2023-10-20", "reason": "会期推迟", "as_post": "A1"}),
    ("agree", {"as_post": "BG1"}),
    ("approve", {"as_post": "LD1"}),
    ("suspend", {"reason": "等通知"}),
    ("resume", {}),
    ("submit", {}),
    ("send_back", {"reason": "缺纪要"}),
    ("submit", {}),
    ("close", {}),
    ("send_back", {"reason": "不实"}),
    ("cancel", {"reason": "并入另一项"}),
]


def test_a_whole_life_is_taken_back_step_by_step(any_world: World) -> None:
    """Whoever did it, in the order it was done, down to the issue; and every step stands as it stood."""
    from datetime import date

    from responsibility.usecases.extension import approve

    world = any_world
    world.given(by="9月28日前", target="4次")
    stood = []
    for verb, values in STEPS:
        stood.append((standing(world), values.get("as_post")))
        if verb in ("agree", "approve"):
            approve(world.workspace, "L1-01.A", world.now, **values)
        else:
            days = {key: date.fromisoformat(value) for key, value in values.items() if key == "to"}
            world.does(verb, "L1-01.A", **{**values, **days})
        if verb == "suspend":
            world.to("2023-09-18")
    for before, who in reversed(stood):
        world.undoes(who)
        assert standing(world) == before
    holds(world)
    assert "issue" not in {line.act for line in log(world.workspace) if line.act == "undo"}
    assert "list cancel" in refused(world).hint


def test_what_was_signed_by_mistake_is_urged_again(world: World) -> None:
    """The sign clock goes on where it stood: what fell due meanwhile is told once, by the rung due now."""
    world.given(by="10月28日前")
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")
    world.does("sign", "L1-01.A")
    world.to("2023-09-15")
    world.sweep()
    world.expects_nothing()
    world.undoes()
    world.sweep()
    world.expects("甲支部书记", "签收催办")
    world.sweep()
    holds(world)


def test_a_submission_taken_back_runs_against_its_old_date(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("submit", "L1-01.A", as_post="A1")
    world.to("2023-09-18")
    world.undoes("A1")
    assert world.status().items[0].light is Light.OVERDUE
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    holds(world)


def test_what_people_were_told_of_is_not_taken_back(world: World) -> None:
    """The office was reminded to verify: taking the submission back would make that untrue."""
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A", as_post="A1")
    world.to("2023-09-15")
    world.sweep()
    world.expects("办公室主任", "审核提醒")
    error = refused(world, "A1")
    assert "巡查" in error.message
    assert "zeren return L1-01.A" in error.hint
    holds(world)


def test_a_return_that_was_told_of_is_not_taken_back(world: World) -> None:
    """The ladder began anew and told somebody; the same rung must not be told twice, nor be lost."""
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("submit", "L1-01.A")
    world.does("send_back", "L1-01.A", reason="缺纪要")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    assert "巡查" in refused(world).message
    # Sent back and taken back before anybody was told: told once more under the arming it has then.
    world.does("submit", "L1-01.A")
    world.does("send_back", "L1-01.A", reason="还缺")
    world.undoes()
    world.undoes()
    world.to("2023-09-18")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    holds(world)


def test_nothing_is_taken_back_behind_somebodys_back(world: World) -> None:
    """The branch signed and reported; the office closed. First the office, then the branch."""
    world.given(by="9月28日前")
    world.does("sign", "L1-01.A", as_post="A1")
    world.does("submit", "L1-01.A", as_post="A1")
    world.does("close", "L1-01.A")
    error = refused(world, "A1")
    assert "销号" in error.message
    assert "BG1（办公室主任）" in error.message
    assert "zeren undo --as BG1" in error.hint
    assert world.undoes().act == "close"
    assert world.undoes("A1").act == "submit"
    assert world.undoes("A1").act == "sign"
    assert "没有可以撤回的动作" in refused(world, "A1").message


def test_undoing_twice_goes_further_back_and_never_forth(world: World) -> None:
    world.list(
        {"title": "一", "lead": "甲支部", "by": "9月28日前"}, {"title": "二", "lead": "乙支部", "by": "9月28日前"}
    )
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    assert [world.undoes().code for _ in range(2)] == ["L1-02.B", "L1-01.A"]
    world.does("sign", "L1-01.A")
    assert world.undoes().code == "L1-01.A"


def test_a_dry_run_says_what_it_would_do(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    before, entries = standing(world), world.rows("SELECT count(*) FROM ledger")
    done = undo(world.workspace, world.now, dry_run=True)
    assert (done.act, done.after, done.dry_run) == ("sign", "issued", True)
    assert (standing(world), world.rows("SELECT count(*) FROM ledger")) == (before, entries)


def test_who_closed_with_it_is_open_again(world: World) -> None:
    """The chain above closed with the last branch; taken back, it is as it was."""
    world.given(lead="甲支部、乙支部", by="9月28日前")
    for code in ("L1-01.A", "L1-01.B"):
        world.does("sign", code)
        world.does("submit", code)
    world.does("close", "L1-01.A")
    before = standing(world)
    closed = world.does("close", "L1-01.B").closed_above
    done = world.undoes()
    assert set(done.reopened_above) == set(closed)
    assert standing(world) == before
    holds(world)


def test_the_leader_takes_back_what_the_office_closed_over(world: World) -> None:
    """A leader closed one branch, the office the other and with it the chain: without the first it is open again."""
    world.configure("rights.yaml", "close: [office]", "close: [office, leader]")
    world.given(lead="甲支部、乙支部", by="9月28日前")
    for code in ("L1-01.A", "L1-01.B"):
        world.does("sign", code)
        world.does("submit", code)
    world.does("close", "L1-01.A", as_post="LD1")
    world.does("close", "L1-01.B")
    done = world.undoes("LD1")
    assert {"L1-01.DW1", "L1-01.SJ1", "L1-01.BG1", "L1-01.LD1"} == set(done.reopened_above)
    states = dict(world.rows("SELECT code, state FROM assignment"))
    assert (states["L1-01.A"], states["L1-01.B"], states["L1-01.LD2"]) == ("submitted", "closed", "closed")
    world.does("close", "L1-01.A")
    assert set(dict(world.rows("SELECT state, state FROM assignment"))) == {"closed"}
    holds(world)


def test_a_return_taken_back_closes_those_above_again(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    before = standing(world)
    world.does("send_back", "L1-01.A", reason="查实不符")
    assert world.undoes().closed_above
    assert standing(world) == before
    holds(world)


def test_a_changed_date_in_between_is_in_the_way(world: World) -> None:
    """The date moved after the submission: taking it back would run against a date nobody set."""
    from responsibility.usecases.items import Changes, edit_item

    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A", as_post="A1")
    edit_item(world.workspace, "L1-01", Changes(by="10月20日前"), world.now)
    assert "时限变动" in refused(world, "A1").message
    assert "zeren item edit L1-01" in refused(world).hint
    holds(world)


def test_a_unit_signed_above_its_members_and_closed_with_them(world: World) -> None:
    """The unit's own signature cannot go while it is closed by those below."""
    world.given(lead="甲支部", support="甲支部全体党员", by="9月28日前")
    world.does("sign", "L1-01.A", as_post="A1")
    for member in ("A11", "A12", "A13"):
        for verb in ("sign", "submit", "close"):
            world.does(verb, f"L1-01.{member}")
    assert "销号" in refused(world, "A1").message
    world.undoes()
    assert world.undoes("A1").after == "issued"
    holds(world)


def test_a_database_changed_by_hand_is_not_made_worse(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.tamper("UPDATE assignment SET percent = 70 WHERE code = 'L1-01.A'")
    assert "zeren log verify" in refused(world).hint


def test_a_report_is_not_taken_back_from_under_a_request_that_came_after_it(world: World) -> None:
    """The request changes nothing on the assignment itself, and yet rests on what was reported."""
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("report", "L1-01.A", as_post="A1", text="办了一半")
    world.does("extend", "L1-01.A", to=date(2023, 10, 13), reason="会期推迟")
    assert "申请延期" in refused(world, "A1").message


def test_what_was_done_to_a_set_is_undone_by_another_command(world: World) -> None:
    """Every act that is not taken back names the command that does instead."""
    from responsibility.core.undo import INSTEAD, SILENT, UNDOABLE
    from responsibility.views.terminal.records import ACTS

    assert UNDOABLE | SILENT | set(INSTEAD) >= set(ACTS)
    assert not UNDOABLE & set(INSTEAD)
    world.list({"title": "一", "lead": "甲支部", "by": "9月28日前"})
    assert "zeren list import" in refused(world).hint
    world.assign()
    error = refused(world)
    assert "BG1（办公室主任）" in error.message
    assert "“交办”" in error.message
    assert "zeren list cancel L1" in error.hint


def test_a_post_nobody_knows_takes_nothing_back(world: World) -> None:
    world.given(by="9月28日前")
    assert "Z99" in refused(world, "Z99").message
    assert "zeren log --actor A11" in refused(world, "A11").hint


def test_what_was_taken_back_counts_no_more(any_world: World) -> None:
    """Nobody is told the reason of a return that was taken back, nor is time counted from such a submission."""
    from responsibility.store.clocks import verifying
    from responsibility.store.tasksheets import reasons

    world = any_world
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    submitted = world.now
    world.does("send_back", "L1-01.A", reason="缺纪要")
    world.undoes()
    [(one,)] = world.rows("SELECT id FROM assignment WHERE code = 'L1-01.A'")
    with world.workspace.read() as connection:
        assert reasons(connection, [one]) == {}
        assert [row.at for row in verifying(connection)] == [submitted]
    world.undoes()
    with world.workspace.read() as connection:
        assert verifying(connection) == []
