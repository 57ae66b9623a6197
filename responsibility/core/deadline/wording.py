"""One spelling for many: widths, dashes, numerals, and the words around a date that say nothing about it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
#: Radicals that look like 日 and 月, as copied out of a PDF.
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_DASHES = dict.fromkeys(map(ord, "—–―‐‑‒−~～〜∼─﹣－"), "-")
_BRACKETS = {ord(char): "(" for char in "【〔［["} | {ord(char): ")" for char in "】〕］]"}
_NOTHING = dict.fromkeys(map(ord, "“”‘’\"'「」\u200b\ufeff"))
_SPELLING = {**_WIDE, **_RADICALS, **_DASHES, **_BRACKETS, **_NOTHING, ord("。"): ";", ord("○"): "〇"}

_WRITTEN_IN_SIGNS = re.compile("[-/.]|[0-9]{8}")
_CN_SIGNS = re.compile("[〇零一二三四五六七八九十两廿卅、]")
_DASH_RUN = re.compile("-{2,}")
_GAP = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])|\s+")
_ISO_DAY = re.compile(
    r"(?<![0-9])([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})(?![0-9])日?(?:[ T]00:00(?::00)?|T(?=[0-9]{1,2}:))?"
)
_ISO_MONTH = re.compile(r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})月?(?![0-9年./])")
#: 10.15 is a day only where what follows says so: 前, or a second day after 至.
_DOTTED = r"(?<![0-9.日号午])(1[0-2]|0?[1-9])\.(3[01]|[12][0-9]|0?[1-9])"
_DOTTED_DAYS = re.compile(rf"{_DOTTED}[-至到]{_DOTTED}(?![0-9.%])")
_DOTTED_DAY = re.compile(rf"{_DOTTED}(?=[日号前]|[之以]前)|(?<=日[-至到]){_DOTTED}(?![0-9.%])")
_TWO_THIRDS = re.compile("([上中])、([中下])旬")
_BARE_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?=全年|[上下]半年|第?[1-4一二三四]季度)")
_MIXED_YEAR = re.compile(r"[〇零一二三四五六七八九0]{4}(?=年)")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)[,;、]*")
_LATER_WORDS = re.compile(r"\(((?:并?(?:长期|持续|常态))[^()0-9]*)\)$")
_INCLUDED = re.compile(r"\(含(?:当[天日]|本[数日]|[0-9]{1,2}[日号])?\)")

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_CN = "〇零一二三四五六七八九十两廿卅"
#: A numeral before what it counts, or before another such numeral (一至三季度). A weekday (每周五) counts nothing.
_NUMERAL = re.compile(
    rf"[{_CN}]{{1,9}}(?=(?:[-至到、和]第?[{_CN}]{{1,9}}){{0,9}}"
    r"(?:个|年|月|季|日|号|天|周|星期|次|篇|小时|时|点|分|工作日|期(?![间末])))"
)


@lru_cache(maxsize=1024)
def normalise(phrase: str) -> str:
    """`phrase` in half-width signs, Arabic numerals and 年月日, without blanks; a blank between two digits stays."""
    text = phrase.translate(_SPELLING)
    if not text.isprintable() or " " in text:
        text = _GAP.sub(lambda gap: " " if _between_digits(gap) else "", text)
    if _WRITTEN_IN_SIGNS.search(text):
        text = _in_words(text)
    if "20" in text:
        text = _BARE_YEAR.sub(r"\1年", text)
    if _CN_SIGNS.search(text):
        text = _MIXED_YEAR.sub(lambda found: found[0].replace("0", "〇"), _TWO_THIRDS.sub(r"\1\2旬", text))
        text = _NUMERAL.sub(lambda found: _number(found[0]), text)
    return (_brackets(text) if "(" in text else text).rstrip("、,;.")


def _in_words(text: str) -> str:
    """2024.10.15, 2024-10 and 10.15前 with 年, 月 and 日."""
    text = _ISO_DAY.sub(_day, _DASH_RUN.sub("-", text))
    text = _ISO_MONTH.sub(r"\1年\2月", text)
    return _DOTTED_DAY.sub(_dotted_day, _DOTTED_DAYS.sub(r"\1月\2日-\3月\4日", text)) if "." in text else text


def _dotted_day(found: re.Match[str]) -> str:
    month, day = filter(None, found.groups()[:2] if found[1] else found.groups()[-2:])
    return f"{month}月{day}日"


def _brackets(text: str) -> str:
    """Without brackets around all of it, with a remark that it goes on for ever behind a comma, without (含当日)."""
    if whole := _IN_BRACKETS.fullmatch(text):
        text = whole[1]
    return _LATER_WORDS.sub(r",\1", _INCLUDED.sub("", text))


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


#: A number or sign in front of a line.
BULLET = re.compile(
    r"^\s*(?:[(（][0-9一二三四五六七八九十]{1,2}[)）]|[①-⑳★●◆•·-]|[0-9]{1,2}[.．](?=[0-9]{1,4}[年月]))\s*"
)

#: The day of issue, in words: 自本通知印发之日起, 收到后.
_DOCUMENT = (
    r"(?:本?(?:交办|督办|转办|书面|正式)?(?:意见|通知|方案|清单|文件|办法|要点|通报|任务|交办单|督办单|函)(?:的)?)?"
)
_ISSUED = rf"(?:印发|下发|发布|发文|签发|交办|下达|收到|接到|接|收文|来文){_DOCUMENT}"
ISSUE = rf"[从自]?(?:即日|今日|{_DOCUMENT}{_ISSUED}(?:之?日|当日)?(?:之?后|以后)?)(?:起|算起|起?计算|起算)?[,的]?"

_SOFT = r"原则上|力争|争取|尽量|力求|努力"
SOFT = re.compile(_SOFT)

_BEFORE_A_DATE = (
    r"[,;:]|分别|同时|并|拟|计划|预计|要求|应当?|必须|须|需要?|要|务必|务|请|于|在|到|至|截[至止]到?|最[迟晚长]|至[迟晚]|不得?[迟晚]于|不得?超过"
    r"|限期?(?=[0-9])|确保|保证|重点|安排|定于|冲刺|未注明时限的|(?:请|要求)?各?(?:有关|相关)(?:部门|单位)|各(?:部门|单位|党?支部|级党组织)"
    r"|贯穿|立行立改(?:[,;、]|并且?)|已经?完成(?:[,;、]|并且?)"
    r"|(?:完成|整改|办结|办理|落实|工作|任务|拟定|计划|预定|截止|截至|报送|上报|反馈|实施|办理){0,3}(?:时限|时间|日期|期限|时段|节点|安排)"
    r"(?:要求)?(?=:|为|是|[0-9])[为是]?"
)
_AFTER_A_DATE = (
    r"[,;.]|\(含\)|分别|各(?:报送?|开展|召开|组织)?(?:[0-9]{1,2}[次期篇轮])?|全面|全部|基本|按时|如期|确保|完成|整改|落实|到位|完毕|办结|办理|实施|开展|进行|提交|报送|上报|报告|报"
    r"|召开|举行|公布|印发|出台|结束|建成|见效|各项|相关|任务|工作|目标|双过半|取得(?:阶段性|明显|显著|初步|实质性)?成效"
    r"|材料|情况|截?止|为止|完工|收官|竣工"
    rf"|{_SOFT}"
)
#: What an office does by a deadline: a word that begins the predicate behind a date.
_ACTS = (
    r"完成|制[定订发]|编[制印]|起草|拟[定订]|研究|报|上报|提[交出供]|反馈|印发|下发|出台|形成|建[立成]|召开|召集|开展|组织|举[办行]|启动|实[现施]|达到|落实"
    r"|整改|销号|办[结理]|解决|推[进动]|验收|汇[总报]|总结|公[示布开]|发[布送]|通报|审[核定议查]|考[核察评]|评[估选审]|检查|督[查导促]|排查|自查|调[研度整]"
    r"|走访|梳理|修[订改]|完善|健全|全[面部]|基本|初步|力争|争取|确保|必须|要|应|须|务必|逐[步一项]|分别|统一|由|将|把|对|向|配备|配齐|签订|公告|开工"
    r"|竣工|投[入用产]|移交|交付|清[理退查零]|归档|上线|更新|填报|学习|培训|宣传|动员|部署|安排|进行|听取|讨论|分析|会商|研判|集中|深入|认真|积极|努力|按|再|继续"
    r"|专题|取得|见效|到位|完毕|全部|执行|兑现|拨付|下达|签收|核[查实对]|摸[清排底]|建|设立|成立|明确|细化|分解|对照|巩固|提升|加强|强化|深化|报备|送|交|办|改"
)
ACT = rf"(?:至少|不少于|不低于|各|共)?(?:[0-9]{{1,2}}[次期篇轮场]|{_ACTS})"
_EACH_TIME = (
    r"至少|不少于|不低于|[0-9]{1,2}[次期篇](?:以上)?|(?<!周)一(?:次|报|调度|通报|督查|研判|汇总|总结|会商)"
    r"|汇报|调度|通报|例会|会议|进展|信息"
)
_HEAD = re.compile(rf"(?:{_BEFORE_A_DATE}|{_SOFT})++")
#: 每周一报 may be a Monday or once a week, so nothing is taken away right after 周一.
_TAIL = re.compile(rf"(?<!周一)(?:{_AFTER_A_DATE})++$")
_ENDS_A_DATE = "日号月旬年底末初内前天0123456789"
_TAIL_EACH_TIME = re.compile(rf"(?<!周一)(?:{_EACH_TIME}|{_AFTER_A_DATE})++$")
_HEAD_AT_END = re.compile(rf"(?:{_BEFORE_A_DATE})++$")


def trim(text: str) -> str:
    """`text` without the words around a date that do not change it; a soft word in front goes too."""
    head = trim_head(text)
    return head if head[-1:] in _ENDS_A_DATE else _TAIL.sub("", head)


def trim_head(text: str) -> str:
    """`text` without such words in front of it."""
    found = _HEAD.match(text)
    return text[found.end() :] if found else text


def trim_each_time(text: str) -> str:
    """A phrase with 每 without what is to be done each time (每月召开1次例会 → 每月)."""
    return _TAIL_EACH_TIME.sub("", text)


def trim_lead_in(text: str) -> str:
    """`text` without the prepositions it ends in (从2019年起，各单位于 → 从2019年起)."""
    return _HEAD_AT_END.sub("", text)
