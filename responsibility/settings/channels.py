"""Channels: which are in use, what each is told, and the secrets of those that are to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from responsibility.settings.channelshapes import CHANNELS, ChannelsShape
from responsibility.settings.secrets import is_plain, literals, misplaced, references, resolved
from responsibility.settings.shapes import Shape
from responsibility.settings.source import Finding, Place, Source
from responsibility.settings.values import ChannelSettings, DeliverySettings
from responsibility.settings.wording import is_not, shaped

#: What a shape calls by the same name as the value.
_SAME = ("format", "host", "port", "secure", "sender", "from_name", "timeout", "full_text", "base_url")


def delivery(
    source: Source, root: Path, environ: Mapping[str, str] | None, findings: list[Finding], only: str | None = None
) -> DeliverySettings:
    """The channels, with the secrets of those in use (or of `only` one) unless `environ` is None.

    What is wrong joins `findings`; a secret that is written out is wrong where anything is to be sent.
    """
    shape = shaped(ChannelsShape, source, findings)
    lines = tuple((line,) if isinstance(line, str) else line for line in shape.use) if shape else ()
    sending = {only} if only else {name for line in lines for name in line}
    channels: dict[str, ChannelSettings] = {}
    for place, written in source.at("channels", "*"):
        name = str(place[-1])
        channel = _channel(source, place, root, findings) if isinstance(written, dict) else None
        if channel is None:
            continue
        if environ is not None:
            findings.extend(literals(source, place, channel.kind))
        if environ is not None and name in sending:
            channel = _with_secrets(source, place, channel, root, environ, findings)
        channels[name] = channel
    return DeliverySettings(lines, channels)


def _channel(source: Source, place: Place, root: Path, findings: list[Finding]) -> ChannelSettings | None:
    at = (*place, "kind")
    kind = dict(source.at(*at)).get(at)
    if not isinstance(kind, str) or kind not in CHANNELS:
        *most, last = CHANNELS
        wrong = is_not(kind, f"{'、'.join(most)} 或 {last}", CHANNELS) if at in source.lines else "缺少这一项"
        findings.append(source.finding(at, wrong))
        return None
    wrong_places = list(misplaced(source, place, kind))
    findings.extend(wrong_places)
    shape = shaped(CHANNELS[kind], source, findings, place)
    if shape is None or wrong_places:
        return None
    kept = {key: written for key, (_, written) in references(source, place, kind).items()}
    return replace(_settings(str(place[-1]), kind, shape, root), references=kept)


def _settings(name: str, kind: str, shape: Shape, root: Path) -> ChannelSettings:
    said: dict[str, Any] = {key: value for key, value in dict(shape).items() if key in _SAME and value is not None}
    if kind == "webhook" and is_plain(url := dict(shape)["url"]):
        said["base_url"] = url
    folder = root / "data" / "outbox" if kind == "file" else None
    user = dict(shape).get("user") or ""
    return ChannelSettings(id=name, kind=kind, on_doubt=dict(shape)["on_doubt"], folder=folder, user=user, **said)


def _with_secrets(
    source: Source,
    place: Place,
    channel: ChannelSettings,
    root: Path,
    environ: Mapping[str, str],
    findings: list[Finding],
) -> ChannelSettings:
    secrets = {}
    for key, (at, reference) in references(source, place, channel.kind).items():
        secrets[key], wrong = resolved(reference, root, environ)
        if wrong:
            findings.append(source.finding(at, wrong))
    return replace(channel, secrets=secrets)


def uses(source: Source) -> Iterator[tuple[Place, str]]:
    """Every name under `use`, alone or on a line with others."""
    yield from source.texts("use", "*")
    yield from source.texts("use", "*", "*")
