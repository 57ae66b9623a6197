"""What a file hides, and what it may not do: said, or refused before it is parsed."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from responsibility.ingest import sheets, yamlnodes
from responsibility.ingest.sheets import read_sheets
from responsibility.ingest.units import LONGEST, split_units
from responsibility.ingest.worklist import read_worklist
from tests.test_ingest_sheets import the_problem, workbook
from tests.test_ingest_worklist import HEADER, clean, listed

ROW = ["1", "组织", "开会", "", "甲支部", "", "9月底前"]


def edited(path: Path, part: str, pattern: str, into: str, *, more: dict[str, bytes] | None = None) -> Path:
    """The workbook with a part changed and parts added, as no program of ours would write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part]
    parts[part] = re.sub(pattern.encode(), into.encode(), before, count=1)
    assert parts[part] != before or more
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | (more or {})).items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_hidden_rows_columns_and_sheets_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        for at, row in enumerate([HEADER, ROW, ["2", *ROW[1:]], ["3", *ROW[1:]]]):
            sheet.write_row(at, 0, row)
        for at in (1, 2, 40):  # what is hidden and empty concerns nobody
            sheet.set_row(at, None, None, {"hidden": True})
        sheet.set_column("E:E", None, None, {"hidden": True})
        sheet.set_column("X:XFD", None, None, {"hidden": True})
        for name, cells in (("旧表", ["旧", "表"]), ("选项", ["是"])):
            hidden = book.add_worksheet(name)
            hidden.write_row(0, 0, cells)
            hidden.hide()
    record = clean(read_worklist(path))
    assert record.warnings == (
        "隐藏的工作表没有读入：“旧表”",
        "隐藏的行也读入了：第 2–3 行；不要的请取消隐藏后删去",
        "隐藏的列也读入了：E 列；不要的请取消隐藏后删去",
    )
    assert len(record.items) == 3


def test_a_formula_without_a_stored_result_is_named_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula("G2", '=A2&"月底前"', None, "存下的")
    assert clean(read_worklist(path)).items[0].phrase == "存下的"
    edited(path, SHEET, r' t="str"><f>(A2[^<]*)</f><v>[^<]*</v>', r"><f>\1</f><v></v>")
    (problem,) = read_worklist(path)[1]
    assert (problem.cell, problem.value) == ("G2", '=A2&"月底前"')
    assert "没有存下它的结果" in problem.message


def test_a_formula_that_looks_into_another_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula("G2", "=[1]Sheet1!A1", None, "9月底前")
    (problem,) = read_worklist(path)[1]
    assert (problem.cell, problem.value) == ("G2", "9月底前")
    assert "引用了别的文件" in problem.message


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ('yyyy"年"m"月"', "2023年10月"),  # what Excel makes of a typed 2023年10月: the month, not its first day
        (57, "2023年10月"),
        ("yyyy-mm", "2023年10月"),
        ('yyyy"年"m"月"d"日"', "2023-10-01"),
        (31, "2023-10-01"),
    ],
)
def test_a_date_cell_is_read_as_it_is_shown(tmp_path: Path, form: str | int, shown: str) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("表").write_number(0, 0, 45200, book.add_format({"num_format": form}))
    assert read_sheets(path)[0].rows == ((shown,),)


def test_the_serial_number_of_a_day_is_a_deadline_and_said(tmp_path: Path) -> None:
    record = clean(listed(tmp_path, HEADER, [*ROW[:-1], "45200"]))
    assert record.items[0].phrase == "2023-10-01"
    assert record.warnings == ("G2 的 45200 是日期的序号，读作 2023-10-01；请把这一格改成日期格式",)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "pattern", "into", "says"),
    [
        (SHEET, "<worksheet", f"{BOMB}<worksheet", "XML 实体"),
        ("xl/workbook.xml", "<workbook", f"{BOMB}<workbook", "XML 实体"),
        ("[Content_Types].xml", "<Types", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Types', "DTD"),
        ("xl/sharedStrings.xml", "<t>x</t>", f"<t>{'x' * 500_000}</t>", "过长"),
        ("xl/workbook.xml", "<workbook[^>]*>", "<workbook>", "不完整"),
    ],
)
def test_what_no_table_holds_is_refused(tmp_path: Path, part: str, pattern: str, into: str, says: str) -> None:
    path = workbook(tmp_path / "a.xlsx", ("表", [["x"]]))
    assert says in the_problem(edited(path, part, pattern, into))


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("表", [["x"]]))
    edited(path, SHEET, "x^", "", more={"xl/worksheets/sheet2.xml": b"0" * 20_000_000})
    assert path.stat().st_size < 100_000
    assert "压缩炸弹" in the_problem(path)


def test_what_is_too_much_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responsibility.ingest.xlsxparts.MAX_UNPACKED", 1000)
    assert "解压后" in the_problem(workbook(tmp_path / "a.xlsx", ("表", [["x"]])))


def test_too_large_a_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(sheets.MAX_FILE + 1)
    assert "64 MB" in the_problem(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x\n" * (sheets.MAX_ROWS + 1), "20 万行"),
        ("x," * 600 + "x", "500 列"),
        ("a,b\n1," + "x" * 40_000, "32767 个字"),
        ('a,"' + "x" * 200_000, "个字"),  # an open quote that swallows the rest
    ],
)
def test_more_than_a_list_has_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    assert says in the_problem(path)


def test_the_same_name_twice_in_the_archive_is_read_as_checked(tmp_path: Path) -> None:
    """What the reader sees is what was checked: it is handed the checked parts, not the file."""
    path = workbook(tmp_path / "a.xlsx", ("表", [["x"]]))
    held = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(held, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, BOMB)
    path.write_bytes(held.getvalue())
    assert "XML 实体" in the_problem(path)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("items: " + "[" * 500 + "]" * 500, "第1行", "嵌套过深"),
        ("title: &a 清单\nitems: [*a, *a]", "第1行", "引用"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "第1行", "引用"),
        ("items:\n - title: 'x", "第2行", "语法"),
        ("- a", "第1行", "最外层"),
        ("", "第1行", "最外层"),
    ],
)
def test_yaml_that_is_no_plain_list_is_one_problem(tmp_path: Path, text: str, line: str, says: str) -> None:
    path = tmp_path / "清单.yaml"
    path.write_text(text, encoding="utf-8")
    record, (problem,) = read_worklist(path)
    assert (record.items, problem.cell) == ((), line)
    assert says in problem.message


def test_a_yaml_of_endless_lists_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlnodes, "MAX_EVENTS", 100)
    path = tmp_path / "清单.yaml"
    path.write_text("items: [" + "x," * 200 + "]", encoding="utf-8")
    assert "文件太大" in read_worklist(path)[1][0].message


def test_a_cell_too_long_for_names_is_nobodys_name() -> None:
    assert split_units("、" * (LONGEST + 1), "lead") == [("、" * 40 + "……", "lead")]
