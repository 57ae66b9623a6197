"""The rows below the header: which begin an item, which continue one, which are sections or footers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from responsibility.core.errors import Problem
from responsibility.ingest.sheets import Sheet, cell_name, serial_day
from responsibility.ingest.worklist.columns import Header
from responsibility.ingest.worklist.marks import (
    ERROR_VALUE,
    Section,
    has_numeral,
    is_bare_numeral,
    is_footer,
    section_of,
)
from responsibility.ingest.worklist.numbering import clean_number

#: No number: two words or more without a digit.
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Said:
    """What one cell says for an item."""

    text: str
    row: int
    col: int


@dataclass(slots=True)
class Draft:
    """An item while its rows are read: role → what its cells said, from the top down."""

    row: int
    number: str
    #: Running index of the section it stands in, 0 before the first.
    group: int
    section: Section | None
    #: The outermost section.
    top: Section | None
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))

    def text(self, role: str) -> str:
        """The role's texts, one a line, none twice."""
        return "\n".join(dict.fromkeys(said.text for said in self.said.get(role, ())))

    def cell(self, role: str) -> str:
        said = self.said.get(role)
        return cell_name(said[0].row, said[0].col) if said else ""


@dataclass(slots=True)
class Reading:
    """What the rows came to so far."""

    sheet: Sheet
    header: Header
    drafts: list[Draft] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    footers: list[Said] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: Data rows met, continuations included.
    rows: int = 0
    #: The item that rows without a task continue.
    open: Draft | None = None
    #: The category above, for rows that leave theirs blank.
    category: Said | None = None
    group: int = 0
    in_footer: bool = False

    def problem(self, row: int, col: int, message: str) -> None:
        value = self.sheet.rows[row][col]
        self.problems.append(Problem(self.sheet.file, self.sheet.name, cell_name(row, col), value, message))


def read_rows(sheet: Sheet, header: Header) -> Reading:
    """Every row below the header, read in order; what is wrong with a row never stops the next."""
    reading = Reading(sheet, header)
    layout = _Layout(sheet, header)
    for row in range(header.last + 1, len(sheet.rows)):
        _read_row(reading, layout, row)
    return reading


