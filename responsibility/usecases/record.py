"""The ledger: reading it, proving it, and rebuilding the state from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from responsibility.core.assignment import Action
from responsibility.core.errors import LedgerBroken
from responsibility.core.escalation import midnight
from responsibility.core.summary import ItemView, LedgerLine, Summary
from responsibility.store import assignments, ledger, past, projection, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.engine import writing
from responsibility.store.evidence import damaged
from responsibility.store.ledger import Entry
from responsibility.store.projection.comparing import compared
from responsibility.usecases.codes import unknown_seat, unknown_work
from responsibility.usecases.status import By, show_in, summarise
from responsibility.usecases.workspace import ENGINE, Workspace, evidence_folder, office_post


def log(
    workspace: Workspace, code: str | None = None, *, actor: str | None = None, since: date | None = None
) -> list[LedgerLine]:
    """Every entry, or those that touched an assignment, an item or a list, oldest first.

    `actor` keeps what this post did or had done on its behalf, `since` what was done from that day on (office time).
    """
    lines = _lines(workspace, code)
    if since is not None:
        start = midnight(since, workspace.settings.zone)
        lines = [line for line in lines if line.at >= start]
    if actor is not None:
        known = [line for line in lines if actor in (line.actor, line.on_behalf_of)]
        if not known:
            _known_actor(workspace, actor)
        lines = known
    return lines


def _known_actor(workspace: Workspace, actor: str) -> None:
    """Raise UnknownCode for a post nobody knows; one that did nothing is no error."""
    with workspace.read() as connection:
        organisation = organisation_store.load(connection)
        if actor != ENGINE and actor not in organisation.post and actor not in organisation.unit:
            raise unknown_seat(organisation, actor)


def _lines(workspace: Workspace, code: str | None) -> list[LedgerLine]:
    with workspace.read() as connection:
        if code is None:
            return [_line(entry) for entry in ledger.entries(connection)]
        one = assignments.by_code(connection, code)
        rows = [one] if one is not None else assignments.of_item(connection, code)
        work_list = worklists.list_by_code(connection, code)
        if not rows and work_list is None and not worklists.items(connection, code=code, withdrawn=True):
            raise unknown_work(connection, code, "全部留痕：zeren log；核验台账：zeren log verify")
        listed = {code, *(row.item_code for row in rows)}
        about = ledger.entries_about(connection, [row.id for row in rows], sorted(listed))
        return [_line(entry) for entry in about]


def _line(entry: Entry) -> LedgerLine:
    e = entry
    return LedgerLine(e.seq, e.at, e.actor, e.on_behalf_of, e.act, tuple(e.codes), dict(e.values), e.hash)


def verify(workspace: Workspace) -> tuple[int, list[tuple[int, str]]]:
    """(entries read, (seq, what is wrong) for each that is not what was written)."""
    with workspace.read() as connection:
        faults = [*ledger.broken(connection), *_evidence_faults(connection, evidence_folder(workspace))]
        return ledger.last(connection)[0], sorted(faults)


def _evidence_faults(connection: Connection, folder: Path) -> list[tuple[int, str]]:
    """Files that were handed in and are not there any more as they were."""
    submitted = ledger.entries_of(connection, Action.SUBMIT.value)
    found = ((entry.seq, damaged(folder, entry.values.get("evidence", ()))) for entry in submitted)
    return [(seq, f"佐证材料“{name}”不在了或被改动") for seq, names in found for name in names]


def show_as_of(workspace: Workspace, code: str, until: datetime) -> ItemView:
    """One item as it was at the instant `until`, rebuilt from the ledger."""
    with rebuilt(workspace.engine, until) as connection:
        return show_in(connection, workspace, code, until)


def status_as_of(workspace: Workspace, until: datetime, by: By = By.TIER) -> Summary:
    """The state as it was at the instant `until`, rebuilt from the ledger."""
    with rebuilt(workspace.engine, until) as connection:
        return summarise(connection, workspace.settings, until, by)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How far the state of assignments and clocks was from what the ledger says."""

    entries: int
    #: The codes of assignments whose own columns or clocks differed.
    codes: tuple[str, ...]
    dry_run: bool


def rebuild(workspace: Workspace, now: datetime, *, reason: str = "", dry_run: bool = False) -> Rebuilt:
    """Make the state what the ledger says it is, in one transaction; a dry run compares and writes nothing.

    Raises LedgerBroken where the ledger itself does not hold: nothing is rebuilt from that.
    """
    with workspace.write(now, keep=not dry_run) as connection:
        if faults := ledger.broken(connection):
            raise LedgerBroken(
                f"台账有 {len(faults)} 处对不上，第 {faults[0][0]} 条：{faults[0][1]}；没有照它重放",
                "先查清：zeren log verify；用最近一次完好的备份：zeren restore 备份文件 新目录",
            )
        with compared(connection) as differing:
            _replay(connection)
        codes = tuple(differing)
        if codes:
            values = {"assignments": len(codes), "reason": reason}
            ledger.record(connection, Entry(now, office_post(workspace, connection), "rebuild", [], values))
        return Rebuilt(ledger.last(connection)[0], codes, dry_run)


def differing(engine: Engine) -> tuple[str, ...]:
    """The codes of assignments that stand otherwise than the ledger says, or whose clocks do; nothing is written."""
    with writing(engine, keep=False) as connection:
        with compared(connection) as found:
            _replay(connection)
        return tuple(found)


@contextmanager
def rebuilt(engine: Engine, until: datetime | None = None) -> Iterator[Connection]:
    """The state rebuilt from the ledger alone, up to `until`, inside a transaction that is undone at the end."""
    with writing(engine, keep=False) as connection:
        last = _replay(connection, until)
        if until is not None:
            past.unwind(connection, last)
        yield connection


def _replay(connection: Connection, until: datetime | None = None) -> int:
    """Bring the state from nothing up to the last entry at or before `until`, or to the newest; the seq of that."""
    projection.reset(connection)
    last = 0
    for entry in list(ledger.entries(connection, until)):
        projection.apply(connection, entry.seq, entry.at, entry.act, entry.codes, entry.values)
        last = entry.seq
    return last
