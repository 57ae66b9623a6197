"""Days as organisation files write them."""

from __future__ import annotations

import calendar
import re
from datetime import date

from responsibility.ingest.wording import plain

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?[日月]?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
#: What stands in a cell for "still in office".
OPEN = frozenset(("", "-", "--", "—", "——", "至今", "今", "现在", "现任", "在任", "无", "~", "null", "none"))


def read_day(text: str, *, last: bool = False) -> date | None:
    """2023-09-01, 2023/9/1, 2023.9.1, 2023年9月1日; 2023-09 is its first day, or its last where `last`.

    None where it is no such thing, or no day of the calendar.
    """
    found = _DAY.fullmatch(plain(text))
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    try:
        read = date(year, month, day)
    except ValueError:
        return None
    return read.replace(day=calendar.monthrange(year, month)[1]) if last and not found[3] else read


def is_open(text: str) -> bool:
    return plain(text).lower() in OPEN
