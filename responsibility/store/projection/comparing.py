"""How far the state is from what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from responsibility.store.rows import assignment, clock

_APART = "SELECT * FROM {one} EXCEPT SELECT * FROM {other}"
#: The assignments whose columns differ, or one of whose clocks does, is new or is gone.
_DIFFERING = f"""
    SELECT a.code FROM assignment a WHERE a.id IN (
        SELECT id FROM ({_APART.format(one="assignment", other="was_assignment")}) own
        UNION SELECT assignment_id FROM ({_APART.format(one="clock", other="was_clock")}) new
        UNION SELECT assignment_id FROM ({_APART.format(one="was_clock", other="clock")}) gone
    ) ORDER BY a.id"""


@contextmanager
def compared(connection: Connection) -> Iterator[list[str]]:
    """A list that holds, at the end, the codes of the assignments that were changed meanwhile, or whose clocks were."""
    names = [table.name for table in (assignment, clock)]
    for name in names:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE was_{name} AS SELECT * FROM {name}")
    found: list[str] = []
    yield found
    found += connection.exec_driver_sql(_DIFFERING).scalars()
    for name in names:
        connection.exec_driver_sql(f"DROP TABLE was_{name}")
