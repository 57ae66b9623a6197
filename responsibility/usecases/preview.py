"""A message as it would go out, filled with real data; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from responsibility.core.errors import UnknownCode
from responsibility.settings import ChannelSettings, Settings
from responsibility.store import organisation as organisation_store
from responsibility.store import outbox, said
from responsibility.usecases.contents import Content, Gone, contents
from responsibility.usecases.remind import sweep
from responsibility.usecases.rendering import Rendered, Renderer
from responsibility.usecases.samples import samples
from responsibility.usecases.templates import Name, parsed
from responsibility.usecases.workspace import Joined, Workspace
from responsibility.views.texts import GROUP, Digest

#: So many of the newest messages are looked through for one that still says something.
_LOOKED_AT = 50
#: Stands for the message's key, which it gets when it is written.
_NUMBER = "（发出时编）"


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out."""

    #: The template asked for.
    file: str
    to: str
    channel: str
    #: What it was filled with: `now` what a sweep now would tell, `newest` what was told last, `post` what is open on
    #: a post, `sample`.
    filled: str
    said: Rendered
    #: The files it was written with.
    used: tuple[str, ...]


def preview(
    workspace: Workspace,
    now: datetime,
    written: str = "digest",
    post: str | None = None,
    channel: str | None = None,
    *,
    page: bool | None = None,
) -> Preview:
    """What a sweep now would tell (the holder of) `post`; else what was told last and still holds; else a sample.

    A page is made where the channel shows one, or as `page` says.
    """
    settings = workspace.settings
    name = parsed(settings, written)
    by = _channel(settings, name.channel or channel)
    known = samples(settings.home, settings.policy.instruments)
    kind = name.stem if name.stem in known else "digest"
    with workspace.write(now, keep=False) as connection:
        found = _Finder(workspace, connection, now, post).find(kind)
    filled, content = found or ("sample", known[kind])
    if name.stem not in (kind, GROUP):
        filled, content = _of_instrument(name, filled, content, known["digest"])
    renderer = Renderer(workspace)
    rendered = renderer.render(kind, content, by, _NUMBER, page=page)
    return Preview(str(name), content.to, by.id, filled, rendered, tuple(renderer.shelf.used))


def _channel(settings: Settings, asked: str | None) -> ChannelSettings:
    if asked is not None and asked not in settings.delivery.channels:
        raise UnknownCode(f"没有叫“{asked}”的渠道", f"渠道有 {'、'.join(settings.delivery.channels)}")
    return settings.delivery.channels[asked or settings.delivery.use[0]]


class _Finder:
    """Looks for something to say, inside a transaction that is undone."""

    def __init__(self, workspace: Workspace, connection: Connection, now: datetime, post: str | None) -> None:
        self._workspace = Joined(
            workspace.settings, workspace.engine, workspace.login, workspace.leeway, connection=connection
        )
        self._connection = connection
        self._now = now
        self._post = post
        organisation = organisation_store.load(connection)
        if post is not None and post not in organisation.post:
            raise UnknownCode(f"没有岗位 {post}", "zeren org show 看有哪些岗位")
        today = now.astimezone(workspace.settings.zone).date()
        self._people = [one.code for one in organisation.holders(post, today)] if post else None

    def find(self, kind: str) -> tuple[str, Content] | None:
        """(where it comes from, what there is to say); None where there is nothing."""
        if kind == "handover":
            mine = [SimpleNamespace(kind=kind, person=one, posts=[self._post]) for one in self._people or ()]
            return next((("post", content) for content in self._true(mine)), None)
        swept = sweep(self._workspace, self._now)
        fresh = [one for one in outbox.of_sweep(self._connection, swept.seq) if self._is_meant(one.person)]
        told = said.newest(self._connection, kind, self._people, _LOOKED_AT)
        sources = (("now", fresh), ("newest", told))
        return next(((where, one) for where, rows in sources for one in self._true(rows)), None)

    def _is_meant(self, person: str) -> bool:
        return self._people is None or person in self._people

    def _true(self, messages: Sequence[Any]) -> Iterator[Content]:
        """What those messages still say."""
        say = contents(self._connection, self._workspace, self._now, messages)
        for message in messages:
            content = say[message.kind](message)
            if not isinstance(content, Gone):
                yield content


def _of_instrument(name: Name, filled: str, content: Content, sample: Content) -> tuple[str, Content]:
    """Only the lines under one instrument; those of the sample where there are no real ones."""
    for where, digest in ((filled, content), ("sample", sample)):
        lines = [line for line in getattr(digest, "lines", ()) if line.instrument == name.stem and not line.copied]
        if isinstance(digest, Digest) and lines:
            return where, replace(digest, lines=tuple(lines), more=0, copies=0)
    return filled, content
