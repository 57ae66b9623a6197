"""期次: the next period of what recurs, laid in its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from responsibility.core.deadline import Deadline, Occurrence, begun, from_record
from responsibility.core.summary import TierLaid
from responsibility.store import checkup, laying
from responsibility.usecases.assign import lay_noted, occurrence_row
from responsibility.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Waiting:
    """A period that has begun, or is to be laid ahead, of an item that was assigned before; nobody laid it yet."""

    list_code: str
    item_id: int
    item: str
    deadline: Deadline
    period: Occurrence


@dataclass(frozen=True, slots=True)
class NewPeriods:
    """What was laid by itself."""

    #: Item code and label of each period.
    periods: tuple[tuple[str, str], ...] = ()
    tiers: tuple[TierLaid, ...] = ()

    @property
    def assignments(self) -> int:
        """How many assignments that is."""
        return sum(tier.assignments for tier in self.tiers)

    def __str__(self) -> str:
        shown = "、".join(f"{item}@{label}" for item, label in self.periods[:6])
        more = f" 等 {len(self.periods)} 期" if len(self.periods) > 6 else ""
        return f"新一期已交办：{shown}{more}，任务 {self.assignments} 项"


def periods_waiting(workspace: Workspace, now: datetime) -> list[Waiting]:
    """The periods that wait to be laid, list by list."""
    with workspace.read() as connection:
        return _waiting(connection, workspace, now)


def lay_begun(workspace: Workspace, now: datetime) -> NewPeriods:
    """Lay every period that has begun (or begins soon enough) of items that were assigned before, in one transaction.

    What nobody assigned yet waits for `zeren assign`; periods that passed while nobody laid them are not made up for.
    Running it again lays nothing twice.
    """
    if not periods_waiting(workspace, now):
        return NewPeriods()
    with workspace.write(now) as connection:
        waiting = _waiting(connection, workspace, now)
        zone = workspace.settings.zone
        rows = [occurrence_row(one.item_id, one.deadline, one.period, zone) for one in waiting]
        laying.open_occurrences(connection, rows)
        laying.note(connection, {(one.item_id, one.period.label) for one in waiting})
        lists = dict.fromkeys(one.list_code for one in waiting)
        tiers = [tier for code in lists for tier in lay_noted(connection, workspace, code, now)]
        return NewPeriods(tuple((one.item, one.period.label) for one in waiting), tuple(tiers))


def _waiting(connection: Connection, workspace: Workspace, now: datetime) -> list[Waiting]:
    today = now.astimezone(workspace.settings.zone).date()
    items = laying.carried_on(connection)
    laid = checkup.periods_laid(connection) if items else set()
    found = []
    for row in items:
        deadline = from_record(row.deadline)
        for period in begun(deadline, row.issued_on, today, workspace.settings.ahead):
            if (row.id, period.label) not in laid:
                found.append(Waiting(row.list_code, row.id, row.code, deadline, period))
    return found
