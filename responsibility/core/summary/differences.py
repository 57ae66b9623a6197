"""What a list's new version changes, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What became of an item."""

    #: 新增
    NEW = "new"
    #: 变动
    CHANGED = "changed"
    #: 不再列出
    REMOVED = "removed"


#: Fields as people read them, in the order they are shown.
FIELDS = {
    "title": "重点工作",
    "phrase": "时限",
    "due_on": "到期",
    "needs_confirmation": "待确认",
    "milestones": "节点",
    "lead": "牵头",
    "support": "配合",
    "members": "党员",
    "leaders": "领导",
    "target": "目标",
    "category": "类别",
    "section": "分类",
    "content": "内容",
    "goal": "目标要求",
    "responsible": "责任人",
    "urgent": "紧急",
    "report": "反馈周期",
    "note": "备注",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing an item says, before and after; empty where it said or says nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One item of the difference between a list and its new version."""

    code: str
    title: str
    change: Change
    fields: tuple[FieldChange, ...] = ()
    #: Assignments of it that are not closed (of what is removed: to be cancelled?).
    open: int = 0


@dataclass(frozen=True, slots=True)
class ItemCancelled:
    """An item taken back."""

    code: str
    title: str
    reason: str
    #: How many assignments were cancelled, and how many stay closed.
    cancelled: int
    closed: int
    dry_run: bool
