"""zeren beside what one would otherwise take: APScheduler, Prefect alone, Taskwarrior; all in the same run.

    python benchmarks/compare.py [reminders …]

For 10,000, 100,000 and 1,000,000 (or the sizes given), milliseconds each: adding one reminder, an idle look (nothing
due), dealing with one that is due, and seconds of the command that shows the state. What a contender cannot do in
reasonable time is measured on fewer, and the table says on how many; nothing is extrapolated.

- zeren: a list is imported and laid down the chain; two sweeps, one with nothing due, one two weeks later; `zeren
  status` and `zeren status --late`.
- APScheduler 3, SQLAlchemyJobStore on SQLite: one date job a reminder. What goes beyond ADDED jobs is written into its
  table by hand, as APScheduler writes it. The due ones are found, run and taken away by its own `_process_jobs`.
- Prefect: one task run a reminder, in one flow run against a server of its own.
- Taskwarrior 2.6: a data file of pending tasks, one in ten overdue; `task summary` and `task overdue`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from big_list import BRANCHES, MEMBERS, NOW, write_list
from fresh import command
from measure import claim, line
from office import open_office

from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.lists import import_list
from responsibility.usecases.remind import sweep

SIZES = (10_000, 100_000, 1_000_000)
#: Jobs added one by one, jobs that are due, task runs; seconds after which a contender is given up.
ADDED, DUE, RUNS, PATIENCE = 1_000, 200, 10_000, 120
#: Task runs after which their pace is known.
TRIED = 300
#: Why we lose where we do.
_START = (
    "Taskwarrior is one binary that starts in a hundredth of a second; loading Python, SQLModel and rich takes longer "
    "than it needs for ten thousand tasks. It reads all tasks each time, and falls behind as they grow."
)
REASONS = {
    "idle": "An idle look of APScheduler asks one index one question and leaves no trace. An idle sweep writes to the "
    "ledger that it looked, and asks after periods that began and messages to be joined: milliseconds, at any size.",
    "state": _START,
    "overdue": _START,
}
WIDTHS = (24, 10, 10, 10, 10, 10, 10)
HEADER = ("who", "reminders", "add ms", "idle ms", "due ms", "state s", "overdue s")


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one added, of an idle look, of one due; seconds of processor of two views; None: not asked."""

    add: float | None = None
    idle: float | None = None
    due: float | None = None
    state: float | None = None
    overdue: float | None = None


def main(sizes: list[int]) -> None:
    line(HEADER, WIDTHS)
    for size in sizes:
        own = _told("zeren", size, zeren(size))
        jobs = _told("APScheduler 3", size, apscheduler(size))
        tasks = _told("Taskwarrior", size, taskwarrior(size)) if shutil.which("task") else None
        _against(f"APScheduler, {size:,} reminders", own, jobs)
        if tasks:
            _against(f"Taskwarrior, {size:,} tasks", own, tasks)
    if not shutil.which("task"):
        print("Taskwarrior is not installed here (Debian: apt-get install taskwarrior); it was not compared.")
    runs, took = prefect(min(RUNS, *sizes))
    alone = _told("Prefect, a task run each", runs, took)
    _against(f"Prefect, {runs:,} task runs in one flow run", own, alone)
    for size in sizes:
        if size > runs and took.due:
            print(f"Prefect: {size:,} task runs would take {size * took.due / 60_000:,.0f} min; not waited for.")


def _told(who: str, size: int, took: Took) -> Took:
    values = (took.add, took.idle, took.due, took.state, took.overdue)
    line((who, f"{size:,}", *("-" if one is None else f"{one:,.3f}" for one in values)), WIDTHS)
    return took


def _against(whom: str, own: Took, other: Took) -> None:
    """How many times as long the other takes, for everything both were asked; below 1 we lose."""
    for name, what in (
        ("add", "adding one"),
        ("idle", "an idle look"),
        ("due", "one that is due"),
        ("state", "the state"),
        ("overdue", "what is overdue"),
    ):
        mine, theirs = getattr(own, name), getattr(other, name)
        if mine and theirs:
            ratio = theirs / mine
            claim(
                f"against {whom}: {what}",
                f"{ratio:,.2f} × as long as zeren",
                "above 1",
                ratio > 1,
                REASONS.get(name, ""),
            )


def _seconds(act: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)


