"""Clocks urged by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, or_, select

from responsibility.store.rows import clock, ledger


def notes(connection: Connection) -> dict[int, str]:
    """Ledger entry → what the office wrote when it urged by hand."""
    rows = connection.execute(select(ledger.c.seq, ledger.c["values"]).where(ledger.c.act == "urge"))
    return {row[0]: row[1]["note"] for row in rows}


def clocks_of(name: str, blocks: Sequence[Sequence[int]]) -> ColumnElement[bool]:
    """The clocks of that name of some blocks of assignments."""
    c = clock.c
    return (c.clock == name) & or_(*[c.assignment_id.between(first, last) for first, last in blocks])
