"""Secrets stand in the environment or in a file of their own; config/ only says where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from stat import S_IMODE
from typing import Any

from responsibility.settings.channelshapes import SECRETS
from responsibility.settings.source import Finding, Place, Source

#: How to write where a secret is; said wherever one is written out.
HOW = "写成 env:环境变量名 或 file:文件路径（权限 600）"
LITERAL = f"不能把密钥、密码直接写在配置里；请{HOW}"

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
#: How a variable is named; behind `env:` may stand a secret, so anything else is not repeated.
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
#: What mail had before `password: env:…`.
_OLDER = {"password_env": "env:", "password_file": "file:"}
#: An address that tells nobody anything: no account, no password, no parameters.
_PLAIN_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
#: The name or number of a mail server, and nothing around it.
_HOST = re.compile(r"[^\s/?#@:]+|[0-9A-Fa-f:.]+")
_NOT_HOST = "应为邮件服务器的名称或 IP 地址，不带账号、密码、端口（端口写在 port）"
_NOT_PLAIN = "应为 http:// 或 https:// 开头的网址，不带账号、密码和 ? 后面的部分"


def references(source: Source, place: Place, kind: str) -> dict[str, tuple[Place, str]]:
    """Key → (where it is written, its reference) of one channel; written-out secrets are left out."""
    return {key: (at, written) for key, at, written in _written(source, place, kind) if _is_reference(written)}


def literals(source: Source, place: Place, kind: str) -> Iterator[Finding]:
    """Every secret of a channel that is written out, told without it."""
    for key, at, written in _written(source, place, kind):
        if not _is_reference(written) and not (kind == "webhook" and key == "url" and is_plain(written)):
            yield source.finding(at, _wrong(kind, key, written))


def _wrong(kind: str, key: str, written: Any) -> str:
    if not written:
        return f"空着；请{HOW}"
    return f"{_NOT_PLAIN}；地址里有密钥的，{HOW}" if (kind, key) == ("webhook", "url") else LITERAL


def misplaced(source: Source, place: Place, kind: str) -> Iterator[Finding]:
    """Addresses that are none, or hold more than an address; and what does not fit together."""
    for at, written in source.at(*place, "base_url"):
        if written and not is_plain(written):
            yield source.finding(at, _NOT_PLAIN)
    if kind == "mail":
        for at, written in source.at(*place, "host"):
            if not isinstance(written, str) or not _HOST.fullmatch(written):
                yield source.finding(at, _NOT_HOST)
        yield from _log_in(source, place)


def is_plain(written: Any) -> bool:
    """Whether it is a web address and nothing more."""
    return isinstance(written, str) and _PLAIN_ADDRESS.fullmatch(written) is not None


def resolved(reference: str, root: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """(the secret, what is wrong) of a reference; one of them is empty."""
    where, _, name = reference.partition(":")
    if where == "env":
        secret = environ.get(name, "")
        named = f"环境变量 {name} 没有设置" if _VARIABLE.fullmatch(name) else f"没有这样的环境变量；请{HOW}"
        return secret, "" if secret else f"{named}，这个渠道要用它"
    return _from_file(root / name)


def shown(reference: str) -> str:
    """A reference as it may be shown: what stands behind `env:` only where it is named as variables are."""
    where, _, name = reference.partition(":")
    return "env:…" if where == "env" and not _VARIABLE.fullmatch(name) else reference


def _written(source: Source, place: Place, kind: str) -> Iterator[tuple[str, Place, Any]]:
    """(key, place, as a reference) of every secret of a channel that is written in any form."""
    for key in SECRETS.get(kind, ()):
        for at, written in source.at(*place, key):
            yield key, at, written
    if kind == "mail":
        for key, prefix in _OLDER.items():
            for at, written in source.texts(*place, key):
                yield "password", at, prefix + written


def _is_reference(written: Any) -> bool:
    return isinstance(written, str) and _REFERENCE.fullmatch(written) is not None


def _log_in(source: Source, place: Place) -> Iterator[Finding]:
    """A log-in name and exactly one place for its password, or none of them."""
    keys = {str(at[-1]) for at, _ in source.at(*place, "*")}
    kept = [key for key in ("password", *_OLDER) if key in keys]
    if len(kept) > 1:
        yield source.finding((*place, kept[1]), f"{'、'.join(kept)} 只能写一个")
    if kept and "user" not in keys:
        yield source.finding((*place, kept[0]), "写了密码在哪里，却没有写 user（登录名）")
    if "user" in keys and not kept:
        yield source.finding((*place, "user"), f"写了登录名，还要写 password：{HOW}")


def _from_file(path: Path) -> tuple[str, str]:
    """The secret in a file only its owner may read, or what is wrong with the file."""
    try:
        mode = S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return "", f"{path} 的权限是 {mode:o}，别人也能读；请运行 chmod 600 {path}"
        secret = path.read_text("utf-8-sig").strip()
    except UnicodeDecodeError:
        return "", f"{path} 不是 UTF-8 编码的文字"
    except OSError as error:
        return "", f"读不了 {path}（{'没有这个文件' if isinstance(error, FileNotFoundError) else error.strerror}）"
    return secret, "" if secret else f"{path} 是空的"
