"""The parser speaks Chinese: help pages and usage errors."""

from __future__ import annotations

import re
from typing import Any

from cyclopts import App, CycloptsError
from cyclopts import exceptions as wrong
from cyclopts.help import HelpPanel
from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from responsibility.core.text import is_it, near


def epilogue(examples: str) -> str:
    """What stands below a command's help: the examples, one a line."""
    return "例：\n\n" + "\n\n".join(f"    {line}" for line in examples.splitlines())


class ChineseFormatter:
    """Help pages with Chinese headings, plain enough for 80 columns and no colour."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        if not panel.entries:
            return
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2), title_justify="left")
        table.add_column(no_wrap=True, style="cyan")
        table.add_column(ratio=1, overflow="fold")
        for entry in panel.entries:
            table.add_row("\n".join(_labels(entry)), _described(entry, console))
        console.print(Text(f"{panel.title}：", style="bold"))
        console.print(table)

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        text = named(str(usage).replace("Usage:", "").strip())
        for english, chinese in (
            ("COMMAND", "命令"),
            ("[OPTIONS]", "[选项]"),
            ("[ARGS]", "[参数]"),
            ("[ARGS...]", "[…]"),
        ):
            text = text.replace(english, chinese)
        console.print(Text.assemble(("用法：", "bold"), text))

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        if description:
            console.print(description)


#: What the parser calls values and arguments → what a reader calls them.
_VALUES = {
    "STR": "文字",
    "INT": "整数",
    "FLOAT": "数",
    "PATH": "路径",
    "CHOICE": "选一个",
    "CODE": "编号",
    "NUMBER": "编号",
    "MORE": "编号",
    "LIST": "清单",
    "FILE": "文件",
    "DIRECTORY": "目录",
    "NAME": "名称",
    "DATE": "日期",
    "YEAR": "年份",
    "PHRASE": "时限",
}
_VALUE = re.compile(rf"(?<![\w-])(?:{'|'.join(_VALUES)})(?![\w-])")


def named(text: str) -> str:
    """`--title STR` as `--title 文字`."""
    return _VALUE.sub(lambda found: _VALUES[found[0]], text)


def _labels(entry: Any) -> list[str]:
    """One line: the positional's name, or the option's names with what they take."""
    if entry.positional_label:
        return [named(entry.positional_label)]
    return [named(", ".join(entry.display_labels_with_metavar))]


def _described(entry: Any, console: Console) -> str:
    text = _plain(entry.description, console)
    notes = []
    if entry.required:
        notes.append("必填")
    if entry.choices:
        notes.append("可选：" + " / ".join(entry.choices))
    if entry.env_var:
        notes.append("环境变量：" + "、".join(entry.env_var))
    if entry.default not in (None, "False", '""', "()"):
        notes.append(f"默认：{entry.default}")
    return text + (f"（{'；'.join(notes)}）" if notes else "")


def _plain(description: Any, console: Console) -> str:
    if description is None:
        return ""
    if isinstance(description, str):
        return description
    wide = console.options.update(width=2000)
    return "".join(segment.text for segment in console.render(description, wide)).strip()


def usage_error(error: CycloptsError, app: App) -> tuple[str, str]:
    """(what is wrong, what to try) in Chinese."""
    command = " ".join(["zeren", *(error.command_chain or [])])
    hint = f"用法与例子：{command} --help"
    if isinstance(error, wrong.UnknownCommandError):
        return _unknown_command(error, command, hint)
    if isinstance(error, wrong.UnknownOptionError):
        return _unknown_option(error, hint)
    return _about_argument(error), is_it(*_choice(error), hint)


def _unknown_command(error: wrong.UnknownCommandError, command: str, hint: str) -> tuple[str, str]:
    asked = (error.unused_tokens or [""])[0]
    known = [name for name in (error.app or ()) if not name.startswith("-")]
    found = near(asked, known, cutoff=0.5)
    return f"没有“{asked}”这个命令", f"是不是：{command} {found}" if found else f"全部命令：{command} --help"


def _unknown_option(error: wrong.UnknownOptionError, hint: str) -> tuple[str, str]:
    asked = error.token.keyword or error.token.value
    known = [name for argument in error.argument_collection for name in argument.names if name.startswith("--")]
    found = near(asked, known, cutoff=0.5)
    return f"没有“{asked}”这个选项", f"是不是：{found}" if found else hint


def _about_argument(error: CycloptsError) -> str:
    name = error.argument.name if error.argument else ""
    if isinstance(error, wrong.MissingArgumentError):
        return f"缺少 {name}" if name.startswith("-") else f"缺少参数：{named(name.upper())}"
    if isinstance(error, wrong.CoercionError):
        value = error.token.value if error.token else ""
        return f"{(error.token and error.token.keyword) or name.upper()} 的值“{value}”不对{_expected(error)}"
    if isinstance(error, wrong.RepeatArgumentError):
        return f"{name} 只能写一次"
    if isinstance(error, wrong.UnusedCliTokensError):
        return f"多了参数：{' '.join(error.unused_tokens or [])}"
    if isinstance(error, wrong.ValidationError):
        return str(error.exception_message or f"{name} 的值不对")
    return f"{name or '参数'} 写法不对"


def _choice(error: CycloptsError) -> tuple[str, list[str]]:
    """What was written where one of few values is expected, and those values."""
    if not isinstance(error, wrong.CoercionError) or error.argument is None or error.token is None:
        return "", []
    return error.token.value, list(error.argument.get_choices() or ())


def _expected(error: wrong.CoercionError) -> str:
    kinds = {int: "，应为整数", float: "，应为数字"}
    if error.target_type in kinds:
        return kinds[error.target_type]
    choices = error.argument.get_choices() if error.argument else None
    return f"，可选：{'、'.join(choices)}" if choices else ""
