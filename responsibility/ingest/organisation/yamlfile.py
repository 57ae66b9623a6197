"""The yaml form: read as nodes, so that every field knows its line and texts stay as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import yaml

from responsibility.ingest.organisation.entries import CALLED, KEYS, Entries, Entry, Field
from responsibility.ingest.yamlnodes import Unplain, compose, is_null, line_of, text_of

_KNOWN = "、".join(KEYS)


def read_yaml(file: str, text: str) -> Entries:
    """The five lists; what is not one of them, or not of the right shape, is a problem with its line."""
    entries = Entries(file)
    try:
        root = compose(text)
    except Unplain as error:
        entries.problem(Field(error.found, "", f"第{error.line}行"), error.message)
        return entries
    if not isinstance(root, yaml.MappingNode):
        place = _place(root, "") if root else Field("", "", "")
        entries.problem(place, f"文件最外层应是 {_KNOWN} 五个列表")
        return entries
    _read_lists(entries, root)
    return entries


def _place(node: yaml.Node, path: str) -> Field:
    return Field(text_of(node), "", f"第{line_of(node)}行 {path}".strip())


def _read_lists(entries: Entries, root: yaml.MappingNode) -> None:
    for name, node in _members(entries, root, "", tuple(KEYS)):
        if is_null(node):
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
