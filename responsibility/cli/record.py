"""`zeren log` and `zeren log verify`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter, read_date
from responsibility.cli.wording import epilogue

EXAMPLES = """\
zeren log
zeren log L1-03.Z01
zeren log --actor Z01S --since 2023-09-01
zeren log --csv > 台账.csv
zeren log verify
zeren log rebuild --dry-run"""
app = App(
    name="log",
    group_commands=Group("命令"),
    group_parameters=Group("选项"),
    group_arguments=Group("参数"),
    help_epilogue=epilogue(EXAMPLES),
)


@app.default
def log(
    code: Annotated[str | None, Parameter(name="code", help="任务、重点工作或清单的编号；默认全部")] = None,
    /,
    *,
    actor: Annotated[str | None, Parameter(help="只看这个岗位办的，或代它办的，如 Z01S")] = None,
    since: Annotated[str | None, Parameter(help="只看这一天起的，如 2023-09-01")] = None,
    csv: Annotated[bool, Parameter(negative="", help="输出 csv，可用 Excel、WPS 打开")] = False,
    common: Timed = TIMED,
) -> None:
    """Show the ledger."""
    from responsibility.usecases.record import log as read
    from responsibility.views import machine, terminal

    if csv and common.json:
        raise UsageError("--csv 和 --json 只能写一个", "zeren log --csv > 台账.csv")
    day = read_date(since, "--since") if since is not None else None
    workspace = enter(common)
    entries = read(workspace, code, actor=actor, since=day)
    zone = workspace.settings.zone
    if csv:
        sys.stdout.write(terminal.log_csv(entries, zone, workspace.settings.chain))
        return
    common.out.show(lambda: machine.log(entries, zone), lambda: terminal.log(entries, zone, workspace.settings.chain))


@app.command(
    help="核验台账：每一条的哈希、前后链接、成批写入的摘要",
    help_epilogue=epilogue("zeren log verify\nzeren log verify --json"),
)
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


@app.command(
    help="照台账改回：重放台账，任务和时钟与它不一致的改回来（核验不过的台账不重放）",
    help_epilogue=epilogue("zeren log rebuild --dry-run\nzeren log rebuild --reason 有人动过数据库"),
)
def rebuild(
    *,
    reason: Annotated[str, Parameter(help="为什么会不一致，记入台账")] = "",
    dry_run: Annotated[bool, Parameter(negative="", help="只比较，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Make the state what the ledger says it is."""
    from responsibility.usecases.record import rebuild as replay
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    with alone(common, workspace) as now, common.out.working("正在重放台账……"):
        done = replay(workspace, now, reason=reason, dry_run=dry_run)
    common.out.show(
        lambda: machine_office.rebuilt(done.codes, done.dry_run), lambda: terminal.rebuilt(done.codes, done.dry_run)
    )


def _told(count: int, faults: list[tuple[int, str]]) -> str:
    if not faults:
        return f"台账完好：{count} 条，逐条核对无误"
    lines = [f"台账有 {len(faults)} 处对不上（共 {count} 条）："]
    lines += [f"  第 {seq} 条：{text}" for seq, text in faults[:20]]
    return "\n".join([*lines, "用最近一次完好的备份比对，查清是谁改动了数据库"])
