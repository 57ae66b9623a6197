"""Pydantic's errors in the office's words: what was found, what is allowed, what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from responsibility.settings.shapes import Shape
from responsibility.settings.source import Finding, Place, Source, short

_S = TypeVar("_S", bound=Shape)

#: Keys that would hold a secret in plain text, and are refused wherever they stand.
SECRETS = frozenset({"password", "passwd", "pwd", "secret", "token", "密码", "口令"})
NO_SECRET = "没有这个键；密钥、密码也不能直接写在配置里"

_STRUCTURE = {
    "tuple_type": "列表，如 [a, b]",
    "model_type": "若干行“键: 值”",
    "dict_type": "若干行“键: 值”",
}
_MISSING = {"missing": "缺少这一项", "too_short": "至少要写一项"}


def shaped(shape: type[_S], source: Source, findings: list[Finding], base: Place = ()) -> _S | None:
    """The part of a source at `base` in its shape, or None and what keeps it from fitting added to `findings`."""
    value = next((value for _, value in source.at(*base)), None)
    if source.values is None:
        return None
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        details = [detail for detail in error.errors(include_url=False) if not _follows(detail)]
        findings.extend(_finding(shape, source, base, detail) for detail in details)
        return None


def _follows(detail: ErrorDetails) -> bool:
    """Whether a list is too short only because its items are wrong, each told already."""
    return detail["type"] == "too_short" and bool(detail["input"])


def is_not(value: Any, allowed: str, choices: Iterable[str] = ()) -> str:
    """现为“…”，应为…, and the choice a slip of the pen may have meant."""
    gap = " " if allowed[:1].isascii() else ""
    return f"现为{_told(value)}，应为{gap}{allowed}{meant(value, choices)}"


def meant(value: Any, choices: Iterable[str]) -> str:
    """；是不是“…”？ where one of the choices is near."""
    near = get_close_matches(value, list(choices), 1) if isinstance(value, str) else []
    return f"；是不是“{near[0]}”？" if near else ""


def _finding(shape: type[Shape], source: Source, base: Place, detail: ErrorDetails) -> Finding:
    place = (*base, *detail["loc"])
    if place[-1:] == ("[key]",):
        key = place[-2]
        return source.finding(place[:-1], f"键{is_not(key, detail['msg'])}")
    return source.finding(place, _message(shape, detail))


def _message(shape: type[Shape], detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _MISSING:
        return _MISSING[kind]
    if kind == "extra_forbidden":
        return _unknown(shape, detail["loc"])
    allowed = context.get("allowed") or _STRUCTURE.get(kind) or detail["msg"]
    return is_not(detail["input"], allowed, context.get("choices", ()))


def _unknown(shape: type[Shape], loc: Place) -> str:
    key = str(loc[-1])
    if key in SECRETS:
        return NO_SECRET
    keys = _keys(shape, loc[:-1])
    return f"没有这个键{meant(key, keys) or '；可用的键：' + '、'.join(keys)}"


def _keys(shape: type[Shape], loc: Place) -> list[str]:
    """The keys the shape at `loc` may hold."""
    at: Any = shape
    steps = iter(loc)
    for step in steps:
        annotation = at.model_fields[step].annotation
        at = _shape_in(annotation)
        if at is not annotation:
            next(steps, None)  # the key or index inside the dict or tuple
    return [field.alias or name for name, field in at.model_fields.items()]


def _shape_in(annotation: Any) -> Any:
    """The shape inside `Shape`, `tuple[Shape, ...]` or `dict[Id, Shape]`."""
    inner = getattr(annotation, "__args__", ())
    return next((part for part in inner if isinstance(part, type) and issubclass(part, Shape)), annotation)


def _told(value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, str):
        return f"“{short(value)}”"
    return "一个列表" if isinstance(value, list | tuple) else "若干行“键: 值”"
