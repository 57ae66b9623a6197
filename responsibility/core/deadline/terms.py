"""So many days, weeks, months: how long they are, and whether a length written beside two dates is theirs (共7天)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from responsibility.core.deadline.types import Deadline, Kind, Reading


def length(number: int, unit: str) -> relativedelta | None:
    """半年, 半个月 have no number; 半天 and 0日 are no term."""
    if not number:
        return {"年": relativedelta(months=6), "月": relativedelta(days=15)}.get(unit)
    return {
        "日": relativedelta(days=number),
        "天": relativedelta(days=number),
        "周": relativedelta(weeks=number),
        "星期": relativedelta(weeks=number),
        "月": relativedelta(months=number),
        "年": relativedelta(years=number),
    }.get(unit)


LASTING = re.compile(
    r"(?<=.)[,(、;]?(?:共计?|为期|历时|总计|(?<=\()(?=[0-9]+天))"
    r"(?P<number>[0-9]{1,3})个?(?P<unit>天|日|周|星期|月)\)?$"
)


def checked(found: Deadline, phrase: str, lasting: re.Match[str]) -> Deadline:
    """`found` where it lasts as long as written beside it (共7天); otherwise both are named, and the office asked."""
    found = replace(found, phrase=phrase)
    if found.needs_confirmation or found.due_on is None or found.starts_on is None or found.rrule:
        because = f"“{phrase}”写了时长，但读不出它的起止日期，请确认"
        return found if found.needs_confirmation else _asked(found, because)
    term = length(int(lasting["number"]), lasting["unit"])
    by_length = found.starts_on + term - timedelta(days=1) if term else found.starts_on
    if by_length == found.due_on:
        return found
    days = (found.due_on - found.starts_on).days + 1
    said = f"{lasting['number']}{lasting['unit']}"
    because = f"“{phrase}”：{found.starts_on}至{found.due_on}在日历上是{days}天，所写的是{said}，请确认"
    return _asked(found, because, Reading(found.starts_on, by_length, f"按{said}计算"))


def _asked(found: Deadline, because: str, *others: Reading) -> Deadline:
    readings = (Reading(found.starts_on, found.due_on, "以写明的日期为准"), *others)
    return Deadline(found.phrase, Kind.UNCLEAR, because, needs_confirmation=True, readings=readings)
