"""企业微信: the robot of a group (消息推送), also of a private deployment (政务微信)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from responsibility.core.chain import Person
from responsibility.delivery.addresses import mobile, user_id
from responsibility.delivery.pace import Pace
from responsibility.delivery.robots import RobotCourier, Verdict

_GONE = Verdict("key 不对，或机器人已被移出群、停用；请核对 key", whole=True)
_MALFORMED = Verdict("消息不合格式", permanent=True)
_CODES = {
    -1: Verdict("系统繁忙"),
    45009: Verdict("发得太快", whole=True, wait=60),
    45033: Verdict("同时发的太多", whole=True, wait=60),
    93000: _GONE,
    93004: _GONE,
    93008: _GONE,
    40001: _GONE,
    40014: _GONE,
    41001: _GONE,
    60020: Verdict("本机的 IP 不在允许的名单里", whole=True),
    40008: _MALFORMED,
    40058: _MALFORMED,
    44004: _MALFORMED,
    45002: Verdict("消息太长", permanent=True),
    47001: _MALFORMED,
}


class WecomCourier(RobotCourier):
    """Sends plain text: markdown takes twice the bytes, but cannot call by mobile number and eats characters."""

    name = "企业微信"
    home = "https://qyapi.weixin.qq.com"
    allows = Pace(20)
    pace = Pace(18)
    limit = 2048
    codes = _CODES

    def call(self, person: Person) -> str:
        """Nothing: the service puts the @ of the list at the end by itself."""
        return ""

    def request(self, part: str, to: Person, at: datetime) -> tuple[str, dict[str, Any]]:
        text: dict[str, Any] = {"content": part}
        if user := user_id(to.wecom):
            text["mentioned_list"] = [user]
        elif number := mobile(to.mobile):
            text["mentioned_mobile_list"] = [number]
        return f"{self.base_url}/cgi-bin/webhook/send?key={self._key}", {"msgtype": "text", "text": text}
