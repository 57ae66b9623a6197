"""The ledger explains the state, and shows when it was tampered with."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from responsibility.core.assignment import Light
from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.store import migrate
from responsibility.store.engine import open_engine, reading, writing
from responsibility.store.ledger import broken
from responsibility.store.rows import ledger
from responsibility.usecases.record import log, rebuilt, show_as_of, status_as_of, verify
from responsibility.usecases.status import show
from tests.world import World

STATE = (
    "SELECT code, state, issued_on, due_on, due_at, percent, counted, milestones_done, submitted_late, issued_seq, "
    "before_pause, paused_on, given_back, returns, extensions "
    "FROM assignment ORDER BY id"
)
CLOCKS = (
    "SELECT assignment_id, clock, arming, due_on, due_at, rung, next_at, until_at, rule, missed "
    "FROM clock ORDER BY assignment_id, clock"
)


def a_month(world: World) -> None:
    """Some do, some do not; work comes back; sweeps go by."""
    world.list(
        {"title": "全体学习", "lead": "各党支部", "support": "全体党员", "by": "9月20日前", "target": "2次"},
        {"title": "甲的事", "lead": "甲支部", "support": "办公室", "by": "9月28日前"},
        {"title": "例会", "lead": "乙支部", "by": "每月25日前"},
    )
    world.assign()
    for code in ("L1-01.A", "L1-01.A11", "L1-01.A12", "L1-01.B11", "L1-02.A"):
        world.does("sign", code)
    world.does("report", "L1-01.A11", count=1, percent=40)
    world.to("2023-09-15")
    world.sweep()
    world.does("submit", "L1-01.A11")
    world.does("send_back", "L1-01.A11", reason="缺心得")
    world.does("submit", "L1-02.A", text="办完")
    world.to("2023-09-22")
    world.sweep()
    world.does("close", "L1-02.A")
    world.does("submit", "L1-01.A11")
    world.does("close", "L1-01.A11")
    world.does("submit", "L1-01.A12")
    world.does("report", "L1-01.B11", percent=20)
    world.to("2023-10-10")
    world.sweep()
    world.does("send_back", "L1-01.A12", reason="太晚也要补全")
    world.assign()
    world.untold.clear()


def test_the_ledger_rebuilds_the_state(any_world: World) -> None:
    world = any_world
    a_month(world)
    state, clocks = world.rows(STATE), world.rows(CLOCKS)
    assert len({row[1] for row in state}) >= 4
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == state
        assert connection.exec_driver_sql(CLOCKS).all() == clocks
    assert (world.rows(STATE), world.rows(CLOCKS)) == (state, clocks)


def test_a_state_nobody_recorded_does_not_survive_the_rebuild(world: World) -> None:
    """So that the test above can fail."""
    a_month(world)
    with writing(world.workspace.engine) as connection:
        connection.exec_driver_sql("UPDATE assignment SET state = 'closed' WHERE code = 'L1-01.B12'")
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() != world.rows(STATE)


def test_the_past_can_be_read(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    at_end = world.now.replace(day=19, hour=23)
    assert status_as_of(world.workspace, at_end).items[0].light is Light.OVERDUE
    assert status_as_of(world.workspace, at_end.replace(day=12)).items[0].light is Light.DUE_SOON
    assert status_as_of(world.workspace, at_end.replace(day=10)).totals.assignments == 0
    assert world.status().items[0].light is Light.CLOSED


def test_an_untouched_ledger_holds(any_world: World) -> None:
    a_month(any_world)
    count, faults = verify(any_world.workspace)
    assert count > 15
    assert faults == []


def test_a_changed_entry_is_found(world: World) -> None:
    a_month(world)
    seq = world.rows("SELECT seq FROM ledger WHERE act = 'report'")[0][0]
    world.tamper(f"""UPDATE ledger SET "values" = '{{"percent": 90}}' WHERE seq = {seq}""")
    assert verify(world.workspace)[1] == [(seq, "内容与哈希不符")]


def test_a_removed_entry_is_found(world: World) -> None:
    a_month(world)
    seq = world.rows("SELECT seq FROM ledger WHERE act = 'sign'")[0][0]
    world.tamper(f"DELETE FROM ledger WHERE seq = {seq}")
    assert [fault[0] for fault in verify(world.workspace)[1]] == [seq + 1, seq + 1]


def test_a_removed_newest_entry_is_found(any_world: World) -> None:
    a_month(any_world)
    newest = any_world.rows("SELECT max(seq) FROM ledger")[0][0]
    any_world.tamper(f"DELETE FROM ledger WHERE seq > {newest - 2}")
    assert verify(any_world.workspace)[1] == [(newest - 1, f"从这一条起到第 {newest} 条被删去")]


def test_an_inserted_entry_is_found(any_world: World) -> None:
    a_month(any_world)
    newest = any_world.rows("SELECT max(seq) FROM ledger")[0][0]
    any_world.tamper(
        'INSERT INTO ledger (seq, at, actor, act, codes, "values", prev_hash, hash) '
        f"SELECT {newest + 1}, at, actor, 'sign', codes, \"values\", hash, hash FROM ledger WHERE seq = {newest}"
    )
    assert [seq for seq, _ in verify(any_world.workspace)[1]] == [newest + 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor = 'X' WHERE seq = 1",
        "DELETE FROM ledger WHERE seq = 1",
        "DELETE FROM ledger_ref",
        "UPDATE ledger_ref SET seq = 1",
    ],
)
def test_the_database_refuses_to_change_an_entry(any_world: World, statement: str) -> None:
    a_month(any_world)
    with pytest.raises(DBAPIError, match="append-only"), writing(any_world.workspace.engine) as connection:
        connection.exec_driver_sql(statement)
    assert verify(any_world.workspace)[1] == []


@pytest.mark.sqlite(reason="INSERT OR REPLACE is SQLite's own")
def test_an_entry_cannot_be_replaced_either(world: World) -> None:
    """SQLite replaces a row without asking the trigger of deletion; PostgreSQL knows no such statement."""
    a_month(world)
    for table in ("ledger", "ledger_ref"):
        with pytest.raises(DBAPIError, match="append-only"), writing(world.workspace.engine) as connection:
            connection.exec_driver_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")


def test_a_ledger_of_before_gets_its_head_and_guards(world: World, empty: str) -> None:
    """A database of the first schema: opening it brings it up, its entries are proved, and it can only grow."""
    a_month(world)
    columns = [column for column in ledger.c if column.name != "login"]
    with world.workspace.read() as connection:
        entries = connection.execute(select(*columns).where(ledger.c.seq < 4).order_by(ledger.c.seq)).mappings().all()
    engine = open_engine(empty)
    migrate.bring_up(engine, "0001")
    with writing(engine) as connection:
        connection.execute(insert(ledger), [dict(entry) for entry in entries])
    migrate.bring_up(engine)
    with reading(engine) as connection:
        assert broken(connection) == []
    for statement in ("DELETE FROM ledger", "UPDATE ledger SET actor = 'X'"):
        with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
            connection.exec_driver_sql(statement)


def test_the_log_by_who_and_since_when(world: World) -> None:
    a_month(world)
    everything = log(world.workspace)
    mine = log(world.workspace, actor="A11")
    assert mine == [line for line in everything if "A11" in (line.actor, line.on_behalf_of)]
    assert mine
    late = log(world.workspace, since=date(2023, 9, 20))
    assert late
    assert late == everything[-len(late) :]
    assert all(line in late for line in log(world.workspace, "L1-01", since=date(2023, 9, 20)))
    assert log(world.workspace, actor="LD2") == []
    with pytest.raises(UnknownCode):
        log(world.workspace, actor="nobody at all")


def test_an_item_is_shown_as_it_was(world: World) -> None:
    """What `show` said on a day is what `show --as-of` says of that day later."""
    world.given(by="9月15日前")
    seen = {}
    for day, act in (("2023-09-12", "sign"), ("2023-09-13", ""), ("2023-09-18", "submit"), ("2023-09-19", "close")):
        world.to(day)
        world.sweep()
        world.untold.clear()
        if act:
            world.does(act, "L1-01.A")
        end = datetime.combine(world.now.date(), time(23, 59), world.zone)
        seen[end] = show(world.workspace, "L1-01", end)
    for end, view in seen.items():
        assert show_as_of(world.workspace, "L1-01", end) == view


def test_a_removed_notice_is_found(world: World) -> None:
    a_month(world)
    seq = world.rows("SELECT min(seq) FROM notice")[0][0]
    world.tamper(f"DELETE FROM notice WHERE id = (SELECT min(id) FROM notice WHERE seq = {seq})")
    assert verify(world.workspace)[1] == [(seq, "发出的提醒与留痕摘要不符")]


def test_the_log_of_a_code_has_all_that_touched_it(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.does("submit", "L1-01.A")
    assert [entry.act for entry in log(world.workspace, "L1-01.A")] == ["issue", "sign", "sweep", "submit"]
    assert [entry.act for entry in log(world.workspace, "L1-01.DW1")] == ["issue"]
    assert log(world.workspace, "L1")[0].act == "list.import"


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["sign", "report", "submit", "send_back", "close", "suspend", "resume", "cancel", "sweep", "wait"]
        ),
        st.sampled_from(["A", "A11", "A12", "A13", "B"]),
    ),
    max_size=25,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_the_ledger_rebuilds_it(
    database: str, tmp_path_factory: object, acts: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("office")  # type: ignore[attr-defined]
    with World(folder / "w") as world:
        world.list(
            {"title": "学习", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前"},
            {"title": "乙的事", "lead": "乙支部", "by": "9月28日前"},
        )
        world.assign()
        for act, whom in acts:
            _try(world, act, f"L1-0{2 if whom == 'B' else 1}.{whom}")
        with rebuilt(world.workspace.engine) as connection:
            assert connection.exec_driver_sql(STATE).all() == world.rows(STATE)
            assert connection.exec_driver_sql(CLOCKS).all() == world.rows(CLOCKS)
        assert verify(world.workspace)[1] == []
        closed = "SELECT count(*) FROM clock c JOIN assignment a ON a.id = c.assignment_id "
        assert world.rows(closed + "WHERE a.state = 'closed' AND c.next_at IS NOT NULL")[0][0] == 0
        world.untold.clear()


def _try(world: World, act: str, code: str) -> None:
    if act == "wait":
        world.to(date.fromordinal(world.now.date().toordinal() + 3).isoformat())
    elif act == "sweep":
        world.sweep()
    else:
        values = {
            "send_back": {"reason": "重办"},
            "report": {"percent": 50},
            "suspend": {"reason": "等通知"},
            "cancel": {"reason": "并入另一项"},
        }.get(act, {})
        with suppress(ResponsibilityError):
            world.does(act, code, **values)
