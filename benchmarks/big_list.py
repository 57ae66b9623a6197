"""A list of 20,000 rows and 12 columns, imported; one of 10,000: imported, laid as 300,000 assignments, swept, counted.

    python benchmarks/big_list.py [rows]

Prints seconds, rows per second and peak memory of each step.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter
from measure import line, taking
from office import ZONE, branch, open_office

from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.lists import import_list
from responsibility.usecases.remind import sweep
from responsibility.usecases.status import status
from responsibility.usecases.workspace import Workspace

#: With one branch and its members on every row, the chain lays 30 assignments for each.
BRANCHES, MEMBERS = 30, 25
NOW = datetime(2023, 9, 11, 8, tzinfo=ZONE)
WIDTHS = (26, 10, 9, 12, 9)
WIDE = ("序号", "类别", "工作任务", "主要内容", "工作目标", "任务分解", "牵头单位", "配合单位", "目标数量", "完成时限",
        "报送材料", "备注")  # fmt: skip
#: What the deadline column says, in turn.
PHRASES = ("9月28日前", "10月底前", "11月15日前", "12月底前", "2023年10月20日", "每月25日前", "长期坚持", "30日内")


def main(rows: int) -> None:
    line(("step", "rows", "seconds", "rows/s", "peak MB"), WIDTHS)
    with tempfile.TemporaryDirectory(prefix="zeren-big-") as folder:
        import_wide(Path(folder) / "wide", 2 * rows, _step)
        lay_list(Path(folder), rows, _step)


def import_wide(folder: Path, rows: int, step: Callable[[str, Callable[[], int]], None]) -> None:
    """Import a list with everything a list may have: 12 columns, half of the items with milestones of their own."""
    workspace = open_office(folder, NOW, BRANCHES, 1)
    path = folder / "wide.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, WIDE)
        for at in range(1, rows + 1):
            lead, support = branch(at % BRANCHES + 1)[1], branch(at % (BRANCHES - 1) + 1)[1]
            steps = "9月：启动\n12月：验收" if at % 2 else ""
            texts = ("理论学习", f"第{at}项重点工作的内容", f"第{at}项的措施", "见实效", steps, f"{lead}牵头", support)
            sheet.write_row(at, 0, (at, *texts, f"{at % 5 + 1}次", PHRASES[at % len(PHRASES)], "总结", "无"))
    step("import, 12 columns", lambda: import_list(workspace, path, NOW).items)


def lay_list(folder: Path, rows: int, step: Callable[[str, Callable[[], int]], None]) -> Workspace:
    """A workspace under `folder` in which a list of `rows` rows was laid and swept."""
    workspace = open_office(folder / "office", NOW, BRANCHES, MEMBERS)
    path = folder / "list.xlsx"
    write_list(path, rows)
    step("import", lambda: import_list(workspace, path, NOW).items)
    step("occurrences", lambda: open_list(workspace, "L1", NOW))
    for tier in workspace.settings.chain.tiers:
        step(f"lay on {tier.id}", lambda tier=tier: lay_tier(workspace, "L1", tier.id, NOW).assignments)  # type: ignore[misc]
    step("sweep, nothing due", lambda: sweep(workspace, NOW + timedelta(minutes=1)).told)
    step("sweep, two weeks on", lambda: sweep(workspace, NOW + timedelta(days=14)).told)
    step("status", lambda: status(workspace, NOW + timedelta(days=14)).totals.assignments)
    return workspace


def write_list(path: Path, rows: int) -> None:
    """A list as an office would send it: every row leads one branch and is carried by that branch's members."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, ("序号", "重点工作", "牵头单位", "配合单位", "目标数量", "完成时限"))
        for at in range(1, rows + 1):
            name = branch(at % BRANCHES + 1)[1]
            phrase = PHRASES[at % len(PHRASES)]
            sheet.write_row(at, 0, (at, f"第{at}项重点工作的内容", name, f"{name}全体党员", f"{at % 5 + 1}次", phrase))


def _step(name: str, act: Callable[[], int]) -> None:
    with taking() as taken:
        rows = act()
    line((name, f"{rows:,}", f"{taken.seconds:.2f}", taken.per_second(rows), f"{taken.peak:.0f}"), WIDTHS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 10_000)
