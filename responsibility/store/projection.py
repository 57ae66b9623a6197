"""The state columns as a projection of the ledger: `apply` brings them up to one entry, `rebuild` to all of them.

Live acts and replay go through the same functions, so that the ledger alone explains the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from responsibility.store import cards, reviews, switching
from responsibility.store.images import write_back
from responsibility.store.positions import (
    Values,
    arm_clock,
    arm_clocks,
    instant,
    set_columns,
    start_clocks,
    stop_clocks,
    stop_work,
)
from responsibility.store.rows import assignment, clock, delegation, event, extension, review
from responsibility.store.scratch import empty, fill, scratch

#: Where the clocks of one key go in a sweep.
step = scratch(
    "sweep_step",
    Column("policy_id", Integer, primary_key=True),
    Column("clock", String, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("rung", Integer, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("missed", Integer, primary_key=True),
    Column("to", Integer, nullable=False),
    Column("next_at", clock.c.next_at.type),
    #: Of report clocks: how many periods began, and when the present one is due.
    Column("began", Integer, nullable=False),
    Column("to_due_on", Date, nullable=False),
    Column("to_due_at", clock.c.due_at.type),
)

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
    connection.execute(delete(review))
    connection.execute(delete(event))
    connection.execute(delete(delegation))
    cards.reset(connection)
    switching.reset(connection)
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
            given_back=0,
            returns=0,
            extensions=0,
            rectifying_since=None,
        )
    )


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
        start_clocks(connection, "sign", values["sign"], laid & a.signs)
    for group in values["finish"]:
        start_clocks(connection, "finish", group, laid & a.works & (a.laid_due_at == instant(group["due_at"])))
    for group in values.get("arms", ()):
        which = laid & a.works & a.occurrence_id.in_(group["occurrences"])
        for name, arm in group["arms"].items():
            start_clocks(connection, name, arm, which)
    if values.get("review"):
        reviews.start(connection, values["review"], laid)


def _sweep(connection: Connection, seq: int, at: datetime, _codes: Sequence[str], values: Values) -> None:
    cards.apply(connection, seq, values)
    c, s = clock.c, step.c
    connection.execute(update(clock).where(c.next_at <= at, c.until_at <= at).values(next_at=null()))
    if not values["decisions"]:
        return
    fill(connection, step, [_step(decision) for decision in values["decisions"]])
    at_key = and_(*(s[name] == c[name] for name in ("policy_id", "clock", "due_on", "rung", "rule", "missed")))
    climbed = {"rung": s.to, "next_at": s.next_at}
    ordinary, periodic = c.next_at <= at, (c.next_at <= at) & (c.rule != "")
    if any(decision.get("rule") for decision in values["decisions"]):
        began = {
            "due_on": s.to_due_on,
            "due_at": func.coalesce(s.to_due_at, c.due_at),
            "arming": c.arming + s.began,
            "missed": c.missed + s.began,
        }
        connection.execute(update(clock).where(periodic, at_key).values(**climbed, **began))
        ordinary &= c.rule == ""
    connection.execute(update(clock).where(ordinary, at_key).values(climbed))
    empty(connection, step)


def _step(decision: Values) -> dict[str, Any]:
    due_on = decision["due_on"]
    return {
        "policy_id": decision["policy"],
        "clock": decision["clock"],
        "due_on": date.fromisoformat(due_on),
        "rung": decision["rung"],
        "rule": decision.get("rule", ""),
        "missed": decision.get("missed", 0),
        "to": decision["to"],
        "next_at": instant(decision["next_at"]),
        "began": decision.get("began", 0),
        "to_due_on": date.fromisoformat(decision.get("to_due_on", due_on)),
        "to_due_at": instant(decision.get("to_due_at")),
    }


def _sign(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    set_columns(connection, codes, state="signed")
    stop_clocks(connection, codes, "sign")
    arm_clocks(connection, codes, values)


def _report(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    columns: dict[str, Any] = {"state": "in_progress", "counted": assignment.c.counted + (values.get("count") or 0)}
    if values.get("percent") is not None:
        columns["percent"] = values["percent"]
    if values.get("milestone") is not None:
        columns["milestones_done"] = values["milestone"]
    set_columns(connection, codes, **columns)
    arm_clocks(connection, codes, values)


def _reject_report(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """A report does not count: what it added goes, what it replaced is back, its period is open again."""
    back = {"percent": values["percent"], "milestones_done": values["milestones_done"]}
    set_columns(connection, codes, counted=assignment.c.counted - values["count"], **back)
    arm_clocks(connection, codes, values)


def _submit(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    set_columns(connection, codes, state="submitted", submitted_late=values["late"])
    if values.get("milestones"):
        set_columns(connection, codes, milestones_done=values["milestones"])
    stop_work(connection, codes)
    arm_clock(connection, codes, "verify", values["verify"])


def _return(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    set_columns(connection, codes, state="returned", submitted_late=False, returns=assignment.c.returns + 1)
    stop_clocks(connection, codes, "verify")
    for state, parents in values.get("reopened", {}).items():
        set_columns(connection, parents, state=state)
    if values["finish"]:
        arm = values["finish"]
        set_columns(connection, codes, due_on=date.fromisoformat(arm["due_on"]), due_at=instant(arm["due_at"]))
        arm_clock(connection, codes, "finish", arm)
    arm_clocks(connection, codes, values)


def _close(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    closed = [*codes, *values["rolled_up"]]
    set_columns(connection, closed, state="closed")
    stop_clocks(connection, closed, but="review")


def _review(connection: Connection, seq: int, at: datetime, codes: Sequence[str], values: Values) -> None:
    reviews.hold(connection, seq, at, codes, values)
    if values["finish"]:
        _return(connection, seq, at, codes, values)


def _follow_reviews(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    reviews.follow(connection, values)


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
    set_columns(connection, codes, due_on=to, due_at=instant(arm["due_at"]), extensions=assignment.c.extensions + 1)
    if arm.get("runs", True):
        arm_clock(connection, codes, "finish", arm)
        arm_clocks(connection, codes, values)


def _reject(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    answered = {"status": "rejected", "answer": values["reason"]}
    connection.execute(update(extension).where(extension.c.seq == values["of"]).values(answered))


def _delegate(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    """Another post acts for the owner from now on; nobody does any more where it names none."""
    ids = select(assignment.c.id).where(assignment.c.code.in_(list(codes)))
    connection.execute(delete(delegation).where(delegation.c.assignment_id.in_(ids)))
    if values["to"]:
        until = literal(date.fromisoformat(values["until"]), delegation.c.until_on.type)
        chosen = ids.add_columns(literal(values["to"]), until)
        connection.execute(insert(delegation).from_select(["assignment_id", "post", "until_on"], chosen))


def _suspend(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
    paused = {"before_pause": values["before"], "paused_on": date.fromisoformat(values["on"])}
    set_columns(connection, codes, state="suspended", **paused)
    stop_clocks(connection, codes)


def _resume(connection: Connection, _seq: int, _at: datetime, codes: Sequence[str], values: Values) -> None:
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


def _redate(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
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
        _rearm(connection, _seq, _at, _codes, {"groups": moved.get("others", ())})


def _rearm(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Set clocks anew for assignments that share them."""
    for group in values["groups"]:
        arm_clocks(connection, group["codes"], group)


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
        set_columns(connection, values["rolled_up"], state="closed")


def _reissue(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
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


def _urge(connection: Connection, seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
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


def _apply_policy(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    switching.apply(connection, values)


def _undo(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Put back the rows an act changed as they were before it."""
    write_back(connection, values["rows"])


_APPLIERS: dict[str, Applier] = {
    "issue": _issue,
    "sweep": _sweep,
    "sign": _sign,
    "report": _report,
    "reject": _reject_report,
    "submit": _submit,
    "return": _return,
    "close": _close,
    "review": _review,
    "review.follow": _follow_reviews,
    "cancel": _withdraw,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "extend.agree": _agree,
    "extend.approve": _approve,
    "extend.reject": _reject,
    "rearm": _rearm,
    "delegate": _delegate,
    "redate": _redate,
    "reissue": _reissue,
    "calendar.import": _move_calendar,
    "event.set": _set_event,
    "item.cancel": _withdraw,
    "item.reassign": _withdraw,
    "list.cancel": _withdraw,
    "policy.apply": _apply_policy,
    "urge": _urge,
    "undo": _undo,
}

#: The acts that move assignments and clocks.
ACTS = frozenset(_APPLIERS)
