"""The flows against a real Prefect server: nested as the chain is, idempotent, and whole again after a crash."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from responsibility.usecases.remind import sweep
from responsibility.usecases.rounds import open_round, sweep_shard
from tests.prefect_seed import seeded, standing
from tests.world import World

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("flows")]

TIERS = ["党委", "党委书记", "分管领导", "领导小组办公室", "党支部/责任单位", "党员"]


def zeren(root: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """One command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "responsibility.cli", *argv, "--workspace", str(root)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )


@pytest.fixture(scope="module")
def office(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with one list for everybody, not yet assigned, and a server that stands."""
    with World(tmp_path_factory.mktemp("flows") / "office") as world:
        world.list(
            {"title": "全体学习", "lead": "各党支部", "support": "全体党员", "by": "9月15日前"},
            {"title": "甲的事", "lead": "甲支部", "by": "9月30日前"},
        )
    with standing(seeded(world.root)) as root:
        yield root


@pytest.fixture(scope="module")
def assigned(office: Path) -> dict[str, Any]:
    """The list laid by the flow, from the command line."""
    done = zeren(office, "assign", "--now", "2023-09-11T09:00", "--json")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def swept(office: Path, assigned: dict[str, Any]) -> dict[str, Any]:
    """One sweep by the flow, from the command line."""
    done = zeren(office, "remind", "--now", "2023-09-18T08:30", "--json")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def runs(root: Path) -> tuple[list[Any], list[Any], dict[Any, Any]]:
    """The flow runs and artifacts that can be looked at later, and each run's parent."""
    from flows.server import prefect_server

    async def read() -> tuple[list[Any], list[Any], dict[Any, Any]]:
        from prefect import get_client

        async with get_client() as client:
            found = await client.read_flow_runs()
            artifacts = await client.read_artifacts()
            tasks = {task.id: task.flow_run_id for task in await client.read_task_runs()}
        parents = {run.id: tasks.get(run.parent_task_run_id) for run in found}
        return found, artifacts, parents

    with prefect_server(root):
        return asyncio.run(read())


def test_the_cascade_lays_every_tier(assigned: dict[str, Any]) -> None:
    assert assigned["assignments"] == (1 + 1 + 2 + 1 + 2 + 5) + 5
    assert [tier["name"] for tier in assigned["tiers"]] == TIERS


def test_the_run_page_shows_the_chain(office: Path, swept: dict[str, Any]) -> None:
    found, artifacts, parents = runs(office)
    assert {run.state.type.value for run in found} == {"COMPLETED"}
    names = {run.id: run.name for run in found}
    at = next(run.id for run in found if run.name == "党员 ← L1")
    line = []
    while at is not None:
        line.append(names[at])
        at = parents[at]
    assert line == [f"{tier} ← L1" for tier in reversed(TIERS)] + ["交办 L1"]
    assert {"laid-on-committee", "laid-on-member", "told-branch", "sweep"} <= {a.key for a in artifacts}
    # Another test lays the list again on the same server, in any order: its artifact says that nothing was new.
    members = [json.loads(artifact.data) for artifact in artifacts if artifact.key == "laid-on-member"]
    assert any(row["名称"] == "甲支部党员一" for table in members for row in table)


def test_a_sweep_by_the_flow_says_who_was_told(swept: dict[str, Any]) -> None:
    assert swept["sent"] == swept["messages"] > 0
    told = {(n["to"]["title"], n["rung_name"]) for n in swept["notices"]}
    assert ("甲支部书记", "到期催办") in told
    assert ("办公室主任", "到期催办") in told


def test_running_both_again_adds_nothing(office: Path, swept: dict[str, Any]) -> None:
    again = json.loads(zeren(office, "assign", "--now", "2023-09-18T09:00", "--json").stdout)
    assert again["assignments"] == 0
    once_more = json.loads(zeren(office, "remind", "--now", "2023-09-18T09:00", "--json").stdout)
    assert (once_more["notices"], once_more["messages"]) == ([], 0)


#: What the schedule runs, twice.
TWO_SCHEDULED = """
import asyncio, sys
from pathlib import Path
from flows.escalate import scheduled_sweep
from flows.server import prefect_server
with prefect_server(Path(sys.argv[1])):
    for _ in range(2):
        asyncio.run(scheduled_sweep(sys.argv[1]))
"""


def test_the_scheduled_run_lays_what_has_begun_before_it_sweeps(database: str, tmp_path: Path) -> None:
    """A plain `remind` lays nothing and says what waits; the schedule lays it, and the run page shows it."""
    with World(tmp_path / "office") as world:
        world.given(title="年度报告", by="每年12月31日前")
    with standing(seeded(world.root)):
        said = zeren(world.root, "remind", "--now", "2024-01-09T09:00")
        assert said.returncode == 0, said.stderr
        assert "循环事项到了新一期，还没有交办：L1-01。交办：zeren assign" in said.stdout
        assert laid(world) == 5
        done = subprocess.run([sys.executable, "-c", TWO_SCHEDULED, str(world.root)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert laid(world) == 10  # this year's, and once only; what passed meanwhile was never asked for
        acts = [act for (act,) in world.rows("SELECT act FROM ledger WHERE act <> 'deliver' ORDER BY seq")]
        assert acts[-8:] == ["sweep", *["issue"] * 5, "sweep", "sweep"]
        _, artifacts, _ = runs(world.root)
    [shown] = [artifact for artifact in artifacts if artifact.key == "new-periods"]
    assert shown.description == "清单 L1：新交办 1 期、5 项任务"


def test_killed_half_way_it_is_whole_after_the_next_run(database: str, tmp_path: Path) -> None:
    """A kill -9 while tiers are being laid: the server goes with its parent, and the next run lays the rest once."""
    with World(tmp_path / "office") as world:
        world.list(
            *({"title": f"学习{n}", "lead": "各党支部", "support": "全体党员", "by": "9月15日前"} for n in range(40))
        )
    seeded(world.root)
    command = [sys.executable, "-m", "responsibility.cli", "assign", "--now", "2023-09-11T09:00", "-w", str(world.root)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not 0 < laid(world) < 480 and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    server = json.loads((world.root / "data" / "prefect" / "server.json").read_text())["pid"]
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert 0 < laid(world) < 480
    assert gone(server)
    again = zeren(world.root, "assign", "--now", "2023-09-11T09:10", "--json")
    assert again.returncode == 0, again.stderr
    assert laid(world) == 480
    assert world.rows("SELECT count(DISTINCT code) FROM assignment")[0][0] == 480
    assert world.rows("SELECT count(*) FROM clock WHERE clock = 'sign'")[0][0] == 40 * 7
    assert zeren(world.root, "log", "verify").returncode == 0


@pytest.mark.postgres("rounds are shared out there only")
def test_a_round_that_workers_left_is_finished_by_a_plain_remind(database: str, tmp_path: Path) -> None:
    """Its machines are gone; what they told becomes messages with what they did not come to."""
    with World(tmp_path / "office") as world:
        world.configure("schedule.yaml", "shards: {due: 20000", "shards: {due: 1")
        world.list({"title": "学习研讨", "lead": "甲支部、乙支部", "by": "9月28日前"})
        world.assign()
        world.to("2023-10-08")
        expected = sweep(world.workspace, world.now, dry_run=True)
        begun = open_round(world.workspace, world.now)
        assert begun is not None
        assert begun.shards > 1
        assert sweep_shard(world.workspace, begun.seq, "gone", world.now) is not None
        seeded(world.root)
        done = zeren(world.root, "remind", "--now", "2023-10-08T09:30", "--json")
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert said["messages"] == expected.messages > 0
        assert len(said["notices"]) == len(expected.notices)
        assert world.rows("SELECT DISTINCT status FROM sweep_shard") == [("done",)]
        assert world.rows("SELECT count(*) FROM sweep_round WHERE closed_seq IS NULL") == [(0,)]
        assert world.rows("SELECT count(*) FROM message") == [(expected.messages,)]


def laid(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM assignment")[0][0])


def gone(pid: int) -> bool:
    """Whether the process has ended, given ten seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_a_scheduled_sweep_does_not_run_before_its_time() -> None:
    """Prefect starts a run up to a second early; what falls due at 08:30 is missed as of 08:29:59."""
    from flows.escalate import wait_for

    scheduled = datetime(2023, 9, 14, 8, 30, tzinfo=World.zone)
    began = time.monotonic()
    asyncio.run(wait_for(scheduled, scheduled - timedelta(seconds=0.3)))
    assert time.monotonic() - began >= 0.3
    asyncio.run(wait_for(scheduled, scheduled + timedelta(days=1)))  # one that is late runs at once
    assert time.monotonic() - began < 60


def test_two_commands_at_once_wait_for_each_other(database: str, tmp_path: Path) -> None:
    """The second says that it waits, and then finds nothing left to do."""
    with World(tmp_path / "office") as world:
        world.given(by="9月30日前")
    with world.workspace.alone(lambda text: None):
        second = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "responsibility.cli",
                "sign",
                "L1-01.A",
                "--now",
                "2023-09-12",
                "-w",
                str(world.root),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        assert "另一个 zeren 命令" in second.stderr.readline()
        assert second.poll() is None
    out, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert "已交办 → 已签收" in out


def test_the_time_of_a_command_is_taken_when_the_waiting_is_over(database: str, tmp_path: Path) -> None:
    """What the other one did meanwhile is not after the now of the one that waited."""
    from responsibility.usecases import verbs

    with World(tmp_path / "office") as world:
        world.given(lead="甲支部", support="乙支部", by="9月30日前")
    command = [sys.executable, "-m", "responsibility.cli", "sign", "L1-01.A", "-w", str(world.root)]
    with world.workspace.alone(lambda text: None):
        second = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        assert "另一个 zeren 命令" in second.stderr.readline()
        now = datetime.now(UTC)  # noqa: TID251 - the command reads the same clock
        verbs.sign(world.workspace, "L1-01.B", now)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert "已交办 → 已签收" in out
