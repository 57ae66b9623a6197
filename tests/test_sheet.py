"""The round trip with a branch: its 任务台账 goes out as a file and comes back with answers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from responsibility.cli.app import run
from responsibility.core.errors import InputProblems, Problem, ResponsibilityError, UnknownCode
from responsibility.core.summary.sheet import Applied, Column, Imported, SheetLine
from responsibility.usecases.extension import asked_for
from responsibility.usecases.record import log, rebuilt, verify
from responsibility.usecases.sheet import export_all, export_unit, import_sheet, sheets_of
from tests.world import World
from tests.xlsxcells import PART, fill

C = Column
#: The columns of the sheet by their letters.
LETTER = {column: "ABCDEFGHIJKLMNOPQ"[at] for at, column in enumerate(Column)}
Filled = Mapping[Column, Any]


def office(world: World) -> World:
    """Two items of 甲支部, one of which its three members carry out, and one of 乙支部; A and B have open work."""
    world.list(
        {"title": "办四次活动", "lead": "甲支部", "by": "9月30日前", "target": "4次"},
        {"title": "全体学习", "lead": "甲支部", "support": "甲支部党员", "by": "10月31日前"},
        {"title": "长期坚持的事", "lead": "乙支部", "by": "长期坚持"},
    )
    world.assign()
    return world


def sent(world: World, unit: str = "甲支部", name: str = "a") -> Path:
    """The unit's sheet as it goes out."""
    path = world.root / f"{name}.xlsx"
    world.now += timedelta(minutes=1)
    export_unit(world.workspace, unit, world.now, path)
    return path


def table(path: Path) -> list[list[Any]]:
    """All cells of the sheet, from A1 on."""
    with CalamineWorkbook.from_path(str(path)) as book:
        rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return rows


def row_of(path: Path, code: str) -> int:
    """The number of the row an assignment stands in."""
    return next(at for at, row in enumerate(table(path), 1) if row[0] == code)


def answer(path: Path, answers: Mapping[str, Filled], to: Path | None = None) -> Path:
    """The sheet, filled in: assignment code → column → value."""
    cells = {
        f"{LETTER[column]}{row_of(path, code)}": value
        for code, filled in answers.items()
        for column, value in filled.items()
    }
    return fill(path, cells, to)


def back(world: World, path: Path, **options: Any) -> Imported:
    """The sheet is imported a minute later."""
    world.now += timedelta(minutes=1)
    return import_sheet(world.workspace, path, world.now, **options)


def refused(world: World, path: Path) -> list[Problem]:
    """The problems of a sheet that must be refused, with nothing written."""
    before = len(log(world.workspace))
    with pytest.raises(InputProblems) as caught:
        back(world, path)
    assert len(log(world.workspace)) == before
    return list(caught.value.problems)


def acts(applied: Applied) -> list[str]:
    return [step.act for step in applied.steps]


def state(world: World, code: str) -> tuple[str, int | None, int]:
    return tuple(world.rows(f"SELECT state, percent, counted FROM assignment WHERE code = '{code}'")[0])  # type: ignore[return-value]


def entries(world: World, act: str) -> list[Any]:
    return [entry for entry in log(world.workspace) if entry.act == act]


FULL: Filled = {C.TEXT: "已办两次", C.COUNT: 2, C.PERCENT: 50, C.EVIDENCE: "纪要.docx"}


# -- out and back ------------------------------------------------------------------------------------------------------


