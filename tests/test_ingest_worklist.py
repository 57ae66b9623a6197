"""Work lists as offices write them: headers under many names, merged cells, sections, footers, numbers."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responsibility.core.errors import FileMissing, Problem
from responsibility.ingest.worklist import ItemRecord, WorkListRecord, read_worklist

HEADER = ["序号", "类别", "工作任务", "任务分解", "牵头单位", "配合单位", "完成时限"]


def listed(tmp_path: Path, *rows: list[str]) -> tuple[WorkListRecord, list[Problem]]:
    """The rows as a csv, read."""
    path = tmp_path / "清单.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return read_worklist(path)


def merged(tmp_path: Path, rows: list[list[str]], *ranges: str) -> tuple[WorkListRecord, list[Problem]]:
    """The rows as an xlsx with merged ranges, read; a range's text is that of its first cell."""
    path = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        for each in ranges:
            sheet.merge_range(each, "")
        for at, row in enumerate(rows):
            for col, text in enumerate(row):
                if text:
                    sheet.write(at, col, text)
    return read_worklist(path)


def clean(read: tuple[WorkListRecord, list[Problem]]) -> WorkListRecord:
    record, problems = read
    assert problems == []
    return record


def one(tmp_path: Path, header: list[str], row: list[str]) -> ItemRecord:
    (item,) = clean(listed(tmp_path, header, row)).items
    return item


def who(item: ItemRecord) -> list[str]:
    return [f"{mention.name}:{mention.role}" for mention in item.mentions]


def codes(record: WorkListRecord) -> list[str]:
    return [item.code_suffix for item in record.items]


def test_a_plain_list_is_read_whole(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            ["2023年党建重点工作清单"],
            ["（2023年9月11日印发）"],
            HEADER,
            ["1", "组织部署", "召开部署会", "9月：印发方案\n10月：开会", "党政办", "各党支部、团委", "10月底前"],
            ["2", "", "制定方案", "", "党政办", "", ""],
        )
    )
    assert (record.title, record.issued_on, record.rows) == ("2023年党建重点工作清单", date(2023, 9, 11), 2)
    assert record.file == "清单.csv"
    assert record.columns["milestones"] == "任务分解"
    assert record.has_units
    assert record.warnings == ()
    first, second = record.items
    assert (first.number, first.code_suffix, first.category, first.title) == ("1", "01", "组织部署", "召开部署会")
    assert (first.phrase, first.phrase_cell, first.cell) == ("10月底前", "G4", "C4")
    assert (first.milestones, first.milestones_cell) == ("9月：印发方案\n10月：开会", "D4")
    assert who(first) == ["党政办:lead", "各党支部:support", "团委:support"]
    assert [mention.cell for mention in first.mentions] == ["E4", "F4", "F4"]
    assert second.category == "组织部署"  # a blank category is the one above
    assert (second.phrase, who(second)) == ("", ["党政办:lead"])  # a blank deadline is none


def test_a_blank_task_continues_the_item_above(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            [*HEADER, "主要内容", "考核要点"],
            ["1", "学习", "办读书班", "9月：报名", "党政办", "", "", "集中学", "有签到"],
            ["", "", "", "10月：开班", "", "团委", "", "研讨", "有签到"],
            ["", "", "", "", "", "党政办", "", "", ""],
            ["", "", "", "", "", "", "", "", ""],  # blank rows count nowhere
            ["2", "", "写体会", "", "", "", "", "", ""],
        )
    )
    first, second = record.items
    assert record.rows == 4
    assert first.milestones == "9月：报名\n10月：开班"
    assert (first.content, first.points) == ("集中学\n研讨", "有签到")
    assert who(first) == ["党政办:lead", "团委:support"]
    assert second.category == "学习"


def test_deadlines_of_continuing_rows_date_their_milestones(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            ["工作任务", "任务分解", "完成时限"],
            ["办读书班", "报名", "9月底前"],
            ["", "开班", "10月底前"],
        )
    )
    assert record.items[0].phrase == "9月底前\n10月底前"
    assert record.items[0].milestones == "9月底前：报名\n10月底前：开班"


