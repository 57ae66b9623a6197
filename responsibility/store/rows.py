"""The tables. Units, posts and people are known by the codes of the organisation file.

Columns under "identity" never change once written; those under "projection" are written only by
`store.projection.apply`, which can rebuild them from the ledger.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class MetaRow(SQLModel, table=True):
    """Facts about the workspace itself."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class UnitRow(SQLModel, table=True):
    __tablename__ = "unit"
    code: str = Field(primary_key=True)
    name: str = Field(index=True)
    kind: str
    parent: str | None = None
    #: Place in the organisation file.
    rank: int
    retired: bool = False


class PostRow(SQLModel, table=True):
    __tablename__ = "post"
    __table_args__ = (Index("post_by_unit", "unit", "tier"),)
    code: str = Field(primary_key=True)
    unit: str
    tier: str = Field(index=True)
    title: str
    rank: int
    retired: bool = False


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    code: str = Field(primary_key=True)
    name: str
    email: str = ""
    mobile: str = ""
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""


class HoldingRow(SQLModel, table=True):
    __tablename__ = "holding"
    id: int | None = Field(default=None, primary_key=True)
    post: str = Field(index=True)
    person: str
    from_on: date | None = None
    until_on: date | None = None


class OversightRow(SQLModel, table=True):
    __tablename__ = "oversight"
    post: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class PolicyRow(SQLModel, table=True):
    """A snapshot of the policy; an assignment keeps the one it started under."""

    __tablename__ = "policy"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class WorkListRow(SQLModel, table=True):
    __tablename__ = "work_list"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str
    file: str
    issued_on: date
    version: int = 1
    imported_at: datetime
    cancelled: bool = False


class ItemRow(SQLModel, table=True):
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


class ItemUnitRow(SQLModel, table=True):
    """A lead or support unit of an item."""

    __tablename__ = "item_unit"
    item_id: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    role: str


class ItemMembersRow(SQLModel, table=True):
    """All members of this unit carry the item."""

    __tablename__ = "item_members"
    item_id: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class ItemLeaderRow(SQLModel, table=True):
    """A leader named in the item; or excused from it, though overseeing a lead unit."""

    __tablename__ = "item_leader"
    item_id: int = Field(primary_key=True)
    post: str = Field(primary_key=True)
    excused: bool = False


class EventRow(SQLModel, table=True):
    """The day of an event that deadlines are bound to; all of it projection."""

    __tablename__ = "event"
    #: As `core.deadline.event_key` writes it, and as the lists do.
    key: str = Field(primary_key=True)
    name: str
    held_on: date


class OccurrenceRow(SQLModel, table=True):
    """One period of an item; `label` is empty where it happens once."""

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("item_id", "label"),)
    id: int | None = Field(default=None, primary_key=True)
    item_id: int
    label: str
    starts_on: date
    due_on: date | None = None
    due_at: datetime | None = None


class AssignmentRow(SQLModel, table=True):
    __tablename__ = "assignment"
    __table_args__ = (
        Index("assignment_by_occurrence", "occurrence_id", "tier", "unit"),
        Index("assignment_by_item", "item_id"),
        Index("assignment_by_unit", "unit", "tier"),
        Index("assignment_by_post", "post"),
        Index(
            "assignment_rectifying",
            "item_id",
            sqlite_where=text("rectifying_since IS NOT NULL"),
            postgresql_where=text("rectifying_since IS NOT NULL"),
        ),
        # Everything `zeren status` counts by, in the order it groups by: it need not sort, nor look at the table.
        Index(
            "assignment_standing",
            "occurrence_id",
            "tier",
            "unit",
            "state",
            "issued_on",
            "due_on",
            "due_at",
            "percent",
            "counted",
            "milestones_done",
            "submitted_late",
            "given_back",
            "policy_id",
            "item_id",
            "rectifying_since",
            sqlite_where=text("works = 1"),
            postgresql_where=text("works"),
        ),
    )
    # identity
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    item_id: int
    occurrence_id: int
    tier: str
    #: lead or support for units, else the tier id.
    role: str
    unit: str
    post: str | None = None
    #: Owners of units and members sign; the finish clock runs on the lowest present.
    signs: bool
    works: bool
    #: The policy it was laid under; `policy_id` is the one it stands under now.
    laid_policy_id: int | None = None
    laid_due_on: date | None = None
    laid_due_at: datetime | None = None
    # projection
    policy_id: int
    state: str = "draft"
    issued_seq: int | None = None
    issued_on: date | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    percent: int | None = None
    counted: int = 0
    milestones_done: int = 0
    submitted_late: bool = False
    #: While suspended: the state to go back to, and since when.
    before_pause: str | None = None
    paused_on: date | None = None
    #: Working days given back for all the time it was suspended: milestones fall due so much later.
    given_back: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: How often it was returned.
    returns: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: How often its due date was extended; `laid_due_on` stays what it was.
    extensions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Since when it is to be rectified, after a review that found it wanting: its line starts there.
    rectifying_since: date | None = None


class ClockRow(SQLModel, table=True):
    """A running or stopped clock. The next moment is an indexed column: a sweep asks only what has passed."""

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "clock_next",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )
    assignment_id: int = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    policy_id: int
    arming: int
    due_on: date
    due_at: datetime
    #: Index of the last rung dealt with; -1 before the first.
    rung: int = -1
    #: None when the clock stands still or its ladder is climbed.
    next_at: datetime | None = None
    #: From this instant on nobody is told of it any more.
    until_at: datetime | None = None
    #: Of a report clock: the rule by which it falls due, and how many periods in a row went by without a report.
    rule: str = Field(default="", sa_column_kwargs={"server_default": ""})
    missed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ExtensionRow(SQLModel, table=True):
    """延期: a later date asked for, and what became of it. A projection of the ledger, all of it."""

    __tablename__ = "extension"
    __table_args__ = (Index("extension_by_assignment", "assignment_id", "status"),)
    #: The ledger entry that asked.
    seq: int = Field(primary_key=True)
    assignment_id: int
    from_on: date
    to_on: date
    reason: str
    progress: str
    asked_by: str
    asked_at: datetime
    #: How many of those who have to agree have.
    agreed: int
    #: Granted by the office after the due date.
    late: bool
    #: open, approved or rejected.
    status: str
    answer: str


