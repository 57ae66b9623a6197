"""The holiday notice arrives: what was provisional is computed anew, and the ledger explains it."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from responsibility.core.errors import InputProblems, ResponsibilityError
from responsibility.core.summary import CalendarImported
from responsibility.settings.calendarfile import with_year
from responsibility.usecases.calendar import import_calendar, year_of
from responsibility.usecases.record import log, rebuilt, verify
from responsibility.usecases.workspace import open_workspace
from tests.stories.test_ledger import CLOCKS, STATE
from tests.world import ZONE, World

#: Friday 1 January is off, Sunday 10 January is worked.
NOTICE = "关于2027年部分节假日安排的通知\n元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月10日（周日）上班。\n"
CONFIG = "config/calendar.yaml"


@pytest.fixture
def december(any_world: World) -> World:
    """The end of a year whose next one is not announced; what follows is issued on Wednesday 30 December."""
    any_world.to("2026-12-30")
    return any_world


def notice(world: World, text: str = NOTICE) -> Path:
    path = world.root / "通知.txt"
    path.write_text(text, "utf-8")
    return path


def take_in(world: World, text: str = NOTICE, **options: bool) -> CalendarImported:
    done = import_calendar(world.workspace, notice(world, text), world.now, **options)
    if done.written:
        world.workspace.engine.dispose()
        world.workspace = open_workspace(world.root, world.environ)
    return done


def the_ledger_explains_it(world: World) -> None:
    state, clocks = world.rows(STATE), world.rows(CLOCKS)
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(STATE).all() == state
        assert connection.exec_driver_sql(CLOCKS).all() == clocks
    assert verify(world.workspace)[1] == []


def clock(world: World, code: str, name: str) -> tuple[str, date]:
    query = (
        "SELECT c.due_on, c.next_at FROM clock c JOIN assignment a ON a.id = c.assignment_id "
        f"WHERE a.code = '{code}' AND c.clock = '{name}'"
    )
    due_on, next_at = world.rows(query)[0]
    at = next_at if isinstance(next_at, datetime) else datetime.fromisoformat(f"{next_at}+00:00")
    return str(due_on), at.astimezone(ZONE).date()


def test_working_days_into_the_new_year_are_counted_anew_and_clocks_follow(december: World) -> None:
    world = december
    world.list(
        {"title": "跨年的事", "lead": "甲支部", "by": "5个工作日内"},
        {"title": "定日的事", "lead": "乙支部", "by": "1月5日前"},
    )
    world.assign()
    assert clock(world, "L1-01.A", "finish") == ("2027-01-06", date(2027, 1, 1))
    assert clock(world, "L1-02.B", "finish") == ("2027-01-05", date(2026, 12, 31))
    assert clock(world, "L1-02.B", "sign") == ("2027-01-01", date(2027, 1, 4))
    before = world.rows(CLOCKS)
    tried = take_in(world, dry_run=True)
    assert world.rows(CLOCKS) == before
    done = take_in(world)
    assert (done.items, done.clocks) == (tried.items, tried.clocks)
    [item] = done.items
    assert (item.code, item.before, item.after, item.redated) == ("L1-01", date(2027, 1, 6), date(2027, 1, 7), True)
    assert clock(world, "L1-01.A", "finish") == ("2027-01-07", date(2027, 1, 4))
    assert clock(world, "L1-02.B", "finish") == ("2027-01-05", date(2026, 12, 30))
    assert clock(world, "L1-02.B", "sign") == ("2027-01-04", date(2027, 1, 5))
    assert world.rows("SELECT count(*) FROM assignment WHERE due_on = '2027-01-07'")[0][0] == 5
    the_ledger_explains_it(world)
    assert log(world.workspace, "L1-01")[-2].act == "calendar.import"


def test_what_waits_for_the_office_gets_its_term_anew(december: World) -> None:
    world = december
    world.list({"title": "定日的事", "lead": "乙支部", "by": "1月29日前"})
    world.assign()
    world.does("sign", "L1-01.B")
    world.does("submit", "L1-01.B")
    assert clock(world, "L1-01.B", "verify")[0] == "2027-01-04"
    take_in(world)
    assert clock(world, "L1-01.B", "verify") == ("2027-01-05", date(2027, 1, 6))
    the_ledger_explains_it(world)


def test_a_rung_already_reached_is_not_reached_again(december: World) -> None:
    world = december
    world.list({"title": "定日的事", "lead": "乙支部", "by": "1月5日前"})
    world.assign()
    world.does("sign", "L1-01.B")
    world.now = datetime.combine(date(2026, 12, 31), time(8, 30), ZONE)
    world.sweep()
    world.expects("乙支部书记", "临期提醒")
    take_in(world)
    world.sweep()
    world.expects_nothing()


def test_items_not_assigned_yet_get_their_date_too(december: World) -> None:
    world = december
    world.list({"title": "跨年的事", "lead": "甲支部", "by": "5个工作日内"})
    done = take_in(world)
    assert [(one.after, one.redated) for one in done.items] == [(date(2027, 1, 7), False)]
    again = world.list({"title": "跨年的事", "lead": "甲支部", "by": "5个工作日内"}, issued_on=date(2026, 12, 30))
    assert (again.changed, again.unchanged) == (0, 1)


def test_an_announced_year_is_replaced_only_when_asked(world: World) -> None:
    world.to("2026-12-30")
    take_in(world)
    text = (world.root / CONFIG).read_text("utf-8")
    with pytest.raises(ResponsibilityError, match="已经在日历里"):
        take_in(world)
    assert (world.root / CONFIG).read_text("utf-8") == text
    again = take_in(world, NOTICE.replace("1月10日（周日）", "1月9日（周六）"), replace_year=True)
    assert [(str(run.first), run.off, run.days) for run in again.year.runs] == [
        ("2027-01-01", True, 3),
        ("2027-01-09", False, 1),
    ]
    assert year_of(world.workspace, 2027) == again.year
    assert "2027-01-10" not in (world.root / CONFIG).read_text("utf-8")


def test_a_notice_that_contradicts_itself_changes_nothing(world: World) -> None:
    text = (world.root / CONFIG).read_text("utf-8")
    with pytest.raises(InputProblems) as refused:
        take_in(world, NOTICE.replace("共3天", "共5天").replace("（周五）", "（周二）"))
    assert len(refused.value.problems) == 2
    assert (world.root / CONFIG).read_text("utf-8") == text
    assert not year_of(world.workspace, 2027).announced


OFF = {date(2027, 1, 1): "元旦"}
WORK = {date(2027, 1, 10): "元旦"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# 说明\nextra_holidays: []  # 放假\n\nextra_workdays: []\n# 年份\nannounced: []\n",
            "# 说明\nextra_holidays:  # 放假\n  - 2027-01-01  # 元旦\n\n"
            "extra_workdays:\n  - 2027-01-10  # 元旦调休上班\n# 年份\nannounced:\n  - 2027\n",
        ),
        (
            "extra_holidays:\n# 本单位\n- 2024-02-09   # 除夕\n# 后面\nannounced: [2028]\n",
            "extra_holidays:\n# 本单位\n- 2024-02-09   # 除夕\n- 2027-01-01  # 元旦\n# 后面\n"
            "announced:\n  - 2028\n  - 2027\nextra_workdays:\n  - 2027-01-10  # 元旦调休上班\n",
        ),
        (
            "extra_holidays: [2024-02-09, 2027-01-04]\n"
            "extra_workdays:\n  - 2027-01-16\n  - 2024-03-02\nannounced: [2027]\n",
            "extra_holidays:\n  - 2024-02-09\n  - 2027-01-01  # 元旦\nextra_workdays:\n  - 2024-03-02\n"
            "  - 2027-01-10  # 元旦调休上班\nannounced:\n  - 2027\n",
        ),
    ],
    ids=["as it came", "lists with comments, a key missing", "the year was there"],
)
def test_the_file_keeps_what_the_office_wrote(text: str, expected: str) -> None:
    assert with_year(text, 2027, OFF, WORK) == expected


def test_a_year_the_program_knows_is_corrected_by_the_difference(world: World) -> None:
    """2023: 29 September to 6 October off, 7 and 8 October worked."""
    known = {date(2023, 9, 29): "中秋节"}
    text = with_year((world.root / CONFIG).read_text("utf-8"), 2023, known, {date(2023, 10, 7): "国庆节"})
    assert "2023-09-29" not in text
    assert "- 2023-10-08  # 原调休上班，改为休息" in text
    assert "- 2023-10-02  # 原放假，改为上班" in text
    assert "announced: []" in text
