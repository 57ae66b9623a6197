"""`zeren demo`: a month of the office's life on the bundled sample, in a folder of its own."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import count
from pathlib import Path
from shutil import which
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from responsibility.cli.common import Output
from responsibility.cli.start import SAMPLE_ISSUED_ON, import_sample
from responsibility.core.errors import WorkspaceError
from responsibility.core.summary import Climbed

#: Sweeps on days when rungs fall due.
SWEEPS = tuple(
    date.fromisoformat(day)
    for day in (
        "2023-09-14",
        "2023-09-15",
        "2023-09-19",
        "2023-09-22",
        "2023-09-26",
        "2023-10-07",
        "2023-10-09",
        "2023-10-13",
        "2023-10-18",
        "2023-10-25",
        "2023-10-27",
    )
)
SWEPT_AT = time(8, 30)


def demo(
    directory: Annotated[Path | None, Parameter(help="放在哪个新目录；默认当前目录下的 zeren-demo")] = None,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="只输出一份 JSON")] = False,
) -> None:
    """Run the main job on the bundled office."""
    root = _fresh(directory)
    out = Output(json)
    with out.working("准备") as show:
        steps = count(1)
        workspace = live_a_month(root, lambda what: show(what, next(steps), len(SWEEPS) + 4))
    _report(out, workspace)


def _fresh(directory: Path | None) -> Path:
    """A folder that is not there yet, or is empty; never somebody's workspace."""
    if directory is not None:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise WorkspaceError(f"{directory.absolute()} 已有内容，没有改动", "换一个新目录：zeren demo 目录")
        return directory.absolute()
    here = Path.cwd()
    names = ["zeren-demo", *(f"zeren-demo-{n}" for n in range(2, 1000))]
    return next(here / name for name in names if not (here / name).exists())


def live_a_month(root: Path, step: Callable[[str], None]) -> Any:
    """Everything from an empty folder to the last sweep; `step` is told what is going on. Returns the workspace."""
    from responsibility.settings import bundled, load
    from responsibility.usecases.workspace import create, open_workspace

    step("建工作区，导入组织和清单")
    zone = load(bundled("config").parent, os.environ).zone
    start = datetime.combine(SAMPLE_ISSUED_ON, time(8), zone)
    workspace = create(root, os.environ, start)
    _messages_to_files(root)
    workspace = open_workspace(root, os.environ)
    import_sample(workspace, start)
    step("启动 Prefect（第一次要建它自己的库）")
    from flows.server import prefect_server

    with prefect_server(root):
        from flows import cascade, escalate
        from responsibility.usecases.assign import lists_to_assign

        step("逐级交办")
        cascade.run(root, lists_to_assign(workspace), start.replace(hour=9))
        script = Script(workspace)
        for day in SWEEPS:
            script.until(day)
            step(f"{day} 巡查")
            escalate.run(root, datetime.combine(day, SWEPT_AT, zone), "stdout")
        step("收尾")
    return workspace


def _messages_to_files(root: Path) -> None:
    """The demo's messages become files, so that the screen stays free for the story."""
    path = root / "config" / "channels.yaml"
    path.write_text(path.read_text("utf-8").replace("use: [console]", "use: [file]", 1), "utf-8")


#: How a branch works: working days after issue to sign, working days before the due date to submit; None: never.
STYLES: dict[str, tuple[int | None, int | None]] = {
    "Z01": (1, 5),
    "Z02": (1, 3),
    "Z03": (2, 2),
    "Z04": (2, 4),
    "Z05": (3, 0),
    "Z06": (4, -4),
    "Z07": (8, None),
    "Z08": (None, None),
}
#: Groups, task force and office sign at once and submit the day before.
OTHERS = (1, 1)

Act = Callable[[datetime], object]


class Script:
    """What people do in the month: diligent branches, slow ones, and one that does nothing."""

    def __init__(self, workspace: Any) -> None:
        from responsibility.usecases.history import duties

        acts = [act for at, duty in enumerate(duties(workspace)) for act in _plan(workspace, at, duty)]
        self._acts = sorted(enumerate(acts), key=lambda pair: (pair[1][0], pair[0]))

    def until(self, day: date) -> None:
        """Do everything planned before that day's sweep."""
        while self._acts and self._acts[0][1][0].date() < day:
            _, (when, act) = self._acts.pop(0)
            act(when)


def _plan(workspace: Any, at: int, duty: Any) -> Iterator[tuple[datetime, Act]]:
    """One duty's month: signed, reported, submitted, then closed by the office the next working day (or sent back)."""
    from responsibility.usecases import verbs

    calendar, zone = workspace.settings.calendar, workspace.settings.zone
    signs_after, submits_before = STYLES.get(duty.unit, OTHERS)
    if signs_after is None:
        return
    signed = calendar.shift(SAMPLE_ISSUED_ON, signs_after)
    yield _at(signed, 10, zone), lambda when: verbs.sign(workspace, duty.code, when)
    if submits_before is None or duty.due_on is None or not duty.works:
        return
    done = max(calendar.shift(duty.due_on, -submits_before), calendar.shift(signed, 1))
    seen = calendar.shift(done, 1)
    if duty.post is None:  # units report on the way; members submit when they are done
        yield _at(done, 11, zone), lambda when: verbs.report(workspace, duty.code, when, percent=90, text="按计划推进")
    yield _at(done, 15, zone), lambda when: verbs.submit(workspace, duty.code, when, text="已办完，材料已报送")
    if at % 17 == 5:
        yield _at(seen, 9, zone), lambda when: verbs.send_back(workspace, duty.code, when, reason="请补会议记录")
    elif at % 11 != 3:
        yield _at(seen, 16, zone), lambda when: verbs.close(workspace, duty.code, when)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone)


def _report(out: Output, workspace: Any) -> None:
    from responsibility.usecases.history import climbed
    from responsibility.usecases.status import By, show, status
    from responsibility.views import machine, terminal

    now = datetime.combine(SWEEPS[-1], time(9), workspace.settings.zone)
    summary = status(workspace, now, By.TIER)
    ladder = climbed(workspace)
    view = show(workspace, _highest(ladder), now)
    root = str(workspace.root)
    zeren = "zeren" if which("zeren") else sys.argv[0]
    after = f"{zeren} status --by unit --as-of {SWEEPS[-1]} --workspace {root}"
    out.show(
        lambda: {
            "workspace": root,
            "status": machine.status(summary, now, 10),
            **machine.item(view),
            "ladder": machine.ladder(ladder),
        },
        lambda: terminal.demo(summary, now, view, ladder),
    )
    out.done(f"\n每份消息都在 {root}/data/outbox/\n接着看：{after}\n工作区：{root}")


def _highest(ladder: Sequence[Climbed]) -> str:
    """The item that shows the ladder best: the most rungs climbed, then the fewest people told."""
    rungs: dict[str, set[str]] = {}
    steps: Counter[str] = Counter()
    for step in ladder:
        if step.clock == "finish":
            rungs.setdefault(step.item, set()).add(step.rung)
            steps[step.item] += 1
    return min(rungs, key=lambda item: (-len(rungs[item]), steps[item], item))
