"""Cards of units, and what is told of a unit as a whole: rows written from ledger entries only, and read set-based."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select

from responsibility.store.rows import assignment, card, holding, item, ledger, ledger_ref, occurrence, post, unit_notice
from responsibility.store.standing import LIGHT
from responsibility.store.words import words_of

#: Cards written at once.
_AT_ONCE = 5_000

# -- written by the projection -----------------------------------------------------------------------------------------


def reset(connection: Connection) -> None:
    """Back to before the first card."""
    connection.execute(delete(card))
    connection.execute(delete(unit_notice))


def apply(connection: Connection, seq: int, values: Mapping[str, Any]) -> None:
    """The cards and the notices of units that an entry records."""
    given = values.get("cards") or {}
    dialect = words_of(connection.dialect)
    for rule, cases in given.get("got", {}).items():
        same = {"seq": seq, "got_on": date.fromisoformat(given["on"]), "rule": rule}
        for start in range(0, len(cases), _AT_ONCE):
            some = cases[start : start + _AT_ONCE]
            rows = [{"unit": unit, "occurrence_id": of, "assignment_id": first, **same} for unit, of, first in some]
            connection.execute(dialect.insert(card).on_conflict_do_nothing(), rows)
    told = [{**one, "seq": seq} for one in values.get("told", ())]
    if told:
        connection.execute(insert(unit_notice), told)


# -- read ------------------------------------------------------------------------------------------------------------


def known(connection: Connection, rule: str, units: Collection[str]) -> set[tuple[str, int]]:
    """(unit, occurrence) of every card these units have by a rule."""
    query = select(card.c.unit, card.c.occurrence_id).where(card.c.rule == rule, card.c.unit.in_(list(units)))
    return {(row[0], row[1]) for row in connection.execute(query)}


def since_day(connection: Connection, rule: str, day: date) -> dict[str, int]:
    """Unit → how many cards it got by a rule from that day on."""
    query = select(card.c.unit, func.count()).where(card.c.rule == rule, card.c.got_on >= day).group_by(card.c.unit)
    return {row[0]: row[1] for row in connection.execute(query)}


def in_a_row(connection: Connection, rule: str) -> dict[str, tuple[int, int]]:
    """Unit → (cards since it last finished a case without one, the ledger entry that finished it or 0)."""
    broke = _finished_in_time(rule).subquery()
    since = func.coalesce(func.max(broke.c.seq), 0)
    counted = func.count().filter(card.c.seq > func.coalesce(broke.c.seq, 0))
    query = select(card.c.unit, counted, since).outerjoin(broke, broke.c.unit == card.c.unit)
    rows = connection.execute(query.where(card.c.rule == rule).group_by(card.c.unit))
    return {row[0]: (row[1], row[2]) for row in rows}


def _finished_in_time(rule: str) -> Any:
    """Unit → the entry that closed the last of its cases that got no card by the rule."""
    a, other = assignment.c, assignment.alias("other")
    carded = select(card.c.seq).where(
        card.c.rule == rule, card.c.unit == a.unit, card.c.occurrence_id == a.occurrence_id
    )
    open_ = select(other.c.id).where(
        other.c.unit == a.unit,
        other.c.occurrence_id == a.occurrence_id,
        other.c.works,
        other.c.state.not_in(("closed", "cancelled")),
    )
    finished = and_(a.works, a.state == "closed", ~a.submitted_late, ~carded.exists(), ~open_.exists())
    return (
        select(a.unit, func.max(ledger.c.seq).label("seq"))
        .join(ledger_ref, ledger_ref.c.assignment_id == a.id)
        .join(ledger, ledger.c.seq == ledger_ref.c.seq)
        .where(ledger.c.act == "close", finished)
        .group_by(a.unit)
    )


def told_for(connection: Connection, rule: str) -> set[tuple[str, str]]:
    """(unit, period) for which a rule's consequence was told."""
    u = unit_notice.c
    return {(row[0], row[1]) for row in connection.execute(select(u.unit, u.period).where(u.rule == rule).distinct())}


def times_told(connection: Connection, rule: str) -> dict[tuple[str, str], int]:
    """(unit, recipient) → how often it was told by a rule."""
    u = unit_notice.c
    rows = connection.execute(
        select(u.unit, u.recipient, func.count()).where(u.rule == rule).group_by(u.unit, u.recipient)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def notices_of(
    connection: Connection, seq: int, recipients: Sequence[str] | None = None, since: int | None = None
) -> list[Row[Any]]:
    """What an entry (and those from `since` on) told of units, with the assignment that tipped it, where one did."""
    a, i, u = assignment.c, item.c, unit_notice.c
    query = (
        select(
            unit_notice,
            a.code,
            a.post.label("owner_post"),
            *LIGHT,
            a.item_id,
            i.code.label("item_code"),
            i.title,
            i.target_count,
            i.deadline,
            occurrence.c.starts_on,
        )
        .outerjoin(assignment, a.id == u.assignment_id)
        .outerjoin(occurrence, occurrence.c.id == a.occurrence_id)
        .outerjoin(item, i.id == a.item_id)
        .where(u.seq.between(seq if since is None else since, seq))
        .order_by(u.seq, u.kind, u.unit, u.rule, u.recipient)
    )
    if recipients is not None:
        query = query.where(u.recipient.in_(list(recipients)))
    return list(connection.execute(query))


def holders_told(connection: Connection, seq: int, on: date) -> list[tuple[str, str, str]]:
    """(post, its tier, the person) for everyone who on that day holds a post an entry told something of a unit."""
    h = holding.c
    told = select(unit_notice.c.recipient).where(unit_notice.c.seq == seq).distinct().subquery()
    query = (
        select(h.post, post.c.tier, h.person)
        .join_from(told, holding, h.post == told.c.recipient)
        .join(post, post.c.code == h.post)
        .where((h.from_on.is_(None)) | (h.from_on <= on), (h.until_on.is_(None)) | (h.until_on >= on))
        .order_by(post.c.rank, h.id)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query).all()]


def urgent_recipients(connection: Connection, seq: int) -> list[str]:
    """The posts an entry told something urgent of a unit."""
    rows = connection.execute(select(unit_notice.c.recipient, unit_notice.c.said).where(unit_notice.c.seq == seq))
    return sorted({row[0] for row in rows if row[1].get("urgent")})
