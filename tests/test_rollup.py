"""A parent closes when its children have: all of them, the share that policy names, or those of the lead units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from responsibility.core.assignment import State
from responsibility.core.chain import Chain, LaidOn, Organisation, Oversight, Post, Tier, Unit
from responsibility.core.escalation import CloseBy, Rollup
from responsibility.usecases.rollup import parents_to_close, parents_to_reopen

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
#: FG1 oversees the first branch, FG2 the system that the second belongs to, FG3 nothing.
ORGANISATION = Organisation(
    units=(
        Unit("DW", "党委", "committee"),
        Unit("Z1", "第一党支部", "branch", "DW"),
        Unit("XT", "学科系统", "department", "DW"),
        Unit("Z2", "第二党支部", "branch", "XT"),
    ),
    posts=tuple(Post(code, "DW", "leader", "分管领导") for code in ("FG1", "FG2", "FG3")),
    oversees=(Oversight("FG1", ("Z1",)), Oversight("FG2", ("XT",))),
)


@dataclass(frozen=True)
class Row:
    """An assignment of one occurrence, as far as closing its parents depends on it."""

    id: int
    code: str
    tier: str
    unit: str
    post: str | None = None
    works: bool = False
    state: State = State.IN_PROGRESS
    role: str = ""


TOP = [Row(1, "DW", "committee", "DW"), Row(2, "SJ", "secretary", "DW"), Row(3, "BGS1", "office", "BGS")]
LEADERS = [Row(4, "FG1", "leader", "DW", "FG1"), Row(5, "FG2", "leader", "DW", "FG2")]
BRANCHES = [Row(6, "Z1", "branch", "Z1"), Row(7, "Z2", "branch", "Z2")]
PARENTS = [*TOP, *LEADERS, *BRANCHES]
#: Two members in each branch.
MEMBERS = [
    Row(11, "Z1M1", "member", "Z1", "Z1M1", works=True),
    Row(12, "Z1M2", "member", "Z1", "Z1M2", works=True),
    Row(21, "Z2M1", "member", "Z2", "Z2M1", works=True),
    Row(22, "Z2M2", "member", "Z2", "Z2M2", works=True),
]


def family(*closed: int, cancelled: tuple[int, ...] = ()) -> list[Row]:
    """The whole chain over four members, some of whom have closed or were cancelled."""
    states = {**dict.fromkeys(closed, State.CLOSED), **dict.fromkeys(cancelled, State.CANCELLED)}
    return [replace(row, state=states.get(row.id, row.state)) for row in [*PARENTS, *MEMBERS]]


def closing(rows: list[Row], one: int, share: float = 1.0, by: CloseBy = CloseBy.SHARE) -> str:
    """Codes of the parents that close with assignment number `one`."""
    return " ".join(parents_to_close(rows, one, Rollup(by, share), CHAIN, ORGANISATION))


@pytest.mark.parametrize(
    ("closed", "one", "parents"),
    [
        ((), 11, ""),  # the first of all
        ((11,), 12, "FG1 Z1"),  # the last of a branch: the branch, and the leader over it
        ((21,), 22, "FG2 Z2"),  # a leader over the branch's parent
        ((11,), 21, ""),  # one in each branch
        ((11, 12), 21, "FG1 Z1"),  # what is ripe already and still open closes as well
        ((11, 12, 4, 6, 21), 22, "DW SJ BGS1 FG2 Z2"),  # the last of all: whoever has not closed yet
    ],
)
def test_parents_close_with_the_last_of_their_children(closed: tuple[int, ...], one: int, parents: str) -> None:
    assert closing(family(*closed), one) == parents


@pytest.mark.parametrize(
    ("share", "closed", "one", "parents"),
    [
        (0.5, (), 11, "FG1 Z1"),  # half of a branch
        (0.5, (11, 4, 6), 21, "DW SJ BGS1 FG2 Z2"),  # half of all
        (0.75, (), 11, ""),  # one of two is too few
        (0.75, (11, 12, 4, 6), 21, "DW SJ BGS1"),  # three of four; one of two in the second branch is not enough
        (0.76, (11, 12, 4, 6), 21, ""),  # three of four are too few
    ],
)
def test_a_share_of_the_children_is_enough_where_policy_says_so(
    share: float, closed: tuple[int, ...], one: int, parents: str
) -> None:
    assert closing(family(*closed), one, share) == parents


def test_cancelled_children_are_not_waited_for() -> None:
    assert closing(family(cancelled=(12,)), 11) == "FG1 Z1"
    assert closing(family(cancelled=(12, 21, 22)), 11) == "DW SJ BGS1 FG1 FG2 Z1 Z2"


def test_cancelled_children_are_no_part_of_the_share() -> None:
    assert closing(family(11, 4, 6, cancelled=(22,)), 12, share=0.7) == ""
    assert closing(family(11, 4, 6, cancelled=(22,)), 12, share=0.6) == "DW SJ BGS1"


def test_a_cancelled_parent_does_not_close() -> None:
    assert closing(family(11, cancelled=(4,)), 12) == "Z1"


def test_other_working_assignments_are_not_closed_along() -> None:
    assert "Z1M2" not in closing(family(), 11, share=0.5).split()


@pytest.mark.parametrize("state", [State.ISSUED, State.SIGNED, State.SUBMITTED, State.RETURNED, State.SUSPENDED])
def test_a_child_in_any_other_state_is_waited_for(state: State) -> None:
    rows = [replace(row, state=state) if row.id == 12 else row for row in family()]
    assert closing(rows, 11) == ""


def test_where_units_do_the_work_they_are_the_children() -> None:
    units = [replace(row, works=True) for row in BRANCHES]
    assert closing([*TOP, *LEADERS, *units], 6) == "FG1"
    closed = [replace(units[0], state=State.CLOSED), units[1]]
    assert closing([*TOP, replace(LEADERS[0], state=State.CLOSED), LEADERS[1], *closed], 7) == "DW SJ BGS1 FG2"


def test_a_named_leader_who_oversees_none_of_the_units_waits_for_all() -> None:
    named = Row(8, "FG3", "leader", "DW", "FG3")
    assert "FG3" not in closing([named, *family(11)], 12).split()
    assert "FG3" in closing([named, *family(11, 12, 21)], 22).split()


def test_a_supporting_unit_without_work_of_its_own_waits_for_all() -> None:
    support = Row(9, "X9", "branch", "X9")
    assert "X9" not in closing([support, *family(11)], 12).split()
    assert "X9" in closing([support, *family(11, 12, 21)], 22).split()


def led(rows: list[Row], *leads: str) -> list[Row]:
    """The same with a role on each branch: `leads` lead, the others support."""
    return [
        replace(row, role="lead" if row.unit in leads else "support") if row.tier == "branch" else row for row in rows
    ]


def reopening(rows: list[Row], one: int, rollup: Rollup) -> str:
    """Codes of the parents that are open again with assignment number `one`."""
    return " ".join(row.code for row in parents_to_reopen(rows, one, rollup, CHAIN, ORGANISATION))


def test_by_all_the_share_does_not_count() -> None:
    assert closing(family(), 11, share=0.5, by=CloseBy.ALL) == ""
    assert closing(family(11, 12, 21), 22, share=0.5, by=CloseBy.ALL) == "DW SJ BGS1 FG1 FG2 Z1 Z2"


def test_by_leads_those_who_support_may_still_be_open() -> None:
    units = [replace(row, works=True) for row in led(BRANCHES, "Z1")]
    assert closing([*TOP, LEADERS[0], *units], 6, by=CloseBy.LEADS) == "DW SJ BGS1 FG1"
    assert closing([*TOP, LEADERS[0], *units], 7, by=CloseBy.LEADS) == ""


def test_by_leads_the_share_does_not_count() -> None:
    assert closing(led(family(), "Z1"), 11, share=0.5, by=CloseBy.LEADS) == ""


def test_by_leads_where_members_carry_the_item_those_of_the_lead_units_count() -> None:
    rows = led(family(11), "Z1")
    # The second branch and the leader over it have nothing that leads: they wait for what is theirs.
    assert closing(rows, 12, by=CloseBy.LEADS) == "DW SJ BGS1 FG1 Z1"
    assert closing(led(family(21), "Z1"), 22, by=CloseBy.LEADS) == "FG2 Z2"


def test_by_leads_all_units_that_lead_are_waited_for() -> None:
    assert closing(led(family(11), "Z1", "Z2"), 12, by=CloseBy.LEADS) == "FG1 Z1"


def test_by_leads_without_any_lead_left_all_are_waited_for() -> None:
    rows = [replace(row, works=row.tier == "branch") for row in led(BRANCHES, "Z1")]
    rows[0] = replace(rows[0], state=State.CANCELLED)
    assert closing([*TOP, *rows], 7, by=CloseBy.LEADS) == "DW SJ BGS1"


ALL_CLOSED = (1, 2, 3, 4, 5, 6, 7, 11, 12, 21, 22)


@pytest.mark.parametrize(
    ("rollup", "one", "parents"),
    [
        (Rollup(), 11, "DW SJ BGS1 FG1 Z1"),  # its branch, the leader over it, everything above; not the other branch
        (Rollup(share=0.5), 11, ""),  # half of each is still closed
        (Rollup(CloseBy.LEADS), 11, "DW SJ BGS1 FG1 Z1"),  # a member of the branch that leads
        (Rollup(CloseBy.LEADS), 21, "FG2 Z2"),  # one of the branch that supports: nobody above waited for it
    ],
)
def test_a_child_that_is_open_again_opens_its_parents_at_every_tier(rollup: Rollup, one: int, parents: str) -> None:
    assert reopening(led(family(*ALL_CLOSED), "Z1"), one, rollup) == parents


def test_a_parent_that_was_open_is_not_opened_again() -> None:
    assert reopening(led(family(6, 11, 12), "Z1"), 11, Rollup()) == "Z1"
