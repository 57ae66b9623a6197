"""A department's own gateway (SMS, OA): one signed JSON request per message.

The gateway's programmer reads about it in docs/手册.md. `X-Zeren-Signature` is `sha256=` and the hexadecimal
HMAC-SHA256, under the shared secret, of `X-Zeren-Timestamp`, a full stop and the body as it came.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from responsibility.delivery.addresses import mobile
from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, one_line, plain
from responsibility.delivery.web import Clock, Line


class WebhookCourier:
    """Posts each message to one address; any 2xx means the gateway has it, and the same key twice is one message."""

    pace: Pace | None = None

    def __init__(
        self,
        url: str,
        secret: str,
        office: str = "",
        timeout: float = 15.0,
        id: str = "webhook",
        clock: Clock | None = None,
    ) -> None:
        self.id = id
        self._url, self._secret, self._clock = url, secret, clock
        #: Tells workspaces apart, whose keys may be alike.
        self.office = office
        self._line = Line("网关", timeout, (url, secret))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def deliver(self, parcel: Parcel) -> Receipt:
        """Post; a person without a mobile number cannot be reached."""
        if not mobile(parcel.to.mobile):
            raise TransportError("没有登记手机号码，或号码不能用", permanent=True)
        at = self._clock() if self._clock else parcel.created_at
        body = json.dumps(self._body(parcel), ensure_ascii=False).encode()
        timestamp = str(int(at.timestamp()))
        headers = {
            "X-Zeren-Key": one_line(parcel.message_id).encode("ascii", "replace").decode(),
            "X-Zeren-Timestamp": timestamp,
            "X-Zeren-Signature": f"sha256={signature(self._secret, timestamp, body)}",
        }
        answer = self._line.post(self._url, body, headers, at)
        return Receipt(f"网关已接收（HTTP {answer.status} {self._line.quoted(answer.text)}".rstrip() + "）")

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def _body(self, parcel: Parcel) -> dict[str, Any]:
        to = parcel.to
        return {
            "key": parcel.message_id,
            "office": self.office,
            "to": {"code": to.code, "name": to.name, "mobile": mobile(to.mobile), "email": to.email},
            "title": one_line(parcel.title),
            "text": plain(parcel.text),
            "created_at": parcel.created_at.isoformat(),
        }


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the gateway computes to see that a request is ours and unchanged."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
