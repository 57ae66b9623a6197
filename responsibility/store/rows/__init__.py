"""The tables, each made when it is first used; codes of units, posts and people are those of the organisation file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.store.rows.entries import ledger, ledger_ref
    from responsibility.store.rows.lists import (
        event,
        item,
        item_leader,
        item_members,
        item_unit,
        occurrence,
        policy,
        work_list,
    )
    from responsibility.store.rows.papers import document, document_case, feed_event
    from responsibility.store.rows.people import holding, meta, oversight, person, post, unit
    from responsibility.store.rows.rounds import sweep_round, sweep_shard
    from responsibility.store.rows.sent import channel_state, message
    from responsibility.store.rows.told import card, notice, unit_notice
    from responsibility.store.rows.work import assignment, clock, delegation, extension, finished, review

__all__ = [
    "assignment",
    "card",
    "channel_state",
    "clock",
    "delegation",
    "document",
    "document_case",
    "event",
    "extension",
    "feed_event",
    "finished",
    "holding",
    "item",
    "item_leader",
    "item_members",
    "item_unit",
    "ledger",
    "ledger_ref",
    "message",
    "meta",
    "notice",
    "occurrence",
    "oversight",
    "person",
    "policy",
    "post",
    "review",
    "sweep_round",
    "sweep_shard",
    "unit",
    "unit_notice",
    "work_list",
]

#: Which module describes which tables.
_WHERE = {
    "people": "meta unit post person holding oversight",
    "lists": "policy work_list item item_unit item_members item_leader event occurrence",
    "work": "assignment finished clock extension review delegation",
    "told": "notice card unit_notice",
    "sent": "message channel_state",
    "papers": "document document_case feed_event",
    "rounds": "sweep_round sweep_shard",
    "entries": "ledger ledger_ref",
}
__getattr__ = later(__name__, _WHERE)


def described() -> MetaData:
    """All tables together."""
    for module in _WHERE:
        import_module(f"{__name__}.{module}")
    return SQLModel.metadata
