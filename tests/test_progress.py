"""What is seen while something takes long."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from flows.progress import listening, report
from responsibility.cli.common import Output
from responsibility.views.terminal.progress import bar


def test_a_bar_counts_where_it_is_known_how_many() -> None:
    screen = io.StringIO()
    with bar(Console(file=screen, force_terminal=True, width=80), "读清单") as step:
        step("读时限", 3, 1200)
    assert "读时限" in screen.getvalue()
    assert "3/1,200" in screen.getvalue()
    screen = io.StringIO()
    with bar(Console(file=screen, force_terminal=True, width=80), "读时限") as step:
        step("读时限", 3, 1200)
        step("写入")
    assert "1,200" not in screen.getvalue().split("写入")[-1]


def test_what_is_printed_meanwhile_goes_where_stdout_goes(capsys: pytest.CaptureFixture[str]) -> None:
    """`zeren remind > file` on a terminal: the messages belong into the file, the bar onto the screen."""
    screen = io.StringIO()
    with bar(Console(file=screen, force_terminal=True), "巡查"):
        print("一份提醒", file=sys.stdout)
    assert capsys.readouterr().out == "一份提醒\n"
    assert "一份提醒" not in screen.getvalue()


def test_nothing_is_shown_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with Output(json=False).working("读清单") as step:
        step("读时限", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_flows_tell_who_listens() -> None:
    told: list[tuple[str, int, int]] = []
    with listening(lambda *said: told.append(said)):
        report("交办", 1, 6)
    report("无人在听")
    assert told == [("交办", 1, 6)]
