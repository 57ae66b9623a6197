"""The one place where assignments are counted, so that every medium says the same, and the values media show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.core.summary.acts import ExtensionLine, ItemAdded, ItemEdited, ItemReassigned, ListCancelled
    from responsibility.core.summary.calendar import (
        CalendarImported,
        CalendarRun,
        CalendarYear,
        MovedClocks,
        MovedItem,
    )
    from responsibility.core.summary.counting import (
        Counts,
        Family,
        Group,
        ItemFacts,
        ItemLine,
        Lit,
        Summary,
        Tally,
        count,
        count_items,
        item_lines,
        lit,
        together,
        totals,
    )
    from responsibility.core.summary.differences import FIELDS, Change, Difference, FieldChange, ItemCancelled
    from responsibility.core.summary.events import BoundItem, EventLine, EventSet
    from responsibility.core.summary.lists import ItemEntry, ListLine, TierLaid
    from responsibility.core.summary.messages import (
        CHANNEL_DOWN,
        MESSAGE_KINDS,
        MESSAGE_STATUS,
        MessageLine,
        MessagesDecided,
        words,
    )
    from responsibility.core.summary.questions import Accepted, Asked, Settled
    from responsibility.core.summary.reading import (
        AssignmentView,
        ClockView,
        Delegated,
        ItemView,
        Requested,
        ReviewLine,
        Told,
    )
    from responsibility.core.summary.received import Burden, Load, Sent, burden
    from responsibility.core.summary.record import Climbed, Duty, LedgerLine, Noticed

__all__ = [
    "CHANNEL_DOWN",
    "FIELDS",
    "MESSAGE_KINDS",
    "MESSAGE_STATUS",
    "Accepted",
    "Asked",
    "AssignmentView",
    "BoundItem",
    "Burden",
    "CalendarImported",
    "CalendarRun",
    "CalendarYear",
    "Change",
    "Climbed",
    "ClockView",
    "Counts",
    "Delegated",
    "Difference",
    "Duty",
    "EventLine",
    "EventSet",
    "ExtensionLine",
    "Family",
    "FieldChange",
    "Group",
    "ItemAdded",
    "ItemCancelled",
    "ItemEdited",
    "ItemEntry",
    "ItemFacts",
    "ItemLine",
    "ItemReassigned",
    "ItemView",
    "LedgerLine",
    "ListCancelled",
    "ListLine",
    "Lit",
    "Load",
    "MessageLine",
    "MessagesDecided",
    "MovedClocks",
    "MovedItem",
    "Noticed",
    "Requested",
    "ReviewLine",
    "Sent",
    "Settled",
    "Summary",
    "Tally",
    "TierLaid",
    "Told",
    "burden",
    "count",
    "count_items",
    "item_lines",
    "lit",
    "together",
    "totals",
    "words",
]

#: Which module holds which names; each is loaded when one of them is first used.
_WHERE = {
    "received": "Burden Load Sent burden",
    "acts": "ExtensionLine ItemAdded ItemEdited ItemReassigned ListCancelled",
    "calendar": "CalendarImported CalendarRun CalendarYear MovedClocks MovedItem",
    "counting": "Counts Family Group ItemFacts ItemLine Lit Summary Tally count count_items item_lines lit together "
    "totals",
    "differences": "FIELDS Change Difference FieldChange ItemCancelled",
    "events": "BoundItem EventLine EventSet",
    "messages": "CHANNEL_DOWN MESSAGE_KINDS MESSAGE_STATUS MessageLine MessagesDecided words",
    "questions": "Accepted Asked Settled",
    "lists": "ItemEntry ListLine TierLaid",
    "reading": "AssignmentView ClockView Delegated ItemView Requested ReviewLine Told",
    "record": "Climbed Duty LedgerLine Noticed",
}
__getattr__ = later(__name__, _WHERE)
