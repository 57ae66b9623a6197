"""The state columns as a projection of the ledger: `apply` brings them up to one entry, `rebuild` to all of them.

Live acts and replay go through the same functions, so that the ledger alone explains the state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, select, update

from responsibility.store import cards, finished, reviews, switching
from responsibility.store.images import write_back
from responsibility.store.positions import Values
from responsibility.store.projection import sets, single, sweeps
from responsibility.store.rows import assignment, clock, delegation, event, extension, ledger, notice, review

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
    finished.reset(connection)
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


def _review(connection: Connection, seq: int, at: datetime, codes: Sequence[str], values: Values) -> None:
    reviews.hold(connection, seq, at, codes, values)
    if values["finish"]:
        single.send_back(connection, seq, at, codes, values)


def _follow_reviews(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    reviews.follow(connection, values)


def _apply_policy(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    switching.apply(connection, values)


def _undo(connection: Connection, _seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """Put back the rows an act changed as they were before it."""
    write_back(connection, values["rows"])
    ids = {row["key"]["id"] for row in values["rows"] if row["table"] == "assignment"}
    finished.note(connection, assignment.c.id.in_(sorted(ids)))


def _correct(connection: Connection, seq: int, _at: datetime, _codes: Sequence[str], values: Values) -> None:
    """The clock was put right: the sweeps it had run ahead with never happened.

    What they told stays told, so that clocks they moved are armed above every notice there is.
    """
    wrong = ledger.c.seq.between(values["first"], values["last"])
    reset(connection)
    kept = select(ledger).where(ledger.c.seq < seq, ~(wrong & ledger.c.act.in_(sweeps.SWEEPS))).order_by(ledger.c.seq)
    for row in connection.execute(kept).all():
        apply(connection, row.seq, row.at, row.act, row.codes, row._mapping["values"])
    c, n = clock.c, notice.c
    same = (n.assignment_id == c.assignment_id) & (n.clock == c.clock)
    highest = select(func.max(n.arming)).where(same, n.seq < seq).scalar_subquery()
    told = select(n.id).where(same, n.seq.between(values["first"], values["last"])).exists()
    above = case((highest > c.arming, highest), else_=c.arming) + 1
    connection.execute(update(clock).where(told).values(arming=above))


_APPLIERS: dict[str, Applier] = {
    "issue": sets.issue,
    "sweep": sweeps.sweep,
    "sweep.begin": sweeps.begin,
    "sweep.shard": sweeps.shard,
    "sign": single.sign,
    "report": single.report,
    "reject": single.reject_report,
    "submit": single.submit,
    "return": single.send_back,
    "close": single.close,
    "review": _review,
    "review.follow": _follow_reviews,
    "cancel": sets.withdraw,
    "clock.correct": _correct,
    "suspend": single.suspend,
    "resume": single.resume,
    "extend": single.extend,
    "extend.agree": single.agree,
    "extend.approve": single.approve,
    "extend.reject": single.reject,
    "rearm": sets.rearm,
    "delegate": single.delegate,
    "redate": sets.redate,
    "reissue": sets.reissue,
    "calendar.import": sets.move_calendar,
    "event.set": sets.set_event,
    "item.cancel": sets.withdraw,
    "item.reassign": sets.withdraw,
    "list.cancel": sets.withdraw,
    "policy.apply": _apply_policy,
    "urge": sets.urge,
    "undo": _undo,
}

#: The acts that move assignments and clocks.
ACTS = frozenset(_APPLIERS)
