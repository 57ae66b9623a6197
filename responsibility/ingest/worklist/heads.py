"""The deadline that stands at the head of the task: “9月底前，完成换届”, “【年底前】……”."""

from __future__ import annotations

import re

from responsibility.ingest.wording import plain

_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_DAY = (
    rf"(?:(?:\d{{4}}|今|本|明)年)?(?:(?:\d{{1,2}}[-—~至到])?{_MONTH}(?:\d{{1,2}}[日号]|[上中下]旬|初|底|末|份)?|第?[一二三四1-4]季度末?|[上下]半年|年?[底末]|年内)"
    r"|\d{4}[-./]\d{1,2}[-./]\d{1,2}日?"
)
_EACH = r"每(?:个?月|季度?|半年|年|周|旬|逢)[^,:;。(（]{0,8}"
_TERM = r"[^,:;。]{0,8}\d{1,3}个?(?:工作)?[日天]内"
_BEFORE = r"(?:之前|以前|前)(?!后)"
_WHEN = rf"(?:于|在|到|力争|争取|原则上|确保|须|应|请)?(?:{_DAY})(?:[-—~至到](?:{_DAY}))?"
_HEAD = re.compile(
    rf"(?:[(\[【〔](?P<inside>(?:{_WHEN})(?:{_BEFORE})?|{_EACH}|{_TERM})[)\]】〕]"
    rf"|(?P<parted>(?:{_WHEN})(?:{_BEFORE})?|{_EACH}|{_TERM})[,:;]"
    rf"|(?P<run>(?:{_WHEN}){_BEFORE}))(?=.)"
)


def leading_deadline(title: str) -> str:
    """The deadline the task begins with, or "": in brackets, before a comma or colon, or ending in 前."""
    found = _HEAD.match(plain(title[:80]))
    return next(filter(None, found.groups()), "") if found else ""
