"""The office's daily changes at the command line: exit codes, JSON, and what is said next."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import run
from tests.world import World

ADD = ("item", "add", "L1", "--title", "写总结", "--lead", "乙支部")


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Three items assigned on 2023-09-11; calls run one command a day later and give back what it printed."""
    world.list(
        {"title": "全体学习", "lead": "各党支部", "support": "全体党员", "by": "9月15日前", "target": "2次"},
        {"title": "甲的事", "lead": "甲支部", "support": "办公室", "by": "9月30日前"},
        {"title": "说不清的事", "lead": "甲支部", "by": "10月前"},
    )
    world.assign()
    monkeypatch.setenv("COLUMNS", "80")

    def call(*argv: str, exits: int = 0) -> str:
        capsys.readouterr()
        code = run((*argv, "--workspace", str(world.root), "--now", "2023-09-12"))
        out = capsys.readouterr()
        assert code == exits, out
        return out.out or out.err

    return call


@pytest.fixture
def office(told: Callable[..., str]) -> Callable[..., Any]:
    """The same, in JSON."""
    return lambda *argv, exits=0: json.loads(told(*argv, "--json", exits=exits))


def test_a_list_is_rehearsed_cancelled_and_not_cancelled_twice(office: Any) -> None:
    assert office("list", "cancel", "L1", "--dry-run")["cancelled"] == 18
    done = office("list", "cancel", "L1", "--reason", "另行印发")
    assert (done["list"], done["cancelled"], done["closed"], done["reason"]) == ("L1", 18, 0, "另行印发")
    assert "已经撤销" in office("list", "cancel", "L1", exits=1)["error"]["message"]
    assert office("list", "cancel", "L9", exits=1)["error"]["code"] == "unknown_code"
    assert office("status")["totals"]["assignments"] == 0
    assert office("list", "show")["lists"][0]["cancelled"] is True
    assert office("log", "verify")["faults"] == []
    shown = office("show", "L1-02")
    assert {(a["state"], a["light"]) for a in shown["assignments"]} == {("cancelled", None)}
    assert shown["item"]["light"] is None


def test_what_was_cancelled_is_called_so(office: Any, told: Callable[..., str]) -> None:
    office("item", "reassign", "L1-02", "--from", "A", "--to", "B")
    assert "L1-02.A、" not in office("sign", "L1-02", exits=1)["error"]["message"]
    office("list", "cancel", "L1")
    for argv in (
        ("assign", "--list", "L1"),
        ("item", "edit", "L1-02", "--target", "2次"),
        ("list", "confirm", "L1-03", "--reading", "1"),
    ):
        assert "已经撤销" in office(*argv, exits=1)["error"]["message"]
    assert "（已撤销）" in told("list", "show", "L1")


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (("show", "L1-2"), "L1-02"),
        (("show", "l1-02"), "L1-02"),
        (("show", "Ｌ１－０２"), "L1-02"),
        (("sign", "L1-2.A"), "L1-02.A"),
        (("sign", "L1-02.a"), "L1-02.A"),
        (("log", "L1-002"), "L1-02"),
        (("item", "edit", "L1-2", "--target", "2次"), "L1-02"),
        (("item", "reassign", "L1-02", "--from", "甲支", "--to", "B"), "甲支部"),
        (("list", "confirm", "L1-3", "--reading", "1"), "L1-03"),
        (("list", "show", "l1"), "L1"),
        (("assign", "--list", "L01"), "L1"),
        (("todo", "--for", "a"), "A"),
        (("sign", "L1-02.A", "--as", "ld01"), "LD1"),
    ],
)
def test_a_code_nobody_bears_suggests_the_nearest(office: Any, argv: tuple[str, ...], meant: str) -> None:
    error = office(*argv, exits=1)["error"]
    assert error["code"] == "unknown_code"
    assert error["hint"].startswith(f"是不是 {meant}；")


def test_an_item_is_added(office: Any) -> None:
    done = office(*ADD, "--by", "10月底前", "--target", "4次")
    assert (done["code"], done["due_on"], done["needs_confirmation"]) == ("L1-04", "2023-10-31", False)
    assert done["units"] == [{"code": "B", "name": "乙支部", "role": "lead"}]


def test_the_problems_of_an_added_item_are_listed(office: Any) -> None:
    refused = office("item", "add", "L1", "--title", "写总结", "--lead", "乙支不", "--by", "2月30日前", exits=3)
    assert refused["error"]["code"] == "input_problems"
    assert [problem["cell"] for problem in refused["problems"]] == ["--by", "--lead"]
    assert "是不是“乙支部”" in refused["problems"][1]["message"]
    assert office("item", "add", "L9", *ADD[3:], exits=1)["error"]["code"] == "unknown_code"


def test_an_item_is_edited(office: Any) -> None:
    done = office("item", "edit", "L1-02", "--by", "10月20日前", "--urgent")
    assert (done["redated"], done["before"]["due_on"], done["after"]["due_on"]) == (True, "2023-09-30", "2023-10-20")
    assert done["after"]["urgent"] is True
    assert office("item", "edit", "L1-02", "--no-urgent")["after"] == {"urgent": False}
    assert office("item", "edit", "L1-02", "--target", "很多", exits=3)["problems"][0]["cell"] == "--target"
    assert office("item", "edit", "L1-99", "--title", "x", exits=1)["error"]["code"] == "unknown_code"