class _Layout:
    """What is fixed about a sheet: merged texts, wide ranges, whether numbers are Arabic."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self.task = -1 if header.task is None else header.task
        self.first = min(header.texts)
        self.number = next(iter(header.of("number")), None)
        self.category = next(iter(header.of("category")), None)
        #: Rows that a printed list repeats on every page.
        self.headings = {_bare_row(row) for row in sheet.rows[: header.last + 1] if any(row)}
        self.texts = header.texts
        self.unknown = dict.fromkeys(header.unknown(), "unknown") | dict.fromkeys(_nameless(sheet, header), "unknown")
        self.fills = dict(_fills(sheet, header))
        wide = max(3, round(0.6 * len(header.texts)))
        self.wide = {(row0, col0) for row0, col0, _, col1 in sheet.merged if col1 - col0 + 1 >= wide}
        self.merged_tasks = {row for row0, col0, row1, col1 in sheet.merged if col0 <= self.task <= col1
                             for row in range(row0 + 1, row1 + 1)}  # fmt: skip
        below = sheet.rows[header.last + 1 :]
        self.arabic = self.number is not None and any(_is_arabic(row[self.number]) for row in below)

    def is_repeated(self, row: tuple[str, ...]) -> bool:
        """Whether the row is the title or header once more, as at the top of a printed page."""
        bare = _bare_row(row)
        same = sum(bool(text) and text == self.texts.get(col) for col, text in enumerate(bare))
        return bare in self.headings or (same > 1 and 2 * same > sum(map(bool, bare)))

    def is_heading(self, text: str, col: int) -> bool:
        """A lone category, or words where a number should stand, head what follows."""
        return col == self.category or (col == self.number and bool(_WORDS.fullmatch(clean_number(text))))


def _bare_row(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("".join(text.split()) for text in row)


def _nameless(sheet: Sheet, header: Header) -> list[int]:
    """The columns in use under a blank header cell."""
    below = sheet.rows[header.last + 1 :]
    width = len(sheet.rows[0])
    return [col for col in range(width) if col not in header.texts and any(row[col] for row in below)]


def _is_arabic(text: str) -> bool:
    return clean_number(text).isdigit() and not is_bare_numeral(text)


def _fills(sheet: Sheet, header: Header) -> Iterator[tuple[tuple[int, int], str]]:
    """(row, column) → the text of the merged range that covers it, for every column but task and number."""
    fixed = {col for col, role in header.roles.items() if role in ("task", "number")}
    for row0, col0, row1, col1 in sheet.merged:
        col = next((col for col in range(col0, col1 + 1) if col in header.roles), None)
        if row0 > header.last and row1 > row0 and col is not None and col not in fixed:
            yield from (((row, col), sheet.rows[row0][col0]) for row in range(row0, row1 + 1))


def _read_row(reading: Reading, layout: _Layout, row: int) -> None:
    cells = reading.sheet.rows[row]
    filled = [col for col, text in enumerate(cells) if text]
    if not filled or layout.is_repeated(cells):
        return
    if _is_footer(reading, layout, cells, filled):
        reading.in_footer = True
        reading.footers.append(Said(cells[filled[0]], row, filled[0]))
    elif (heading := _section_text(layout, row, cells, filled)) is not None:
        _open_section(reading, section_of(row, heading))
    else:
        reading.in_footer = False
        reading.rows += 1
        _read_data(reading, layout, row)


def _is_footer(reading: Reading, layout: _Layout, cells: tuple[str, ...], filled: list[int]) -> bool:
    """注：…, 填报单位：…, 合计 at the start of a row, and what stands alone below one."""
    first = filled[0]
    if first > layout.task:
        return False
    if is_footer(cells[first]):
        return first < layout.task or all(is_footer(cells[col]) for col in filled)
    return reading.in_footer and len(filled) == 1 and not has_numeral(cells[first])


def _section_text(layout: _Layout, row: int, cells: tuple[str, ...], filled: list[int]) -> str | None:
    """The heading a section row bears, or None for any other row."""
    first = filled[0]
    if len(filled) == 1 and first <= layout.task:
        at_start = first in (layout.first, layout.number, layout.task) and len(cells) > 1
        if (
            (row, first) in layout.wide
            or (at_start and has_numeral(cells[first]))
            or layout.is_heading(cells[first], first)
        ):
            return cells[first]
    if len(filled) == 2 and first == layout.number and layout.arabic and is_bare_numeral(cells[first]):
        return f"{cells[first].rstrip('、.．')}、{cells[filled[1]]}"
    return None


def _open_section(reading: Reading, section: Section) -> None:
    """A section begins; an inner one right below its outer one shares its index."""
    above = reading.sections[-1] if reading.sections else None
    started = bool(reading.drafts) and above is not None and reading.drafts[-1].row > above.row
    if above is None or started or section.level <= above.level:
        reading.group += 1
    reading.sections.append(section)
    reading.open = reading.category = None


def _read_data(reading: Reading, layout: _Layout, row: int) -> None:
    cells = reading.sheet.rows[row]
    number = "" if layout.number is None else clean_number(cells[layout.number])
    if cells[layout.task]:
        _begin(reading, layout, row, number)
    elif reading.open is None:
        reading.problem(row, layout.task, "这一行没有写任务，上面也没有可以接续的工作；请补上任务，或删去这一行")
    elif _is_nameless(reading, layout, row, number, reading.open):
        message = f"序号 {number} 这一行没有写任务；请补上任务，若是接续上一项请清空序号"
        reading.problem(row, layout.task, message)
    else:
        _note_cells(reading, layout, reading.open, row)


def _is_nameless(reading: Reading, layout: _Layout, row: int, number: str, above: Draft) -> bool:
    """A number of its own and no task: only a milestone, or a task cell merged with the one above, continues."""
    if not number or number == above.number or row in layout.merged_tasks:
        return False
    if any(reading.sheet.rows[row][col] for col in reading.header.of("milestones")):
        reading.warnings.append(f"第 {row + 1} 行有序号 {number} 而没有任务，作为“{above.text('task')[:15]}”的节点读入")
        return False
    return True


def _begin(reading: Reading, layout: _Layout, row: int, number: str) -> None:
    section = reading.sections[-1] if reading.sections else None
    top = next((each for each in reversed(reading.sections) if each.level == 1), section)
    draft = Draft(row, number, reading.group, section, top)
    _note_cells(reading, layout, draft, row, layout.fills)
    above = draft.said.get("category", [reading.category] if reading.category else [])
    if above:
        draft.said["category"], reading.category = above, above[0]
    reading.drafts.append(draft)
    reading.open = draft


def _note_cells(
    reading: Reading, layout: _Layout, draft: Draft, row: int, fills: dict[tuple[int, int], str] | None = None
) -> None:
    """The row's cells added to the item; what a formula leaves unsaid is a problem."""
    cells = reading.sheet.rows[row]
    for col, role in (*reading.header.roles.items(), *layout.unknown.items()):
        text = cells[col] or (fills or {}).get((row, col), "")
        if not text:
            continue
        fault = reading.sheet.faults.get((row, col))
        if fault or ERROR_VALUE.fullmatch(text):
            reading.problem(row, col, fault or "单元格是公式的错误值；请改正公式，或直接填写文字")
        if role == "deadline" and (day := serial_day(text)):
            reading.warnings.append(f"{cell_name(row, col)} 的 {text} 是日期的序号，读作 {day}；请把这一格改成日期格式")
            text = day.isoformat()
        draft.said[role].append(Said(text, row, col))
