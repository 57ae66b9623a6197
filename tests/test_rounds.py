"""A sweep in shards does what a sweep in one go does, whoever dies on the way."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from responsibility.core.chain import Unit
from responsibility.core.errors import Finding, ResponsibilityError
from responsibility.core.shards import shards_of
from responsibility.core.summary import Noticed
from responsibility.store import projection, rounds
from responsibility.store.engine import Lock, writing
from responsibility.store.ledger import entries
from responsibility.usecases import doctor
from responsibility.usecases import rounds as usecase
from responsibility.usecases.clock import correct
from responsibility.usecases.deliver import Still
from responsibility.usecases.record import verify
from responsibility.usecases.remind import Sweep, notices_of, sweep
from responsibility.usecases.rounds import close_round, drain, finish_round, open_round, sweep_shard
from tests.world import World


def office(world: World) -> World:
    """Items at every stage, a vacant post, and shards of one clock."""
    world.configure("schedule.yaml", "shards: {due: 20000", "shards: {due: 1")
    world.organise(vacant=["B1", "A12"])
    world.list(
        {"title": "开好动员会", "lead": "甲支部", "by": "9月20日前", "support": "乙支部"},
        {"title": "学习研讨", "lead": "甲支部、乙支部", "by": "9月29日前"},
        {"title": "整改台账", "lead": "乙支部", "by": "9月28日前", "report": "每周"},
    )
    world.assign()
    return world


def in_shards(world: World, runs: int = 1) -> Sweep:
    """One round, by so many runs one after another."""
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    for run in range(runs):
        drain(world.workspace, begun.seq, f"run {run}", Still(world.now))
    return close_round(world.workspace, begun.seq, world.now)


def told(notices: Iterable[Noticed]) -> Counter[Any]:
    """What was told to whom."""
    return Counter((n.assignment, n.clock, n.rung, n.post, n.nth, n.reason) for n in notices)


def said(world: World, swept: Sweep) -> Counter[Any]:
    """The same of a sweep that was written."""
    return told(notices_of(world.workspace, swept))


def state(world: World) -> list[Any]:
    """Where the clocks stand, and which cards there are."""
    clocks = world.rows("SELECT assignment_id, clock, arming, due_on, rung, next_at FROM clock ORDER BY 1, 2")
    return [*clocks, *world.rows("SELECT rule, unit, occurrence_id, got_on FROM card ORDER BY 1, 2, 3")]


def test_day_by_day_a_round_tells_what_one_sweep_would_have_told(any_world: World) -> None:
    world = office(any_world)
    rounds_run = 0
    for _ in range(30):
        world.now += timedelta(days=1)
        tried = sweep(world.workspace, world.now, dry_run=True)
        expected = told(tried.notices)
        begun = open_round(world.workspace, world.now)
        if begun is None:
            sweep(world.workspace, world.now)
            continue
        rounds_run += 1
        drain(world.workspace, begun.seq, "run", Still(world.now))
        swept = close_round(world.workspace, begun.seq, world.now)
        assert said(world, swept) == expected
        assert (swept.told, swept.skipped, swept.messages) == (tried.told, tried.skipped, tried.messages)
        assert [gap["message"] for gap in swept.gaps] == [gap["message"] for gap in tried.gaps]
    assert rounds_run > 5
    assert verify(world.workspace)[1] == []


def test_the_ledger_rebuilds_what_a_round_did(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    in_shards(world)
    world.to("2023-10-10")
    in_shards(world, runs=2)
    before = state(world)
    with world.workspace.write(world.now) as connection:
        projection.reset(connection)
        for entry in list(entries(connection)):
            projection.apply(connection, entry.seq, entry.at, entry.act, entry.codes, entry.values)
    assert state(world) == before


def test_a_notice_of_a_round_that_was_changed_is_found(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    in_shards(world)
    assert verify(world.workspace)[1] == []
    world.tamper("UPDATE notice SET nth = 7 WHERE id = (SELECT max(id) FROM notice)")
    assert len(verify(world.workspace)[1]) == 1


def test_what_is_no_more_than_one_shard_is_swept_in_one_go(world: World) -> None:
    office(world)
    world.configure("schedule.yaml", "shards: {due: 1,", "shards: {due: 20000,")
    world.to("2023-09-27")
    assert open_round(world.workspace, world.now) is None
    assert world.rows("SELECT * FROM sweep_round") == []


def test_a_round_goes_on_where_it_was_broken_off_and_ends_once(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    expected = sweep(world.workspace, world.now, dry_run=True)
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    assert sweep_shard(world.workspace, begun.seq, "gone", world.now)
    world.now += timedelta(hours=1)
    again = open_round(world.workspace, world.now)
    assert again == begun
    drain(world.workspace, begun.seq, "next", Still(world.now))
    ended = close_round(world.workspace, begun.seq, world.now)
    assert (ended.told, ended.messages) == (expected.told, expected.messages)
    twice = close_round(world.workspace, begun.seq, world.now)
    assert (twice.told, twice.messages) == (expected.told, 0)
    assert len(world.rows("SELECT * FROM ledger WHERE act = 'sweep'")) == 1


def test_a_round_its_workers_left_is_found_and_finished_by_a_plain_sweep(any_world: World) -> None:
    """Without that what its shards had told would never become a message."""
    world = office(any_world)
    world.to("2023-09-27")
    expected = sweep(world.workspace, world.now, dry_run=True)
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    assert sweep_shard(world.workspace, begun.seq, "gone", world.now)
    world.now += timedelta(minutes=10)
    assert left_by(world) == []  # it may still be at work
    world.now += timedelta(hours=1)
    [found] = left_by(world)
    assert ("没有做完" in found.message, "zeren remind" in found.mend) == (True, True)
    before = finish_round(world.workspace, "next", Still(world.now))
    assert before is not None
    both = sweep(world.workspace, world.now).after(before)
    assert (both.told, both.messages, both.as_of) == (expected.told, expected.messages, world.now)
    assert said(world, both) == told(expected.notices)
    assert left_by(world) == []
    assert finish_round(world.workspace, "next", Still(world.now)) is None


def left_by(world: World) -> list[Finding]:
    found = doctor.office(world.workspace.settings, world.now)
    return [one for one in found if one.check == "sweep" and "分片" in one.message]


def expire(world: World) -> None:
    """Let every lease run out."""
    with world.workspace.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sweep_shard SET lease_until = '2001-01-01 00:00:00+00:00'")


def test_a_shard_in_the_hands_of_one_that_died_is_taken_when_its_lease_runs_out(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    with writing(world.workspace.engine, lock=Lock.NONE) as connection:
        dead = rounds.lease(connection, begun.seq, "dead", timedelta(seconds=60), 3)
    assert dead is not None
    taken = []
    while sweep_shard(world.workspace, begun.seq, "alive", world.now) is not None:
        taken.append(1)
    assert len(taken) == begun.shards - 1
    expire(world)
    assert sweep_shard(world.workspace, begun.seq, "alive", world.now)
    assert world.rows(f"SELECT attempts FROM sweep_shard WHERE number = {dead.number}") == [(2,)]
    assert close_round(world.workspace, begun.seq, world.now).shard_faults == ()


def test_who_comes_back_after_another_took_over_does_nothing(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    with writing(world.workspace.engine, lock=Lock.NONE) as connection:
        mine = rounds.lease(connection, begun.seq, "slow", timedelta(seconds=60), 3)
    expire(world)
    drain(world.workspace, begun.seq, "quick", Still(world.now))
    before = world.rows("SELECT count(*) FROM notice")
    with world.workspace.write(world.now, lock=Lock.TOGETHER) as connection:
        assert usecase._sweep(connection, world.workspace, mine, "slow", world.now) == 0
    assert world.rows("SELECT count(*) FROM notice") == before


def test_a_shard_that_cannot_be_swept_keeps_no_other_back_and_is_told(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    real = usecase.decide

    def decide(connection: Any, lamp: Any, **how: Any) -> Any:
        found = real(connection, lamp, **how)
        if world_part(connection) == ["B"]:
            raise ResponsibilityError("规则读不懂", "")
        return found

    def world_part(connection: Any) -> list[str]:
        return [row[0] for row in connection.exec_driver_sql("SELECT unit FROM sweep_part ORDER BY 1")]

    monkeypatch.setattr(usecase, "decide", decide)
    done = drain(world.workspace, begun.seq, "run", Still(world.now))
    swept = close_round(world.workspace, begun.seq, world.now)
    assert done.notices
    assert len(swept.shard_faults) == 1
    assert "规则读不懂" in swept.shard_faults[0]
    monkeypatch.undo()
    # What it left is still due.
    assert sweep(world.workspace, world.now).told
    assert verify(world.workspace)[1] == []


def test_a_machine_with_other_rules_keeps_out(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    world.configure("calendar.yaml", "extra_holidays: []", "extra_holidays: [2023-09-28]")
    with pytest.raises(ResponsibilityError, match="不一样"):
        drain(world.workspace, begun.seq, "run", Still(world.now))
    assert world.rows("SELECT DISTINCT status FROM sweep_shard") == [("todo",)]


def test_a_database_that_goes_away_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    office(world)
    world.to("2023-09-27")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    real, calls = usecase.sweep_shard, []

    def shaky(*how: Any) -> Any:
        calls.append(how)
        if len(calls) in (1, 2, 4):
            raise OperationalError("", {}, Exception("server closed the connection unexpectedly"))
        return real(*how)

    monkeypatch.setattr(usecase, "sweep_shard", shaky)
    timer = Still(world.now)
    assert drain(world.workspace, begun.seq, "run", timer).shards == begun.shards
    assert timer.now() - world.now >= timedelta(seconds=6)
    monkeypatch.setattr(
        usecase, "sweep_shard", lambda *how: (_ for _ in ()).throw(OperationalError("", {}, Exception()))
    )
    with pytest.raises(ResponsibilityError, match="数据库"):
        drain(world.workspace, begun.seq, "run", Still(world.now))


@pytest.mark.postgres("several writers at once")
def test_several_at_once_share_the_shards_and_tell_nobody_twice(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    expected = told(sweep(world.workspace, world.now, dry_run=True).notices)
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    done: dict[str, int] = {}

    def work(name: str) -> None:
        done[name] = drain(world.workspace, begun.seq, name, Still(world.now)).shards

    at_once(*(lambda name=name: work(name) for name in "abcd"))
    assert sum(done.values()) == begun.shards
    assert said(world, close_round(world.workspace, begun.seq, world.now)) == expected
    assert verify(world.workspace)[1] == []


@pytest.mark.postgres("several writers at once")
def test_two_shards_are_written_at_the_same_time_and_an_act_waits_for_both(any_world: World) -> None:
    """Two transactions that share the lock stand open at once; one that writes alone gets its turn after them."""
    world = office(any_world)
    order: list[str] = []
    inside = threading.Barrier(3, timeout=20)

    def shard(name: str) -> None:
        with world.workspace.write(world.now, lock=Lock.TOGETHER):
            inside.wait()
            release.wait(20)
            order.append(name)

    def alone() -> None:
        inside.wait()
        with world.workspace.write(world.now):
            order.append("alone")

    release = threading.Event()
    threading.Timer(0.5, release.set).start()
    at_once(lambda: shard("a"), lambda: shard("b"), alone)
    assert order[-1] == "alone"


@pytest.mark.postgres("several writers at once")
def test_a_worker_that_is_killed_mid_shard_leaves_nothing_half_done(any_world: World) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    expected = sweep(world.workspace, world.now, dry_run=True)
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    world.workspace.engine.dispose()
    child = os.fork()
    if not child:
        usecase.rounds.finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[attr-defined]
        sweep_shard(world.workspace, begun.seq, "killed", world.now)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert world.rows("SELECT count(*) FROM notice WHERE NOT skipped") == [(0,)]
    expire(world)
    drain(world.workspace, begun.seq, "next", Still(world.now))
    assert close_round(world.workspace, begun.seq, world.now).told == expected.told
    assert verify(world.workspace)[1] == []


def at_once(*works: Callable[[], None]) -> None:
    """Do all of it at the same time, and raise what any of it raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if raised:
        raise raised[0]