def zeren(size: int) -> Took:
    """A list whose rows are carried by a branch and its members: 30 assignments each."""
    with tempfile.TemporaryDirectory(prefix="zeren-compare-") as folder:
        workspace = open_office(Path(folder) / "office", NOW, BRANCHES, MEMBERS)
        path = Path(folder) / "list.xlsx"
        write_list(path, size // (MEMBERS + 5))
        start, laid = time.perf_counter(), 0
        import_list(workspace, path, NOW)
        open_list(workspace, "L1", NOW)
        for tier in workspace.settings.chain.tiers:
            laid += lay_tier(workspace, "L1", tier.id, NOW).assignments
        add = 1000 * (time.perf_counter() - start) / laid
        idle = 1000 * _seconds(lambda: sweep(workspace, NOW + timedelta(minutes=1)), 3)
        start = time.perf_counter()
        swept = sweep(workspace, NOW + timedelta(days=14))
        due = 1000 * (time.perf_counter() - start) / (swept.told + swept.skipped)
        workspace.engine.dispose()
        words = ("status", "-w", str(workspace.root), "--now", (NOW + timedelta(days=14)).isoformat())
        state, late = (_processor([sys.executable, *command(*words, *more)]) for more in ((), ("--late",)))
        return Took(add, idle, due, state, late)


def _processor(program: list[str], times: int = 3, **environ: str) -> float:
    """Seconds of processor of a whole process, the least of so many runs; raises TimeoutExpired after PATIENCE."""
    taken = []
    for _ in range(times):
        before = os.times()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(program, env=os.environ | environ, check=True, timeout=PATIENCE, **quiet)  # type: ignore[call-overload]
        after = os.times()
        taken.append(sum(after[2:4]) - sum(before[2:4]))
    return min(taken)


def reminded() -> None:
    """What a job does."""


def apscheduler(size: int) -> Took:
    """One job a reminder; the last DUE of them are due when it looks for the second time."""
    from apscheduler.executors.debug import DebugExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.base import BaseScheduler

    class Still(BaseScheduler):  # type: ignore[misc]
        """Looks when it is told to, not by a thread of its own."""

        def wakeup(self) -> None:
            return

        def shutdown(self, wait: bool = True) -> None:
            super().shutdown(wait)

    later = datetime.now(UTC) + timedelta(days=60)
    with tempfile.TemporaryDirectory(prefix="zeren-compare-") as folder:
        file = Path(folder) / "jobs.db"
        store = SQLAlchemyJobStore(f"sqlite:///{file}")
        scheduler = Still(jobstores={"default": store}, executors={"default": DebugExecutor()}, timezone=UTC)
        scheduler.start()

        def add(at: int) -> None:
            scheduler.add_job("compare:reminded", "date", run_date=later, id=f"j{at}", misfire_grace_time=None)

        one = _seconds(lambda: [add(at) for at in range(ADDED)]) / ADDED
        _fill(file, size)
        idle = _seconds(scheduler._process_jobs, 3)
        _make_due(file, store, scheduler)
        due = _seconds(scheduler._process_jobs) / DUE
        left = len(store.get_due_jobs(datetime.now(UTC)))
        scheduler.shutdown(wait=False)
        store.engine.dispose()
    if left:
        raise SystemExit(f"APScheduler left {left} jobs that are due")
    return Took(1000 * one, 1000 * idle, 1000 * due)


def _fill(file: Path, size: int) -> None:
    """The jobs beyond those added one by one, as its table holds them."""
    with sqlite3.connect(file) as raw:
        moment, state = raw.execute("SELECT next_run_time, job_state FROM apscheduler_jobs LIMIT 1").fetchone()
        rows = ((f"f{at}", moment, state) for at in range(ADDED, size))
        raw.executemany("INSERT INTO apscheduler_jobs (id, next_run_time, job_state) VALUES (?, ?, ?)", rows)
    raw.close()


def _make_due(file: Path, store: object, scheduler: object) -> None:
    """Move DUE of the jobs that were added by APScheduler to now, through its own store."""
    for at in range(DUE):
        scheduler.modify_job(f"j{at}", next_run_time=datetime.now(UTC))  # type: ignore[attr-defined]


def prefect(most: int) -> tuple[int, Took]:
    """One task run a reminder; as many as PATIENCE holds, and how many those were."""
    os.environ |= {"PREFECT_LOGGING_LEVEL": "ERROR", "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    from prefect import flow, task
    from prefect.testing.utilities import prefect_test_harness

    remind = task(reminded)

    @flow
    def every(count: int) -> None:
        for _ in range(count):
            remind()

    with prefect_test_harness(server_startup_timeout=PATIENCE):
        every(1)  # what is only done once
        start = _seconds(lambda: every(0), 3)
        pace = (_seconds(lambda: every(TRIED)) - start) / TRIED
        runs = max(TRIED, min(most, int(PATIENCE / pace)))
        due = (_seconds(lambda: every(runs)) - start) / runs
    print(f"(a flow run without task runs takes {start:.2f} s; it stands for the idle look)")
    return runs, Took(idle=1000 * start, due=1000 * due)


def taskwarrior(size: int) -> Took:
    """Pending tasks in its own data file."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="zeren-compare-") as folder:
        (Path(folder) / "taskrc").write_text(f"data.location={folder}\nconfirmation=off\nverbose=nothing\n", "utf-8")
        with open(Path(folder) / "pending.data", "w", encoding="utf-8") as file:
            for at in range(size):
                due = now + timedelta(days=-3 if at % 10 == 0 else 30)
                file.write(
                    f'[description:"第{at}项重点工作的内容" due:"{due.timestamp():.0f}" entry:"{now.timestamp():.0f}" '
                    f'project:"P{at % BRANCHES}" status:"pending" uuid:"{uuid.UUID(int=at + 1)}"]\n'
                )
        environ = {"TASKRC": f"{folder}/taskrc", "TASKDATA": folder}
        try:
            state, overdue = (_processor(["task", what], 1, **environ) for what in ("summary", "overdue"))
        except subprocess.TimeoutExpired as error:
            print(f"Taskwarrior: {' '.join(error.cmd)} on {size:,} tasks was not done after {PATIENCE} s; given up.")
            return Took()
    return Took(state=state, overdue=overdue)


if __name__ == "__main__":
    main([int(text.replace(",", "")) for text in sys.argv[1:]] or list(SIZES))
