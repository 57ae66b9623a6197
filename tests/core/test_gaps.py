"""Holes in the chain, each told once however many cases fall into it."""

from __future__ import annotations

from responsibility.core.chain import Route
from responsibility.core.gaps import Hole, Reached, gaps_in


def test_one_vacant_post_is_one_gap_for_all_units_and_rungs_it_fails() -> None:
    instead = (Route("SJ1", "secretary", "LD1"), Route("BG1", "office", "LD1"))
    met = [Reached(unit, "leader", rung, instead) for unit in ("A", "B") for rung in ("督办", "约谈")]
    [gap] = gaps_in(met)
    assert (gap.hole, gap.about) == (Hole.VACANT, "LD1")
    assert (gap.units, gap.rungs, gap.told) == (("A", "B"), ("督办", "约谈"), ("SJ1", "BG1"))


def test_nobody_at_all_and_vacant_members_are_gaps_of_their_own() -> None:
    nobody = Reached("A", "leader", "督办", ())
    members = Reached("A", "", "临期提醒", (Route("A1", "branch", ""),))
    assert [(gap.hole, gap.about) for gap in gaps_in([nobody, members])] == [
        (Hole.NOBODY, "leader"),
        (Hole.VACANT_MEMBERS, ""),
    ]


def test_who_is_there_is_no_gap() -> None:
    assert gaps_in([Reached("A", "owner", "到期催办", (Route("A1", "owner"),))]) == ()
