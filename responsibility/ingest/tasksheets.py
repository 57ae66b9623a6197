"""A returned 任务台账 → what each row answers, with the cell of every answer; wrong cells are problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from responsibility.core.errors import Problem
from responsibility.core.summary.sheet import ANSWERS, Answers, Choice, Column
from responsibility.ingest.organisation.days import read_day
from responsibility.ingest.sheets import Sheet, cell_name, read_sheets
from responsibility.ingest.wording import plain

#: How far down the header may stand, and how long a text may be.
_HEADER_WITHIN, _LONGEST = 20, 2000
#: The most that can be counted.
_MOST = 1_000_000
#: The years a day may be in.
_YEARS = (1900, 2200)
_ERROR_VALUE = re.compile(r"#(REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|N/A)")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of a returned sheet."""

    sheet: str
    code: str
    key: str
    answers: Answers
    #: Column → the name of its cell in this row.
    cells: Mapping[Column, str]


def read_answers(path: Path) -> tuple[list[AnswerRow], list[Problem]]:
    """Every row of the file's task sheets, answered or not, and all that is wrong with its cells.

    InputProblems where the file is no table at all; FileMissing where it is not there.
    """
    rows: list[AnswerRow] = []
    problems: list[Problem] = []
    for sheet in read_sheets(path):
        header = _header(sheet)
        if header is not None:
            some, wrong = _rows(sheet, *header)
            rows += some
            problems += wrong
    problems += _twice(path.name, rows)
    if not rows and not problems:
        wanted = f"“{Column.CODE}”“{Column.KEY}”"
        said = f"这不是导出的任务台账：没有找到写着{wanted}的表头，或下面是空的；请用 zeren sheet export 写出的文件"
        problems.append(Problem(path.name, "", "", "", said))
    return rows, problems


def _header(sheet: Sheet) -> tuple[int, dict[Column, int]] | None:
    """(row, column → its place) of the header; None where the sheet has none."""
    names = {plain(column.value): column for column in Column}
    for at, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        places: dict[Column, int] = {}
        for place, text in enumerate(row):
            column = names.get(plain(text))
            if column is not None:
                places.setdefault(column, place)
        if Column.CODE in places and Column.KEY in places:
            return at, places
    return None


def _rows(sheet: Sheet, header: int, places: Mapping[Column, int]) -> tuple[list[AnswerRow], list[Problem]]:
    missing = [column for column in ANSWERS if column not in places]
    problems = [
        Problem(sheet.file, sheet.name, cell_name(header, 0), "", f"表头里少了“{column}”一列；请用导出的原表填写")
        for column in missing
    ]
    rows: list[AnswerRow] = []
    for at in range(header + 1, len(sheet.rows)) if not missing else ():
        texts = {column: sheet.rows[at][place] for column, place in places.items()}
        if any(texts.values()):
            row, wrong = _row(sheet, texts, {column: cell_name(at, place) for column, place in places.items()})
            rows.append(row)
            problems += wrong
    return rows, problems


def _twice(file: str, rows: Sequence[AnswerRow]) -> list[Problem]:
    """Assignments that stand in the file more than once."""
    first: dict[str, AnswerRow] = {}
    again = [row for row in rows if row.code and first.setdefault(row.code, row) is not row]
    return [
        Problem(file, row.sheet, row.cells[Column.CODE], row.code, f"这一项在 {_where(first[row.code])} 已经有了")
        for row in again
    ]


def _where(row: AnswerRow) -> str:
    return f"{row.sheet and f'[{row.sheet}] '}{row.cells[Column.CODE]}"


def _row(sheet: Sheet, texts: Mapping[Column, str], cells: Mapping[Column, str]) -> tuple[AnswerRow, list[Problem]]:
    answers: dict[Column, str] = {}
    problems: list[Problem] = []
    for column in ANSWERS:
        read, wrong = _READERS[column](texts[column]) if texts[column] else ("", "")
        if wrong:
            problems.append(Problem(sheet.file, sheet.name, cells[column], texts[column], wrong))
        if read:
            answers[column] = read
    # A cell that is wrong already says so; only sound ones are compared with each other.
    if not problems:
        problems += [
            Problem(sheet.file, sheet.name, cells[column], texts[column], said) for column, said in _at_odds(answers)
        ]
    return AnswerRow(sheet.name, texts[Column.CODE], texts[Column.KEY], answers, cells), problems


def _at_odds(answers: Answers) -> Sequence[tuple[Column, str]]:
    """Answers of one row that do not go together."""
    found = []
    if Column.UNTIL in answers and Column.REASON not in answers:
        found.append((Column.REASON, "写了延期至，没有写延期理由"))
    if Column.REASON in answers and Column.UNTIL not in answers:
        found.append((Column.UNTIL, "写了延期理由，没有写延期至；应为日期，如 2023-10-20"))
    if Column.UNTIL in answers and Column.DONE in answers:
        found.append((Column.DONE, "报结和延期只能选一样：已办完就不写延期，要延期就不选“是”"))
    return found


Reader = Callable[[str], tuple[str, str]]


def _one_of(*choices: Choice) -> Reader:
    def read(text: str) -> tuple[str, str]:
        said = "、".join(f"“{choice}”" for choice in choices)
        return (plain(text), "") if plain(text) in choices else ("", f"应从下拉框里选：{said}，或留空")

    return read


def _done(text: str) -> tuple[str, str]:
    """是 as it stands; 否 is no answer."""
    read, wrong = _one_of(Choice.YES, Choice.NO)(text)
    return (read if read == Choice.YES else "", wrong)


def _words(text: str) -> tuple[str, str]:
    if _ERROR_VALUE.fullmatch(text):
        return "", "单元格里是出错的公式，应为文字"
    return (text, "") if len(text) <= _LONGEST else ("", f"太长：{len(text)} 字，最多 {_LONGEST} 字")


def _count(text: str) -> tuple[str, str]:
    number = _whole(text)
    if number is not None and number <= _MOST:
        return str(number), ""
    return "", f"应为整数：到目前为止一共完成的数量，0 到 {_MOST}，不带单位"


def _percent(text: str) -> tuple[str, str]:
    number = _whole(plain(text).removesuffix("%"))
    if number is not None and number <= 100:
        return str(number), ""
    return "", "应为 0 到 100 的整数，如 60"


def _whole(text: str) -> int | None:
    digits = plain(text)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None


def _until(text: str) -> tuple[str, str]:
    day = read_day(text)
    whole = re.match(r"\d{4}\D\d{1,2}\D\d{1,2}", plain(text))
    if day is None or not whole or not _YEARS[0] <= day.year <= _YEARS[1]:
        return "", "应为日期，写成 2023-10-20"
    return day.isoformat(), ""


_READERS: Mapping[Column, Reader] = {
    Column.DOING: _one_of(Choice.SIGN, Choice.WORK),
    Column.TEXT: _words,
    Column.COUNT: _count,
    Column.PERCENT: _percent,
    Column.EVIDENCE: _words,
    Column.DONE: _done,
    Column.UNTIL: _until,
    Column.REASON: _words,
}