class ReviewRow(SQLModel, table=True):
    """回头看: a review held and what it found. A projection of the ledger, all of it."""

    __tablename__ = "review"
    __table_args__ = (Index("review_by_assignment", "assignment_id"),)
    #: The ledger entry that recorded it.
    seq: int = Field(primary_key=True)
    assignment_id: int
    held_at: datetime
    verdict: str
    text: str
    held_by: str
    #: The day until which it was to be rectified, where it was found wanting.
    rectify_by: date | None = None


class DelegationRow(SQLModel, table=True):
    """委托代办: the post that acts for an assignment's owner. A projection of the ledger, all of it."""

    __tablename__ = "delegation"
    __table_args__ = (Index("delegation_by_post", "post", "until_on"),)
    assignment_id: int = Field(primary_key=True)
    post: str
    #: The last day it stands.
    until_on: date


class NoticeRow(SQLModel, table=True):
    """One rung reached for one recipient. The unique key is what makes a rung fire once."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("assignment_id", "clock", "arming", "rung", "recipient"),
        Index("notice_by_seq", "seq", "recipient"),
    )
    id: int | None = Field(default=None, primary_key=True)
    #: The ledger entry of the sweep that wrote it.
    seq: int
    assignment_id: int
    clock: str
    arming: int
    rung: str
    recipient: str
    #: As whom the recipient is told: owner, unit_head, or a tier id.
    tell: str
    #: The vacant post it stands in for; of a delegate, the owner.
    instead_of: str | None = None
    nth: int
    skipped: bool = False


class CardRow(SQLModel, table=True):
    """牌: a unit's case got its first overdue notice of a card rule. A projection of the ledger, all of it."""

    __tablename__ = "card"
    rule: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    occurrence_id: int = Field(primary_key=True)
    #: The sweep that gave it, on that day of the office, for this assignment (of several members' the first).
    seq: int
    got_on: date
    assignment_id: int


class UnitNoticeRow(SQLModel, table=True):
    """What is told of a unit as a whole, or of a gap in the chain, whatever the item. A projection of the ledger."""

    __tablename__ = "unit_notice"
    __table_args__ = (Index("unit_notice_by_seq", "seq", "recipient"),)
    #: Empty for a gap.
    unit: str = Field(primary_key=True)
    #: A card rule's id, or what is missing.
    rule: str = Field(primary_key=True)
    #: The quarter (month, year, run of cases) it was told for; the day, for a gap.
    period: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    seq: int
    #: card or gap.
    kind: str
    tell: str
    instead_of: str | None = None
    nth: int
    #: The assignment that tipped it.
    assignment_id: int | None = None
    #: The words it is told with, as the policy had them then.
    said: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class MessageRow(SQLModel, table=True):
    """The outbox: one digest for one person over one channel, and what became of it."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("seq", "person", "channel"), Index("message_by_status", "status"))
    id: int | None = Field(default=None, primary_key=True)
    seq: int
    #: The oldest sweep it speaks of: what was held joins the next message.
    since_seq: int
    person: str
    #: The posts the person holds for which the digest is.
    posts: list[str] = Field(sa_column=Column(JSON, nullable=False))
    tier: str
    channel: str
    status: str = "pending"
    attempts: int = 0
    created_at: datetime
    changed_at: datetime
    #: When a transient failure is tried again.
    retry_at: datetime | None = None
    title: str = ""
    detail: str = ""
    #: `digest` of a sweep's notices, or `handover` of what is open to whoever newly holds a post.
    kind: str = Field(default="digest", sa_column_kwargs={"server_default": "digest"})


class LedgerRow(SQLModel, table=True):
    """台账: append-only, chained by hash."""

    __tablename__ = "ledger"
    seq: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    on_behalf_of: str | None = None
    act: str
    codes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    values: dict[str, Any] = Field(sa_column=Column("values", JSON, nullable=False))
    prev_hash: str
    hash: str


class LedgerRefRow(SQLModel, table=True):
    """Which assignment an entry is about, where it is about single ones."""

    __tablename__ = "ledger_ref"
    seq: int = Field(primary_key=True)
    assignment_id: int = Field(primary_key=True, index=True)


def table_of(row: type[SQLModel]) -> Table:
    """The Core table behind a row class, for set-based SQL."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


meta = table_of(MetaRow)
unit = table_of(UnitRow)
post = table_of(PostRow)
person = table_of(PersonRow)
holding = table_of(HoldingRow)
oversight = table_of(OversightRow)
policy = table_of(PolicyRow)
work_list = table_of(WorkListRow)
item = table_of(ItemRow)
item_unit = table_of(ItemUnitRow)
item_members = table_of(ItemMembersRow)
item_leader = table_of(ItemLeaderRow)
event = table_of(EventRow)
occurrence = table_of(OccurrenceRow)
assignment = table_of(AssignmentRow)
clock = table_of(ClockRow)
extension = table_of(ExtensionRow)
review = table_of(ReviewRow)
delegation = table_of(DelegationRow)
notice = table_of(NoticeRow)
card = table_of(CardRow)
unit_notice = table_of(UnitNoticeRow)
message = table_of(MessageRow)
ledger = table_of(LedgerRow)
ledger_ref = table_of(LedgerRefRow)
