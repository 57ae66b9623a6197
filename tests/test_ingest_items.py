"""What is made of an item's cells: number and code, counts, urgency, who answers; and the list's own title and date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.ingest.worklist import category_of
from responsibility.ingest.worklist.numbering import clean_number, number_items
from tests.test_ingest_worklist import clean, codes, listed, one, who


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("01", "1"),
        ("（1）", "1"),
        ("1、", "1"),
        ("1.", "1"),
        ("１", "1"),
        ("①", "1"),
        ("第1项", "1"),
        ("一", "1"),
        ("十二", "12"),
        ("★3", "3"),
        ("1.1", "1.1"),
        ("A-3", "A-3"),
        ("", ""),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str, number: str) -> None:
    assert clean_number(written) == number


@pytest.mark.parametrize(
    ("numbers", "groups", "suffixes"),
    [
        ("1 2 3", "1 1 1", "01 02 03"),
        ("1 2 14 21", "1 1 2 2", "01 02 14 21"),  # gaps stay
        ("1 1.1 1.2", "1 1 1", "01 1.1 1.2"),
        ("1 2 1 2", "1 1 2 2", "1-01 1-02 2-01 2-02"),
        ("1 2 2 3", "1 1 2 2", "1-01 1-02 2-02 2-03"),  # one repeat is enough for all
        ("- - -", "1 1 2", "01 02 03"),  # no numbers at all
        ("2 - 3", "1 1 1", "02 04 03"),  # a running number never takes one that is given
        ("1 - 1 -", "1 1 2 2", "1-01 1-02 2-01 2-02"),
        ("改1 改2", "1 1", "01 02"),  # no code can hold these
    ],
)
def test_code_suffixes(numbers: str, groups: str, suffixes: str) -> None:
    given = [number.strip("-") for number in numbers.split()]
    assert list(number_items(given, [int(group) for group in groups.split()]).suffixes) == suffixes.split()


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["", "1", "2", "3", "4", "1.1", "02", "改1", "1-2"])), max_size=20
    )
)
def test_codes_clash_only_where_a_duplicate_is_reported(rows: list[tuple[int, str]]) -> None:
    numbering = number_items([clean_number(number) for _, number in rows], sorted(group for group, _ in rows))
    kept = [code for at, code in enumerate(numbering.suffixes) if at not in numbering.duplicates]
    assert len(kept) == len(set(kept))


def test_numbers_repeating_by_category_are_told_apart(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            ["类别", "序号", "工作任务"],
            ["学习", "1", "甲"],
            ["", "2", "乙"],
            ["宣传", "1", "丙"],
        )
    )
    assert codes(record) == ["1-01", "1-02", "2-01"]


@pytest.mark.parametrize(
    ("header", "cell", "count", "unit"),
    [
        ("目标数", "4 次", 4, "次"),
        ("频次", "四次", 4, "次"),
        ("目标数量", "不少于2篇", 2, "篇"),
        ("数量", "≥3个", 3, "个"),
        ("计划数", "１２场以上", 12, "场"),
        ("目标值", "100%", 100, "%"),
        ("次数", "4", 4, "次"),  # the unit stands in the header
        ("目标数（篇）", "4", 4, "篇"),
        ("数量（单位：期）", "两期", 2, "期"),
        ("目标数", "4", 4, ""),
        ("目标数", "", None, ""),
        ("目标数", "若干", None, ""),
        ("指标", "6.5%", None, ""),  # no whole number
    ],
)
def test_target_counts(tmp_path: Path, header: str, cell: str, count: int | None, unit: str) -> None:
    item = one(tmp_path, ["工作任务", header], ["甲事", cell])
    assert (item.target_count, item.target_unit) == (count, unit)
    assert item.note == ("" if count or not cell else f"{header}：{cell}")  # nothing written is lost


def test_a_measure_may_have_its_own_column(tmp_path: Path) -> None:
    item = one(tmp_path, ["工作任务", "数量", "单位", "责任单位"], ["甲事", "4", "篇", "党政办"])
    assert (item.target_count, item.target_unit, who(item)) == (4, "篇", ["党政办:lead"])


@pytest.mark.parametrize("frequency", ["每月1次", "每季度一次", "2次/月", "半年一次"])
def test_a_frequency_is_the_deadline_where_none_is_written(tmp_path: Path, frequency: str) -> None:
    item = one(tmp_path, ["工作任务", "完成时限", "频次"], ["甲事", "", frequency])
    assert (item.phrase, item.phrase_cell, item.target_count, item.note) == (frequency, "C2", None, "")
    item = one(tmp_path, ["工作任务", "完成时限", "频次"], ["甲事", "年底前", frequency])
    assert (item.phrase, item.phrase_cell, item.note) == ("年底前", "B2", f"频次：{frequency}")


@pytest.mark.parametrize(
    ("task", "mark", "urgent"),
    [
        ("甲事", "", False),
        ("甲事", "否", False),
        ("甲事", "一般", False),
        ("甲事", "是", True),
        ("甲事", "特急", True),
        ("甲事", "重大", True),
        ("★甲事", "", True),
        (" ★ 甲事", "", True),
    ],
)
def test_urgency_is_marked_or_starred(tmp_path: Path, task: str, mark: str, urgent: bool) -> None:
    item = one(tmp_path, ["工作任务", "紧急程度"], [task, mark])
    assert (item.title, item.urgent) == ("甲事", urgent)


def test_leaders_and_persons_are_mentioned_as_such(tmp_path: Path) -> None:
    header = ["工作任务", "牵头领导", "责任单位", "责任人", "整改目标", "报送材料"]
    item = one(tmp_path, header, ["甲事", "李强、周 敏", "党政办（牵头）、团委", "王芳", "见效", "总结"])
    assert who(item) == ["党政办:lead", "团委:support", "李强:leader", "周敏:leader", "王芳:person"]
    assert (item.responsible, item.goal, item.material) == ("王芳", "见效", "总结")


def test_who_leads_in_one_column_does_not_support_in_the_other(tmp_path: Path) -> None:
    item = one(tmp_path, ["工作任务", "牵头单位", "责任单位"], ["甲事", "党政办", "党政办、团委"])
    assert who(item) == ["党政办:lead", "团委:support"]


@pytest.mark.parametrize(
    ("rows", "title", "issued"),
    [
        (["2023年重点工作清单（2023年9月11日印发）"], "2023年重点工作清单（2023年9月11日印发）", date(2023, 9, 11)),
        (["附件1", "重点工作清单", "印发日期：2023-9-11"], "重点工作清单", date(2023, 9, 11)),
        (["清单", "二〇二三年九月十一日"], "清单", date(2023, 9, 11)),
        (["清单", "２０２３.９.１１"], "清单", date(2023, 9, 11)),
        (["清单（截至2023年8月1日）", "2023年9月11日发布"], "清单（截至2023年8月1日）", date(2023, 9, 11)),
        (["2023年9月1日至12月31日工作清单"], "2023年9月1日至12月31日工作清单", None),  # a span, no day of issue
        (["填报日期：2023年9月20日"], "填报日期：2023年9月20日", None),
        (["2023年重点工作清单"], "2023年重点工作清单", None),
        ([], "", None),
    ],
)
def test_title_and_day_of_issue_stand_above_the_header(
    tmp_path: Path, rows: list[str], title: str, issued: date | None
) -> None:
    record = clean(listed(tmp_path, *([row] for row in rows), ["序号", "工作任务"], ["1", "甲事"]))
    assert (record.title, record.issued_on) == (title, issued)


def test_a_date_cell_beside_its_label_is_the_day_of_issue(tmp_path: Path) -> None:
    record = clean(listed(tmp_path, ["清单"], ["印发日期", "2023-09-11"], ["序号", "工作任务"], ["1", "甲事"]))
    assert record.issued_on == date(2023, 9, 11)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("组织部署", "organization"),
        ("理论\n学习", "study"),
        ("学习教育", "study"),
        ("宣传", "publicity"),
        ("宣传发动", "publicity"),
        ("调查研究", "survey"),
        ("推动发展", "development"),
        ("民生实事", "development"),
        ("检视整改", "rectification"),
        ("建章立制", "rectification"),
        ("survey", "survey"),  # the id itself
        ("其他", "other"),
        ("", "other"),
    ],
)
def test_categories_have_ids(text: str, category: str) -> None:
    assert category_of(text) == category
