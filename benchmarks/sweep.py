"""The sweep against the least that the database could do for the same rows.

    python benchmarks/sweep.py [--postgres] [assignments …]

For each size, with 0, 5 and 50 % of the assignments due: seconds and peak memory of `usecases.remind.sweep`, notices
written per second, and the ratio to a floor measured in the same run on a copy of the same database: the same reads and
writes in hand-written SQL with the same indexes, one statement each: the keys that are due, who is whom for every unit,
the notices with their count, the clocks, the proof over the notices, the ledger entry, the messages. Both start with a
warmed-up process; up to 100,000 assignments the fastest of three, with nothing due of fifty, a moment apart.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from databases import bare, copy, drop, fresh, put, server, settle
from laid import Position, lay_history, lay_open, url_of
from measure import Taken, claim, line, taking
from office import ZONE, open_office

from responsibility.core.escalation import Clock, plan
from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import Workspace

SIZES = (10_000, 100_000, 1_000_000)
SHARES = (0, 5, 50)
BRANCHES, MEMBERS = 200, 30
#: How often a sweep with nothing due is measured, and the seconds between: a machine is slow for a while, then fast.
IDLE, PAUSE = 50, 0.02
NOW = datetime(2023, 10, 20, 8, 30, tzinfo=ZONE)
HEADER = ("assignments", "due %", "notices", "sweep s", "floor s", "ratio", "notices/s", "peak MB")
WIDTHS = (11, 6, 10, 9, 9, 7, 11, 8)


@dataclass(frozen=True, slots=True)
class Key:
    """A position of a finish clock in which a rung fires now."""

    position: Position
    fires: str
    tells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What one sweep wrote and took."""

    size: int
    share: int
    notices: int
    taken: Taken
    floor: Taken

    @property
    def ratio(self) -> float:
        return self.taken.seconds / self.floor.seconds

    def print(self) -> None:
        ratio = f"{self.ratio:.1f}" if self.notices else "-"
        cells = (f"{self.size:,}", self.share, f"{self.notices:,}", f"{self.taken.seconds:.3f}")
        more = (f"{self.floor.seconds:.3f}", ratio, self.taken.per_second(self.notices), f"{self.taken.peak:.0f}")
        line((*cells, *more), WIDTHS)


def main(sizes: Sequence[int], *, postgres: bool) -> None:
    found: dict[tuple[int, int], Case] = {}
    with tempfile.TemporaryDirectory(prefix="zeren-sweep-") as folder, server(Path(folder), postgres=postgres) as at:
        line(HEADER, WIDTHS)
        for size in sizes:
            for share in SHARES:
                found[size, share] = apart(at, size, share)
                found[size, share].print()
    _claims(found, min(sizes), max(sizes), "PostgreSQL" if postgres else "SQLite")


def _claims(found: dict[tuple[int, int], Case], least: int, most: int, name: str) -> None:
    idle, small = (found[size, 0].taken.seconds * 1000 for size in (most, least))
    work = f"sweep, {most:,} open, nothing due, {name}"
    claim(work, f"{idle:.1f} ms", "under 20 ms", idle < 20)
    measured = f"{idle / small:.2f} × the {small:.1f} ms on {least:,}"
    claim(work, measured, f"at most 1.5 × the same on {least:,}", idle <= 1.5 * small)
    for share in SHARES[1:]:
        case = found[most, share]
        work = f"sweep, {most:,} open, {most * share // 100:,} due, {name}"
        measured = f"{case.ratio:.1f} × floor, {case.taken.seconds:.2f} s, one transaction"
        claim(work, measured, "at most 2.5 × floor", case.ratio <= 2.5)
        if share == SHARES[1]:
            claim(f"{work}: peak memory", f"{case.taken.peak:.0f} MB", "under 250 MB", case.taken.peak < 250)


