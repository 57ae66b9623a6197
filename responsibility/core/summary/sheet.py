"""任务台账 as a file: what a branch's own sheet shows, what was answered in it, and what became of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from responsibility.core.assignment import Light, State


class Column(StrEnum):
    """The columns of the sheet, left to right; the file is read by these names, wherever they stand."""

    CODE = "任务编号"
    TITLE = "重点工作"
    CONTENT = "内容"
    OWNER = "责任人／单位"
    ROLE = "角色"
    PHRASE = "时限原文"
    DUE_ON = "到期日"
    STATE = "灯／状态"
    #: To be chosen: one of `Choice`.
    DOING = "办理"
    TEXT = "进展"
    #: The total reached, not what is new.
    COUNT = "累计完成数"
    PERCENT = "完成百分比"
    EVIDENCE = "佐证"
    #: 是, where the work is done.
    DONE = "是否报结"
    UNTIL = "延期至"
    REASON = "延期理由"
    #: What the row was when it was written, signed; hidden.
    KEY = "校验码"


#: The columns a branch fills in.
ANSWERS = (
    Column.DOING,
    Column.TEXT,
    Column.COUNT,
    Column.PERCENT,
    Column.EVIDENCE,
    Column.DONE,
    Column.UNTIL,
    Column.REASON,
)


class Choice(StrEnum):
    """What can be chosen in the sheet's dropdowns."""

    SIGN = "签收"
    WORK = "办理中"
    YES = "是"
    NO = "否"


#: What one row answers: column → the text as read; a count and a per cent as digits, a day as ISO writes it.
Answers = Mapping[Column, str]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One assignment as a branch's sheet shows it."""

    code: str
    title: str
    content: str
    owner: str
    #: 牵头, 配合 or the tier's name.
    role: str
    phrase: str
    due_on: date | None
    light: Light
    state: State
    #: What was reported so far, e.g. "2/4次 50%".
    reached: str
    #: The columns that may be filled in, given the state and where the work is done.
    fills: frozenset[Column]
    key: str


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """A branch's whole sheet."""

    unit: str
    unit_name: str
    #: The office with its contact and phone.
    contact: str
    as_of: date
    rows: tuple[SheetRow, ...]

    @property
    def open(self) -> int:
        """How many rows can be answered."""
        return sum(bool(row.fills) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Exported:
    """A sheet that was written."""

    unit: str
    unit_name: str
    file: str
    rows: int
    #: How many of them can be answered.
    open: int


@dataclass(frozen=True, slots=True)
class Step:
    """One act an answered row stands for: its ledger name and what was recorded with it."""

    act: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """An answered row and the acts it became."""

    cell: str
    code: str
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an assignment stands, as far as a sheet can be overtaken by it."""

    state: str
    percent: int | None
    counted: int
    milestones_done: int
    due_on: str
    #: The newest ledger entry about it alone, or 0.
    seq: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was answered in the sheet, and changed here since the sheet was written."""

    cell: str
    code: str
    title: str
    before: Standing
    now: Standing
    answers: Answers


@dataclass(frozen=True, slots=True)
class Imported:
    """What a returned sheet became."""

    file: str
    dry_run: bool
    applied: tuple[Applied, ...]
    conflicts: tuple[Conflict, ...]
    #: Answered rows that say nothing new, and rows left blank.
    unchanged: int
    blank: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One unit in the table of who has answered."""

    unit: str
    unit_name: str
    exported_at: datetime | None
    answered_at: datetime | None
    #: Rows of its newest sheet that could be answered, and how many were.
    rows: int
    answered: int
