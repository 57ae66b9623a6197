"""The schedule: a real server and runner, missed runs, kills, and nothing that leaves the host."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import free_port
from tests.prefect_seed import seeded, standing
from tests.test_flows import gone, zeren
from tests.world import World

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("serve")]

COMMAND = [sys.executable, "-m", "responsibility.cli", "serve"]


def until(true: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Wait until something is true, and give it back."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not true after {seconds} s")


@pytest.fixture(scope="module")
def office(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with one item assigned long ago, so that there is something to say."""
    with World(tmp_path_factory.mktemp("serve") / "office") as world:
        world.given(by="9月30日前")
    return seeded(world.root)


def started(root: Path) -> tuple[subprocess.Popen[str], str]:
    """`zeren serve` on a workspace, and the address of its run page."""
    process = subprocess.Popen(
        [*COMMAND, "--json", "-w", str(root)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    with process.stdout as out:
        said = json.loads(out.readline())
    return process, said["url"]


@pytest.fixture(scope="module")
def serving(office: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The office, served; tests that stop it start their own."""
    process, url = started(office)
    try:
        yield process, url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def ended() -> Iterator[list[subprocess.Popen[str]]]:
    """What is put in it does not outlive the test, however that ends."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def note(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "data" / "prefect" / "server.json").read_text())
    return found


def descendants(pid: int) -> list[int]:
    """Every process below this one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            child = int(stat.parent.name)
            found += [child, *descendants(child)]
    return found


def asked(root: Path, question: Callable[[Any], Any]) -> Any:
    """Ask the workspace's running server something."""
    from flows.server import prefect_server

    async def ask() -> Any:
        from prefect import get_client

        async with get_client() as client:
            return await question(client)

    with prefect_server(root):
        return asyncio.run(ask())


def scheduled(root: Path) -> list[Any]:
    """The runs that wait for their time."""

    async def read(client: Any) -> list[Any]:
        await client.read_flows()
        await client.read_work_pools()
        await client.read_automations()
        await client.read_deployments()
        found = await client.read_flow_runs()
        sweeps = {flow.id for flow in await client.read_flows() if flow.name == "sweep"}
        return [run for run in found if run.state.type.value == "SCHEDULED" and run.flow_id in sweeps]

    found: list[Any] = asked(root, read)
    return found


async def sweep_deployments(client: Any) -> list[Any]:
    return [one for one in await client.read_deployments() if one.name == "sweep"]


def test_scheduled_runs_appear_and_list_calls_answer(office: Path, serving: Any) -> None:
    """The guard against silent breakage: an SQLAlchemy that never schedules, a fastapi that answers lists with 422."""
    runs = until(lambda: len(found := scheduled(office)) >= 6 and found)
    times = {run.expected_start_time.astimezone(World.zone).strftime("%H:%M") for run in runs}
    assert times == {"08:30", "14:30"}


def test_one_off_commands_use_the_running_server(office: Path, serving: Any) -> None:
    _, url = serving
    before = note(office)
    done = zeren(office, "assign", "--json")
    assert done.returncode == 0, done.stderr
    assert note(office) == before
    assert url == before["url"].removesuffix("/api")


def test_two_terminals_and_the_schedule_at_once(office: Path, serving: Any) -> None:
    """Each waits for the other, nothing is told twice."""
    assert zeren(office, "assign", "--json").returncode == 0

    [deployment] = until(lambda: asked(office, sweep_deployments))
    run = asked(office, lambda client: client.create_flow_run_from_deployment(deployment.id))
    command = [sys.executable, "-m", "responsibility.cli", "remind", "--json", "-w", str(office)]
    terminals = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for terminal in terminals:
        _, err = terminal.communicate(timeout=120)
        assert terminal.returncode == 0, err
    until(lambda: asked(office, lambda client: client.read_flow_run(run.id)).state.is_completed())
    entries = json.loads(zeren(office, "log", "--json").stdout)["entries"]
    told = [entry["values"]["notices"] for entry in entries if entry["act"] == "sweep"]
    assert len(told) == 3
    assert sorted(told)[:2] == [0, 0]
    assert told[0] > 0


def test_starting_it_twice_is_refused_with_its_address(office: Path, serving: Any) -> None:
    second = zeren(office, "serve")
    assert second.returncode == 1
    assert "已经在运行" in second.stderr
    assert serving[1] in second.stderr


def test_children_that_die_are_started_again_and_a_stop_leaves_nothing(
    database: str, tmp_path: Path, ended: list[subprocess.Popen[str]]
) -> None:
    """Server killed: again at the same address. Runner killed: again. SIGTERM: a clean end. kill -9: all go along."""
    with World(tmp_path / "office") as world:
        seeded(world.root)
    process, url = started(world.root)
    ended.append(process)
    old = note(world.root)["pid"]
    os.kill(old, signal.SIGKILL)
    until(lambda: note(world.root)["pid"] != old)
    assert note(world.root)["url"].removesuffix("/api") == url
    until(lambda: len(scheduled(world.root)) >= 6)
    assert process.poll() is None
    assert "意外退出" in (world.root / "data" / "log" / "serve.log").read_text("utf-8")
    tree = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert all(gone(pid) for pid in tree)
    assert not (world.root / "data" / "prefect" / "server.json").exists()

    process, again = started(world.root)
    ended.append(process)
    assert again == url  # a bookmark keeps working
    tree = until(lambda: len(found := descendants(process.pid)) >= 2 and found)
    process.kill()
    process.wait()
    assert all(gone(pid) for pid in tree)
    assert zeren(world.root, "status").returncode == 0


@pytest.fixture(scope="module")
def resting(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An office with a server on which nothing runs."""
    with World(tmp_path_factory.mktemp("resting") / "office") as world, standing(seeded(world.root)):
        yield world


def test_missed_runs_collapse_into_one_and_dead_ones_are_marked(resting: World) -> None:
    """Power cut: eleven runs are late and one is recorded as running; one run makes good for all, nothing is stuck."""
    world = resting
    from flows.server import prefect_server

    async def story() -> tuple[tuple[int, int], list[str], int]:
        from prefect import get_client
        from prefect.client.schemas.filters import FlowRunFilter
        from prefect.states import Running, Scheduled

        from flows.deployments import deployments, make_good, register, settle
        from flows.escalate import scheduled_sweep

        catalogue = await deployments(world.workspace.settings)
        deployment, delivery = [await one.aapply() for one in catalogue]
        now = datetime.now(UTC)  # noqa: TID251 - Prefect's own clock decides what is late
        async with get_client() as client:
            for minutes in range(10, 20):
                state = Scheduled(scheduled_time=now - timedelta(minutes=minutes))
                await client.create_flow_run_from_deployment(deployment, state=state)
            late = Scheduled(scheduled_time=now - timedelta(minutes=30))
            await client.create_flow_run_from_deployment(delivery, state=late)
            stuck = await client.create_flow_run(scheduled_sweep, state=Running(), parameters={"root": "x"})
            settled = await settle(world.root, now)
            await register(catalogue)
            await make_good(settled)
            runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter())
        late = [r for r in runs if r.expected_start_time and r.expected_start_time < now - timedelta(minutes=1)]
        states = sorted(r.state.type.value for r in late if r.deployment_id)
        fresh = [r for r in runs if r.deployment_id and not r.auto_scheduled and r not in late]
        told = (settled.missed, settled.dead)
        return told, [*states, next(r.state.type.value for r in runs if r.id == stuck.id)], len(fresh)

    with prefect_server(world.root):
        told, states, fresh = asyncio.run(story())
    assert told == (10, 1)
    assert states == ["CANCELLED"] * 11 + ["CRASHED"]
    assert fresh == 1  # a sweep: what a delivery missed the next one does


def test_times_taken_out_of_the_schedule_are_forgotten(resting: World) -> None:
    """Prefect keeps schedules that a later catalogue no longer has; their runs would go on for ever."""
    world = resting
    from flows.server import prefect_server
    from responsibility.settings import load

    async def times() -> list[str]:
        from prefect import get_client

        from flows.deployments import deployments, register

        catalogue = await deployments(load(world.root, {}))
        await register(catalogue)
        async with get_client() as client:
            [deployment] = await sweep_deployments(client)
            return sorted(str(schedule.slug) for schedule in await client.read_deployment_schedules(deployment.id))

    with prefect_server(world.root):
        assert asyncio.run(times()) == ["sweep-0830", "sweep-1430"]
        path = world.root / "config" / "schedule.yaml"
        path.write_text(path.read_text("utf-8").replace('["08:30", "14:30"]', '["14:30", "16:00"]'), "utf-8")
        assert asyncio.run(times()) == ["sweep-1430", "sweep-1600"]


SPY = """
import os, sys
def hook(event, args):
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        told = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        told = args[0]
    else:
        return
    if isinstance(told, bytes):
        told = told.decode()
    if told not in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0", "::"):
        with open(os.environ["SPY_LOG"], "a") as out:
            out.write(f"{event} {told} {' '.join(sys.argv)[:80]}\\n")
sys.addaudithook(hook)
"""


def test_nothing_leaves_the_host(database: str, tmp_path: Path) -> None:
    """Every process of assign, remind and serve reports connections and look-ups that are not loopback: none."""
    with World(tmp_path / "office") as world:
        world.given(by="9月30日前")
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "sitecustomize.py").write_text(SPY)
    log = tmp_path / "spy.log"
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "spy"), "SPY_LOG": str(log)}
    environ = {key: value for key, value in environ.items() if not key.startswith(("PREFECT_", "DO_NOT_TRACK", "CI"))}

    def call(*argv: str) -> None:
        command = [sys.executable, "-m", "responsibility.cli", *argv, "-w", str(world.root)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    call("assign", "--now", "2023-09-11T09:00")  # with a server of its own
    process = subprocess.Popen([*COMMAND, "-w", str(world.root)], env=environ, stdout=subprocess.DEVNULL)
    runner = world.root / "data" / "log" / "runner.log"
    until(lambda: runner.exists() and "开始值守" in runner.read_text("utf-8"))
    call("remind", "--now", "2023-09-14T09:00")
    until(lambda: len(scheduled(world.root)) >= 6)
    process.terminate()
    assert process.wait(30) == 0
    assert not log.exists(), log.read_text()


def test_the_spy_sees_what_leaves(tmp_path: Path) -> None:
    """So that the test above can fail."""
    (tmp_path / "sitecustomize.py").write_text(SPY)
    log = tmp_path / "spy.log"
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "SPY_LOG": str(log)}
    script = "import socket\ntry: socket.getaddrinfo('example.invalid', 80)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", script], env=environ, check=True)
    assert "example.invalid" in log.read_text()


@pytest.mark.parametrize(
    ("database_url", "taken", "said"),
    [
        ("", True, "端口已被别的程序占用"),
        ("postgresql+asyncpg://nobody@127.0.0.1:1/prefect", False, "PREFECT_SERVER_DATABASE_CONNECTION_URL"),
    ],
)
def test_a_shared_server_that_cannot_start_says_why(office: Path, database_url: str, taken: bool, said: str) -> None:
    """And does not say before that it is there."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1] if taken else free_port()
        command = [sys.executable, "-m", "responsibility.cli", "server", "--port", str(port), "-w", str(office)]
        environ = {**os.environ, "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "服务已在" not in done.stdout


def test_the_unit_file_names_this_workspace(office: Path) -> None:
    unit = zeren(office, "serve", "--unit").stdout
    assert f'--workspace "{office}"' in unit
    assert f"WorkingDirectory={office}" in unit
    assert "[Service]" in unit
    assert "Restart=on-failure" in unit
