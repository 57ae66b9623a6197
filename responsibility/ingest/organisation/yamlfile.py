"""The yaml form: read as nodes, so that every field knows its line and texts stay as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import yaml

from responsibility.ingest.organisation.entries import CALLED, KEYS, Entries, Entry, Field

_NULL = "tag:yaml.org,2002:null"
_KNOWN = "、".join(KEYS)


def read_yaml(file: str, text: str) -> Entries:
    """The five lists; what is not one of them, or not of the right shape, is a problem with its line."""
    entries = Entries(file)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        entries.problem(_broken(error, text), "yaml 语法错误，读不下去；请检查这一行及上一行的缩进、冒号、引号和括号")
        return entries
    except RecursionError:
        entries.problem(Field("", "", ""), "yaml 嵌套过深，读不下去；组织文件只有三层")
        return entries
    if not isinstance(root, yaml.MappingNode):
        place = _place(root, "") if root else Field("", "", "")
        entries.problem(place, f"文件最外层应是 {_KNOWN} 五个列表")
        return entries
    _read_lists(entries, root)
    return entries


def _broken(error: yaml.YAMLError, text: str) -> Field:
    """The line the parser stumbled over, as far as it tells."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        at = getattr(error, "position", 0)
        line = text.count("\n", 0, at if isinstance(at, int) else 0)
    else:
        line = mark.line
    lines = text.splitlines()
    return Field(lines[line].strip()[:60] if line < len(lines) else "", "", f"第{line + 1}行")


def _place(node: yaml.Node, path: str) -> Field:
    text = node.value if isinstance(node, yaml.ScalarNode) else ""
    text = "" if node.tag == _NULL else str(text).strip()
    return Field(text, "", f"第{node.start_mark.line + 1}行 {path}".strip())


def _read_lists(entries: Entries, root: yaml.MappingNode) -> None:
    for name, node in _members(entries, root, "", tuple(KEYS)):
        if node.tag == _NULL:
            continue
        if not isinstance(node, yaml.SequenceNode):
            entries.problem(_place(node, name), f"{name}（{CALLED[name]}）应是一个列表，每条以“- ”开头")
            continue
        found = [_entry(entries, each, name, f"{name}[{at}]") for at, each in enumerate(node.value)]
        getattr(entries, name).extend(entry for entry in found if entry)


def _members(
    entries: Entries, node: yaml.MappingNode, path: str, known: tuple[str, ...]
) -> Iterator[tuple[str, yaml.Node]]:
    """The known keys with their values; unknown and doubled keys are problems."""
    seen: set[str] = set()
    for key, value in node.value:
        place = _place(key, ".".join(filter(None, [path, _place(key, "").text])))
        if place.text not in known:
            place = replace(place, text=place.text or "（不是文字）")
            entries.problem(place, f"不认识的键；这里可以写：{'、'.join(known)}")
        elif place.text in seen:
            entries.problem(place, "这个键写了两次；请只留一个")
        else:
            seen.add(place.text)
            yield place.text, value


def _entry(entries: Entries, node: yaml.Node, name: str, path: str) -> Entry | None:
    place = _place(node, path)
    if not isinstance(node, yaml.MappingNode):
        entries.problem(place, f"{CALLED[name]}的每一条应写成“键: 值”，可用的键：{'、'.join(KEYS[name])}")
        return None
    fields: dict[str, Field] = {}
    units: tuple[Field, ...] = ()
    for key, value in _members(entries, node, path, KEYS[name]):
        at = _place(value, f"{path}.{key}")
        if key == "units":
            units = tuple(_units(entries, value, f"{path}.units"))
        elif isinstance(value, yaml.ScalarNode):
            fields[key] = at
        else:
            entries.problem(at, f"{CALLED[key]}应是一段文字，不能是列表或嵌套的键")
            fields[key] = replace(at, text="", broken=True)
    return Entry(place, fields, units)


def _units(entries: Entries, node: yaml.Node, path: str) -> Iterator[Field]:
    """The units of an oversight: a list of texts, or a single one."""
    each = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for at, unit in enumerate(each):
        place = _place(unit, f"{path}[{at}]")
        if not isinstance(unit, yaml.ScalarNode):
            entries.problem(place, "分管的单位应是编码或名称的列表")
        elif place.text:
            yield place
