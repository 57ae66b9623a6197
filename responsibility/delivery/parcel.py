"""What a courier is handed, what it gives back, and how it says no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote, quote_plus

from responsibility.core.chain import Person
from responsibility.delivery.pace import Pace

#: What would break a header or steer a terminal: control characters, odd line ends, halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNPRINTABLE_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a message, where the channel can carry one."""

    name: str
    content: bytes
    #: As in `text/calendar`.
    media_type: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One rendered message for one recipient; `text` is plain text of several lines."""

    #: The message's key (编号): the same on every retry.
    message_id: str
    #: With every address known; a courier takes the one of its channel.
    to: Person
    title: str
    text: str
    #: Aware; the date the message bears.
    created_at: datetime
    #: The same as a page, for channels that show one; empty where there is none.
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The parcel is out of our hands; `detail` says in Chinese where it went."""

    detail: str


class TransportError(Exception):
    """The parcel was not delivered, or nobody can tell; `reason` is Chinese and holds no secret."""

    def __init__(
        self,
        reason: str,
        permanent: bool = False,
        uncertain: bool = False,
        whole: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(reason, permanent, uncertain, whole, wait)
        self.reason = reason
        #: Trying again cannot help.
        self.permanent = permanent
        #: The line broke while the message was being taken, so it may have arrived.
        self.uncertain = uncertain
        #: Not this message but the channel as a whole: connection refused, bad token, rate exceeded.
        self.whole = whole
        #: Seconds the service asks to wait; None where it names none.
        self.wait = wait

    def __str__(self) -> str:
        return self.reason


class Courier(Protocol):
    """One way to reach a person."""

    @property
    def id(self) -> str:
        """The channel's id."""

    @property
    def pace(self) -> Pace | None:
        """How fast messages may be handed to it; None: as fast as it takes them."""

    def deliver(self, parcel: Parcel) -> Receipt:
        """Hand the parcel over, or raise TransportError; may keep a connection open for the next one."""

    def close(self) -> None:
        """Let go of what was kept open; called once after the last parcel."""


def plausible(address: str) -> bool:
    """Whether mail could be sent there: one ASCII address, no name, no quotes, nothing around it."""
    return _ADDRESS.fullmatch(address) is not None


def one_line(text: str) -> str:
    """The text fit for a header or a title: line breaks and control characters become single spaces."""
    return _UNPRINTABLE.sub(" ", text).strip()


def plain(text: str) -> str:
    """The text with its lines and tabs, every line ended by one newline character, other control characters dropped."""
    return _UNPRINTABLE_BUT_LINES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def masked(text: str, secrets: Sequence[str]) -> str:
    """The text with every secret, as written or as in an address, replaced by ***."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(form, "***")
    return re.sub(r"(?i)\b((?:access_)?(?:key|token|secret|sign|password)=)[^&\s\"']+", r"\1***", text)
