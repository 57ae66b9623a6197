"""A parent closes by what the policy waits for, and opens again with its children."""

from __future__ import annotations

from responsibility.core.assignment import Light, State
from responsibility.usecases.record import rebuilt, verify
from tests.world import World

#: Led by the first branch with its members, supported by the second with its members.
BOTH = {"title": "全体学习", "lead": "甲支部", "support": "乙支部、全体党员", "by": "9月30日前"}


def by_leads(world: World) -> None:
    world.configure("policy.yaml", "close_by: share", "close_by: leads")


def closes(world: World, *codes: str) -> list[str]:
    """Signed, submitted and closed; the parents that closed along."""
    above: list[str] = []
    for code in codes:
        world.does("sign", code)
        world.does("submit", code)
        above += world.does("close", code).closed_above
    return sorted(above)


def test_by_leads_the_units_that_support_may_still_be_at_work(any_world: World) -> None:
    world = any_world
    by_leads(world)
    world.given(lead="甲支部", support="乙支部")
    assert closes(world, "L1-01.A") == [f"L1-01.{c}" for c in ("BG1", "DW1", "LD1", "SJ1")]
    totals = world.status().totals
    assert (totals[Light.CLOSED], totals[Light.ON_SCHEDULE]) == (5, 1)
    world.does("sign", "L1-01.B")
    world.to("2023-10-07")
    world.sweep()  # what supports is still owed
    world.expects("乙支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert closes_after_signing(world, "L1-01.B") == []
    assert verify(world.workspace)[1] == []


def closes_after_signing(world: World, code: str) -> list[str]:
    world.does("submit", code)
    return list(world.does("close", code).closed_above)


def test_by_leads_where_members_carry_the_item_the_members_of_lead_units_are_waited_for(world: World) -> None:
    by_leads(world)
    world.list(BOTH)
    world.assign()
    assert closes(world, "L1-01.A11", "L1-01.A12") == []
    assert closes(world, "L1-01.A13") == [f"L1-01.{c}" for c in ("A", "BG1", "DW1", "LD1", "SJ1")]
    assert closes(world, "L1-01.B11", "L1-01.B12") == ["L1-01.B"]


def test_one_that_is_returned_opens_its_branch_its_leader_and_everything_above(any_world: World) -> None:
    world = any_world
    world.list({**BOTH, "lead": "各党支部", "support": "全体党员"})
    world.assign()
    members = [f"L1-01.{c}" for c in ("A11", "A12", "A13", "B11", "B12")]
    closes(world, *members)
    assert world.status().totals[Light.CLOSED] == 12
    done = world.does("send_back", "L1-01.A12", reason="抽查发现没有学")
    assert sorted(done.reopened_above) == [f"L1-01.{c}" for c in ("A", "BG1", "DW1", "LD1", "SJ1")]
    assert world.status().totals[Light.CLOSED] == 6  # the second branch, its leader, four members
    states = dict(world.rows("SELECT code, state FROM assignment WHERE NOT works ORDER BY id"))
    assert states["L1-01.B"] == states["L1-01.LD2"] == State.CLOSED
    world.does("submit", "L1-01.A12")
    assert sorted(world.does("close", "L1-01.A12").closed_above) == sorted(done.reopened_above)
    before = world.rows("SELECT code, state FROM assignment ORDER BY code")
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql("SELECT code, state FROM assignment ORDER BY code").all() == before


def test_by_leads_one_that_only_supports_opens_nothing_above(world: World) -> None:
    by_leads(world)
    world.given(lead="甲支部", support="乙支部")
    closes(world, "L1-01.A", "L1-01.B")
    assert world.does("send_back", "L1-01.B", reason="材料不全").reopened_above == ()
    assert len(world.does("send_back", "L1-01.A", reason="材料不全").reopened_above) == 4


def test_what_was_issued_under_all_keeps_waiting_for_all(world: World) -> None:
    world.given(lead="甲支部", support="乙支部")
    by_leads(world)
    assert closes(world, "L1-01.A") == []
    assert len(closes(world, "L1-01.B")) == 4