def test_merged_cells_hold_for_every_row_but_never_for_task_and_number(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["1", "学习", "办读书班", "9月：报名", "党政办", "", "年底前"],
        ["", "", "", "10月：开班", "", "", ""],
        ["2", "", "写体会", "", "", "", ""],
        ["3", "宣传", "办专栏", "", "", "", ""],
    ]
    record = clean(merged(tmp_path, rows, "A2:A3", "B2:B4", "C2:C3", "E2:E4", "G2:G4"))
    first, second, third = record.items
    assert first.milestones == "9月：报名\n10月：开班"
    assert (first.category, second.category, third.category) == ("学习", "学习", "宣传")
    assert [who(item) for item in record.items] == [["党政办:lead"], ["党政办:lead"], []]
    assert [item.phrase for item in record.items] == ["年底前", "年底前", ""]


def test_numbers_of_measures_below_a_merged_task_continue_it(tmp_path: Path) -> None:
    rows = [["序号", "工作任务", "工作措施"], ["1", "办读书班", "报名"], ["2", "", "开班"], ["3", "写体会", "收稿"]]
    record = clean(merged(tmp_path, rows, "B2:B3"))
    assert [(item.title, item.content) for item in record.items] == [("办读书班", "报名\n开班"), ("写体会", "收稿")]


def test_section_rows_are_sections_and_count_their_items(tmp_path: Path) -> None:
    rows = [
        ["重点工作清单", "", ""],
        ["序号", "工作任务", "责任单位"],
        ["一、党建方面（共2项）", "", ""],
        ["1", "甲事", "党政办"],
        ["2", "乙事", "党政办"],
        ["二、发展方面（共三项）", "", ""],
        ["5", "丙事", "党政办"],
        ["三、空着的（共1项）", "", ""],
    ]
    for record in (listed(tmp_path, *rows), merged(tmp_path, rows, "A1:C1", "A3:C3", "A6:C6", "A8:C8")):
        assert [item.section for item in clean(record).items] == ["党建方面", "党建方面", "发展方面"]
        assert [item.category for item in record[0].items] == ["党建方面", "党建方面", "发展方面"]
        assert codes(record[0]) == ["01", "02", "05"]
        assert record[0].rows == 3
        assert record[0].warnings == (
            "第 6 行“发展方面”写明共 3 项，实际有 1 项",
            "第 8 行“空着的”写明共 1 项，实际有 0 项",
        )


def test_inner_sections_stand_in_outer_ones(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            ["序号", "工作任务"],
            ["一、党建（共3项）"],
            ["（一）学习（共2项）"],
            ["1", "甲"],
            ["2", "乙"],
            ["（二）宣传"],
            ["1", "丙"],
            ["第二部分 发展"],
            ["1", "丁"],
        )
    )
    assert [(item.section, item.category) for item in record.items] == [
        ("学习", "党建"),
        ("学习", "党建"),
        ("宣传", "党建"),
        ("发展", "发展"),
    ]
    assert codes(record) == ["1-01", "1-02", "2-01", "3-01"]
    assert record.warnings == ()


def test_a_chinese_number_beside_a_lone_heading_is_a_section(tmp_path: Path) -> None:
    record = clean(listed(tmp_path, ["序号", "工作任务", "责任单位"], ["一", "党建", ""], ["1", "甲事", "党政办"]))
    assert [(item.section, item.title) for item in record.items] == [("党建", "甲事")]


def test_a_wide_merged_row_is_a_section_without_any_numeral(tmp_path: Path) -> None:
    rows = [["序号", "工作任务", "责任单位"], ["党建工作", "", ""], ["1", "甲事", "党政办"]]
    assert clean(merged(tmp_path, rows, "A2:C2")).items[0].section == "党建工作"


def test_a_lone_heading_in_the_category_or_number_column_is_a_section(tmp_path: Path) -> None:
    for heading in (["", "宣传", ""], ["宣传", "", ""]):
        rows = [["序号", "类别", "工作任务"], ["1", "学习", "甲"], heading, ["2", "", "乙"]]
        record = clean(listed(tmp_path, *rows))
        assert [(item.title, item.category) for item in record.items] == [("甲", "学习"), ("乙", "宣传")]


def test_a_category_in_a_continuing_row_changes_nothing(tmp_path: Path) -> None:
    rows = [["类别", "工作任务", "任务分解"], ["学习", "甲", "3月"], ["宣传", "", "4月"]]
    assert clean(listed(tmp_path, *rows)).items[0].category == "学习"


