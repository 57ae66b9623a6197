"""The chain laid on a small office: who heads, who oversees, and who hears when a post is vacant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from responsibility.core.chain import (
    Chain,
    Collective,
    Holding,
    LaidOn,
    Organisation,
    Oversight,
    Person,
    Post,
    Route,
    Tier,
    Unit,
    route_above,
    routes,
    units_of,
)

CHAIN = Chain(
    tiers=(
        Tier("committee", "党委", "主体责任", LaidOn.ONE),
        Tier("secretary", "党委书记", "第一责任人责任", LaidOn.ONE),
        Tier("leader", "分管领导", "“一岗双责”", LaidOn.LEADERS),
        Tier("office", "领导小组办公室", "统筹协调责任", LaidOn.ONE),
        Tier("branch", "党支部/责任单位", "直接责任", LaidOn.UNITS),
        Tier("member", "党员", "落实责任", LaidOn.MEMBERS),
    ),
    kinds={"branch": "党支部", "department": "部门"},
)
UNITS = (
    Unit("DW", "党委", "committee"),
    Unit("BGS", "领导小组办公室", "office", "DW"),
    Unit("Z1", "第一党支部", "branch", "DW"),
    Unit("XT", "学科系统", "department", "DW"),
    Unit("Z2", "第二党支部", "branch", "XT"),
    Unit("X2", "第二党支部课题组", "task_force", "Z2"),
    Unit("KB", "空白单位", "department", "XT"),
)
POSTS = (
    Post("DWH", "DW", "committee", "党委会"),
    Post("SJ", "DW", "secretary", "党委书记"),
    Post("FG1", "DW", "leader", "副书记"),
    Post("FG2", "DW", "leader", "组织委员"),
    Post("FG3", "DW", "leader", "宣传委员"),
    Post("BGS1", "BGS", "office", "办公室主任"),
    Post("Z1M1", "Z1", "member", "党员"),
    Post("Z1S", "Z1", "branch", "支部书记"),
    Post("Z1F", "Z1", "branch", "支部副书记"),
    Post("Z2S", "Z2", "branch", "支部书记"),
    Post("Z2M1", "Z2", "member", "党员"),
    Post("X2M1", "X2", "member", "课题组成员"),
)
#: FG1 oversees the first branch; FG2 the system the second one belongs to; FG3 nothing.
OVERSEES = (Oversight("FG1", ("Z1",)), Oversight("FG2", ("XT",)))
TODAY = date(2023, 10, 9)


def office(*vacant: str, posts: Iterable[Post] = POSTS, oversees: tuple[Oversight, ...] = OVERSEES) -> Organisation:
    """The office with somebody on every post but the vacant ones."""
    posts = tuple(posts)
    people = tuple(Person(f"P{post.code}", f"人员{post.code}") for post in posts)
    holdings = tuple(Holding(post.code, f"P{post.code}") for post in posts if post.code not in vacant)
    return Organisation(UNITS, posts, people, holdings, oversees)


def heard(found: Iterable[Route]) -> str:
    """Routes in one line: `SJ as secretary for FG1, …`, told as what and in whose stead."""
    return ", ".join(f"{r.post} as {r.tell}" + (f" for {r.instead_of}" if r.instead_of else "") for r in found)


@pytest.mark.parametrize(
    ("tell", "unit", "leaders", "expected"),
    [
        ("owner", "Z1", "", "Z1S as owner"),  # a unit's work is owned by its head
        ("unit_head", "Z1", "", "Z1S as unit_head"),  # the highest post, the first of two, not the first in the file
        ("unit_head", "X2", "", "X2M1 as unit_head"),  # where there are only members, the first of them
        ("branch", "Z2", "", "Z2S as branch"),  # the tier's own name means the unit's head too
        ("office", "Z1", "", "BGS1 as office"),  # one post whatever the unit
        ("secretary", "Z2", "", "SJ as secretary"),  # one post
        ("committee", "Z2", "", "DWH as committee"),  # one post
        ("leader", "Z1", "", "FG1 as leader"),  # oversees it directly
        ("leader", "Z2", "", "FG2 as leader"),  # oversees its parent
        ("leader", "X2", "", "FG2 as leader"),  # oversees its parent's parent
        ("leader", "Z1", "FG3", "FG3 as leader"),  # named by the item, though another oversees the unit
        ("leader", "Z1", "FG1 FG3", "FG1 as leader"),  # two named: the one who oversees this unit
        ("leader", "Z2", "FG1 FG3", "FG1 as leader, FG3 as leader"),  # two named, neither oversees it: both
        ("leader", "Z1", "XX", "FG1 as leader"),  # a named post that is gone does not count
        # nobody oversees the top: told as vacant, up to the secretary, and the office
        ("leader", "DW", "", "SJ as secretary for leader, BGS1 as office for leader"),
    ],
)
def test_a_rung_reaches_whom_it_tells(tell: str, unit: str, leaders: str, expected: str) -> None:
    assert heard(routes(tell, unit, CHAIN, office(), TODAY, leaders.split())) == expected


@pytest.mark.parametrize(
    ("vacant", "tell", "unit", "leaders", "expected"),
    [
        # the head is missing: the tier above is the office, told once
        ("Z1S", "unit_head", "Z1", "", "BGS1 as office for Z1S"),
        # the owner as well
        ("Z1S", "owner", "Z1", "", "BGS1 as office for Z1S"),
        # a member who heads a unit without higher posts
        ("X2M1", "owner", "X2", "", "BGS1 as office for X2M1"),
        # a unit without posts answers with its own code
        ("", "unit_head", "KB", "", "BGS1 as office for KB"),
        ("", "branch", "KB", "", "BGS1 as office for KB"),
        # the leader is missing: the secretary, and the office is told
        ("FG1", "leader", "Z1", "", "SJ as secretary for FG1, BGS1 as office for FG1"),
        # a leader named by the item is missing: not the one who oversees, but the one above
        ("FG3", "leader", "Z1", "FG3", "SJ as secretary for FG3, BGS1 as office for FG3"),
        # one of two named is missing: the other hears in person, the rest goes up
        ("FG1", "leader", "Z2", "FG1 FG3", "SJ as secretary for FG1, BGS1 as office for FG1, FG3 as leader"),
        # the secretary is missing: the committee
        ("SJ", "secretary", "Z1", "", "DWH as committee for SJ, BGS1 as office for SJ"),
        # the office is missing: the leader over that very unit, and no office to tell
        ("BGS1", "office", "Z2", "", "FG2 as leader for BGS1"),
        # several in a row: head and office, then the leader
        ("Z2S BGS1", "unit_head", "Z2", "", "FG2 as leader for Z2S"),
        # head, office and leader, then the secretary
        ("Z2S BGS1 FG2", "unit_head", "Z2", "", "SJ as secretary for Z2S"),
        # leader and secretary, then the committee
        ("FG1 SJ", "leader", "Z1", "", "DWH as committee for FG1, BGS1 as office for FG1"),
        # the item's own leader stands in for the office
        ("BGS1", "office", "Z2", "FG3", "FG3 as leader for BGS1"),
        # nobody left above: the office alone knows
        ("DWH", "committee", "Z1", "", "BGS1 as office for DWH"),
        ("FG1 SJ DWH", "leader", "Z1", "", "BGS1 as office for FG1"),
        # nobody at all
        ("DWH BGS1", "committee", "Z1", "", ""),
        ("Z1S BGS1 FG1 SJ DWH", "unit_head", "Z1", "", ""),
        # somebody else's vacancy changes nothing
        ("Z2S FG2", "unit_head", "Z1", "", "Z1S as unit_head"),
    ],
)
def test_a_vacancy_climbs_one_up_and_the_office_is_told(
    vacant: str, tell: str, unit: str, leaders: str, expected: str
) -> None:
    organisation = office(*vacant.split())
    assert heard(routes(tell, unit, CHAIN, organisation, TODAY, leaders.split())) == expected


def test_nobody_hears_twice_of_one_case() -> None:
    """Two vacant leaders both lead to the secretary and the office."""
    both = (Oversight("FG1", ("Z1",)), Oversight("FG2", ("Z1",)))
    organisation = office("FG1", "FG2", oversees=both)
    expected = "SJ as secretary for FG1, BGS1 as office for FG1"
    assert heard(routes("leader", "Z1", CHAIN, organisation, TODAY)) == expected


def test_two_leaders_over_one_unit_both_hear() -> None:
    both = (Oversight("FG1", ("Z1",)), Oversight("FG2", ("Z1",)))
    assert heard(routes("leader", "Z1", CHAIN, office(oversees=both), TODAY)) == "FG1 as leader, FG2 as leader"


def test_a_tier_without_any_post_is_a_vacancy() -> None:
    organisation = office(posts=[post for post in POSTS if post.tier != "secretary"])
    expected = "DWH as committee for secretary, BGS1 as office for secretary"
    assert heard(routes("secretary", "Z1", CHAIN, organisation, TODAY)) == expected


def test_a_vacant_member_is_answered_for_by_the_units_head_and_the_office_is_told() -> None:
    found = route_above("member", "Z1", CHAIN, office("Z1M1"), TODAY, "Z1M1")
    assert heard(found) == "Z1S as branch for Z1M1, BGS1 as office for Z1M1"


def test_an_office_that_is_itself_the_next_one_up_is_told_once() -> None:
    assert heard(route_above("branch", "Z1", CHAIN, office("Z1S"), TODAY, "Z1S")) == "BGS1 as office for Z1S"


CHANGING = Organisation(
    UNITS,
    POSTS,
    (Person("ZHAO", "赵前任"), Person("QIAN", "钱继任"), Person("SUN", "孙主任"), Person("LI", "李代理")),
    (
        Holding("Z1S", "ZHAO", until_on=date(2023, 10, 8)),
        Holding("Z1S", "QIAN", from_on=date(2023, 10, 16)),
        Holding("Z1S", "LI", from_on=date(2023, 11, 1), until_on=date(2023, 11, 1)),
        Holding("BGS1", "SUN"),
    ),
)


@pytest.mark.parametrize(
    ("on", "names"),
    [
        ("2020-01-01", "赵前任"),  # open at the beginning
        ("2023-10-08", "赵前任"),  # the last day is included
        ("2023-10-09", ""),  # nobody between the two
        ("2023-10-15", ""),  # the eve of the successor
        ("2023-10-16", "钱继任"),  # the first day is included
        ("2023-11-01", "钱继任 李代理"),  # two at once, for a day
        ("2030-01-01", "钱继任"),  # open at the end
    ],
)
def test_whoever_holds_the_post_on_the_day_answers(on: str, names: str) -> None:
    assert [person.name for person in CHANGING.holders("Z1S", date.fromisoformat(on))] == names.split()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2023-10-08", "Z1S as unit_head"),  # still held
        ("2023-10-09", "BGS1 as office for Z1S"),  # a gap of a week
        ("2023-10-16", "Z1S as unit_head"),  # the successor takes over without a new document
    ],
)
def test_a_route_follows_the_holdings_of_the_day(on: str, expected: str) -> None:
    assert heard(routes("unit_head", "Z1", CHAIN, CHANGING, date.fromisoformat(on))) == expected


def test_a_post_nobody_ever_held_has_no_holders() -> None:
    assert CHANGING.holders("Z2S", TODAY) == []


@pytest.mark.parametrize(
    ("unit", "leaders"),
    [
        ("Z1", ["FG1"]),  # directly
        ("Z2", ["FG2"]),  # through its parent
        ("X2", ["FG2"]),  # through its parent's parent
        ("BGS", []),  # overseen by nobody
        ("??", []),  # not in the organisation
    ],
)
def test_a_unit_is_overseen_directly_or_through_its_parents(unit: str, leaders: list[str]) -> None:
    assert office().leaders_of(unit, CHAIN) == leaders


def test_the_nearest_oversight_wins_over_the_parents() -> None:
    organisation = office(oversees=(Oversight("FG2", ("XT",)), Oversight("FG3", ("Z2",))))
    assert organisation.leaders_of("Z2", CHAIN) == ["FG3"]


def test_a_post_that_is_no_leaders_oversees_nothing() -> None:
    organisation = office(oversees=(Oversight("SJ", ("Z2",)), Oversight("FG2", ("XT",))))
    assert organisation.leaders_of("Z2", CHAIN) == ["FG2"]


def test_units_that_are_each_others_parent_end_the_line() -> None:
    organisation = Organisation(units=(Unit("A", "甲", "branch", "B"), Unit("B", "乙", "branch", "A")))
    assert organisation.line_of("A") == ["A", "B"]
    assert organisation.leaders_of("A", CHAIN) == []


def test_a_units_members_are_its_member_posts_alone() -> None:
    assert [post.code for post in office().members_of("Z1", CHAIN)] == ["Z1M1"]
    assert office().members_of("KB", CHAIN) == []


def test_a_unit_without_posts_has_no_head() -> None:
    assert office().head("KB", CHAIN) is None


@pytest.mark.parametrize(
    ("collective", "units"),
    [
        (Collective("各党支部", kinds=("branch",)), ["Z1", "Z2"]),  # by kind, in file order
        (Collective("两个单位", units=("Z2", "BGS")), ["BGS", "Z2"]),  # by name, in file order too
        (Collective("支部和办公室", kinds=("branch",), units=("BGS", "Z1")), ["BGS", "Z1", "Z2"]),  # both, none twice
        (Collective("全体党员", members=True), []),  # members are no units
    ],
)
def test_a_collective_name_stands_for_units(collective: Collective, units: list[str]) -> None:
    assert units_of(collective, office()) == units


@pytest.mark.parametrize(
    ("laid_on", "tier"),
    [
        (LaidOn.ONE, "office"),  # the lowest of three
        (LaidOn.LEADERS, "leader"),
        (LaidOn.UNITS, "branch"),
        (LaidOn.MEMBERS, "member"),
    ],
)
def test_a_tier_is_found_by_what_it_is_laid_on(laid_on: LaidOn, tier: str) -> None:
    assert CHAIN.laid(laid_on) == tier


def test_the_office_is_the_lowest_tier_laid_on_one_post() -> None:
    assert CHAIN.office == "office"
    assert Chain((Tier("unit", "单位", "", LaidOn.UNITS),)).office is None


@pytest.mark.parametrize(
    ("written", "tier"),
    [
        ("党委书记", "secretary"),  # its name
        ("secretary", "secretary"),  # its id
        ("责任单位", "branch"),  # one of two names
        ("党支部/责任单位", "branch"),  # both
        (" 党员 ", "member"),  # with blanks
        ("书记", None),  # a part of a name is none
    ],
)
def test_a_tier_is_known_by_id_and_by_each_of_its_names(written: str, tier: str | None) -> None:
    assert CHAIN.tier_named(written) == tier


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("党支部", "branch"),  # its name
        ("branch", "branch"),  # its id
        (" 部门 ", "department"),  # with blanks
        ("河段", "河段"),  # unknown: as written
    ],
)
def test_a_kind_is_known_by_id_and_by_name_and_else_kept(written: str, kind: str) -> None:
    assert CHAIN.kind_named(written) == kind
