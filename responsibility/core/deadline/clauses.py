"""Dates inside sentences (各党支部于6月底前完成自查，7月底前报送总结): which are deadlines, which only qualify a noun.

A clause is understood as who, by when, what; every part has to be one that says nothing else about time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from responsibility.core.deadline.periods import TIME
from responsibility.core.deadline.wording import ACT, BULLET, ISSUE, SOFT, normalise, trim_head


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with one deadline: `lead` is the text up to the end of the date, `when` the date."""

    lead: str
    when: str
    title: str
    soft: bool
    #: Behind 其中: a step on the way to the clause before.
    within: bool


_START = (
    r"[0-9]{4}年度?|[今明后次翌]年度?|年(?=年?[底末终内])|全年|[本下]个?月份?|月(?=[底末])|[0-9]{1,2}月份?|[0-9]{1,2}[日号]"
    r"|第?[0-9]季度|[本下]1?季度|[上下]半年|[今明后][天日](?=上午|下午|下班|[0-9前])|[本这下]个?(?:周|星期)[一二三四五六日天]"
    r"|[0-9]{1,3}个?(?:工作日|天|周|月|年)(?=[之以]?内)|[0-9]{1,2}(?=[-至到、][0-9]{1,2}(?:[月日号]|季度))"
)
_BESIDE = r"\(?[本这下]?个?(?:星期|周)[一二三四五六日天]\)?|\(含\)"
_TIME = TIME.removesuffix("?").replace("?P<time>", "?:")
_MORE = rf"{_START}|[次翌]年|[上中下]{{1,2}}旬|[底末终初]|{_BESIDE}|{_TIME}|[之以]?[前内]"
_DATE = re.compile(rf"(?:{_START})(?:{_MORE})*(?:[-至到](?:{_START})(?:{_MORE})*)?")
_EDGE = re.compile(r"[前内底末止](?:\(.*\))?$")
#: 2023年度审计, 上半年总结: a period that only names a paper or a piece of work.
_NAME = re.compile(
    r"(?:工作|目标|重点|专项|财务|主要|党建|绩效|部门)*(?:总结|任务|情况|报告|计划|审计|考核|评[估价议定]|[预决]算|数据|台账|年报|报表|清单|要点|方案)"
)
_CLAUSES = re.compile(r"[,;]|(?<=\))、|、(?=[^、,;]{0,8}[0-9](?:年|月|日|季度))|(?<!:)(?=其中)")
_SUBJECT = re.compile(r"[\u4e00-\u9fff0-9.、()/]*?(?:[应须需要拟务请均可必]*[于在到]|[:(])?")
_DAY_ALONE = re.compile(r"[0-9]{1,2}[日天](?:[之以]?前)")
_PLAIN_SUBJECT_ENDS = ("", ":", "(", "于", "在", "到")
_NO_SUBJECT = re.compile(
    r"[未不非除后前待距从比或如若每已曾]|长期|[去上往历近前][1个]*[年月周]?$|[0-9]$|原定|原计划|星期|周[一二三四五六日天]|自(?![查纠评行])|起(?!草)|根据|按照?|视|以来|截[至止]|上年|左右|大约|约$|暂|[0-9](?:年|月|日|号|季|天|周|个月|工作日)"
)
_NO_PREDICATE = re.compile(
    r"每|或|如遇|如有|如果|若|视|根据|除|延[期迟长后]|可(?:适当|以|能)|特殊|例外|酌情|择机|适时|暂|拟(?![定订])|待|[上中下]旬|^[一二三四五六日天]$|为准|具体|大约|约[0-9]|星期|周[一二三四五六日天]|顺延|未|不能|不[得予]|左右|(?<![提目当])前(?![期置沿列端])|后(?![续勤备])|[0-9](?:年|月|日|号|季度|天|周|个月|个工作日)"
    r"|[年月季]底|年内|另行|以来|另有"
)
_QUALIFIES = re.compile(
    r"(?:新|已|尚|仍)?(?:投[运产用入]|建成|竣工|登记|出生|成立|注册|入[职党伍学库]|发生|购[买置]|核准|备案|立项|批准|签订|取得|在建|开工|参加|任职|退休|毕业|受理|立案"
    r"|移交|新建|颁发|生产|出厂|施行|实施|存在|发现|形成|累计|参保|在册|到期)"
)
_ACT = re.compile(ACT)
_AT_ISSUE = re.compile(rf"{ISSUE}$")
_LASTS = re.compile("长期|持续(?:推进|坚持|进行)|常态化|常抓")
_AT_LATEST = re.compile("最[迟晚]|至[迟晚]|不得?超过|不得?[迟晚]于")
#: What may stand between a date and its predicate: a closing bracket, a colon, a remark (一期).
_NOTE = re.compile(r"^(?:\)|\((?P<note>[^()]*)\))?[:,]?")
_OBJECT_FIRST = ("将", "把", "对", "由", "向", "各", "就")