def test_footers_are_left_out_and_said(tmp_path: Path) -> None:
    record = clean(
        listed(
            tmp_path,
            ["序号", "工作任务", "备注"],
            ["1", "甲事", ""],
            ["", "", "注：备注列里的不算"],
            ["合计", "", ""],
            ["注：1.每月报送", "", ""],
            ["2.材料一式两份", "", ""],
            ["填报单位：党政办", "填报人：王芳", ""],
        )
    )
    assert [item.title for item in record.items] == ["甲事"]
    assert record.items[0].note == "注：备注列里的不算"
    assert record.rows == 2
    assert record.warnings == tuple(
        f"第 {row} 行在表格之后，没有读入：{text}"
        for row, text in ((4, "合计"), (5, "注：1.每月报送"), (6, "2.材料一式两份"), (7, "填报单位：党政办"))
    )


def test_a_header_repeated_on_the_next_page_is_no_item(tmp_path: Path) -> None:
    header = ["序号", "工作任务"]
    assert clean(listed(tmp_path, header, ["1", "甲"], header, ["2", "乙"])).rows == 2


def test_a_list_without_units_says_so(tmp_path: Path) -> None:
    assert not clean(listed(tmp_path, ["工作任务", "责任人"], ["甲事", "王芳"])).has_units


