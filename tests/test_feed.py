"""Calendars of a post: what is due as events, their alarms, and how a change or an end is said."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from responsibility.cli.app import run
from responsibility.core.errors import ResponsibilityError
from responsibility.usecases.feed import events_of, export_all, export_one
from responsibility.usecases.record import log, verify
from responsibility.views.ics import Event, calendar_of
from tests.world import ZONE, World


def fed(world: World, whom: str = "A1", **options: bool) -> dict[str, Any]:
    """Export anew, and read the file strictly: uid's first part → event."""
    file = world.root / "feed.ics"
    export_one(world.workspace, whom, world.now, file, **options)
    content = file.read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    assert not [error for event in calendar.walk("VEVENT") for error in event.errors]
    return {str(event["UID"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


def test_the_ledger_holds_after_an_export(world: World) -> None:
    world.given()
    fed(world)
    world.does("cancel", "L1-01.A", reason="并入另一项")
    fed(world)
    assert verify(world.workspace)[1] == []
    assert [line.act for line in log(world.workspace, "L1-01.A")][-1] == "cancel"


def alarms(event: Any) -> list[datetime]:
    return [alarm["TRIGGER"].dt.astimezone(ZONE) for alarm in event.walk("VALARM")]


def at_nine(*days: str) -> list[datetime]:
    return [datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE) for day in days]


def test_a_due_date_is_a_day_with_alarms_on_working_days(world: World) -> None:
    world.given()
    event = fed(world)["L1-01.A.finish"]
    assert event["SUMMARY"] == "【办结】L1-01 开好动员会"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2023, 9, 30), date(2023, 10, 1))
    # The 29th and 30th are holidays: three working days before is the 26th, the last one before it the 28th.
    assert alarms(event) == at_nine("2023-09-26", "2023-09-28")
    assert (event["SEQUENCE"], event["STATUS"], event["DTSTAMP"].dt) == (0, "CONFIRMED", world.now.astimezone(UTC))
    world.to("2023-09-27")
    assert alarms(fed(world)["L1-01.A.finish"]) == at_nine("2023-09-28")  # what is past rings no more


def test_exporting_again_changes_nothing_and_writes_no_entry(world: World) -> None:
    world.given()
    first = fed(world)["L1-01.A.finish"]
    entries = world.rows("SELECT count(*) FROM ledger")
    world.now += timedelta(days=1)
    again = fed(world)["L1-01.A.finish"]
    assert world.rows("SELECT count(*) FROM ledger") == entries
    assert [again[key] for key in ("UID", "SEQUENCE")] == [first[key] for key in ("UID", "SEQUENCE")]
    assert again["LAST-MODIFIED"].dt == first["LAST-MODIFIED"].dt


def test_a_moved_date_an_end_and_a_return_are_each_said_with_a_higher_sequence(world: World) -> None:
    world.given()

    def said() -> tuple[int, str, date]:
        event = fed(world)["L1-01.A.finish"]
        return event["SEQUENCE"], str(event["STATUS"]), event["DTSTART"].dt

    seen = [said()]
    world.does("suspend", "L1-01.A", reason="上级部署调整")
    seen.append(said())
    world.to("2023-09-14")
    world.does("resume", "L1-01.A")
    seen.append(said())
    world.does("sign", "L1-01.A")
    world.does("submit", "L1-01.A")
    world.does("close", "L1-01.A")
    seen.append(said())
    assert [status for _, status, _ in seen] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    assert seen[2][2] > seen[0][2]
    sequences = [sequence for sequence, _, _ in seen]
    assert sequences == sorted(set(sequences))
    world.now += timedelta(days=100)
    assert fed(world) == {}  # an end is not said for ever