def apart(at: str, size: int, share: int, years: int = 0) -> Case:
    """One case in a process of its own, so that none inherits the memory of another."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.apply(run_case, (at, size, share, years))


def run_case(at: str, size: int, share: int, years: int) -> Case:
    """Build, copy, sweep, race; `years` of closed lists lie behind what is open, each as long as it."""
    with tempfile.TemporaryDirectory(prefix="zeren-sweep-") as folder:
        start = NOW - timedelta(days=60)
        workspace = open_office(Path(folder) / "office", start, BRANCHES, MEMBERS, fresh(at))
        keys = _keys(workspace)
        lay_open(workspace, size, NOW, [key.position for key in keys], share)
        if years:
            lay_history(workspace, years, size, NOW)
        _warm_up(workspace)
        pristine = copy(url_of(workspace))
        races = [_race(workspace, pristine, keys, share) for _ in range(3 if size <= 100_000 else 1)]
        drop(pristine)
        drop(url_of(workspace))
    taken, floor = (min((race[at] for race in races), key=lambda one: one.seconds) for at in (0, 1))
    return Case(size, share, races[0][2], taken, floor)


def _race(workspace: Workspace, pristine: str, keys: list[Key], share: int) -> tuple[Taken, Taken, int]:
    """The sweep and the floor on copies of the same database, and how many notices each wrote."""
    put(pristine, url_of(workspace))  # under the same engine, which keeps its compiled statements
    with workspace.read():  # the connection is opened, as in a process that serves
        pass
    found = []
    for again in range(1 if share else IDLE):  # with nothing due it may be asked again
        time.sleep(PAUSE if again else 0)
        with taking() as taken:
            swept = sweep(workspace, NOW)
        found.append(taken)
    workspace.engine.dispose()
    # Afterwards: what the floor held in memory is not to be counted as the sweep's.
    floor, wrote = _floor(copy(pristine), keys)
    notices = swept.told + swept.skipped
    if (notices, swept.messages) != wrote:
        raise ValueError(f"the floor wrote {wrote} notices and messages, the sweep {notices}, {swept.messages}")
    return min(found, key=lambda one: one.seconds), floor, notices


def _warm_up(workspace: Workspace) -> None:
    """Sweep once for a single clock: imports are made and statements compiled, as in a process that serves."""
    early = NOW - timedelta(days=40)
    with bare(url_of(workspace)) as raw:
        sign = "UPDATE clock SET next_at = :early WHERE assignment_id = 1 AND clock = 'sign'"
        raw.execute(sign, {"early": early})
    sweep(workspace, NOW - timedelta(days=39))
    workspace.engine.dispose()
    settle(url_of(workspace))


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
            found.append(Key(Position(due_on, NOW, step.rung - 1, reached), step.fires.id, step.fires.tells))
    return found


def _floor(url: str, keys: list[Key]) -> tuple[Taken, tuple[int, int]]:
    """The same notices, clocks and messages with one statement each; how many of the first and the last."""
    known = {"now": NOW, "later": NOW + timedelta(days=3), "seq": 1_000}
    with bare(url) as raw:
        for statement in FLOOR_TABLES:
            raw.execute(statement)
        raw.many("INSERT INTO told VALUES (:due_on, :rung, :tell, :fires)", [row for key in keys for row in _told(key)])
        if raw.postgres:
            raw.execute("ANALYZE told")
        with taking() as taken:
            raw.begin()
            raw.execute(FLOOR_KEYS, known).fetchall()
            for statement in FLOOR_SEATS:
                raw.execute(statement)
            if raw.postgres:
                raw.execute("ANALYZE seat")
            notices = raw.execute(_notices(postgres=raw.postgres), known).rowcount
            raw.execute("UPDATE clock SET rung = rung + 1, next_at = :later WHERE next_at <= :now", known)
            proof = hashlib.sha256("".join(row[0] for row in raw.execute(FLOOR_PROOF, known)).encode()).hexdigest()
            raw.execute(FLOOR_ENTRY, known | {"proof": proof})
            messages = raw.execute(FLOOR_MESSAGES, known).rowcount
            raw.commit()
    drop(url)
    return taken, (notices, messages)


def _notices(*, postgres: bool) -> str:
    statement = FLOOR_NOTICES
    for word, spelt in FLOOR_NTH[postgres].items():
        statement = statement.replace(word, spelt)
    return statement


def _told(key: Key) -> list[dict[str, str | int | date]]:
    where = {"due_on": key.position.due_on, "rung": key.position.rung, "fires": key.fires}
    return [{**where, "tell": tell} for tell in key.tells]


#: Which rungs fire and tell whom, which the floor is given; and who that is for each unit, which it finds.
FLOOR_TABLES = (
    """CREATE TEMP TABLE told (due_on DATE, rung INTEGER, tell VARCHAR, fires VARCHAR, PRIMARY KEY (due_on, rung, tell))
    {stored}""",
    "CREATE TEMP TABLE seat (unit VARCHAR, tell VARCHAR, post VARCHAR, PRIMARY KEY (unit, tell)) {stored}",
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
    SELECT :seq, d.assignment_id, d.clock, d.arming, d.fires, d.recipient, d.tell, {nth}, false
    FROM (
        SELECT c.assignment_id, c.clock, c.arming, t.fires, t.tell, CASE t.tell
            WHEN 'owner' THEN h.post
            WHEN 'unit_head' THEN a.unit || 'S' ELSE s.post END AS recipient
        FROM clock c JOIN assignment a ON a.id = c.assignment_id JOIN told t ON t.due_on = c.due_on AND t.rung = c.rung
        LEFT JOIN seat s ON s.unit = a.unit AND s.tell = t.tell LEFT JOIN holding h ON h.post = a.post
        WHERE c.next_at <= :now
    ) d {earlier} WHERE true ON CONFLICT DO NOTHING"""
