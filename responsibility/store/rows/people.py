"""The workspace itself, and its organisation: known by the codes of the organisation file."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class MetaRow(Row, table=True):
    """Facts about the workspace itself."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class UnitRow(Row, table=True):
    __tablename__ = "unit"
    code: str = Field(primary_key=True)
    name: str = Field(index=True)
    kind: str
    parent: str | None = None
    #: Place in the organisation file.
    rank: int
    retired: bool = False


class PostRow(Row, table=True):
    __tablename__ = "post"
    __table_args__ = (Index("post_by_unit", "unit", "tier"),)
    code: str = Field(primary_key=True)
    unit: str
    tier: str = Field(index=True)
    title: str
    rank: int
    retired: bool = False


class PersonRow(Row, table=True):
    __tablename__ = "person"
    code: str = Field(primary_key=True)
    name: str
    email: str = ""
    mobile: str = ""
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""


class HoldingRow(Row, table=True):
    __tablename__ = "holding"
    id: int | None = Field(default=None, primary_key=True)
    post: str = Field(index=True)
    person: str
    from_on: date | None = None
    until_on: date | None = None


class OversightRow(Row, table=True):
    __tablename__ = "oversight"
    post: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


meta = table_of(MetaRow)
unit = table_of(UnitRow)
post = table_of(PostRow)
person = table_of(PersonRow)
holding = table_of(HoldingRow)
oversight = table_of(OversightRow)
