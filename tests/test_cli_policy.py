"""`zeren urge`, `zeren policy`, cards and gaps at the command line: exit codes, JSON, and what is said."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from responsibility.cli.app import run
from tests.world import World

EARLIER = ("{id: due_soon, name: 临期提醒, days: -3", "{id: due_soon, name: 临期提醒, days: -8")


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Three items of 甲支部 overdue and one to come on 2023-09-21; calls give back what the command printed."""
    days = ("9月14日前", "9月18日前", "9月20日前", "9月29日前")
    world.list(*({"title": f"第{at}件事", "lead": "甲支部", "by": day} for at, day in enumerate(days, 1)))
    world.assign()
    for day in ("2023-09-15", "2023-09-19", "2023-09-21"):
        world.to(day)
        world.sweep()
    world.untold.clear()
    monkeypatch.setenv("COLUMNS", "100")

    def call(*argv: str, exits: int = 0) -> str:
        capsys.readouterr()
        now = () if argv[:2] == ("policy", "show") or "--now" in argv else ("--now", "2023-09-21T09:00")
        code = run((*argv, "--workspace", str(world.root), *now))
        out = capsys.readouterr()
        assert code == exits, out
        return out.out or out.err

    return call


@pytest.fixture
def office(told: Callable[..., str]) -> Callable[..., Any]:
    """The same, in JSON."""
    return lambda *argv, exits=0: json.loads(told(*argv, "--json", exits=exits))


def test_the_cards_of_units_are_a_column_of_their_own(office: Any, told: Callable[..., str]) -> None:
    head, *rows = told("status", "--by", "unit").splitlines()[1:]
    assert head.split()[-1] == "牌"
    assert [row.split()[-1] for row in rows if row.startswith(("甲支部", "乙支部"))] == ["3/3", "."]
    assert "牌" not in told("status")
    cards = {group["key"]: group["cards"] for group in office("status", "--by", "unit")["groups"]}
    assert [card["count"] for card in cards["A"]] == [3]


def test_with_several_rules_it_is_said_which_number_is_which(world: World, told: Callable[..., str]) -> None:
    rule = "  - {id: two_in_a_row, name: 连续约谈"
    world.configure("policy.yaml", "  # - {id: two_in_a_row, name: 约谈单位负责人", rule)
    world.list({"title": "又一件", "lead": "甲支部", "by": "9月21日前"}, file="补", issued_on=world.now.date())
    world.assign()
    world.to("2023-09-22")
    world.sweep()
    world.untold.clear()
    text = told("status", "--by", "unit", "--now", "2023-09-22T09:00")
    assert ["4/3", "1/2"] in [line.split()[-2:] for line in text.splitlines()], text
    assert "牌，从左到右：本季度 3 张，约谈单位负责人；连续 2 张，连续约谈" in text


def test_urging_by_hand_says_who_is_told_and_sends_at_once(office: Any, told: Callable[..., str]) -> None:
    text = told("urge", "L1-01.A", "--rung", "督办", "--note", "请本周报送")
    assert "办公室：请本周报送" in text  # on the screen, which is the channel here
    assert "催办 L1-01.A 第1件事【督办】" in text
    done = office("urge", "L1-04", "--note", "请抓紧")
    assert (done["code"], done["assignments"], done["clock"], done["sent"]) == ("L1-04", ["L1-04.A"], "finish", 1)
    [notice] = done["notices"]
    assert (notice["rung"], notice["nth"], notice["to"]["post"]) == ("due_soon", 1, "A1")
    assert "手工催办" in told("log", "L1-04")


@pytest.mark.parametrize(
    ("argv", "exits", "said"),
    [
        (("urge", "L1-01.A"), 2, "--note"),
        (("urge", "L1-01.A", "--note", "请", "--as", "A1"), 1, "办公室"),
        (("urge", "L1-01.A", "--note", "请", "--rung", "到期催"), 1, "是不是 到期催办"),
        (("urge", "L1-99", "--note", "请"), 1, "L1-99"),
        (("policy", "apply", "--to", "L9"), 1, "L9"),
    ],
)
def test_what_is_refused_says_why(office: Any, argv: tuple[str, ...], exits: int, said: str) -> None:
    error = office(*argv, exits=exits)["error"]
    assert said in error["message"] + error["hint"]


def test_the_policy_is_shown_as_it_is_configured(office: Any, told: Callable[..., str]) -> None:
    text = told("policy", "show")
    for part in ("到期前 3 个工作日", "紧急事项逾期后直接从“督办”起", "牌：本季度记满 3 张 → 约谈单位负责人"):
        assert part in text
    shown = office("policy", "show")
    assert [rung["id"] for rung in shown["ladders"]["finish"]["rungs"]][:2] == ["due_soon", "urge"]
    assert (shown["urgent_starts_at"], shown["cards"][0]["at"]) == ("supervise", 3)


