"""The past is exact: what the state was said to be at the end of a day is what is rebuilt of that day later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from responsibility.core.errors import ResponsibilityError
from responsibility.ingest.worklist.single import Written
from responsibility.usecases import extension
from responsibility.usecases.events import set_event
from responsibility.usecases.items import Changes, add_item, edit_item
from responsibility.usecases.lists import confirm
from responsibility.usecases.record import show_as_of, status_as_of
from responsibility.usecases.status import By, show, status
from responsibility.usecases.withdraw import cancel_item, cancel_list
from responsibility.views import machine
from tests.test_model import WORDS
from tests.world import ZONE, World

VERBS = ("sign", "report", "submit", "send_back", "close", "suspend", "resume", "cancel")
CODES = ("L1-01.A11", "L1-01.A12", "L1-02.A", "L1-02.B")
#: What happens on one day: (what, to which assignment); and how many days go by.
DAYS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.sampled_from(
                    [
                        *VERBS,
                        "sign",
                        "report",
                        "submit",
                        "sweep",
                        "sweep",
                        "extend",
                        "agree",
                        "undo",
                        "edit",
                        "add",
                        "drop",
                    ]
                ),
                st.sampled_from(CODES),
            ),
            max_size=6,
        ),
        st.integers(1, 5),
    ),
    min_size=2,
    max_size=8,
)


@pytest.fixture(scope="module")
def pattern(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("past") / "office") as world:
        world.list(
            {"title": "学习", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前", "target": "3次"},
            {"title": "整改", "lead": "甲支部、乙支部", "by": "9月28日前"},
        )
        world.assign()
        yield world


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=DAYS)
def test_what_was_said_is_what_is_rebuilt(
    pattern: World, tmp_path_factory: pytest.TempPathFactory, days: list[tuple[list[tuple[str, str]], int]]
) -> None:
    with pattern.copied(tmp_path_factory.mktemp("day") / "office") as world:
        said: dict[date, str] = {}
        for happens, pass_by in days:
            for what, code in happens:
                with suppress(ResponsibilityError):
                    _does(world, what, code)
            said[world.now.astimezone(ZONE).date()] = _told(world, later=False)
            world.to((world.now.date() + timedelta(days=pass_by)).isoformat(), time(8, 30))
        for day, text in said.items():
            assert _told(world, later=True, day=day) == text, day
        world.untold.clear()


def _does(world: World, what: str, code: str) -> None:
    world.now += timedelta(minutes=1)
    if what in DOES:
        DOES[what](world, code)
    else:
        world.does(what, code, **WORDS.get(what, {}))


def _extend(world: World, code: str) -> None:
    world.does("extend", code, to=world.now.date() + timedelta(days=15), reason="会期推迟")


def _agree(world: World, code: str) -> None:
    for _ in range(3):
        extension.approve(world.workspace, code, world.now)


def _edit(world: World, code: str) -> None:
    changes = Changes(by="10月12日前", title="改了名的", target="6次", category="理论学习")
    edit_item(world.workspace, code.partition(".")[0], changes, world.now)


def _add(world: World, code: str) -> None:
    add_item(world.workspace, "L1", Written("临时任务", "乙支部", "", "", "10月12日前", "", ""), world.now)
    if code.endswith("A"):
        world.assign()


DOES: dict[str, Callable[[World, str], object]] = {
    "sweep": lambda world, _: world.sweep(),
    "undo": lambda world, _: world.undoes(),
    "extend": _extend,
    "agree": _agree,
    "edit": _edit,
    "add": _add,
    "drop": lambda world, _: cancel_item(world.workspace, "L1-03", world.now),
}


def _told(world: World, *, later: bool, day: date | None = None, items: tuple[str, ...] = ("L1-01", "L1-02")) -> str:
    """What `show` and `status` say at the end of a day, as JSON; `later` it is rebuilt from the ledger."""
    start = datetime.combine(day or world.now.astimezone(ZONE).date(), time(), ZONE)
    end = start + timedelta(days=1) - timedelta(microseconds=1)
    office = world.workspace
    told: list[Any] = []
    for by in (By.TIER, By.UNIT, By.ITEM):
        summary = status_as_of(office, end, by) if later else status(office, end, by)
        told.append(machine.status(summary, end, None))
    for code in items:
        told.append(machine.item(show_as_of(office, code, end) if later else show(office, code, end)))
    return json.dumps(told, ensure_ascii=False, indent=1, default=str)


def test_a_list_reads_as_it_did_that_day(any_world: World) -> None:
    """Imported, confirmed, laid, its event set, printed anew, cancelled: each day as it was, and nothing before it."""
    world = any_world
    first = [
        {"title": "学习", "lead": "甲支部", "by": "9月20日前", "target": "3次"},
        {"title": "报送", "lead": "乙支部", "by": "会议召开后7日内"},
        {"title": "调研", "lead": "甲支部", "by": "10月前"},
    ]
    second = [{**first[0], "by": "10月12日前", "target": "5次"}, *first[1:], {"title": "总结", "lead": "乙支部"}]
    office = world.workspace
    happens: list[Callable[[], object]] = [
        lambda: world.list(*first),
        lambda: confirm(office, "L1-03", world.now, due_on=date(2023, 10, 1)),
        world.assign,
        lambda: set_event(office, "会议召开", date(2023, 9, 25), world.now),
        lambda: (world.assign(), set_event(office, "会议召开", date(2023, 9, 27), world.now)),
        lambda: world.list(*second),
        lambda: cancel_list(office, "L1", world.now),
    ]
    said = {}
    for act in happens:
        act()
        said[world.now.date()] = _told(world, later=False, items=("L1-01", "L1-02", "L1-03"))
        world.to((world.now.date() + timedelta(days=1)).isoformat())
    assert len(set(said.values())) == len(happens)
    for day, text in said.items():
        assert _told(world, later=True, day=day, items=("L1-01", "L1-02", "L1-03")) == text, day
    before = datetime(2023, 9, 10, 23, tzinfo=ZONE)
    assert status_as_of(office, before).items == ()
    with pytest.raises(ResponsibilityError, match="L1-04"):
        show_as_of(office, "L1-04", datetime(2023, 9, 14, tzinfo=ZONE))