def test_answers_become_the_acts_of_the_terminal_for_the_owner(any_world: World) -> None:
    """On SQLite and PostgreSQL: signing, reporting, submitting and asking for an extension, and replay agrees."""
    world = office(any_world)
    path = answer(
        sent(world),
        {
            "L1-01.A": FULL,
            "L1-02.A": {C.DOING: "签收"},
            "L1-02.A11": {C.DOING: "办理中"},
            "L1-02.A12": {C.TEXT: "学完了", C.DONE: "是"},
            "L1-02.A13": {C.UNTIL: date(2023, 11, 15), C.REASON: "住院"},
        },
    )
    done = back(world, path)
    assert {row.code: acts(row) for row in done.applied} == {
        "L1-01.A": ["sign", "report"],
        "L1-02.A": ["sign"],
        "L1-02.A11": ["sign", "report"],
        "L1-02.A12": ["sign", "submit"],
        "L1-02.A13": ["sign", "extend"],
    }
    assert (done.conflicts, done.unchanged, done.blank) == ((), 0, 0)
    assert state(world, "L1-01.A") == ("in_progress", 50, 2)
    assert [state(world, f"L1-02.{who}")[0] for who in ("A", "A11", "A12", "A13")] == [
        "signed",
        "in_progress",
        "submitted",
        "signed",
    ]
    report = entries(world, "report")[0]
    assert (report.actor, report.on_behalf_of) == ("BG1", "A")
    told = {key: report.values.get(key) for key in ("text", "count", "total", "percent")}
    assert told == {"text": "已办两次；佐证：纪要.docx", "count": 2, "total": 2, "percent": 50}
    assert entries(world, "submit")[0].on_behalf_of == "A12"
    assert verify(world.workspace)[1] == []
    query = "SELECT code, state, percent, counted FROM assignment ORDER BY id"
    live = world.rows(query)
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(query).all() == live


def test_an_extension_asked_for_is_recorded_and_moves_nothing(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": {C.UNTIL: "2023年10月20日", C.REASON: "场地在修"}})
    due = world.rows("SELECT due_on FROM assignment WHERE code = 'L1-01.A'")
    back(world, path)
    asked = log(world.workspace, "L1-01.A")[-1]
    assert (asked.act, asked.on_behalf_of) == ("extend", "A")
    assert (asked.values["to"], asked.values["reason"]) == ("2023-10-20", "场地在修")
    assert [one.waits_for for one in asked_for(world.workspace)] == ["领导小组办公室"]
    assert world.rows("SELECT due_on FROM assignment WHERE code = 'L1-01.A'") == due


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL, "L1-02.A12": {C.DONE: "是"}})
    back(world, path)
    before = len(log(world.workspace))
    again = back(world, path)
    assert (again.applied, again.conflicts, again.unchanged, again.blank) == ((), (), 2, 3)
    assert len(log(world.workspace)) == before


def test_a_file_that_goes_on_being_filled_gives_only_what_is_new(world: World) -> None:
    """A branch signs first and reports weeks later in the same file; totals are not counted twice."""
    path = answer(sent(office(world)), {"L1-01.A": {C.DOING: "签收"}})
    assert acts(back(world, path).applied[0]) == ["sign"]
    answer(path, {"L1-01.A": FULL})
    assert acts(back(world, path).applied[0]) == ["report"]
    answer(path, {"L1-01.A": {C.COUNT: 3}})
    values = back(world, path).applied[0].steps[0].values
    assert (values["count"], values["total"], "percent" in values) == (1, 3, False)
    answer(path, {"L1-01.A": {C.TEXT: "办完", C.DONE: "是"}})
    assert acts(back(world, path).applied[0]) == ["submit"]
    assert state(world, "L1-01.A") == ("submitted", 50, 3)
    assert len(entries(world, "report")) == 2


