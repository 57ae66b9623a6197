"""kill -9 at any moment of importing, assigning, sweeping, acting and migrating: the same command again mends it all.

The work runs in forked children; each is killed at a statement, at a commit (just before, just after) or at an instant
drawn over the undisturbed duration. ZEREN_KILLS sets how many kills there are in all.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from responsibility.core.errors import ResponsibilityError, Severity
from responsibility.store import migrate, rows
from responsibility.store.engine import open_engine, writing
from responsibility.usecases import extension, pause, verbs
from responsibility.usecases.assign import lay_tier, lists_to_assign, open_list
from responsibility.usecases.couriers import opened
from responsibility.usecases.deliver import deliver
from responsibility.usecases.doctor import office
from responsibility.usecases.issued import put_issued
from responsibility.usecases.lists import import_list
from responsibility.usecases.organisation import import_organisation
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.remind import sweep
from responsibility.usecases.undo import undo
from responsibility.usecases.workspace import create, is_workspace, open_workspace
from tests.databases import Server
from tests.test_outbox_kills import child, die
from tests.world import ZONE, World

#: How many kills in all; each part has its share.
KILLS = int(os.environ.get("ZEREN_KILLS", "320"))
#: What differs between two runs that did the same: when, by which deliverer, at which place in the ledger.
VOLATILE = {"seq", "since_seq", "issued_seq", "hash", "prev_hash", "attempts", "doubts", "merged_into"} | {
    "lease_owner", "lease_until", "retry_at", "changed_at", "handed_at", "created_at", "detail", "tried"
}  # fmt: skip
#: Entries that say what was done, not what became so.
PASSING = ("deliver", "tell_issued")
CHECKED: set[str] = set()
#: From one and the same state the work is done again so often.
TRIES = 1


@dataclass(frozen=True)
class Part:
    """Something that is done to an office, and what it is done to."""

    name: str
    work: Callable[[World], object]
    #: Its part of all kills.
    share: float


def assign(world: World) -> None:
    """As the flow does: one transaction for each tier."""
    for code in lists_to_assign(world.workspace):
        open_list(world.workspace, code, world.now)
        for tier in world.workspace.settings.chain.tiers:
            lay_tier(world.workspace, code, tier.id, world.now)
    put_issued(world.workspace, world.now)


def remind(world: World) -> None:
    """As the flow does, with a delivery after the lease of whoever died before."""
    put_issued(world.workspace, world.now)
    sweep(world.workspace, world.now)
    with opened(world.workspace, sys.stderr, lambda: world.now) as by:
        for after in (0, 3):
            deliver(world.workspace, by, world.now + timedelta(minutes=after))


def acts(world: World) -> None:
    """A day of answers; of what is in the ledger nothing is done again: a person would see it in `zeren log`."""
    office, now = world.workspace, world.now
    paper = world.root / "纪要.txt"
    paper.write_text("会开过了", "utf-8")
    steps: list[Callable[[datetime], object]] = [
        lambda at: verbs.sign(office, "L1-01.A11", at),
        lambda at: verbs.sign(office, "L1-02.B", at),
        lambda at: verbs.report(office, "L1-01.A11", at, count=1, percent=30),
        lambda at: extension.extend(office, "L1-02.B", at, to=now.date() + timedelta(days=20), reason="会期推迟"),
        lambda at: extension.reject(office, "L1-02.B", at, reason="时间够用"),
        lambda at: verbs.submit(office, "L1-01.A11", at, text="办完了", evidence=[paper]),
        lambda at: verbs.send_back(office, "L1-01.A11", at, reason="缺照片"),
        lambda at: pause.suspend(office, "L1-02.B", at, reason="等通知"),
        lambda at: undo(office, at),
        lambda at: verbs.submit(office, "L1-01.A11", at, text="补上了", evidence=[paper]),
        lambda at: verbs.close(office, "L1-01.A11", at),
    ]
    with office.read() as connection:
        done = connection.scalar(text("SELECT count(*) FROM ledger WHERE act NOT IN ('init','org.import',"
                                      "'list.import','issue','tell_issued')"))  # fmt: skip
    for at, step in enumerate(steps[done:], done):
        step(now + timedelta(minutes=at + 1))


def lists(world: World) -> None:
    import_list(world.workspace, world.root / "清单.csv", world.now, issued_on=world.now.date())


def people(world: World) -> None:
    import_organisation(world.workspace, world.root / "organisation.yaml", world.now)


PARTS = (
    Part("people", people, 0.12),
    Part("lists", lists, 0.18),
    Part("assign", assign, 0.1),
    Part("remind", remind, 0.06),
    Part("acts", acts, 0.1),
)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No waiting for the disk: what a killed process has written the system keeps; only a power cut takes it away.

    And no collecting of garbage, which in a child would copy page after page.
    """
    monkeypatch.setattr(os, "fsync", lambda _: None)
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


