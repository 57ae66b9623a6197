"""What hangs on nothing, and what something hangs on that is gone: rows, files that were handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import Action
from responsibility.core.errors import Finding, Severity
from responsibility.store import finished, ledger, orphans
from responsibility.store.evidence import place

#: So many files are named.
NAMED = 3
REBUILD = "看差在哪里：zeren log rebuild --dry-run；照台账改回：zeren log rebuild"
RESTORE = "停下 zeren，换回最近一次完好的备份：zeren restore 备份文件 新目录"


def lost(connection: Connection, file: str) -> list[Finding]:
    """Every row has what it belongs to; `file` is what the organisation was imported from."""
    return [
        *_rows(orphans.of_work(connection), RESTORE),
        *_rows(orphans.of_organisation(connection), f"zeren org import {file}"),
    ]


def stopped(lost: Sequence[str], resting: Iterable[Any], rungs: Callable[[int, str], int]) -> list[Finding]:
    """Every open assignment has its clocks, and each runs to the end of its ladder.

    `lost`: the codes of those without; `resting`: `checkup.clocks_at_rest`; `rungs`: how many a policy's ladder has.
    """
    still = [row for row in resting if row.rung < rungs(row.policy_id, row.clock) - 1]
    found = []
    if lost:
        found.append(f"{len(lost)} 项没有办结的任务少了时钟，永远不会有人提醒：{_few(lost)}")
    if still:
        n = sum(row.n for row in still)
        found.append(f"{n} 个时钟停在半路，永远不会有人提醒：{_few([row.code for row in still])}")
    return [Finding("clocks", Severity.ERROR, f"{said}；可能被人改动过", REBUILD) for said in found]


def otherwise(codes: Sequence[str]) -> list[Finding]:
    """Every assignment stands where the ledger says; `codes`: those that do not."""
    if not codes:
        return []
    message = f"{len(codes)} 项任务的状态或时钟与台账不一致：{_few(codes)}；可能被人改动过"
    return [Finding("state", Severity.ERROR, message, REBUILD)]


def counted(connection: Connection) -> list[Finding]:
    """What was counted of work that is over is so."""
    n = finished.miscounted(connection)
    message = f"{n} 期已办完的工作，汇总数与逐条清点的不一致；可能被人改动过，zeren status 的数字不可靠"
    return [Finding("finished", Severity.ERROR, message, RESTORE)] if n else []


def _rows(counts: Mapping[str, int], mend: str) -> list[Finding]:
    if not counts:
        return []
    named = "、".join(f"{column} {n} 行" for column, n in counts.items())
    return [Finding("orphans", Severity.ERROR, f"数据库里有记录指向不存在的东西：{named}；可能被人改动过", mend)]


def handed_in(connection: Connection) -> dict[str, str]:
    """Hash → name of every file the ledger knows."""
    entries = ledger.entries_of(connection, Action.SUBMIT.value)
    return {str(one["sha256"]): str(one["name"]) for entry in entries for one in entry.values.get("evidence", ())}


def evidence(known: Mapping[str, str], folder: Path) -> list[Finding]:
    """Every file handed in is there, and none besides. Whether each is what it was: `zeren log verify`."""
    gone = [f"{name}（{digest[:8]}）" for digest, name in known.items() if not place(folder, digest).is_file()]
    there = [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder.is_dir() else []
    strange = [path for path in there if path.name not in known]
    return [*_gone(gone), *_strange(strange)]


def _gone(names: list[str]) -> list[Finding]:
    if not names:
        return []
    mend = "从备份里取回 data/evidence，再 zeren log verify；备份里也没有的，请报送单位再交一次"
    return [Finding("orphans", Severity.ERROR, f"{len(names)} 份佐证材料不在了：{_few(names)}", mend)]


def _strange(paths: list[Path]) -> list[Finding]:
    if not paths:
        return []
    message = f"data/evidence 里有 {len(paths)} 个台账不认得的文件，是报结中断或被退回时留下的；不影响使用"
    mend = f"没有人正在报结，就可以删：rm {_few([str(path) for path in paths], ' ')}"
    return [Finding("orphans", Severity.INFO, message, mend)]


def _few(names: Iterable[str], between: str = "、") -> str:
    every = list(names)
    return between.join(every[:NAMED]) + (" 等" if len(every) > NAMED else "")
