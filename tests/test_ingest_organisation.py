"""The organisation from yaml, from five sheets, from a flat table; and everything that may be wrong with it."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responsibility.core.chain import Chain, Holding, LaidOn, Organisation, Oversight, Person, Post, Tier, Unit
from responsibility.core.errors import FileMissing, Problem
from responsibility.ingest.organisation import read_organisation
from responsibility.ingest.organisation.days import read_day

CHAIN = Chain(
    tiers=(
        Tier("committee", "党委", "主体责任", LaidOn.ONE),
        Tier("secretary", "党委书记", "第一责任人责任", LaidOn.ONE),
        Tier("leader", "分管领导", "一岗双责", LaidOn.LEADERS),
        Tier("office", "领导小组办公室", "统筹协调责任", LaidOn.ONE),
        Tier("branch", "党支部/责任单位", "直接责任", LaidOn.UNITS),
        Tier("member", "党员", "落实责任", LaidOn.MEMBERS),
    ),
    kinds={"committee": "党委", "branch": "党支部"},
)

#: One small office, the same in all three kinds of file.
OFFICE = Organisation(
    units=(
        Unit("U01", "局党委", "committee"),
        Unit("U02", "一支部", "branch", "U01"),
        Unit("U03", "二支部", "branch", "U01"),
    ),
    posts=(
        Post("U01P01", "U01", "secretary", "书记"),
        Post("U01P02", "U01", "leader", "副书记"),
        Post("U02P01", "U02", "branch", "支部书记"),
        Post("U02P02", "U02", "member", "党员"),
    ),
    people=(
        Person("U01P01R", "赵明", "zhao@example.cn", "13800138001"),
        Person("U01P02R", "钱进", "qian@example.cn"),
        Person("U02P02R", "孙立"),
    ),
    holdings=(
        Holding("U01P01", "U01P01R"),
        Holding("U01P02", "U01P02R"),
        Holding("U02P01", "U01P02R"),
        Holding("U02P02", "U02P02R"),
    ),
    oversees=(Oversight("U01P02", ("U02", "U03")),),
)  # fmt: skip

YAML = """\
units:
  - {code: U01, name: 局党委, kind: 党委}
  - {code: U02, name: 一支部, kind: branch, parent: 局党委}
  - {code: U03, name: 二支部, kind: 党支部, parent: U01}
posts:
  - {code: U01P01, unit: 局党委, tier: 党委书记, title: 书记}
  - {code: U01P02, unit: U01, tier: leader, title: 副书记}
  - {code: U02P01, unit: 一支部, tier: 责任单位, title: 支部书记}
  - {code: U02P02, unit: U02, tier: 党员, title: 党员}
people:
  - {code: U01P01R, name: 赵明, email: zhao@example.cn, mobile: 13800138001}
  - {code: U01P02R, name: 钱进, email: qian@example.cn}
  - {code: U02P02R, name: 孙立}
holdings:
  - {post: U01P01, person: 赵明}
  - {post: 副书记, person: U01P02R}
  - {post: 一支部支部书记, person: 钱进}
  - {post: 一支部/党员, person: 孙立, until: 至今}
oversees:
  - {post: 副书记, units: [U02, 二支部]}
