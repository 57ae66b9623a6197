"""`zeren log` and `zeren log verify`."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from responsibility.cli.common import TIMED, Timed, enter

app = App(
    name="log",
    group_commands=Group("命令"),
    help_epilogue="例：\n\n    zeren log\n\n    zeren log L1-03.Z01\n\n    zeren log verify",
)


@app.default
def log(
    code: Annotated[str | None, Parameter(name="code", help="任务、重点工作或清单的编号；默认全部")] = None,
    /,
    *,
    common: Timed = TIMED,
) -> None:
    """Show the ledger."""
    from responsibility.usecases.record import log as read
    from responsibility.views import machine, terminal

    workspace = enter(common)
    entries = read(workspace, code)
    zone = workspace.settings.zone
    common.out.show(lambda: machine.log(entries, zone), lambda: terminal.log(entries, zone, workspace.settings.chain))


@app.command(help="核验台账：每一条的哈希、前后链接、成批写入的摘要")
def verify(*, common: Timed = TIMED) -> int:
    """Prove the ledger."""
    from responsibility.usecases.record import verify as prove

    count, faults = prove(enter(common))
    record: dict[str, Any] = {"entries": count, "faults": [{"seq": seq, "message": text} for seq, text in faults]}
    if faults:
        record["error"] = {
            "code": "ledger_broken",
            "message": f"台账有 {len(faults)} 处对不上，第一处是第 {faults[0][0]} 条",
            "hint": "用最近一次完好的备份比对，查清是谁改动了数据库",
        }
    common.out.show(lambda: record, lambda: _told(count, faults))
    return 1 if faults else 0


def _told(count: int, faults: list[tuple[int, str]]) -> str:
    if not faults:
        return f"台账完好：{count} 条，逐条核对无误"
    lines = [f"台账有 {len(faults)} 处对不上（共 {count} 条）："]
    lines += [f"  第 {seq} 条：{text}" for seq, text in faults[:20]]
    return "\n".join([*lines, "用最近一次完好的备份比对，查清是谁改动了数据库"])