def test_a_rehearsal_shows_the_acts_and_writes_nothing(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    before = len(log(world.workspace))
    done = back(world, path, dry_run=True)
    assert acts(done.applied[0]) == ["sign", "report"]
    assert len(log(world.workspace)) == before
    assert state(world, "L1-01.A")[0] == "issued"


def test_no_answer_at_all_is_no_act(world: World) -> None:
    path = sent(office(world))
    answer(path, {"L1-01.A": {C.DONE: "否", C.TEXT: " \n"}})
    done = back(world, path)
    assert (done.applied, done.blank) == ((), 5)
    assert entries(world, "sheet.import") == []


# -- changed on both sides ---------------------------------------------------------------------------------------------


def test_a_row_changed_on_both_sides_is_shown_side_by_side_and_left_alone(any_world: World) -> None:
    world = office(any_world)
    path = answer(sent(world), {"L1-01.A": FULL, "L1-02.A11": {C.DOING: "签收"}})
    world.does("sign", "L1-01.A", as_post="A1")
    world.does("report", "L1-01.A", as_post="A1", percent=80)
    done = back(world, path)
    conflict = done.conflicts[0]
    assert (conflict.code, conflict.cell) == ("L1-01.A", f"J{row_of(path, 'L1-01.A')}")
    assert (conflict.before.state, conflict.before.percent) == ("issued", None)
    assert (conflict.now.state, conflict.now.percent) == ("in_progress", 80)
    assert conflict.answers[C.PERCENT] == "50"
    assert state(world, "L1-01.A") == ("in_progress", 80, 0)
    assert [row.code for row in done.applied] == ["L1-02.A11"]
    assert back(world, path).conflicts == done.conflicts


def test_what_changed_only_here_is_no_conflict(world: World) -> None:
    path = answer(sent(office(world)), {"L1-02.A11": {C.DOING: "签收"}})
    world.does("sign", "L1-01.A", as_post="A1")
    done = back(world, path)
    assert (len(done.applied), done.conflicts) == (1, ())


def test_a_moved_deadline_and_an_act_after_the_import_are_conflicts(world: World) -> None:
    from responsibility.usecases.items import Changes, edit_item

    path = answer(sent(office(world)), {"L1-01.A": {C.DOING: "签收"}, "L1-02.A11": {C.DONE: "是"}})
    edit_item(world.workspace, "L1-01", Changes(by="10月15日前"), world.now)
    done = back(world, path)
    assert [(c.code, c.before.due_on, c.now.due_on) for c in done.conflicts] == [
        ("L1-01.A", "2023-09-30", "2023-10-15")
    ]
    world.does("send_back", "L1-02.A11", reason="缺材料")
    answer(path, {"L1-02.A11": {C.TEXT: "补了"}})
    assert {c.code for c in back(world, path).conflicts} == {"L1-01.A", "L1-02.A11"}
    assert state(world, "L1-02.A11")[0] == "returned"


def test_a_sweep_in_between_is_no_change_of_the_row(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    world.to("2023-10-09")
    world.sweep()
    world.untold.clear()
    assert back(world, path).conflicts == ()


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_every_wrong_cell_is_named_at_once_and_nothing_is_written(world: World) -> None:
    path = answer(
        sent(office(world)),
        {
            "L1-01.A": {C.DOING: "签", C.COUNT: "两三次", C.PERCENT: 101},
            "L1-02.A": {C.DOING: "办理中"},
            "L1-02.A11": {C.UNTIL: "下月底", C.REASON: "忙"},
            "L1-02.A12": {C.UNTIL: date(2023, 9, 1), C.REASON: "忙", C.TEXT: "=1+1"},
            "L1-02.A13": {C.REASON: "只有理由", C.PERCENT: 0.5},
        },
    )
    at = {code: row_of(path, code) for code in ("L1-01.A", "L1-02.A", "L1-02.A11", "L1-02.A12", "L1-02.A13")}
    problems = refused(world, path)
    assert {problem.sheet for problem in problems} == {"任务台账"}
    assert {problem.cell: (problem.value, problem.message[:12]) for problem in problems} == {
        f"I{at['L1-01.A']}": ("签", "应从下拉框里选：“签收”"),
        f"K{at['L1-01.A']}": ("两三次", "应为整数：到目前为止一共"),
        f"L{at['L1-01.A']}": ("101", "应为 0 到 100 的"),
        f"I{at['L1-02.A']}": ("办理中", "L1-02.A 随下级办"),
        f"O{at['L1-02.A11']}": ("下月底", "应为日期，写成 2023"),
        f"O{at['L1-02.A12']}": ("2023-09-01", "2023-09-01 不"),
        f"L{at['L1-02.A13']}": ("0.5", "应为 0 到 100 的"),
    }
    rows = [int(re.sub(r"\D", "", problem.cell)) for problem in problems]
    assert rows == sorted(rows)


@pytest.mark.parametrize(
    ("filled", "column", "said"),
    [
        ({C.UNTIL: date(2023, 10, 20)}, C.REASON, "没有写延期理由"),
        ({C.REASON: "忙"}, C.UNTIL, "没有写延期至"),
        ({C.UNTIL: date(2023, 10, 20), C.REASON: "忙", C.DONE: "是"}, C.DONE, "只能选一样"),
        ({C.UNTIL: "2023-10", C.REASON: "忙"}, C.UNTIL, "应为日期"),
        ({C.UNTIL: "2023-02-30", C.REASON: "忙"}, C.UNTIL, "应为日期"),
        ({C.UNTIL: 9999999, C.REASON: "忙"}, C.UNTIL, "应为日期"),
        ({C.COUNT: -1}, C.COUNT, "应为整数"),
        ({C.COUNT: 1.5}, C.COUNT, "应为整数"),
        ({C.COUNT: "3次"}, C.COUNT, "应为整数"),
        ({C.PERCENT: "一半"}, C.PERCENT, "0 到 100"),
        ({C.DONE: "快了"}, C.DONE, "应从下拉框里选"),
        ({C.TEXT: "长" * 2001}, C.TEXT, "最多 2000 字"),
    ],
)
def test_a_wrong_answer_says_what_was_expected(world: World, filled: Filled, column: Column, said: str) -> None:
    path = answer(sent(office(world)), {"L1-01.A": filled})
    (problem,) = refused(world, path)
    assert problem.cell == f"{LETTER[column]}{row_of(path, 'L1-01.A')}"
    assert said in problem.message


def test_what_the_rules_do_not_allow_is_a_problem_of_its_cell(world: World) -> None:
    office(world).does("sign", "L1-01.A", as_post="A1")
    path = answer(sent(world), {"L1-01.A": {C.DOING: "签收"}})
    (problem,) = refused(world, path)
    assert "现为“已签收”，不能签收" in problem.message
    assert problem.cell.startswith("I")


def test_what_has_no_due_date_cannot_be_extended(world: World) -> None:
    path = sent(office(world), "乙支部")
    assert (
        "没有完成时限" in refused(world, answer(path, {"L1-03.B": {C.UNTIL: "2023-12-01", C.REASON: "忙"}}))[0].message
    )


@pytest.mark.parametrize(
    ("column", "value"), [(C.CODE, "L1-02.A11"), (C.CODE, "L9-99.X"), (C.KEY, None), (C.KEY, "Z1|0|1"), (C.CODE, None)]
)
def test_an_altered_key_column_is_refused(world: World, column: Column, value: str | None) -> None:
    path = answer(sent(office(world)), {"L1-02.A12": {C.DONE: "是"}})
    row = row_of(path, "L1-01.A")
    fill(path, {f"{LETTER[column]}{row}": value})
    problems = refused(world, path)
    assert any(problem.cell == f"A{row}" and "校验码" in problem.message for problem in problems)


def test_every_part_of_the_key_is_signed(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    row = row_of(path, "L1-01.A")
    key = table(path)[row - 1][16]
    fields = key.split("|")
    for at in range(2, len(fields)):
        changed = fields.copy()
        changed[at] = {"": "1", "issued": "signed", "2023-09-30": "2023-09-29"}.get(fields[at], f"1{fields[at][1:]}0")
        altered = fill(path, {f"Q{row}": "|".join(changed)}, world.root / "altered.xlsx")
        assert "校验码" in refused(world, altered)[0].message, changed


def test_keys_of_two_rows_cannot_be_exchanged(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    rows = [row_of(path, code) for code in ("L1-01.A", "L1-02.A11")]
    keys = [table(path)[row - 1][16] for row in rows]
    fill(path, {f"Q{rows[0]}": keys[1], f"Q{rows[1]}": keys[0]})
    assert len(refused(world, path)) == 2


def test_a_file_of_another_workspace_is_refused(world: World, tmp_path: Path) -> None:
    office(world)
    with World(tmp_path / "other") as other:
        path = answer(sent(office(other)), {"L1-01.A": FULL})
    assert [problem.message for problem in refused(world, path)] == ["这份表是另一个工作区导出的，不能导入到这里"]
    sent(world)
    assert ["另一个工作区" in problem.message for problem in refused(world, path)] == [True]


def test_a_row_twice_is_refused(world: World) -> None:
    path = sent(office(world))
    first, second = row_of(path, "L1-01.A"), row_of(path, "L1-02.A11")
    cells = table(path)[first - 1]
    fill(path, {f"A{second}": cells[0], f"Q{second}": cells[16]})
    assert "已经有了" in refused(world, path)[0].message


def test_a_copied_sheet_in_the_file_is_not_passed_over(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    with zipfile.ZipFile(path, "a") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    copy = PART.replace("sheet1", "sheet9")
    changes = {
        copy: parts[PART],
        "xl/workbook.xml": parts["xl/workbook.xml"].replace(
            "</sheets>", '<sheet name="副本" sheetId="9" r:id="rId99"/></sheets>'
        ),
        "xl/_rels/workbook.xml.rels": parts["xl/_rels/workbook.xml.rels"].replace(
            "</Relationships>",
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
            ' Target="worksheets/sheet9.xml"/></Relationships>',
        ),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | changes).items():
            archive.writestr(name, part)
    problems = refused(world, path)
    assert {problem.sheet for problem in problems} == {"副本"}
    assert "[任务台账] A5 已经有了" in problems[0].message


def test_something_else_than_a_sheet_is_refused(world: World) -> None:
    other = world.root / "清单.csv"
    office(world)
    assert "不是导出的任务台账" in refused(world, other)[0].message
    path = sent(world)
    fill(path, {"J4": "随便"})
    assert "少了“进展”一列" in refused(world, path)[0].message


# -- text --------------------------------------------------------------------------------------------------------------


def test_texts_that_look_like_formulas_stay_texts_both_ways(world: World) -> None:
    world.list({"title": '=HYPERLINK("http://x")', "lead": "甲支部", "by": "9月30日前"})
    world.assign()
    path = answer(sent(world), {"L1-01.A": {C.TEXT: "=1+1", C.EVIDENCE: "@SUM(A1)\u202e\x07"}})
    back(world, path)
    assert entries(world, "report")[0].values["text"] == "=1+1；佐证：@SUM(A1)"
    world.does("submit", "L1-01.A", as_post="A1")
    world.does("send_back", "L1-01.A", reason="=cmd|' /C calc'!A0")
    again = sent(world, name="b")
    with zipfile.ZipFile(again) as archive:
        assert b"<f>" not in archive.read(PART)
    row = table(again)[row_of(again, "L1-01.A") - 1]
    assert row[1] == '=HYPERLINK("http://x")'
    assert "退回原因：=cmd|" in row[2]


# -- the sheet itself --------------------------------------------------------------------------------------------------


def test_the_sheet_shows_what_is_open_and_locks_what_is_known(world: World) -> None:
    office(world).does("sign", "L1-01.A", as_post="A1")
    world.does("report", "L1-01.A", as_post="A1", count=1, percent=20)
    for act in ("sign", "submit", "close"):
        world.does(act, "L1-02.A13")
    path = sent(world)
    rows = table(path)
    assert rows[0][0] == "甲支部任务台账"
    assert rows[1][0].startswith("截至 2023-09-11，在办 4 项，可填 4 项。")
    assert rows[3] == list(Column)
    assert [row[0] for row in rows[4:]] == ["L1-01.A", "L1-02.A", "L1-02.A11", "L1-02.A12"]
    first = rows[4]
    assert first[1:7] == ["办四次活动", "", "甲支部", "牵头", "9月30日前", date(2023, 9, 30)]
    assert first[7].split("\n") == ["按序时", "办理中", "1/4次 20%"]
    with zipfile.ZipFile(path) as archive:
        sheet, styles = archive.read(PART).decode(), archive.read("xl/styles.xml").decode()
    looks = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", styles.split("<cellXfs")[1].split("</cellXfs>")[0], re.S)

    def is_open(cell: str) -> bool:
        style = re.search(rf'<c r="{cell}" s="(\d+)"', sheet)
        assert style, cell
        return 'locked="0"' in looks[int(style[1])]

    assert [is_open(f"{letter}5") for letter in "ABCDEFGHIJKLMNOPQ"] == [False] * 8 + [True] * 8 + [False]
    assert [is_open(f"{letter}6") for letter in "IJKLMNOP"] == [True] + [False] * 7  # the members do the work
    assert "<sheetProtection sheet=" in sheet
    assert re.search(r'<col min="17" max="17" [^>]*hidden="1"', sheet)
    assert re.search(r'<pageSetup paperSize="9" [^>]*orientation="landscape"', sheet)
    assert 'state="frozen"' in sheet
    assert sheet.count('type="beginsWith"') == 6
    assert re.search(r'<dataValidation type="list"[^>]*sqref="I5">\s*<formula1>"办理中"', sheet)
    assert re.search(r'<dataValidation type="list"[^>]*sqref="I7">\s*<formula1>"签收,办理中"', sheet)


def test_what_waits_for_the_office_is_shown_and_cannot_be_answered(world: World) -> None:
    for act in ("sign", "submit"):
        office(world).does(act, "L1-03.B") if act == "sign" else world.does(act, "L1-03.B")
    path = world.root / "b.xlsx"
    done = export_unit(world.workspace, "B", world.now, path)
    assert (done.rows, done.open) == (1, 0)
    assert "现为“待审核”" in refused(world, answer(path, {"L1-03.B": {C.TEXT: "再说一句"}}))[0].message


def test_a_unit_whose_members_do_the_work_has_nothing_to_answer_once_it_signed(world: World) -> None:
    office(world).does("sign", "L1-02.A", as_post="A1")
    done = export_unit(world.workspace, "A", world.now, world.root / "a.xlsx")
    assert (done.rows, done.open) == (5, 4)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_file_saved_by_libreoffice_comes_back_whole(world: World, tmp_path: Path) -> None:
    filled = answer(sent(office(world)), {"L1-01.A": FULL | {C.UNTIL: date(2023, 10, 20), C.REASON: "=忙"}})
    home = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    for saved in ("xlsx", "xls", "csv:Text - txt - csv (StarCalc):44,34,76"):
        suffix = saved.partition(":")[0]
        out = tmp_path / suffix
        command = ["soffice", home, "--headless", "--convert-to", saved, "--outdir", str(out), str(filled)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        done = back(world, out / f"a.{suffix}", dry_run=True)
        assert acts(done.applied[0]) == ["sign", "report", "extend"]
        assert done.applied[0].steps[1].values["text"] == "已办两次；佐证：纪要.docx"
        asked = done.applied[0].steps[2].values
        assert (asked["to"], asked["reason"]) == ("2023-10-20", "=忙")


# -- to all, and who has answered --------------------------------------------------------------------------------------


def test_everybody_with_open_work_gets_a_file_and_the_table_tells_who_answered(any_world: World) -> None:
    world = office(any_world)
    assert [(line.unit, line.exported_at) for line in sheets_of(world.workspace)] == [("A", None), ("B", None)]
    told: list[tuple[int, int]] = []
    folder = world.root / "台账"
    done = export_all(world.workspace, world.now, folder, lambda done, total: told.append((done, total)))
    assert [Path(one.file).name for one in done] == ["A-甲支部.xlsx", "B-乙支部.xlsx"]
    assert sorted(path.name for path in folder.iterdir()) == ["A-甲支部.xlsx", "B-乙支部.xlsx"]
    assert told == [(0, 2), (1, 2)]
    sent_at = world.now
    back(world, answer(folder / "A-甲支部.xlsx", {"L1-01.A": FULL, "L1-02.A11": {C.DOING: "签收"}}))
    assert sheets_of(world.workspace) == [
        SheetLine("A", "甲支部", sent_at, world.now, 5, 2),
        SheetLine("B", "乙支部", sent_at, None, 1, 0),
    ]


def test_a_newer_sheet_starts_the_count_anew_and_an_older_one_may_still_answer_it(world: World) -> None:
    path = answer(sent(office(world)), {"L1-01.A": FULL})
    back(world, path)
    sent(world, name="newer")
    assert sheets_of(world.workspace)[0].answered == 0
    back(world, answer(path, {"L1-02.A11": {C.DOING: "签收"}}))
    assert sheets_of(world.workspace)[0].answered == 1


def test_nothing_is_overwritten_and_nothing_half_written(world: World) -> None:
    office(world)
    folder = world.root / "台账"
    folder.mkdir()
    (folder / "B-乙支部.xlsx").write_text("mine")
    with pytest.raises(ResponsibilityError, match="已存在，没有覆盖"):
        export_all(world.workspace, world.now, folder)
    assert [path.name for path in folder.iterdir()] == ["B-乙支部.xlsx"]
    assert entries(world, "sheet.export") == []
    with pytest.raises(ResponsibilityError, match="没有在办的任务"):
        export_unit(world.workspace, "党委", world.now, world.root / "x.xlsx")
    with pytest.raises(UnknownCode) as caught:
        export_unit(world.workspace, "甲支", world.now)
    assert caught.value.hint.startswith("是不是 甲支部；")


# -- at the command line -----------------------------------------------------------------------------------------------


def test_the_commands_end_with_the_codes_of_the_contract(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    office(world)
    path = world.root / "out.xlsx"

    def call(*argv: str, exits: int = 0) -> Any:
        capsys.readouterr()
        assert run(("sheet", *argv, "--workspace", str(world.root), "--now", "2023-09-12", "--json")) == exits
        return json.loads(capsys.readouterr().out)

    assert call("export", "--unit", "甲支部", "-o", str(path))["files"][0]["open"] == 5
    assert call("export", "--unit", "甲支部", "-o", str(path), exits=2)["error"]["code"] == "usage"
    assert call("export", exits=2)["error"]["code"] == "usage"
    assert call("import", str(world.root / "no.xlsx"), exits=2)["error"]["code"] == "file_not_found"
    wrong = answer(path, {"L1-01.A": {C.PERCENT: "很多"}}, world.root / "wrong.xlsx")
    assert call("import", str(wrong), exits=3)["problems"][0]["cell"] == "L5"
    answer(path, {"L1-01.A": FULL})
    assert call("import", str(path), "--dry-run")["applied"][0]["code"] == "L1-01.A"
    assert [act["act"] for act in call("import", str(path))["applied"][0]["acts"]] == ["sign", "report"]
    assert call("import", str(path))["unchanged"] == 1
    units = call("status")["units"]
    assert (units[0]["unit"], units[0]["rows"], units[0]["answered"]) == ("A", 5, 1)
    assert units[1]["exported_at"] is None
    answer(path, {"L1-01.A": {C.PERCENT: 70}})
    run(("report", "L1-01.A", "--percent", "90", "--workspace", str(world.root), "--now", "2023-09-12"))
    assert call("import", str(path), exits=1)["conflicts"][0]["now"]["percent"] == 90


def test_people_read_what_was_taken_and_what_was_not(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = answer(sent(office(world)), {"L1-01.A": FULL, "L1-02.A12": {C.DOING: "签收"}})
    world.does("sign", "L1-02.A12", as_post="A12")

    def told(*argv: str) -> str:
        run((*argv, "--workspace", str(world.root), "--now", "2023-09-12"))
        return capsys.readouterr().out

    out = told("sheet", "import", str(path))
    assert "已记下 1 行、2 个动作" in out
    assert "签收；反馈 本次 2，累计 2 进度 50% 已办两次；佐证：纪要.docx" in out
    assert re.search(r"填表时\s+现在\s+表里填的", out)
    assert re.search(r"已交办\s+已签收\s+办理 签收", out)
    assert "导入台账答复" in told("log")
    assert re.search(r"甲支部\s+部分", told("sheet", "status"))
