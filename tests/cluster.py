"""Several machines on this one: a Prefect server, workers with a workspace each, one PostgreSQL, all real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AUTH = "office:8c1f2a"
#: While somebody holds this lock of PostgreSQL no shard is finished, where GATED was done.
GATE = 77
GATED = (
    f"CREATE FUNCTION gated() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$",
    "CREATE TRIGGER gated BEFORE UPDATE ON sweep_shard FOR EACH ROW WHEN (NEW.status = 'done') "
    "EXECUTE FUNCTION gated()",
)
SHUT = f"SELECT pg_advisory_xact_lock({GATE})"
#: Who has shards in hand.
OWNERS = "SELECT DISTINCT owner FROM sweep_shard WHERE status = 'leased'"


@dataclass
class Cluster:
    """The processes, and how to start, kill and ask them."""

    folder: Path
    #: The workspace every machine has a copy of, without its database.
    home: Path
    url: str
    #: Where Prefect keeps its runs; empty: its own SQLite file.
    prefect_url: str = ""
    port: int = 0
    #: Where the server listens, and what the commands of a machine that has a network of its own are put behind.
    host: str = "127.0.0.1"
    within: Callable[[str], Sequence[str]] = lambda _: ()
    server: subprocess.Popen[bytes] | None = None
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"http://{self.host}:{self.port}/api"

    def environ(self, home: Path) -> dict[str, str]:
        """What a command on one of the machines is told."""
        told = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "ZEREN_"))}
        return told | {
            "ZEREN_DATABASE_URL": self.url,
            "ZEREN_HOME": str(home),
            "PREFECT_API_URL": self.api,
            "PREFECT_API_AUTH_STRING": AUTH,
            "PREFECT_SERVER_API_AUTH_STRING": AUTH,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.prefect_url,
        }

    def start_server(self) -> None:
        """Start the Prefect server, on the same port every time, and wait until it answers."""
        self.port = self.port or free_port()
        self.server = self._spawn("server", self.home, "server", "--host", self.host, "--port", str(self.port))
        until(lambda: self._answers(), 90, "no Prefect server")

    def start_worker(self, name: str) -> None:
        """A machine of that name with a workspace of its own."""
        home = self.folder / name
        if not home.exists():
            home.mkdir()
            (home / "data").mkdir(mode=0o700)
            shutil.copytree(self.home / "config", home / "config")
        self.workers[name] = self._spawn(name, home, "worker", "--name", name, "--limit", "1", within=self.within(name))

    def zeren(self, *arguments: str) -> str:
        """What a command says on the first machine."""
        command = [sys.executable, "-m", "responsibility.cli", *arguments]
        done = subprocess.run(command, cwd=self.home, env=self.environ(self.home), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """What the Prefect API answers."""
        headers = {"Content-Type": "application/json", "Authorization": "Basic " + b64encode(AUTH.encode()).decode()}
        data = json.dumps({} if body is None else body).encode() if method == "POST" else None
        request = urllib.request.Request(self.api + path, data, headers, method=method)
        for _ in range(20):  # a busy server asks to come again
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return json.loads(answer.read() or b"null")
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.5)
        raise TimeoutError(path)

    def online(self) -> set[str]:
        """The workers the server has heard of lately."""
        with suppress(OSError):
            return {one["name"] for one in self.ask("/work_pools/zeren/workers/filter") if one["status"] == "ONLINE"}
        return set()

    def run(self, deployment: str) -> str:
        """Start a run; its id."""
        found = self.ask(f"/deployments/name/{deployment}", method="GET")
        return str(self.ask(f"/deployments/{found['id']}/create_flow_run", {})["id"])

    def state(self, run: str) -> str:
        """The type of a run's state; empty while nobody answers."""
        with suppress(OSError):
            return str(self.ask(f"/flow_runs/{run}", method="GET")["state_type"])
        return ""

    def states(self, run: str) -> list[str]:
        """The names of all states a run has been in."""
        return [str(one["name"]) for one in self.ask(f"/flow_run_states/?flow_run_id={run}", method="GET")]

    def set_state(self, run: str, state: str, name: str | None = None) -> None:
        """Say of a run what whoever has it in hand would say."""
        self.ask(f"/flow_runs/{run}/set_state", {"state": {"type": state, "name": name}, "force": state == "CANCELLED"})

    def helps(self, owner: str) -> bool:
        """Whether who has a shard in hand is a drain that was called, and not the run that began the round."""
        run = owner.split()[1].partition(".")[0]
        return str(self.ask(f"/flow_runs/{run}", method="GET")["name"]).startswith("分担巡查")

    def kill_worker(self, name: str) -> None:
        """The machine is gone: its worker and every run on it, without a word."""
        worker = self.workers.pop(name)
        for pid in [*_children(worker.pid), worker.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        worker.wait()

    def kill_server(self) -> None:
        """The Prefect server is gone without a word."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def leave(self) -> None:
        """Every machine with a worker is gone."""
        for name in list(self.workers):
            self.kill_worker(name)

    def clear(self) -> None:
        """Every machine is gone and forgotten, and so is what its runs left to be done."""
        self.leave()
        for name in self.online():
            self.ask(f"/work_pools/zeren/workers/{name}", method="DELETE")
        open_ = {"state": {"type": {"any_": ["RUNNING", "PENDING", "SCHEDULED"]}}}
        for run in self.ask("/flow_runs/filter", {"flow_runs": open_, "limit": 200}):
            if not run["auto_scheduled"]:
                self.set_state(run["id"], "CANCELLED")

    def stop(self) -> None:
        """End everything."""
        self.leave()
        if self.server is not None:
            self.kill_server()

    def _spawn(self, name: str, home: Path, *arguments: str, within: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [*within, sys.executable, "-m", "responsibility.cli", *arguments, "--workspace", str(home)]
            return subprocess.Popen(
                command, env=self.environ(home), stdout=log, stderr=log, start_new_session=True, cwd=home
            )

    def _answers(self) -> bool:
        assert self.server is not None
        assert self.server.poll() is None, (self.folder / "server.log").read_text()
        with suppress(OSError), urllib.request.urlopen(f"{self.api}/health", timeout=2) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def cluster(folder: Path, home: Path, url: str, prefect_url: str = "", **network: Any) -> Iterator[Cluster]:
    """A Prefect server with the catalogue registered, no worker yet; everything is ended at the end."""
    machines = Cluster(folder, home, url, prefect_url, **network)
    try:
        machines.start_server()
        machines.zeren("deploy")
        yield machines
    finally:
        machines.stop()


def until(true: Callable[[], Any], seconds: float, otherwise: str) -> Any:
    """Wait for something to become true, and what it is then."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, otherwise
        time.sleep(0.1)
    return found


def _children(pid: int) -> list[int]:
    """Every process below one, whatever session it is in."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, wait = [], [pid]
    while wait:
        wait += (more := below.get(wait.pop(), []))
        found += more
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
