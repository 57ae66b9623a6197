"""The day a deadline bound to an event falls due, once the event's day is known."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.deadline import bind, bind_known, event_key, from_record, read, to_record
from responsibility.core.workdays import calendar_of

ISSUED = date(2023, 9, 11)
#: A Friday; the Monday after is a holiday, the Sunday before it a make-up day.
HELD = date(2023, 10, 20)
CALENDAR = calendar_of([date(2023, 10, 23)], [date(2023, 10, 22)], [2023])

CASES = {
    "days after": ("会后7日内", "2023-10-27"),
    "a month after": ("反馈后1个月内", "2023-11-20"),
    "a week after, in Chinese numerals": ("会议召开后一周内", "2023-10-27"),
    "days before": ("进驻前十日", "2023-10-10"),
    "merely before": ("会议召开前", "2023-10-19"),
    "counted from the day": ("自反馈之日起15日内", "2023-11-04"),
    "working days after: the make-up Sunday counts, the holiday does not": ("会后2个工作日内", "2023-10-24"),
    "working days before": ("会前1个工作日", "2023-10-19"),
    "hours are days": ("会后24小时内", "2023-10-21"),
    "within a stretch before": ("会前10日内", "2023-10-19"),
}


@pytest.mark.parametrize(("phrase", "due_on"), CASES.values(), ids=CASES.keys())
def test_the_offset_is_counted_from_the_day_of_the_event(phrase: str, due_on: str) -> None:
    written = read(phrase, ISSUED, CALENDAR, 15)
    assert written.event, written
    found = bind(written, HELD, CALENDAR, 15)
    assert (found.due_on, found.needs_confirmation, found.event_on) == (date.fromisoformat(due_on), False, HELD)
    assert str(HELD) in found.because
    assert from_record(to_record(found)) == found


def test_another_day_moves_what_was_bound_before() -> None:
    once = bind(read("会后7日内", ISSUED, CALENDAR, 15), HELD, CALENDAR, 15)
    assert bind(once, date(2023, 11, 1), CALENDAR, 15).due_on == date(2023, 11, 8)


def test_without_a_term_it_stays_a_question_with_the_default_term() -> None:
    found = bind(read("反馈后", ISSUED, CALENDAR, 15), HELD, CALENDAR, 15)
    assert found.needs_confirmation
    assert found.due_on is None
    assert [reading.due_on for reading in found.readings] == [date(2023, 11, 4)]


def test_working_days_into_a_year_not_announced_are_provisional() -> None:
    written = read("会后5个工作日内", ISSUED, CALENDAR, 15)
    assert not bind(written, HELD, CALENDAR, 15).provisional
    assert bind(written, date(2023, 12, 29), CALENDAR, 15).provisional


def test_a_day_out_of_all_reach_is_no_date_but_a_question() -> None:
    assert bind(read("会后999年内", ISSUED, CALENDAR, 15), date(2140, 1, 1), CALENDAR, 15).due_on in (
        None,
        date(3139, 1, 1),
    )
    assert bind(read("会后20个工作日内", ISSUED, CALENDAR, 15), date(2149, 12, 30), CALENDAR, 15).needs_confirmation


def test_blanks_and_quotes_in_a_name_do_not_count() -> None:
    assert event_key(" “中期 推进会” ") == event_key("中期推进会")
    written = read("“中期推进会”后7日内", ISSUED, CALENDAR, 15)
    assert bind_known(written, {"中期推进会": HELD}, CALENDAR, 15).due_on == date(2023, 10, 27)
    assert bind_known(written, {"别的会": HELD}, CALENDAR, 15) == written


def test_what_is_bound_to_nothing_stays_as_it_is() -> None:
    written = read("9月底前", ISSUED, CALENDAR, 15)
    assert bind(written, HELD, CALENDAR, 15) is written
