"""Counting: every assignment once, lights rolled up from where the work is done, items worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core import summary
from responsibility.core.assignment import SEVERITY, Light, State, Work, light, worst
from responsibility.core.chain import Chain, LaidOn, Tier
from responsibility.core.summary import (
    Counts,
    Family,
    ItemFacts,
    ItemLine,
    Lit,
    Tally,
    count,
    count_items,
    lit,
    together,
    totals,
)

CHAIN = Chain(
    (
        Tier("committee", "党委", "", LaidOn.ONE),
        Tier("secretary", "党委书记", "", LaidOn.ONE),
        Tier("leader", "分管领导", "", LaidOn.LEADERS),
        Tier("office", "领导小组办公室", "", LaidOn.ONE),
        Tier("branch", "党支部", "", LaidOn.UNITS),
        Tier("member", "党员", "", LaidOn.MEMBERS),
    )
)
#: FG1 oversees the first branch, FG2 the second and the third.
OVER = {"Z1": ["FG1"], "Z2": ["FG2"], "Z3": ["FG2"]}
NOW = datetime(2023, 10, 20, 8, 30, tzinfo=timezone(timedelta(hours=8)))
BASE = Work(State.IN_PROGRESS, date(2023, 10, 11), None, None, None)

#: A work that shows each light at NOW, without a measure of progress.
SHOWING = {
    Light.CLOSED: replace(BASE, state=State.CLOSED),
    Light.SUSPENDED: replace(BASE, state=State.SUSPENDED),
    Light.ON_SCHEDULE: BASE,
    Light.BEHIND: replace(BASE, milestones=(date(2023, 10, 19),)),
    Light.DUE_SOON: replace(BASE, soon_at=NOW),
    Light.OVERDUE: replace(BASE, due_at=NOW),
}
CANCELLED = replace(SHOWING[Light.OVERDUE], state=State.CANCELLED)
CLOSED, SUSPENDED, ON_SCHEDULE, BEHIND, DUE_SOON, OVERDUE = Light


def shine(work: Work) -> Light:
    return light(work, NOW, NOW.date(), 10.0)


def members(unit: str, work: Work | Light, n: int = 1, occurrence: int = 1, item: int = 1) -> Tally:
    """`n` members of a unit who do the work and show a light."""
    shown = SHOWING[work] if isinstance(work, Light) else work
    return Tally(item, occurrence, "member", unit, None, True, shown, n)


def above(tier: str, unit: str = "DW", post: str | None = None, work: Work = BASE, occurrence: int = 1) -> Tally:
    """One assignment that no work is done on."""
    return Tally(1, occurrence, tier, unit, post, False, work, 1)


def lights(tallies: Sequence[Tally]) -> list[Lit]:
    return lit(tallies, shine, CHAIN, lambda unit: OVER.get(unit, []))


def rolled_up(parent: Tally, *below: Tally) -> Light:
    """The light of one parent over some work."""
    return next(one.light for one in lights([*below, parent]) if one.tally is parent)


MIXED = [members("Z1", ON_SCHEDULE, 3), members("Z1", OVERDUE), members("Z2", BEHIND), members("Z3", CLOSED, 2)]


@pytest.mark.parametrize(
    ("tier", "unit", "post", "expected"),
    [
        ("branch", "Z1", None, OVERDUE),  # the worst of its own members, be it one of four
        ("branch", "Z2", None, BEHIND),  # not its neighbour's
        ("branch", "Z3", None, CLOSED),  # all of them are done
        ("branch", "Z9", None, OVERDUE),  # a supporting unit without work of its own: the worst of all
        ("leader", "DW", "FG1", OVERDUE),  # the units this leader oversees
        ("leader", "DW", "FG2", BEHIND),  # the worst of two units
        ("leader", "DW", "FG3", OVERDUE),  # named by the item and overseeing none of the units: the worst of all
        ("office", "BGS", "BGS1", OVERDUE),  # one post: all below
        ("secretary", "DW", "SJ", OVERDUE),
        ("committee", "DW", None, OVERDUE),
    ],
)
def test_a_rolled_up_light_is_the_worst_below(tier: str, unit: str, post: str | None, expected: Light) -> None:
    others = [above("leader", "DW", leader) for leader in ("FG1", "FG2") if leader != post]
    assert rolled_up(above(tier, unit, post), *others, *MIXED) is expected


def test_a_leader_alone_answers_for_all_units_of_the_item() -> None:
    """Named by the item, overseeing one of its units: nobody else on the item answers for the others."""
    assert rolled_up(above("leader", "DW", "FG2"), *MIXED) is OVERDUE


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ([], ON_SCHEDULE),  # nothing below
        ([CLOSED], CLOSED),  # all done
        ([CLOSED, SUSPENDED], SUSPENDED),  # what rests is not done
        ([CLOSED, SUSPENDED, ON_SCHEDULE], ON_SCHEDULE),  # what goes on is not resting
        ([ON_SCHEDULE, BEHIND], BEHIND),
        ([BEHIND, DUE_SOON], DUE_SOON),
        ([DUE_SOON, OVERDUE], OVERDUE),
    ],
)
def test_of_several_lights_below_the_worst_is_shown(below: list[Light], expected: Light) -> None:
    apart = [members(f"Z{at}", each) for at, each in enumerate(below)]
    together = [members("Z1", each) for each in reversed(below)]
    assert rolled_up(above("secretary"), *apart) is expected
    assert rolled_up(above("branch", "Z1"), *together) is expected
    assert rolled_up(above("branch", "Z1"), *reversed(together)) is expected


def test_a_closed_parent_stays_closed_whatever_is_below() -> None:
    """A policy may let a parent close when only a share of its children have."""
    assert rolled_up(above("branch", "Z1", work=SHOWING[CLOSED]), members("Z1", OVERDUE)) is CLOSED


def test_a_suspended_parent_is_suspended_whatever_is_below() -> None:
    assert rolled_up(above("branch", "Z1", work=SHOWING[SUSPENDED]), members("Z1", OVERDUE)) is SUSPENDED


def test_a_parents_own_dates_do_not_make_it_late() -> None:
    assert rolled_up(above("secretary", work=SHOWING[OVERDUE]), members("Z1", ON_SCHEDULE)) is ON_SCHEDULE


def test_one_periods_delay_does_not_colour_the_next() -> None:
    late, fresh = members("Z1", OVERDUE, occurrence=1), members("Z1", ON_SCHEDULE, occurrence=2)
    assert rolled_up(above("secretary", occurrence=1), late, fresh) is OVERDUE
    assert rolled_up(above("secretary", occurrence=2), late, fresh) is ON_SCHEDULE


def test_units_that_do_the_work_themselves_show_their_own_light() -> None:
    own = replace(members("Z1", DUE_SOON), tier="branch")
    assert [one.light for one in lights([own])] == [DUE_SOON]
    assert rolled_up(above("leader", post="FG1"), own) is DUE_SOON


def test_what_was_cancelled_is_in_no_count_and_rolls_up_nothing() -> None:
    everything = [members("Z1", CANCELLED, 5), members("Z1", ON_SCHEDULE, 2), above("branch", "Z1")]
    everything.append(above("leader", post="FG1", work=CANCELLED))
    counts = totals(lights(everything))
    assert counts.assignments == 3
    assert counts[ON_SCHEDULE] == 3


def test_members_counted_together_count_each() -> None:
    counts = totals(lights([members("Z1", OVERDUE, 12), above("branch", "Z1")]))
    assert counts[OVERDUE] == 13
    assert counts.assignments == 13


def test_of_no_assignments_every_count_is_nought() -> None:
    counts = totals([])
    assert [counts[each] for each in Light] == [0] * 6
    assert counts.assignments == 0
    assert counts.worst is ON_SCHEDULE


def test_the_worst_of_counts_overlooks_lights_nobody_shows() -> None:
    counts = Counts()
    counts.add(BEHIND, 2)
    counts.add(OVERDUE, 0)
    assert counts.worst is BEHIND


def test_groups_keep_the_order_given_and_show_empty_ones() -> None:
    order = [("Z2", "第二党支部"), ("Z1", "第一党支部"), ("Z9", "无任务")]
    found = lights([members("Z1", OVERDUE, 2), members("Z2", CLOSED), members("Z8", BEHIND)])
    groups = count(found, lambda tally: [tally.unit], order)
    assert [(group.key, group.name, group.counts.assignments) for group in groups] == [
        ("Z2", "第二党支部", 1),
        ("Z1", "第一党支部", 2),
        ("Z9", "无任务", 0),  # nothing here; and the unit nobody asked for is left out
    ]
    assert groups[1].counts[OVERDUE] == 2


def test_what_two_leaders_oversee_counts_for_both() -> None:
    found = lights([members("Z1", OVERDUE, 3)])
    groups = count(found, lambda tally: ["FG1", "FG2"], [("FG1", "副书记"), ("FG2", "组织委员")])
    assert [group.counts[OVERDUE] for group in groups] == [3, 3]


def facts(number: int, due: str | None = "2023-10-20") -> ItemFacts:
    due_on = date.fromisoformat(due) if due else None
    return ItemFacts(number, f"L1-{number:02}", f"重点工作{number}", "study", due_on)


def item_lines(found: Iterable[Lit], known: Mapping[int, ItemFacts]) -> tuple[ItemLine, ...]:
    """The lines of items of which no two are alike."""
    return summary.item_lines([Family((one,), (one.tally.item,)) for one in found], known)


def codes(tallies: Iterable[Tally], *known: ItemFacts) -> list[str]:
    """Codes of the items in the order they are shown."""
    return [line.facts.code for line in item_lines(lights(list(tallies)), {fact.id: fact for fact in known})]


def test_items_stand_worst_first() -> None:
    shuffled = [ON_SCHEDULE, OVERDUE, CLOSED, DUE_SOON, SUSPENDED, BEHIND]
    tallies = [members("Z1", each, item=at) for at, each in enumerate(shuffled, 1)]
    expected = ["L1-02", "L1-04", "L1-06", "L1-01", "L1-05", "L1-03"]
    assert codes(tallies, *(facts(at) for at in range(1, 7))) == expected


def test_among_equal_lights_the_item_with_more_of_it_stands_first() -> None:
    tallies = [members("Z1", OVERDUE, 1, item=1), members("Z1", OVERDUE, 4, item=2)]
    assert codes(tallies, facts(1, "2023-09-01"), facts(2)) == ["L1-02", "L1-01"]


def test_among_equal_counts_the_due_date_and_then_the_code_decide() -> None:
    tallies = [members("Z1", OVERDUE, item=item) for item in (4, 3, 2, 1)]
    known = [facts(1, None), facts(4, "2023-10-20"), facts(3, "2023-10-20"), facts(2, "2023-10-10")]
    assert codes(tallies, *known) == ["L1-02", "L1-03", "L1-04", "L1-01"]


def test_one_late_assignment_makes_its_item_late() -> None:
    found = lights([members("Z1", CLOSED, 40), members("Z2", OVERDUE)])
    (line,) = item_lines(found, {1: facts(1)})
    assert line.light is OVERDUE
    assert line.counts.assignments == 41


def test_an_item_without_assignments_is_not_listed() -> None:
    assert codes([members("Z1", OVERDUE, item=1)], facts(1), facts(2)) == ["L1-01"]
    assert codes([members("Z1", CANCELLED, item=2)], facts(1), facts(2)) == []


PERCENT = {value: replace(BASE, percent=value) for value in (0, 30, 50, 55, 100)}


@pytest.mark.parametrize(
    ("below", "progress"),
    [
        ([members("Z1", BASE, 5)], None),  # nothing to measure by
        ([members("Z1", PERCENT[50])], 50),  # one
        ([members("Z1", PERCENT[30]), members("Z2", PERCENT[50])], 40),  # the mean
        ([members("Z1", PERCENT[30], 3), members("Z2", PERCENT[50])], 35),  # over heads, not over tallies
        ([members("Z1", PERCENT[50]), members("Z2", PERCENT[55])], 52),  # rounded down
        ([members("Z1", PERCENT[100]), members("Z2", BASE)], 50),  # who reported nothing stands at nought
        ([members("Z1", CLOSED), members("Z2", PERCENT[50])], 75),  # closed is a hundred
        ([members("Z1", CLOSED), members("Z2", BASE)], 50),  # and measures by itself
        ([members("Z1", PERCENT[0], 4)], 0),  # nought was reported
        ([members("Z1", PERCENT[50]), members("Z2", CANCELLED, 9)], 50),  # cancelled ones are in none
        ([members("Z1", PERCENT[50]), above("branch", "Z1", work=SHOWING[CLOSED])], 50),  # parents do no work
        ([above("branch", "Z1", work=PERCENT[50])], None),  # and have no progress of their own
    ],
)
def test_an_items_progress_is_the_mean_over_those_who_do_the_work(below: list[Tally], progress: int | None) -> None:
    (line,) = item_lines(lights(below), {1: facts(1)})
    assert line.progress == progress


TALLIES = st.lists(
    st.builds(
        Tally,
        item=st.integers(1, 3),
        occurrence=st.integers(1, 2),
        tier=st.sampled_from([tier.id for tier in CHAIN.tiers]),
        unit=st.sampled_from(["Z1", "Z2", "Z3"]),
        post=st.sampled_from([None, "FG1", "FG2"]),
        works=st.booleans(),
        work=st.sampled_from([*SHOWING.values(), CANCELLED, *PERCENT.values()]),
        n=st.integers(1, 20),
    ),
    max_size=12,
)


@given(TALLIES)
@settings(deadline=None)
def test_totals_are_the_sum_of_the_six_lights_over_all_that_was_not_cancelled(tallies: list[Tally]) -> None:
    counts = totals(lights(tallies))
    assert counts.assignments == sum(tally.n for tally in tallies if tally.work.state is not State.CANCELLED)
    assert counts.assignments == sum(counts[each] for each in Light)


@given(TALLIES)
@settings(deadline=None)
def test_tiers_and_items_add_up_to_the_totals(tallies: list[Tally]) -> None:
    found = lights(tallies)
    whole = totals(found)
    tiers = count(found, lambda tally: [tally.tier], [(tier.id, tier.name) for tier in CHAIN.tiers])
    items = item_lines(found, {number: facts(number) for number in (1, 2, 3)})
    for each in Light:
        assert sum(group.counts[each] for group in tiers) == whole[each]
        assert sum(line.counts[each] for line in items) == whole[each]


@given(TALLIES, st.integers(1, 3))
@settings(deadline=None)
def test_what_is_alike_counts_as_often_as_it_is_there(tallies: list[Tally], times: int) -> None:
    once = lights([replace(tally, item=1, occurrence=1) for tally in tallies])
    family = Family(tuple(once), tuple(range(1, times + 1)))
    whole = totals(together([family]))
    lines = summary.item_lines([family], {number: facts(number) for number in range(1, 4)})
    (studies,) = count_items(lines, lambda fact: fact.category, [("study", "理论学习")])
    for each in Light:
        assert whole[each] == studies.counts[each] == times * totals(once)[each]


@given(TALLIES)
@settings(deadline=None)
def test_a_post_over_all_shows_the_worst_light_of_its_occurrence(tallies: list[Tally]) -> None:
    top = above("secretary", occurrence=1)
    below = [tally for tally in tallies if tally.works and tally.occurrence == 1]
    shown = [shine(tally.work) for tally in below if tally.work.state is not State.CANCELLED]
    assert rolled_up(top, *tallies) is worst(shown)


@given(TALLIES)
@settings(deadline=None)
def test_items_never_stand_above_worse_ones(tallies: list[Tally]) -> None:
    lines = item_lines(lights(tallies), {number: facts(number) for number in (1, 2, 3)})
    severity = [SEVERITY[line.light] for line in lines]
    assert severity == sorted(severity, reverse=True)
