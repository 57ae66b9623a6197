"""The ordered rules: the first that takes the whole phrase reads it; what none of them takes is a question."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta

from responsibility.core.deadline.clauses import clauses_of
from responsibility.core.deadline.milestones import lines_of, mentions_a_date, of_clauses, of_spans
from responsibility.core.deadline.periods import TO, Anchor, Span, period, place
from responsibility.core.deadline.recurrence import cycle, first_due
from responsibility.core.deadline.terms import LASTING, checked, length
from responsibility.core.deadline.types import Deadline, Kind, Reading
from responsibility.core.deadline.wording import ISSUE, SOFT, normalise, trim, trim_head
from responsibility.core.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Given:
    """A phrase and all it is read against.

    `whole` is the phrase in one spelling, `text` that without words in front of it, `core` without those behind it too.
    """

    phrase: str
    issued_on: date
    calendar: WorkCalendar
    default_days: int
    whole: str
    text: str
    core: str

    def deadline(
        self, kind: Kind, because: str, due_on: date | None, starts_on: date | None = None, at: time | None = None
    ) -> Deadline:
        """A clear reading of the phrase."""
        return Deadline(self.phrase, kind, because, starts_on, due_on, at)

    def question(self, because: str, *readings: Reading, kind: Kind = Kind.UNCLEAR) -> Deadline:
        """No reading without the office's word; the default term is offered where nothing better is."""
        term = self.issued_on + timedelta(days=self.default_days)
        offered = readings or (Reading(None, term, f"按默认时限，交办后{self.default_days}天"),)
        return Deadline(self.phrase, kind, because, needs_confirmation=True, readings=offered)


#: Characters of a phrase that is still read as a deadline; a cell with a milestone on each of thirty lines has fewer.
LONGEST = 1500


def read(phrase: str, issued_on: date, calendar: WorkCalendar, default_days: int) -> Deadline:
    """Read one cell; `default_days` is offered as a reading for 立行立改 and the like."""
    if len(phrase) > LONGEST:
        short = Given(f"{phrase[:40]}……", issued_on, calendar, default_days, "", "", "")
        return replace(short.question(f"这一格有{len(phrase)}个字，不像一个时限，请确认"), phrase=phrase)
    text = normalise(phrase)
    if lasting := LASTING.search(text):
        return checked(read(text[: lasting.start()], issued_on, calendar, default_days), phrase, lasting)
    head = trim_head(text)
    given = Given(phrase, issued_on, calendar, default_days, text, head, trim(head))
    try:
        found = next(found for rule in RULES if (found := rule(given)))
    except (ValueError, OverflowError):
        return _impossible(given)
    if found.kind is Kind.MILESTONES and ":" in text:
        # Titles may speak of effort; only a soft word before the colon softens the date.
        return found
    return replace(found, soft=True) if found.due_on is not None and SOFT.search(text) else found


def read_milestones(text: str, issued_on: date, calendar: WorkCalendar, default_days: int) -> Deadline | None:
    """Read a milestone cell (one `3月：启动` a line); None where no line carries a date."""
    whole = normalise(text)
    head = trim_head(whole)
    given = Given(text, issued_on, calendar, default_days, whole, head, trim(head))
    try:
        found = _cell(given)
        told = _sentence(given) if found is None or found.needs_confirmation else None
    except (ValueError, OverflowError):
        return _impossible(given)
    if told and told.kind is Kind.MILESTONES and not told.needs_confirmation:
        return told
    if found is None and mentions_a_date(text):
        return given.question(f"“{text}”里有日期但不在行首，读不出节点，请确认", *_mentioned(given))
    return found


def _impossible(given: Given) -> Deadline:
    because = f"“{given.phrase}”里有日历上不存在的日期，请更正"
    return replace(given.question(because), impossible=True, readings=())


def default_deadline(issued_on: date, days: int, why: str) -> Deadline:
    """No deadline written: `days` calendar days after issue."""
    due_on = issued_on + timedelta(days=days)
    return Deadline("", Kind.RELATIVE, f"{why}，按默认时限自{issued_on}起{days}天，到{due_on}", due_on=due_on)


