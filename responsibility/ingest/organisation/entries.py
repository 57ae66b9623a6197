"""What the three kinds of organisation file come down to: five lists of entries, each field with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from responsibility.core.errors import Problem


@dataclass(frozen=True, slots=True)
class Field:
    """One text of the file and where it stands."""

    text: str
    sheet: str
    cell: str
    #: Of a wrong type: reported already, so not missing.
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a sheet, or a mapping of a yaml list."""

    #: Where the entry begins, for a field it lacks.
    place: Field
    fields: Mapping[str, Field]
    #: The units an oversight names.
    units: tuple[Field, ...] = ()

    def __getitem__(self, key: str) -> Field:
        """The field, or an empty one where the entry begins."""
        return self.fields.get(key) or replace(self.place, text="")


@dataclass(slots=True)
class Entries:
    """The file as read, before anything is resolved."""

    file: str
    units: list[Entry] = field(default_factory=list)
    posts: list[Entry] = field(default_factory=list)
    people: list[Entry] = field(default_factory=list)
    holdings: list[Entry] = field(default_factory=list)
    oversees: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, at: Field, message: str) -> None:
        self.problems.append(Problem(self.file, at.sheet, at.cell, at.text, message))


#: The lists by their yaml names, with the keys an entry may have.
KEYS: Mapping[str, tuple[str, ...]] = {
    "units": ("code", "name", "kind", "parent"),
    "posts": ("code", "unit", "tier", "title"),
    "people": ("code", "name", "email", "mobile", "wecom", "dingtalk", "feishu"),
    "holdings": ("post", "person", "from", "until"),
    "oversees": ("post", "units"),
}
#: The keys without which an entry says nothing.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "units": ("code", "name"),
    "posts": ("code", "unit", "tier", "title"),
    "people": ("code", "name"),
    "holdings": ("post", "person"),
    "oversees": ("post", "units"),
}
#: What lists and keys are called in messages.
CALLED: Mapping[str, str] = {
    "units": "单位", "posts": "岗位", "people": "人员", "holdings": "任职", "oversees": "分管",
    "code": "编码", "name": "名称", "kind": "类别", "parent": "上级单位",
    "unit": "单位", "tier": "层级", "title": "岗位名称",
    "email": "邮箱", "mobile": "手机", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书",
    "post": "岗位", "person": "人员", "from": "任职起", "until": "任职止",
}  # fmt: skip
