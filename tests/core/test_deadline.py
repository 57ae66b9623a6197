"""How phrases are read: a table with a comment a row, and what holds for every phrase."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core.deadline import (
    Deadline,
    Kind,
    default_deadline,
    from_record,
    occurrence,
    read,
    read_milestones,
    to_json,
    to_record,
)
from responsibility.core.workdays import calendar_of

ISSUED = date(2023, 9, 11)  # a Monday
OFFICE = timezone(timedelta(hours=8))
GOLDEN_WEEK = [date(2023, 9, 29) + timedelta(days=n) for n in range(8)]
CALENDAR = calendar_of(GOLDEN_WEEK, [date(2023, 10, 7), date(2023, 10, 8)], [2023])


def reading(phrase: str, issued_on: date = ISSUED) -> Deadline:
    return read(phrase, issued_on, CALENDAR, 15)


def brief(deadline: Deadline) -> str:
    """Kind and days in one line: `range 2023-10-01..2023-12-31`; a question has no day."""
    if deadline.needs_confirmation:
        return f"{deadline.kind} ?"
    days = f"{deadline.starts_on}..{deadline.due_on}" if deadline.starts_on else f"{deadline.due_on}"
    return f"{deadline.kind} {days}" + (f" {deadline.due_time:%H:%M}" if deadline.due_time else "")


DATES = [
    ("2023年10月20日前", "date 2023-10-20"),  # everything written
    ("10月20日", "date 2023-10-20"),  # the year of issue
    ("3月20日前", "date 2024-03-20"),  # a month before the month of issue is next year's
    ("１０月２０日之前", "date 2023-10-20"),  # full-width digits
    (" 10 月 20 日 前 ", "date 2023-10-20"),  # blanks
    ("十月二十日前", "date 2023-10-20"),  # numerals
    ("二〇二四年一月十日", "date 2024-01-10"),  # a year digit by digit
    ("2023-10-20", "date 2023-10-20"),  # ISO
    ("2023/10/8", "date 2023-10-08"),  # slashes, no zero
    ("2023.10.20前", "date 2023-10-20"),  # dots
    ("20231020", "date 2023-10-20"),  # eight digits
    ("2023-10-20 00:00:00", "date 2023-10-20"),  # a sheet's date cell; midnight is no time of day
    ("2023年\n10月20日前", "date 2023-10-20"),  # wrapped in its cell
    ("10月20日17:00前", "date 2023-10-20 17:00"),  # with a time
    ("10月20日下午3点半前", "date 2023-10-20 15:30"),  # afternoon
    ("10月20日上午9:00—11:00", "date 2023-10-20 11:00"),  # the end of the meeting
    ("10月20日下班前", "date 2023-10-20"),  # office hours are not known here
    ("10月20日24:00前", "date 2023-10-20"),  # the day's end needs no time
    ("请于10月20日（星期五）前报送", "date 2023-10-20"),  # the weekday agrees
    ("10月20日（星期六）前", "unclear ?"),  # it does not
    ("9月底前", "date 2023-09-30"),  # month end
    ("2024年2月底前完成", "date 2024-02-29"),  # in a leap year
    ("月底前", "date 2023-09-30"),  # of the month of issue
    ("下月10日前", "date 2023-10-10"),  # relative to the month of issue
    ("年底前", "date 2023-12-31"),  # year end
    ("年终", "date 2023-12-31"),  # the same
    ("明年3月底前", "date 2024-03-31"),  # next year by name
    ("三季度末", "date 2023-09-30"),  # a quarter's last day
    ("“十一”之前", "date 2023-09-30"),  # the eve of National Day
    ("元旦前", "date 2023-12-31"),  # the eve of New Year
    ("下周五前", "date 2023-09-22"),  # a weekday after issue
    ("立行立改，2023年10月底前", "date 2023-10-31"),  # at once, at the latest by
    ("完成时限：2023年10月底", "date 2023-10-31"),  # a label before the date
]
RANGES = [
    ("10月", "range 2023-10-01..2023-10-31"),  # a month
    ("3-6月", "range 2024-03-01..2024-06-30"),  # over before issue, so next year's
    ("3-12月", "range 2023-03-01..2023-12-31"),  # runs at issue
    ("12-1月", "range 2023-12-01..2024-01-31"),  # over the year's end
    ("2023年11月至次年2月", "range 2023-11-01..2024-02-29"),  # the same, in words
    ("10月13-16日", "range 2023-10-13..2023-10-16"),  # days of one month
    ("10月上旬", "range 2023-10-01..2023-10-10"),  # thirds of a month
    ("10月中旬", "range 2023-10-11..2023-10-20"),
    ("10月下旬", "range 2023-10-21..2023-10-31"),
    ("四季度", "range 2023-10-01..2023-12-31"),  # a quarter
    ("一至三季度", "range 2023-01-01..2023-09-30"),  # several
    ("下半年", "range 2023-07-01..2023-12-31"),  # a half-year
    ("全年持续推进", "range 2023-01-01..2023-12-31"),  # due at year end, not without end
    ("2024-2025年", "range 2024-01-01..2025-12-31"),  # years
    ("从2023年9月开始，12月底前基本完成", "range 2023-09-01..2023-12-31"),  # from … to …
]
TERMS = [
    ("15日内", "relative 2023-09-26"),  # the first day after issue counts as 1
    ("自本通知印发之日起30日内", "relative 2023-10-11"),  # the same, in full
    ("收到通知后5个工作日内", "relative 2023-09-18"),  # received on the day of issue
    ("20个工作日内", "relative 2023-10-13"),  # over a holiday and two make-up days
    ("三个月内", "relative 2023-12-11"),  # calendar months
    ("半年内", "relative 2024-03-11"),
    ("1月内", "unclear ?"),  # January, or one month?
    ("15日", "unclear ?"),  # the 15th, or 15 days?
    ("3-5日内", "relative 2023-09-16"),  # the later of two numbers
    ("3-5日", "unclear ?"),  # from the 3rd to the 5th, or up to five days
    ("会后7日内", "event ?"),  # the meeting's day is not known
    ("进驻前十日", "event ?"),
    ("收到举报后5日内", "event ?"),  # not our own paper
    ("长期坚持", "long_term None"),
    ("2023年底前完成，并长期坚持", "long_term 2023-12-31"),  # a date, then without end
    ("长期坚持，2023年底前见效", "long_term 2023-12-31"),  # in the other order
    ("立行立改并长期坚持", "long_term None"),
]
QUESTIONS = [
    ("2024年8月前", "unclear ?"),  # end of July or of August
    ("明年前", "unclear ?"),
    ("10月中旬前", "unclear ?"),  # the 10th or the 20th
    ("10月初", "unclear ?"),
    ("月初", "unclear ?"),
    ("9月5日前", "unclear ?"),  # over at issue
    ("2022年底前", "unclear ?"),
    ("适时", "unclear ?"),
    ("立行立改", "unclear ?"),
    ("按上级要求", "unclear ?"),
    ("11月12月", "unclear ?"),  # a sign is missing
    ("1 2月", "unclear ?"),  # not December
    ("10月20日前后", "unclear ?"),  # not before
    ("不早于10月20日", "unclear ?"),
    ("10月启动", "unclear ?"),  # a beginning is no end
    ("12-11月根据录取情况安排", "unclear ?"),  # words left over
    ("年底前，力争11月底前", "unclear ?"),  # a date and a wish
    ("每周一报", "unclear ?"),  # on Mondays, or one report a week
    ("每月初", "unclear ?"),
    ("每季度25日前", "unclear ?"),  # of which month
    ("每五个月", "unclear ?"),  # from when
]


@pytest.mark.parametrize(("phrase", "expected"), DATES + RANGES + TERMS + QUESTIONS)
def test_a_phrase_is_read(phrase: str, expected: str) -> None:
    assert brief(reading(phrase)) == expected


CYCLES = [
    ("每月25日前", "FREQ=MONTHLY;BYMONTHDAY=25", "2023-09-25", "2023-09"),  # this month's is still to come
    ("每月5日前", "FREQ=MONTHLY;BYMONTHDAY=5", "2023-10-05", "2023-10"),  # this month's is over
    ("每月月底前", "FREQ=MONTHLY;BYMONTHDAY=-1", "2023-09-30", "2023-09"),
    ("每月召开1次例会", "FREQ=MONTHLY;BYMONTHDAY=-1", "2023-09-30", "2023-09"),  # no day: the period's end
    ("每月最后一个周五", "FREQ=MONTHLY;BYDAY=-1FR", "2023-09-29", "2023-09"),
    ("每季度末", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1", "2023-09-30", "2023-Q3"),
    ("每季度首月10日前", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10", "2023-10-10", "2023-Q4"),
    ("每季度末（分别在6月、9月和12月底）", "FREQ=YEARLY;BYMONTH=6,9,12;BYMONTHDAY=-1", "2023-09-30", "2023-Q3"),
    ("每半年报告一次", "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", "2023-12-31", "2023-H2"),
    ("每年2月底前", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "2024-02-29", "2024"),  # the 29th in a leap year
    ("每年2月28日前", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28", "2024-02-28", "2024"),  # the 28th in every year
    ("每二个月", "FREQ=YEARLY;BYMONTH=2,4,6,8,10,12;BYMONTHDAY=-1", "2023-10-31", "2023-10-31"),
    ("每周五下班前", "FREQ=WEEKLY;BYDAY=FR", "2023-09-15", "2023-W37"),
    ("每周一次", "FREQ=WEEKLY;BYDAY=SU", "2023-09-17", "2023-W37"),  # once a week, not Mondays
    ("每周二、周四", "FREQ=WEEKLY;BYDAY=TU,TH", "2023-09-12", "2023-09-12"),  # two in a week
    ("每两周", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", "2023-09-24", "2023-W38"),  # a fortnight from issue
    ("每日", "FREQ=DAILY", "2023-09-11", "2023-09-11"),
    ("从2024年起，各单位于每年3月底前", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1", "2024-03-31", "2024"),
    ("全年，逐月", "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20231231", "2023-09-30", "2023-09"),  # ends with the year
    ("长期坚持，每月底报送", "FREQ=MONTHLY;BYMONTHDAY=-1", "2023-09-30", "2023-09"),
]


@pytest.mark.parametrize(("phrase", "rule", "due_on", "label"), CYCLES)
def test_what_comes_back_has_a_rule_and_a_first_day(phrase: str, rule: str, due_on: str, label: str) -> None:
    deadline = reading(phrase)
    assert (deadline.kind, deadline.rrule, str(deadline.due_on)) == (Kind.RECURRING, rule, due_on)
    first = occurrence(deadline, ISSUED, ISSUED)
    assert (first.label, first.due_on) == (label, deadline.due_on)


def test_the_thirtieth_of_every_month_is_the_last_of_february() -> None:
    deadline = reading("每月30日前", date(2024, 1, 10))
    found = [occurrence(deadline, date(2024, 1, 10), date(2024, month, 1)).due_on for month in (1, 2, 3)]
    assert found == [date(2024, 1, 30), date(2024, 2, 29), date(2024, 3, 30)]


@pytest.mark.parametrize(
    ("on", "label", "starts_on", "due_on"),
    [
        (date(2023, 1, 1), "2023-09", ISSUED, date(2023, 9, 25)),  # never before issue
        (date(2023, 9, 25), "2023-09", ISSUED, date(2023, 9, 25)),  # on its day it is still current
        (date(2023, 9, 26), "2023-10", date(2023, 10, 1), date(2023, 10, 25)),
        (date(2024, 6, 1), "2023-12", date(2023, 12, 1), date(2023, 12, 25)),  # the last one of a series that is over
    ],
)
def test_the_current_occurrence_is_the_next_to_fall_due(on: date, label: str, starts_on: date, due_on: date) -> None:
    found = occurrence(reading("2023年每月25日前"), ISSUED, on)
    assert (found.label, found.starts_on, found.due_on) == (label, starts_on, due_on)


def test_a_single_item_has_one_occurrence_without_a_label() -> None:
    found = occurrence(reading("10月20日前"), ISSUED, date(2024, 1, 1))
    assert (found.label, found.starts_on, found.due_on) == ("", ISSUED, date(2023, 10, 20))


def test_an_occurrence_of_any_other_cycle_begins_the_day_after_the_one_before() -> None:
    found = occurrence(reading("每半月"), ISSUED, date(2023, 10, 1))
    assert (found.label, found.starts_on, found.due_on) == ("2023-10-15", date(2023, 10, 1), date(2023, 10, 15))


def steps(deadline: Deadline | None) -> list[tuple[str, str]]:
    assert deadline is not None
    return [(str(milestone.due_on), milestone.title) for milestone in deadline.milestones]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("10月、12月", [("2023-10-31", "10月"), ("2023-12-31", "12月")]),  # two months
        ("10/12月", None),  # a fraction, or two months?
        ("10、12月", [("2023-10-31", "10月"), ("2023-12-31", "12月")]),  # the unit written once
        ("10月/1月", [("2023-10-31", "10月"), ("2024-01-31", "1月")]),  # a smaller month is next year's
        ("10月10日、20日", [("2023-10-10", "10月10日"), ("2023-10-20", "10月20日")]),  # the month written once
        ("10月：启动，12月：验收", [("2023-10-31", "启动"), ("2023-12-31", "验收")]),  # named steps
        ("9月\n12月", [("2023-09-30", "9月"), ("2023-12-31", "12月")]),  # one a line
    ],
)
def test_several_periods_are_milestones(phrase: str, expected: list[tuple[str, str]] | None) -> None:
    deadline = reading(phrase)
    if expected is None:
        assert deadline.needs_confirmation
    else:
        assert (deadline.kind, str(deadline.due_on)) == (Kind.MILESTONES, expected[-1][0])
        assert steps(deadline) == expected


def test_a_milestone_cell_is_read_line_by_line() -> None:
    cell = "（1）10月：召开第一次“推进会”；起草方案\n11月—12月：试点、评估\n形成材料\n力争1月15日9:00：验收"
    deadline = read_milestones(cell, ISSUED, CALENDAR, 15)
    assert deadline is not None
    assert steps(deadline) == [
        ("2023-10-31", "召开第一次“推进会”；起草方案"),  # as written; a part without a date belongs to it
        ("2023-12-31", "试点、评估；形成材料"),
        ("2024-01-15", "验收"),
    ]
    assert brief(deadline) == "milestones 2023-10-01..2024-01-15 09:00"
    assert deadline.soft
    assert deadline.phrase == cell


def test_one_line_is_still_milestones() -> None:
    deadline = read_milestones("10月：启动", ISSUED, CALENDAR, 15)
    assert deadline is not None
    assert brief(deadline) == "milestones 2023-10-01..2023-10-31"


def test_a_cell_without_a_date_is_no_milestone_cell() -> None:
    assert read_milestones("各支部自查；汇总", ISSUED, CALENDAR, 15) is None


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("10月：启动\n11月根据情况安排", "11月根据情况安排"),  # no colon ends the date
        ("10月：启动\n每月：调度", "每月：调度"),  # not a step
        ("10月：启动\n12月前：验收", "验收"),  # end of November, or of December
        ("2月：启动\n10月：验收", "启动"),  # February is over, October is not
        ("宣传组：10月完成", "宣传组：10月完成"),  # a date, but not where a date stands
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_asked(cell: str, named: str) -> None:
    deadline = read_milestones(cell, ISSUED, CALENDAR, 15)
    assert deadline is not None
    assert deadline.needs_confirmation
    assert deadline.due_on is None
    assert f"“{named}”" in deadline.because
    assert deadline.readings


def test_soft_words_keep_the_date() -> None:
    for phrase in ("原则上于2023年底前", "力争年底前", "2023年底前力争完成", "争取12月31日前"):
        deadline = reading(phrase)
        assert (deadline.due_on, deadline.soft) == (date(2023, 12, 31), True), phrase
    assert not reading("年底前").soft


@pytest.mark.parametrize("phrase", ["2月30日前", "2023年9月31日", "13月", "每月32日", "10月、14月", "10月20日25:00前"])
def test_a_day_no_calendar_has_is_told_apart_from_a_question(phrase: str) -> None:
    deadline = reading(phrase)
    assert (deadline.kind, deadline.impossible, deadline.due_on) == (Kind.UNCLEAR, True, None)
    assert "不存在" in deadline.because
    assert not reading("8月前").impossible


def test_a_milestone_on_an_impossible_day_is_told_too() -> None:
    deadline = read_milestones("10月：启动\n11月31日：验收", ISSUED, CALENDAR, 15)
    assert deadline is not None
    assert deadline.impossible


@pytest.mark.parametrize(
    ("phrase", "days"),
    [
        ("2024年8月前", [date(2024, 7, 31), date(2024, 8, 31)]),  # both readings
        ("8月前", [date(2024, 7, 31), date(2024, 8, 31)]),
        ("立行立改", [date(2023, 9, 26)]),  # the default term
        ("9月5日前", [date(2023, 9, 5), date(2024, 9, 5)]),  # over: this year or next
        ("1月内", [date(2024, 1, 31), date(2023, 10, 11)]),
        ("10-12月根据录取情况安排", [date(2023, 12, 31)]),  # what can be made out
    ],
)
def test_a_question_offers_readings(phrase: str, days: list[date]) -> None:
    assert [each.due_on for each in reading(phrase).readings] == days


def test_an_event_is_named_and_has_no_day() -> None:
    deadline = reading("在反馈后1个月内")
    assert (deadline.event, deadline.due_on, deadline.readings) == ("反馈", None, ())
    assert reading("会前").event == "会议"


def test_working_days_of_a_year_not_announced_are_provisional() -> None:
    assert not reading("5个工作日内").provisional
    assert reading("90个工作日内").provisional
    assert not reading("90日内").provisional


def test_no_deadline_is_the_default_term() -> None:
    deadline = default_deadline(ISSUED, 30, "清单未写时限")
    assert (deadline.phrase, brief(deadline)) == ("", "relative 2023-10-11")
    assert deadline.because.startswith("清单未写时限")


def test_the_answer_of_the_command_has_the_keys_of_the_contract() -> None:
    found = to_json(reading("10月20日17:00前"), OFFICE)
    assert set(found) == {
        *("phrase", "kind", "starts_on", "due_on", "due_at", "milestones", "rrule", "event", "soft"),
        *("provisional", "needs_confirmation", "readings", "because"),
    }
    assert found["due_at"] == "2023-10-20T17:00:00+08:00"
    assert to_json(reading("10月20日前"), OFFICE)["due_at"] is None
    offered = to_json(reading("8月前"), OFFICE)["readings"]
    assert [each["due_on"] for each in offered] == ["2024-07-31", "2024-08-31"]


PARTS = st.sampled_from(
    [
        *"0123456789年月日号底初前后内至到、，；：/.- 十一二三半上下中旬每周季度",
        "个工作日",
        "长期坚持",
        "力争",
        "起",
        "会",
    ]
    + [phrase for phrase, *_ in DATES + RANGES + TERMS + QUESTIONS]
    + [phrase for phrase, *_ in CYCLES]
)
TEXTS = st.one_of(st.text(min_size=1), st.lists(PARTS, min_size=1, max_size=8).map("".join))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@settings(deadline=None)
@given(text=TEXTS, issued_on=DAYS)
def test_any_text_is_read_or_asked_about(text: str, issued_on: date) -> None:
    """Never an error, never a reading without a day, never a day before the start or before the issue."""
    for deadline in (read(text, issued_on, CALENDAR, 15), read_milestones(text, issued_on, CALENDAR, 15)):
        if deadline is None:
            continue
        assert deadline.because
        assert deadline.phrase == text
        assert from_record(json.loads(json.dumps(to_record(deadline)))) == deadline
        if deadline.needs_confirmation:
            assert deadline.due_on is None
            continue
        assert deadline.due_on is not None or deadline.kind is Kind.LONG_TERM
        if deadline.due_on is not None:
            assert deadline.due_on >= max(issued_on, deadline.starts_on or issued_on)


@settings(deadline=None)
@given(phrase=st.sampled_from([phrase for phrase, *_ in CYCLES]), issued_on=DAYS, later=st.integers(0, 800))
def test_a_rule_expands_to_its_occurrences(phrase: str, issued_on: date, later: int) -> None:
    """Any reader of the rule finds the first due day first, and later on the occurrences the office sees."""
    deadline = reading(phrase, issued_on)
    assert deadline.rrule is not None
    assert deadline.starts_on is not None
    days = rrulestr(deadline.rrule, dtstart=datetime.combine(deadline.starts_on, time.min))
    assert next(iter(days)).date() == deadline.due_on
    on = issued_on + timedelta(days=later)
    found = occurrence(deadline, issued_on, on)
    assert found.due_on is not None
    assert issued_on <= found.starts_on <= found.due_on
    assert found.due_on >= on or "UNTIL" in deadline.rrule


@settings(deadline=None)
@given(number=st.integers(1, 250), holidays=st.sets(st.integers(0, 300)), another=st.integers(0, 300))
def test_another_holiday_never_makes_a_term_shorter(number: int, holidays: set[int], another: int) -> None:
    def due_on(days: set[int]) -> date | None:
        calendar = calendar_of([ISSUED + timedelta(days=n) for n in days], [], [2023, 2024])
        return read(f"{number}个工作日内", ISSUED, calendar, 15).due_on

    before, after = due_on(holidays), due_on(holidays | {another})
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_record_of_every_field_comes_back() -> None:
    for phrase in ("10月：启动，12月：验收", "10月20日17:00前", "每周五", "8月前", "会后7日内", "2月30日"):
        deadline = replace(reading(phrase), soft=True, provisional=True)
        assert from_record(json.loads(json.dumps(to_record(deadline)))) == deadline
