"""Every older schema comes up to today's, on both databases, with what was in it."""

from __future__ import annotations

import pytest
import sqlalchemy
from sqlalchemy import column, insert, inspect, select

from responsibility.store import migrate, rows
from responsibility.store.engine import open_engine, reading, writing
from responsibility.usecases.record import differing
from tests.databases import differences
from tests.world import World

REVISIONS = [f"{at:04d}" for at in range(1, int(migrate.HEAD))]


@pytest.mark.parametrize("before", REVISIONS)
def test_an_older_schema_comes_up_with_what_is_in_it(world: World, empty: str, before: str) -> None:
    """Filled with what today's office has and the old schema had a place for, it ends as today's."""
    world.list(
        {"title": "学习", "lead": "甲支部、乙支部", "by": "9月30日前"},
        {"title": "整改", "lead": "甲支部", "by": "9月30日前"},
    )
    world.assign()
    world.signed("L1-01.A")
    for verb in ("sign", "submit", "close"):
        world.does(verb, "L1-02.A")
    old = open_engine(empty)
    migrate.bring_up(old, before)
    with world.workspace.read() as source, writing(old) as target:
        for table in rows.described().sorted_tables:
            if inspect(target).has_table(table.name) and table is not rows.meta:
                known = {one["name"] for one in inspect(target).get_columns(table.name)}
                columns = [column(one.name, one.type) for one in table.c if one.name in known]
                then = sqlalchemy.table(table.name, *columns)  # without the defaults of columns that came later
                if values := [dict(row) for row in source.execute(select(then)).mappings()]:
                    target.execute(insert(then), values)
    migrate.bring_up(old)
    with reading(old) as connection:
        assert differences(connection) == []
        codes = connection.scalars(select(rows.assignment.c.code).order_by(rows.assignment.c.id)).all()
        over = connection.execute(select(rows.finished)).all()
        entries = len(connection.execute(select(rows.ledger.c.seq)).all())
    assert codes == [code for (code,) in world.rows("SELECT code FROM assignment ORDER BY id")]
    assert over == world.rows("SELECT * FROM finished")
    assert len(over) == 1  # counted by the migration
    assert entries == world.rows("SELECT count(*) FROM ledger")[0][0]
    assert migrate.revision(old) == migrate.HEAD
    assert differing(old) == ()  # the doctor would say that somebody had tampered with it
    old.dispose()
