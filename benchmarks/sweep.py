"""The sweep against the least that SQLite could do for the same rows.

    python benchmarks/sweep.py [assignments …]

For each size, with 0, 5 and 50 % of the assignments due: seconds and peak memory of `usecases.remind.sweep`, notices
written per second, and the ratio to a floor measured in the same run on a copy of the same database: the same reads and
writes in hand-written SQL with the same indexes, one statement each: the keys that are due, who is whom for every unit,
the notices with their count, the clocks, the proof over the notices, the ledger entry, the messages. Both start with a
warmed-up process; up to 100,000 assignments the fastest of three.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from measure import Taken, line, taking
from office import ZONE, open_office
from sqlmodel import SQLModel

from responsibility.core.escalation import Clock, plan
from responsibility.settings import policy_record
from responsibility.store import laying
from responsibility.store.rows import ItemRow, OccurrenceRow, WorkListRow, table_of
from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import Workspace

SIZES = (10_000, 100_000, 1_000_000)
SHARES = (0, 5, 50)
BRANCHES, MEMBERS = 200, 30
NOW = datetime(2023, 10, 20, 8, 30, tzinfo=ZONE)
#: (due date, rung before, rung that fires, whom it tells, when it was reached)
Key = tuple[date, int, str, tuple[str, ...], datetime]
HEADER = ("assignments", "due %", "notices", "sweep s", "floor s", "ratio", "notices/s", "peak MB")
WIDTHS = (11, 6, 10, 9, 9, 7, 11, 8)


def main(sizes: list[int]) -> None:
    line(HEADER, WIDTHS)
    for size in sizes:
        for share in SHARES:
            # A process for each case, so that none inherits the memory of another.
            case = multiprocessing.get_context("spawn").Process(target=run_case, args=(size, share))
            case.start()
            case.join()
            if case.exitcode:
                sys.exit(case.exitcode)


def run_case(size: int, share: int) -> None:
    """Build, copy, sweep, race, and print one line."""
    with tempfile.TemporaryDirectory(prefix="zeren-sweep-") as folder:
        workspace = open_office(Path(folder) / "office", NOW - timedelta(days=60), BRANCHES, MEMBERS)
        keys = _keys(workspace)
        _fill(workspace, size, share, keys)
        _warm_up(workspace)
        workspace.engine.dispose()
        pristine = Path(folder) / "pristine.db"
        shutil.copyfile(_file(workspace), pristine)
        races = [_race(workspace, pristine, keys) for _ in range(3 if size <= 100_000 else 1)]
    notices = races[0][2]
    taken, floor = (min((race[at] for race in races), key=lambda one: one.seconds) for at in (0, 1))
    ratio = f"{taken.seconds / floor.seconds:.1f}" if notices else "-"
    cells = (f"{size:,}", share, f"{notices:,}", f"{taken.seconds:.3f}", f"{floor.seconds:.3f}", ratio)
    line((*cells, taken.per_second(notices), f"{taken.peak:.0f}"), WIDTHS)


def _race(workspace: Workspace, pristine: Path, keys: list[Key]) -> tuple[Taken, Taken, int]:
    """The sweep and the floor on copies of the same database, and how many notices each wrote."""
    copy = pristine.with_name("copy.db")
    shutil.copyfile(pristine, copy)
    floor, wrote = _floor(copy, keys)
    for path in _file(workspace).parent.glob("zeren.db*"):
        path.unlink()
    shutil.copyfile(pristine, _file(workspace))
    with workspace.read():  # the connection is opened, as in a process that serves
        pass
    with taking() as taken:
        swept = sweep(workspace, NOW)
    workspace.engine.dispose()
    notices = swept.told + swept.skipped
    if (notices, swept.messages) != wrote:
        raise SystemExit(f"the floor wrote {wrote} notices and messages, the sweep {notices}, {swept.messages}")
    return taken, floor, notices


def _warm_up(workspace: Workspace) -> None:
    """Sweep once for a single clock: imports are made and statements compiled, as in a process that serves."""
    early = NOW - timedelta(days=40)
    with sqlite3.connect(_file(workspace)) as raw:
        raw.execute("UPDATE clock SET next_at = ? WHERE assignment_id = 1 AND clock = 'sign'", (_stored(early),))
    sweep(workspace, early)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _file(workspace: Workspace) -> Path:
    return workspace.root / "data" / "zeren.db"


def _keys(workspace: Workspace) -> list[Key]:
    """Every position of a finish clock in which a rung fires now: the due dates of a month, one rung each."""
    settings = workspace.settings
    ladder = settings.policy.ladders[Clock.FINISH]
    found: list[Key] = []
    for days in range(-30, 6):
        due_on = NOW.date() + timedelta(days=days)
        step = plan(ladder, due_on, -1, NOW, settings.calendar, ZONE)
        if step.fires is not None:
            reached = NOW - timedelta(minutes=abs(days) + 1)
            found.append((due_on, step.rung - 1, step.fires.id, step.fires.tells, reached))
    return found


def _fill(workspace: Workspace, size: int, share: int, keys: list[Key]) -> None:
    """Lay `size` signed assignments on the members, each with two clocks; `share` per cent of them are due."""
    with workspace.write(NOW - timedelta(days=50)) as connection:
        policy = laying.keep_policy(connection, "0" * 64, policy_record(workspace.settings.policy))
        for row in _items(1 + size // (BRANCHES * MEMBERS)):
            connection.execute(table_of(type(row)).insert().values(row.model_dump(exclude_none=True)))
    workspace.engine.dispose()
    posts = BRANCHES * MEMBERS
    known = {"size": size, "share": share, "policy": policy, "keys": len(keys), "posts": posts}
    with sqlite3.connect(_file(workspace)) as raw:
        raw.execute("CREATE TEMP TABLE due_key (at INTEGER PRIMARY KEY, due_on, due_at, rung, next_at)")
        later = NOW + timedelta(days=60)
        rows = [(at, day, _stored(NOW), rung, _stored(moment)) for at, (day, rung, _, _, moment) in enumerate(keys)]
        raw.executemany("INSERT INTO due_key VALUES (?, ?, ?, ?, ?)", rows)
        raw.execute("INSERT INTO due_key VALUES (-1, ?, ?, -1, ?)", (later.date(), _stored(later), _stored(later)))
        raw.execute(
            "CREATE TEMP TABLE carrier AS "
            "SELECT row_number() OVER () - 1 AS at, code, unit FROM post WHERE tier = 'member'"
        )
        raw.execute("CREATE UNIQUE INDEX temp.carrier_at ON carrier (at)")
        for statement in FILL:
            raw.execute(statement, known)
    raw.close()


def _items(count: int) -> list[SQLModel]:
    """A list of items that happen once, each carried by every member."""
    day = date(2023, 8, 21)
    rows: list[SQLModel] = [
        WorkListRow(id=1, code="L1", title="清单", file="清单.xlsx", issued_on=day, imported_at=NOW)
    ]
    for at in range(1, count + 1):
        known = {"code": f"L1-{at}", "title": f"重点工作{at}", "rank": at, "deadline": {}, "names_members": True}
        rows.append(ItemRow(id=at, list_id=1, category="other", fingerprint="", **known))
        rows.append(OccurrenceRow(id=at, item_id=at, label="", starts_on=day))
    return rows


FILL = (
    """CREATE TEMP TABLE laid AS WITH n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at + 1 < :size)
    SELECT n.at + 1 AS id, 1 + n.at / :posts AS item, carrier.code, carrier.unit,
        CASE WHEN (n.at * 37) % 100 < :share THEN (n.at / 100) % :keys ELSE -1 END AS due
    FROM n JOIN carrier ON carrier.at = n.at % :posts""",
    """INSERT INTO assignment (id, code, item_id, occurrence_id, tier, role, unit, post, signs, works, policy_id,
        laid_due_on, laid_due_at, state, issued_seq, issued_on, due_on, due_at,
        counted, milestones_done, submitted_late)
    SELECT laid.id, 'L1-' || item || '.' || code, item, item, 'member', 'member', unit, code, 1, 1, :policy,
        due_on, due_at, 'signed', 1, '2023-08-21', due_on, due_at, 0, 0, 0
    FROM laid JOIN due_key ON due_key.at = laid.due""",
    """INSERT INTO clock (assignment_id, clock, policy_id, arming, due_on, due_at, rung, next_at)
    SELECT laid.id, 'finish', :policy, 1, due_on, due_at, rung, next_at
    FROM laid JOIN due_key ON due_key.at = laid.due
    UNION ALL SELECT id, 'sign', :policy, 1, '2023-08-23', '2023-08-23 16:00:00.000000', -1, NULL FROM laid""",
)


def _floor(file: Path, keys: list[Key]) -> tuple[Taken, tuple[int, int]]:
    """The same notices, clocks and messages with one statement each; how many of the first and the last."""
    raw = sqlite3.connect(file, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        raw.execute(f"PRAGMA {pragma}")
    for statement in FLOOR_TABLES:
        raw.execute(statement)
    rows = [(due_on, rung, tell, fires) for due_on, rung, fires, tells, _ in keys for tell in tells]
    raw.executemany("INSERT INTO told VALUES (?, ?, ?, ?)", rows)
    known = {"now": _stored(NOW), "later": _stored(NOW + timedelta(days=3))}
    with taking() as taken:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(FLOOR_KEYS, known).fetchall()
        for statement in FLOOR_SEATS:
            raw.execute(statement)
        notices = raw.execute(FLOOR_NOTICES, known).rowcount
        raw.execute("UPDATE clock SET rung = rung + 1, next_at = :later WHERE next_at <= :now", known)
        proof = hashlib.sha256("".join(row[0] for row in raw.execute(FLOOR_PROOF)).encode()).hexdigest()
        raw.execute(FLOOR_ENTRY, known | {"proof": proof})
        messages = raw.execute(FLOOR_MESSAGES, known).rowcount
        raw.execute("COMMIT")
    raw.close()
    return taken, (notices, messages)


#: Which rungs fire and tell whom, which the floor is given; and who that is for each unit, which it finds.
FLOOR_TABLES = (
    """CREATE TEMP TABLE told (due_on DATE, rung INTEGER, tell VARCHAR, fires VARCHAR, PRIMARY KEY (due_on, rung, tell))
    WITHOUT ROWID""",
    "CREATE TEMP TABLE seat (unit VARCHAR, tell VARCHAR, post VARCHAR, PRIMARY KEY (unit, tell)) WITHOUT ROWID",
)
FLOOR_SEATS = (
    "INSERT INTO seat SELECT unit, 'leader', post FROM oversight",
    """INSERT INTO seat SELECT u.code, p.tier, p.code FROM unit u, post p
    WHERE p.tier IN ('committee', 'secretary', 'office')""",
)
FLOOR_KEYS = """
    SELECT policy_id, clock, due_on, rung, count(*) FROM clock WHERE next_at <= :now
    GROUP BY policy_id, clock, due_on, rung"""
FLOOR_NOTICES = """
    INSERT INTO notice (seq, assignment_id, clock, arming, rung, recipient, tell, nth, skipped)
    SELECT 2, assignment_id, clock, arming, fires, recipient, tell, (
        SELECT count(*) + 1 FROM notice e
        WHERE e.assignment_id = d.assignment_id AND e.clock = d.clock AND e.recipient = d.recipient AND NOT e.skipped
    ), 0
    FROM (
        SELECT c.assignment_id, c.clock, c.arming, t.fires, t.tell, CASE t.tell
            WHEN 'owner' THEN (SELECT h.post FROM holding h WHERE h.post = a.post)
            WHEN 'unit_head' THEN a.unit || 'S' ELSE s.post END AS recipient
        FROM clock c JOIN assignment a ON a.id = c.assignment_id JOIN told t ON t.due_on = c.due_on AND t.rung = c.rung
        LEFT JOIN seat s ON s.unit = a.unit AND s.tell = t.tell
        WHERE c.next_at <= :now
    ) d WHERE true ON CONFLICT DO NOTHING"""
FLOOR_PROOF = """
    SELECT assignment_id || char(31) || clock || char(31) || arming || char(31) || rung || char(31) || recipient
        || char(31) || nth || char(31) || skipped || char(30)
    FROM notice WHERE seq = 2 ORDER BY id"""
FLOOR_ENTRY = """
    INSERT INTO ledger (seq, at, actor, act, codes, "values", prev_hash, hash)
    SELECT max(seq) + 1, :now, 'zeren', 'sweep', '[]', json_object('digest', :proof), hash, :proof FROM ledger"""
FLOOR_MESSAGES = """
    INSERT INTO message (seq, since_seq, person, posts, tier, channel, status, attempts, created_at, changed_at, title,
        detail)
    SELECT 2, 2, h.person, json_group_array(h.post), min(p.tier), 'console', 'pending', 0, :now, :now, '', ''
    FROM (SELECT DISTINCT recipient FROM notice WHERE seq = 2 AND NOT skipped) n
    JOIN holding h ON h.post = n.recipient JOIN post p ON p.code = h.post GROUP BY h.person"""


def _stored(at: datetime) -> str:
    """An instant as the database keeps it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
