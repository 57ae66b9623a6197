"""Channels and their secrets, which stand in the environment or in a file of their own, never in config/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

from responsibility.settings.shapes import CHANNELS, ChannelsShape, ConsoleShape, FileShape, MailShape
from responsibility.settings.source import Finding, Place, Source
from responsibility.settings.values import ChannelSettings, DeliverySettings
from responsibility.settings.wording import is_not, shaped


def delivery(
    source: Source, root: Path, environ: Mapping[str, str] | None, findings: list[Finding]
) -> DeliverySettings:
    """The channels, with the secrets of those in use unless `environ` is None; what is wrong joins `findings`."""
    shaped(ChannelsShape, source, findings)
    use = tuple(name for _, name in source.texts("use", "*"))
    channels: dict[str, ChannelSettings] = {}
    for place, written in source.at("channels", "*"):
        name = str(place[-1])
        channel = _channel(source, place, root, findings) if isinstance(written, dict) else None
        secret = _secret(source, place, root, environ if name in use else None, findings)
        if channel:
            channels[name] = replace(channel, secret=secret)
    return DeliverySettings(tuple((name,) for name in use), channels)


def _channel(source: Source, place: Place, root: Path, findings: list[Finding]) -> ChannelSettings | None:
    at = (*place, "kind")
    kind = dict(source.at(*at)).get(at)
    if not isinstance(kind, str) or kind not in CHANNELS:
        wrong = is_not(kind, "console、file 或 mail", CHANNELS) if at in source.lines else "缺少这一项"
        findings.append(source.finding(at, wrong))
        return None
    shape = shaped(CHANNELS[kind], source, findings, place)
    return _settings(str(place[-1]), shape, root) if shape else None


def _settings(name: str, shape: ConsoleShape | FileShape | MailShape, root: Path) -> ChannelSettings:
    common = ChannelSettings(id=name, kind=shape.kind, on_doubt=shape.on_doubt)
    if isinstance(shape, FileShape):
        return replace(common, format=shape.format, folder=root / "data" / "outbox")
    if isinstance(shape, MailShape):
        return replace(
            common,
            host=shape.host,
            port=shape.port,
            secure=shape.secure,
            user=shape.user or "",
            sender=shape.sender,
            from_name=shape.from_name,
            timeout=shape.timeout,
        )
    return common


def _secret(
    source: Source, place: Place, root: Path, environ: Mapping[str, str] | None, findings: list[Finding]
) -> str:
    """The password, empty where there is none; `environ` None leaves it where it is."""
    written = {str(at[-1]): text for at, text in source.texts(*place, "*")}
    findings.extend(_mismatched(source, place, written))
    if environ is None:
        return ""
    name, file = written.get("password_env"), written.get("password_file")
    if file:
        secret, wrong = _from_file(root / file)
    elif name:
        secret, wrong = environ.get(name, ""), f"环境变量 {name} 没有设置，use 里又用了这个渠道"
    else:
        return ""
    if not secret:
        findings.append(source.finding((*place, "password_file" if file else "password_env"), wrong))
    return secret


def _mismatched(source: Source, place: Place, written: Mapping[str, str]) -> Iterator[Finding]:
    """A log-in name and exactly one place for its password, or none of them."""
    kept = [key for key in ("password_env", "password_file") if key in written]
    if len(kept) == 2:
        yield source.finding((*place, kept[1]), "password_env 和 password_file 只能写一个")
    if kept and "user" not in written:
        yield source.finding((*place, kept[0]), "写了密码在哪里，却没有写 user（登录名）")
    if written.get("kind") == "mail" and "user" in written and not kept:
        yield source.finding((*place, "user"), "写了登录名，还要写 password_env 或 password_file")


def _from_file(path: Path) -> tuple[str, str]:
    """The secret in a file only its owner may read, or what is wrong with the file."""
    try:
        mode = S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return "", f"{path} 的权限是 {mode:o}，别人也能读；请运行 chmod 600 {path}"
        return path.read_text("utf-8").strip(), f"{path} 是空的"
    except OSError as error:
        return "", f"读不了 {path}（{'没有这个文件' if isinstance(error, FileNotFoundError) else error.strerror}）"
