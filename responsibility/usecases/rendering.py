"""From what a message says to the words that go out over one channel."""

from __future__ import annotations

from dataclasses import dataclass

from responsibility.delivery import Attachment
from responsibility.settings import ChannelSettings, bundled
from responsibility.usecases.contents import Content
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import Issued, Shelf, ended, fitted, title_of

#: So many lines a message has over a channel of a kind.
LINES = {"wecom": 20, "dingtalk": 20, "feishu": 20, "apprise": 20, "webhook": 20}
LINES_ELSEWHERE = 30


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    title: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: What is wrong with the office's own template, in whose place the built-in text stands; in Chinese, and of each
    #: template once in the life of a Renderer.
    faults: tuple[str, ...] = ()


class Renderer:
    """Renders messages of one workspace; each template is compiled once."""

    def __init__(self, workspace: Workspace) -> None:
        self.shelf = shelf_of(workspace)

    @property
    def faults(self) -> tuple[str, ...]:
        """What was wrong with the office's own templates so far."""
        return tuple(f"{fault}；这次用了自带的文字" for fault in self.shelf.faults.values())

    def render(
        self, kind: str, content: Content, channel: ChannelSettings, number: str, *, page: bool | None = None
    ) -> Rendered:
        """One message of a kind (`digest`, `handover`, …) for a channel; `number` is the message's key (编号).

        A page is made where the channel shows one, or as `page` says.
        """
        known = len(self.shelf.faults)
        carried = cut(content, channel)
        values = {kind: carried, "number": number, "channel": channel.id, "title": title_of(carried)}
        text = ended(self.shelf.text(kind, values, channel.id), number, getattr(carried, "more", 0))
        shows = shows_pages(channel) if page is None else page
        html = self.shelf.page(kind, values, channel.id) if shows else ""
        attached = attachments(content) if shows_pages(channel) else ()
        return Rendered(title_of(carried), text, html, attached, self.faults[known:])


def attachments(content: Content) -> tuple[Attachment, ...]:
    """What travels with a message: the dates of new work."""
    if isinstance(content, Issued) and content.calendar:
        return (Attachment("日程.ics", content.calendar, "text/calendar"),)
    return ()


def cut(content: Content, channel: ChannelSettings) -> Content:
    """What a channel may carry of a message."""
    return fitted(content, LINES.get(channel.kind, LINES_ELSEWHERE), full_text=channel.full_text)


def shows_pages(channel: ChannelSettings) -> bool:
    """Whether who reads over the channel sees a page."""
    return channel.kind == "mail" or (channel.kind == "file" and channel.format == "eml")


def shelf_of(workspace: Workspace) -> Shelf:
    """The templates of a workspace."""
    return Shelf(workspace.root / "config" / "templates", bundled("config") / "templates")
