"""The state columns as a projection of the ledger: `apply` brings them up to one entry, `rebuild` to all of them.

Live acts and replay go through the same functions, so that the ledger alone explains the state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from responsibility.store.images import write_back
from responsibility.store.rows import assignment, clock, event, extension
from responsibility.store.scratch import empty, fill, scratch

#: Where the clocks of one key go in a sweep.
step = scratch(
    "sweep_step",
    Column("policy_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("rung", Integer, primary_key=True),
    Column("to", Integer, nullable=False),
    Column("next_at", clock.c.next_at.type),
)

Values = Mapping[str, Any]
Applier = Callable[[Connection, int, datetime, Sequence[str], Values], None]


def apply(connection: Connection, seq: int, at: datetime, act: str, codes: Sequence[str], values: Values) -> None:
    """Bring the state up to one entry; acts that touch no assignment change nothing."""
    applier = _APPLIERS.get(act)
    if applier is not None:
        applier(connection, seq, at, codes, values)


def reset(connection: Connection) -> None:
    """Back to before the first act: what was laid stays, as drafts without clocks."""
    connection.execute(delete(clock))
    connection.execute(delete(extension))
    connection.execute(delete(event))
    connection.execute(
        update(assignment).values(
            state="draft",
            issued_seq=None,
            issued_on=None,
            due_on=None,
            due_at=None,
            percent=None,
            counted=0,
            milestones_done=0,
            submitted_late=False,
            before_pause=None,
            paused_on=None,
            returns=0,
            extensions=0,
        )
    )


def instant(text: str | None) -> datetime | None:
    """An instant as entries write it."""
    return datetime.fromisoformat(text) if text else None


def _issue(connection: Connection, seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    a = assignment.c
    laid = a.id.between(values["first"], values["last"])
    connection.execute(
        update(assignment)
        .where(laid)
        .values(
            state="issued",
            issued_seq=seq,
            issued_on=date.fromisoformat(values["issued_on"]),
            due_on=a.laid_due_on,
            due_at=a.laid_due_at,
        )
    )
    if values["sign"]:
        _start(connection, "sign", values["sign"], laid & a.signs)
    for group in values["finish"]:
        _start(connection, "finish", group, laid & a.works & (a.laid_due_at == instant(group["due_at"])))


def _start(connection: Connection, name: str, arm: Values, which: Any) -> None:
    a = assignment.c
    columns = ["assignment_id", "clock", "policy_id", "arming", "due_on", "due_at", "rung", "next_at"]
    chosen = select(
        a.id,
        literal(name),
        a.policy_id,
        literal(1),
        literal(date.fromisoformat(arm["due_on"]), clock.c.due_on.type),
        literal(instant(arm["due_at"]), clock.c.due_at.type),
        literal(-1),
        literal(instant(arm["next_at"]), clock.c.next_at.type),
    ).where(which)
    connection.execute(insert(clock).from_select(columns, chosen))


def _sweep(connection: Connection, _seq: int, at: datetime, _codes: Sequence[str], values: Values) -> None:
    if not values["decisions"]:
        return
    c, s = clock.c, step.c
    steps = [
        {
            "policy_id": d["policy"],
            "clock": d["clock"],
            "due_on": date.fromisoformat(d["due_on"]),
            "rung": d["rung"],
            "to": d["to"],
            "next_at": instant(d["next_at"]),
        }
        for d in values["decisions"]
    ]
    fill(connection, step, steps)
    at_key = and_(s.policy_id == c.policy_id, s.clock == c.clock, s.due_on == c.due_on, s.rung == c.rung)
    connection.execute(update(clock).where(c.next_at <= at, at_key).values(rung=s.to, next_at=s.next_at))
    empty(connection, step)


def _set(connection: Connection, codes: Sequence[str], **columns: Any) -> None:
    connection.execute(update(assignment).where(assignment.c.code.in_(list(codes))).values(**columns))


def _stop(connection: Connection, codes: Sequence[str], *names: str) -> None:
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    stop = update(clock).where(clock.c.assignment_id.in_(ids)).values(next_at=null())
    connection.execute(stop.where(clock.c.clock.in_(names)) if names else stop)


def _sign(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], _values: Values) -> None:
    _set(connection, codes, state="signed")
    _stop(connection, codes, "sign")


def _report(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    columns: dict[str, Any] = {"state": "in_progress", "counted": assignment.c.counted + (values.get("count") or 0)}
    if values.get("percent") is not None:
        columns["percent"] = values["percent"]
    if values.get("milestone") is not None:
        columns["milestones_done"] = values["milestone"]
    _set(connection, codes, **columns)


def _submit(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    _set(connection, codes, state="submitted", submitted_late=values["late"])
    _stop(connection, codes, "sign", "finish")
    _arm(connection, codes, "verify", values["verify"])


def _return(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    _set(connection, codes, state="returned", submitted_late=False, returns=assignment.c.returns + 1)
    _stop(connection, codes, "verify")
    for state, parents in values.get("reopened", {}).items():
        _set(connection, parents, state=state)
    if values["finish"]:
        arm = values["finish"]
        _set(connection, codes, due_on=date.fromisoformat(arm["due_on"]), due_at=instant(arm["due_at"]))
        _arm(connection, codes, "finish", arm)


def _arm(connection: Connection, codes: Sequence[str], name: str, arm: Values) -> None:
    """Start a clock anew: arming rises by one and the ladder begins before its first rung."""
    a = assignment.c
    rows = connection.execute(select(a.id, a.policy_id).where(a.code.in_(list(codes)))).all()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    fresh = {
        "due_on": date.fromisoformat(arm["due_on"]),
        "due_at": instant(arm["due_at"]),
        "rung": -1,
        "next_at": instant(arm["next_at"]),
    }
    upsert = dialect.insert(clock)
    upsert = upsert.on_conflict_do_update(
        index_elements=["assignment_id", "clock"], set_={**fresh, "arming": clock.c.arming + 1}
    )
    if not rows:
        return
    values = [
        {"assignment_id": row.id, "clock": name, "policy_id": row.policy_id, "arming": 1, **fresh} for row in rows
    ]
    connection.execute(upsert, values)


def _close(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    closed = [*codes, *values["rolled_up"]]
    _set(connection, closed, state="closed")
    _stop(connection, closed)


def _extend(connection: Connection, seq: int, at: datetime, codes: Sequence[str], values: Values) -> None:
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


def _agree(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    to = date.fromisoformat(values["to"])
    connection.execute(update(extension).where(extension.c.seq == values["of"]).values(agreed=values["step"], to_on=to))


def _approve(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    _grant(connection, codes, values["of"], values)


def _grant(connection: Connection, codes: Sequence[str], of: int, values: Values) -> None:
    arm, to = values["granted"], date.fromisoformat(values["to"])
    connection.execute(update(extension).where(extension.c.seq == of).values(status="approved", to_on=to))
    _set(connection, codes, due_on=to, due_at=instant(arm["due_at"]), extensions=assignment.c.extensions + 1)
    if arm.get("runs", True):
        _arm(connection, codes, "finish", arm)


def _reject(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    answered = {"status": "rejected", "answer": values["reason"]}
    connection.execute(update(extension).where(extension.c.seq == values["of"]).values(answered))


def _suspend(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    paused = {"before_pause": values["before"], "paused_on": date.fromisoformat(values["on"])}
    _set(connection, codes, state="suspended", **paused)
    _stop(connection, codes)


def _resume(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    _set(connection, codes, state=assignment.c.before_pause)
    _set(connection, codes, before_pause=None, paused_on=None)
    if values["due_on"]:
        _set(connection, codes, due_on=date.fromisoformat(values["due_on"]), due_at=instant(values["due_at"]))
    c = clock.c
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    for name, to in values["clocks"].items():
        going = {
            "due_on": date.fromisoformat(to["due_on"]),
            "due_at": instant(to["due_at"]),
            "rung": to["rung"],
            "next_at": instant(to["next_at"]),
            "arming": c.arming + (1 if to["moved"] else 0),
        }
        connection.execute(update(clock).where(c.assignment_id.in_(ids), c.clock == name).values(going))


def _redate(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    a = assignment.c
    for moved in values["items"].values():
        laid = (a.occurrence_id == moved["occurrence"]) & a.state.not_in(("draft", "closed", "cancelled"))
        due_on = moved["due_on"] and date.fromisoformat(moved["due_on"])
        connection.execute(update(assignment).where(laid).values(due_on=due_on, due_at=instant(moved["due_at"])))
        if not moved["finish"]:
            ids = select(a.id).where(laid)
            stop = update(clock).where(clock.c.assignment_id.in_(ids), clock.c.clock == "finish")
            connection.execute(stop.values(next_at=null()))
        for policy_id, arm in moved["finish"].items():
            running = laid & a.works & (a.policy_id == int(policy_id)) & a.state.not_in(("submitted", "suspended"))
            codes = list(connection.execute(select(a.code).where(running)).scalars())
            _arm(connection, codes, "finish", arm)


def _withdraw(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Cancel blocks of assignments: their clocks stand still. Parents that are complete without them close."""
    blocks = [{"b_first": first, "b_last": last} for first, last in values["cancelled"]]
    if blocks:
        first, last = bindparam("b_first", type_=Integer), bindparam("b_last", type_=Integer)
        cancel = update(assignment).where(assignment.c.id.between(first, last)).values(state="cancelled")
        connection.execute(cancel, blocks)
        stop = update(clock).where(clock.c.assignment_id.between(first, last)).values(next_at=null())
        connection.execute(stop, blocks)
    if values.get("rolled_up"):
        _set(connection, values["rolled_up"], state="closed")


