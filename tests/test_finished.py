"""What is counted once of finished occurrences is what counting every assignment says, after whatever was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, true

from responsibility.core.errors import ResponsibilityError
from responsibility.core.review import Verdict
from responsibility.store import finished
from responsibility.store.engine import writing
from responsibility.usecases.clock import correct
from responsibility.usecases.doctor import office
from responsibility.usecases.extension import approve
from responsibility.usecases.reassign import reassign
from responsibility.usecases.record import rebuilt
from responsibility.usecases.status import By, status, summarise
from responsibility.usecases.withdraw import cancel_item, cancel_list
from tests.world import World

FINISHED = "SELECT * FROM finished ORDER BY 1"
CODES = ("L1-01.B", "L1-02.A", "L1-02.B", "L1-03.A11", "L1-03.A12", "L1-03.A13")
REASON = {"reason": "不实"}


def _through(world: World, code: str) -> None:
    for verb in ("sign", "submit", "close"):
        with suppress(ResponsibilityError):
            world.does(verb, code)


def _reassign(world: World, code: str) -> None:
    units = ("乙支部", "甲支部") if code.endswith("B") else ("甲支部", "乙支部")
    reassign(world.workspace, code.partition(".")[0], *units, world.now)


DOES: dict[str, Callable[[World, str], Any]] = {
    "through": _through,
    "through ": _through,
    "through  ": _through,
    "send_back": lambda world, code: world.does("send_back", code, **REASON),
    "cancel": lambda world, code: world.does("cancel", code, **REASON),
    "suspend": lambda world, code: world.does("suspend", code, **REASON),
    "review": lambda world, code: world.does("review", code, verdict=Verdict.POOR),
    "undo": lambda world, _: world.undoes(),
    "reassign": _reassign,
    "drop": lambda world, code: cancel_item(world.workspace, code.partition(".")[0], world.now),
    "drop list": lambda world, _: cancel_list(world.workspace, "L1", world.now),
    "sweep": lambda world, _: world.sweep(),
}


def _said(connection: Connection, world: World) -> list[Any]:
    return [summarise(connection, world.workspace.settings, world.now, by) for by in By]


def agrees(world: World) -> int:
    """Counted row by row it is the same; returns how many occurrences were finished."""
    known = world.rows(FINISHED)
    said = [status(world.workspace, world.now, by) for by in By]
    with writing(world.workspace.engine, keep=False) as connection:
        finished.reset(connection)
        assert _said(connection, world) == said
        finished.note(connection, true())
        assert connection.exec_driver_sql(FINISHED).all() == known
    return len(known)


def lists(world: World) -> None:
    world.list(
        {"title": "学习", "lead": "乙支部", "by": "长期坚持"},
        {"title": "整改", "lead": "甲支部、乙支部", "by": "9月28日前"},
        {"title": "读书", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前", "target": "3次"},
    )
    world.assign()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("finished") / "office") as world:
        lists(world)
        yield world


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.tuples(st.sampled_from(sorted(DOES)), st.sampled_from(CODES)), min_size=15, max_size=25))
def test_status_is_what_counting_every_assignment_says(
    pattern: World, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str]]
) -> None:
    with pattern.copied(tmp_path_factory.mktemp("acts") / "office") as world:
        for what, code in acts:
            world.now += timedelta(hours=7)
            with suppress(ResponsibilityError):
                DOES[what](world, code)
            agrees(world)
        with rebuilt(world.workspace.engine) as connection:
            assert connection.exec_driver_sql(FINISHED).all() == world.rows(FINISHED)
            assert _said(connection, world) == [status(world.workspace, world.now, by) for by in By]
        world.untold.clear()


def test_what_is_opened_again_is_counted_again(any_world: World) -> None:
    """Closed, returned, closed, taken back, moved elsewhere: on both databases the count follows."""
    world = any_world
    lists(world)
    assert agrees(world) == 0
    _through(world, "L1-01.B")
    assert agrees(world) == 1
    world.does("send_back", "L1-01.B", **REASON)
    assert agrees(world) == 0
    world.undoes()
    assert agrees(world) == 1
    world.undoes()
    assert agrees(world) == 0
    world.does("close", "L1-01.B")
    _through(world, "L1-02.A")
    cancel_item(world.workspace, "L1-02", world.now)
    assert agrees(world) == 2
    _through(world, "L1-03.A11")
    cancel_list(world.workspace, "L1", world.now)
    assert agrees(world) == 3
    world.to((date(2024, 1, 20)).isoformat(), time(8, 30))
    world.does("review", "L1-01.B", verdict=Verdict.POOR)
    assert agrees(world) == 2


def test_a_period_that_is_over_stays_counted_whatever_comes_after(any_world: World) -> None:
    """The next period is laid, another item gets its extension, the clock leaps a year and is put right."""
    world = any_world
    world.list(
        {"title": "学习", "lead": "甲支部", "by": "每月25日前"}, {"title": "整改", "lead": "乙支部", "by": "9月15日前"}
    )
    world.assign()
    [(september,)] = world.rows("SELECT code FROM assignment WHERE code LIKE 'L1-01%' AND works")
    _through(world, september)
    assert agrees(world) == 1
    world.does("sign", "L1-02.B")
    world.does("extend", "L1-02.B", to=date(2023, 9, 28), reason="场地未定")
    for _ in ("the office", "the leader"):  # the office notes down the answer of both
        world.now += timedelta(minutes=1)
        approve(world.workspace, "L1-02.B", world.now)
    assert agrees(world) == 1
    _through(world, "L1-02.B")
    world.to("2023-10-09")
    world.assign()
    assert world.rows("SELECT count(*) FROM occurrence")[0][0] == 3
    assert agrees(world) == 2
    true = world.now
    world.to("2024-10-09")
    world.sweep()
    [(october,)] = world.rows("SELECT code FROM assignment WHERE code LIKE 'L1-01%' AND works AND state <> 'closed'")
    _through(world, october)
    assert agrees(world) == 3
    correct(world.workspace, true + timedelta(hours=1))
    world.now = true + timedelta(hours=2)
    assert agrees(world) == 3
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(FINISHED).all() == world.rows(FINISHED)
    world.untold.clear()


def test_the_doctor_counts_again(any_world: World) -> None:
    """Whoever changes a count, or closes behind the engine's back, is found."""
    world = any_world
    lists(world)
    _through(world, "L1-01.B")

    def found() -> list[str]:
        return [one.message for one in office(world.workspace.settings, world.now) if one.check == "finished"]

    assert found() == []
    [(before,)] = world.rows("SELECT closed FROM finished")
    for after in (before.replace(",1]", ",2]", 1), "[]"):
        world.tamper(f"UPDATE finished SET closed = '{after}'")
        assert "1 期已办完的工作" in found()[0]
    world.tamper(f"UPDATE finished SET closed = '{before}'")
    assert found() == []
    world.tamper("INSERT INTO finished SELECT min(occurrence_id), '[]' FROM assignment WHERE state <> 'closed'")
    assert "1 期已办完的工作" in found()[0]