@pytest.mark.parametrize(
    ("rows", "cell", "says"),
    [
        ([["序号", "责任单位", "完成时限"], ["1", "党政办", "年底"]], "A1", "缺少任务列；已有的列：序号、责任单位"),
        ([["甲", "乙"], ["丙", "丁"]], "", "没有找到表头"),
        ([["序号", "工作任务"]], "B1", "没有一项工作"),
        ([["序号", "工作任务"], ["1", ""]], "B2", "没有写任务"),  # nothing above to continue
        ([["序号", "工作任务"], ["1", "甲"], ["2", ""]], "B3", "序号 2"),  # a number of its own
        ([["序号", "工作任务"], ["1", "甲"], ["1", "乙"]], "A3", "前一个在 A2"),
        ([["序号", "工作任务"], ["一、党建"], ["1", "甲"], ["1", "乙"]], "A4", "重复"),
        ([["序号", "工作任务", "责任单位"], ["1", "甲", "#REF!"]], "C2", "错误值"),
        ([["2023年2月30日印发"], ["序号", "工作任务"], ["1", "甲"]], "A1", "不存在"),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(tmp_path: Path, rows: list[list[str]], cell: str, says: str) -> None:
    (problem,) = listed(tmp_path, *rows)[1]
    assert (problem.file, problem.cell) == ("清单.csv", cell)
    assert says in problem.message


def test_all_problems_are_named_at_once_and_the_rest_is_read(tmp_path: Path) -> None:
    record, problems = listed(
        tmp_path, ["序号", "工作任务", "责任单位"], ["1", "甲", "#N/A"], ["1", "乙", ""], ["3", "", ""], ["4", "丁", ""]
    )
    assert sorted(problem.cell for problem in problems) == ["A3", "B4", "C2"]
    assert [item.title for item in record.items] == ["甲", "乙", "丁"]
    assert record.rows == 4


def test_a_formula_gone_wrong_is_named_in_a_workbook_too(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row("A1", ["序号", "工作任务", "责任单位"])
        sheet.write_row("A2", [1, "甲"])
        sheet.write_formula("C2", "=表!A1", None, "#REF!")
    (problem,) = read_worklist(path)[1]
    assert (problem.sheet, problem.cell, problem.value) == ("清单", "C2", "#REF!")


def test_a_number_with_only_a_milestone_continues_and_is_said(tmp_path: Path) -> None:
    record = clean(listed(tmp_path, ["序号", "工作任务", "任务分解"], ["1", "甲", "3月"], ["2", "", "5月"]))
    assert record.items[0].milestones == "3月\n5月"
    assert "第 3 行有序号 2" in record.warnings[0]


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    """A workbook of named sheets, each from C4 on."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(3 + at, 2, row)
    return path


HALVES = (
    ("说明", [["请按要求填写"]]),
    ("上半年", [["序号", "工作任务", "责任单位"], [1.0, "上半年的事", "甲"], [2, "又一件", "甲"]]),
    ("下半年", [["序号", "工作任务", "责任单位"], [1, "下半年的事", "乙"]]),
)


def test_sheets_of_one_make_are_one_list(tmp_path: Path) -> None:
    """Each is a section; numbers that repeat count per sheet, cells of later sheets bear their name."""
    record = clean(read_worklist(workbook(tmp_path / "清单.xlsx", *HALVES)))
    assert [(item.code_suffix, item.section, item.title, item.cell) for item in record.items] == [
        ("1-01", "上半年", "上半年的事", "D5"),
        ("1-02", "上半年", "又一件", "D6"),
        ("2-01", "下半年", "下半年的事", "下半年!D5"),
    ]
    assert (record.sheet, record.rows, record.warnings) == ("上半年", 3, ())
    problem = record.problem(record.items[2].mentions[0].cell, "乙", "没有这个单位")
    assert (problem.sheet, problem.cell) == ("下半年", "E5")


def test_numbers_that_go_on_from_sheet_to_sheet_stay(tmp_path: Path) -> None:
    sheets = (HALVES[1], ("下半年", [["序号", "工作任务", "责任单位"], [3, "下半年的事", "乙"]]))
    record = clean(read_worklist(workbook(tmp_path / "清单.xlsx", *sheets)))
    assert [item.code_suffix for item in record.items] == ["01", "02", "03"]


def test_a_sheet_of_another_make_is_said_and_can_be_asked_for(tmp_path: Path) -> None:
    other = ("台账", [["序号", "工作任务", "完成时限"], [1, "别的事", "9月底前"]])
    path = workbook(tmp_path / "清单.xlsx", *HALVES, other)
    record = clean(read_worklist(path))
    assert len(record.items) == 3
    assert record.warnings == ("只读了工作表“上半年”；“台账”的列或标题不同，没有读入，要导入另写 --sheet 台账",)
    assert [item.title for item in clean(read_worklist(path, only="台账")).items] == ["别的事"]
    (problem,) = read_worklist(path, only="没有")[1]
    assert "有：说明、上半年、下半年、台账" in problem.message


def test_problems_of_every_sheet_are_told_with_their_place(tmp_path: Path) -> None:
    twice = ("下半年", [["序号", "工作任务", "责任单位"], [3, "一件", "乙"], [3, "同号的", "乙"]])
    _, problems = read_worklist(workbook(tmp_path / "清单.xlsx", HALVES[1], twice))
    assert [(problem.sheet, problem.cell) for problem in problems] == [("下半年", "C6")]


def test_an_unknown_column_is_kept_as_a_note_and_said(tmp_path: Path) -> None:
    rows: list[list[object]] = [["序号", "工作任务", "推广范围"], [1, "一件", "全省"]]
    record = clean(read_worklist(workbook(tmp_path / "清单.xlsx", ("表", rows))))
    assert record.warnings == (
        "不认识的列：推广范围；内容记入备注。其实是认得的列，用 --map 推广范围=完成时限 这样说明",
    )
    assert record.items[0].note == "推广范围：全省"


def test_a_sheet_that_explains_the_columns_is_not_the_list(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_row("A1", ["工作任务", "写清要做什么"])
        sheet = book.add_worksheet("清单")
        sheet.write_row("A1", ["序号", "工作任务"])
        sheet.write_row("A2", [1, "甲事"])
    record = clean(read_worklist(path))
    assert (record.sheet, record.warnings) == ("清单", ())


def test_what_is_no_table_comes_back_as_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.4")
    record, problems = read_worklist(path)
    assert (record.items, [problem.file for problem in problems]) == ((), ["a.xlsx"])
    with pytest.raises(FileMissing):
        read_worklist(tmp_path / "none.xlsx")


def test_ten_thousand_rows_are_read_whole(tmp_path: Path) -> None:
    rows = [
        [str(at), "学习", "办好一件事", "3月：启动\n9月：验收", f"第{at % 90}支部", "各区、县级市", "9月底前"]
        for at in range(1, 10_001)
    ]
    record = clean(listed(tmp_path, HEADER, *rows))
    assert [item.number for item in record.items] == [str(at) for at in range(1, 10_001)]


CELLS = st.just("") | st.sampled_from(
    [
        "1",
        "2",
        "一",
        "一、党建（共2项）",
        "工作任务",
        "序号",
        "甲事",
        "注：说明",
        "合计",
        "#REF!",
        "各区、县级市",
        "4次",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=12))
def test_no_row_whatever_breaks_out_and_none_is_counted_twice(tmp_path: Path, rows: list[list[str]]) -> None:
    record, _ = listed(tmp_path, HEADER, *rows)
    assert len(record.items) <= record.rows <= len(rows)
    assert all(item.title for item in record.items)