def test_an_item_is_reassigned(office: Any) -> None:
    done = office("item", "reassign", "L1-02", "--from", "A", "--to", "乙支部")
    assert (done["from"], done["to"], done["laid"]) == ("甲支部", "乙支部", 2)
    assert set(done["cancelled"]) == {"L1-02.A", "L1-02.LD1"}
    assert [a["code"] for a in office("todo", "--for", "A")["assignments"]] == ["L1-01.A"]
    again = office("item", "reassign", "L1-02", "--from", "A", "--to", "B", exits=1)
    assert "不在甲支部名下" in again["error"]["message"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("item", "add", "L1", "--title", "写总结"), "--lead"),
        (("item", "add", "L1", "--title", "写总结", "--lead", " "), "--lead"),
        (("item", "edit", "L1-02"), "--by"),
        (("item", "edit", "L1-02", "--by", "10月底前", "--issued-on", "昨天"), "--issued-on"),
        (("item", "reassign", "L1-02", "--from", "A"), "--to"),
        (("list", "cancel"), "清单"),
    ],
)
def test_usage_errors_exit_with_2(told: Callable[..., str], argv: tuple[str, ...], said: str) -> None:
    assert said in told(*argv, exits=2)


def test_every_act_says_what_happened_and_what_comes_next(told: Callable[..., str]) -> None:
    out = told(*ADD, "--by", "10月底前")
    assert "已增加 L1-04“写总结”：乙支部牵头" in out
    assert "下一步：zeren assign" in out
    assert "zeren list confirm L1-05 --reading 1" in told(*ADD, "--by", "10月前")
    out = told("item", "edit", "L1-02", "--by", "10月20日前")
    assert "到期 2023-09-30 → 2023-10-20" in out
    assert "按新时限重新计时" in out
    assert "没有改动" in told("item", "edit", "L1-02", "--title", "甲的事")
    out = told("item", "reassign", "L1-02", "--from", "A", "--to", "B")
    assert "已由甲支部转给乙支部：撤销 2 项，新交办 2 项" in out
    assert "zeren show L1-02" in out
    shown = told("show", "L1-02")
    assert "已撤销 2 项" in shown
    assert "zeren assign" in told("item", "reassign", "L1-04", "--from", "B", "--to", "A")
    assert "会撤销未销号的任务" in told("list", "cancel", "L1", "--dry-run")
    assert "算新清单" in told("list", "cancel", "L1")
    assert "撤销清单" in told("log")


def test_suspended_resumed_and_cancelled_at_the_terminal(told: Callable[..., str]) -> None:
    assert "已交办 → 暂缓" in told("suspend", "L1-02.A", "--reason", "等通知")
    assert "暂缓" in told("show", "L1-02.A")
    assert "暂缓 → 已交办" in told("resume", "L1-02.A")
    said = told("cancel", "L1-02.A", "--reason", "已并入另一项")
    assert "已交办 → 撤销" in said
    assert "已并入另一项" in said
    assert "缺少 --reason" in told("cancel", "L1-02.A", exits=2)


def test_the_ledger_as_csv_and_by_who(told: Callable[..., str]) -> None:
    told("sign", "L1-02.A", "--as", "A1")
    told("suspend", "L1-02.A", "--reason", "=1+1")
    lines = told("log", "--csv").splitlines()
    assert lines[0].startswith("\ufeff序号,时间,谁")
    assert any(",A1,,签收,L1-02.A,," in line for line in lines)
    assert "'=1+1" not in lines[-1]  # behind its label it is no formula
    assert "原因：=1+1" in lines[-1]
    assert "签收" in told("log", "--actor", "A1")
    assert "导入清单" not in told("log", "--since", "2023-09-12")
    told("log", "--csv", "--json", exits=2)


def test_an_item_is_shown_as_of_a_day(office: Any) -> None:
    office("sign", "L1-02.A", "--as", "A1")
    states = {a["code"]: a["state"] for a in office("show", "L1-02", "--as-of", "2023-09-11")["assignments"]}
    assert states["L1-02.A"] == "issued"


def test_a_category_nobody_knows_is_refused_with_the_nearest(office: Any) -> None:
    for argv in ((*ADD, "--category", "理论学刁"), ("item", "edit", "L1-02", "--category", "理论学刁")):
        (problem,) = office(*argv, exits=3)["problems"]
        assert "是不是“理论学习”" in problem["message"]
    assert office(*ADD, "--category", "理论学习")["category"] == "理论学习"


def test_the_same_item_twice_is_said(told: Callable[..., str], office: Any) -> None:
    assert office(*ADD)["alike"] == []
    said = told(*ADD)
    assert "已有同名的 L1-04" in said
    assert "zeren item cancel L1-05" in said


def test_the_workspace_is_found_from_its_own_folders(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZEREN_HOME", raising=False)
    monkeypatch.chdir(world.root / "config")
    assert run(["list", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lists": []}


def test_the_organisation_given_as_a_list_is_recognised(office: Any, tmp_path: Path) -> None:
    assert run(["org", "template", str(tmp_path / "org.xlsx")]) == 0
    (problem,) = office("list", "import", str(tmp_path / "org.xlsx"), exits=3)["problems"]
    assert "zeren org import org.xlsx" in problem["message"]
