"""A courier for each channel, made from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from responsibility.delivery import ConsoleCourier, Courier
from responsibility.settings import ChannelSettings
from responsibility.usecases.workspace import Workspace


def couriers(workspace: Workspace, stream: TextIO) -> dict[str, Courier]:
    """A courier for each channel in use."""
    delivery = workspace.settings.delivery
    return {name: _courier(delivery.channels[name], workspace.settings.home.name, stream) for name in delivery.use}


@contextmanager
def opened(workspace: Workspace, stream: TextIO) -> Iterator[dict[str, Courier]]:
    """A courier for each channel in use, each closed in the end."""
    by = couriers(workspace, stream)
    try:
        yield by
    finally:
        for courier in by.values():
            courier.close()


def _courier(channel: ChannelSettings, office: str, stream: TextIO) -> Courier:
    if channel.kind == "console":
        return ConsoleCourier(stream, channel.id)
    if channel.kind == "file":
        from responsibility.delivery.files import FileCourier

        assert channel.folder is not None
        return FileCourier(channel.folder, channel.format, channel.sender, channel.from_name or office, channel.id)  # type: ignore[arg-type]
    from responsibility.delivery.mail import MailCourier

    return MailCourier(
        channel.host,
        channel.port,
        channel.secure,  # type: ignore[arg-type]
        channel.user,
        channel.secret,
        channel.sender,
        channel.from_name or office,
        channel.timeout,
    )