_LONG_WORDS = (
    r"(?:常抓不懈|久久为功|长期|持续|常态化?|长效|常年|长久)"
    r"(?:坚持|保持|开展|整治|发力|用劲|跟进|监督|抓|化|制度|推进|执行|落实|整改|抓好|实施|开展|有效|任务|工作|加强|深化|进行|用力|巩固|提升)*"
)
_AT_ONCE_WORDS = (
    r"(?:[从自]?即日起|立行立改|立查立改|立知立改|即知即改|即行即改|边查边改|边学边改|立即|马上|尽快|及时|(?:已经?)?(?:基本|全部)|已经?)"
    r"(?:整改|办理|完成|落实|到位|执行|实施)*"
)
_AND = r"(?:[,、;]|并且?|同时|和)"
_LONG_ALONE = re.compile(rf"(?:{_AND}*{_LONG_WORDS})+[,;]?")
_THEN_LONG = re.compile(rf"(?P<head>.+?)(?P<tail>(?P<joined>{_AND}*)(?:{_AND}*{_LONG_WORDS})+)[,;]?")
_AT_ONCE_THEN = re.compile(rf"{_AT_ONCE_WORDS}{_AND}*(?={_LONG_WORDS})")
_LONG_FIRST = re.compile(rf"(?P<tail>(?:{_LONG_WORDS}(?P<joined>{_AND})+)+)(?P<head>.+)")


_LASTS = re.compile("[长常]期|持续|常态|长效|常抓|常年|久")


def _long_term(given: Given) -> Deadline | None:
    """长期坚持, alone or beside a date; 全年持续推进 is the year, 每季度…，长期坚持 the quarter."""
    if not _LASTS.search(given.text) or len(given.text) > 200:
        return None
    if _LONG_ALONE.fullmatch(_AT_ONCE_THEN.sub("", given.text)):
        return given.deadline(Kind.LONG_TERM, "长期任务，没有办结日期，定期回头看", None)
    found = _THEN_LONG.fullmatch(given.text) or _LONG_FIRST.fullmatch(given.text)
    if not found:
        return None
    head = _head(given, found["head"])
    if head.needs_confirmation or head.kind is Kind.RECURRING:
        return head
    if "长期" not in found["tail"] and (head.kind is Kind.RANGE or not found["joined"]):
        return head
    because = f"先到{head.due_on}，之后长期坚持" if head.due_on else "长期任务，没有办结日期，定期回头看"
    return replace(head, kind=Kind.LONG_TERM, because=because)


def _head(given: Given, text: str) -> Deadline:
    return replace(read(text, given.issued_on, given.calendar, given.default_days), phrase=given.phrase)


def _recurring(given: Given) -> Deadline | None:
    found = cycle(given.text, given.issued_on)
    if found is None:
        return None
    due_on = first_due(found.rule, found.starts_on, found.starts_on)
    if due_on is None:
        return given.question(f"“{given.phrase}”所写的期次在交办之日{given.issued_on}前已经全部结束，请确认")
    because = f"按期次循环，自{found.starts_on}起第一次到{due_on}截止"
    return Deadline(given.phrase, Kind.RECURRING, because, found.starts_on, due_on, due_time=found.at, rrule=found.rule)


_TERM = (
    r"(?:(?:(?P<least>[0-9]{1,3})个?[-至到])?(?P<number>[0-9]{1,3})个?|(?P<half>半)个?)"
    r"(?P<unit>工作日|日|天|周|星期|月|年)"
)
_RELATIVE = re.compile(rf"(?P<since>{ISSUE})?(?P<most>(?:不超过|最[长迟]|限))?{_TERM}(?P<within>之内|以内|内)?")


def _relative(given: Given) -> Deadline | None:
    """A term from the issue date, whose next day counts as 1; 15日 without 内 may be the 15th, so it is none."""
    found = _RELATIVE.fullmatch(given.core)
    if not found or not (found["within"] or _certainly_a_term(found, given.whole)):
        return None
    number, unit = int(found["number"] or 0), found["unit"]
    if int(found["least"] or 0) >= max(number, 1) and found["least"]:
        return None
    if unit == "工作日" and number:
        return _workdays(given, number)
    term = length(number, unit)
    if term is None:
        return None
    due_on = given.issued_on + term
    if unit == "月" and number and not found["since"] and "个" not in found[0]:
        return _month_or_months(given, number, due_on)
    return given.deadline(Kind.RELATIVE, f"自{given.issued_on}的次日起算，到{due_on}截止", due_on)


def _certainly_a_term(found: re.Match[str], whole: str) -> bool:
    """15日 may be a day of the month, 3月 a month; 15天, 3个月 and 不超过15日 are terms."""
    return found["unit"] not in ("日", "月", "年") or "个" in found[0] or bool(_AT_MOST.search(whole))


