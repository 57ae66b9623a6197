"""Clocks that are wrong: a little behind, set back, far ahead, and put right; nothing goes out twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flows.escalate import caught_up
from flows.timer import Running
from responsibility.cli.app import run
from responsibility.core.errors import ClockLeapt, ClockWentBack, ResponsibilityError
from responsibility.store import facts
from responsibility.usecases import clock, verbs
from responsibility.usecases.deliver import deliver
from responsibility.usecases.doctor import office
from responsibility.usecases.record import status_as_of, verify
from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import LEEWAY, Workspace
from tests.stories.test_undo import holds
from tests.world import ZONE, World

YEAR = timedelta(days=365)


def lenient(world: World) -> Workspace:
    """The workspace as a command opens it that was told no time."""
    return replace(world.workspace, leeway=LEEWAY)


def given(world: World) -> None:
    world.given(support="乙支部", by="9月28日前")


# -- two machines ------------------------------------------------------------------------------------------------------


def test_what_the_slower_of_two_machines_does_is_dated_as_the_last_act(any_world: World) -> None:
    """Ten minutes apart, by turns: nothing is refused, and the ledger never goes back."""
    world = any_world
    given(world)
    fast, slow = world.now + timedelta(minutes=10), world.now
    for minute in range(3):
        later = timedelta(minutes=minute)
        verbs.sign(lenient(world), ("L1-01.A", "L1-01.B")[minute % 2], fast + later) if minute < 2 else None
        verbs.report(lenient(world), "L1-01.A", slow + later, percent=10 * (minute + 1))
    dates = [row[0] for row in world.rows("SELECT at FROM ledger ORDER BY seq")]
    assert dates == sorted(dates)
    holds(world)
    with pytest.raises(ClockWentBack, match="早于本工作区最后一次记录"):
        verbs.report(lenient(world), "L1-01.A", slow - timedelta(minutes=6), percent=50)


def test_a_sweep_of_the_slower_machine_tells_nobody_twice(any_world: World) -> None:
    world = any_world
    given(world)
    world.to("2023-09-14")
    first = sweep(lenient(world), world.now)
    assert first.told
    for behind in (10, 5, 0):
        world.courier.parcels.clear()
        again = sweep(lenient(world), world.now - timedelta(minutes=behind))
        assert (again.told, again.as_of >= first.as_of) == (0, True)
    holds(world)


def test_a_named_time_before_the_last_act_is_refused_by_any_minute(world: World) -> None:
    given(world)
    at = world.now - timedelta(minutes=1)
    world.workspace.engine.dispose()
    assert run(["sign", "L1-01.A", "-w", str(world.root), "--now", at.isoformat()]) == 1
    assert run(["sign", "L1-01.A", "-w", str(world.root), "--now", world.now.isoformat()]) == 0


def test_machines_that_share_a_database_share_its_clock(any_world: World) -> None:
    """A lease written by one and read by another is measured by one clock."""
    wrong = datetime(2041, 1, 1, tzinfo=ZONE)
    told = any_world.workspace.clock(wrong)
    shared = any_world.workspace.engine.dialect.name == "postgresql"
    assert (told == wrong) is not shared
    if shared:
        mine, another = Running.of(any_world.workspace).now(), any_world.workspace.clock(wrong)
        assert abs(another - mine) < timedelta(minutes=1)


# -- set back ----------------------------------------------------------------------------------------------------------


def test_a_scheduled_sweep_waits_until_the_clock_has_caught_up(world: World) -> None:
    given(world)
    workspace, said = lenient(world), list[str]()
    verbs.sign(workspace, "L1-01.A", workspace.clock(Running().now()) + LEEWAY + timedelta(seconds=0.3))
    assert clock.until_caught_up(workspace, Running().now())
    asyncio.run(caught_up(workspace, said.append))
    assert not clock.until_caught_up(workspace, Running().now())
    assert "时间到了再巡查" in said[0]
    sweep(workspace, Running().now())


def test_it_does_not_wait_for_a_clock_that_is_a_year_behind(world: World) -> None:
    given(world)
    workspace, said = lenient(world), list[str]()
    verbs.sign(workspace, "L1-01.A", Running().now() + YEAR)
    asyncio.run(asyncio.wait_for(caught_up(workspace, said.append), 5))
    assert said == []
    with pytest.raises(ClockWentBack, match="早于"):
        sweep(workspace, Running().now())


# -- far ahead ---------------------------------------------------------------------------------------------------------


def test_no_sweep_goes_along_with_a_leap_of_the_clock(world: World) -> None:
    """It is said, and saying the time is the way on; a summer without sweeps is no leap."""
    given(world)
    workspace = world.workspace
    clock.look_at_clock(workspace, world.now)
    clock.look_at_clock(workspace, world.now + timedelta(days=55))
    with pytest.raises(ClockLeapt) as leapt:
        clock.look_at_clock(workspace, world.now + YEAR)
    assert "隔了 310 天" in leapt.value.message
    assert "zeren remind --now 2024-09-10T08:00" in leapt.value.hint
    found = [one for one in office(workspace.settings, world.now + YEAR) if one.check == "clock"]
    assert [("310 天" in one.message, "zeren remind --now" in one.mend) for one in found] == [(True, True)]
    clock.confirm_clock(workspace, world.now + YEAR, world.now + 3 * YEAR)  # another time than the clock shows
    with pytest.raises(ClockLeapt):
        clock.look_at_clock(workspace, world.now + YEAR)
    clock.confirm_clock(workspace, world.now + YEAR, world.now + YEAR)
    clock.look_at_clock(workspace, world.now + YEAR)


def test_the_command_refuses_a_leap_before_it_starts_anything(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    given(world)
    with world.workspace.write(world.now) as connection:
        facts.note(connection, clock.SEEN, world.now.isoformat())
    world.workspace.engine.dispose()
    assert run(["remind", "-w", str(world.root)]) == 1
    assert "没有巡查" in capsys.readouterr().err
    assert [row.act for row in world.rows("SELECT act FROM ledger ORDER BY seq DESC LIMIT 1")] != ["sweep"]


# -- and put right -----------------------------------------------------------------------------------------------------


def test_after_a_year_that_never_was_the_office_goes_on_as_if_nothing_had_been(
    any_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Swept a year ahead, put right: every rung still comes in its time, once; what was written then never goes out."""
    world = any_world
    given(world)
    world.signed("L1-01.A")
    true = world.now
    before = status_as_of(world.workspace, true)
    world.now = true + YEAR
    sweep(world.workspace, world.now)
    assert world.rows("SELECT count(*) FROM message WHERE status IN ('pending', 'held')")[0][0]
    world.now = true + timedelta(minutes=5)
    with pytest.raises(ClockWentBack) as refused:
        verbs.sign(lenient(world), "L1-01.B", world.now)
    assert "zeren clock correct" in refused.value.hint
    [found] = [one for one in office(world.workspace.settings, world.now) if one.check == "clock"]
    assert "zeren clock correct" in found.mend

    tried = clock.correct(world.workspace, world.now, dry_run=True)
    done = clock.correct(world.workspace, world.now, reason="主板电池没电")
    assert replace(tried, dry_run=False) == done
    assert (done.sweeps, done.acts) == (1, 0)
    assert done.dropped
    assert deliver(world.workspace, {"console": world.courier}, world.now)["sent"] == 0
    holds(world)
    assert not verify(world.workspace)[1]

    story = _month(world)
    with World(world.root.parent / "undisturbed") as other:
        given(other)
        other.signed("L1-01.A")
        other.now += timedelta(minutes=5)
        assert _month(other) == story
    assert any(rung == "通报" for *_, rung in story)
    holds(world)
    assert status_as_of(world.workspace, true) == before
    with pytest.raises(ResponsibilityError, match="不用校正"):
        clock.correct(world.workspace, world.now)


