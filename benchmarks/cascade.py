"""The cascade against the least that the database could do for the same rows.

    python benchmarks/cascade.py [--postgres] [branches …]

A list of 60 items, each led by every branch and carried by all members, 16 in each branch: of 1,000 branches a million
assignments. Prints seconds and peak memory of `open_list` and `lay_tier` on every tier, and the ratio to a floor
measured in the same run on a copy of the same database: the same rows in hand-written SQL with the same indexes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import xlsxwriter
from databases import Bare, bare, copy, drop, fresh, server, settle
from laid import url_of
from measure import Taken, claim, line, taking
from office import ZONE, open_office

from responsibility.store.engine import open_engine
from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.lists import import_list
from responsibility.usecases.workspace import Workspace

BRANCHES, MEMBERS, ITEMS = 1_000, 16, 60
NOW = datetime(2023, 9, 11, 8, tzinfo=ZONE)
PHRASES = ("9月28日前", "10月底前", "11月15日前", "12月底前", "2023年10月20日")
HEADER = ("branches", "assignments", "clocks", "cascade s", "floor s", "ratio", "rows/s", "peak MB", "silent s")
WIDTHS = (9, 12, 11, 10, 9, 7, 10, 8, 9)


@dataclass(frozen=True, slots=True)
class Case:
    """What one run laid and took."""

    assignments: int
    clocks: int
    taken: Taken
    floor: Taken
    #: The longest time without a word of progress, in seconds.
    silent: float


def main(sizes: Sequence[int], *, postgres: bool) -> None:
    line(HEADER, WIDTHS)
    with tempfile.TemporaryDirectory(prefix="zeren-cascade-") as folder, server(Path(folder), postgres=postgres) as at:
        found = []
        for size in sizes:
            found.append(apart(at, size))
            _print(size, found[-1])
    name = "PostgreSQL" if postgres else "SQLite"
    ratio = found[-1].taken.seconds / found[-1].floor.seconds
    work = f"cascade, {found[-1].assignments:,} assignments with ledger entries, {name}"
    claim(work, f"{ratio:.1f} × floor, {found[-1].taken.seconds:.1f} s", "at most 3 × floor", ratio <= 3)
    silent = found[-1].silent
    claim(f"{work}: longest time without progress", f"{silent:.1f} s", "")


def apart(at: str, branches: int) -> Case:
    """A process for each case, so that none inherits the memory of another; prints nothing."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.apply(run_case, (at, branches))


def run_case(at: str, branches: int) -> Case:
    """Build, copy, lay, race."""
    with tempfile.TemporaryDirectory(prefix="zeren-cascade-") as folder:
        workspace = open_office(Path(folder) / "office", NOW, branches, MEMBERS, fresh(at))
        path = Path(folder) / "list.xlsx"
        _write_list(path)
        import_list(workspace, path, NOW)
        workspace.engine.dispose()
        pristine = url_of(workspace)
        settle(pristine)
        silent, taken, laid = _cascade(workspace, copy(pristine))
        floor, wrote = _floor(laid, copy(pristine))
        counts = _counted(laid)
        drop(laid)
        drop(pristine)
    if wrote != counts:
        raise ValueError(f"the floor wrote {wrote} assignments and clocks, the cascade {counts}")
    return Case(*counts, taken, floor, silent)


def _print(branches: int, case: Case) -> None:
    taken, floor = case.taken.seconds, case.floor.seconds
    cells = (f"{case.assignments:,}", f"{case.clocks:,}", f"{taken:.2f}", f"{floor:.2f}", f"{taken / floor:.1f}")
    more = (case.taken.per_second(case.assignments), f"{case.taken.peak:.0f}", f"{case.silent:.1f}")
    line((f"{branches:,}", *cells, *more), WIDTHS)


def _cascade(workspace: Workspace, url: str) -> tuple[float, Taken, str]:
    """Lay the list on every tier on a database of its own; the longest silence, what it took, and where."""
    workspace = replace(workspace, engine=open_engine(url))
    with workspace.read():
        pass
    with taking() as taken:
        told = [time.perf_counter()]
        open_list(workspace, "L1", NOW)
        for tier in workspace.settings.chain.tiers:
            lay_tier(workspace, "L1", tier.id, NOW, lambda _done, _total: told.append(time.perf_counter()))
        told.append(time.perf_counter())
    workspace.engine.dispose()
    return max(after - before for before, after in pairwise(told)), taken, url


