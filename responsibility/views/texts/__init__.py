"""The words of messages: values, the phrases they are filled with, and sandboxed templates the office may edit."""

from typing import Protocol, TypeVar

from responsibility.views.texts.alarm import Alarm
from responsibility.views.texts.digest import Behind, Digest, DigestLine, Group, in_order
from responsibility.views.texts.handover import HandOver, HandOverLine, Issued
from responsibility.views.texts.phrases import (
    FOR_INFORMATION,
    acting_for,
    answering,
    day,
    due,
    lateness,
    next_step,
    nobody_at,
    of_unit,
    quoted,
    standing,
    waits_for,
    why_you,
    you_are,
)
from responsibility.views.texts.shelf import GROUP, PAGE, TEXT, Shelf
from responsibility.views.texts.template import BrokenTemplate, Fault

__all__ = [
    "FOR_INFORMATION",
    "GROUP",
    "PAGE",
    "TEXT",
    "Alarm",
    "Behind",
    "BrokenTemplate",
    "Digest",
    "DigestLine",
    "Fault",
    "Group",
    "HandOver",
    "HandOverLine",
    "Issued",
    "Letter",
    "Shelf",
    "acting_for",
    "answering",
    "day",
    "due",
    "ended",
    "fitted",
    "in_order",
    "lateness",
    "next_step",
    "nobody_at",
    "of_unit",
    "quoted",
    "standing",
    "title_of",
    "waits_for",
    "why_you",
    "you_are",
]


_L = TypeVar("_L", bound="Letter")


class Letter(Protocol):
    """What a message says, whatever its kind."""

    @property
    def title(self) -> str:
        """Urgency and number, no content."""

    def capped(self: _L, lines: int) -> _L:
        """With so many lines at most; the others are counted."""

    def outside(self: _L) -> _L:
        """What may leave the building: numbers, titles, due dates."""


def title_of(content: Letter) -> str:
    """The subject: number and urgency, no content (work secrets stay inside)."""
    return f"【责任链】{content.title}"


def fitted(content: _L, lines: int, *, full_text: bool) -> _L:
    """What a channel may carry of a message: so many lines, and outside the building only numbers, titles, due dates.

    It is the values that are cut, so that no template can tell more.
    """
    kept = content.capped(lines)
    return kept if full_text else kept.outside()


def ended(text: str, number: str, more: int) -> str:
    """The text with what none may lack: the message's key, and that there is more than it lists."""
    lacking = [f"另有 {more} 项，详见台账。"] if more and f"另有 {more} 项" not in text else []
    lacking += [f"编号 {number}"] if number not in text else []
    return text + "".join(f"\n{line}\n" for line in lacking)