def hurried(world: World) -> World:
    """Its database does not wait for the disk either."""
    event.listen(world.workspace.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return world


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """For each part an office to which it has not been done yet."""
    made = tmp_path_factory.mktemp("kills")
    stages: dict[str, World] = {}
    with World(made / "empty") as world:
        world.configure("channels.yaml", "use: [console]", "use: [file]")
        changed = (world.root / "organisation.yaml").read_text("utf-8").replace("甲书记", "新甲书记")
        stages["people"] = world.copied(made / "people")
        (made / "people" / "organisation.yaml").write_text(changed, "utf-8")
        world.list(
            {"title": "学习", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前", "target": "3次"},
            {"title": "整改", "lead": "甲支部、乙支部", "by": "9月28日前"},
        )
        shutil.copytree(stages["people"].root, made / "lists")
        stages["lists"] = other = World.__new__(World)
        other.__dict__.update(world.__dict__ | {"root": made / "lists"})
        shutil.copy(world.root / "清单.csv", made / "lists")
        other.workspace = open_workspace(other.root, world.environ, sending=True)
        stages["assign"] = world.copied(made / "assign")
        assign(world)
        stages["acts"] = world.copied(made / "acts")
        stages["remind"] = world.copied(made / "remind")
        stages["remind"].to("2023-09-22")
        for each in stages.values():
            hurried(each)
    yield stages
    for world in stages.values():
        world.workspace.engine.dispose()


# -- a kill ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """What an undisturbed run takes."""

    statements: int
    commits: int
    seconds: float


def measured(engine: Engine, work: Callable[[], object]) -> Measure:
    counts = {"statements": 0, "commits": 0}

    def statement(*_: Any) -> None:
        counts["statements"] += 1

    def commit(*_: Any) -> None:
        counts["commits"] += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "commit", commit)
    assert counts["commits"] >= 1
    return Measure(counts["statements"], counts["commits"], seconds)


Fault = tuple[str, float, bool]


def faults(measure: Measure, n: int, seed: int) -> list[Fault]:
    """So many moments: commits, before and after, for a third of them, then statements and instants by turns."""
    chance = random.Random(seed)
    commits = [("commit", at, after) for at in range(1, measure.commits + 1) for after in (False, True)]
    found: list[Fault] = [commits[0], commits[-1], *chance.sample(commits, min(len(commits), -(-n // 3)))]
    while len(found) < n:
        found.append(("statement", chance.randint(1, measure.statements), False))
        found.append(("time", chance.uniform(0, measure.seconds), False))
    return found[:n]


def dying(engine: Engine, fault: Fault) -> None:
    """In a child: die there."""
    kind, at, after = fault
    count = [0]

    def reached() -> bool:
        count[0] += 1
        return count[0] == at

    if kind == "statement":
        event.listen(engine, "before_cursor_execute", lambda *_: die() if reached() else None)
    if kind == "commit":
        original = engine.dialect.do_commit

        def commit(connection: Any) -> None:
            now = reached()
            if now and not after:
                die()
            original(connection)
            if now:
                die()

        engine.dialect.do_commit = commit  # type: ignore[method-assign]


def killed(engine: Engine, work: Callable[[], object], fault: Fault) -> bool:
    """Do it in a child that is killed there; whether it was before it had ended."""
    engine.dispose()

    def run() -> None:
        dying(engine, fault)
        work()

    pid = child(run)
    if fault[0] == "time":
        time.sleep(fault[1])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


# -- what must be true -------------------------------------------------------------------------------------------------


#: Table → what is compared of it, as it stands in the database.
STANDING = {
    table.name: (
        [column.name for column in table.c if column.name not in VOLATILE],
        [column.name for column in table.primary_key if column.name not in VOLATILE],
    )
    for table in rows.described().sorted_tables
}


def dump(world: World) -> str:
    """Everything that stands in every table, but for what tells only when and in which order it came there."""
    told = []
    with world.workspace.read() as connection:
        for table, (columns, keys) in STANDING.items():
            names, order = (", ".join(f'"{name}"' for name in some) for some in (columns, keys or columns))
            found = connection.exec_driver_sql(f"SELECT {names} FROM {table} ORDER BY {order}")
            told += [f"{table} {row}" for row in found.cursor if not _is_passing(table, columns, row)]
    files = sorted(path.name for path in (world.root / "data").rglob("*.eml"))
    kept = sorted(path.name for path in (world.root / "data" / "evidence").rglob("*") if path.is_file())
    return "\n".join([*told, *files, *(name for name in kept if not name.startswith("new-"))])


def _is_passing(table: str, columns: list[str], row: Any) -> bool:
    if table == "ledger":
        act = row[columns.index("act")]
        return act in PASSING or (act == "sweep" and '"decisions": []' in row[columns.index("values")])
    return table == "meta" and row[0] == "ledger.head"


def is_sound(world: World, stands: str) -> None:
    """The ledger holds and explains the state, and the doctor finds nothing broken; each state is looked at once."""
    if stands in CHECKED:
        return
    assert verify(world.workspace)[1] == []
    query = "SELECT * FROM assignment ORDER BY id", "SELECT * FROM clock ORDER BY assignment_id, clock"
    before = [world.rows(one) for one in query]
    with rebuilt(world.workspace.engine) as connection:
        assert [connection.exec_driver_sql(one).all() for one in query] == before
    settings = world.workspace.settings
    assert [one for one in office(settings, world.now) if one.severity is Severity.ERROR] == []
    CHECKED.add(stands)


def difference(one: str, another: str) -> set[str]:
    """The lines that are in only one of them."""
    return set(one.splitlines()) ^ set(another.splitlines())


class Stage:
    """An office on SQLite that can be put back to where it was."""

    def __init__(self, world: World) -> None:
        self.world, self._now = world, world.now
        world.workspace.engine.dispose()
        self._data = Path(tempfile.mkdtemp(dir=world.root.parent)) / "data"
        shutil.copytree(world.root / "data", self._data)

    def back(self) -> World:
        """As it was before."""
        world = self.world
        world.workspace.engine.dispose()
        shutil.rmtree(world.root / "data")
        shutil.copytree(self._data, world.root / "data")
        world.now = self._now
        return world


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_same_again_after_a_kill_ends_where_an_undisturbed_run_does(
    part: Part, stages: dict[str, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(stages[part.name])
    untouched = dump(stage.world)
    measure = measured(stage.world.workspace.engine, lambda: part.work(stage.world))
    once = dump(stage.world)
    assert once != untouched
    is_sound(stage.world, once)
    part.work(stage.world)
    ends = {once, dump(stage.world)}
    died = 0
    tried = Counter[str]()
    for fault in faults(measure, round(KILLS * part.share), 20230914):
        world = stage.back()
        died += killed(world.workspace.engine, lambda: part.work(stage.world), fault)
        stands = dump(world)
        is_sound(world, stands)
        if tried[stands] >= TRIES:
            continue
        tried[stands] += 1
        part.work(world)
        end = dump(world)
        assert end in ends, (fault, difference(end, once))
    assert died >= KILLS * part.share * 0.6  # else the kills came too late to meet anything
    assert untouched in tried
    assert ends & set(tried)


# -- migrations --------------------------------------------------------------------------------------------------------


#: What an office of the first version had in it.
FIRST = (
    "INSERT INTO unit (code, name, kind, rank, retired) VALUES ('A', '甲支部', 'branch', 0, 0)",
    "INSERT INTO person (code, name, email, mobile, wecom, dingtalk, feishu) VALUES ('R1', '甲', '', '', '', '', '')",
    "INSERT INTO holding (post, person) VALUES ('A1', 'R1')",
    "INSERT INTO meta (\"key\", value) VALUES ('ledger.head', '0 0')",
)


@pytest.mark.parametrize("revision", ["0001", "0004", "0007", "0010", "0012"])
def test_a_migration_broken_off_is_done_by_the_next_command(revision: str, tmp_path: Path) -> None:
    """From several old revisions: all of it or nothing."""
    engine = open_engine(f"sqlite:///{tmp_path / 'zeren.db'}")
    migrate.bring_up(engine, "0001")
    with writing(engine) as connection:
        for statement in FIRST:
            connection.exec_driver_sql(statement)
    migrate.bring_up(engine, revision)
    engine.dispose()
    old = (tmp_path / "zeren.db").read_bytes()
    measure = measured(engine, lambda: migrate.open_up(engine))
    engine.dispose()
    whole = everything(tmp_path / "zeren.db")
    died = 0
    for fault in faults(measure, round(KILLS * 0.088), int(revision)):
        engine.dispose()
        for path in tmp_path.glob("zeren.db*"):
            path.unlink()
        (tmp_path / "zeren.db").write_bytes(old)
        died += killed(engine, lambda: migrate.open_up(engine), fault)
        assert migrate.revision(engine) in (revision, migrate.HEAD), fault
        migrate.open_up(engine)
        engine.dispose()
        assert everything(tmp_path / "zeren.db") == whole, fault
    assert died >= KILLS * 0.088 * 0.6


def everything(path: Path) -> list[str]:
    """A whole database as statements."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_on_postgres_too(postgres: Server, tmp_path: Path) -> None:
    """Assigning, each time from where the last kill left it, and a migration; the server takes back what was open."""
    with (
        World(tmp_path / "once", postgres.fresh()) as once,
        World(tmp_path / "killed", postgres.fresh()) as world,
    ):
        for each in (once, world):
            each.list({"title": "学习", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前"})
        measure = measured(once.workspace.engine, lambda: assign(once))
        points: list[Fault] = [("statement", at, False) for at in range(5, measure.statements, 11)]
        points += [("commit", at, at % 2 == 0) for at in range(1, 4)]
        assert sum(killed(world.workspace.engine, lambda: assign(world), point) for point in points) > 5
        assign(world)
        known = "SELECT code, state, due_on FROM assignment ORDER BY code"
        assert world.rows(known) == once.rows(known)
        assert verify(world.workspace)[1] == []
    engine = open_engine(postgres.fresh())
    migrate.bring_up(engine, "0003")
    for at in (3, 20, 40):
        assert killed(engine, lambda: migrate.bring_up(engine), ("statement", at, False))
        assert migrate.revision(engine) == "0003"
    migrate.bring_up(engine)
    assert migrate.revision(engine) == migrate.HEAD
    engine.dispose()


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_workspace_whose_making_broke_off_is_made_by_the_same_command(tmp_path: Path) -> None:
    now = datetime(2023, 9, 11, 8, tzinfo=ZONE)
    environ = {"TZ": "UTC"}
    began = time.perf_counter()
    create(tmp_path / "whole", environ, now).engine.dispose()
    took = time.perf_counter() - began
    chance, half = random.Random(7), 0
    for at in range(round(KILLS / 32)):
        root = tmp_path / str(at)
        pid = child(lambda root=root: create(root, environ, now))  # type: ignore[misc]
        time.sleep(chance.uniform(0.1, 0.9) * took)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        half += root.exists() and not is_workspace(root)
        with suppress(ResponsibilityError):
            create(root, environ, now).engine.dispose()
        workspace = open_workspace(root, environ)
        with workspace.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM ledger")) == 1
        workspace.engine.dispose()
        files = {path.name for path in (root / "config").rglob("*")}
        assert files == {path.name for path in (tmp_path / "whole" / "config").rglob("*")}
    assert half
