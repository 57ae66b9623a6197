"""A hundred times the assignments is a hundred times the rows, and not one statement more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, event

from responsibility.store.gaps import last_sweep_at
from responsibility.store.laying import AT_ONCE
from responsibility.store.ledger import Entry, last, record_all
from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.organisation import import_organisation
from responsibility.usecases.questions import settle_from
from responsibility.usecases.record import log, verify
from responsibility.usecases.remind import sweep
from responsibility.usecases.status import By, status
from tests.world import World, organisation

ITEMS, FEW, MANY = 5, 10, 1_000

PLANS = pytest.mark.sqlite(reason="reads the plans of SQLite, which alone are the same for every size")

#: (statement, parameters), one for each time the database was asked.
Asked = list[tuple[str, Any]]


@contextmanager
def asked(engine: Engine) -> Iterator[Asked]:
    """What a database is asked; many rows given to one statement are one question."""
    found: Asked = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def crowd(root: Path, members: int, items: int = ITEMS) -> Iterator[World]:
    """The office with so many members more in the first branch, all of whom carry every item of the list."""
    with World(root) as world:
        more = [f"A2{at:04d}" for at in range(members)]
        known = organisation()
        known["posts"] += [{"code": code, "unit": "A", "tier": "member", "title": f"党员{code}"} for code in more]
        known["people"] += [{"code": f"R{code}", "name": f"本人{code}"} for code in more]
        known["holdings"] += [{"post": code, "person": f"R{code}"} for code in more]
        path = root / "organisation.yaml"
        path.write_text(yaml.safe_dump(known, allow_unicode=True), "utf-8")
        import_organisation(world.workspace, path, world.now)
        row = {"lead": "甲支部", "support": "甲支部全体党员", "by": "9月30日前"}
        world.list(*({"title": f"第{at}项", **row} for at in range(1, items + 1)))
        yield world


def asked_for(
    root: Path, members: int, prepare: Callable[[World], Any], act: Callable[[World], int]
) -> tuple[int, int]:
    """(rows, statements) of an act in a crowd."""
    with crowd(root, members) as world:
        prepare(world)
        with asked(world.workspace.engine) as found:
            rows = act(world)
        return rows, len(found)


def open_lists(world: World) -> None:
    open_list(world.workspace, "L1", world.now)


def weeks_later(world: World) -> None:
    world.assign()
    world.to("2023-09-28")


def lay(world: World) -> int:
    return lay_tier(world.workspace, "L1", "member", world.now).assignments


def swept(world: World) -> int:
    return sweep(world.workspace, world.now).told


def counted(by: By) -> Callable[[World], int]:
    return lambda world: status(world.workspace, world.now, by).totals.assignments


@pytest.mark.parametrize(
    ("prepare", "act"),
    [
        pytest.param(open_lists, lay, id="lay_tier"),
        pytest.param(weeks_later, swept, id="sweep"),
        *(pytest.param(weeks_later, counted(by), id=f"status-by-{by}") for by in By),
    ],
)
def test_statements_do_not_grow_with_the_rows(
    database: str, tmp_path: Path, prepare: Callable[[World], Any], act: Callable[[World], int]
) -> None:
    """50 members' assignments and 5,000 take the same number of statements."""
    few, statements = asked_for(tmp_path / "few", FEW, prepare, act)
    many, of_many = asked_for(tmp_path / "many", MANY, prepare, act)
    assert many - few >= ITEMS * (MANY - FEW)
    assert of_many == statements