def test_milestones_and_reports_are_events_of_their_own(world: World) -> None:
    world.given(steps="9月20日前：成立专班", by="12月20日前", report="每月25日前")
    assert sorted(fed(world)) == ["L1-01.A.finish", "L1-01.A.milestone-1"]  # reports begin when it is signed
    world.does("sign", "L1-01.A")
    events = fed(world)
    assert events["L1-01.A.report"]["DTSTART"].dt == date(2023, 9, 25)
    assert events["L1-01.A.milestone-1"]["DTSTART"].dt == date(2023, 9, 20)
    world.does("report", "L1-01.A", text="成立了", milestone=1)
    events = fed(world)
    assert events["L1-01.A.milestone-1"]["STATUS"] == "CANCELLED"
    assert events["L1-01.A.report"]["DTSTART"].dt == date(2023, 10, 25)


def test_what_the_work_is_about_stays_out_unless_asked_for(world: World) -> None:
    world.given(steps="9月20日前：成立专班", by="12月20日前")
    said = str(fed(world)["L1-01.A.milestone-1"]["DESCRIPTION"])
    assert "编号：L1-01.A" in said
    assert "答复时请注明编号" in said
    assert "成立专班" not in said
    assert "成立专班" in str(fed(world, full=True)["L1-01.A.milestone-1"]["DESCRIPTION"])


def test_a_deadline_with_a_time_of_day_is_an_instant() -> None:
    at = datetime(2023, 9, 30, 17, tzinfo=ZONE)
    title = "一二三四五六七八九十" * 12 + "，；\\逗号"
    event = Event("x@zeren", title, at.date(), at, description="第一行\n第二行")
    content = calendar_of([event], "甲支部", datetime(2023, 9, 11, tzinfo=ZONE))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    [read] = Calendar.from_ical(content).walk("VEVENT")
    assert (read["DTSTART"].dt, str(read["SUMMARY"])) == (at, title)
    assert "DTEND" not in read
    assert str(read["DESCRIPTION"]) == "第一行\n第二行"


def test_a_head_has_the_units_work_a_member_its_own_and_all_have_a_file(world: World, tmp_path: Path) -> None:
    world.list(
        {"title": "开会", "lead": "甲支部", "by": "9月30日前"}, {"title": "承诺", "lead": "全体党员", "by": "9月30日前"}
    )
    world.assign()
    assert set(fed(world, "甲支部书记")) == {"L1-01.A.finish"}
    assert set(fed(world, "A11")) == {"L1-02.A11.finish"}
    done = export_all(world.workspace, world.now, tmp_path / "all")
    assert {"A-甲支部.ics", "A11-甲支部党员一.ics", "SJ1-党委书记.ics"} <= {one.file.name for one in done}
    assert len(world.rows("SELECT seq FROM ledger WHERE act = 'feed.export'")) == 3  # the whole folder is one


def test_events_by_assignment_are_what_a_message_carries_and_write_nothing(world: World) -> None:
    world.given()
    with world.workspace.read() as connection:
        [event] = events_of(connection, world.workspace, world.now, ["L1-01.A"])
    assert (event.on, event.sequence) == (date(2023, 9, 30), 0)
    assert event.uid == str(fed(world)["L1-01.A.finish"]["UID"])
    assert world.rows("SELECT count(*) FROM feed_event")[0][0] == 1


def test_nothing_but_a_calendar_is_written_over(world: World) -> None:
    world.given()
    (world.root / "feed.ics").write_text("not one of ours")
    with pytest.raises(ResponsibilityError, match="没有覆盖"):
        fed(world)
    assert world.rows("SELECT count(*) FROM feed_event")[0][0] == 0


def test_at_the_terminal(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.given()
    world.workspace.engine.dispose()
    where = ["-w", str(world.root), "--now", world.now.isoformat(), "--json"]
    assert run(["feed", "export", "--for", "A1", "-o", str(world.root / "a.ics"), *where]) == 0
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert (file["for"], file["events"], file["new"]) == ("A1", 1, 1)
    for wrong in (["--for", "A1", "--all"], [], ["--for", "A1", "-o", "a.xlsx"]):
        assert run(["feed", "export", *wrong, *where]) == 2
