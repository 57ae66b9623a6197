"""The names lists give their columns: those of config/columns.yaml, those built as usual, those given by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from responsibility.ingest.wording import header_name
from responsibility.settings import Columns

_KIND = r"(?:责任)?(?:单位|部门|委室|科室|处室|股室|支部|党支部|机构|主体|党组织)"
_PATTERNS = (
    ("leader", re.compile(r".*领导$")),
    ("person", re.compile(r".*(?:责任人员?|负责人员?|承办人员?|经办人员?)$")),
    ("lead", re.compile(rf"(?:牵头|主办|主责){_KIND}?$")),
    ("support", re.compile(rf"(?:主要)?(?:配合|协作|协办|协同|协助|参与|参加|支持){_KIND}?$")),
    (
        "unit",
        re.compile(
            r"[省市区县]?(?:第一责任|整改责任|直接责任|承办责任|责任|指导|落实|实施|承担|承办|执行|整改|主体|承接|完成|所属)?"
            r"(?:单位|部门|科室|处室|股室|委室|主体|机构|支部|党支部|党组织|党总支)$"
        ),
    ),
    (
        "deadline",
        re.compile(
            r"(?:计划|拟|预计|要求|完成|整改|办结|截止|落实|办理|拟定|推进|实施|开展|工作|任务|目标|销号|进度|活动|会议)*"
            r"(?:时限|时间|期限|日期|限期)(?:要求|安排|节点)?$"
        ),
    ),
)
#: A column for one period of the year: its cells are milestones of that period.
PERIOD = re.compile(r"第?[一二三四1-4]季度|(?:[1-9]|1[0-2]|[一二三四五六七八九十]{1,2})月份?|上半年|下半年")

#: What a message offers as known names.
KNOWN = (
    "序号、类别、工作任务、主要内容、任务分解、工作目标、牵头领导、牵头单位、责任单位、配合单位、责任人、"
    "完成时限、频次、报送材料、考核要点、备注"
)


@dataclass(frozen=True, slots=True)
class Names:
    """What each column name means; names are bare (`header_name`)."""

    #: Task name → how sure it is, 0 the surest.
    tasks: Mapping[str, int]
    roles: Mapping[str, str]
    #: The file's own names → role, as given by hand; they hold against all others.
    given: Mapping[str, str] = field(default_factory=dict)

    def role(self, name: str) -> str:
        """The role of a column that is not the task: "unit" where lead or support is still open, "" for unknown."""
        known = self.roles.get(name)
        return known or next((role for role, pattern in _PATTERNS if pattern.fullmatch(name)), "")

    def meant(self, name: str) -> str:
        """Like `role`, and "task" for a name of the task column."""
        return "task" if name in self.tasks else self.role(name)


def names_of(columns: Columns) -> Names:
    """The names as configured, made bare."""
    ranked = reversed(list(enumerate(columns.tasks)))
    return Names(
        tasks={header_name(name): rank for rank, group in ranked for name in group},
        roles={header_name(name): role for role, group in columns.roles.items() for name in group},
    )


def with_given(names: Names, mapped: Iterable[tuple[str, str]]) -> tuple[Names, list[str]]:
    """The names with (the file's name, a known name) pairs given by hand; and the right sides nobody knows."""
    pairs = [(header_name(left), right, names.meant(header_name(right))) for left, right in mapped]
    given = {left: role for left, _, role in pairs if role}
    return replace(names, given=given), [right for _, right, role in pairs if not role]