#: How often each was told before: what is quickest on SQLite would on PostgreSQL walk through the notices just written.
FLOOR_NTH = (
    {
        "{nth}": """(SELECT count(*) + 1 FROM notice e
            WHERE e.assignment_id = d.assignment_id AND e.clock = d.clock AND e.recipient = d.recipient
            AND NOT e.skipped)""",
        "{earlier}": "",
    },
    {
        "{nth}": "COALESCE(e.times, 0) + 1",
        "{earlier}": """LEFT JOIN (
            SELECT n.assignment_id, n.clock, n.recipient, count(*) AS times FROM clock c
            JOIN notice n ON n.assignment_id = c.assignment_id AND n.clock = c.clock
            WHERE c.next_at <= :now AND NOT n.skipped GROUP BY n.assignment_id, n.clock, n.recipient
        ) e ON e.assignment_id = d.assignment_id AND e.clock = d.clock AND e.recipient = d.recipient""",
    },
)
FLOOR_PROOF = """
    SELECT assignment_id || {chr}(31) || clock || {chr}(31) || arming || {chr}(31) || rung || {chr}(31) || recipient
        || {chr}(31) || nth || {chr}(31) || CASE WHEN skipped THEN 'True' ELSE 'False' END || {chr}(30)
    FROM notice WHERE seq = :seq ORDER BY id"""
FLOOR_ENTRY = """
    INSERT INTO ledger (seq, at, actor, act, codes, "values", prev_hash, hash)
    SELECT seq + 1, :now, 'zeren', 'sweep', '[]', {object}('digest', CAST(:proof AS VARCHAR)), hash, :proof FROM ledger
    ORDER BY seq DESC LIMIT 1"""
FLOOR_MESSAGES = """
    INSERT INTO message (seq, since_seq, person, posts, tier, channel, status, attempts, created_at, changed_at, title,
        detail)
    SELECT :seq, :seq, h.person, {array}(h.post), min(p.tier), 'console', 'pending', 0, :now, :now, '', ''
    FROM (SELECT DISTINCT recipient FROM notice WHERE seq = :seq AND NOT skipped) n
    JOIN holding h ON h.post = n.recipient JOIN post p ON p.code = h.post GROUP BY h.person"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("assignments", nargs="*", type=int)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    main(asked.assignments or SIZES, postgres=asked.postgres)
