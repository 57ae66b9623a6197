"""Delegation, the acting post and the organisation again, at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from responsibility.cli.app import run
from tests.world import World, organisation

DELEGATE = ("delegate", "L1-01.A", "--as", "A1")


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """One item assigned on 2023-09-11; calls run one command a day later and give back what it printed."""
    world.given()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LOGNAME", "wang")
    monkeypatch.delenv("ZEREN_AS", raising=False)

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


def test_delegating_and_taking_it_back(office: Any, told: Callable[..., str]) -> None:
    done = office(*DELEGATE, "--to", "B", "--until", "2023-09-20", "--reason", "出差")
    assert (done["act"], done["to"], done["until"], done["on_behalf_of"]) == ("delegate", "B1", "2023-09-20", None)
    [shown] = office("todo", "--for", "B1")["assignments"]
    assert shown["delegation"]["post"] == "B1"
    assert office("sign", "L1-01.A", "--as", "B1")["on_behalf_of"] == "A"
    assert "结束委托 B1" in told("delegate", "L1-01.A", "--end")
    assert office("show", "L1-01.A")["assignments"][0]["delegation"] is None
    assert "委托给 B1 至" in told("log", "L1-01.A")


@pytest.mark.parametrize(
    ("more", "exits", "said"),
    [
        ((), 2, "--to 委托给谁"),
        (("--to", "B1"), 2, "--until 到哪一天"),
        (("--end", "--to", "B1"), 2, "--end 是结束委托"),
        (("--to", "B1", "--until", "明天"), 2, "不是日期"),
        (("--to", "B1", "--until", "2023-09-20"), 1, "要写明原因"),
        (("--end",), 1, "现在没有委托代办"),
    ],
)
def test_what_is_missing_is_said(told: Callable[..., str], more: tuple[str, ...], exits: int, said: str) -> None:
    assert said in told(*DELEGATE, *more, exits=exits)


def test_the_environment_names_the_actor_and_the_ledger_keeps_who_was_logged_in(
    office: Any, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEREN_AS", "A1")
    assert office("sign", "L1-01")["actor"] == "A1"
    entry = office("log", "L1-01.A")["entries"][-1]
    assert (entry["actor"], entry["login"], entry["values"]["login"]) == ("A1", "wang", "wang")
    assert "A1 @wang" in told("log", "L1-01.A")
    refused = office("list", "cancel", "L1", exits=1)["error"]
    assert (refused["code"], "ZEREN_AS" in refused["hint"]) == ("no_right", True)


def test_the_organisation_again_is_tried_and_then_taken(world: World, office: Any, told: Callable[..., str]) -> None:
    file = organisation(vacant=("A1",))
    path = world.root / "again.yaml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    tried = office("org", "import", str(path), "--dry-run", "--on", "2023-09-18")
    assert (tried["dry_run"], tried["on"], tried["leaves"][0]["until"]) == (True, "2023-09-18", "2023-09-17")
    said = told("org", "import", str(path), "--on", "2023-09-18")
    assert "离任：甲书记，甲支部书记（A1），至 2023-09-17 止" in said
    assert "岗位 A1（甲支部书记）2023-09-18 起无人任职" in said
    assert office("org", "import", str(path))["leaves"] == []
    assert "不是日期" in told("org", "import", str(path), "--on", "下周", exits=2)
    assert "离任 1" in told("log")
