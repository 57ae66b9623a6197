"""The templates of one workspace: the office's own before those that came with the program, channel by channel."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from responsibility.views.texts.digest import Group
from responsibility.views.texts.template import BrokenTemplate, Fault, Template, sandbox

#: The template a group of lines is written with where its instrument has none of its own.
GROUP = "group"
TEXT, PAGE = ".txt", ".html"

#: SHA-256 of templates that came with earlier versions: a copy of them that nobody edited is none of the office's own.
_FORMER = frozenset(
    {
        "10b591bad12a24b384bc55adbf5ed8949585f7d443afa78e88a9c82aee34a60f",
        "69fddddcec040e174f945c8da623fcbe62f4a073a15c7b993969afc66b4b672d",
        "85eb40db28aff31f4576beb4dc6750dea02a13f8783154bf742737cd6256fb5c",
        "a7eeb27ce195463b32cf6d3762196b6a9a7fba174e205057fa0d12962516e443",
        "b2bfdf4ad0475ae720e696f32ea7d1497e80f66e04ed10f7d55146ec834eef35",
    }
)


class Shelf:
    """Finds, compiles (once) and fills templates; a broken one of the office's gives way to the program's."""

    def __init__(self, own: Path, bundled: Path) -> None:
        self._own = own
        self._bundled = bundled
        self._found: dict[tuple[Path, tuple[str, ...], str, str], Path | None] = {}
        self._compiled: dict[Path, Template | Fault] = {}
        self._environments: dict[str, Any] = {}
        #: File → the first fault met in it.
        self.faults: dict[str, Fault] = {}
        #: The files the last message was written with.
        self.used: dict[str, None] = {}

    def text(self, kind: str, values: Mapping[str, Any], channel: str) -> str:
        """The message of a kind as plain text."""
        return self._written((kind,), values, channel, TEXT)

    def page(self, kind: str, values: Mapping[str, Any], channel: str) -> str:
        """The same as a page; empty where the office has words of its own for the text and none for the page."""
        if self._only_text((kind,), channel) or self._find(self._bundled, (kind,), channel, PAGE) is None:
            return ""
        return self._written((kind,), values, channel, PAGE)

    def own(self, stems: Sequence[str], channel: str, suffix: str = TEXT) -> Path | None:
        """The office's own file that would be used, if it has one."""
        return self._find(self._own, stems, channel, suffix)

    def tried(self, path: Path, values: Mapping[str, Any]) -> str:
        """What one file makes of the values; raises BrokenTemplate."""
        return self._filled(path, values)

    def _written(self, stems: Sequence[str], values: Mapping[str, Any], channel: str, suffix: str) -> str:
        if own := self.own(stems, channel, suffix):
            try:
                text = self._filled(own, values)
            except BrokenTemplate as error:
                self.faults.setdefault(error.fault.file, error.fault)
            else:
                self.used[f"config/templates/{own.name}"] = None
                return text
        bundled = self._find(self._bundled, stems, channel, suffix)
        assert bundled is not None, f"no template {stems}"
        self.used[f"自带的 {bundled.name}"] = None
        return self._filled(bundled, values)

    def _filled(self, path: Path, values: Mapping[str, Any]) -> str:
        if path not in self._compiled:
            try:
                self._compiled[path] = Template(path, self._environment(path.suffix))
            except BrokenTemplate as error:
                self._compiled[path] = error.fault
        template = self._compiled[path]
        if isinstance(template, Fault):
            raise BrokenTemplate(template)
        return template.render(values)

    def _environment(self, suffix: str) -> Any:
        if suffix not in self._environments:
            self._environments[suffix] = sandbox(suffix == PAGE, {"lines": self._lines_filter(suffix)})
        return self._environments[suffix]

    def _lines_filter(self, suffix: str) -> Any:
        """`{{ group | lines }}`: a group of lines as its instrument's template writes it."""
        from jinja2 import pass_context
        from markupsafe import Markup, escape

        @pass_context
        def lines(context: Any, group: Group) -> str:
            values = {name: context.resolve(name) for name in ("digest", "number", "channel")} | {"group": group}
            stems, channel = (group.instrument, GROUP) if group.instrument else (GROUP,), values["channel"]
            if suffix == TEXT:
                return self._written(stems, values, channel, TEXT).rstrip("\n")
            if self._only_text(stems, channel):
                text = self._written(stems, values, channel, TEXT)
                return Markup('<div style="white-space:pre-wrap">{}</div>').format(escape(text))
            return Markup(self._written(stems, values, channel, PAGE))

        return lines

    def _only_text(self, stems: Sequence[str], channel: str) -> bool:
        """Whether the office has words of its own, in order, for the text, and none for the page."""
        own = self.own(stems, channel, TEXT)
        spoken = own is not None and f"config/templates/{own.name}" not in self.faults
        return spoken and self.own(stems, channel, PAGE) is None

    def _find(self, folder: Path, stems: Sequence[str], channel: str, suffix: str) -> Path | None:
        key = (folder, tuple(stems), channel, suffix)
        if key not in self._found:
            names = [name for stem in stems for name in (f"{stem}.{channel}{suffix}", f"{stem}{suffix}")]
            paths = (folder / name for name in names)
            mine = folder == self._own
            self._found[key] = next((p for p in paths if p.is_file() and not (mine and self.unedited(p))), None)
        return self._found[key]

    def unedited(self, path: Path) -> bool:
        """Whether a file of the workspace is what came with this or an earlier version of the program."""
        try:
            text = path.read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            return False
        bundled = self._bundled / path.name
        same = bundled.is_file() and bundled.read_bytes() == text
        return same or hashlib.sha256(text).hexdigest() in _FORMER
