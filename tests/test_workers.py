"""Several machines share one sweep through a real Prefect server, and one of them dies in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest

from responsibility.usecases.record import verify
from tests.cluster import GATED, OWNERS, SHUT, Cluster, cluster, until
from tests.prefect_seed import seeded
from tests.world import World

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("workers"), pytest.mark.postgres("several machines")]

#: `zeren deploy`, with automations that wait the least Prefect allows.
IMPATIENT = """
from datetime import timedelta
import flows.pool
from responsibility.cli.app import run
flows.pool.LOST = timedelta(seconds=10)
raise SystemExit(run(["deploy"]))
"""


@pytest.fixture(scope="module")
def office(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office on PostgreSQL in which everything is late: two shards, on a channel that needs nobody."""
    with World(tmp_path_factory.mktemp("workers") / "office") as world:
        world.configure("schedule.yaml", "due: 20000, lease: 60", "due: 1, lease: 10")
        world.configure("channels.yaml", "use: [console]", "use: [file]")
        world.list(*({"title": f"第{n}件", "lead": "甲支部、乙支部", "by": "9月30日前"} for n in range(4)))
        world.assign()
        with world.workspace.engine.begin() as connection:
            for statement in GATED:
                connection.exec_driver_sql(statement)
        yield world


@pytest.fixture(scope="module")
def machines(office: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server that no machine has come to yet."""
    url = office.workspace.settings.database_url
    with cluster(tmp_path_factory.mktemp("machines"), seeded(office.root), url) as machines:
        yield machines


def test_two_machines_share_a_sweep_and_the_one_left_finishes_it(office: World, machines: Cluster) -> None:
    machines.zeren("deploy")
    for name in ("东院", "西院"):
        machines.start_worker(name)
    until(lambda: machines.online() >= {"东院", "西院"}, 90, "nobody is online")
    with office.workspace.engine.connect() as gate:
        gate.exec_driver_sql(SHUT)
        run = machines.run("sweep/sweep")
        owners = until(lambda: both(office), 120, "nobody shared in it")
        helper = next(filter(machines.helps, owners))
        machines.kill_worker(helper.split()[0])
    until(lambda: office.rows("SELECT 1 FROM sweep_round WHERE closed_seq IS NOT NULL"), 120, "the round never ended")
    until(lambda: machines.state(run) == "COMPLETED", 120, "the run never ended")
    assert office.rows("SELECT DISTINCT status FROM sweep_shard") == [("done",)]
    assert helper not in [row[0] for row in office.rows("SELECT owner FROM sweep_shard")]
    assert verify(office.workspace)[1] == []
    twice = "SELECT 1 FROM notice GROUP BY assignment_id, clock, arming, rung, recipient HAVING count(*) > 1"
    assert office.rows(twice) == []
    assert len(office.rows("SELECT DISTINCT unit FROM notice JOIN assignment ON assignment.id = assignment_id")) == 2
    assert office.rows("SELECT DISTINCT status FROM message") == [("sent",)]
    assert office.rows("SELECT kind, person FROM message GROUP BY kind, person HAVING count(*) > 1") == []


def test_a_run_that_never_gave_a_sign_of_life_starts_again(machines: Cluster) -> None:
    """Its machine vanished when it had just taken it, was starting its process, or had just begun.

    Prefect's own database is SQLite here. Where two of its writes meet, its server acts once more or forgets what it
    heard; so what comes after is not looked at, and who was not missed is given another run.
    """
    machines.leave()
    subprocess.run(
        [sys.executable, "-c", IMPATIENT], cwd=machines.home, env=machines.environ(machines.home), check=True
    )
    taken, starting, running = ("PENDING", None), ("PENDING", "Submitting"), ("RUNNING", None)
    lives = [[taken], [taken, starting], [taken, starting, running], [taken, ("RUNNING", "Retrying")]]
    for _ in range(3):
        began = {machines.run("sweep/sweep"): life for life in lives}
        for run, life in began.items():
            for state, name in life:
                machines.set_state(run, state, name)
        with suppress(AssertionError):
            until(lambda: all(brought_back(machines, run) for run in began), 40, "somebody was not missed")  # noqa: B023
        lives = [life for run, life in began.items() if not brought_back(machines, run)]
        for run in began:
            machines.set_state(run, "CANCELLED")
        if not lives:
            break
    assert lives == []


def test_a_pool_nobody_registered_is_no_place_to_wait_for_work(machines: Cluster) -> None:
    command = [sys.executable, "-m", "responsibility.cli", "worker", "--pool", "zern"]
    done = subprocess.run(
        command, cwd=machines.home, env=machines.environ(machines.home), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "没有工作池 zern" in done.stderr
    assert "zeren deploy" in done.stderr


def test_a_worker_in_the_background_of_a_shell_ends_when_told_to(machines: Cluster) -> None:
    """There the interrupt that Prefect ends by is ignored from the start."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        machines.start_worker("南院")
    finally:
        signal.signal(signal.SIGINT, before)
    until(lambda: "南院" in machines.online(), 60, "nobody is online")
    machines.workers["南院"].terminate()
    machines.workers["南院"].wait(30)
    del machines.workers["南院"]


def brought_back(machines: Cluster, run: str) -> bool:
    """Whether a run was called lost and put on again, whatever became of it then."""
    return ("Crashed", "AwaitingRetry") in pairwise(machines.states(run))


def both(office: World) -> list[str]:
    """Who has the shards in hand, once two runs do."""
    owners = [row[0] for row in office.rows(OWNERS)]
    return owners if len(owners) == 2 else []