def _month(world: World) -> list[tuple[Any, ...]]:
    """Everything told in the next weeks: the day, whom, of what, on which rung."""
    told = []
    for _ in range(45):
        world.fast_forward()
        told += [(world.now.date(), one.post_title, one.assignment, one.clock, one.rung_name) for one in world.untold]
        world.untold.clear()
    return told


def test_what_people_did_in_the_wrong_time_stands(world: World) -> None:
    given(world)
    true = world.now
    world.now = true + YEAR
    world.sweep()
    world.untold.clear()
    world.does("sign", "L1-01.A")
    done = clock.correct(world.workspace, true + timedelta(hours=1))
    assert (done.sweeps, done.acts) == (1, 1)
    assert world.rows("SELECT state FROM assignment WHERE code = 'L1-01.A'") == [("signed",)]
    world.now = true + timedelta(hours=2)
    world.does("report", "L1-01.A", percent=20)
    holds(world)


def test_the_command_says_what_it_did(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    given(world)
    at = world.now
    sweep(world.workspace, at + YEAR)
    world.workspace.engine.dispose()
    argv = ["clock", "correct", "-w", str(world.root), "--now", (at + timedelta(hours=1)).isoformat()]
    assert run([*argv, "--dry-run"]) == 0
    assert "试算：会校正" in capsys.readouterr().out
    assert run([*argv, "--json"]) == 0
    assert '"sweeps": 1' in capsys.readouterr().out
    assert run(argv) == 1
    assert "不用校正" in capsys.readouterr().err
