"""What stands above the header: the list's title and the day it was issued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from responsibility.core.errors import Problem
from responsibility.ingest.sheets import Sheet, cell_name
from responsibility.ingest.wording import whole_number

_ATTACHMENT = re.compile(r"附[件表]\s*\d*\s*[：:]?")
_DIGIT = "[〇○零一二三四五六七八九]"
_DAY = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    rf"|(?P<cyear>{_DIGIT}{{4}})年(?P<cmonth>[一二三四五六七八九十]{{1,3}})月(?P<cday>[一二三四五六七八九十]{{1,3}})日"
)
_ISSUED = r"(?:印发|发布|下发|发文|成文|签发|印制|制发|制定|交办)"
_ISSUED_BEFORE = re.compile(rf"(?:{_ISSUED}|(?<!填报)(?<!截止)日期)(?:日期|时间|于)?\s*[：:]?\s*[（(]?\s*$")
_ISSUED_BEHIND = re.compile(rf"\s*[）)]?\s*(?:{_ISSUED})")
_OTHER_BEFORE = re.compile(r"(?:截至|截止|截止日期|填报|填表|更新|至|到|[-—~～])(?:日期|时间)?\s*[：:]?\s*$")
_OTHER_BEHIND = re.compile(r"\s*(?:以?前|底前|起|至|到|[-—~～])")


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date found, and how sure it is that it is the day of issue: 0 said so, 1 not said."""

    doubt: int
    text: str
    day: date | None
    cell: str


def title_of(sheet: Sheet, header_row: int) -> str:
    """The first title row's text; a lone 附件1 is none."""
    lines = ["".join("\n".join(filter(None, row)).split("\n")) for row in sheet.rows[:header_row]]
    filled = [line for line in lines if line]
    return next((line for line in filled if not _ATTACHMENT.fullmatch(line)), "")


def issued_on(sheet: Sheet, header_row: int) -> tuple[date | None, list[Problem]]:
    """The day of issue the title rows name, and a problem where it is no day of the calendar."""
    found = min(_dates(sheet, header_row), key=lambda dated: dated.doubt, default=None)
    if found is None:
        return None, []
    if found.day is None:
        message = "标题行里的印发日期不存在，请改成真实的日期，如 2023年9月11日"
        return None, [Problem(sheet.file, sheet.name, found.cell, found.text, message)]
    return found.day, []


def _dates(sheet: Sheet, header_row: int) -> Iterator[_Dated]:
    for at, row in enumerate(sheet.rows[:header_row]):
        label = ""
        for col, text in enumerate(row):
            if text:
                yield from _in_cell(text.translate(_HALF_WIDTH), label, cell_name(at, col))
                label = text


def _in_cell(text: str, label: str, cell: str) -> Iterator[_Dated]:
    """The dates of one cell that may be the day of issue; `label` is the cell before it."""
    for match in _DAY.finditer(text):
        before, behind = text[: match.start()] or label, text[match.end() :]
        if _ISSUED_BEFORE.search(before) or _ISSUED_BEHIND.match(behind):
            yield _Dated(0, match[0].strip(), _day(match), cell)
        elif not _OTHER_BEFORE.search(before) and not _OTHER_BEHIND.match(behind):
            yield _Dated(1, match[0].strip(), _day(match), cell)


def _day(match: re.Match[str]) -> date | None:
    if match["year"]:
        year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    else:
        year = int(match["cyear"].translate(_ARABIC))
        month, day = (whole_number(match[name]) or 0 for name in ("cmonth", "cday"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


_ARABIC = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．／－\u00a0\u3000", "0123456789./-  ")
