"""Lists, their items, and the policies they are issued under."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class PolicyRow(Row, table=True):
    """A snapshot of the policy; an assignment keeps the one it started under."""

    __tablename__ = "policy"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class WorkListRow(Row, table=True):
    __tablename__ = "work_list"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str
    file: str
    issued_on: date
    version: int = 1
    imported_at: datetime
    cancelled: bool = False


class ItemRow(Row, table=True):
    __tablename__ = "item"
    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(index=True)
    code: str = Field(unique=True)
    rank: int
    #: Category id, or `other`, and the words the list uses for it.
    category: str
    category_name: str = ""
    section: str = ""
    title: str
    content: str = ""
    goal: str = ""
    note: str = ""
    responsible: str = ""
    phrase: str = ""
    #: Where the phrase stands, e.g. "sheet1!I7".
    phrase_cell: str = ""
    deadline: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    needs_confirmation: bool = False
    target_count: int | None = None
    target_unit: str = ""
    urgent: bool = False
    #: How often it is to be reported on, as written and as a rule; empty where the policy says.
    report_every: str = Field(default="", sa_column_kwargs={"server_default": ""})
    report_rule: str = Field(default="", sa_column_kwargs={"server_default": ""})
    #: The clocks of report and finish run on members, not on units.
    names_members: bool = False
    #: Leaders are named by the item; else those who oversee its units.
    names_leaders: bool = False
    #: What the item means, as read at the last import; and the file's row as written.
    fingerprint: str
    written: str = ""
    #: `file`, or `hand` where the office added it.
    origin: str = "file"
    #: Changed by the office since the file was read.
    edited: bool = False
    removed: bool = False


class ItemUnitRow(Row, table=True):
    """A lead or support unit of an item."""

    __tablename__ = "item_unit"
    item_id: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    role: str


class ItemMembersRow(Row, table=True):
    """All members of this unit carry the item."""

    __tablename__ = "item_members"
    item_id: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class ItemLeaderRow(Row, table=True):
    """A leader named in the item; or excused from it, though overseeing a lead unit."""

    __tablename__ = "item_leader"
    item_id: int = Field(primary_key=True)
    post: str = Field(primary_key=True)
    excused: bool = False


class EventRow(Row, table=True):
    """The day of an event that deadlines are bound to; all of it projection."""

    __tablename__ = "event"
    #: As `core.deadline.event_key` writes it, and as the lists do.
    key: str = Field(primary_key=True)
    name: str
    held_on: date


class OccurrenceRow(Row, table=True):
    """One period of an item; `label` is empty where it happens once."""

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("item_id", "label"),)
    id: int | None = Field(default=None, primary_key=True)
    item_id: int
    label: str
    starts_on: date
    due_on: date | None = None
    due_at: datetime | None = None


policy = table_of(PolicyRow)
work_list = table_of(WorkListRow)
item = table_of(ItemRow)
item_unit = table_of(ItemUnitRow)
item_members = table_of(ItemMembersRow)
item_leader = table_of(ItemLeaderRow)
event = table_of(EventRow)
occurrence = table_of(OccurrenceRow)
