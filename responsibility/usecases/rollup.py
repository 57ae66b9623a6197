"""The rollup of parents: a parent closes when its children have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from responsibility.core.assignment import State
from responsibility.core.chain import Chain, LaidOn, Organisation, answers_for
from responsibility.core.escalation import CloseBy, Rollup

#: What an assignment on a unit that leads bears as its role.
LEAD = "lead"


def parents_to_close(
    family: Sequence[Any], closing: int | None, rollup: Rollup, chain: Chain, organisation: Organisation
) -> list[str]:
    """Codes of the parents in one occurrence that close when assignment `closing` does (None: as things stand).

    A parent's children are the working assignments below it: a unit's own members, the units a leader answers for, or
    all of them; `rollup` says which of them must be closed, and how many.
    """
    works = [row for row in family if row.works and row.state != State.CANCELLED]
    closed = {row.id for row in works if row.state == State.CLOSED} | {closing}
    parents = [row for row in family if not row.works and row.state not in (State.CLOSED, State.CANCELLED)]
    return [row.code for row in parents if _complete(row, family, works, closed, rollup, chain, organisation)]


def parents_to_reopen(
    family: Sequence[Any], opening: int, rollup: Rollup, chain: Chain, organisation: Organisation
) -> list[Any]:
    """The closed parents in one occurrence that are not complete any more when assignment `opening` is open again."""
    works = [row for row in family if row.works and row.state != State.CANCELLED]
    closed = {row.id for row in works if row.state == State.CLOSED} - {opening}
    parents = [row for row in family if not row.works and row.state == State.CLOSED]
    return [row for row in parents if not _complete(row, family, works, closed, rollup, chain, organisation)]


def _complete(
    parent: Any,
    family: Sequence[Any],
    works: Sequence[Any],
    closed: Collection[int | None],
    rollup: Rollup,
    chain: Chain,
    organisation: Organisation,
) -> bool:
    """Whether enough of a parent's children are closed."""
    leaders = {row.post for row in family if chain.tier(row.tier).laid_on is LaidOn.LEADERS}
    children = _children(parent, works, leaders, chain, organisation)
    if rollup.by is CloseBy.LEADS:
        children = _led(children, family) or children
    # 0.28 * 25 is a hair more than 7; the seventh is enough.
    return bool(works) and sum(child.id in closed for child in children) >= rollup.needed * len(children) - 1e-9


def _led(children: Sequence[Any], family: Sequence[Any]) -> list[Any]:
    """Those of the lead units, their members' where members carry the item; a parent without any waits for all."""
    leads = {row.unit for row in family if row.role == LEAD and row.state != State.CANCELLED}
    return [child for child in children if child.unit in leads]


def _children(
    parent: Any, works: Sequence[Any], leaders: set[str], chain: Chain, organisation: Organisation
) -> Sequence[Any]:
    laid = chain.tier(parent.tier).laid_on
    if laid is LaidOn.UNITS:
        return [row for row in works if row.unit == parent.unit] or works
    if laid is LaidOn.LEADERS:
        units = {row.unit for row in works}
        mine = answers_for(parent.post, units, leaders, lambda unit: organisation.leaders_of(unit, chain))
        return [row for row in works if row.unit in mine]
    return works
