"""When the next review falls due, and which verdicts send work back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.core.review import Verdict, next_review

ISSUED = date(2023, 9, 11)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("today", "due_on", "last_on", "following"),
    [
        ("2023-09-11", None, None, "2023-12-11"),  # the first, on the day of issue
        ("2023-12-11", "2023-12-11", None, "2024-03-11"),  # held on its day
        ("2023-12-20", "2023-12-11", None, "2024-03-11"),  # held late: still counted from issue
        ("2023-12-04", "2023-12-11", None, "2024-03-11"),  # held early: this one is done
        ("2023-12-12", "2024-03-11", "2023-12-04", "2024-03-11"),  # a second look at the same one moves nothing
        ("2024-05-02", "2023-12-11", None, "2024-06-11"),  # missed for months: the next to come
        ("2024-03-01", "2024-03-11", "2023-12-20", "2024-06-11"),  # the next one, held early
        ("2023-12-01", "2023-12-20", None, "2024-03-11"),  # moved by a suspension
        ("2024-01-05", "2024-01-03", "2023-12-28", "2024-03-11"),  # held again, and overdue meanwhile
    ],
)
def test_reviews_are_counted_from_issue(today: str, due_on: str | None, last_on: str | None, following: str) -> None:
    assert next_review(ISSUED, 3, date.fromisoformat(today), day(due_on), day(last_on)) == day(following)


def test_a_month_without_the_day_ends_earlier_and_the_next_has_it_again() -> None:
    assert next_review(date(2023, 11, 30), 3, date(2023, 11, 30)) == date(2024, 2, 29)
    assert next_review(date(2023, 11, 30), 3, date(2024, 2, 29), date(2024, 2, 29)) == date(2024, 5, 30)


days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(issued=days, every=st.integers(1, 36), today=days, due=st.none() | days, last=st.none() | days)
def test_the_next_review_is_always_to_come(
    issued: date, every: int, today: date, due: date | None, last: date | None
) -> None:
    assert next_review(issued, every, today, due, last) > today


def test_the_last_two_verdicts_send_back() -> None:
    assert [str(verdict) for verdict in Verdict if verdict.rectifies] == ["一般", "差"]
    assert [str(verdict) for verdict in Verdict if not verdict.rectifies] == ["好", "较好"]