def _reissue(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Hand out again what was cancelled; what had been reported on it stays."""
    for again in values["again"]:
        due_on = again["due_on"] and date.fromisoformat(again["due_on"])
        _set(
            connection,
            again["codes"],
            state="issued",
            issued_on=date.fromisoformat(values["issued_on"]),
            due_on=due_on,
            due_at=instant(again["due_at"]),
            submitted_late=False,
        )
        for name in ("sign", "finish"):
            if again[name]:
                _arm(connection, again[f"{name}_codes"], name, again[name])


def _set_event(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Note the day of an event; the items bound to it follow in a `redate`."""
    connection.execute(delete(event).where(event.c.key == values["key"]))
    held_on = date.fromisoformat(values["on"])
    connection.execute(insert(event).values(key=values["key"], name=values["event"], held_on=held_on))


def _move_calendar(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Move running clocks to where another calendar puts them; they stay on the rung they are on."""
    c = clock.c
    for term in values["terms"]:
        to = term["to"]
        columns = {"due_on": date.fromisoformat(to["due_on"]), "due_at": instant(to["due_at"])}
        which = (c.clock == term["clock"]) & c.next_at.is_not(None) & _in_term(term["where"])
        connection.execute(update(clock).where(which).values(**columns, next_at=instant(to["next_at"])))
    for group in values["clocks"]:
        key = (c.policy_id == group["policy"]) & (c.clock == group["clock"]) & (c.rung == group["rung"])
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


def _undo(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Put back the rows an act changed as they were before it."""
    write_back(connection, values["rows"])


_APPLIERS: dict[str, Applier] = {
    "issue": _issue,
    "sweep": _sweep,
    "sign": _sign,
    "report": _report,
    "submit": _submit,
    "return": _return,
    "close": _close,
    "cancel": _withdraw,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "extend.agree": _agree,
    "extend.approve": _approve,
    "extend.reject": _reject,
    "redate": _redate,
    "reissue": _reissue,
    "calendar.import": _move_calendar,
    "event.set": _set_event,
    "item.cancel": _withdraw,
    "item.reassign": _withdraw,
    "list.cancel": _withdraw,
    "undo": _undo,
}

#: The acts that move assignments and clocks.
ACTS = frozenset(_APPLIERS)
