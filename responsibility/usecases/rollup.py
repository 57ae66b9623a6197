"""The rollup of parents: a parent closes when its children have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from responsibility.core.assignment import State
from responsibility.core.chain import Chain, LaidOn, Organisation


def parents_to_close(
    family: Sequence[Any], closing: int, share: float, chain: Chain, organisation: Organisation
) -> list[str]:
    """Codes of the parents in one occurrence that close when assignment `closing` does.

    A parent's children are the working assignments below it: a unit's own members, the units a leader oversees, or
    all of them; `share` (0-1) of them must be closed.
    """
    works = [row for row in family if row.works and row.state != State.CANCELLED]
    closed = {row.id for row in works if row.state == State.CLOSED} | {closing}
    parents = [row for row in family if not row.works and row.state not in (State.CLOSED, State.CANCELLED)]

    def ripe(parent: Any) -> bool:
        children = _children(parent, works, chain, organisation)
        # 0.28 * 25 is a hair more than 7; the seventh is enough.
        return sum(child.id in closed for child in children) >= share * len(children) - 1e-9

    return [parent.code for parent in parents if ripe(parent)]


def _children(parent: Any, works: Sequence[Any], chain: Chain, organisation: Organisation) -> Sequence[Any]:
    laid = chain.tier(parent.tier).laid_on
    if laid is LaidOn.UNITS:
        return [row for row in works if row.unit == parent.unit] or works
    if laid is LaidOn.LEADERS:
        return [row for row in works if parent.post in organisation.leaders_of(row.unit, chain)] or works
    return works