#: A province: counties of towns of branches.
TREE = [
    Unit("P", "省", "committee"),
    *(Unit(f"C{c}", "县", "county", "P") for c in range(3)),
    *(Unit(f"C{c}B{b}", "支部", "branch", f"C{c}") for c in range(3) for b in range(4)),
]


def test_subtrees_that_fit_stay_whole() -> None:
    due = {unit.code: 10 for unit in TREE if unit.kind == "branch"}
    assert [shard.units for shard in shards_of(TREE, due, 40)] == [
        tuple(f"C{c}B{b}" for b in range(4)) for c in range(3)
    ]
    assert [shard.due for shard in shards_of(TREE, due, 80)] == [80, 40]
    assert len(shards_of(TREE, due, 25)) == 6


@given(
    st.dictionaries(st.sampled_from([unit.code for unit in TREE] + ["X", "Y"]), st.integers(1, 30)),
    st.integers(1, 60),
)
def test_every_unit_is_in_one_shard_and_only_one_unit_may_be_too_large(due: dict[str, int], most: int) -> None:
    shards = shards_of(TREE, due, most)
    assert Counter(unit for shard in shards for unit in shard.units) == Counter(due.keys())
    assert all(shard.due == sum(due[unit] for unit in shard.units) for shard in shards)
    assert all(shard.due <= most or len(shard.units) == 1 for shard in shards)