_AT_MOST = re.compile("不得?超过|最长|限期?(?=[0-9半])")


def _workdays(given: Given, number: int) -> Deadline:
    due_on = given.calendar.shift(given.issued_on, number)
    because = f"自{given.issued_on}的次日起算第{number}个工作日，到{due_on}截止"
    provisional = given.calendar.is_provisional(given.issued_on, due_on)
    if provisional:
        because += "；所跨年份的放假安排尚未公布，只按周末推算"
    found = given.deadline(Kind.RELATIVE, because, due_on)
    return replace(found, provisional=provisional, counted_from=given.issued_on)


def _month_or_months(given: Given, number: int, due_on: date) -> Deadline:
    """3月内: within March, or within three months?"""
    named = [Reading(span.first, span.last, f"{number}月份之内") for span in _certain(f"{number}月", given.issued_on)]
    because = f"“{given.phrase}”可能指{number}月份，也可能指{number}个月，请确认"
    return given.question(because, *named, Reading(None, due_on, f"自交办起{number}个月内"))


#: 5月/10月 are two months; what 5/10月 is, nobody can tell.
_LIST = re.compile(r"[、,;和与及]|(?<![0-9])/")


def _dated(given: Given) -> Deadline | None:
    """A day or a stretch of days, or several of them."""
    if _A_PAPER.search(given.text) or _TITLED.search(given.text):
        return None
    text = given.core
    span = _span(text, given.issued_on)
    if span is not None:
        return _single(given, span)
    if twice := _SAID_TWICE.fullmatch(given.whole):
        return _said_twice(given, twice)
    pieces = [trim(piece) for piece in _LIST.split(text)]
    if len(pieces) == 1 or SOFT.search(given.text) or _AT_LATEST.search(given.text) or _sure_and_soft(given):
        # 年底前，力争11月底前 is one deadline and a wish, not two steps.
        return None
    return of_spans(given.phrase, pieces, given.issued_on)


_SAID_TWICE = re.compile(r"([^()]+)\(([^()]*[0-9][^()]*)\)[前内]?")


def _said_twice(given: Given, twice: re.Match[str]) -> Deadline | None:
    """二季度（4—6月）: the same twice, or two things."""
    first, second = (_span(trim(part), given.issued_on) for part in twice.groups())
    if first is None or second is None or first.doubt or second.doubt:
        return None
    if first.last == second.last:
        return _single(given, first)
    readings = [
        Reading(None, span.last, f"以“{part}”为准") for part, span in zip(twice.groups(), (first, second), strict=True)
    ]
    because = f"“{given.phrase}”：括号外到{first.last}，括号内到{second.last}，两处不一致，请确认"
    return given.question(because, *readings)


def _span(text: str, issued_on: date) -> Span | None:
    """The span `text` names, on or after the month of issue where no year is written."""
    span = period(text, Anchor(issued_on, issued_on))
    return place([text], issued_on)[0] if span is None and TO.search(text) else span


_YEAR_WRITTEN = re.compile(r"[0-9]{4}|[今本明后]年|[本这下]个?[月季周]|五(?:规划|时期)?(?:期|末)")


_THAT = re.compile("(?<![0-9月年])当[年月](?![^-至到]*[-至到])")


def _single(given: Given, span: Span) -> Deadline:
    if span.doubt:
        return given.question(f"“{given.phrase}”：{span.doubt}，请确认", *span.readings)
    if span.last < given.issued_on:
        return _past(given, span)
    if that := _THAT.search(given.text):
        because = f"“{given.phrase}”：“{that[0]}”指哪一{that[0][1]}，没有写明，请确认"
        return given.question(because, Reading(None, span.last, f"指交办的{that[0]}"))
    year = "" if _YEAR_WRITTEN.search(given.text) else f"，未写年份，从交办之日{given.issued_on}推定"
    if span.kind is Kind.DATE:
        because = f"写明截止到{span.last}{year}"
        return given.deadline(Kind.DATE, because, span.last, at=span.at)
    because = f"写的是{span.first}至{span.last}这段时间，到最后一天截止{year}"
    return given.deadline(Kind.RANGE, because, span.last, span.first, span.at)


def _past(given: Given, span: Span) -> Deadline:
    """A day before the issue date may be a qualifier (2004年年底前发生的), a slip, or next year's."""
    readings = [Reading(None, span.last, "就是这一天，交办时已过期")]
    if not _YEAR_WRITTEN.search(given.text):
        readings.append(Reading(None, span.last + relativedelta(years=1), "指下一年的这一天"))
    return given.question(f"所写日期{span.last}早于交办之日{given.issued_on}，可能不是时限，请确认", *readings)


