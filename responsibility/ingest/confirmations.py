"""A file of answers to open questions: one row an item, its code and what the office says to its deadline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from responsibility.core.errors import Problem
from responsibility.ingest.sheets import Sheet, cell_name, read_sheets
from responsibility.ingest.wording import header_name

CODE, ANSWER = "编号", "答复"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer as written: the number of a reading, a date or a phrase; blank where none is given."""

    sheet: str
    code: str
    text: str
    #: Of the code and of the answer.
    code_cell: str
    cell: str


def read_answers(path: Path) -> tuple[list[AnswerRow], list[Problem]]:
    """Every row below the header that names a code, from csv, xlsx or xls; the first table with both columns is read.

    InputProblems where the file is no such table, FileMissing where it is not there.
    """
    sheets = read_sheets(path)
    for sheet in sheets:
        for at, row in enumerate(sheet.rows):
            names = [header_name(cell) for cell in row]
            if CODE in names and ANSWER in names:
                return _rows(sheet, at, names.index(CODE), names.index(ANSWER))
    message = f"没有找到表头：要有“{CODE}”和“{ANSWER}”两列；要一份可以直接填的：zeren list confirm --export 待确认.csv"
    return [], [Problem(path.name, "", "", "", message)]


def _rows(sheet: Sheet, header: int, code: int, answer: int) -> tuple[list[AnswerRow], list[Problem]]:
    rows: list[AnswerRow] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for at, cells in enumerate(sheet.rows[header + 1 :], header + 1):
        here, text = cell_name(at, code), cells[answer].strip()
        row = AnswerRow(sheet.name, cells[code].strip(), text, here, cell_name(at, answer))
        if not row.code:
            if text:
                problems.append(Problem(sheet.file, sheet.name, here, text, "有答复，没有写编号"))
        elif row.code in seen:
            message = f"{row.code} 写了两次（{seen[row.code]} 已有），留下一行"
            problems.append(Problem(sheet.file, sheet.name, here, row.code, message))
        else:
            seen[row.code] = here
            rows.append(row)
    return rows, problems