"""

SHEETS = {
    "单位": [
        ["填写说明：编码用字母和数字", "", "", ""],
        ["编码", "名称", "类别", "上级单位"],
        ["U01", "局党委", "党委", ""],
        ["U02", "一支部", "党支部", "局党委"],
        ["U03", "二支部", "党支部", "U01"],
    ],
    "岗位": [
        ["岗位编码", "所属单位", "层级", "岗位名称"],
        ["U01P01", "U01", "党委书记", "书记"],
        ["U01P02", "局党委", "分管领导", "副书记"],
        ["U02P01", "一支部", "党支部", "支部书记"],
        ["U02P02", "U02", "member", "党员"],
    ],
    "人员": [
        ["编码", "姓名", "电子邮箱", "手机号码"],
        ["U01P01R", "赵明", "zhao@example.cn", 13800138001.0],
        ["U01P02R", "钱进", "qian@example.cn", ""],
        ["U02P02R", "孙立", "", ""],
    ],
    "任职": [
        ["岗位", "人员", "起", "止"],
        ["U01P01", "赵明", "", ""],
        ["副书记", "钱进", "", "至今"],
        ["支部书记", "U01P02R", "", ""],
        ["党员", "孙立", "", ""],
    ],
    "分管": [["岗位", "分管单位"], ["副书记", "一支部"], ["U01P02", "U03；一支部"]],
}

FLAT_HEADER = ["单位", "上级单位", "类别", "层级", "岗位", "姓名", "邮箱", "手机", "分管单位"]
FLAT = [
    FLAT_HEADER,
    ["局党委", "", "党委", "党委书记", "书记", "赵明", "zhao@example.cn", "13800138001", ""],
    ["局党委", "", "", "分管领导", "副书记", "钱进", "qian@example.cn", "", "一支部"],
    ["局党委", "", "", "分管领导", "副书记", "钱进", "", "", "一支部、二支部"],  # only oversees more
    ["一支部", "局党委", "党支部", "责任单位", "支部书记", "钱进", "qian@example.cn", "", ""],
    ["一支部", "", "", "党员", "党员", "孙立", "", "", ""],
    ["二支部", "局党委", "党支部", "", "", "", "", "", ""],  # only declares
]


def from_text(tmp_path: Path, text: str) -> tuple[Organisation, list[Problem]]:
    path = tmp_path / "org.yaml"
    path.write_text(text, encoding="utf-8")
    return read_organisation(path, CHAIN)


def from_sheets(tmp_path: Path, sheets: dict[str, list[list[object]]]) -> tuple[Organisation, list[Problem]]:
    path = tmp_path / "org.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return read_organisation(path, CHAIN)


def from_flat(tmp_path: Path, rows: list[list[str]], encoding: str = "utf-8") -> tuple[Organisation, list[Problem]]:
    path = tmp_path / "org.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return read_organisation(path, CHAIN)


def places(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.sheet, problem.cell) for problem in problems]


def test_yaml_is_read_with_references_by_code_or_name(tmp_path: Path) -> None:
    assert from_text(tmp_path, YAML) == (OFFICE, [])


def test_five_sheets_say_the_same(tmp_path: Path) -> None:
    assert from_sheets(tmp_path, SHEETS) == (OFFICE, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_flat_table_says_the_same(tmp_path: Path, encoding: str) -> None:
    assert from_flat(tmp_path, FLAT, encoding) == (OFFICE, [])


@pytest.mark.parametrize("name", ["Sheet1", "花名册", "单位"])
def test_the_flat_table_may_be_the_one_sheet_of_a_workbook(tmp_path: Path, name: str) -> None:
    rows: list[list[object]] = [["填表说明：一行一个岗位"], *FLAT]
    assert from_sheets(tmp_path, {name: rows}) == (OFFICE, [])


def test_merged_units_of_a_flat_workbook_hold_for_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "org.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row("A1", ["单位", "层级", "岗位", "姓名"])
        sheet.merge_range("A2:A3", "一支部")
        sheet.write_row("B2", ["党支部", "支部书记", "赵明"])
        sheet.write_row("B3", ["党员", "党员", "孙立"])
    organisation, problems = read_organisation(path, CHAIN)
    assert problems == []
    assert [post.unit for post in organisation.posts] == ["U01", "U01"]


def test_a_member_a_row_is_a_post_a_row(tmp_path: Path) -> None:
    rows = [["一支部", "", "", "党员", "党员", name, mail, "", ""] for name, mail in
            (("赵明", ""), ("孙立", ""), ("赵明", "a@example.cn"), ("赵明", "b@example.cn"), ("", ""))]  # fmt: skip
    organisation, problems = from_flat(tmp_path, [FLAT_HEADER, *rows])
    assert problems == []
    assert len(organisation.posts) == 3  # unit, tier, title and name repeat for the later two of 赵明
    assert [person.name for person in organisation.people] == ["赵明", "孙立"]


def test_people_of_one_name_are_told_apart_by_their_addresses(tmp_path: Path) -> None:
    def row(title: str, email: str, mobile: str) -> list[str]:
        return ["一支部", "", "", "党员", title, "赵明", email, mobile, ""]

    rows = [row("甲", "a@example.cn", ""), row("乙", "", "138"), row("丙", "a@example.cn", "139"), row("丁", "", "")]
    organisation, problems = from_flat(tmp_path, [FLAT_HEADER, *rows])
    assert problems == []
    assert [(person.code, person.email, person.mobile) for person in organisation.people] == [
        ("U01P01R", "a@example.cn", "139"),
        ("U01P02R", "", "138"),
    ]
    assert [holding.person for holding in organisation.holdings] == ["U01P01R", "U01P02R", "U01P01R", "U01P01R"]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2023-09-01", date(2023, 9, 1), date(2023, 9, 1)),
        ("2023/9/1", date(2023, 9, 1), date(2023, 9, 1)),
        ("2023.9.1", date(2023, 9, 1), date(2023, 9, 1)),
        ("2023年9月1日", date(2023, 9, 1), date(2023, 9, 1)),
        ("２０２３年９月１日", date(2023, 9, 1), date(2023, 9, 1)),
        ("2023-09-01 08:00", date(2023, 9, 1), date(2023, 9, 1)),
        ("2023-09", date(2023, 9, 1), date(2023, 9, 30)),
        ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),  # a leap year
    ],
)
def test_days_are_read_as_written(written: str, first: date, last: date) -> None:
    assert (read_day(written), read_day(written, last=True)) == (first, last)


@pytest.mark.parametrize("written", ["2023-02-30", "2023-13", "九月", "2023", "45170", "9月1日"])
def test_what_is_no_day_is_refused(written: str) -> None:
    assert read_day(written) is None


def test_holdings_run_from_and_until(tmp_path: Path) -> None:
    text = YAML.replace("{post: U01P01, person: 赵明}", "{post: U01P01, person: 赵明, from: 2021-03, until: 2023年9月}")
    organisation, problems = from_text(tmp_path, text)
    assert problems == []
    assert organisation.holdings[0] == Holding("U01P01", "U01P01R", date(2021, 3, 1), date(2023, 9, 30))


@pytest.mark.parametrize(
    ("old", "new", "cell", "says"),
    [
        ("tier: 党员", "tier: 神", "第9行 posts[3].tier", "党委书记（secretary）"),  # unknown tier
        ("tier: 党员, ", "", "第9行 posts[3]", "缺少层级"),
        ("unit: U02, tier", "unit: U99, tier", "第9行 posts[3].unit", "没有这个单位"),
        ("parent: U01", "parent: U99", "第4行 units[2].parent", "没有这个单位"),
        ("name: 二支部, ", "", "第4行 units[2]", "缺少名称"),
        ("{post: U01P01, person", "{post: X1, person", "第15行 holdings[0].post", "没有这个岗位"),
        ("person: U01P02R", "person: 周全", "第16行 holdings[1].person", "没有这个人员"),
        ("units: [U02, 二支部]", "units: [U02, 三支部]", "第20行 oversees[0].units[1]", "没有这个单位"),
        ("units: [U02, 二支部]", "units: []", "第20行 oversees[0]", "缺少单位"),
        ("post: 副书记, units", "post: 书记长, units", "第20行 oversees[0].post", "没有这个岗位"),
        ("code: U02P02,", "code: U02P01,", "第9行 posts[3].code", "编码重复，第8行 posts[2].code"),
        ("code: U02P02,", "code: U03,", "第9行 posts[3].code", "编码重复"),  # a post may not be named like a unit
        ("code: U02P02R", "code: U-2", "第13行 people[2].code", "字母和数字"),
        ("code: U02P02R", "code: 孙", "第13行 people[2].code", "字母和数字"),
        ("until: 至今", "until: 2023-02-30", "第18行 holdings[3].until", "不是日历上的日期"),
        ("until: 至今", "from: 2023-09, until: 2023-08", "第18行 holdings[3].until", "早于任职起"),
        ("kind: 党委}", "kind: 党委, parent: U02}", "第3行 units[1].parent", "U01 → U02 → U01"),
        ("kind: 党委}", "kind: 党委, parent: U01}", "第2行 units[0].parent", "U01 → U01"),
        ("zhao@example.cn", "zhao.example.cn", "第11行 people[0].email", "邮箱"),
        ("name: 孙立", "name: 孙立, age: 30", "第13行 people[2].age", "不认识的键"),
        ("people:", "persons: []\npeople:", "第10行 persons", "不认识的键"),
        ("name: 孙立", "name: 孙立, name: 孙丽", "第13行 people[2].name", "写了两次"),
        ("name: 孙立", "name: 孙立, email: [a@b, c@d]", "第13行 people[2].email", "应是一段文字"),
        ("title: 副书记", "title: {副: 书记}", "第7行 posts[1].title", "应是一段文字"),
        ("  - {code: U02P02R, name: 孙立}", "  - 孙立", "第13行 people[2]", "键: 值"),
        ("[U02, 二支部]", "[U02, [二支部]]", "第20行 oversees[0].units[1]", "编码或名称的列表"),
    ],
)
def test_what_is_wrong_in_yaml_is_named_with_line_and_path(
    tmp_path: Path, old: str, new: str, cell: str, says: str
) -> None:
    assert old in YAML
    problems = from_text(tmp_path, YAML.replace(old, new, 1))[1]
    first = problems[0]
    assert (first.file, first.sheet, first.cell) == ("org.yaml", "", cell)
    assert says in first.message


@pytest.mark.parametrize(
    ("text", "cell", "says"),
    [
        ("units:\n  - {code: U1\nposts: []\n", "第3行", "语法"),  # a brace left open
        ("units:\n\t- a\n", "第2行", "语法"),  # a tab
        ("units: [\x00]", "第1行", "文本"),  # not even text
        ("", "", "五个列表"),
        ("- a\n- b\n", "第1行", "五个列表"),
        ("units: 单位\n", "第1行 units", "应是一个列表"),
        ("units:\nposts:\n", "", "没有一个单位"),
        ("units: &x [*x]\n", "第1行", "引用"),
    ],
)
def test_yaml_of_another_shape_is_a_problem(tmp_path: Path, text: str, cell: str, says: str) -> None:
    (problem,) = from_text(tmp_path, text)[1]
    assert says in problem.message
    assert problem.cell == cell or "文本" in says


def test_two_of_one_name_must_be_told_apart_by_code(tmp_path: Path) -> None:
    text = YAML.replace("code: U03, name: 二支部", "code: U03, name: 一支部").replace("[U02, 二支部]", "[U02, U03]")
    problems = from_text(tmp_path, text)[1]
    assert [problem.value for problem in problems][:1] == ["一支部"]
    assert "U02、U03" in problems[0].message


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    sheets = dict(SHEETS)
    sheets["岗位"] = [*SHEETS["岗位"][:3], ["U02P01", "三支部", "神", "支部书记"], ["U02P02", "U02", "", "党员"]]
    sheets["人员"] = [*SHEETS["人员"][:3], ["U02P02R", "孙立", "sun", ""]]
    sheets["任职"] = [*SHEETS["任职"], ["党员", "周全", "2023-02-30", ""]]
    problems = from_sheets(tmp_path, sheets)[1]
    assert sorted(places(problems)) == [
        ("人员", "C4"),
        ("任职", "B6"),
        ("任职", "C6"),
        ("岗位", "B4"),
        ("岗位", "C4"),
        ("岗位", "C5"),
    ]


def test_missing_sheets_and_columns_are_named(tmp_path: Path) -> None:
    sheets = {name: rows for name, rows in SHEETS.items() if name != "分管"}
    sheets["岗位"] = [row[:2] for row in SHEETS["岗位"]]
    messages = [problem.message for problem in from_sheets(tmp_path, sheets)[1]]
    assert any("缺少列：层级、岗位名称" in message for message in messages)
    assert any("缺少工作表“分管”" in message for message in messages)


def test_an_empty_sheet_of_oversight_is_no_problem(tmp_path: Path) -> None:
    organisation, problems = from_sheets(tmp_path, {**SHEETS, "分管": []})
    assert (organisation.oversees, problems) == ((), [])


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (["三支部", "党组", "", "", "", "", "", "", ""], "B8", "没有这个单位"),  # a parent nobody declared
        (["二支部", "一支部", "", "", "", "", "", "", ""], "B8", "不一致"),
        (["二支部", "", "党委", "", "", "", "", "", ""], "C8", "不一致"),
        (["", "", "", "党员", "党员", "周全", "", "", ""], "A8", "没有写单位"),
        (["二支部", "", "", "党员", "", "周全", "", "", ""], "E8", "没有写岗位"),
        (["二支部", "", "", "党员", "党员", "", "a@example.cn", "", ""], "F8", "没有写姓名"),
        (["二支部", "", "", "", "党员", "周全", "", "", ""], "D8", "缺少层级"),
        (["二支部", "", "", "党团员", "党员", "周全", "", "", ""], "D8", "没有这个层级"),
        (["二支部", "", "", "党员", "党员", "周全", "a.example", "", ""], "G8", "邮箱"),
        (["局党委", "", "", "分管领导", "副书记", "钱进", "", "", "一支部,三支部"], "I8", "没有这个单位"),
    ],
)
def test_what_is_wrong_in_a_flat_table_is_named_with_its_cell(
    tmp_path: Path, row: list[str], cell: str, says: str
) -> None:
    (problem,) = from_flat(tmp_path, [*FLAT, row])[1]
    assert (problem.file, problem.cell) == ("org.csv", cell)
    assert says in problem.message


def test_a_flat_table_without_a_needed_column_is_a_problem(tmp_path: Path) -> None:
    (problem,) = from_flat(tmp_path, [["单位", "岗位", "邮箱"], ["一支部", "党员", ""]])[1]
    assert "缺少列：层级、姓名" in problem.message


def test_what_is_no_organisation_file_comes_back_as_a_problem(tmp_path: Path) -> None:
    for name in ("org.pdf", "org.yaml", "org.xlsx", "org.csv"):
        (tmp_path / name).write_bytes(b"%PDF-1.4 \x00\x01")
        (problem,) = read_organisation(tmp_path / name, CHAIN)[1]
        assert problem.file == name
    with pytest.raises(FileMissing):
        read_organisation(tmp_path / "none.yaml", CHAIN)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(YAML) - 1), sign=st.sampled_from(list("{}[]:,-&*#'\"\n\t @x\x07")))
def test_one_wrong_sign_in_yaml_never_breaks_out(tmp_path: Path, at: int, sign: str) -> None:
    organisation, problems = from_text(tmp_path, YAML[:at] + sign + YAML[at + 1 :])
    assert problems or organisation.units


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(1, len(FLAT) - 1), col=st.integers(0, 8), text=st.sampled_from(["", "一支部", "党员", "?", "a@b"])
)
def test_one_wrong_cell_in_a_flat_table_never_breaks_out(tmp_path: Path, at: int, col: int, text: str) -> None:
    rows = [list(row) for row in FLAT]
    rows[at][col] = text
    organisation, _ = from_flat(tmp_path, rows)
    assert {post.unit for post in organisation.posts} <= {unit.code for unit in organisation.units}
