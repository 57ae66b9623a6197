"""What every command shares: options, the clock, where output goes, how an error is told."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from responsibility.core.errors import ConfigError, InputProblems, ResponsibilityError

#: The first and the last year a date may be in.
YEARS = (1900, 2200)


class UsageError(ResponsibilityError):
    """The command was called in a way it does not understand."""

    code = "usage"
    exit_code = 2


@Parameter(name="*", group="通用选项")
@dataclass(frozen=True)
class Common:
    """Options of every command that works on a workspace."""

    workspace: Annotated[
        Path | None, Parameter(name=["--workspace", "-w"], help="工作区目录；默认用环境变量 ZEREN_HOME，再默认当前目录")
    ] = None
    json: Annotated[bool, Parameter(name="--json", negative="", help="只输出一份 JSON，说明文字走标准错误")] = False

    @property
    def out(self) -> Output:
        return Output(self.json)


@Parameter(name="*", group="通用选项")
@dataclass(frozen=True)
class Timed(Common):
    """And of those that depend on time."""

    now: Annotated[
        str | None, Parameter(name="--now", help="当作现在的时间，如 2023-09-11 或 2023-09-11T08:30；不早于上次记录")
    ] = None


class Working(Protocol):
    """Told what is going on, how many are done, and of how many (0 where nobody knows)."""

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None: ...


class Output:
    """Results to stdout, everything said about them to stderr."""

    def __init__(self, json: bool) -> None:
        self.json = json

    def show(self, value: Callable[[], Any], picture: Callable[[], Any]) -> None:
        """One result: as JSON, or as a picture for people."""
        if self.json:
            print(jsonlib.dumps(value(), ensure_ascii=False, indent=None))
        else:
            self.paint(picture())

    def paint(self, picture: Any) -> None:
        from rich.console import Console

        class Terminal(Console):
            def on_broken_pipe(self) -> None:
                raise BrokenPipeError  # `zeren … | head` has seen enough; that is no failure

        Terminal(highlight=False, soft_wrap=isinstance(picture, str)).print(picture, markup=False)

    def say(self, text: str) -> None:
        """A remark, never part of the result."""
        from rich.console import Console

        Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)

    def done(self, text: str) -> None:
        """A sentence that is the whole result for people; under --json the JSON says it."""
        if not self.json:
            self.paint(text)

    @contextmanager
    def working(self, what: str) -> Iterator[Working]:
        """A line on stderr while something takes longer than a moment; yields a way to say what is going on.

        Called with a text alone it shows that; with how many are done of how many, a bar. It is gone in the end.
        """
        from rich.console import Console

        console = Console(stderr=True)
        if not console.is_terminal:
            yield lambda what, done=0, total=0: None
            return
        from responsibility.views.terminal.progress import bar

        with bar(console, what) as step:
            yield step


def read_now(text: str | None, zone: ZoneInfo) -> datetime:
    """`--now`, or the clock. Without a zone it is office time; a date alone is 00:00."""
    return instant(text, zone, "--now") if text is not None else datetime.now(UTC)


def true_time() -> datetime:
    """The clock, whatever `--now` says: services refuse what is signed with another."""
    return datetime.now(UTC)


def instant(text: str, zone: ZoneInfo, option: str) -> datetime:
    """ISO 8601 as the contract reads it; UsageError says what was expected."""
    try:
        if len(text.strip()) == 10:
            return datetime.combine(read_date(text, option), time(), zone)
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{option} 的值“{text}”不是时间", "写成 2023-09-11 或 2023-09-11T08:30") from None
    _in_years(at, text, option)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def read_date(text: str, option: str) -> date:
    """A day as `2023-09-11`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{option} 的值“{text}”不是日期", "写成 2023-09-11") from None
    _in_years(day, text, option)
    return day


def _in_years(day: date, text: str, option: str) -> None:
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise UsageError(f"{option} 的值“{text}”不像是办公用的日期", f"年份应在 {YEARS[0]} 到 {YEARS[1]} 之间")


def enter(common: Common, *, sending: bool = False) -> Any:
    """The workspace a command works on; with the channels' passwords where it sends."""
    from responsibility.usecases.workspace import LEEWAY, find_root, login_name, open_workspace

    root = find_root(common.workspace, os.environ, Path.cwd())
    leeway = LEEWAY if getattr(common, "now", None) is None else timedelta()
    login, say = login_name(), common.out.say
    return open_workspace(root, os.environ, sending=sending, login=login, leeway=leeway, say=say)


@contextmanager
def alone(common: Timed, workspace: Any) -> Iterator[datetime]:
    """Hold the workspace for this command; yields the time, taken once the waiting is over."""
    with workspace.alone(common.out.say):
        named = common.now is not None
        yield read_now(common.now, workspace.settings.zone) if named else workspace.clock(true_time())


def rules(common: Common) -> Any:
    """The settings of the workspace asked for or stood in; outside of any, those that come with the program."""
    from responsibility.settings import bundled, load
    from responsibility.usecases.workspace import find_root, is_workspace

    asked = common.workspace or os.environ.get("ZEREN_HOME")
    inside = asked is not None or is_workspace(Path.cwd())
    root = find_root(common.workspace, os.environ, Path.cwd()) if inside else bundled("config").parent
    return load(root, os.environ, secrets=False)


def fresh_file(file: Path, what: str = "模板") -> None:
    """Refuse to write a file over something, where nothing can be written, or as anything but xlsx."""
    if file.exists():
        raise UsageError(f"{file} 已存在，没有覆盖", "换一个文件名，或先把它移走")
    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"{what}写成 xlsx，不能写成 {file.suffix or '没有后缀的文件'}", f"例如 {file.stem}.xlsx")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"没有 {file.absolute().parent} 这个目录", "换一个已有的目录，或先建好它")


def tell(error: ResponsibilityError, json: bool) -> int:
    """Print an error the way its reader wants it; returns the exit code."""
    if json:
        detail: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
        document: dict[str, Any] = {"error": detail}
        if isinstance(error, InputProblems):
            document["problems"] = [problem_record(problem) for problem in error.problems]
        print(printable(jsonlib.dumps(document, ensure_ascii=False)))
        return error.exit_code
    lines = [f"错误：{error.message}" if not isinstance(error, ConfigError) else f"配置有误：\n{error.message}"]
    if isinstance(error, InputProblems):
        lines += [f"  {at}. {problem}" for at, problem in enumerate(error.problems, 1)]
    if error.hint:
        lines.append(f"提示：{error.hint}")
    print(printable("\n".join(lines)), file=sys.stderr)
    return error.exit_code


def printable(text: str) -> str:
    """The text with what no encoding can write (bytes of an argument that are no UTF-8) shown as ?."""
    return text.encode("utf-8", "replace").decode("utf-8")


def problem_record(problem: Any) -> dict[str, str]:
    """A problem as the contract writes it."""
    return {key: getattr(problem, key) for key in ("file", "sheet", "cell", "value", "message")}


#: Defaults for commands called without common options.
COMMON, TIMED = Common(), Timed()
