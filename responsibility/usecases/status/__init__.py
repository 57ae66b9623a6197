"""The state, as values: the whole chain (`chain`), one item or one post (`desk`); each loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from responsibility.later import later

if TYPE_CHECKING:
    from responsibility.usecases.status.chain import By, only_late, status, summarise
    from responsibility.usecases.status.desk import Desk, show, show_in, todo

__all__ = ["By", "Desk", "only_late", "show", "show_in", "status", "summarise", "todo"]

#: Which module holds which names; each is loaded when one of them is first used.
_WHERE = {"chain": "By only_late status summarise", "desk": "Desk show show_in todo"}
__getattr__ = later(__name__, _WHERE)
