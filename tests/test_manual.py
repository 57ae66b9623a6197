"""The office's manual knows every command, and every command line in it can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from responsibility.cli.app import build
from responsibility.cli.commands import COMMANDS

MANUAL = Path(__file__).parents[1] / "docs" / "手册.md"
TEXT = MANUAL.read_text("utf-8")


def command_lines() -> list[str]:
    """`zeren …` as typed in code blocks (also behind a prompt) and in running text with its options."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", TEXT, re.S | re.M)
    typed = [line for block in blocks for line in re.findall(r"^(?:\$ )?(zeren .*)$", block, re.M)]
    quoted = re.findall(r"`(zeren [^`]* --[^`]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.S | re.M))
    return sorted({*typed, *quoted})


@pytest.mark.parametrize("command", [*(row[0] for row in COMMANDS), "log verify", "log rebuild"])
def test_every_command_is_in_the_manual(command: str) -> None:
    assert re.search(rf"zeren {command}(?![\w-])", TEXT), f"zeren {command}"


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_of_the_manual_is_understood(line: str) -> None:
    typed = re.split(r"\s[|>]", line)[0]
    command, _, ignored = build().parse_args(
        shlex.split(typed, comments=True)[1:], exit_on_error=False, print_error=False
    )[:3]
    assert callable(command)
    assert not ignored or typed.endswith(("--help", "--version"))


def test_the_manual_can_be_read_in_one_sitting() -> None:
    assert 300 <= TEXT.count("\n") <= 1100
    assert len(command_lines()) > 30
