"""Assignments by the million, written straight into the tables: what is open, and the closed lists of years before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from databases import Bare, bare, settle
from sqlalchemy import Insert

from responsibility.settings import policy_record
from responsibility.store import finished, laying, ledger, rows
from responsibility.store.ledger import Entry
from responsibility.store.rows.lists import ItemRow, OccurrenceRow, WorkListRow
from responsibility.store.rows.row import Row, table_of
from responsibility.usecases.workspace import ENGINE, Workspace

#: Entries of the ledger written at once.
BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Position:
    """Where a finish clock stands: its date, the last rung dealt with, and when the next one is reached."""

    due_on: date
    due_at: datetime
    rung: int
    next_at: datetime


def url_of(workspace: Workspace) -> str:
    return workspace.engine.url.render_as_string(hide_password=False)


def lay_open(workspace: Workspace, size: int, now: datetime, due: Sequence[Position] = (), share: int = 0) -> None:
    """Lay list L1, `size` signed assignments on the members: a finish clock runs on each, its sign clock stands still.

    `share` per cent of them stand at the positions `due` in turn, all over the table; the others are due in two months.
    """
    later = now + timedelta(days=60)
    positions = [Position(later.date(), later, -1, later), *due]
    policy, posts = _begin(workspace, 1, size, now - timedelta(days=50))
    with bare(url_of(workspace)) as raw:
        _note(raw, positions)
        known = {"size": size, "share": share, "posts": posts, "many": len(due) or 1}
        known |= {"before": 0, "items": 0, "list": "L1", "policy": policy}
        known |= {"state": "signed", "issued_on": (now - timedelta(days=60)).date()}
        for statement in (LAID, ASSIGNMENTS, CLOCKS):
            raw.execute(statement, known)
        _restart(raw)
    settle(url_of(workspace))


def lay_history(workspace: Workspace, years: int, size: int, now: datetime) -> None:
    """Add the closed lists of so many years before, `size` assignments each, to an office where list L1 is laid.

    Every assignment is verified and closed, its sign, finish and verify clocks stand still; it was reminded once
    itself, and its unit's head, too; and the ledger has the entry that closed it.
    """
    for year in range(1, years + 1):
        then = now - timedelta(days=365 * year)
        code, before = f"L{1 + year}", year * 10_000_000
        policy, posts = _begin(workspace, 1 + year, size, then)
        items = year * 10_000
        with bare(url_of(workspace)) as raw:
            _note(raw, [Position(then.date(), then, 0, then)])
            known = {"size": size, "share": 0, "posts": posts, "many": 1, "before": before, "items": items}
            known |= {"list": code, "policy": policy, "state": "closed", "issued_on": then.date()}
            for statement in (LAID, ASSIGNMENTS, CLOCKS, STOPPED, VERIFIED, REMINDED):
                raw.execute(statement, known)
            _restart(raw)
            closed = raw.execute("SELECT id, code FROM laid ORDER BY id").fetchall()
        with workspace.engine.begin() as connection:
            finished.note(connection, rows.assignment.c.id.between(before + 1, before + size))
        _close(workspace, closed, now - timedelta(days=55))
    settle(url_of(workspace))


def _begin(workspace: Workspace, number: int, size: int, at: datetime) -> tuple[int, int]:
    """Write down a list and its items; the policy it is laid under, and how many members there are."""
    with workspace.read() as connection:
        posts = connection.exec_driver_sql("SELECT count(*) FROM post WHERE tier = 'member'").scalar_one()
    with workspace.engine.begin() as connection:
        policy = laying.keep_policy(connection, "0" * 64, policy_record(workspace.settings.policy))
        for row in _items(number, 1 + size // posts, at):
            connection.execute(row)
    workspace.engine.dispose()
    return policy, posts


def _items(number: int, count: int, at: datetime) -> list[Insert]:
    """A list of items that happen once, each carried by every member."""
    day, code, first = at.date(), f"L{number}", (number - 1) * 10_000
    head = {"code": code, "title": "清单", "file": "清单.xlsx", "issued_on": day, "imported_at": at}
    found = [_insert(WorkListRow, id=number, **head)]
    for n in range(1, count + 1):
        known = {"code": f"{code}-{n}", "title": f"重点工作{n}", "rank": n, "deadline": {}, "names_members": True}
        found.append(_insert(ItemRow, id=first + n, list_id=number, category="other", fingerprint="", **known))
        found.append(_insert(OccurrenceRow, id=first + n, item_id=first + n, label="", starts_on=day))
    return found


def _insert(row: type[Row], **known: Any) -> Insert:
    """A row of which only these columns are other than usual."""
    usual = {name: field.get_default() for name, field in row.model_fields.items() if not field.is_required()}
    return table_of(row).insert().values({name: value for name, value in usual.items() if value is not None} | known)


def _note(raw: Bare, positions: Sequence[Position]) -> None:
    """The positions, the first of them at -1, and the members, numbered."""
    raw.execute(
        "CREATE TEMP TABLE position (at INTEGER PRIMARY KEY, due_on DATE, due_at {when}, rung INTEGER, next_at {when})"
    )
    row = "INSERT INTO position VALUES (:at, :due_on, :due_at, :rung, :next_at)"
    raw.many(row, [{"at": at, **_columns(one)} for at, one in enumerate(positions, -1)])
    raw.execute(
        "CREATE TEMP TABLE carrier AS "
        "SELECT row_number() OVER (ORDER BY rank) - 1 AS at, code, unit FROM post WHERE tier = 'member'"
    )
    raw.execute("CREATE UNIQUE INDEX carrier_at ON carrier (at)" if raw.postgres else TEMP_INDEX)


def _columns(one: Position) -> dict[str, Any]:
    return {"due_on": one.due_on, "due_at": one.due_at, "rung": one.rung, "next_at": one.next_at}


def _restart(raw: Bare) -> None:
    """PostgreSQL numbers its rows apart from those that came with a number."""
    if raw.postgres:
        for table in ("assignment", "notice", "item", "occurrence", "work_list"):
            raw.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _close(workspace: Workspace, closed: Sequence[tuple[int, str]], at: datetime) -> None:
    """The entries that closed these assignments, one each, hashed and chained, and which one each is about."""
    with workspace.read() as connection:
        seq, previous = ledger.last(connection)
    entries = list(_entries(closed, at, seq, previous))
    for start in range(0, len(entries), BATCH):
        some = entries[start : start + BATCH]
        with workspace.engine.begin() as connection:
            connection.execute(rows.ledger.insert(), some)
            refs = [{"seq": row["seq"], "assignment_id": closed[row["seq"] - seq - 1][0]} for row in some]
            connection.execute(rows.ledger_ref.insert(), refs)
    with workspace.engine.begin() as connection:
        ledger.record(connection, Entry(at, ENGINE, "deliver", values={"sent": 1}))
    workspace.engine.dispose()


def _entries(closed: Sequence[tuple[int, str]], at: datetime, seq: int, previous: str) -> Iterator[dict[str, Any]]:
    for n, (_, code) in enumerate(closed, 1):
        row = {
            "seq": seq + n,
            "at": at.astimezone(UTC),
            "actor": "BG1",
            "on_behalf_of": None,
            "act": "close",
            "codes": [code],
            "values": {"text": "材料齐全，同意销号", "rolled_up": []},
            "prev_hash": previous,
        }
        previous = ledger.digest_of(row)
        yield row | {"hash": previous}


TEMP_INDEX = "CREATE UNIQUE INDEX temp.carrier_at ON carrier (at)"
LAID = """
    CREATE TEMP TABLE laid AS WITH RECURSIVE n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at + 1 < :size)
    SELECT n.at + 1 + :before AS id, 1 + n.at / :posts + :items AS item, 1 + n.at / :posts AS number, carrier.code,
        carrier.unit, CASE WHEN (n.at * 37) % 100 < :share THEN (n.at / 100) % :many ELSE -1 END AS stands
    FROM n JOIN carrier ON carrier.at = n.at % :posts"""
ASSIGNMENTS = """
    INSERT INTO assignment (id, code, item_id, occurrence_id, tier, role, unit, post, signs, works, policy_id,
        laid_policy_id, laid_due_on, laid_due_at, state, issued_seq, issued_on, due_on, due_at,
        counted, milestones_done, submitted_late)
    SELECT laid.id, CAST(:list AS VARCHAR) || '-' || number || '.' || code, item, item, 'member', 'member', unit, code,
        true, true, :policy, :policy, due_on, due_at, :state, 1, :issued_on, due_on, due_at, 0, 0, false
    FROM laid JOIN position ON position.at = laid.stands"""
#: All of one kind after the other, as laying a tier leaves them.
CLOCKS = """
    INSERT INTO clock (assignment_id, clock, unit, policy_id, arming, due_on, due_at, rung, next_at)
    SELECT laid.id, k.clock, laid.unit, :policy, 1, due_on, due_at, rung, CASE WHEN k.clock = 'finish' THEN next_at END
    FROM laid JOIN position ON position.at = laid.stands,
        (SELECT 'finish' AS clock UNION ALL SELECT 'sign' AS clock) k
    ORDER BY k.clock, laid.id"""
STOPPED = "UPDATE clock SET next_at = NULL WHERE assignment_id > :before AND assignment_id <= :before + :size"
VERIFIED = """
    INSERT INTO clock (assignment_id, clock, unit, policy_id, arming, due_on, due_at, rung, next_at)
    SELECT assignment_id, 'verify', unit, policy_id, 1, due_on, due_at, -1, NULL FROM clock
    WHERE clock = 'finish' AND assignment_id > :before AND assignment_id <= :before + :size"""
REMINDED = """
    INSERT INTO notice (seq, assignment_id, clock, arming, rung, recipient, tell, nth, skipped)
    SELECT 1, laid.id, 'finish', 1, 'remind', recipient, tell, 1, false FROM (
        SELECT id, code AS recipient, 'owner' AS tell FROM laid
        UNION ALL SELECT id, unit || 'S' AS recipient, 'unit_head' AS tell FROM laid) laid ORDER BY id"""
