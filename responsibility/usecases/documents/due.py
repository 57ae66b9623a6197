"""The documents a sweep calls for, where the policy says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.errors import ResponsibilityError
from responsibility.core.escalation import Rung, milestone_of, runs
from responsibility.store import assignments, documents, laying
from responsibility.usecases.documents.content import Author, Known
from responsibility.usecases.documents.subject import Subject
from responsibility.usecases.documents.writing import Made, write
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import ENGINE, Workspace


@dataclass(frozen=True, slots=True)
class Written:
    """What was made of what a sweep called for, and why the rest was not."""

    made: tuple[Made, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    """The assignments of one occurrence that reached one rung in one sweep."""

    seq: int
    clock: str
    rung: Rung
    item: str
    codes: tuple[str, ...]


def write_due(workspace: Workspace, seq: int, now: datetime) -> Written:
    """Make the documents the sweep `seq` called for, one for each case and rung; what is there is not made again.

    Each is a transaction of its own: one that fails is said, stops no other, and is tried again after the next sweep
    while its case still stands there. So is what a sweep that was broken off left.
    """
    with workspace.read() as connection:
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        if not any(lamp.policy(policy).documents for policy in laying.policies(connection)):
            return Written()
        after = documents.made_to(connection)
        calls = _calls(connection, lamp, seq - 1 if after is None else after, seq)
        known = Known.read(connection, lamp) if calls else None
    made: list[Made] = []
    failed: dict[int, list[str]] = {}
    for call in calls:
        try:
            made += _write(workspace, call, known, now)
        except (ResponsibilityError, OSError) as error:
            said = error.message if isinstance(error, ResponsibilityError) else f"文件写不了（{error.strerror}）"
            failed.setdefault(call.seq, []).append(f"{call.item}“{call.rung.name}”的公文没有写出：{said}")
    with workspace.write(now) as connection:
        documents.note_made_to(connection, min(failed, default=seq + 1) - 1)
    return Written(tuple(made), tuple(fault for some in failed.values() for fault in some))


def _calls(connection: Connection, lamp: Lamp, after: int, seq: int) -> list[_Call]:
    groups: dict[tuple[int, int, str, str], list[Any]] = {}
    rungs: dict[tuple[int, int, str, str], Rung] = {}
    for row in documents.called_for(connection, after, seq):
        rung = _rung(lamp, row)
        if rung is not None and rung.instrument in lamp.policy(row.policy_id).documents:
            key = (row.seq, row.occurrence_id, row.clock, row.rung)
            groups.setdefault(key, []).append(row)
            rungs[key] = rung
    return [
        _Call(key[0], key[2], rungs[key], some[0].item_code, tuple(row.code for row in some))
        for key, some in groups.items()
    ]


def _rung(lamp: Lamp, row: Any) -> Rung | None:
    """The rung an assignment was told on, where it still stands there."""
    rungs = lamp.ladder(row.policy_id, row.clock).rungs
    number = milestone_of(row.clock)
    done = number is not None and number <= row.milestones_done
    if done or not runs(row.clock, State(row.state)) or not 0 <= row.stands < len(rungs):
        return None
    return rungs[row.stands] if rungs[row.stands].id == row.rung else None


def _write(workspace: Workspace, call: _Call, known: Known | None, now: datetime) -> list[Made]:
    with workspace.write(now) as connection:
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        rows = list(assignments.by_codes(connection, call.codes).values())
        clocks = assignments.clocks_of(connection, [row.id for row in rows])
        mine = {key: one for key, some in clocks.items() for one in some if one.clock == call.clock}
        whole = Subject(call.rung.instrument, call.clock, call.rung, tuple(rows), mine)
        there = documents.covered(connection, whole.instrument, whole.cases)
        left = tuple(row for row, case in zip(whole.rows, whole.cases, strict=True) if case not in there)
        if not left:
            return []
        subject = Subject(whole.instrument, call.clock, call.rung, left, mine)
        return [write(connection, workspace, lamp, Author(connection, lamp, known), subject, ENGINE, sweep=call.seq)]
