"""Some units of the organisation, for what is done to a part of all clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Column, ColumnElement, Connection, String, select, true

from responsibility.store.rows import clock
from responsibility.store.scratch import empty, fill, scratch

#: The units meant.
part = scratch("sweep_part", Column("unit", String, primary_key=True))


@contextmanager
def part_of(connection: Connection, units: Sequence[str]) -> Iterator[None]:
    """Inside, `part` holds these units."""
    fill(connection, part, [{"unit": unit} for unit in units])
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE sweep_part")
    yield
    empty(connection, part)


def among(partly: bool) -> ColumnElement[bool]:
    """Whether a clock is of a unit of `part`; without `partly` any clock is."""
    return clock.c.unit.in_(select(part.c.unit)) if partly else true()
