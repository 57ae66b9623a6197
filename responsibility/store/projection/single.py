"""Acts on single assignments: what an entry by a person does to their columns and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    insert,
    literal,
    select,
    update,
)

from responsibility.store import finished
from responsibility.store.positions import (
    Values,
    arm_clock,
    arm_clocks,
    instant,
    set_columns,
    stop_clocks,
    stop_work,
)
from responsibility.store.rows import assignment, clock, delegation, extension


def sign(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """The sign clock stands still; others may begin."""
    set_columns(connection, codes, state="signed")
    stop_clocks(connection, codes, "sign")
    arm_clocks(connection, codes, values)


def report(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """What was reported adds up or replaces; the clocks follow."""
    columns: dict[str, Any] = {"state": "in_progress", "counted": assignment.c.counted + (values.get("count") or 0)}
    if values.get("percent") is not None:
        columns["percent"] = values["percent"]
    if values.get("milestone") is not None:
        columns["milestones_done"] = values["milestone"]
    set_columns(connection, codes, **columns)
    arm_clocks(connection, codes, values)


def reject_report(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """A report does not count: what it added goes, what it replaced is back, its period is open again."""
    back = {"percent": values["percent"], "milestones_done": values["milestones_done"]}
    set_columns(connection, codes, counted=assignment.c.counted - values["count"], **back)
    arm_clocks(connection, codes, values)


def submit(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Done as the owner sees it: his clocks stand still, the office has its term."""
    set_columns(connection, codes, state="submitted", submitted_late=values["late"])
    if values.get("milestones"):
        set_columns(connection, codes, milestones_done=values["milestones"])
    stop_work(connection, codes)
    arm_clock(connection, codes, "verify", values["verify"])


def send_back(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Not good enough: the finish clock starts anew, and parents are open again."""
    set_columns(connection, codes, state="returned", submitted_late=False, returns=assignment.c.returns + 1)
    stop_clocks(connection, codes, "verify")
    for state, parents in values.get("reopened", {}).items():
        set_columns(connection, parents, state=state)
    if values["finish"]:
        arm = values["finish"]
        set_columns(connection, codes, due_on=date.fromisoformat(arm["due_on"]), due_at=instant(arm["due_at"]))
        arm_clock(connection, codes, "finish", arm)
    arm_clocks(connection, codes, values)


def close(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Verified: all clocks fall silent, and parents close."""
    closed = [*codes, *values["rolled_up"]]
    set_columns(connection, closed, state="closed")
    stop_clocks(connection, closed, but="review")
    finished.note(connection, assignment.c.code.in_(list(codes)))


def extend(connection: Connection, seq: int, at: datetime, codes: Sequence[str], values: Values) -> None:
    """An extension asked for; granted at once where the office does so after the due date."""
    asked = select(
        literal(seq),
        assignment.c.id,
        literal(date.fromisoformat(values["from"]), extension.c.from_on.type),
        literal(date.fromisoformat(values["to"]), extension.c.to_on.type),
        literal(values["reason"]),
        literal(values["progress"]),
        literal(values["by"]),
        literal(at, extension.c.asked_at.type),
        literal(values["agreed"]),
        literal(values["late"]),
        literal("open"),
        literal(""),
    ).where(assignment.c.code.in_(list(codes)))
    connection.execute(insert(extension).from_select([column.name for column in extension.c], asked))
    if values.get("granted"):
        _grant(connection, codes, seq, values)


def agree(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """One of those who have to agree has."""
    to = date.fromisoformat(values["to"])
    connection.execute(update(extension).where(extension.c.seq == values["of"]).values(agreed=values["step"], to_on=to))


def approve(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """The last of them has: the new date."""
    _grant(connection, codes, values["of"], values)


def _grant(connection: Connection, codes: Sequence[str], of: int, values: Values) -> None:
    arm, to = values["granted"], date.fromisoformat(values["to"])
    connection.execute(update(extension).where(extension.c.seq == of).values(status="approved", to_on=to))
    set_columns(connection, codes, due_on=to, due_at=instant(arm["due_at"]), extensions=assignment.c.extensions + 1)
    if arm.get("runs", True):
        arm_clock(connection, codes, "finish", arm)
        arm_clocks(connection, codes, values)


def reject(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Refused: the date stays."""
    answered = {"status": "rejected", "answer": values["reason"]}
    connection.execute(update(extension).where(extension.c.seq == values["of"]).values(answered))


def delegate(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Another post acts for the owner from now on; nobody does any more where it names none."""
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    connection.execute(delete(delegation).where(delegation.c.assignment_id.in_(ids)))
    if values["to"]:
        until = literal(date.fromisoformat(values["until"]), delegation.c.until_on.type)
        chosen = ids.add_columns(literal(values["to"]), until)
        connection.execute(insert(delegation).from_select(["assignment_id", "post", "until_on"], chosen))


def suspend(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """All clocks stand still."""
    paused = {"before_pause": values["before"], "paused_on": date.fromisoformat(values["on"])}
    set_columns(connection, codes, state="suspended", **paused)
    stop_clocks(connection, codes)


def resume(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Back to the state before; the clocks go on, later."""
    set_columns(connection, codes, state=assignment.c.before_pause)
    given_back = assignment.c.given_back + values.get("lost", 0)
    set_columns(connection, codes, before_pause=None, paused_on=None, given_back=given_back)
    if values["due_on"]:
        set_columns(connection, codes, due_on=date.fromisoformat(values["due_on"]), due_at=instant(values["due_at"]))
    c = clock.c
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    for name, to in values["clocks"].items():
        going = {
            "due_on": date.fromisoformat(to["due_on"]),
            "due_at": instant(to["due_at"]),
            "rung": to["rung"],
            "next_at": instant(to["next_at"]),
            "arming": c.arming + (1 if to["moved"] else 0),
            "until_at": instant(to.get("until_at")),
        }
        connection.execute(update(clock).where(c.assignment_id.in_(ids), c.clock == name).values(going))