def clauses_of(phrase: str) -> list[Clause] | None:
    """The clauses of a phrase that carry its deadlines; None where any of it might say something else about time."""
    found: list[Clause] = []
    for line in re.split(r"[\n\r]+", phrase):
        for text in filter(None, _CLAUSES.split(normalise(BULLET.sub("", line)))):
            clause = _clause(BULLET.sub("", text))
            if clause is None:
                return None
            if isinstance(clause, Clause):
                found.append(clause)
    if len(found) > 1 and (len({clause.soft for clause in found}) > 1 or _AT_LATEST.search(phrase)):
        # 6月底前，最迟7月15日 is one deadline said twice.
        return None
    return found


def _clause(text: str) -> Clause | bool | None:
    """A clause's deadline; False where it has none and says nothing about time; None where nobody can tell."""
    dates = [found for found in _DATE.finditer(text) if not _is_name(found, text)]
    if not dates:
        return None if _NO_PREDICATE.search(_without_names(text)) or _LASTS.search(text) else False
    if len(dates) > 1:
        return None
    [found] = dates
    before = _AT_ISSUE.sub("", trim_head(_without_names(text[: found.start()]).removeprefix("其中")))
    after, note = _behind(text[found.end() :])
    edge = bool(_EDGE.search(found[0]))
    if _QUALIFIES.match(after) and ("的" in after or not _ACT.match(after)):
        return False if edge and not _NO_SUBJECT.search(before.removeprefix("对")) else None
    if _NO_PREDICATE.search(note) or not (_is_subject(before, found[0], after, edge) and _is_predicate(after, edge)):
        return None
    title = after or before.rstrip(":(") or found[0]
    lead = text[: found.end()].removeprefix("其中")
    return Clause(lead, found[0], title, bool(SOFT.search(text)), text.startswith("其中"))


def _behind(text: str) -> tuple[str, str]:
    """What follows a date, and the remark in brackets between the two."""
    gap = _NOTE.match(text)
    return (text[gap.end() :], gap["note"] or "") if gap else (text, "")


def _is_name(found: re.Match[str], text: str) -> bool:
    """Whether this period only names a paper; 四季度总结 at the beginning is what is done then."""
    if _EDGE.search(found[0]) or not _NAME.match(text, found.end()):
        return False
    return found.start() > 0 or not found[0].endswith(("月", "月份", "季度", "日"))


def _without_names(text: str) -> str:
    return _DATE.sub(lambda found: "" if _is_name(found, text) else found[0], text)


def _is_subject(before: str, date: str, after: str, edge: bool) -> bool:
    """Whether what stands before the date can be who or what it is for."""
    if not before:
        return True
    if not _SUBJECT.fullmatch(before) or _NO_SUBJECT.search(before):
        return False
    if _DAY_ALONE.match(date) and before[-1] not in _PLAIN_SUBJECT_ENDS:
        # 会议召开3日前 counts from the meeting.
        return False
    return edge or bool(after) or before[-1] in _PLAIN_SUBJECT_ENDS


def _is_predicate(after: str, edge: bool) -> bool:
    """Whether what stands behind the date is what is to be done by it, rather than which thing is meant."""
    if not after:
        return True
    if after[0].isdigit():
        # 一季度一次 is said of every quarter.
        return False
    if not _ACT.match(after) or _NO_PREDICATE.search(_without_names(after)):
        return False
    if "的" in after and not after.startswith(_OBJECT_FIRST):
        return False
    return edge or not after.startswith(("启动", "开始", "起"))
