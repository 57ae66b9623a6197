"""Down the chain: what is laid on whom, and laid once only."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.usecases.assign import lay_tier, lists_to_assign, open_list, preview
from responsibility.usecases.lists import confirm
from tests.world import World


def laid(world: World) -> list[str]:
    return [row[0] for row in world.rows("SELECT code FROM assignment ORDER BY id")]


def test_what_is_laid_on_whom(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部", support="乙支部")
    assert laid(world) == [f"L1-01.{c}" for c in ("DW1", "SJ1", "LD1", "BG1", "A", "B")]
    roles = dict(world.rows("SELECT code, role FROM assignment WHERE tier = 'branch'"))
    assert roles == {"L1-01.A": "lead", "L1-01.B": "support"}


def test_a_leader_named_by_the_item_is_laid_once(world: World) -> None:
    world.given(lead="甲支部", leader="分管领导乙、领导甲")
    assert [c for c in laid(world) if "LD" in c] == ["L1-01.LD1", "L1-01.LD2"]


def test_all_members_are_laid_and_work_runs_on_them_alone(any_world: World) -> None:
    world = any_world
    world.given(lead="各党支部", support="全体党员")
    assert len(laid(world)) == 1 + 1 + 2 + 1 + 2 + 5
    works = world.rows("SELECT tier, count(*) FROM assignment WHERE works GROUP BY tier")
    assert [tuple(row) for row in works] == [("member", 5)]
    signs = dict(world.rows("SELECT tier, count(*) FROM assignment WHERE signs GROUP BY tier"))
    assert signs == {"branch": 2, "member": 5}


def test_running_it_twice_lays_nothing_twice(any_world: World) -> None:
    world = any_world
    world.given(lead="各党支部", support="全体党员")
    before = laid(world)
    entries = world.rows("SELECT count(*) FROM ledger")
    assert world.assign() == 0
    assert laid(world) == before
    assert world.rows("SELECT count(*) FROM ledger") == entries


@pytest.mark.parametrize("died_after", range(6))
def test_after_a_crash_half_way_the_rest_is_laid(world: World, died_after: int) -> None:
    world.list({"title": "学习", "lead": "各党支部", "support": "全体党员", "by": "9月30日前"})
    open_list(world.workspace, "L1", world.now)
    for tier in world.workspace.settings.chain.tiers[:died_after]:
        lay_tier(world.workspace, "L1", tier.id, world.now)
    world.assign()
    assert len(laid(world)) == len(set(laid(world))) == 12
    assert world.rows("SELECT count(*) FROM clock")[0][0] == 7 + 5


def test_a_preview_says_who_would_get_how_many_and_writes_nothing(any_world: World) -> None:
    world = any_world
    world.list({"title": "学习", "lead": "各党支部", "support": "全体党员", "by": "9月30日前"})
    rows = preview(world.workspace, lists_to_assign(world.workspace), world.now)
    assert {row.tier: row.assignments for row in rows} == {
        "committee": 1,
        "secretary": 1,
        "leader": 2,
        "office": 1,
        "branch": 2,
        "member": 5,
    }
    assert laid(world) == []
    assert world.assign() == 12


def test_a_question_waits_until_the_office_has_answered(world: World) -> None:
    done = world.list({"title": "择机开会", "lead": "甲支部", "by": "10月前"})
    assert [q.code for q in done.questions] == ["L1-01"]
    assert world.assign() == 0
    confirm(world.workspace, "L1-01", world.now, reading=1)
    assert world.assign() == 5
    assert world.rows("SELECT due_on FROM assignment WHERE works")[0][0] in ("2023-09-30", date(2023, 9, 30))


def test_of_a_recurring_item_the_current_occurrence_is_laid(any_world: World) -> None:
    world = any_world
    world.given(by="每月25日前")
    assert "L1-01.A@2023-09" in laid(world)
    world.to("2023-10-09")
    assert world.assign() == 5
    assert [c for c in laid(world) if ".A@" in c] == ["L1-01.A@2023-09", "L1-01.A@2023-10"]


def test_a_long_term_item_has_no_finish_clock(world: World) -> None:
    world.given(by="长期坚持")
    assert [tuple(r) for r in world.rows("SELECT clock, count(*) FROM clock GROUP BY clock ORDER BY clock")] == [
        ("review", 1),
        ("sign", 1),
    ]


def test_a_tier_without_posts_is_said_and_the_rest_is_laid(world: World) -> None:
    chain = world.root / "config" / "chain.yaml"
    extra = "  - id: bureau\n    name: 常委会\n    duty: 领导责任\n    laid_on: one\n  - id: secretary\n"
    chain.write_text(chain.read_text("utf-8").replace("  - id: secretary\n", extra, 1), "utf-8")
    world.configure("schedule.yaml", '"08:30"', '"08:31"')
    world.list({"title": "开会", "lead": "甲支部", "by": "9月30日前"})
    gaps = [row.gap for row in preview(world.workspace, ["L1"], world.now) if row.gap]
    assert gaps == ["没有“常委会”一级的岗位，这一级未交办"]
    assert world.assign() == 5


def test_a_new_version_of_a_list_lays_only_what_is_new(world: World) -> None:
    row = {"title": "开会", "lead": "甲支部", "by": "9月30日前"}
    world.list(row)
    assert world.assign() == 5
    again = world.list(row)
    assert (again.list_code, again.new, again.changed, again.unchanged) == ("L1", 0, 0, 1)
    more = world.list(row, {"title": "写总结", "lead": "乙支部", "by": "10月31日前"})
    assert (more.new, more.unchanged) == (1, 1)
    assert world.assign() == 5
    fewer = world.list({"title": "写总结", "lead": "乙支部", "by": "10月31日前", "number": "2"})
    assert fewer.removed == ("L1-01",)
