"""Looking at the channels, and trying one with a harmless message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TextIO

from responsibility.core.chain import Organisation, Person
from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.core.text import is_it
from responsibility.delivery import Parcel, TransportError
from responsibility.settings import ChannelSettings, load
from responsibility.settings.channelshapes import CHANNELS, SECRETS
from responsibility.settings.secrets import HOW, resolved, shown
from responsibility.store import channels, checkup, ledger
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.couriers import Clock, courier, lacking
from responsibility.usecases.workspace import Workspace, office_post
from responsibility.views.channels import ChannelLine, ChannelTested, Kept


def channels_of(workspace: Workspace, now: datetime, environ: Mapping[str, str]) -> list[ChannelLine]:
    """Every channel described in config/channels.yaml, those in use first."""
    delivery = workspace.settings.delivery
    with workspace.read() as connection:
        holders = _holders(organisation_store.load(connection), now.astimezone(workspace.settings.zone).date())
        parked = checkup.parked_channels(connection)
    names = [*delivery.use, *(name for name in delivery.channels if name not in delivery.use)]
    return [
        ChannelLine(
            name=name,
            kind=channel.kind,
            line=next((at for at, line in enumerate(delivery.lines, 1) if name in line), None),
            full_text=channel.full_text,
            on_doubt=channel.on_doubt,
            secrets=tuple(_kept(channel, workspace, environ)),
            parked_until=parked[name].parked_until if name in parked else None,
            reason=parked[name].reason if name in parked else "",
            unreachable=sum(bool(lacking(channel.kind, person)) for person in holders),
            holders=len(holders),
        )
        for name in names
        for channel in (delivery.channels[name],)
    ]


def try_channel(
    workspace: Workspace, name: str, post: str, now: datetime, environ: Mapping[str, str], stream: TextIO, clock: Clock
) -> ChannelTested:
    """Send one test message to whoever holds a post, over a channel in use or not; the ledger keeps how it went."""
    _known(name, workspace.settings.delivery.channels)
    settings = load(workspace.root, environ, secrets=name)
    with workspace.read() as connection:
        actor = office_post(workspace, connection)
        person = _holder(organisation_store.load(connection), post, now.astimezone(settings.zone).date())
    sender = courier(workspace, settings.delivery.channels[name], stream, clock)
    try:
        detail, failed = sender.deliver(_message(workspace, person, name, now)).detail, None
    except TransportError as error:
        detail, failed = error.reason, error
    finally:
        sender.close()
    done = ChannelTested(
        channel=name,
        kind=settings.delivery.channels[name].kind,
        post=post,
        person=person.name,
        outcome=_outcome(failed),
        detail=detail,
    )
    with workspace.write(now) as connection:
        values = {"channel": name, "post": post, "outcome": done.outcome, "text": f"{name}：{detail}"}
        ledger.record(connection, Entry(now, actor, "channel.test", values=values))
        if failed is None and channels.clear(connection, name):
            done = replace(done, works_again=True)
    return done


def _outcome(failed: TransportError | None) -> str:
    if failed is None:
        return "sent"
    return "uncertain" if failed.uncertain else "failed"


def _message(workspace: Workspace, person: Person, name: str, now: datetime) -> Parcel:
    home = workspace.settings.home
    text = (
        f"{person.name}同志：\n这是一条测试消息，看到即可，不用答复。\n"
        f"它说明渠道“{name}”能送到您这里。\n{home.name} {home.contact}（{home.phone}）"
    )
    return Parcel(f"test-{now:%Y%m%d%H%M%S}", person, "【责任链】渠道测试", text, now)


def _known(name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        hint = is_it(name, names, "查看有哪些渠道：zeren channel list")
        raise UnknownCode(f"config/channels.yaml 里没有渠道“{name}”", hint)


def _holder(organisation: Organisation, post: str, today: date) -> Person:
    if post not in organisation.post:
        raise UnknownCode(f"没有岗位 {post}", is_it(post, organisation.post, "查看岗位编号：zeren org show"))
    holders = organisation.holders(post, today)
    if not holders:
        title = organisation.post[post].title
        raise ResponsibilityError(f"岗位 {post}（{title}）现在无人任职，测试消息没有人收", "换一个有人的岗位")
    return holders[0]


def _holders(organisation: Organisation, today: date) -> list[Person]:
    """Everybody who holds a post, once for each."""
    return [person for post in organisation.posts for person in organisation.holders(post.code, today)]


def _kept(channel: ChannelSettings, workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Kept]:
    """Where each secret of a channel is, and what is wrong with that; never the secret."""
    for key in SECRETS.get(channel.kind, ()):
        reference = channel.references.get(key, "")
        if reference:
            yield Kept(key, shown(reference), resolved(reference, workspace.root, environ)[1])
        elif CHANNELS[channel.kind].model_fields[key].is_required() and not (key == "url" and channel.base_url):
            yield Kept(key, "", f"没有{HOW}")
