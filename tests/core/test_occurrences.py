"""Which periods of what recurs are to be laid on a day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responsibility.core.deadline import begun, occurrence, occurrences, read
from responsibility.core.workdays import WorkCalendar

ISSUED = date(2023, 9, 11)


def labels(phrase: str, on: str, ahead: int, *, only_begun: bool = False) -> str:
    """The labels, one after the other."""
    deadline = read(phrase, ISSUED, WorkCalendar(), 15)
    which = begun if only_begun else occurrences
    return " ".join(one.label or "-" for one in which(deadline, ISSUED, date.fromisoformat(on), ahead))


@pytest.mark.parametrize(
    ("phrase", "on", "ahead", "found"),
    [
        ("9月30日前", "2023-09-11", 60, "-"),  # happens once
        ("长期坚持", "2023-09-11", 60, "-"),
        ("每月25日前", "2023-09-11", 0, "2023-09"),
        ("每月25日前", "2023-09-26", 0, "2023-10"),  # after this one's day the next is the current one
        ("每月25日前", "2023-09-20", 10, "2023-09"),  # the next begins in eleven days
        ("每月25日前", "2023-09-21", 10, "2023-09 2023-10"),
        ("每月25日前", "2023-09-11", 60, "2023-09 2023-10 2023-11"),
        ("每季度", "2023-09-30", 1, "2023-Q3 2023-Q4"),
        ("每周五", "2023-09-15", 3, "2023-W37 2023-W38"),
        ("每日", "2023-09-11", 2, "2023-09-11 2023-09-12 2023-09-13"),
        ("2023年10月底前，每月25日前", "2023-09-11", 90, "2023-09 2023-10"),  # a series that ends
        ("2023年10月底前，每月25日前", "2023-12-01", 90, "2023-10"),  # over: its last one stays the current one
    ],
)
def test_the_current_one_and_those_that_begin_soon(phrase: str, on: str, ahead: int, found: str) -> None:
    assert labels(phrase, on, ahead) == found


@pytest.mark.parametrize(
    ("phrase", "on", "ahead", "found"),
    [
        ("每月25日前", "2023-09-25", 0, "2023-09"),  # on its day it is not over
        ("每月25日前", "2023-09-26", 0, ""),  # the next has not begun
        ("每月25日前", "2023-10-01", 0, "2023-10"),
        ("每月25日前", "2023-09-26", 5, "2023-10"),
        ("2023年10月底前，每月25日前", "2023-12-01", 0, ""),
        ("长期坚持", "2023-10-01", 0, ""),
    ],
)
def test_those_that_have_begun_and_are_not_over(phrase: str, on: str, ahead: int, found: str) -> None:
    assert labels(phrase, on, ahead, only_begun=True) == found


@settings(deadline=None)
@given(
    phrase=st.sampled_from(["每月25日前", "每周五", "每日", "每季度末", "每半年", "每年12月底前", "每旬", "双月底"]),
    days=st.integers(0, 900),
    ahead=st.integers(0, 40),
)
def test_periods_come_one_after_the_other_and_a_longer_look_ahead_loses_none(
    phrase: str, days: int, ahead: int
) -> None:
    deadline = read(phrase, ISSUED, WorkCalendar(), 15)
    on = ISSUED + timedelta(days=days)
    found = occurrences(deadline, ISSUED, on, ahead)
    assert found[0] == occurrence(deadline, ISSUED, on)
    assert len({one.label for one in found}) == len(found)
    dues = [one.due_on for one in found if one.due_on]
    assert dues == sorted(dues)
    assert found == occurrences(deadline, ISSUED, on, ahead + 7)[: len(found)]
    for one, after in pairwise(found):
        assert one.due_on is not None
        assert after.starts_on > one.starts_on
