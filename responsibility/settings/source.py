"""A YAML file as plain text values, each with the line it stands on; whatever is wrong with it is a finding.

Every scalar stays the text that was written; the shapes say what it means. So `08:30` is no sexagesimal number, the
phone `0512…` no octal one, and 2023-02-30 is refused with its place instead of failing inside the parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

#: Keys and indices from the root of a file down to one value.
Place = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: What the YAML parser says → what an office worker can do about it; libyaml and PyYAML word it differently.
_MENDS = {
    "cannot start any token": "缩进不能用 Tab；以 @、%、` 开头的文字要加引号",
    "mapping values are not allowed": "冒号或缩进不对；冒号用英文半角，后面空一格，文字里有冒号要加引号",
    "could not find expected ':'": "缺少冒号；冒号用英文半角，后面空一格",
    "expected ',' or ']'": "方括号没有成对，或缺少逗号（英文半角）",
    "expected ',' or '}'": "花括号没有成对，或缺少逗号（英文半角）",
    "unexpected end of stream": "引号没有成对",
    "expected key": "缩进没有对齐",
    "expected '-' indicator": "缩进没有对齐",
    "expected <block end>": "缩进没有对齐",
    "single document": "一个文件里只能有一份配置，请删去多余的 ---",
    "undefined alias": "以 * 开头的文字要加引号",
}
#: Characters of a value that a message repeats.
LONGEST = 40
_ANY_MEND = "请检查缩进、冒号后的空格和引号"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a file under config/; line 0 is the file as a whole."""

    file: str
    line: int
    place: Place
    message: str

    def __str__(self) -> str:
        line = f" 第 {self.line} 行" if self.line else ""
        where = f" {dotted(self.place)}" if self.place else ""
        return f"{self.file}{line}{where}：{self.message}"


@dataclass(frozen=True)
class Source:
    """What a file says: mappings, lists, texts and None, with the line of every place."""

    file: str
    #: None where the file could not be read at all.
    values: Any = None
    lines: Mapping[Place, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def finding(self, place: Place, message: str) -> Finding:
        """A finding at a place, or on the line of the nearest place above it that is written."""
        at = place
        while at and at not in self.lines:
            at = at[:-1]
        return Finding(self.file, self.lines.get(at, 1), place, message)

    def at(self, *pattern: str | int) -> Iterator[tuple[Place, Any]]:
        """Every place fitting the pattern ("*": any key or index) with its value; misshapen parts hold none."""
        found: list[tuple[Place, Any]] = [((), self.values)]
        for step in pattern:
            found = [((*place, key), value) for place, inner in found for key, value in _inside(inner, step)]
        return iter(found)

    def texts(self, *pattern: str | int) -> list[tuple[Place, str]]:
        """The places fitting the pattern that hold a text."""
        return [(place, value) for place, value in self.at(*pattern) if isinstance(value, str)]


def dotted(place: Place) -> str:
    """A place as it is told: `ladders.finish.rungs[0].days`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{short(step)}" for step in place).lstrip(".")


def short(written: str) -> str:
    """What was written, on one line and not too long to be told."""
    line = " ".join(written.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def read(path: Path, file: str) -> Source:
    """Read a file; `file` is what messages call it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _unreadable(file, line, "不是 UTF-8 编码；请用“另存为 UTF-8”保存")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        return _unreadable(file, 0, "没有这个文件" if missing else f"读不了这个文件（{error.strerror}）")
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        return _unreadable(file, _line_of(error, text), f"YAML 写法有误：{_mend(error)}")
    return _Walk(file).source(node)


def _unreadable(file: str, line: int, message: str) -> Source:
    return Source(file, findings=(Finding(file, line, (), message),))


def _line_of(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return text.count("\n", 0, odd.start()) + 1 if odd else 1


def _mend(error: yaml.YAMLError) -> str:
    said = str(error)
    return next((mend for words, mend in _MENDS.items() if words in said), _ANY_MEND)


def _inside(value: Any, step: str | int) -> list[tuple[str | int, Any]]:
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    return pairs if step == "*" else [pair for pair in pairs if pair[0] == step]


class _Walk:
    """One pass over the nodes of a file, collecting values, lines and findings."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.findings: list[Finding] = []
        self._seen: set[int] = set()
        self._referred = False

    def source(self, node: yaml.Node | None) -> Source:
        values = (self._value(node, ()) if node else None) or {}
        return Source(self.file, None if self._referred else values, self.lines, tuple(self.findings))

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._referred = True
            return self._find(node, place, "不支持 & 和 * 的引用写法，请把内容直接写出来")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(inner, (*place, at)) for at, inner in enumerate(node.value)]
        return _text(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._find(key, place, "键应为文字")
            elif key.value in values:
                self._find(key, inner := (*place, key.value), f"这个键写了两次（第 {self.lines[inner]} 行已有）")
            else:
                self.lines[(*place, key.value)] = key.start_mark.line + 1
                values[key.value] = self._value(value, (*place, key.value))
        return values

    def _find(self, node: yaml.Node, place: Place, message: str) -> None:
        self.findings.append(Finding(self.file, node.start_mark.line + 1, place, message))


def _text(node: yaml.Node) -> str | None:
    """A scalar as written; None where nothing, `~` or `null` is written without quotes."""
    written = str(node.value)
    return None if getattr(node, "style", None) is None and written in ("", "~", "null") else written
