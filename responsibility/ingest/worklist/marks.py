"""Rows that are no items: section rows, footers, and the marks by which they are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from responsibility.ingest.wording import CHINESE, plain, whole_number

_TOP = rf"第[{CHINESE}\d]+(?:部分|章|节|类|项|板块|方面)[、.．:：]?|[{CHINESE}]+[、.．]"
_INNER = rf"[（(][{CHINESE}]+[）)]"
_NUMERAL = re.compile(rf"\s*(?:(?P<top>{_TOP})|(?P<inner>{_INNER}))\s*")
_BARE_NUMERAL = re.compile(rf"[{CHINESE}]+[、.．]?")
_ANNOUNCED = re.compile(
    rf"\s*[（(]\s*(?:共|合计|计)?\s*(\d+|[{CHINESE}]+)\s*(?:大?项|条|个|件)(?:任务|工作|问题)?\s*[）)]\s*$"
)
_FOOTER = re.compile(
    r"(?:(?:附?注释?|备注|说明|填[表报]说明|填[表报](?:单位|部门|人|时间|日期)?|制表(?:人|单位|时间|日期)?|审[核批]人?|报送单位|"
    r"(?:单位|部门|主要)?负责人(?:签字)?|联系(?:人|电话|方式)|抄[送报])\s*\d*\s*[：:]|(?:总计|合计|共计|小计)(?:$|[：:\s\d]))"
)
ERROR_VALUE = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)")


@dataclass(frozen=True, slots=True)
class Section:
    """A section row: 一、…… or （一）……, with the count it announces."""

    row: int
    #: 1 for 一、 and rows without a numeral, 2 for （一）.
    level: int
    #: Without numeral and count.
    text: str
    announced: int | None


def has_numeral(text: str) -> bool:
    return bool(_NUMERAL.match(text))


def is_bare_numeral(text: str) -> bool:
    return bool(_BARE_NUMERAL.fullmatch(plain(text)))


def is_footer(text: str) -> bool:
    return bool(_FOOTER.match(text))


def section_of(row: int, text: str) -> Section:
    """A section row as its number of levels, its name, and the count it announces."""
    line = " ".join(text.replace("\n", "").split())
    announced = _ANNOUNCED.search(line)
    body = line[: announced.start()] if announced else line
    numeral = _NUMERAL.match(body)
    inner = bool(numeral and numeral["inner"])
    name = body[numeral.end() :] if numeral else body
    return Section(
        row, 2 if inner else 1, name.strip() or body.strip(), whole_number(announced[1]) if announced else None
    )


def miscounted(sections: Sequence[Section], item_rows: Sequence[int]) -> list[tuple[Section, int]]:
    """Sections that announce another count than the items found, with the number found."""
    wrong = []
    for at, section in enumerate(sections):
        end = next((other.row for other in sections[at + 1 :] if other.level <= section.level), None)
        found = sum(section.row < row and (end is None or row < end) for row in item_rows)
        if section.announced is not None and section.announced != found:
            wrong.append((section, found))
    return wrong
