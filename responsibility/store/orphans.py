"""Rows that hang on others which are not there: each transaction writes both or neither, so that none should exist."""

from __future__ import annotations

from sqlalchemy import Column, Connection, func, select

from responsibility.store.rows import (
    assignment,
    card,
    clock,
    delegation,
    document,
    document_case,
    extension,
    holding,
    item,
    item_leader,
    item_members,
    item_unit,
    ledger,
    ledger_ref,
    message,
    notice,
    occurrence,
    oversight,
    person,
    policy,
    post,
    review,
    unit,
    work_list,
)

#: What of the work names what it hangs on.
_WORK: tuple[tuple[Column[object], Column[object]], ...] = (
    (assignment.c.item_id, item.c.id),
    (assignment.c.occurrence_id, occurrence.c.id),
    (assignment.c.policy_id, policy.c.id),
    (assignment.c.unit, unit.c.code),
    (assignment.c.post, post.c.code),
    (clock.c.assignment_id, assignment.c.id),
    (clock.c.policy_id, policy.c.id),
    (notice.c.assignment_id, assignment.c.id),
    (notice.c.seq, ledger.c.seq),
    (message.c.seq, ledger.c.seq),
    (ledger_ref.c.seq, ledger.c.seq),
    (ledger_ref.c.assignment_id, assignment.c.id),
    (card.c.assignment_id, assignment.c.id),
    (extension.c.assignment_id, assignment.c.id),
    (review.c.assignment_id, assignment.c.id),
    (delegation.c.assignment_id, assignment.c.id),
    (document.c.occurrence_id, occurrence.c.id),
    (document_case.c.document_id, document.c.id),
    (document_case.c.assignment_id, assignment.c.id),
    (occurrence.c.item_id, item.c.id),
    (item.c.list_id, work_list.c.id),
    (item_unit.c.item_id, item.c.id),
    (item_unit.c.unit, unit.c.code),
    (item_members.c.item_id, item.c.id),
    (item_leader.c.item_id, item.c.id),
)
#: What of the organisation does.
_ORGANISATION: tuple[tuple[Column[object], Column[object]], ...] = (
    (post.c.unit, unit.c.code),
    (unit.c.parent, unit.c.code),
    (holding.c.post, post.c.code),
    (holding.c.person, person.c.code),
    (oversight.c.post, post.c.code),
    (oversight.c.unit, unit.c.code),
)


def of_work(connection: Connection) -> dict[str, int]:
    """`table.column` → how many rows name something that is not there."""
    return _counted(connection, _WORK)


def of_organisation(connection: Connection) -> dict[str, int]:
    """The same of units, posts and who holds them."""
    return _counted(connection, _ORGANISATION)


def _counted(connection: Connection, pairs: tuple[tuple[Column[object], Column[object]], ...]) -> dict[str, int]:
    found = {}
    for child, parent in pairs:
        of = parent.table.alias("of")
        lost = child.is_not(None) & ~select(of.c[parent.name]).where(of.c[parent.name] == child).exists()
        if n := connection.scalar(select(func.count()).select_from(child.table).where(lost)):
            found[f"{child.table.name}.{child.name}"] = n
    return found
