"""Handing a rendered digest to one person: by mail, into a folder, onto the screen, or into memory."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from responsibility.delivery.console import ConsoleCourier
from responsibility.delivery.memory import MemoryCourier
from responsibility.delivery.parcel import Attachment, Courier, Parcel, Receipt, TransportError

if TYPE_CHECKING:
    from responsibility.delivery.files import FileCourier
    from responsibility.delivery.mail import MailCourier

__all__ = [
    "Attachment",
    "ConsoleCourier",
    "Courier",
    "FileCourier",
    "MailCourier",
    "MemoryCourier",
    "Parcel",
    "Receipt",
    "TransportError",
]

#: Couriers whose libraries take time to load: fetched when first named.
_LATER = {"FileCourier": "responsibility.delivery.files", "MailCourier": "responsibility.delivery.mail"}


def __getattr__(name: str) -> object:
    """Load a slow courier at the moment it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
