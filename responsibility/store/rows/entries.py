"""The ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class LedgerRow(Row, table=True):
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


class LedgerRefRow(Row, table=True):
    """Which assignment an entry is about, where it is about single ones."""

    __tablename__ = "ledger_ref"
    seq: int = Field(primary_key=True)
    assignment_id: int = Field(primary_key=True, index=True)


ledger = table_of(LedgerRow)
ledger_ref = table_of(LedgerRefRow)
