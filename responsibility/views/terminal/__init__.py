"""Values → what the terminal shows; readable without colour and at 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.views.terminal.bound import event_set, events
    from responsibility.views.terminal.calendar import calendar_imported, calendar_year
    from responsibility.views.terminal.chain import item, todo
    from responsibility.views.terminal.changes import differences, item_cancelled
    from responsibility.views.terminal.couriers import channel_tested, channels
    from responsibility.views.terminal.daily import item_added, item_edited, item_reassigned, list_cancelled
    from responsibility.views.terminal.health import findings
    from responsibility.views.terminal.loads import burden
    from responsibility.views.terminal.outbox import message, messages, messages_decided
    from responsibility.views.terminal.policies import policy, policy_applied, urged
    from responsibility.views.terminal.questions import (
        accepted,
        answered,
        how_to_answer,
        prompt,
        question,
        settled,
        walked,
    )
    from responsibility.views.terminal.records import items, lists, log, log_csv, organisation
    from responsibility.views.terminal.requests import extension_decided, extensions, extensions_waiting
    from responsibility.views.terminal.staffing import organisation_imported
    from responsibility.views.terminal.state import status
    from responsibility.views.terminal.sweep import demo, ladder, laid, periods_waiting, rehearsed, swept
    from responsibility.views.terminal.undoing import corrected, rebuilt, undone

__all__ = [
    "accepted",
    "answered",
    "burden",
    "calendar_imported",
    "calendar_year",
    "channel_tested",
    "channels",
    "corrected",
    "demo",
    "differences",
    "event_set",
    "events",
    "extension_decided",
    "extensions",
    "extensions_waiting",
    "findings",
    "how_to_answer",
    "item",
    "item_added",
    "item_cancelled",
    "item_edited",
    "item_reassigned",
    "items",
    "ladder",
    "laid",
    "list_cancelled",
    "lists",
    "log",
    "log_csv",
    "message",
    "messages",
    "messages_decided",
    "organisation",
    "organisation_imported",
    "periods_waiting",
    "policy",
    "policy_applied",
    "prompt",
    "question",
    "rebuilt",
    "rehearsed",
    "settled",
    "status",
    "swept",
    "todo",
    "undone",
    "urged",
    "walked",
]

#: Which module holds which names; each is loaded when one of them is first used.
_WHERE = {
    "loads": "burden",
    "calendar": "calendar_imported calendar_year",
    "chain": "item todo",
    "couriers": "channel_tested channels",
    "daily": "item_added item_edited item_reassigned list_cancelled",
    "changes": "differences item_cancelled",
    "bound": "event_set events",
    "requests": "extension_decided extensions extensions_waiting",
    "health": "findings",
    "outbox": "message messages messages_decided",
    "policies": "policy policy_applied urged",
    "questions": "accepted answered how_to_answer prompt question settled walked",
    "records": "items lists log log_csv organisation",
    "staffing": "organisation_imported",
    "state": "status",
    "sweep": "demo ladder laid periods_waiting rehearsed swept",
    "undoing": "corrected rebuilt undone",
}
__getattr__ = later(__name__, _WHERE)
