"""Documents that were made (文书), and what calendar feeds last said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class DocumentRow(Row, table=True):
    """The register of documents. The unique key is what gives two at once two numbers."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("kind_name", "year", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    #: Instrument id, and what it was called then.
    kind: str
    kind_name: str
    year: int
    number: int
    title: str
    occurrence_id: int
    #: The clock and the rung it is about; the rung is empty where the office asked for it by kind.
    clock: str
    rung: str
    #: Where the file lies in the workspace, and what it was when it was written: the office edits it.
    path: str
    sha256: str
    #: The ledger entry that noted it.
    seq: int
    #: The sweep that called for it; None where the office did.
    sweep: int | None = None
    made_by: str
    made_at: datetime


class DocumentCaseRow(Row, table=True):
    """What a document speaks of: one assignment on one rung, once; `again` counts those made once more on purpose."""

    __tablename__ = "document_case"
    assignment_id: int = Field(primary_key=True)
    clock: str = Field(primary_key=True)
    arming: int = Field(primary_key=True)
    rung: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    again: int = Field(primary_key=True)
    document_id: int = Field(index=True)


class FeedEventRow(Row, table=True):
    """What a post's or unit's calendar feed last said of one event, so that a change and an end can be told."""

    __tablename__ = "feed_event"
    #: The post or unit.
    feed: str = Field(primary_key=True)
    uid: str = Field(primary_key=True)
    sequence: int
    changed_at: datetime
    cancelled: bool
    #: The event as it was said.
    said: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


document = table_of(DocumentRow)
document_case = table_of(DocumentCaseRow)
feed_event = table_of(FeedEventRow)
