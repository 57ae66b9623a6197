"""The state, as values: the whole chain (`chain`, by `groups`), one item or one post (`desk`); loaded when wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.usecases.status.chain import only_late, status, summarise
    from responsibility.usecases.status.desk import Desk, show, show_in, todo
    from responsibility.usecases.status.groups import By

__all__ = ["By", "Desk", "only_late", "show", "show_in", "status", "summarise", "todo"]

#: Which module holds which names; each is loaded when one of them is first used.
_WHERE = {"chain": "only_late status summarise", "desk": "Desk show show_in todo", "groups": "By"}
__getattr__ = later(__name__, _WHERE)
