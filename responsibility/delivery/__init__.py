"""Handing a rendered message to one person: by mail, robot or gateway, into a folder, onto the screen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from responsibility.delivery.console import ConsoleCourier
from responsibility.delivery.memory import MemoryCourier
from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Attachment, Courier, Parcel, Receipt, TransportError

if TYPE_CHECKING:
    from responsibility.delivery.dingtalk import DingtalkCourier
    from responsibility.delivery.feishu import FeishuCourier
    from responsibility.delivery.files import FileCourier
    from responsibility.delivery.mail import MailCourier
    from responsibility.delivery.other import AppriseCourier
    from responsibility.delivery.webhook import WebhookCourier
    from responsibility.delivery.wecom import WecomCourier

__all__ = [
    "AppriseCourier",
    "Attachment",
    "ConsoleCourier",
    "Courier",
    "DingtalkCourier",
    "FeishuCourier",
    "FileCourier",
    "MailCourier",
    "MemoryCourier",
    "Pace",
    "Parcel",
    "Receipt",
    "TransportError",
    "WebhookCourier",
    "WecomCourier",
]

#: Couriers whose libraries take time to load: fetched when first named.
_LATER = {
    "AppriseCourier": "responsibility.delivery.other",
    "DingtalkCourier": "responsibility.delivery.dingtalk",
    "FeishuCourier": "responsibility.delivery.feishu",
    "FileCourier": "responsibility.delivery.files",
    "MailCourier": "responsibility.delivery.mail",
    "WebhookCourier": "responsibility.delivery.webhook",
    "WecomCourier": "responsibility.delivery.wecom",
}


def __getattr__(name: str) -> object:
    """Load a slow courier at the moment it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
