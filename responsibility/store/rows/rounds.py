"""Sweeps in shards: what several workers share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from responsibility.store.rows.row import Row, table_of


class RoundRow(Row, table=True):
    """一轮巡查: a sweep that is done in shards, as of one instant."""

    __tablename__ = "sweep_round"
    #: The ledger entry that began it; its notices and messages bear this number.
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    as_of: datetime
    #: A digest of the configuration it was begun under: whoever has another one keeps out.
    config: str
    #: The ledger entry that ended it.
    closed_seq: int | None = None


class ShardRow(Row, table=True):
    """片: some units of the organisation, swept in one transaction by whoever has the lease."""

    __tablename__ = "sweep_shard"
    seq: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    units: list[str] = Field(sa_column=Column(JSON, nullable=False))
    #: How many clocks were due when the round began.
    due: int
    #: todo, leased or done.
    status: str = "todo"
    #: Which run has it in hand, and until when: after that another one may take it.
    owner: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    #: Why it was not done the last time.
    fault: str = ""
    #: Of one that is done: counts, and whom its rungs reached.
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


sweep_round = table_of(RoundRow)
sweep_shard = table_of(ShardRow)