def test_moving_a_list_is_shown_first_and_not_done_unasked(world: World, office: Any, told: Callable[..., str]) -> None:
    assert "没有要改的" in told("policy", "apply", "--to", "L1")
    world.configure("policy.yaml", *EARLIER)
    text = told("policy", "apply", "--to", "L1", "--dry-run")
    for part in (
        "还没有写入",
        "到期前 3 个工作日",
        "到期前 8 个工作日",
        "1 个时钟按新规则已经到档",
        "zeren policy apply",
    ):
        assert part in text
    error = office("policy", "apply", "--to", "L1", exits=2)["error"]
    assert "--yes" in error["hint"]
    assert office("policy", "apply", "--to", "L1", "--dry-run")["written"] is False
    done = office("policy", "apply", "--to", "L1", "--yes")
    assert (done["written"], done["due_now"], done["rungs"][0]["after"]["days"]) == (True, 1, -8)
    assert "改用现行规则" in told("log", "L1")
    assert office("log", "verify")["faults"] == []


def test_all_that_another_policy_changes_is_shown(world: World, office: Any, told: Callable[..., str]) -> None:
    for old, new in (
        EARLIER,
        ("tolerance: 10", "tolerance: 15"),
        ("close_by: share", "close_by: leads"),
        ("agrees: [unit_head, office, leader]", "agrees: [office]"),
        ("  every: 3\n", "  every: 6\n"),
        ("at: 3, tells", "at: 5, tells"),
        ("    within: 3\n", "    within: 5\n"),
        ("# urgent_starts_at: supervise", "urgent_starts_at: talk"),
    ):
        world.configure("policy.yaml", old, new)
    shown = told("policy", "apply", "--to", "L1", "--dry-run")
    lines = [line.split() for line in shown.splitlines()]
    for line in (
        ["容差", "10", "个百分点", "15", "个百分点"],
        ["上级随下级销号", "达到销号比例", "牵头单位全部销号"],
        ["延期由谁同意", "单位负责人、领导小组办公室、分管领导", "领导小组办公室"],
        ["回头看间隔", "3", "个月", "6", "个月"],
        ["审核期限", "3", "个工作日", "5", "个工作日"],
        ["紧急事项逾期后从哪一档起", "督办", "约谈"],
    ):
        assert line in lines, shown
    assert "记满 3 张" in shown
    assert "记满 5 张" in shown
    done = office("policy", "apply", "--to", "L1", "--yes")
    assert {"what": "tolerance", "of": "", "before": 10, "after": 15} in done["others"]
    assert f"任务 {done['assignments']} 项" in told("log", "--csv")


@pytest.mark.parametrize(("answer", "said", "moved"), [("n", "没有改动", 0), ("y", "已改用现行规则", 1)])
def test_at_a_terminal_it_asks(world: World, told: Callable[..., str], answer: str, said: str, moved: int) -> None:
    world.configure("policy.yaml", *EARLIER)
    world.workspace.engine.dispose()
    argv = ("policy", "apply", "--to", "L1", "--workspace", str(world.root), "--now", "2023-09-21T09:00")
    master, slave = pty.openpty()
    os.write(master, f"{answer}\n".encode())
    environ = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "responsibility.cli", *argv]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ) as process:
        os.close(slave)
        shown = b""
        try:
            while part := os.read(master, 4096):
                shown += part
        except OSError:  # Linux says so where the other end is closed
            pass
    os.close(master)
    assert process.returncode == 0
    assert said in shown.decode()
    assert world.rows("SELECT count(*) FROM ledger WHERE act = 'policy.apply'") == [(moved,)]


def test_a_rehearsed_reminder_says_where_the_chain_has_a_gap(
    world: World, office: Any, told: Callable[..., str]
) -> None:
    assert office("remind", "--dry-run")["gaps"] == []
    world.organise(vacant=["LD1"])
    later = ("--now", "2023-09-25")
    planned = office("remind", "--dry-run", *later)
    [gap] = planned["gaps"]
    assert (gap["hole"], gap["about"], gap["units"], gap["told"]) == ("vacant", "LD1", ["A"], ["SJ1", "BG1"])
    assert gap["message"].startswith("分管领导甲（LD1）无人任职，")
    assert gap["message"] in told("remind", "--dry-run", *later)
    world.to("2023-09-25")
    world.sweep()
    world.untold.clear()
    assert f"缺口：{gap['message']}" in told("log", "--csv")
