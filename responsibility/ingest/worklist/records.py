"""What a work-list file says, item by item, with the cell each thing stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from responsibility.core.errors import Problem


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit, leader or person an item names."""

    name: str
    #: "lead", "support", "leader" or "person".
    role: str
    cell: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item, with the rows that continue it; texts of several rows are joined by newlines."""

    #: As counted on: "1", "1.1"; the running number where the file gives none.
    number: str
    #: What the item's code ends with: "03", "1.1", or "2-03" where numbers repeat by section.
    code_suffix: str
    #: The nearest section row above, without numeral and count.
    section: str
    #: In Chinese, as written; the outer section where there is no category column.
    category: str
    title: str
    content: str
    goal: str
    #: The deadline as written, or a frequency (每月1次) where no deadline is.
    phrase: str
    phrase_cell: str
    #: One a line.
    milestones: str
    milestones_cell: str
    mentions: tuple[Mention, ...]
    target_count: int | None
    target_unit: str
    material: str
    points: str
    note: str
    #: Of the task.
    cell: str
    urgent: bool
    #: The text of the 责任人 column as written, "" without one.
    responsible: str
    #: How often it is to be reported on, as written.
    report: str = ""


@dataclass(frozen=True, slots=True)
class WorkListRecord:
    """A work list as read."""

    file: str
    sheet: str
    title: str
    #: A date in the title rows, where one stands there.
    issued_on: date | None
    #: Data rows, without title, header, section, footer and blank rows.
    rows: int
    items: tuple[ItemRecord, ...]
    warnings: tuple[str, ...]
    #: Role → header text as found.
    columns: Mapping[str, str]
    #: Whether a column names lead, support or responsible units.
    has_units: bool

    def problem(self, cell: str, value: str, message: str) -> Problem:
        """Something wrong at a cell, which may name its sheet (下半年!B7)."""
        sheet, named, at = cell.rpartition("!")
        return Problem(self.file, sheet if named else self.sheet, at, value, message)
