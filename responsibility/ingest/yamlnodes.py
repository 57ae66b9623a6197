"""Yaml as nodes, so that every field knows its line and texts stay as written; refused where it is no plain file."""

from __future__ import annotations

from typing import Any

import yaml

from responsibility.core.text import showable

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
#: How deep lists and mappings may stand in each other: what offices write has five.
MAX_DEPTH = 12
#: Texts, keys and brackets of a file.
MAX_EVENTS = 3_000_000

YAML = (".yaml", ".yml")


class Unplain(Exception):
    """What keeps a yaml from being read, for the user, with its line and what stands there."""

    def __init__(self, message: str, line: int, found: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.found = message, line, found


def compose(text: str) -> yaml.Node | None:
    """The root node of a file without anchors; None for an empty file, Unplain where it cannot be read."""
    try:
        _check(text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        line = _broken_at(error, text)
        lines = text.splitlines()
        found = showable(lines[line]).strip()[:60] if line < len(lines) else ""
        message = "yaml 语法错误，读不下去；请检查这一行及上一行的缩进、冒号、引号和括号"
        raise Unplain(message, line + 1, found) from error


def text_of(node: yaml.Node) -> str:
    """A scalar as written, without blanks around it or what cannot be shown; "" for null and for what is no scalar."""
    written = node.value if isinstance(node, yaml.ScalarNode) and node.tag != _NULL else ""
    return showable(str(written)).strip()


def is_null(node: yaml.Node) -> bool:
    return bool(node.tag == _NULL)


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _check(text: str) -> None:
    """Look at the file once without building anything: depth, size, and references, which can make a little endless."""
    depth = 0
    for at, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 0
        if depth > MAX_DEPTH:
            raise Unplain(f"yaml 嵌套过深（超过 {MAX_DEPTH} 层），读不下去；请检查缩进和括号", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unplain("不支持 & 和 * 的引用写法，请把内容直接写出来；以 * 开头的文字要加引号", line)
        if at > MAX_EVENTS:
            raise Unplain("文件太大，不像一份清单或组织文件；没有读", line)


def _broken_at(error: yaml.YAMLError, text: str) -> int:
    """The zero-based line the parser stumbled over, as far as it tells."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line)
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return text.count("\n", 0, odd.start()) if odd else 0
