"""A courier for each channel, made from its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TextIO

from responsibility.core.chain import Person
from responsibility.delivery import ConsoleCourier, Courier
from responsibility.delivery.addresses import mobile
from responsibility.delivery.parcel import plausible
from responsibility.settings import ChannelSettings
from responsibility.store import ledger
from responsibility.usecases.workspace import Workspace

#: Tells the true time: services refuse what was signed long ago, whatever `--now` says.
Clock = Callable[[], datetime]


def couriers(workspace: Workspace, stream: TextIO, clock: Clock | None = None) -> dict[str, Courier]:
    """A courier for each channel in use; whoever takes them closes them. See `opened`."""
    delivery = workspace.settings.delivery
    return {name: courier(workspace, delivery.channels[name], stream, clock) for name in delivery.use}


@contextmanager
def opened(workspace: Workspace, stream: TextIO, clock: Clock | None = None) -> Iterator[dict[str, Courier]]:
    """A courier for each channel in use, each closed in the end."""
    by = couriers(workspace, stream, clock)
    try:
        yield by
    finally:
        for one in by.values():
            one.close()


def courier(workspace: Workspace, channel: ChannelSettings, stream: TextIO, clock: Clock | None = None) -> Courier:
    """The courier of one channel, whose secrets were fetched; what it needs is loaded only now."""
    if channel.kind == "console":
        return ConsoleCourier(stream, channel.id)
    made: Mapping[str, Callable[..., Courier]] = {
        "file": _file,
        "mail": _mail,
        "apprise": _apprise,
        "webhook": _webhook,
    }
    return made.get(channel.kind, _robot)(channel, workspace, clock)


def lacking(kind: str, person: Person) -> str:
    """Why a channel of this kind cannot reach a person; empty where it can.

    A group's robot reaches everybody: whom it cannot call by @ is named in the text.
    """
    if kind == "mail" and not plausible(person.email):
        return f"邮箱“{person.email}”不能用" if person.email else "没有登记邮箱"
    if kind == "webhook" and not mobile(person.mobile):
        return f"手机号“{person.mobile}”不能用" if person.mobile else "没有登记手机号"
    return ""


def _file(channel: ChannelSettings, workspace: Workspace, clock: Clock | None) -> Courier:
    from responsibility.delivery.files import FileCourier

    assert channel.folder is not None
    name = channel.from_name or workspace.settings.home.name
    return FileCourier(channel.folder, channel.format, channel.sender, name, channel.id)  # type: ignore[arg-type]


def _mail(channel: ChannelSettings, workspace: Workspace, clock: Clock | None) -> Courier:
    from responsibility.delivery.mail import MailCourier

    return MailCourier(
        channel.host,
        channel.port,
        channel.secure,  # type: ignore[arg-type]
        channel.user,
        channel.secrets.get("password", ""),
        channel.sender,
        channel.from_name or workspace.settings.home.name,
        channel.timeout,
        channel.id,
        _mark(workspace),
    )


def _robot(channel: ChannelSettings, workspace: Workspace, clock: Clock | None) -> Courier:
    from responsibility.delivery import DingtalkCourier, FeishuCourier, WecomCourier

    kinds = {"wecom": WecomCourier, "dingtalk": DingtalkCourier, "feishu": FeishuCourier}
    secrets = channel.secrets
    key = secrets.get("key") or secrets["token"]
    made: Any = kinds[channel.kind]
    robot: Courier = made(key, secrets.get("secret", ""), channel.base_url, channel.timeout, channel.id, clock)
    return robot


def _apprise(channel: ChannelSettings, workspace: Workspace, clock: Clock | None) -> Courier:
    from responsibility.delivery.other import AppriseCourier

    return AppriseCourier(channel.secrets["url"], channel.id, channel.timeout)


def _webhook(channel: ChannelSettings, workspace: Workspace, clock: Clock | None) -> Courier:
    from responsibility.delivery.webhook import WebhookCourier

    url, secret = channel.base_url or channel.secrets["url"], channel.secrets["secret"]
    return WebhookCourier(url, secret, _mark(workspace), channel.timeout, channel.id, clock)


def _mark(workspace: Workspace) -> str:
    """Tells this workspace from another one, whose messages may bear the same numbers: from its first entry's hash."""
    with workspace.read() as connection:
        return ledger.first_hash(connection)[:12]
