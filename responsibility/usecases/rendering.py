"""From what a message says to the words that go out over one channel."""

from __future__ import annotations

from dataclasses import dataclass

from responsibility.delivery import Attachment
from responsibility.settings import ChannelSettings, bundled
from responsibility.usecases.contents import Content
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import Template, title_of


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    title: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    #: What is wrong with the office's own template, in whose place the built-in text stands; in Chinese.
    faults: tuple[str, ...] = ()


class Renderer:
    """Renders messages of one workspace; each template is compiled once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._templates: dict[str, Template] = {}

    def render(self, kind: str, content: Content, channel: ChannelSettings, number: str) -> Rendered:
        """One message of a kind (`digest`, `handover`, …) for a channel; `number` is the message's key (编号)."""
        if kind not in self._templates:
            self._templates[kind] = template_of(self._workspace, kind)
        return Rendered(title_of(content), self._templates[kind].render(content))


def template_of(workspace: Workspace, kind: str = "digest") -> Template:
    """The workspace's own template of a kind of message, or the one that came with the program."""
    own = workspace.root / "config" / "templates" / f"{kind}.txt"
    return Template(own if own.is_file() else bundled("config") / "templates" / own.name)
