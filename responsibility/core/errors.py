"""What can go wrong, and what a user is told. Every message is Chinese; every error knows its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, with the place it stands at.

    `sheet` and `cell` are empty where the file has none; for yaml `cell` is the path of the field (`posts[3].tier`).
    """

    file: str
    sheet: str
    cell: str
    value: str
    message: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.sheet and f"[{self.sheet}]", self.cell) if part)
        found = f"（现为“{self.value}”）" if self.value else ""
        return f"{place}：{self.message}{found}"


class Severity(StrEnum):
    """How much a finding matters."""

    #: Something does not work, or reaches nobody.
    ERROR = "error"
    #: It works, and somebody should look at it.
    WARNING = "warning"
    #: Good to know; nothing has to be done now.
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing `zeren doctor` noticed about a workspace, with the command that mends it."""

    check: str
    severity: Severity
    message: str
    mend: str


class ResponsibilityError(Exception):
    """Something the user is told in one sentence, with a hint at what to do next."""

    code = "refused"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(ResponsibilityError):
    """A file under config/ says something that is not allowed."""

    code = "bad_config"


class WorkspaceError(ResponsibilityError):
    """No workspace here, one too many, or one that is busy."""

    code = "workspace"


class UnknownCode(ResponsibilityError):
    """Nothing in the workspace bears this code."""

    code = "unknown_code"


class AmbiguousCode(ResponsibilityError):
    """Several assignments fit; the choices are in the message and nothing was done."""

    code = "ambiguous_code"


class IllegalTransition(ResponsibilityError):
    """The act is not in the transition table for the state the assignment is in."""

    code = "illegal_transition"


class NoRight(ResponsibilityError):
    """The post may not do this to this assignment."""

    code = "no_right"


class ClockWentBack(ResponsibilityError):
    """`now` is earlier than the workspace's last act."""

    code = "clock_went_back"


class ClockLeapt(ResponsibilityError):
    """The machine's clock is so far ahead of where it was seen last that somebody has to look at it first."""

    code = "clock_leapt"


class LedgerBroken(ResponsibilityError):
    """The ledger is not what was written."""

    code = "ledger_broken"


class FileMissing(ResponsibilityError):
    """The named file is not there, or is no file."""

    code = "file_not_found"
    exit_code = 2


class InputProblems(ResponsibilityError):
    """The input had problems: all are listed, nothing was written."""

    code = "input_problems"
    exit_code = 3

    def __init__(self, problems: Sequence[Problem], what: str = "文件") -> None:
        super().__init__(f"{what}有 {len(problems)} 处问题，什么都没有写入", "改好后重新运行同一条命令")
        self.problems = tuple(problems)
