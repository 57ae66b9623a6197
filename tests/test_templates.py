"""The blank files: imported as they are, and made the way Excel, WPS and LibreOffice like them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from responsibility.cli.app import run
from responsibility.views.sheets import WORKLIST, worklist_template

Zeren = Callable[..., Any]


@pytest.fixture
def zeren(blank: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Zeren:
    """A new workspace in the current folder; calls give back the JSON."""
    monkeypatch.setenv("ZEREN_HOME", str(tmp_path / "office"))
    monkeypatch.chdir(tmp_path)

    def call(*argv: str, exits: int = 0) -> Any:
        capsys.readouterr()
        assert run([*argv, "--json"]) == exits
        return json.loads(capsys.readouterr().out)

    call("init", "office")
    return call


@pytest.mark.parametrize("issued_on", ["2026-01-05", "2026-07-31", "2026-12-31"])
def test_both_import_as_they_are(zeren: Zeren, issued_on: str) -> None:
    """The examples of the list name units of the organisation's; the instruction is taken for no item."""
    zeren("org", "template", "org.xlsx")
    done = zeren("org", "import", "org.xlsx")
    assert done["units"]["new"] == 3
    assert [said for said in done["warnings"] if "模板" in said] == ["1 名人员的姓名还是模板里的“（姓名）”：R01"]
    zeren("list", "template", "list.xlsx")
    read = zeren("list", "import", "list.xlsx", "--dry-run", "--issued-on", issued_on)
    assert (read["rows"], read["items"]) == (3, 3)
    assert read["questions"] == read["problems"] == []
    assert read["warnings"] == ["清单标题还是模板里的“（单位名称）重点工作项目清单”，提醒和台账都会这样写"]
    assert read["title"] == "（单位名称）重点工作项目清单"


def test_the_day_of_issue_is_read_where_the_template_asks_for_it(zeren: Zeren, tmp_path: Path) -> None:
    zeren("org", "template", "org.xlsx")
    zeren("org", "import", "org.xlsx")
    path = tmp_path / "list.xlsx"
    worklist_template(path, ["理论学习"])
    _replace(path, "印发日期：　　　　年　　月　　日", "印发日期：2026年3月2日")
    read = zeren("list", "import", "list.xlsx", "--dry-run")
    assert read["issued_on"] == "2026-03-02"


def _replace(path: Path, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert any(old.encode() in part for part in parts.values())
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.replace(old.encode(), new.encode()))


def test_a_template_never_replaces_a_file(zeren: Zeren) -> None:
    for kind in ("org", "list"):
        zeren(kind, "template", f"{kind}.xlsx")
        assert zeren(kind, "template", f"{kind}.xlsx", exits=2)["error"]["code"] == "usage"
        zeren(kind, "template", f"{kind}.csv", exits=2)
        zeren(kind, "template", "nowhere/x.xlsx", exits=2)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The XML of a list template with more categories than fit into a dropdown's own 255 signs."""
    path = tmp_path_factory.mktemp("sheets") / "list.xlsx"
    worklist_template(path, [f"很长的类别名称{at:03d}" for at in range(60)])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def test_the_categories_are_offered_from_a_hidden_sheet(parts: dict[str, str]) -> None:
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert "<formula1>选项!$A$1:$A$60</formula1>" in sheet
    assert re.search(r'sqref="B5:B\d+"', sheet)
    assert 'name="选项" sheetId="2" state="hidden"' in parts["xl/workbook.xml"]


def test_it_prints_on_a4_landscape_with_the_header_on_every_page(parts: dict[str, str]) -> None:
    sheet, book = parts["xl/worksheets/sheet1.xml"], parts["xl/workbook.xml"]
    assert 'paperSize="9"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert "重点工作清单!$4:$4" in book
    assert 'topLeftCell="A5"' in sheet
    assert 'state="frozen"' in sheet


def test_deadlines_stay_the_words_that_were_typed(parts: dict[str, str]) -> None:
    """The column and its cells have the format for text, so that 9月底前 or 9-30 becomes no date."""
    deadline = list(WORKLIST).index("完成时限") + 1
    sheet = parts["xl/worksheets/sheet1.xml"]
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*style="(\d+)"', sheet)
    style = next(int(look) for first, last, look in columns if int(first) <= deadline <= int(last))
    looks = re.findall(r"<xf [^>]*>", parts["xl/styles.xml"].split("<cellXfs")[1])
    assert 'numFmtId="49"' in looks[style]


def test_the_hidden_sheet_is_the_only_one_beside_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    worklist_template(path, [])
    with CalamineWorkbook.from_path(str(path)) as book:
        assert [sheet.name for sheet in book.sheets_metadata] == ["重点工作清单"]
        assert book.sheets_metadata[0].visible is SheetVisibleEnum.Visible
        rows = book.get_sheet_by_name("重点工作清单").to_python(skip_empty_area=False)
    assert tuple(rows[3]) == tuple(WORKLIST)


def test_they_are_written_outside_any_workspace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZEREN_HOME", raising=False)
    assert run(["org", "template", "org.xlsx"]) == run(["list", "template", "list.xlsx"]) == 0
    assert (tmp_path / "org.xlsx").is_file()
    assert (tmp_path / "list.xlsx").is_file()
    assert (
        run(["org", "template", "other.xlsx", "-w", "nowhere"]) == 1
    )  # a workspace that was asked for has to be there
