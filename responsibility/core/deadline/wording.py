"""One spelling for many: widths, dashes, numerals, and the words around a date that say nothing about it."""

from __future__ import annotations

import re
import unicodedata

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
#: Radicals that look like 日 and 月, as copied out of a PDF.
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_DASHES = dict.fromkeys(map(ord, "—–―‐‑‒−~～〜∼─﹣－"), "-")
_NOTHING = dict.fromkeys(map(ord, "“”‘’\"'「」\u200b\ufeff"))
_SPELLING = {**_WIDE, **_RADICALS, **_DASHES, **_NOTHING, ord("。"): ";", ord("○"): "〇"}

_GAP = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])|\s+")
_ISO_DAY = re.compile(r"(?<![0-9])([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})(?![0-9])日?(?:[ T]00:00(?::00)?)?")
_ISO_MONTH = re.compile(r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})月?(?![0-9年./])")

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_CN = "〇零一二三四五六七八九十两廿卅"
#: A numeral before what it counts, or before another such numeral (一至三季度). A weekday (每周五) counts nothing.
_NUMERAL = re.compile(
    rf"[{_CN}]{{1,9}}(?=(?:[-至到、和][{_CN}]{{1,9}}){{0,9}}(?:个|年|月|季|日|号|天|周|星期|次|篇|小时|时|点|分|工作日|期(?![间末])))"
)


def normalise(phrase: str) -> str:
    """`phrase` in half-width signs, Arabic numerals and 年月日, without blanks; a blank between two digits stays."""
    text = phrase.translate(_SPELLING)
    text = _GAP.sub(lambda gap: " " if _between_digits(gap) else "", text)
    text = re.sub(r"-+", "-", text)
    text = _ISO_DAY.sub(_day, text)
    text = _ISO_MONTH.sub(r"\1年\2月", text)
    return _NUMERAL.sub(lambda found: _number(found[0]), text)


def _between_digits(gap: re.Match[str]) -> bool:
    before, after = gap.string[: gap.start()][-1:], gap.string[gap.end() :][:1]
    return before.isdigit() and after.isdigit()


def _day(found: re.Match[str]) -> str:
    year, dash, month, day = found.groups()
    if not dash and len(month + day) != 4:
        return found[0]
    return f"{year}年{month}月{day}日"


def _number(numeral: str) -> str:
    """Arabic digits for a numeral up to 99, or for a year spelt digit by digit; anything else stays as it is."""
    text = numeral.replace("廿", "二十").replace("卅", "三十")
    if re.fullmatch(rf"[{_CN}]?十[{_CN}]?", text):
        tens, ones = text.split("十", 1) if text != "十十" else ("", "")
        return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))
    if len(text) in (1, 4) and all(char in _DIGITS for char in text):
        return "".join(str(_DIGITS[char]) for char in text)
    return numeral


_SOFT = r"原则上|力争|争取|尽量|力求|努力"
SOFT = re.compile(_SOFT)

_BEFORE_A_DATE = (
    r"[,;:]|拟|计划|预计|要求|应当?|必须|须|需要?|要|务必|务|请|于|在|到|至|截[至止]到?|最迟|至迟|不[迟晚]于|确保|保证"
    r"|重点|安排|定于|冲刺|未注明时限的|自?即日起|各?(?:有关|相关)(?:部门|单位)|各(?:部门|单位|党?支部|级党组织)"
    r"|贯穿|立行立改(?:[,;、]|并且?)|已经?完成(?:[,;、]|并且?)"
    r"|(?:完成|整改|办结|办理|落实|工作)?(?:时限|时间|期限|节点)(?=:|为)为?"
)
_AFTER_A_DATE = (
    r"[,;.]|\(含\)|全面|全部|基本|按时|如期|确保|完成|整改|落实|到位|完毕|办结|办理|实施|开展|进行|提交|报送|上报|报告|报"
    r"|召开|举行|公布|印发|出台|结束|建成|见效|各项|相关|任务|工作|目标|双过半|取得(?:阶段性|明显|显著|初步|实质性)?成效|材料|情况|止"
    rf"|{_SOFT}"
)
_EACH_TIME = (
    r"(?:至少|不少于|不低于)?[0-9]{1,2}[次期篇](?:以上)?|(?<!周)一(?:次|报|调度|通报|督查|研判|汇总|总结|会商)"
    r"|汇报|调度|通报|例会|会议|进展|信息"
)
_HEAD = re.compile(rf"^(?:{_BEFORE_A_DATE})++")
#: 每周一报 may be a Monday or once a week, so nothing is taken away right after 周一.
_TAIL = re.compile(rf"(?<!周一)(?:{_AFTER_A_DATE})++$")
_TAIL_EACH_TIME = re.compile(rf"(?<!周一)(?:{_EACH_TIME}|{_AFTER_A_DATE})++$")
_HEAD_AT_END = re.compile(rf"(?:{_BEFORE_A_DATE})++$")


def trim(text: str) -> str:
    """`text` without the words around a date that do not change it; a soft word in front goes too."""
    return _TAIL.sub("", trim_head(text))


def trim_head(text: str) -> str:
    """`text` without such words in front of it."""
    while soft := SOFT.match(text := _HEAD.sub("", text)):
        text = text[soft.end() :]
    return text


def trim_each_time(text: str) -> str:
    """A phrase with 每 without what is to be done each time (每月召开1次例会 → 每月)."""
    return _TAIL_EACH_TIME.sub("", text)


def trim_lead_in(text: str) -> str:
    """`text` without the prepositions it ends in (从2019年起，各单位于 → 从2019年起)."""
    return _HEAD_AT_END.sub("", text)
