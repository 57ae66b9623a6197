"""The outbox and the channels it goes out by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class MessageRow(Row, table=True):
    """The outbox: one digest for one person over one channel, and what became of it."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("seq", "person", "channel"),
        Index("message_by_status", "status"),
        Index("message_by_handing", "channel", "handed_at"),
    )
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
    #: When a held message goes out, or a transient failure is tried again.
    retry_at: datetime | None = None
    title: str = ""
    detail: str = ""
    #: `digest` of a sweep's notices, `handover` of what is open to whoever newly holds a post, `issued` of what was
    #: newly laid, `alarm` to the office about a channel.
    kind: str = Field(default="digest", sa_column_kwargs={"server_default": "digest"})
    #: What an alarm or the like is about, as JSON.
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    #: Which deliverer has it in hand, and until when: after that another one may take it.
    lease_owner: str | None = None
    lease_until: datetime | None = None
    #: When it was last handed to the channel's service; what paces and budgets count.
    handed_at: datetime | None = None
    #: Channels that could not take it, in order: `{"channel", "reason"}`.
    tried: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    #: How many requests its channel's service took for it when it was handed over last: of a long message several.
    parts: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    #: How often it was sent again though nobody knows whether it had arrived.
    doubts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Why it is held: `workday`, `quiet`, `hour`, `budget` or `weekly`; empty where it never was.
    held_why: str = Field(default="", sa_column_kwargs={"server_default": ""})
    #: Whether it speaks of an urgent rung: such a one waits for nothing.
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    #: The later message it was merged into.
    merged_into: int | None = None


class ChannelStateRow(Row, table=True):
    """A channel that failed as a whole: parked until it is tried again."""

    __tablename__ = "channel_state"
    channel: str = Field(primary_key=True)
    #: Nothing is handed to it before; None: it works.
    parked_until: datetime | None = None
    #: Since when it has not worked, and what it said last.
    since: datetime | None = None
    reason: str = ""
    #: How often in a row it was tried in vain.
    failures: int = 0
    #: Seconds of pauses in a row that its service asked for.
    paused: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Whether the office was told of it.
    alarmed: bool = False


message = table_of(MessageRow)
channel_state = table_of(ChannelStateRow)
