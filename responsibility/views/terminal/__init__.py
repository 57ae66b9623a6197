"""Values → what the terminal shows; readable without colour and at 80 columns."""

from responsibility.views.terminal.chain import item, todo
from responsibility.views.terminal.records import items, lists, log, organisation
from responsibility.views.terminal.state import status
from responsibility.views.terminal.sweep import demo, ladder, laid, rehearsed, swept

__all__ = [
    "demo",
    "item",
    "items",
    "ladder",
    "laid",
    "lists",
    "log",
    "organisation",
    "rehearsed",
    "status",
    "swept",
    "todo",
]
