"""Assignments and what hangs on each.

Columns under "identity" never change once written; those under "projection" are written only by
`store.projection.apply`, which can rebuild them from the ledger (`laying.lay` writes new rows as their `issue` leaves
them). What an index leaves out is said for SQLite alone: on PostgreSQL the migrations say it, and naming it here would
load that dialect into every command.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class AssignmentRow(Row, table=True):
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
        ),
        # The few above the work, likewise.
        Index(
            "assignment_above",
            "occurrence_id",
            "tier",
            "unit",
            "post",
            "state",
            "item_id",
            sqlite_where=text("works = 0"),
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


class FinishedRow(Row, table=True):
    """An occurrence of which nothing is open. A projection of the ledger, all of it."""

    __tablename__ = "finished"
    occurrence_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    #: How many closed, as `store.finished` writes it.
    closed: str


class ClockRow(Row, table=True):
    """A running or stopped clock. The next moment is an indexed column: a sweep asks only what has passed."""

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "clock_next",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
        ),
        # What is due of the units of one shard. SQLite sweeps in one go and need not keep it.
        Index("clock_next_of_unit", "unit", "next_at").ddl_if(dialect="postgresql"),
    )
    assignment_id: int = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    #: That of the assignment, here too: shards of a sweep are sets of units.
    unit: str = Field(default="", sa_column_kwargs={"server_default": ""})
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


class ExtensionRow(Row, table=True):
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


class ReviewRow(Row, table=True):
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


class DelegationRow(Row, table=True):
    """委托代办: the post that acts for an assignment's owner. A projection of the ledger, all of it."""

    __tablename__ = "delegation"
    __table_args__ = (Index("delegation_by_post", "post", "until_on"),)
    assignment_id: int = Field(primary_key=True)
    post: str
    #: The last day it stands.
    until_on: date


assignment = table_of(AssignmentRow)
finished = table_of(FinishedRow)
clock = table_of(ClockRow)
extension = table_of(ExtensionRow)
review = table_of(ReviewRow)
delegation = table_of(DelegationRow)
