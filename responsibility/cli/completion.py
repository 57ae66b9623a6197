"""`zeren completion`: commands and options completed by the Tab key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from responsibility.cli.common import Output, UsageError

Shell = Literal["bash", "zsh", "fish"]
AFTER = {"bash": "exec bash", "zsh": "exec zsh", "fish": "exec fish"}


def completion(
    *,
    install: Annotated[bool, Parameter(negative="", help="装到当前用户的命令行环境里；不写则只打印脚本")] = False,
    shell: Annotated[Shell | None, Parameter(help="哪一种命令行；默认自动识别")] = None,
    json: Annotated[bool, Parameter(negative="", help="只输出一份 JSON")] = False,
) -> None:
    """Print or install the completion script."""
    from responsibility.cli.app import build

    out, app = Output(json), build()
    which = shell or _current()
    if install:
        path = app.install_completion(shell=which)
        out.show(lambda: {"shell": which, "path": str(path)}, lambda: _told(which, path))
        return
    script = app.generate_completion(shell=which)
    if json:
        out.show(lambda: {"shell": which, "script": script}, str)
    else:
        print(script)


def _current() -> Shell:
    """The shell this command was called from."""
    from cyclopts.completion.detect import ShellDetectionError, detect_shell

    try:
        found = detect_shell()
    except ShellDetectionError:
        found = "powershell"
    if found == "powershell":
        raise UsageError("认不出现在用的是哪一种命令行", "写明一种：zeren completion --install --shell bash")
    return found


def _told(shell: Shell, path: Path) -> str:
    return "\n".join(
        [
            f"{shell} 的命令补全已装好：{path}",
            f"新开一个终端（或执行 {AFTER[shell]}）后，输入 zeren 再按 Tab 键就有提示",
            "zeren 升级后再执行一次本命令，补全随之更新",
        ]
    )
