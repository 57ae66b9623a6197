"""The periods in which cards are counted, and the words for them."""

from __future__ import annotations

from datetime import date

import pytest

from responsibility.core.cards import CardCount, CardRule, Every, first_day, period, reason

RULE = CardRule("three", "约谈单位负责人", ("urge",), 3, Every.QUARTER, ("unit_head",), "talk_notice")


@pytest.mark.parametrize(
    ("every", "day", "first"),
    [
        (Every.MONTH, date(2023, 10, 31), date(2023, 10, 1)),
        (Every.QUARTER, date(2023, 9, 30), date(2023, 7, 1)),
        (Every.QUARTER, date(2023, 10, 1), date(2023, 10, 1)),
        (Every.HALF_YEAR, date(2023, 6, 30), date(2023, 1, 1)),
        (Every.HALF_YEAR, date(2023, 7, 1), date(2023, 7, 1)),
        (Every.YEAR, date(2024, 2, 29), date(2024, 1, 1)),
    ],
)
def test_a_period_begins_with_its_month(every: Every, day: date, first: date) -> None:
    assert first_day(every, day) == first
    assert period(every, day) == period(every, first)


def test_a_quarter_and_a_month_that_begin_alike_are_two_periods() -> None:
    day = date(2023, 10, 9)
    assert len({period(every, day) for every in Every}) == len(Every)


def test_the_reason_says_the_period_the_count_and_the_consequence() -> None:
    assert reason(RULE, 3) == "本季度第 3 次逾期，按规则约谈单位负责人"
    assert str(CardCount("three", "约谈单位负责人", 2, 3, "本季度")) == "2/3"
