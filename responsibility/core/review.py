"""回头看: what has no end is looked at again at each interval, with a verdict."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """What a review found, in the office's own four words, best first."""

    GOOD = "好"
    FAIRLY_GOOD = "较好"
    AVERAGE = "一般"
    POOR = "差"

    @property
    def rectifies(self) -> bool:
        """Whether the work goes back to be rectified (整改)."""
        return self in (Verdict.AVERAGE, Verdict.POOR)


def next_review(
    issued_on: date, every: int, today: date, due_on: date | None = None, last_on: date | None = None
) -> date:
    """The day the next review falls due when one is held `today`: so many months, counted from issue.

    `due_on` is the day this one was due, `last_on` when one was held before. A review counts for the day it was due,
    held early or late; a second one within half an interval of the last is of the same, and moves nothing.
    """
    from dateutil.relativedelta import relativedelta  # here, for those who only read

    again = last_on is not None and today - last_on < timedelta(days=15 * every)
    if again and due_on is not None and due_on > today:
        return due_on
    after = max(today, due_on or today)
    months = every
    while (day := issued_on + relativedelta(months=months)) <= after:
        months += every
    return day
