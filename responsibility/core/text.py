"""Text that came from outside, made fit to be stored and shown."""

from __future__ import annotations

import re

#: Control characters but tab and newline, and marks that turn the direction of what follows: both can make a
#: terminal or a reader see something else than what is written.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def showable(text: str) -> str:
    """The text without control and direction characters."""
    return _UNSHOWABLE.sub("", text)
