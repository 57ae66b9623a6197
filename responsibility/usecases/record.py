"""The ledger: reading it, proving it, and rebuilding the state from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from responsibility.core.summary import LedgerLine, Summary
from responsibility.store import assignments, ledger, projection, worklists
from responsibility.store.engine import writing
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import unknown_work
from responsibility.usecases.status import By, summarise
from responsibility.usecases.workspace import Workspace


def log(workspace: Workspace, code: str | None = None) -> list[LedgerLine]:
    """Every entry, or those that touched an assignment, an item or a list, oldest first."""
    with workspace.read() as connection:
        if code is None:
            return [_line(entry) for entry in ledger.entries(connection)]
        one = assignments.by_code(connection, code)
        rows = [one] if one is not None else assignments.of_item(connection, code)
        work_list = worklists.list_by_code(connection, code)
        if not rows and work_list is None and not worklists.items(connection, code=code, withdrawn=True):
            raise unknown_work(connection, code, "全部留痕：zeren log")
        listed = {code, *(row.item_code for row in rows)}
        about = ledger.entries_about(connection, [row.id for row in rows], sorted(listed))
        return [_line(entry) for entry in about]


def _line(entry: Entry) -> LedgerLine:
    e = entry
    return LedgerLine(e.seq, e.at, e.actor, e.on_behalf_of, e.act, tuple(e.codes), dict(e.values), e.hash)


def verify(workspace: Workspace) -> tuple[int, list[tuple[int, str]]]:
    """(entries read, (seq, what is wrong) for each that is not what was written)."""
    with workspace.read() as connection:
        return ledger.last(connection)[0], ledger.broken(connection)


def status_as_of(workspace: Workspace, until: datetime, by: By = By.TIER) -> Summary:
    """The state as it was at the instant `until`, rebuilt from the ledger."""
    with rebuilt(workspace.engine, until) as connection:
        return summarise(connection, workspace.settings, until, by)


@contextmanager
def rebuilt(engine: Engine, until: datetime | None = None) -> Iterator[Connection]:
    """The state rebuilt from the ledger alone, up to `until`, inside a transaction that is undone at the end."""
    with writing(engine, keep=False) as connection:
        projection.reset(connection)
        for entry in list(ledger.entries(connection, until)):
            projection.apply(connection, entry.seq, entry.at, entry.act, entry.codes, entry.values)
        yield connection
