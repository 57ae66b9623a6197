"""Acts on many assignments at once: issued, moved, taken back, urged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    insert,
    null,
    select,
    update,
)

from responsibility.store import cards, finished, reviews
from responsibility.store.positions import (
    Values,
    arm_clock,
    arm_clocks,
    instant,
    set_columns,
    start_clocks,
)
from responsibility.store.rows import assignment, clock, delegation, event


def issue(connection: Connection, seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """A block of drafts is handed over, and its clocks start; what `laying.lay` has just written is no draft."""
    a = assignment.c
    laid = a.id.between(values["first"], values["last"])
    connection.execute(
        update(assignment)
        .where(laid, a.state == "draft")
        .values(
            state="issued",
            issued_seq=seq,
            issued_on=date.fromisoformat(values["issued_on"]),
            due_on=a.laid_due_on,
            due_at=a.laid_due_at,
        )
    )
    finished.forget(connection, laid)
    if values["sign"]:
        start_clocks(connection, "sign", values["sign"], laid & a.signs)
    for group in values["finish"]:
        start_clocks(connection, "finish", group, laid & a.works & (a.laid_due_at == instant(group["due_at"])))
    for group in values.get("arms", ()):
        which = laid & a.works & a.occurrence_id.in_(group["occurrences"])
        for name, arm in group["arms"].items():
            start_clocks(connection, name, arm, which)
    if values.get("review"):
        reviews.start(connection, values["review"], laid)


def redate(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Items moved to another date, with the clocks of what is laid of them."""
    a = assignment.c
    for moved in values["items"].values():
        laid = (a.occurrence_id == moved["occurrence"]) & a.state.not_in(("draft", "closed", "cancelled"))
        due_on = moved["due_on"] and date.fromisoformat(moved["due_on"])
        dates = {"due_on": due_on, "due_at": instant(moved["due_at"]), "rectifying_since": None}
        connection.execute(update(assignment).where(laid).values(dates))
        stays = ("sign", "verify", "report", "review", *(("finish",) if moved["finish"] else ()))
        stops = clock.c.assignment_id.in_(select(a.id).where(laid)) & clock.c.clock.not_in(stays)
        connection.execute(update(clock).where(stops).values(next_at=null()))
        for policy_id, arm in moved["finish"].items():
            running = laid & a.works & (a.policy_id == int(policy_id)) & a.state.not_in(("submitted", "suspended"))
            codes = list(connection.execute(select(a.code).where(running)).scalars())
            arm_clock(connection, codes, "finish", arm)
        rearm(connection, _seq, _at, _codes, {"groups": moved.get("others", ())})


def rearm(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Set clocks anew for assignments that share them."""
    for group in values["groups"]:
        arm_clocks(connection, group["codes"], group)


def withdraw(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Cancel blocks of assignments: their clocks stand still. Parents that are complete without them close."""
    blocks = [{"b_first": first, "b_last": last} for first, last in values["cancelled"]]
    if blocks:
        first, last = bindparam("b_first", type_=Integer), bindparam("b_last", type_=Integer)
        cancel = update(assignment).where(assignment.c.id.between(first, last)).values(state="cancelled")
        connection.execute(cancel, blocks)
        stop = update(clock).where(clock.c.assignment_id.between(first, last)).values(next_at=null())
        connection.execute(stop, blocks)
    if values.get("rolled_up"):
        set_columns(connection, values["rolled_up"], state="closed")
    finished.note_blocks(connection, values["cancelled"])


def reissue(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Hand out again what was cancelled; what had been reported on it stays, and nobody acts for the owner any more."""
    for again in values["again"]:
        ids = select(assignment.c.id).where(assignment.c.code.in_(again["codes"]))
        connection.execute(delete(delegation).where(delegation.c.assignment_id.in_(ids)))
        due_on = again["due_on"] and date.fromisoformat(again["due_on"])
        set_columns(
            connection,
            again["codes"],
            state="issued",
            issued_on=date.fromisoformat(values["issued_on"]),
            due_on=due_on,
            due_at=instant(again["due_at"]),
            submitted_late=False,
            rectifying_since=None,
        )
        for name in ("sign", "finish", "review"):
            if again.get(name):
                arm_clock(connection, again[f"{name}_codes"], name, again[name])
        arm_clocks(connection, again["finish_codes"], again)


def set_event(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Note the day of an event; the items bound to it follow in a `redate`."""
    connection.execute(delete(event).where(event.c.key == values["key"]))
    held_on = date.fromisoformat(values["on"])
    connection.execute(insert(event).values(key=values["key"], name=values["event"], held_on=held_on))


def move_calendar(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Move running clocks to where another calendar puts them; they stay on the rung they are on."""
    c = clock.c
    for term in values["terms"]:
        to = term["to"]
        columns = {"due_on": date.fromisoformat(to["due_on"]), "due_at": instant(to["due_at"])}
        which = (c.clock == term["clock"]) & c.next_at.is_not(None) & _in_term(term["where"])
        connection.execute(update(clock).where(which).values(**columns, next_at=instant(to["next_at"])))
    for group in values["clocks"]:
        key = (c.policy_id == group["policy"]) & (c.clock == group["clock"]) & (c.rung == group["rung"])
        key &= (c.rule == group.get("rule", "")) & (c.missed == group.get("missed", 0))
        which = key & (c.due_on == date.fromisoformat(group["due_on"])) & (c.next_at == instant(group["from"]))
        connection.execute(update(clock).where(which).values(next_at=instant(group["next_at"])))


def _in_term(where: Values) -> Any:
    """One assignment's clock, or those that began on one day under one policy."""
    c = clock.c
    if "assignment" in where:
        return c.assignment_id == where["assignment"]
    since = select(assignment.c.id).where(assignment.c.issued_on == date.fromisoformat(where["issued_on"]))
    same = (c.policy_id == where["policy"]) & (c.rung == where["rung"])
    return same & (c.due_on == date.fromisoformat(where["due_on"])) & c.assignment_id.in_(since)


def urge(connection: Connection, seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Clocks urged by hand: armed anew, and never back to a rung before the one they were on."""
    cards.apply(connection, seq, values)
    c = clock.c
    for move in values["moves"]:
        key = (c.policy_id == move["policy"]) & (c.clock == values["clock"]) & (c.rung == move["rung"])
        key &= c.due_on == date.fromisoformat(move["due_on"])
        going = {"rung": move["to"], "arming": c.arming + 1}
        if move["to"] != move["rung"]:
            going["next_at"] = instant(move["next_at"])
        for first, last in values["assignments"]:
            which = key & c.assignment_id.between(first, last)
            connection.execute(update(clock).where(which).values(going))
