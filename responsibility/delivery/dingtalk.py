"""钉钉: the custom robot of a group, also of a private deployment (专有钉钉)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from responsibility.core.chain import Person
from responsibility.delivery.addresses import mobile, user_id
from responsibility.delivery.pace import Pace
from responsibility.delivery.robots import RobotCourier, Verdict

#: The service takes nothing for ten minutes from whoever sent too fast.
_TOO_FAST = Verdict("发得太快，被停发 10 分钟", whole=True, wait=600)
_GONE = Verdict("token 不对，或机器人已停用、群已解散；请核对 token", whole=True)
_MALFORMED = Verdict("消息不合格式", permanent=True)
_UNFIT = Verdict("消息里有服务不放行的内容", permanent=True)
_CODES = {
    -1: Verdict("系统繁忙"),
    130101: _TOO_FAST,
    410100: _TOO_FAST,
    90018: _TOO_FAST,
    300001: _GONE,
    300005: _GONE,
    400013: _GONE,
    400101: _GONE,
    400102: _GONE,
    400106: _GONE,
    310000: Verdict(
        "安全设置不放行：核对 secret（加签）、本机时间、自定义关键词（可填“责任链”）和 IP 名单", whole=True
    ),
    40035: _MALFORMED,
    43004: _MALFORMED,
    400105: _MALFORMED,
    430101: _UNFIT,
    430102: _UNFIT,
    430103: _UNFIT,
    430104: _UNFIT,
}


class DingtalkCourier(RobotCourier):
    """Sends plain text, signed where the robot has a secret (加签)."""

    name = "钉钉"
    home = "https://oapi.dingtalk.com"
    allows = Pace(20)
    pace = Pace(18)
    #: 20000 bytes of the request, less what stands around the text.
    limit = 19_500
    codes = _CODES

    @staticmethod
    def size(text: str) -> int:
        return len(json.dumps(text, ensure_ascii=False).encode())

    def call(self, person: Person) -> str:
        called = user_id(person.dingtalk) or mobile(person.mobile)
        return f"@{called}" if called else ""

    def request(self, part: str, to: Person, at: datetime) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": part}}
        if user := user_id(to.dingtalk):
            body["at"] = {"atUserIds": [user]}
        elif number := mobile(to.mobile):
            body["at"] = {"atMobiles": [number]}
        return f"{self.base_url}/robot/send?access_token={self._key}{self._signed(at)}", body

    def _signed(self, at: datetime) -> str:
        if not self._secret:
            return ""
        timestamp = round(at.timestamp() * 1000)
        digest = hmac.digest(self._secret.encode(), f"{timestamp}\n{self._secret}".encode(), hashlib.sha256)
        return f"&timestamp={timestamp}&sign={quote_plus(base64.b64encode(digest))}"
