"""The command line: the parser, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError, Group
from rich.console import Console

from responsibility.cli.commands import COMMANDS, DAILY, GROUPS, START
from responsibility.cli.common import UsageError, tell
from responsibility.cli.failures import explain
from responsibility.cli.wording import ChineseFormatter, epilogue, usage_error


def build() -> App:
    """The parser with every command of the table, each loaded when it is called."""
    app = App(
        name="zeren",
        help="责任链：重点工作逐级落实，到期提醒，逾期升级。\n\n第一次用：zeren demo；自己的工作区：zeren init 目录",
        version=lambda: f"zeren {version('zeren')}",
        help_formatter=ChineseFormatter(),
        help_format="plaintext",
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
        group_commands=DAILY,
        group_parameters=Group("选项"),
        group_arguments=Group("参数"),
    )
    app["--help"].help, app["--version"].help = "显示帮助", "显示版本"
    app["--help"].group = app["--version"].group = Group("其他", sort_key=9)
    for name, text in GROUPS.items():
        first = next(examples for command, _, _, _, examples in COMMANDS if command.startswith(f"{name} "))
        shown = epilogue(f"{first.splitlines()[0]}\nzeren {name} --help")
        app.command(App(name=name, help=text, group=START, group_commands=Group("命令"), help_epilogue=shown))
    for command, where, group, text, examples in COMMANDS:
        parent, name = _place(app, command)
        kwargs = {"help_epilogue": epilogue(examples)} if examples else {}
        parent.command(
            f"responsibility.cli.{where}", name=name, help=text, group=group if parent is app else None, **kwargs
        )
    return app


def _place(app: App, command: str) -> tuple[App, str]:
    first, _, second = command.partition(" ")
    return (app[first], second) if second else (app, first)


#: Options every command has, by how many words they take: they may also stand before the command.
_LEADING = {"--json": 1, "--workspace": 2, "-w": 2, "--now": 2}


def command_first(argv: Sequence[str]) -> list[str]:
    """`zeren -w DIR --json status` as `zeren status -w DIR --json`."""
    words = list(argv)
    leading: list[str] = []
    while words and (taken := _LEADING.get(words[0].partition("=")[0])):
        taken = 1 if "=" in words[0] else taken
        leading, words = leading + words[:taken], words[taken:]
    end = words.index("--") if "--" in words else len(words)
    return [*words[:end], *leading, *words[end:]] if words else leading


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; no traceback ever reaches the user."""
    json = "--json" in argv
    app = build()
    try:
        result = app(
            command_first(argv), console=Console(highlight=False, soft_wrap=True), error_console=Console(stderr=True)
        )
        return int(result) if isinstance(result, int) else 0
    except CycloptsError as error:
        return tell(UsageError(*usage_error(error, app)), json)
    except KeyboardInterrupt:
        print("已中断；已写入的都是完整的，重新运行同一条命令即可", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return tell(explain(error), json)