_SURE = re.compile("确保|必须")
_AT_LATEST = re.compile("最[迟晚]|至[迟晚]|不得?超过|不得?[迟晚]于")


def _sure_and_soft(given: Given) -> bool:
    return bool(SOFT.search(given.whole) and _SURE.search(given.text))


#: A colon that is not one of a time of day parts a date from its title.
_TITLED = re.compile(":(?![0-5][0-9])")
_A_PAPER = re.compile("[0-9今明本全]年度?(?:工作|目标|任务)*(?:报告|总结|材料|情况|公报|要点|计划)")


def _sentence(given: Given) -> Deadline | None:
    """Deadlines inside sentences; a date that only says which thing is meant gives way to one that says by when."""
    clauses = clauses_of(given.phrase)
    if not clauses:
        return None
    if len(clauses) > 1:
        return of_clauses(given.phrase, clauses, given.issued_on)
    only = clauses[0]
    term = _relative(replace(given, core=trim(only.lead)))
    span = None if term else _span(trim(only.when), given.issued_on)
    return _single(replace(given, text=only.when), span) if span else term


_LINED = re.compile(r"[;；\n]|[:：](?![0-5０-５][0-9０-９])")


def _lines(given: Given) -> Deadline | None:
    found = _cell(given) if _LINED.search(given.phrase) else None
    return (_sentence(given) or found) if found and found.needs_confirmation else found


def _cell(given: Given) -> Deadline | None:
    """A milestone cell; one that cannot be read at all offers whatever in it looks like a date."""
    found = lines_of(given.phrase, given.issued_on)
    if found is None or not found.needs_confirmation or found.readings:
        return found
    return replace(found, readings=given.question("", *_mentioned(given)).readings)


_LIMIT = r"(?:之日起?|之后|以后|之前|以前|后|前|起)的?"
_EVENT = re.compile(
    rf"(?:从|自)?(?P<event>[^0-9,;、:每]{{1,30}}?)(?:{_LIMIT}"
    r"(?:[0-9]{1,3}个?(?:工作日|小时|日|天|周|月|年)(?:之内|以内|内|前)?)?"
    r"|[0-9]{1,3}个?(?:工作日|小时|日|天|周|月)(?:之前|以前|前))"
)


def _event(given: Given) -> Deadline | None:
    found = _EVENT.fullmatch(given.core)
    if not found or re.search("[月年季][初中底末]?$|^时$", found["event"]) or found[0].endswith("前后"):
        return None
    event = {"会": "会议"}.get(found["event"], found["event"])
    because = f"时限取决于“{event}”，其日期尚不知道，请确认"
    return replace(given.question(because, kind=Kind.EVENT), event=event, readings=())


_AT_ONCE = re.compile("立行立改|立查立改|即知即改|即行即改|边查边改|立即|马上|尽快|及时|适时")
_LIKE_A_DATE = re.compile(r"[0-9年月日号底末前旬上中下半季度至到今明内-]{2,}")


def _unclear(given: Given) -> Deadline:
    """Nothing took all of it: whatever in it looks like a date is offered."""
    if _AT_ONCE.fullmatch(given.core or given.whole):
        return given.question(f"“{given.phrase}”没有写明日期，可按默认时限{given.default_days}天，请确认")
    return given.question(f"“{given.phrase}”不能完整读懂，请确认时限", *_mentioned(given))


def _mentioned(given: Given) -> list[Reading]:
    return [
        Reading(span.first if span.kind is Kind.RANGE else None, span.last, f"只看“{part}”")
        for part in _LIKE_A_DATE.findall(given.text)
        for span in _certain(part, given.issued_on)
    ]


def _certain(text: str, issued_on: date) -> list[Span]:
    """The span of a part of a phrase where it is beyond doubt and not over, to be offered."""
    try:
        span = _span(text, issued_on)
    except (ValueError, OverflowError):
        return []
    return [span] if span and not span.doubt and span.last >= issued_on else []


#: The first rule that takes the phrase as a whole reads it; the last one takes all.
RULES: tuple[Callable[[Given], Deadline | None], ...] = (
    _long_term,
    _recurring,
    _relative,
    _dated,
    _lines,
    _sentence,
    _event,
    _unclear,
)