def plans(world: World, found: Asked, *words: str) -> list[str]:
    """How SQLite goes about the statements that hold all of `words`."""
    chosen = [one for one in found if all(word in one[0] for word in words)]
    assert chosen, words
    with world.workspace.read() as connection:
        return [
            str(step[3])
            for statement, parameters in chosen
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


@PLANS
def test_extended_assignments_are_counted_from_the_few_extensions(database: str, tmp_path: Path) -> None:
    """What was never extended is not looked at, whatever SQLite knows of the sizes."""
    with crowd(tmp_path / "office", FEW) as world:
        world.assign()
        for known in (False, True):
            if known:
                world.tamper("ANALYZE")
            with asked(world.workspace.engine) as found:
                status(world.workspace, world.now)
            steps = plans(world, found, "granted")
            assert any("SEARCH assignment USING INTEGER PRIMARY KEY" in step for step in steps), steps
            assert not any("SCAN assignment" in step for step in steps), steps


@PLANS
def test_an_idle_sweep_looks_only_at_the_index_of_next_moments(database: str, tmp_path: Path) -> None:
    with crowd(tmp_path / "office", FEW) as world:
        world.assign()
        with asked(world.workspace.engine) as found:
            assert swept(world) == 0
        assert "SEARCH clock USING INDEX clock_next (next_at<?)" in plans(world, found, "clock.next_at <=")
        assert not [statement for statement, _ in found if "assignment" in statement.replace("assignment_id", "")]


@PLANS
def test_a_sweep_reaches_what_is_due_through_the_index_and_never_reads_the_rest(database: str, tmp_path: Path) -> None:
    with crowd(tmp_path / "office", FEW) as world:
        weeks_later(world)
        with asked(world.workspace.engine) as found:
            assert swept(world)
        # The sweep's own tables are gone by now; what reads the clocks is asked of them alone.
        gathered = [(one[0].partition(") ")[2], one[1]) for one in found if one[0].startswith("INSERT INTO sweep_due")]
        steps = plans(world, gathered, "clock.next_at <=")
        assert steps[0] == "SEARCH clock USING INDEX clock_next (next_at<?)"
        assert not [step for step in steps if step.startswith("SCAN")]


@PLANS
def test_what_was_told_before_is_looked_up_for_what_is_due_alone(database: str, tmp_path: Path) -> None:
    """Not among the notices of all years; explained while the sweep's own tables are there."""
    steps: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("INSERT INTO sweep_told"):
            beside = cursor.connection.cursor()
            steps.extend(row[3] for row in beside.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    with crowd(tmp_path / "office", FEW) as world:
        weeks_later(world)
        event.listen(world.workspace.engine, "before_cursor_execute", explain)
        assert swept(world)
    assert any("SEARCH notice USING" in step for step in steps), steps
    assert "SCAN notice" not in steps


def test_a_tier_of_many_assignments_is_laid_in_portions_that_say_how_far_they_are(tmp_path: Path) -> None:
    items = 25
    with crowd(tmp_path / "office", MANY, items) as world:
        open_lists(world)
        told: list[tuple[int, int]] = []
        laid = lay_tier(world.workspace, "L1", "member", world.now, lambda *far: told.append(far))
        assert laid.assignments == items * (MANY + 3) > AT_ONCE
        one = MANY + 3
        per_portion = AT_ONCE // one * one
        assert told == [(0, laid.assignments), (per_portion, laid.assignments), (laid.assignments, laid.assignments)]
        assert ("A11", "甲支部党员一", items) in laid.whom
        entries = [line for line in log(world.workspace) if line.act == "issue"]
        assert [entry.values["count"] for entry in entries] == [per_portion, laid.assignments - per_portion]
        assert verify(world.workspace)[1] == []
        again: list[tuple[int, int]] = []
        assert not lay_tier(world.workspace, "L1", "member", world.now, lambda *far: again.append(far)).assignments
        assert again == told


def test_what_is_laid_at_once_says_nothing_in_between(tmp_path: Path) -> None:
    with crowd(tmp_path / "office", FEW) as world:
        open_lists(world)
        told: list[tuple[int, int]] = []
        assert lay_tier(world.workspace, "L1", "member", world.now, lambda *far: told.append(far)).assignments
        assert told == []


def test_leaders_may_oversee_more_units_than_an_expression_has_room_for(tmp_path: Path) -> None:
    """SQLite takes no expression deeper than a thousand."""
    with World(tmp_path / "office") as world:
        known, more = organisation(), [f"U{at:04d}" for at in range(1_001)]
        known["units"] += [{"code": code, "name": f"单位{code}", "kind": "branch", "parent": "DW"} for code in more]
        known["oversees"] += [{"post": "LD2", "units": more}]
        path = tmp_path / "organisation.yaml"
        path.write_text(yaml.safe_dump(known, allow_unicode=True), "utf-8")
        import_organisation(world.workspace, path, world.now)
        world.list({"title": "甲的事", "lead": "甲支部", "by": "9月30日前"}, {"title": "大家的事", "lead": "各党支部"})
        open_lists(world)
        assert lay_tier(world.workspace, "L1", "leader", world.now).whom == (
            ("LD1", "分管领导甲", 2),
            ("LD2", "分管领导乙", 1),
        )


def test_a_file_of_answers_leaves_its_entries_in_one_statement(world: World) -> None:
    world.list(*({"title": f"第{at}项", "lead": "甲支部", "by": "10月前"} for at in range(1, 13)))
    answers = world.root / "answers.csv"
    answers.write_text("编号,重点工作,答复\n" + "".join(f"L1-{at:02d},…,1\n" for at in range(1, 13)), "utf-8")
    with asked(world.workspace.engine) as found:
        assert len(settle_from(world.workspace, answers, world.now).settled) == 12
    assert len([1 for statement, _ in found if statement.startswith("INSERT INTO ledger ")]) == 1
    assert [line.codes for line in log(world.workspace) if line.act == "list.confirm"] == [
        (f"L1-{at:02d}",) for at in range(1, 13)
    ]
    assert verify(world.workspace)[1] == []


def test_entries_written_together_are_the_same_as_one_after_the_other(world: World) -> None:
    """Numbered and chained on, each found by what it is about; a state they change follows in their order."""
    world.list({"title": "甲的事", "lead": "甲支部"}, {"title": "乙的事", "lead": "乙支部"})
    world.assign()
    rows = dict(world.rows("SELECT code, id FROM assignment"))
    with world.workspace.write(world.now) as connection:
        newest = last(connection)[0]
        signs = [
            (Entry(world.now, post, "sign", [code]), [rows[code]])
            for post, code in (("A1", "L1-01.A"), ("B1", "L1-02.B"))
        ]
        assert record_all(connection, iter(signs)) == newest + 2
        assert record_all(connection, []) == newest + 2
    assert [entry.seq for entry in log(world.workspace, "L1-02.B") if entry.act == "sign"] == [newest + 2]
    assert dict(world.rows("SELECT code, state FROM assignment WHERE state = 'signed'")) == {
        "L1-01.A": "signed",
        "L1-02.B": "signed",
    }
    assert verify(world.workspace)[1] == []


@pytest.mark.sqlite("asks SQLite how it would go about it")
def test_what_is_closed_stands_in_the_index_of_next_moments_no_more(world: World) -> None:
    world.list(
        {"title": "甲的事", "lead": "甲支部", "by": "9月30日前"},
        {"title": "乙的事", "lead": "乙支部", "by": "9月30日前"},
    )
    world.assign()
    moments = "SELECT count(*) FROM clock INDEXED BY clock_next WHERE next_at IS NOT NULL"
    [(running,)] = world.rows(moments)
    for verb, code in (("sign", "L1-01.A"), ("submit", "L1-01.A"), ("close", "L1-01.A")):
        world.does(verb, code, **({"as_post": "A1"} if verb != "close" else {}))
    [(left,)] = world.rows(moments)
    assert running == 2 * left
    assert world.rows("SELECT count(*) FROM clock WHERE next_at IS NULL")[0][0] > running - left


@pytest.mark.sqlite("asks SQLite how it would go about it")
def test_the_last_sweep_is_found_from_the_end_of_the_ledger(world: World) -> None:
    """However many years of entries lie before it."""
    swept(world)
    with world.workspace.read() as connection, asked(world.workspace.engine) as found:
        assert last_sweep_at(connection) == world.now
    assert plans(world, found, "ledger") == ["SCAN ledger"]
    assert "ORDER BY ledger.seq DESC" in found[-1][0]
    assert "LIMIT" in found[-1][0]
