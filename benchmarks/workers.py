"""One sweep by 1, 2 and 4 workers of a Prefect work pool, and what becomes of it when something is killed.

    python benchmarks/workers.py [assignments]

A Prefect server, workers with a workspace each, and PostgreSQL, all real processes on this machine. Half of the
assignments are due. For each number of workers, one line: seconds from the start of the round to its end, notices a
second, the ratio to one process that sweeps in one go, how long a drain took to start, how many shards others did, and
what Prefect took before the round began, in all and for each shard.
Then with two workers: a worker killed mid-shard, the Prefect server killed, PostgreSQL killed. After each of them
the notices must be those of the one process, each once, and every message must have gone out once.

Where the system lets us, each worker has a network namespace with an address of its own, from which it reaches the
Prefect server and PostgreSQL. Prefect's own database is on PostgreSQL too where Debian's is installed (its migrations
need pg_trgm, which the wheel of the development group has not), else in SQLite.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from databases import bare, copy, drop, fresh, server
from laid import Position, lay_open, url_of
from measure import claim, line
from network import HERE, NETWORK, network
from office import ZONE, open_office

from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import Workspace, open_workspace

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.cluster import GATED, OWNERS, SHUT, Cluster, cluster, free_port, until

MEMBERS, SHARE = 20, 50
#: Branches, and clocks a shard; and what is killed sweeps a smaller office, in smaller shards.
WHOLE, KILLED, SMALL = (50, 5_000), (50, 500), 20_000
WIDTHS = (26, 9, 11, 9, 12, 11, 13, 11)
HEADER = ("workers", "round s", "notices/s", "ratio", "drain from s", "by others", "Prefect s", "a shard s")
#: Seconds of a lease, and to see that one has run out and do the shard.
LEASE, TAKING = 15, 10
LOCAL = "127.0.0.1"
ORDER = ("assignment_id", "clock", "arming", "rung", "recipient", "nth", "skipped")


@dataclass(frozen=True, slots=True)
class Done:
    """What one round took."""

    seconds: float
    run: float
    notices: int
    #: Seconds until the first shard was in other hands than the parent's, and the share of shards that were.
    first: float | None
    others: float
    shards: int

    @property
    def prefect(self) -> float:
        """Seconds between asking for the run and the beginning of the round: queue, process, imports, first state."""
        return self.run - self.seconds


def main(size: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zeren-workers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with network() as apart, databases(folder, HERE if apart else LOCAL) as (pg, prefect_url, restart):
            where = {"host": HERE, "within": apart.within} if apart and restart else {}
            print("each worker has a network of its own" if where else "all processes share one network")
            now = datetime.now(ZONE)
            for name, what, many, shape in (("large", Bench.scale, size, WHOLE), ("small", Bench.kills, SMALL, KILLED)):
                original = filled(folder / name / "office", pg, many, shape, now)
                with cluster(folder / name, folder / name / "office", original, prefect_url, **where) as machines:
                    what(Bench(machines, original, restart), now)


class Bench:
    """Rounds on copies of one office."""

    def __init__(self, machines: Cluster, original: str, restart: Callable[[], None] | None) -> None:
        self.machines, self.original, self.restart = machines, original, restart
        #: The sweep's run.
        self.run = ""
        #: What was in hand of a machine that was killed: its shards, and when it died.
        self.orphaned: tuple[list[int], datetime] | None = None

    def scale(self, now: datetime) -> None:
        """The same sweep in one go, and by 1, 2 and 4 workers."""
        line(HEADER, WIDTHS)
        alone = self._alone(now)
        seconds, notices = alone
        line(
            ("one process, in one go", f"{seconds:.1f}", f"{notices / seconds:,.0f}", "1.0", "-", "-", "-", "-"), WIDTHS
        )
        rates, prefect = {}, {}
        for count in (1, 2, 4):
            with self._copied():
                self._staff(count)
                done = self._round(told=False)
                rates[count], prefect[count] = done.notices / done.seconds, done.prefect / done.shards
                ratio = f"{done.seconds / seconds:.1f}"
                first = "-" if done.first is None else f"{done.first:.1f}"
                cells = (f"{done.seconds:.1f}", f"{rates[count]:,.0f}", ratio, first, f"{done.others:.0%}")
                more = (f"{done.prefect:.1f}", f"{prefect[count]:.2f}")
                line((f"{count} worker{'s' * (count > 1)}", *cells, *more), WIDTHS)
        claim(
            "sweep by 1 / 2 / 4 workers on one PostgreSQL, notices a second",
            " / ".join(f"{rate:,.0f}" for rate in rates.values()) + f" ({os.cpu_count()} cores for everything)",
            "the same notices as one process, none double",
            True,
        )
        claim(
            f"what Prefect takes of it, {done.shards} shards, 1 / 2 / 4 workers",
            " / ".join(f"{each:.2f}" for each in prefect.values()) + " s a shard",
            "",
        )

    def kills(self, now: datetime) -> None:
        """A worker, the Prefect server and PostgreSQL die in the middle of a round of two workers."""
        with bare(self.original) as raw:
            for statement in GATED:
                raw.execute(statement)
        kills: dict[str, Callable[[], None]] = {
            "machine of a drain killed mid-shard": lambda: self._kill_worker(parent=False),
            "machine of the parent killed mid-shard": lambda: self._kill_worker(parent=True),
            "Prefect server killed": self._kill_server,
        }
        if self.restart is not None:
            kills["PostgreSQL killed"] = self.restart
        for what, kill in kills.items():
            with self._copied():
                self._staff(2)
                done = self._round(kill)
                claim(what, f"everybody told {done.run:.0f} s after the start", "nothing lost, nothing double", True)
                self._claim_takeover(what)

    def _claim_takeover(self, what: str) -> None:
        """What was in the hands of the dead is done when its lease has run out, and whoever is left has time for it."""
        if self.orphaned is None:
            return
        shards, died = self.orphaned
        of = ", ".join(map(str, shards))
        entries = f"SELECT max(at) FROM ledger WHERE act = 'sweep.shard' AND (values->>'shard')::int IN ({of})"
        took = (self._ask(entries) - died).total_seconds()
        target = f"lease {LEASE} s and {TAKING} s for whoever is left to come to it"
        claim(f"{what}: its shard", f"done by another {took:.0f} s later", target, took <= LEASE + TAKING)
        self.orphaned = None

    def _round(self, kill: Callable[[], None] | None = None, *, told: bool = True) -> Done:
        """Run the sweep; while two have a shard in hand something is killed; all must be as if nothing had been.

        Not `told`: what becomes of the messages is not waited for.
        """
        start = time.monotonic()
        if kill is None:
            self.run = self.machines.run("sweep/sweep")
        else:
            url = self.machines.url.replace("+psycopg", "")
            with suppress(psycopg.OperationalError), psycopg.connect(url) as gate:
                gate.execute(SHUT)
                self.run = self.machines.run("sweep/sweep")
                until(lambda: len(self._owners()) > 1, 120, "nobody shares in it")
                kill()
        until(lambda: self._ask("SELECT count(*) FROM sweep_round WHERE closed_seq IS NOT NULL"), 400, "never ended")
        if told:
            self._wait_for_messages()
        took = time.monotonic() - start
        self._compare()
        return self._done(took)

    def _wait_for_messages(self) -> None:
        open_ = "SELECT count(*) FROM message WHERE status <> 'sent'"
        until(lambda: self._ask(open_) == 0 and self._ask("SELECT count(*) FROM message") > 0, 400, "not told")
        until(lambda: self.machines.state(self.run) == "COMPLETED", 400, "the run did not complete")

    def _done(self, took: float) -> Done:
        seconds = self._ask(
            "SELECT extract(epoch FROM (SELECT at FROM ledger WHERE act = 'sweep' ORDER BY seq DESC LIMIT 1) - as_of) "
            "FROM sweep_round"
        )
        owners = "SELECT owner FROM sweep_shard WHERE number = 1"
        others = self._ask(f"SELECT avg(CASE WHEN owner = ({owners}) THEN 0.0 ELSE 1.0 END) FROM sweep_shard")
        first = self._ask(
            "SELECT extract(epoch FROM min(l.at) - min(r.as_of)) FROM sweep_shard s, ledger l, sweep_round r "
            f"WHERE l.act = 'sweep.shard' AND (l.values->>'shard')::int = s.number AND s.owner <> ({owners})"
        )
        notices, shards = (self._ask(f"SELECT count(*) FROM {table}") for table in ("notice", "sweep_shard"))
        return Done(float(seconds), took, notices, first and float(first), float(others), shards)

    def _compare(self) -> None:
        """The notices are those that one process writes, as of the same instant on a copy of the same office."""
        as_of = self._ask("SELECT as_of FROM sweep_round")
        found = proof(self.machines.url)
        messages = self._ask("SELECT count(*) FROM message WHERE kind = 'digest'")
        twice = (
            "SELECT count(*) FROM (SELECT kind, person, channel FROM message GROUP BY 1, 2, 3 HAVING count(*) > 1) t"
        )
        assert self._ask(twice) == 0
        other = copy(self.original)
        workspace = self._office(other)
        swept = sweep(workspace, as_of)
        workspace.engine.dispose()
        assert proof(other) == found, "other notices than one process writes"
        assert swept.messages == messages, (swept.messages, messages)
        drop(other)

    def _alone(self, now: datetime) -> tuple[float, int]:
        other = copy(self.original)
        workspace = self._office(other)
        start = time.perf_counter()
        swept = sweep(workspace, now)
        seconds = time.perf_counter() - start
        workspace.engine.dispose()
        drop(other)
        return seconds, swept.told + swept.skipped

    def _office(self, url: str) -> Workspace:
        return open_workspace(self.machines.home, {**os.environ, "ZEREN_DATABASE_URL": url})

    @contextmanager
    def _copied(self) -> Iterator[None]:
        self.machines.url = copy(self.original)
        try:
            yield
        finally:
            self.machines.clear()
            drop(self.machines.url)

    def _staff(self, count: int) -> None:
        names = {f"m{at}-{time.monotonic_ns()}" for at in range(count)}
        for name in names:
            self.machines.start_worker(name)
        until(lambda: self.machines.online() == names, 90, "workers are not online")

    def _kill_worker(self, *, parent: bool) -> None:
        """The machine that has a shard in hand, by the run that began the round or by one that helps."""
        owner = next(one for one in self._owners() if self.machines.helps(one) is not parent)
        with bare(self.machines.url) as raw:
            held = "SELECT number FROM sweep_shard WHERE status = 'leased' AND owner = :owner"
            shards = [row[0] for row in raw.execute(held, {"owner": owner})]
        self.machines.kill_worker(owner.split()[0])
        self.orphaned = shards, datetime.now(UTC)

    def _owners(self) -> list[str]:
        return str(self._ask(f"SELECT coalesce(string_agg(owner, '|'), '') FROM ({OWNERS}) t") or "").split("|")

    def _kill_server(self) -> None:
        self.machines.kill_server()
        time.sleep(5)
        self.machines.start_server()

    def _ask(self, query: str) -> Any:
        try:
            with bare(self.machines.url) as raw:
                return raw.execute(query).fetchone()[0]
        except psycopg.OperationalError:
            return 0


def filled(root: Path, pg: str, size: int, shape: tuple[int, int], now: datetime) -> str:
    """A database with an office of so many assignments, half of them due at the rungs of the days before."""
    root.parent.mkdir()
    branches, shard = shape
    workspace = open_office(root, now - timedelta(days=61), branches, MEMBERS, fresh(pg))
    due = [
        Position((at := now - timedelta(days=days)).date(), at, -1, now - timedelta(hours=1)) for days in range(1, 15)
    ]
    lay_open(workspace, size, now - timedelta(days=1), due, SHARE)
    schedule = root / "config" / "schedule.yaml"
    text = schedule.read_text("utf-8").replace("due: 20000, lease: 60", f"due: {shard}, lease: {LEASE}")
    schedule.write_text(text, "utf-8")
    channels = root / "config" / "channels.yaml"
    channels.write_text(channels.read_text("utf-8").replace("use: [console]", "use: [file]"), "utf-8")
    url = url_of(workspace)
    workspace.engine.dispose()
    return url


def proof(url: str) -> str:
    """A digest over every notice, in an order of its own."""
    columns = ", ".join(ORDER)
    sha = hashlib.sha256()
    with bare(url) as raw:
        for row in raw.execute(f"SELECT {columns} FROM notice ORDER BY {columns}"):
            sha.update(repr(tuple(row)).encode())
    return sha.hexdigest()


@contextmanager
def databases(folder: Path, host: str) -> Iterator[tuple[str, str, Callable[[], None] | None]]:
    """(where our databases are made, Prefect's own, a way to kill the server and start it again), all at `host`."""
    home = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
    if home is None or not (Path("/usr/share/postgresql") / home.parent.name / "extension/pg_trgm.control").exists():
        print("no PostgreSQL with pg_trgm on this machine: Prefect's own database is SQLite, and is not killed")
        with server(folder, postgres=True) as pg:
            yield pg, "", None
        return
    data, port = folder / "pg", free_port()
    data.mkdir()
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        subprocess.run(["chown", "postgres", str(data)], check=True)

    def run(*command: str) -> None:
        subprocess.run([*as_user, str(home / command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start() -> None:
        options = f"-p {port} -k {data} -c listen_addresses={host} -c max_connections=200"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")

    def restart() -> None:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        time.sleep(3)
        start()

    run("initdb", "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK} trust\n")
    start()
    try:
        address = f"postgres@{host}:{port}"
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as raw:
            raw.execute("CREATE DATABASE prefect")
        yield f"postgresql+psycopg://{address}/postgres", f"postgresql+asyncpg://{address}/prefect", restart
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 500_000)