@pytest.mark.parametrize("ended", [True, False])
def test_a_round_held_in_a_time_that_is_still_to_come_never_was(any_world: World, ended: bool) -> None:
    world = office(any_world)
    world.to("2023-09-27")
    expected = told(sweep(world.workspace, world.now, dry_run=True).notices)
    where = "SELECT assignment_id, clock, due_on, rung, next_at FROM clock ORDER BY 1, 2"
    before = world.rows(where)
    world.to("2024-03-01")
    begun = open_round(world.workspace, world.now)
    assert begun is not None
    if ended:
        in_shards(world)
    world.to("2023-09-27")
    done = correct(world.workspace, world.now)
    assert (done.sweeps, done.acts) == (int(ended), 0)
    assert world.rows(where) == before
    assert world.rows("SELECT 1 FROM sweep_round WHERE closed_seq IS NULL") == []
    again = told(sweep(world.workspace, world.now, dry_run=True).notices)
    assert {key[:4] for key in again} == {key[:4] for key in expected}
    assert not sweep_shard(world.workspace, begun.seq, "late", world.now)
    assert world.rows(where) == before


def test_a_machine_on_another_database_says_so(any_world: World) -> None:
    """Its run gets the number of a round that its own database does not know."""
    with pytest.raises(ResponsibilityError, match="不是同一个数据库") as raised:
        drain(any_world.workspace, 4711, "elsewhere", Still(any_world.now))
    assert "ZEREN_DATABASE_URL" in raised.value.hint
