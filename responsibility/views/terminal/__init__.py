"""Values → what the terminal shows; readable without colour and at 80 columns."""

from responsibility.views.terminal.chain import item, todo
from responsibility.views.terminal.daily import item_added, item_edited, item_reassigned, list_cancelled
from responsibility.views.terminal.extensions import extension_decided, extensions
from responsibility.views.terminal.health import findings
from responsibility.views.terminal.records import items, lists, log, log_csv, organisation
from responsibility.views.terminal.state import status
from responsibility.views.terminal.sweep import demo, ladder, laid, rehearsed, swept

__all__ = [
    "demo",
    "extension_decided",
    "extensions",
    "findings",
    "item",
    "item_added",
    "item_edited",
    "item_reassigned",
    "items",
    "ladder",
    "laid",
    "list_cancelled",
    "lists",
    "log",
    "log_csv",
    "organisation",
    "rehearsed",
    "status",
    "swept",
    "todo",
]
