"""Messages on their way out, as media tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

#: A message's status in words.
#: What stands before a channel's reason in the detail of a message that waits for it.
CHANNEL_DOWN = "渠道送不出："

MESSAGE_STATUS = {
    "pending": "待送",
    "sending": "正在送",
    "held": "压着",
    "sent": "已送出",
    "failed": "没有送到",
    "uncertain": "不知是否送到",
    "dropped": "作罢",
}

#: What a message is, in words.
MESSAGE_KINDS = {"digest": "提醒汇总", "handover": "岗位交接", "issued": "新任务", "alarm": "渠道告警"}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message of the outbox and what became of it."""

    id: int
    #: Its key (编号), as it stands in the message.
    number: str
    kind: str
    status: str
    person: str
    #: The person's name; empty where the organisation has nobody of that code any more.
    name: str
    #: (code, title)
    posts: tuple[tuple[str, str], ...]
    channel: str
    title: str
    #: Why it stands where it stands, or where it went.
    detail: str
    created_at: datetime
    changed_at: datetime
    #: When it goes out or is tried again, where that is set; of a channel that is left alone, when that is tried.
    next_at: datetime | None
    attempts: int
    #: Channels that could not take it, with the reason.
    tried: tuple[tuple[str, str], ...]
    #: How often it was sent again though it may have arrived.
    doubts: int


@dataclass(frozen=True, slots=True)
class MessagesDecided:
    """What the office decided about some messages."""

    #: resend or drop
    act: str
    reason: str
    #: As they stood before.
    messages: tuple[MessageLine, ...]


def words(names: Mapping[str, str], key: str) -> str:
    """A key in words, or itself where there are none."""
    return names.get(key, key)