def _write_list(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("清单")
        sheet.write_row(0, 0, ("序号", "重点工作", "牵头单位", "配合单位", "完成时限"))
        for at in range(1, ITEMS + 1):
            sheet.write_row(at, 0, (at, f"第{at}项重点工作", "各党支部", "全体党员", PHRASES[at % len(PHRASES)]))


def _counted(url: str) -> tuple[int, int]:
    with bare(url) as raw:
        one, other = (raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("assignment", "clock"))
        return one, other


def _floor(laid: str, url: str) -> tuple[Taken, tuple[int, int]]:
    """The same assignments, clocks and entries with one statement each; how many of the first two."""
    arms = _arms(laid)
    with bare(url) as raw:
        raw.execute("CREATE TEMP TABLE stand (due_on DATE PRIMARY KEY, due_at {when}, next_at {when})")
        raw.many("INSERT INTO stand VALUES (:due_on, :due_at, :next_at)", arms["finish"])
        with taking() as taken:
            raw.many(FLOOR_OCCURRENCE, arms["occurrences"])
            for tier in ("committee", "secretary", "leader", "office", "branch", "member"):
                _lay(raw, tier, arms["sign"])
    counts = _counted(url)
    drop(url)
    return taken, counts


def _arms(laid: str) -> dict[str, Any]:
    """Where the clocks begin: decided beforehand, as the floor decides nothing."""
    with bare(laid) as raw:
        values = [row[0] for row in raw.execute("SELECT \"values\" FROM ledger WHERE act = 'issue' ORDER BY seq")]
        dates = raw.execute("SELECT item_id, label, starts_on, due_on, due_at FROM occurrence ORDER BY id").fetchall()
    entries = [json.loads(one) if isinstance(one, str) else one for one in values]
    finish = {one["due_on"]: _moments(one) for entry in entries for one in entry["finish"]}
    sign = next(_moments(entry["sign"]) for entry in entries if entry["sign"])
    keys = ("item_id", "label", "starts_on", "due_on", "due_at")
    return {
        "finish": list(finish.values()),
        "sign": {f"sign_{key}": value for key, value in sign.items()},
        "occurrences": [dict(zip(keys, row, strict=True)) for row in dates],
    }


def _lay(raw: Bare, tier: str, sign: Mapping[str, Any]) -> None:
    """One tier in one transaction: assignments, clocks, the proof over them, an entry."""
    raw.begin()
    before = raw.execute("SELECT COALESCE(max(id), 0) FROM assignment").fetchone()[0]
    raw.execute(
        FLOOR_ASSIGNMENTS.replace("{targets}", FLOOR_TIERS[tier]).replace("{tier}", tier), {"issued_on": NOW.date()}
    )
    known = {"before": before, **sign}
    raw.execute(FLOOR_SIGN, known)
    raw.execute(FLOOR_FINISH, known)
    proof = hashlib.sha256()
    for row in raw.execute(FLOOR_PROOF, known):
        proof.update(row[0].encode())
    raw.execute(FLOOR_ENTRY, {"now": NOW, "proof": proof.hexdigest()})
    raw.commit()


#: Who gets an item on each tier: unit, post, role, whether it signs and works.
FLOOR_TIERS = {
    **{
        tier: f"""SELECT i.id AS item_id, p.unit, p.code AS post, '{tier}' AS role, false AS signs, false AS works
        FROM item i JOIN post p ON p.tier = '{tier}'"""
        for tier in ("committee", "secretary", "office")
    },
    "leader": """SELECT DISTINCT u.item_id, p.unit, p.code AS post, 'leader' AS role, false AS signs, false AS works
        FROM item_unit u JOIN oversight o ON o.unit = u.unit JOIN post p ON p.code = o.post WHERE u.role = 'lead'""",
    "branch": """SELECT item_id, unit, CAST(NULL AS VARCHAR) AS post, role, true AS signs, false AS works
        FROM item_unit""",
    "member": """SELECT m.item_id, m.unit, p.code AS post, 'member' AS role, true AS signs, true AS works
        FROM item_members m JOIN post p {by_unit} ON p.unit = m.unit AND p.tier = 'member'""",
}
FLOOR_OCCURRENCE = """
    INSERT INTO occurrence (item_id, label, starts_on, due_on, due_at)
    VALUES (:item_id, :label, :starts_on, :due_on, :due_at)"""
FLOOR_ASSIGNMENTS = """
    INSERT INTO assignment (code, item_id, occurrence_id, tier, role, unit, post, signs, works, policy_id,
        laid_policy_id, laid_due_on, laid_due_at, state, issued_seq, issued_on, due_on, due_at,
        counted, milestones_done, submitted_late)
    SELECT i.code || '.' || COALESCE(t.post, t.unit), i.id, o.id, '{tier}', t.role, t.unit, t.post,
        t.signs, t.works, 1, 1, o.due_on, o.due_at, 'issued', 1, :issued_on, o.due_on, o.due_at, 0, 0, false
    FROM ({targets}) t JOIN item i ON i.id = t.item_id JOIN occurrence o ON o.item_id = i.id
    ORDER BY i.rank, t.unit, t.post"""
FLOOR_SIGN = """
    INSERT INTO clock (assignment_id, clock, policy_id, arming, due_on, due_at, rung, next_at)
    SELECT id, 'sign', 1, 1, :sign_due_on, :sign_due_at, -1, :sign_next_at
    FROM assignment WHERE id > :before AND signs"""
FLOOR_FINISH = """
    INSERT INTO clock (assignment_id, clock, policy_id, arming, due_on, due_at, rung, next_at)
    SELECT a.id, 'finish', 1, 1, s.due_on, s.due_at, -1, s.next_at
    FROM assignment a JOIN stand s ON s.due_on = a.due_on WHERE a.id > :before AND a.works"""
FLOOR_PROOF = """
    SELECT id || {chr}(31) || code || {chr}(31) || role || {chr}(31) || laid_due_on || {chr}(30)
    FROM assignment WHERE id > :before ORDER BY id"""
FLOOR_ENTRY = """
    INSERT INTO ledger (seq, at, actor, act, codes, "values", prev_hash, hash)
    SELECT seq + 1, :now, 'BG1', 'issue', '["L1"]', {object}('digest', CAST(:proof AS VARCHAR)), hash,
        :proof FROM ledger ORDER BY seq DESC LIMIT 1"""


def _moments(one: dict[str, str]) -> dict[str, Any]:
    at = {key: datetime.fromisoformat(one[key]) for key in ("due_at", "next_at")}
    return {"due_on": date.fromisoformat(one["due_on"]), **at}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("branches", nargs="*", type=int)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    main(asked.branches or [BRANCHES], postgres=asked.postgres)
