"""What was told of whom: notices, cards, and what is told of a unit as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class NoticeRow(Row, table=True):
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


class CardRow(Row, table=True):
    """牌: a unit's case got its first overdue notice of a card rule. A projection of the ledger, all of it."""

    __tablename__ = "card"
    rule: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    occurrence_id: int = Field(primary_key=True)
    #: The sweep that gave it, on that day of the office, for this assignment (of several members' the first).
    seq: int
    got_on: date
    assignment_id: int


class UnitNoticeRow(Row, table=True):
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


notice = table_of(NoticeRow)
card = table_of(CardRow)
unit_notice = table_of(UnitNoticeRow)
