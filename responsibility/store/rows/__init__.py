"""The tables. Units, posts and people are known by the codes of the organisation file."""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from responsibility.store.rows.lists import (
    EventRow,
    ItemLeaderRow,
    ItemMembersRow,
    ItemRow,
    ItemUnitRow,
    OccurrenceRow,
    PolicyRow,
    WorkListRow,
)
from responsibility.store.rows.papers import DocumentCaseRow, DocumentRow, FeedEventRow
from responsibility.store.rows.people import HoldingRow, MetaRow, OversightRow, PersonRow, PostRow, UnitRow
from responsibility.store.rows.rounds import RoundRow, ShardRow
from responsibility.store.rows.told import (
    CardRow,
    ChannelStateRow,
    LedgerRefRow,
    LedgerRow,
    MessageRow,
    NoticeRow,
    UnitNoticeRow,
)
from responsibility.store.rows.work import AssignmentRow, ClockRow, DelegationRow, ExtensionRow, FinishedRow, ReviewRow


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
finished = table_of(FinishedRow)
clock = table_of(ClockRow)
extension = table_of(ExtensionRow)
review = table_of(ReviewRow)
delegation = table_of(DelegationRow)
notice = table_of(NoticeRow)
card = table_of(CardRow)
unit_notice = table_of(UnitNoticeRow)
message = table_of(MessageRow)
channel_state = table_of(ChannelStateRow)
document = table_of(DocumentRow)
document_case = table_of(DocumentCaseRow)
feed_event = table_of(FeedEventRow)
sweep_round = table_of(RoundRow)
sweep_shard = table_of(ShardRow)
ledger = table_of(LedgerRow)
ledger_ref = table_of(LedgerRefRow)
