"""A work list as yaml: `title`, `issued_on`, and `items`, each a mapping of the words a list's columns stand for.

A field is one text, or a list of texts; a milestone may also be `{by: 9月, title: 启动}`:

    title: 2024年重点工作清单
    issued_on: 2024-01-15
    items:
      - {number: 1, category: 理论学习, title: 办读书班, lead: 甲支部, support: [乙支部, 丙支部], by: 3月底前}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from responsibility.core.errors import InputProblems, Problem
from responsibility.core.text import showable
from responsibility.ingest.organisation.days import read_day
from responsibility.ingest.sheets import MAX_ROWS, MAX_TEXT, decode, read_bytes
from responsibility.ingest.units import split_units
from responsibility.ingest.worklist.counts import is_frequency, is_urgent, target_of
from responsibility.ingest.worklist.heads import leading_deadline
from responsibility.ingest.worklist.numbering import clean_number, number_items
from responsibility.ingest.worklist.records import ItemRecord, Mention, WorkListRecord
from responsibility.ingest.yamlnodes import YAML, Unplain, compose, is_null, line_of, text_of

__all__ = ["YAML", "read_yaml_list"]

_UNITS = ("lead", "support", "leader", "person")
_KEYS = ("number", "category", "title", "content", "goal", *_UNITS, "by", "milestones", "target", "material", "points",
         "note", "urgent", "report")  # fmt: skip
_TOP = ("title", "issued_on", "items")
_STAR = re.compile(r"^[\s★]*★\s*")


@dataclass(slots=True)
class _Said:
    """A field's text and where it stands."""

    text: str = ""
    cell: str = ""


@dataclass(slots=True)
class _File:
    """The file while it is read."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, cell: str, value: str, message: str) -> None:
        self.problems.append(Problem(self.name, "", cell, value[:60], message))


def read_yaml_list(path: Path) -> tuple[WorkListRecord, list[Problem]]:
    """The items of the file, and all that is wrong with it; FileMissing where there is none."""
    file = _File(path.name)
    title, issued = "", None
    items: list[ItemRecord] = []
    try:
        root = compose(decode(path.name, read_bytes(path)))
    except InputProblems as error:
        file.problems.extend(error.problems)
    except Unplain as error:
        file.problem(f"第{error.line}行", error.found, error.message)
    else:
        title, issued, items = _read_root(file, root)
    has_units = any(mention.role in ("lead", "support") for item in items for mention in item.mentions)
    columns = {key: key for key in _KEYS} if items else {}
    return WorkListRecord(path.name, "", title, issued, len(items), tuple(items), (), columns, has_units), file.problems


def _read_root(file: _File, root: yaml.Node | None) -> tuple[str, date | None, list[ItemRecord]]:
    if not isinstance(root, yaml.MappingNode):
        file.problem("第1行", "", "文件最外层应写 title、issued_on 和 items；items 下面每项工作以“- ”开头")
        return "", None, []
    top = dict(_members(file, root, "", _TOP))
    nodes = top.get("items")
    title, issued = (_text(file, top[key], key) if key in top else _Said() for key in ("title", "issued_on"))
    day = read_day(issued.text) if issued.text else None
    if issued.text and day is None:
        file.problem(issued.cell, issued.text, "不是日历上的日期；请写成 2023-09-11 或 2023年9月11日")
    if not isinstance(nodes, yaml.SequenceNode) or not nodes.value:
        place = f"第{line_of(nodes)}行 items" if nodes else "items"
        file.problem(place, "", "没有一项工作；items 应是一个列表，每项工作以“- ”开头，至少写 title")
        return title.text, day, []
    if len(nodes.value) > MAX_ROWS:
        file.problem("items", "", f"超过 {MAX_ROWS // 10_000} 万项，不像一份清单；没有读")
        return title.text, day, []
    drafts = [_fields(file, node, f"items[{at}]") for at, node in enumerate(nodes.value)]
    return title.text, day, list(_items(file, [draft for draft in drafts if draft is not None]))


def _members(file: _File, node: yaml.MappingNode, path: str, known: tuple[str, ...]) -> Iterator[tuple[str, yaml.Node]]:
    """The known keys with their values; unknown and doubled keys are problems."""
    seen: set[str] = set()
    for key, value in node.value:
        name = text_of(key)
        place = f"第{line_of(key)}行 {path}{name}"
        if name not in known:
            file.problem(place, name, f"不认识的键；这里可以写：{'、'.join(known)}")
        elif name in seen:
            file.problem(place, name, "这个键写了两次；请只留一个")
        else:
            seen.add(name)
            yield name, value


def _fields(file: _File, node: yaml.Node, path: str) -> dict[str, _Said] | None:
    """An item's texts by key; "" under "" is where it begins."""
    start = _Said("", f"第{line_of(node)}行 {path}")
    if not isinstance(node, yaml.MappingNode):
        file.problem(start.cell, text_of(node), f"每项工作应写成“键: 值”，可用的键：{'、'.join(_KEYS)}")
        return None
    said = {key: _text(file, value, f"{path}.{key}") for key, value in _members(file, node, f"{path}.", _KEYS)}
    if not said.get("title", _Said()).text:
        file.problem(said.get("title", start).cell, "", "这一项没有写任务（title）")
        return None
    return {"": start, **said}


