"""`zeren calendar`, `zeren item cancel` and the differences of an import, at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import run
from tests.stories.test_calendar import NOTICE
from tests.world import World

NOW = "2026-12-30T09:00"


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Two items assigned on 30 December 2026; calls run one command and give back what it printed."""
    world.to("2026-12-30")
    world.list(
        {"title": "跨年的事", "lead": "甲支部", "by": "5个工作日内"},
        {"title": "定日的事", "lead": "乙支部", "by": "1月5日前"},
    )
    world.assign()
    monkeypatch.setenv("COLUMNS", "100")

    def call(*argv: str, exits: int = 0) -> str:
        capsys.readouterr()
        code = run((*argv, "--workspace", str(world.root), "--now", NOW))
        out = capsys.readouterr()
        assert code == exits, out
        return out.out or out.err

    return call


@pytest.fixture
def office(told: Callable[..., str]) -> Callable[..., Any]:
    return lambda *argv, exits=0: json.loads(told(*argv, "--json", exits=exits))


def test_a_notice_is_rehearsed_taken_in_and_not_taken_twice(office: Any, told: Any, tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(NOTICE, "utf-8")
    assert "暂定" in told("calendar", "show", "2027")
    assert office("calendar", "import", str(path), "--dry-run")["written"] is False
    assert office("calendar", "show", "2027") == {"year": 2027, "announced": False, "days": []}
    shown = told("calendar", "import", str(path))
    for words in (
        "01-01（周五）—01-03（周日）",
        "L1-01",
        "2027-01-06",
        "2027-01-07",
        "签收",
        "已写入 config/calendar.yaml",
    ):
        assert words in shown
    assert office("calendar", "show", "2027")["days"][-1] == {
        "from": "2027-01-10",
        "to": "2027-01-10",
        "kind": "work",
        "days": 1,
        "name": "元旦",
    }
    assert "--replace" in office("calendar", "import", str(path), exits=1)["error"]["hint"]
    assert office("calendar", "import", str(path), "--replace")["items"] == []
    assert office("log", "verify")["faults"] == []


def test_a_notice_with_faults_is_refused_with_all_of_them(office: Any, tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(NOTICE.replace("共3天", "共5天").replace("（周五）", "（周二）"), "utf-8")
    document = office("calendar", "import", str(path), exits=3)
    assert [problem["cell"] for problem in document["problems"]] == ["第2行", "第2行"]
    assert office("calendar", "import", str(tmp_path / "没有.txt"), exits=2)["error"]["code"] == "file_not_found"


def test_this_year_is_shown_and_no_absurd_one(office: Any, told: Any) -> None:
    assert office("calendar", "show")["year"] == 2026
    assert "国庆节" in told("calendar", "show", "2026")
    assert office("calendar", "show", "20266", exits=2)["error"]["code"] == "usage"


def test_the_doctor_names_the_command(office: Any) -> None:
    mends = {f["mend"] for f in office("doctor", exits=1)["findings"] if f["check"] == "calendar"}
    assert mends == {"2027 年的放假通知公布后：zeren calendar import 通知.txt"}


def test_an_import_tells_the_differences_and_names_what_cancels(office: Any, told: Any, tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("序号,重点工作,牵头单位,完成时限\n2,定日的事,乙支部,1月8日前\n3,新的事,甲支部,1月20日前\n", "utf-8")
    argv = ("list", "import", str(path), "--issued-on", "2026-12-30")
    tried = office(*argv, "--dry-run")
    assert [(one["code"], one["change"], one["open"]) for one in tried["differences"]] == [
        ("L1-03", "new", 0),
        ("L1-02", "changed", 0),
        ("L1-01", "removed", 5),
    ]
    assert tried["differences"][1]["fields"] == [
        {"field": "phrase", "before": "1月5日前", "after": "1月8日前"},
        {"field": "due_on", "before": "2027-01-05", "after": "2027-01-08"},
    ]
    shown = told(*argv)
    for words in ("与现有清单的差异", "2027-01-05", "2027-01-08", "zeren item cancel L1-01"):
        assert words in shown
    assert office("item", "cancel", "L1-01", "--dry-run")["cancelled"] == 5
    done = office("item", "cancel", "L1-01", "--reason", "新版清单不再列出")
    assert (done["cancelled"], done["closed"], done["dry_run"]) == (5, 0, False)
    assert office("status")["totals"]["assignments"] == 5
    assert office("item", "cancel", "L1-01", exits=1)["error"]["message"].endswith("没有改动")
    assert "是不是 L1-02" in office("item", "cancel", "L1-2", exits=1)["error"]["hint"]


def test_a_list_that_is_new_as_a_whole_shows_no_table(told: Any, tmp_path: Path) -> None:
    path = tmp_path / "另一份.csv"
    path.write_text("序号,重点工作,牵头单位,完成时限\n1,新的事,甲支部,1月20日前\n", "utf-8")
    assert "差异" not in told("list", "import", str(path), "--issued-on", "2026-12-30")
