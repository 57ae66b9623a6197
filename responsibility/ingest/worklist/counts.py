"""Target counts and frequencies (“4 次”, “每月1次”), urgency, and the categories the house knows."""

from __future__ import annotations

import re

from responsibility.ingest.wording import CHINESE, plain, whole_number

_COUNT = re.compile(
    r"(?:不少于|不低于|不小于|至少|大于等于|大于|超过|达到|≥|>=|>|完成|开展|召开|举办|组织|约|共|计划|全年|年度|全年不少于|全年至少)*"
    rf"(\d+|[{CHINESE}]+)(?:\.0)?([^\d{CHINESE}.,,;；、/]{{0,4}}?)(?:以上|及以上|左右|\(含\)以上)?"
)
_FREQUENCY = re.compile(
    r"每|逐[年月周日季]|按[年月周日季]|/(?:月|季|季度|年|周|半年|日|天)|(?:半年|季度|一季|一月|一周|一年).{0,4}次"
)
_REMARK = re.compile(r"[(\[【]([^)\]】]{1,3})[)\]】]")
_URGENT_WORDS = "是 紧急 特急 重大 加急 急 急件 特提 非常紧急 特别紧急 十分紧急 重大紧急 √ ✓ y yes true"
_URGENT = frozenset(_URGENT_WORDS.split())


_CATEGORIES = (
    ("rectification", re.compile(r"整改|检视|问题|销号|建章立制|巡视|巡察")),
    ("survey", re.compile(r"调研|调查|课题")),
    ("study", re.compile(r"学习|理论|读书|培训|讲座")),
    ("publicity", re.compile(r"宣传|舆论|报道|宣讲|信息发布")),
    ("development", re.compile(r"发展|民生|项目|经济|指标")),
    ("organization", re.compile(r"组织|部署|会议|动员|专班|党委会")),
)


def category_of(text: str) -> str:
    """The id of a category (理论学习 → study) from its Chinese name or id; "other" where none fits."""
    wanted = plain(text)
    return next((name for name, words in _CATEGORIES if wanted == name or words.search(wanted)), "other")


def target_of(text: str, header: str, measure: str) -> tuple[int, str] | None:
    """A count and its unit from a cell like “不少于2篇”; the unit may stand in the header: 目标数（次）, 次数."""
    found = _COUNT.fullmatch(plain(text))
    count = whole_number(found[1]) if found else None
    if found is None or count is None:
        return None
    return count, found[2] or measure or _unit_of(plain(header))


def is_frequency(text: str) -> bool:
    """每月1次, 每季度一次, 2次/月: not a count but a deadline that comes again."""
    return bool(_FREQUENCY.search(plain(text)))


def is_urgent(text: str) -> bool:
    return plain(text).lower() in _URGENT


def _unit_of(header: str) -> str:
    remark = _REMARK.search(header)
    if remark:
        return remark[1].removeprefix("单位:")
    return (
        header[0]
        if header in ("次数", "篇数", "期数", "场次", "件数", "个数", "项数", "频次") and header != "频次"
        else ""
    )
