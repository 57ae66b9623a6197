"""飞书: the custom robot of a group, also of a private deployment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from responsibility.core.chain import Person
from responsibility.delivery.addresses import user_id
from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import one_line
from responsibility.delivery.robots import RobotCourier, Verdict

_TOO_FAST = Verdict("发得太快", whole=True, wait=60)
_MALFORMED = Verdict("消息不合格式", permanent=True)
#: Everybody sends at these minutes of the hour, and the service advises against them.
_BUSY = (0, 30)
_CODES = {
    9499: _MALFORMED,
    11232: _TOO_FAST,
    11233: _TOO_FAST,
    19001: Verdict("token 不对，或机器人已停用、移除；请核对 token", whole=True),
    19002: _MALFORMED,
    19021: Verdict("签名不对，或本机时间差了一小时以上；请核对 secret 和时间", whole=True),
    19022: Verdict("本机的 IP 不在机器人允许的名单里", whole=True),
    19024: Verdict("消息里没有机器人要求的关键词；请在机器人的安全设置里改为“责任链”或去掉", whole=True),
}


class FeishuCourier(RobotCourier):
    """Sends plain text, signed where the robot has a secret (签名校验)."""

    name = "飞书"
    home = "https://open.feishu.cn"
    allows = Pace(100, per_second=5)
    pace = Pace(90, per_second=4, shun_minutes=_BUSY)
    #: 20 KB of the request, less what stands around the text.
    limit = 19_500
    codes = _CODES

    @staticmethod
    def size(text: str) -> int:
        return len(json.dumps(text, ensure_ascii=False).encode())

    @staticmethod
    def harmless(text: str) -> str:
        """Nobody but the recipient is called, whatever the title of a work item says."""
        return text.replace("<at", "＜at")

    def call(self, person: Person) -> str:
        user, name = user_id(person.feishu), one_line(person.name).replace("<", "").replace(">", "")
        return f'<at user_id="{user}">{name}</at>' if user else ""

    def request(self, part: str, to: Person, at: datetime) -> tuple[str, dict[str, Any]]:
        body = {"msg_type": "text", "content": {"text": part}}
        return f"{self.base_url}/open-apis/bot/v2/hook/{self._key}", {**self._signed(at), **body}

    @staticmethod
    def code_of(answer: dict[str, Any]) -> tuple[Any, str]:
        """Older robots say StatusCode."""
        code = answer.get("code", answer.get("StatusCode"))
        return code, str(answer.get("msg") or answer.get("StatusMessage") or "")

    def verdict(self, code: int, said: str) -> Verdict:
        """9499 stands for a bad request, and for one too many as well."""
        if code == 9499 and ("too many" in said.lower() or "limit" in said.lower()):
            return _TOO_FAST
        return super().verdict(code, said)

    def _signed(self, at: datetime) -> dict[str, str]:
        """The key is what one would take for the message, and the message is empty."""
        if not self._secret:
            return {}
        timestamp = str(int(at.timestamp()))
        digest = hmac.digest(f"{timestamp}\n{self._secret}".encode(), b"", hashlib.sha256)
        return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
