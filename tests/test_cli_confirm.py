"""`zeren list confirm` and `zeren event` at the command line."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import run
from tests.world import World


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A list with two questions, one of them bound to an event; calls run one command and give back what it printed."""
    world.list(
        {"title": "两种读法", "lead": "甲支部", "by": "10月前"},
        {"title": "等会开完", "lead": "甲支部", "by": "中期推进会后7日内"},
    )
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
    return lambda *argv, exits=0: json.loads(told(*argv, "--json", exits=exits))


def test_an_event_is_listed_set_and_moved(office: Any, told: Callable[..., str]) -> None:
    [event] = office("event", "list")["events"]
    assert (event["event"], event["on"], event["items"][0]["code"]) == ("中期推进会", None, "L1-02")
    assert "zeren event set 中期推进会" in told("event", "list")
    done = office("event", "set", "中期推进会", "2023-10-20")
    assert (done["items"][0]["due_on"], done["ready"], done["redated"]) == ("2023-10-27", ["L1-02"], [])
    assert "2023-10-28" in told("event", "set", "中期推进会", "2023-10-21")
    assert "没有改动" in told("event", "set", "中期推进会", "2023-10-21")
    assert office("log", "L1-02")["entries"][-1]["act"] == "event.set"


def test_an_event_nobody_knows_and_a_day_that_is_none_are_refused(office: Any) -> None:
    error = office("event", "set", "推进会", "2023-10-20", exits=1)["error"]
    assert "中期推进会" in error["message"]
    assert "是不是 中期推进会" in error["hint"]
    assert office("event", "set", "中期推进会", "2023-10-40", exits=2)["error"]["code"] == "usage"


def test_an_open_event_question_is_answered_by_setting_the_event(told: Callable[..., str]) -> None:
    assert "zeren event set 中期推进会" in told("list", "show", "L1")


def test_without_a_code_and_a_terminal_it_says_what_to_do(office: Any, told: Callable[..., str]) -> None:
    for said in (office("list", "confirm", exits=2)["error"]["hint"], told("list", "confirm", exits=2)):
        assert "zeren list confirm --from" in said
        assert "zeren list confirm --export" in said


def test_questions_go_out_as_a_file_and_come_back_answered(office: Any, world: World, tmp_path: Path) -> None:
    file = tmp_path / "待确认.csv"
    assert office("list", "confirm", "--export", str(file))["questions"] == 2
    assert "没有覆盖" in office("list", "confirm", "--export", str(file), exits=2)["error"]["message"]
    text = file.read_text("utf-8-sig").replace("L1-01,,", "L1-01,5,")
    file.write_text(text, "utf-8-sig")
    problems = office("list", "confirm", "--from", str(file), exits=3)["problems"]
    assert [(problem["cell"], problem["value"]) for problem in problems] == [("B2", "5")]
    file.write_text(text.replace("L1-01,5,", "L1-01,2,"), "utf-8-sig")
    done = office("list", "confirm", "--from", str(file))
    assert ([one["due_on"] for one in done["settled"]], done["blank"], done["left"]) == (["2023-10-31"], ["L1-02"], 1)
    assert office("list", "confirm", "--from", str(tmp_path / "没有.csv"), exits=2)["error"]["code"] == "file_not_found"


@pytest.mark.parametrize(
    "argv", [("L1-01", "--export", "a.csv"), ("--from", "a.csv", "--reading", "1"), ("--reading", "1"), ("L1-01",)]
)
def test_options_that_do_not_go_together_are_refused(office: Any, argv: tuple[str, ...]) -> None:
    assert office("list", "confirm", *argv, exits=2)["error"]["code"] == "usage"


def test_a_rehearsal_with_proposals_says_what_would_be_taken(office: Any, told: Callable[..., str]) -> None:
    tried = office("assign", "--accept-proposals", "--dry-run")
    assert [one["code"] for one in tried["accepted"]] == ["L1-01"]
    assert [one["event"] for one in tried["questions"]] == ["中期推进会"]
    assert tried["assignments"] == 5
    assert "accepted" not in office("assign", "--dry-run")
    shown = told("assign", "--accept-proposals", "--dry-run")
    assert "会采用第一种读法 1 项" in shown
    assert "zeren event set 中期推进会" in shown


def test_in_a_terminal_every_question_is_asked(world: World) -> None:
    """In a real terminal: enter takes the first reading, `q` stops, what was answered is stored."""
    world.list(
        {"title": "两种读法", "lead": "甲支部", "by": "10月前"}, {"title": "再一项", "lead": "甲支部", "by": "适时"}
    )
    master, slave = pty.openpty()
    argv = [sys.executable, "-m", "responsibility.cli", "list", "confirm", "-w", str(world.root), "--now", "2023-09-12"]
    process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "COLUMNS": "80"})
    os.close(slave)
    try:
        assert "[1/2] L1-01" in _until(master, "答复（回车＝1）：")
        os.write(master, b"\n")
        assert "已确认 L1-01：2023-09-30" in _until(master, "答复（回车＝1）：")
        os.write(master, b"q\n")
        assert "还有 1 项没有确认" in _until(master, "下一步：")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _until(master: int, words: str) -> str:
    """What the terminal shows up to `words`; fails after half a minute without them."""
    shown, end = b"", time.monotonic() + 30
    while words not in shown.decode("utf-8", "ignore"):
        ready = select.select([master], [], [], max(0.0, end - time.monotonic()))[0]
        assert ready, shown.decode("utf-8", "replace")
        shown += os.read(master, 4096)
    return shown.decode("utf-8", "ignore")
