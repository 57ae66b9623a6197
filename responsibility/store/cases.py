"""What is due in a sweep, as cases: one item's occurrence in one unit, at one decision key."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, func, select

from responsibility.store.sweeping import Key, due


@dataclass(frozen=True, slots=True)
class Case:
    """Clocks of one occurrence in one unit that share a decision."""

    key: Key
    #: The item where it names its leaders, else 0.
    case_item: int
    unit: str
    #: Under which kind the owner is found.
    owner: str
    occurrence_id: int
    #: The first assignment, and how many there are.
    assignment_id: int
    count: int


def due_cases(connection: Connection) -> list[Case]:
    """The cases among what was gathered, in the order of their first assignments."""
    key = [due.c[field.name] for field in fields(Key)]
    case = [due.c.case_item, due.c.unit, due.c.owner, due.c.occurrence_id]
    first = func.min(due.c.assignment_id)
    query = select(*key, *case, first, func.count()).group_by(*key, *case).order_by(first, due.c.clock)
    keys: dict[Key, Key] = {}  # a few that many cases share
    found = []
    for row in connection.execute(query, execution_options={"yield_per": 10_000}):
        one = Key(*row[: len(key)])
        found.append(Case(keys.setdefault(one, one), *row[len(key) :]))
    return found
