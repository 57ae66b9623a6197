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
