"""Who joins, leaves and moves between what is known and what the file says."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.chain import Holding, Person, Unit
from responsibility.core.staffing import Listed, Staffing, first_staffing, listed, readdressed, restaffed

ON = date(2023, 10, 9)


def h(post: str, person: str, since: str | None = None, until: str | None = None) -> Holding:
    return Holding(post, person, *(day and date.fromisoformat(f"2023-{day}") for day in (since, until)))


def told(staffing: Staffing) -> dict[str, list[Holding]]:
    kinds = {"joins": staffing.joins, "leaves": staffing.leaves, "redated": staffing.redated}
    moves = [holding for pair in staffing.moves for holding in pair]
    return {kind: list(some) for kind, some in kinds.items() if some} | ({"moves": moves} if moves else {})


#: what: (known, named by the file, kept, what is told)
CASES = {
    "the same file again": ([h("A1", "jia")], [h("A1", "jia")], [h("A1", "jia")], {}),
    "named no more: ends the day before": (
        [h("A1", "jia")],
        [],
        [h("A1", "jia", until="10-08")],
        {"leaves": [h("A1", "jia", until="10-08")]},
    ),
    "new: begins on the day": (
        [],
        [h("A1", "yi")],
        [h("A1", "yi", "10-09")],
        {"joins": [h("A1", "yi", "10-09")]},
    ),
    "new with a day of its own": (
        [],
        [h("A1", "yi", "11-01")],
        [h("A1", "yi", "11-01")],
        {"joins": [h("A1", "yi", "11-01")]},
    ),
    "one follows the other": (
        [h("A1", "jia")],
        [h("A1", "yi")],
        [h("A1", "yi", "10-09"), h("A1", "jia", until="10-08")],
        {"joins": [h("A1", "yi", "10-09")], "leaves": [h("A1", "jia", until="10-08")]},
    ),
    "from one post to another": (
        [h("A1", "jia")],
        [h("B1", "jia")],
        [h("B1", "jia", "10-09"), h("A1", "jia", until="10-08")],
        {"moves": [h("A1", "jia", until="10-08"), h("B1", "jia", "10-09")]},
    ),
    "a last day written in": (
        [h("A1", "jia", "09-01")],
        [h("A1", "jia", until="10-31")],
        [h("A1", "jia", "09-01", "10-31")],
        {"leaves": [h("A1", "jia", "09-01", "10-31")]},
    ),
    "a last day taken back": (
        [h("A1", "jia", until="10-31")],
        [h("A1", "jia")],
        [h("A1", "jia")],
        {"redated": [h("A1", "jia")]},
    ),
    "the first day known stays where the file gives none": (
        [h("A1", "jia", "09-01")],
        [h("A1", "jia")],
        [h("A1", "jia", "09-01")],
        {},
    ),
    "history the file no longer tells": (
        [h("A1", "jia", "03-01", "09-30")],
        [],
        [h("A1", "jia", "03-01", "09-30")],
        {},
    ),
    "history told without its first day": (
        [h("A1", "jia", "03-01", "09-30")],
        [h("A1", "jia", until="09-30")],
        [h("A1", "jia", "03-01", "09-30")],
        {},
    ),
    "history told for the first time is nobody leaving": (
        [],
        [h("A1", "jia", until="09-30")],
        [h("A1", "jia", until="09-30")],
        {},
    ),
    "back again after a while": (
        [h("A1", "jia", until="09-30")],
        [h("A1", "jia")],
        [h("A1", "jia", "10-09"), h("A1", "jia", until="09-30")],
        {"joins": [h("A1", "jia", "10-09")]},
    ),
    "ended on the eve by an earlier file, and named again": (
        [h("A1", "jia", "03-01", "10-08")],
        [h("A1", "jia")],
        [h("A1", "jia", "03-01")],
        {"redated": [h("A1", "jia", "03-01")]},
    ),
    "one to come that will not come": (
        [h("A1", "yi", "11-01")],
        [],
        [],
        {"leaves": [h("A1", "yi", "11-01", "10-08")]},
    ),
    "a second holder of a post": (
        [h("A1", "jia")],
        [h("A1", "jia"), h("A1", "yi")],
        [h("A1", "jia"), h("A1", "yi", "10-09")],
        {"joins": [h("A1", "yi", "10-09")]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "wanted", "kept", "said"), CASES.values(), ids=CASES)
def test_what_a_file_makes_of_the_holdings(
    before: list[Holding], wanted: list[Holding], kept: list[Holding], said: dict[str, list[Holding]]
) -> None:
    staffing = restaffed(before, wanted, ON)
    assert list(staffing.holdings) == kept
    assert told(staffing) == said


@pytest.mark.parametrize(("before", "wanted", "kept", "said"), CASES.values(), ids=CASES)
def test_the_same_file_twice_changes_nothing_the_second_time(
    before: list[Holding], wanted: list[Holding], kept: list[Holding], said: dict[str, list[Holding]]
) -> None:
    again = restaffed(restaffed(before, wanted, ON).holdings, wanted, ON)
    assert told(again) == {}
    assert sorted(map(str, again.holdings)) == sorted(map(str, kept))


def test_in_the_first_file_only_who_is_still_to_come_joins() -> None:
    wanted = [h("A1", "jia"), h("A1", "yi", "11-01"), h("B1", "bing", "03-01")]
    assert first_staffing(wanted, ON) == Staffing(tuple(wanted), joins=(h("A1", "yi", "11-01"),))


def test_what_is_listed_new_retired_and_changed() -> None:
    before = {code: Unit(code, code, "branch") for code in "ABC"}
    after = {code: Unit(code, "丙" if code == "C" else code, "branch") for code in "BCD"}
    assert listed(before, after) == Listed(("D",), ("A",), ("C",))


def test_addresses_that_changed_are_told_one_by_one() -> None:
    before = {"R1": Person("R1", "甲", email="a@example.invalid", mobile="1")}
    after = [Person("R1", "甲", email="b@example.invalid", mobile="1"), Person("R2", "乙", email="c@example.invalid")]
    assert [(one.person, one.field, one.before, one.after) for one in readdressed(before, after)] == [
        ("R1", "email", "a@example.invalid", "b@example.invalid")
    ]