def _text(file: _File, node: yaml.Node, path: str) -> _Said:
    """A text, or a list of them one a line; anything else is a problem."""
    cell = f"第{line_of(node)}行 {path}"
    lines = [_line(each) for each in (node.value if isinstance(node, yaml.SequenceNode) else [node])]
    if None in lines:
        file.problem(cell, "", "应是一段文字，或一列文字；节点还可以写成 {by: 9月底, title: 启动}")
    text = showable("\n".join(filter(None, lines))).strip()
    if len(text) > MAX_TEXT:
        file.problem(cell, text, f"超过 {MAX_TEXT} 个字，不像清单的内容；请改短")
        text = text[:60]
    return _Said(text, cell)


def _line(node: yaml.Node) -> str | None:
    """One text; a milestone's {by, title} as a list would write it; None for another shape."""
    if isinstance(node, yaml.ScalarNode) or is_null(node):
        return text_of(node)
    if not isinstance(node, yaml.MappingNode):
        return None
    pairs = {text_of(key): value for key, value in node.value}
    if set(pairs) != {"by", "title"} or not all(isinstance(value, yaml.ScalarNode) for value in pairs.values()):
        return None
    return f"{text_of(pairs['by'])}：{text_of(pairs['title'])}"


def _items(file: _File, drafts: list[dict[str, _Said]]) -> Iterator[ItemRecord]:
    """The items, numbered; a number that stands twice is a problem."""
    numbers = [clean_number(draft.get("number", _Said()).text) for draft in drafts]
    numbering = number_items(numbers, [0] * len(drafts))
    for at, draft in enumerate(drafts):
        if at in numbering.duplicates:
            earlier = drafts[numbering.duplicates[at]]["number"].cell
            file.problem(draft["number"].cell, numbers[at], f"序号重复，前一个在 {earlier}；每项工作的序号要不同")
        yield _item(draft, numbering.numbers[at], numbering.suffixes[at])


def _item(said: Mapping[str, _Said], number: str, suffix: str) -> ItemRecord:
    def text(key: str) -> str:
        return said.get(key, _Said()).text

    title = " ".join(_STAR.sub("", text("title")).split())
    target = target_of(text("target"), "", "")
    by = said.get("by", _Said())
    note = [text("note")]
    if not by.text and is_frequency(text("target")):
        by = said["target"]
    elif text("target") and not target:
        note.append(f"目标数量：{text('target')}")
    if not by.text and not text("milestones"):
        by = _Said(leading_deadline(title), said["title"].cell)
    return ItemRecord(
        number=number,
        code_suffix=suffix,
        section="",
        category=text("category"),
        title=title,
        content=text("content"),
        goal=text("goal"),
        phrase=by.text,
        phrase_cell=by.cell,
        milestones=text("milestones"),
        milestones_cell=said.get("milestones", _Said()).cell,
        mentions=_mentions(said),
        target_count=target[0] if target else None,
        target_unit=target[1] if target else "",
        material=text("material"),
        points=text("points"),
        note="\n".join(filter(None, note)),
        cell=said["title"].cell,
        urgent=bool(_STAR.match(text("title"))) or is_urgent(text("urgent")),
        responsible=text("person"),
        report=text("report"),
    )


def _mentions(said: Mapping[str, _Said]) -> tuple[Mention, ...]:
    """Everybody named, once for each side of the work; who leads is no support."""
    found: dict[tuple[str, bool], Mention] = {}
    for key in _UNITS:
        if key in said:
            for name, role in split_units(said[key].text, key):
                found.setdefault((name, key in ("leader", "person")), Mention(name, role, said[key].cell))
    return tuple(found.values())
