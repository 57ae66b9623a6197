"""Which row of a new version is which item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from responsibility.ingest.worklist.records import ItemRecord
from responsibility.usecases.matching import Known, Matched, match

BLANK = ItemRecord("", "", "", "", "", "", "", "", "", "", "", (), None, "", "", "", "", "", False, "")
OLD = ("开好动员部署会", "制定工作计划", "每月集中学习", "撰写调研报告")


def known(*titles: str, **changes: bool) -> list[Known]:
    flags = {"gone": False, "laid": True, "by_hand": False} | changes
    return [Known(f"{at:02}", title, "", **flags) for at, title in enumerate(titles, 1)]


def rows(*titles: str) -> list[ItemRecord]:
    return [replace(BLANK, number=str(at), code_suffix=f"{at:02}", title=title) for at, title in enumerate(titles, 1)]


def suffixes(done: Matched) -> list[str]:
    return [row.code_suffix for row in done.rows]


CASES = {
    "as it was": (OLD, ["01", "02", "03", "04"]),
    "a row put in front: the others keep their codes, it gets the next": (
        ("新的工作", *OLD),
        ["05", *("01", "02", "03", "04")],
    ),
    "a row dropped in the middle": ((OLD[0], *OLD[2:]), ["01", "03", "04"]),
    "two rows exchanged": ((OLD[1], OLD[0], *OLD[2:]), ["02", "01", "03", "04"]),
    "reworded under the same number": (("召开动员部署会议", *OLD[1:]), ["01", "02", "03", "04"]),
    "reworded and moved": (("新的工作", "开好动员部署大会", *OLD[1:]), ["05", "01", "02", "03", "04"]),
    "blanks and signs do not count": (("开好“动员 部署会”。", *OLD[1:]), ["01", "02", "03", "04"]),
    "wholly other words under the same number: the number decides": (("建章立制", *OLD[1:]), ["01", "02", "03", "04"]),
    "one more at the end": ((*OLD, "第五件事"), ["01", "02", "03", "04", "05"]),
}


@pytest.mark.parametrize(("titles", "expected"), CASES.values(), ids=CASES.keys())
def test_an_item_keeps_its_code_wherever_it_stands(titles: tuple[str, ...], expected: list[str]) -> None:
    assert suffixes(match(rows(*titles), known(*OLD))) == expected


def test_what_moved_what_is_new_and_what_is_unlike_is_said() -> None:
    done = match(rows("新的工作", *OLD), known(*OLD))
    assert done.moved == [("01", "2"), ("02", "3"), ("03", "4"), ("04", "5")]
    assert done.fresh == [("05", "1")]
    assert match(rows("建章立制", *OLD[1:]), known(*OLD)).unlike == ["01"]
    assert match(rows(*OLD), known(*OLD)).unlike == []


def test_titles_that_differ_in_a_numeral_are_other_work() -> None:
    done = match(rows("别的工作", "第四季度工作例会"), known("第三季度工作例会"))
    assert suffixes(done) == ["01", "02"]


def test_equal_titles_are_matched_by_their_deadline_then_in_their_order() -> None:
    old = [Known("01", "集中学习", "3月底", False, True, False), Known("02", "集中学习", "4月底", False, True, False)]
    new = [
        replace(row, phrase=phrase)
        for row, phrase in zip(rows("新的工作", *["集中学习"] * 3), ("", "4月底", "5月底", "3月底"), strict=True)
    ]
    assert suffixes(match(new, old)) == ["04", "02", "03", "01"]


def test_what_is_gone_comes_back_under_its_own_number_only_and_lends_it_to_nobody() -> None:
    gone = known("旧的工作", gone=True)
    assert suffixes(match(rows("旧的工作"), gone)) == ["01"]
    assert suffixes(match(rows("全然不同的事"), gone)) == ["02"]
    assert suffixes(match(rows("全然不同的事"), known("旧的工作", gone=True, laid=False))) == ["01"]


def test_what_the_office_added_is_taken_over_only_by_its_own_number_and_title() -> None:
    added = known("写总结", by_hand=True)
    assert suffixes(match(rows("写总结"), added)) == ["01"]
    assert suffixes(match(rows("别的", "写总结"), added)) == ["01", "02"]


def test_numbers_within_sections_count_on_in_their_section() -> None:
    old = [Known(suffix, title, "", False, True, False) for suffix, title in (("1-01", "甲"), ("2-01", "乙"))]
    new = [
        replace(BLANK, number=n, code_suffix=s, title=t)
        for n, s, t in (("1", "1-01", "新的工作"), ("2", "1-02", "甲"), ("1", "2-01", "乙"))
    ]
    assert suffixes(match(new, old)) == ["1-02", "1-01", "2-01"]


def test_a_row_is_written_the_same_under_whatever_number_it_stands() -> None:
    [_, moved] = match(rows("新的工作", OLD[0]), known(OLD[0])).rows
    assert moved == rows(OLD[0])[0]
