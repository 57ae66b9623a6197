"""What the group robots of 企业微信, 钉钉 and 飞书 have in common: parts, pace, and an answer that must be read.

All three answer HTTP 200 to what they refuse; only the code inside says whether the message is out. A message over the
service's size goes in numbered parts. Where a later part is refused or lost, the earlier ones have arrived, so the
message as a whole is in doubt: sending it again would tell twice what was told, and the channel's rule decides.
"""

from __future__ import annotations

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from responsibility.core.chain import Person
from responsibility.delivery.pace import Pace, Turnstile
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, one_line, plain
from responsibility.delivery.splitting import split, utf8
from responsibility.delivery.web import Answer, Clock, Line


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a code of a service means for the message."""

    told: str
    permanent: bool = False
    whole: bool = False
    wait: float | None = None


_NUMBER = re.compile(r"-?[0-9]{1,9}")

#: For codes no table knows: to be tried again.
_UNKNOWN = Verdict("没有收下")


class RobotCourier(ABC):
    """Sends to one group over its robot, calling the recipient by @ where the person has an id there.

    `clock` tells the instant a request is signed at; without one it is the parcel's own.
    """

    #: What people call the service.
    name: ClassVar[str]
    #: Where it is, unless the office runs its own.
    home: ClassVar[str]
    #: Requests it takes; and messages to hand it: fewer, since a long one needs several requests.
    allows: ClassVar[Pace]
    pace: ClassVar[Pace]
    #: The largest text, by `size`.
    limit: ClassVar[int]
    codes: ClassVar[Mapping[int, Verdict]]

    def __init__(
        self,
        key: str,
        secret: str = "",
        base_url: str = "",
        timeout: float = 15.0,
        id: str = "",
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.id = id or self.kind()
        self.base_url = (base_url or self.home).rstrip("/")
        self._key, self._secret, self._clock = quote(_bare(key), safe=""), secret, clock
        self._line = Line(self.name, timeout, (_bare(key), secret))
        self._turnstile = Turnstile(self.allows, wait)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r}, {self.base_url!r})"

    @classmethod
    def kind(cls) -> str:
        """The kind of channel, as in config/channels.yaml."""
        return cls.__name__.removesuffix("Courier").lower()

    def deliver(self, parcel: Parcel) -> Receipt:
        """Send every part; the receipt quotes the service's own yes."""
        parts = self._split(parcel)
        said = ""
        for at, part in enumerate(parts):
            self._turnstile.pass_one()
            try:
                said = self._send(part, parcel)
            except TransportError as error:
                raise (_broken_off(error, at, len(parts)) if at else error) from None
        in_parts = f"，共 {len(parts)} 段" if len(parts) > 1 else ""
        return Receipt(f"{self.name}已接收（{said}）{in_parts}")

    def parts(self, parcel: Parcel) -> int:
        """How many requests a message takes."""
        return len(self._split(parcel))

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def text_of(self, parcel: Parcel) -> str:
        """The text with the name of whom it is for and the message's key, where it does not say them itself."""
        text = self.harmless(plain(parcel.text).strip("\n"))
        called = self.call(parcel.to)
        if not called and parcel.to.name not in text:
            called = f"致 {self.harmless(one_line(parcel.to.name))}："
        number = "" if parcel.message_id in text else f"编号 {one_line(parcel.message_id)}"
        return "\n".join(filter(None, (called, text, number)))

    @staticmethod
    def size(text: str) -> int:
        """How much of `limit` a text takes."""
        return utf8(text)

    @staticmethod
    def harmless(text: str) -> str:
        """The text without what the service would take for a command."""
        return text

    @abstractmethod
    def call(self, person: Person) -> str:
        """How the text calls the person so that the service rings; empty where it needs no words or cannot."""

    @abstractmethod
    def request(self, part: str, to: Person, at: datetime) -> tuple[str, dict[str, Any]]:
        """(address, body) of the request for one part, signed for `at`."""

    def verdict(self, code: int, said: str) -> Verdict:
        """What a refusal means."""
        return self.codes.get(code, _UNKNOWN)

    @staticmethod
    def code_of(answer: dict[str, Any]) -> tuple[Any, str]:
        """(code, text) of an answer; 0 is yes."""
        return answer.get("errcode"), str(answer.get("errmsg", ""))

    def _split(self, parcel: Parcel) -> list[str]:
        return split(self.harmless(one_line(parcel.title)), self.text_of(parcel), self.limit, self.size)

    def _send(self, part: str, parcel: Parcel) -> str:
        at = self._clock() if self._clock else parcel.created_at
        url, body = self.request(part, parcel.to, at)
        return self._read(self._line.post(url, json.dumps(body, ensure_ascii=False).encode(), {}, at))

    def _read(self, answer: Answer) -> str:
        """The service's yes in its own words; TransportError for its no, and for what is neither."""
        code, text = self.code_of(answer.json() or {})
        if isinstance(code, str) and _NUMBER.fullmatch(code):  # as some private deployments write it
            code = int(code)
        if not isinstance(code, int) or isinstance(code, bool):
            said = self._line.quoted(answer.text) or "空"
            raise TransportError(f"{self.name}的回答看不懂，不知道是否收下（{said}）", uncertain=True)
        said = f"{code} {self._line.quoted(text)}".strip()
        if code == 0:
            return said
        v = self.verdict(code, text)
        raise TransportError(f"{self.name}：{v.told}（{said}）", v.permanent, whole=v.whole, wait=v.wait)


def _broken_off(error: TransportError, sent: int, of: int) -> TransportError:
    reason = f"共 {of} 段，前 {sent} 段已送到，第 {sent + 1} 段没有：{error.reason}"
    return TransportError(reason, uncertain=True, whole=error.whole, wait=error.wait)


def _bare(key: str) -> str:
    """The key itself, also where the robot's whole address was kept: …?key=K, …?access_token=K, …/hook/K."""
    return re.split(r"[=/]", key.rstrip("/"))[-1] if "://" in key else key
