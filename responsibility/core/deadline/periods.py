"""The calendar's words: days, months, 旬, quarters, half-years, years, and stretches from one to another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta

from responsibility.core.deadline.types import Kind, Reading
from responsibility.core.workdays import month_end

_ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an incomplete date is counted from."""

    issued_on: date
    #: A month without a year is the first such month from this day's month on.
    since: date


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of what was written; `doubt` says why it cannot be relied on."""

    first: date
    last: date
    kind: Kind = Kind.RANGE
    at: time | None = None
    doubt: str = ""
    readings: tuple[Reading, ...] = ()


_YEAR = r"(?:(?P<year>[0-9]{4}|[今本当明次翌后])年度?)?"
_MONTH = r"(?:(?P<month>[0-9]{1,2})|(?P<near>本|当|这个?|下1?个?|次))月份?"
_BEFORE = r"(?P<before>之前|以前|前)?"
_DAY_PART = r"上午|下午|早上|晚上|中午|凌晨|傍晚|[早晚](?=[0-9])"
_CLOCK = rf"(?:{_DAY_PART})?[0-9]{{1,2}}(?::[0-9]{{2}}(?::[0-9]{{2}}|时)?|[时点](?:整|半|[0-9]{{1,2}}分?)?)"
TIME = rf"(?P<time>{_CLOCK}(?:[-至到]{_CLOCK})?|(?:上午|下午|中午)?下班|上午|下午|中午|傍晚|当[天日])?"
#: The weekday beside a day: (星期五), (本周五).
BESIDE = rf"(?:\(?(?P<week>本|这|下个?)?(?:星期|周)(?P<weekday>[{WEEKDAYS}天])\)?)?"
_TIMES = re.compile(rf"({_DAY_PART})|([0-9]{{1,2}})[:时点](?:([0-9]{{1,2}})|(半))?")


def clock(text: str | None) -> time | None:
    """The last time of day in `text`; None where there is none, and for 24:00, which is the day's end anyway."""
    hours = _hours(text)
    if not hours or hours[-1][1:] == (24, 0):
        return None
    _, hour, minute = hours[-1]
    return time(hour, minute)


def _hours(text: str | None) -> list[tuple[str, int, int]]:
    """Part of the day (a later hour shares the one before it), hour of 24 and minute of each time in `text`."""
    part, hours = "", []
    for named, hour, minute, half in _TIMES.findall(text or ""):
        part = named or part
        if hour:
            late = (part[:1] in ("下", "晚", "傍") and int(hour) < 12) or (part == "中午" and int(hour) < 10)
            midnight = part[:1] == "晚" and int(hour) == 12
            hours.append((part, 24 if midnight else int(hour) + 12 * late, int(minute or (30 if half else 0))))
    return hours


def hour_doubt(text: str | None) -> str:
    """Why the time of day in `text` may be meant otherwise: 5点 may be five in the afternoon."""
    if not text or not re.search(r"[1-6]点", text):
        return ""
    unsaid = [hour for part, hour, _ in _hours(text) if not part and 1 <= hour <= 6]
    return f"“{text}”没有写明上午还是下午" if unsaid else ""


def _year(written: str | None, at: Anchor, month: int) -> int:
    if written is None:
        return at.since.year + (month < at.since.month)
    if written in "今本明后":
        return at.issued_on.year + {"今": 0, "本": 0, "明": 1, "后": 2}[written]
    if written in "当次翌":
        return at.since.year + (written != "当")
    return int(written)


def _month(found: re.Match[str], at: Anchor) -> Span:
    """The month named in `found`. Raises ValueError for a 13th."""
    if near := found["near"]:
        first = (max(at.since, at.issued_on) if near == "次" else at.issued_on).replace(day=1)
        first = month_end(first) + _ONE_DAY if near[0] in "下次" else first
    else:
        month = int(found["month"])
        first = date(_year(found["year"], at, month), month, 1)
    return Span(first, month_end(first))


def _months(year: int, first: int, last: int) -> Span:
    return Span(date(year, first, 1), month_end(date(year, last, 1)))


def _edge(span: Span, found: re.Match[str]) -> Span:
    """`span` as a plain period, as its last day (底, 末), or, with a bare 前, as a question with both readings."""
    if found["end"]:
        return Span(span.last, span.last, Kind.DATE)
    if not found["before"]:
        return span
    readings = (
        Reading(None, span.first - _ONE_DAY, "不含这段时间，到其前一天止"),
        Reading(None, span.last, "包含这段时间，到其最后一天止"),
    )
    return replace(span, doubt="“前”是否包含所写的这段时间，分不清", readings=readings)


def _day(found: re.Match[str], at: Anchor) -> Span:
    return _on(_month(found, at).first.replace(day=int(found["day"])), found, at)


def _on(day: date, found: re.Match[str], at: Anchor) -> Span:
    """`day` with the time of day and the weekday written beside it."""
    doubt = hour_doubt(found["time"])
    readings: tuple[Reading, ...] = (Reading(None, day, "以日期为准"),)
    written = found["weekday"] and found["weekday"].replace("天", "日")
    if written and written != WEEKDAYS[day.weekday()]:
        doubt = f"日历上{day}是星期{WEEKDAYS[day.weekday()]}，所写的是星期{written}"
    elif (near := found["week"]) and day != _in_week(near, found["weekday"], at):
        named = _in_week(near, found["weekday"], at)
        doubt, readings = (
            f"所写的日期是{day}，{near}周{written}却是{named}",
            (*readings, Reading(None, named, "以星期为准")),
        )
    return Span(day, day, Kind.DATE, clock(found["time"]), doubt, readings if doubt else ())


def _in_week(near: str, weekday: str, at: Anchor) -> date:
    monday = at.issued_on - timedelta(days=at.issued_on.weekday()) + timedelta(weeks=near.startswith("下"))
    return monday + timedelta(days=WEEKDAYS.index(weekday.replace("天", "日")))


def _day_alone(found: re.Match[str], at: Anchor) -> Span:
    """15日前: of the month of issue, unless that has no such day or it is over by then."""
    number = int(found["day"])
    if not 1 <= number <= 31:
        raise ValueError(f"no month has a day {number}")
    this, following = (at.issued_on + relativedelta(months=months, day=number) for months in (0, 1))
    if this.day == number and this >= at.issued_on:
        return _on(this, found, at)
    readings = tuple(Reading(None, day, f"指{day.month}月") for day in (this, following))
    return Span(this, this, Kind.DATE, None, f"没有写月份，交办之日{at.issued_on}起的本月没有这一天", readings)


def _near_day(found: re.Match[str], at: Anchor) -> Span:
    """今天, 明天, 后天, from the day of issue."""
    day = at.issued_on + timedelta(days="今明后".index(found["near"]))
    span = Span(day, day, Kind.DATE, clock(found["time"]), hour_doubt(found["time"]))
    if found["before"] and not found["time"] and found["near"] != "今":
        readings = (Reading(None, day - _ONE_DAY, "不含这一天"), Reading(None, day, "包含这一天"))
        return replace(span, doubt="“前”是否包含所写的这一天，分不清", readings=readings)
    return span


def _whole_month(found: re.Match[str], at: Anchor) -> Span:
    return _edge(_month(found, at), found)


def _this_month_end(found: re.Match[str], at: Anchor) -> Span:
    last = month_end(at.issued_on)
    return Span(last, last, Kind.DATE)


def _ten_days(found: re.Match[str], at: Anchor) -> Span:
    month = _month(found, at)
    thirds = {"上": (1, 10), "中": (11, 20), "下": (21, month.last.day), "中下": (11, month.last.day), "上中": (1, 20)}
    first, last = thirds[found["third"]]
    return _edge(Span(month.first.replace(day=first), month.first.replace(day=last)), found)


def _vague_month(found: re.Match[str], at: Anchor) -> Span:
    """4月初, 4月中: no day anyone could name."""
    month = _month(found, at)
    days = {"初": (5, 10), "中": (15, 20)}[found["vague"]]
    readings = tuple(Reading(None, month.first.replace(day=day), f"到{day}日止") for day in days)
    return replace(month, doubt=f"“月{found['vague']}”到哪一天为止，没有写明", readings=readings)


def _quarter(found: re.Match[str], at: Anchor) -> Span:
    if near := found["near"]:
        months = at.issued_on.year * 12 + (at.issued_on.month - 1) // 3 * 3 + (3 if near.startswith("下") else 0)
        return _edge(_months(months // 12, months % 12 + 1, months % 12 + 3), found)
    last = int(found["quarter"]) * 3
    first = 1 if found["up_to"] else last - 2
    return _edge(_months(_year(found["year"], at, last), first, last), found)


def _half_year(found: re.Match[str], at: Anchor) -> Span:
    last = 6 if found["half"] == "上" else 12
    return _edge(_months(_year(found["year"], at, last), last - 5, last), found)


def _whole_year(found: re.Match[str], at: Anchor) -> Span:
    return _edge(_months(_year(found["year"], at, 12), 1, 12), found)


#: Feasts on the first of a month, each with the month that ends on its eve.
_FEASTS = {"元旦": 12, "五一": 4, "七一": 6, "八一": 7, "十一": 9, "国庆": 9}


def _before_feast(found: re.Match[str], at: Anchor) -> Span:
    month = _FEASTS[found["feast"]]
    # 2025年元旦 has its eve in 2024.
    year = _year(found["year"], at, month) - (found["feast"] == "元旦" and found["year"] is not None)
    last = month_end(date(year, month, 1))
    return Span(last, last, Kind.DATE)


_PLANS = {"十三五": 2020, "十四五": 2025, "十五五": 2030}


def _plan(found: re.Match[str], at: Anchor) -> Span:
    last = _PLANS[found["plan"]]
    return _edge(Span(date(last - 4, 1, 1), date(last, 12, 31)), found)


def _weekday(found: re.Match[str], at: Anchor) -> Span:
    day = _in_week(found["week"] or "本", found["weekday"], at)
    if found["day"]:
        month = int(found["month"] or day.month)
        return _on(date(_year(None, at, month), month, int(found["day"])), found, at)
    return Span(day, day, Kind.DATE, clock(found["time"]), hour_doubt(found["time"]))


def _both_years(found: re.Match[str], at: Anchor) -> Span:
    return Span(date(at.issued_on.year, 1, 1), date(at.issued_on.year + 1, 12, 31))


#: A sign it cannot do without, the pattern that has to match the whole of a text, what it means; tried in order.
_PERIODS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str], Anchor], Span]], ...] = tuple(
    (sign, re.compile(pattern), build)
    for sign, pattern, build in (
        (
            "月",
            rf"{_YEAR}{_MONTH}(?P<day>[0-9]{{1,2}})[日号]?{BESIDE}(?:\(含\))? ?{TIME}{_BEFORE}",
            _day,
        ),
        (
            "",
            rf"(?P<day>[0-9]{{1,2}})(?:日(?=.)|号){BESIDE}(?:\(含\))? ?{TIME}{_BEFORE}",
            _day_alone,
        ),
        ("", rf"(?P<near>[今明后])[天日]{TIME}{_BEFORE}", _near_day),
        ("月", rf"{_YEAR}{_MONTH}(?:月?(?P<end>底|末))?(?:之?内|期间)?{_BEFORE}", _whole_month),
        ("月", r"月[底末](?:之?前|以前)?", _this_month_end),
        ("旬", rf"{_YEAR}{_MONTH}(?P<third>上中|中下|上|中|下)旬(?P<end>末|底)?{_BEFORE}", _ten_days),
        ("月", rf"{_YEAR}{_MONTH}(?P<vague>初|中){_BEFORE}", _vague_month),
        (
            "季",
            rf"{_YEAR}(?P<up_to>前(?=3))?(?:第?(?P<quarter>[0-9])|(?P<near>本|这个?|下1?个?))季度?(?P<end>末|底)?内?{_BEFORE}",
            _quarter,
        ),
        ("半年", rf"{_YEAR}(?P<half>上|下)半年(?P<end>末|底)?内?{_BEFORE}", _half_year),
        ("年", rf"(?![底末终内前之以])(?=.){_YEAR}(?:年?(?P<end>底|末|终)|全年|年?度?内)?{_BEFORE}", _whole_year),
        ("前", rf"{_YEAR}(?P<feast>{'|'.join(_FEASTS)})(?:国庆|劳动|建党|建军)?节?(?:之?前|以前)", _before_feast),
        ("五", rf"(?P<plan>{'|'.join(_PLANS)})(?:规划|时期)?(?:(?P<end>期?末)|期间){_BEFORE}", _plan),
        (
            "",
            rf"(?P<week>本|这|下个?)?(?:周|星期)(?P<weekday>[{WEEKDAYS}天])"
            rf"(?(week)|(?=\())(?:\((?:(?P<month>[0-9]{{1,2}})月)?(?P<day>[0-9]{{1,2}})[日号]\))?{TIME}(?:之?前|以前)?",
            _weekday,
        ),
        ("今明", r"今明[2两]年(?:内|底前?)?", _both_years),
    )
)


#: One period has neither sign, but for the hours of a day (9:00-11:00).
_SEVERAL = re.compile("[-至到、,]")
_AN_HOUR = re.compile("[:点时午早晚晨]")


def period(text: str, at: Anchor) -> Span | None:
    """The one period `text` names. Raises ValueError for a day no calendar has."""
    if _SEVERAL.search(text) and not _AN_HOUR.search(text):
        return None
    for sign, pattern, build in _PERIODS:
        if sign in text and (found := pattern.fullmatch(text)):
            return build(found, at)
    return None


#: Between the beginning and the end of a stretch.
TO = re.compile(r"(?:开始|启动|起)?,?(?:持续)?(?:-|至|到)|(?:开始|启动|起),")
_FROM = re.compile("^[从自由]")
_DAY_ONLY = re.compile("[0-9]{1,2}[日号]前?")
_FROM_ISSUE = re.compile(
    r"(?:即日|今日|(?:本?(?:意见|通知|方案|清单|文件|办法|要点)?(?:印发|下发|发布|发文|签发|交办|下达)之日))"
)


def stretch(text: str, at: Anchor) -> Span | None:
    """A period, or from one to another (3-6月, 从9月开始，12月底前)."""
    if span := period(text, at):
        return span
    for to in TO.finditer(text):
        left, right = _FROM.sub("", text[: to.start()]), text[to.end() :]
        if _DAY_ONLY.fullmatch(left) and _DAY_ONLY.fullmatch(right):
            left, right = f"本月{left}", f"本月{right}"
        if left.endswith("前"):
            continue
        left, right = complete([left, right])
        first = _beginning(left, at)
        last = first and period(right.removesuffix("止"), Anchor(at.issued_on, first.first))
        if first and last:
            return _joined(first, last)
    return None


def _beginning(text: str, at: Anchor) -> Span | None:
    """The period a stretch begins in; 10月初 is certain enough for a beginning."""
    if _FROM_ISSUE.fullmatch(text):
        return Span(at.issued_on, at.issued_on)
    return period(text.removesuffix("初") if text.endswith("月初") else text, at)


def _joined(first: Span, last: Span) -> Span:
    doubt = first.doubt or last.doubt
    if last.last < first.first:
        doubt = "结束早于开始"
    return Span(first.first, max(first.first, last.last), Kind.RANGE, last.at, doubt, last.readings)


_BARE_NUMBER = re.compile("(?<![0-9:])[0-9]{1,4}$")
_UNIT = re.compile(r"(?:[次翌明]年)?第?[0-9]+(年|月|季度|日|号)")
_MONTH_OF_A_PART = re.compile(r".*?(?:[0-9]{1,2}|[本次]|下个?)月(?=[0-9]|[上中下]+旬)")
_PART = re.compile(r"[0-9]{1,2}[日号]|[上中下]+旬|[底末]")


def complete(pieces: list[str]) -> list[str]:
    """Pieces with what their neighbours say for them: 3, 6月 → 3月, 6月; 9月13日, 16日 → 9月13日, 9月16日."""
    whole = list(pieces)
    for at in range(len(whole) - 2, -1, -1):
        if _BARE_NUMBER.search(whole[at]) and (unit := _UNIT.match(whole[at + 1])):
            whole[at] += unit[1]
    for at in range(1, len(whole)):
        month = _MONTH_OF_A_PART.match(whole[at - 1])
        if month and _PART.match(whole[at]):
            whole[at] = month[0] + whole[at]
    return whole


def sequence(pieces: list[str], at: Anchor) -> list[Span | None]:
    """Each piece read in the light of the one before: a month smaller than that is next year's."""
    spans: list[Span | None] = []
    for piece in pieces:
        span = stretch(piece, at)
        spans.append(span)
        at = Anchor(at.issued_on, span.first) if span else at
    return spans


def place(pieces: list[str], issued_on: date) -> list[Span | None]:
    """`sequence` from this year on, or from next year where all of it would be over before the month of issue."""
    for year in (issued_on.year, issued_on.year + 1):
        spans = sequence(pieces, Anchor(issued_on, date(year, 1, 1)))
        if any(span is None or span.last >= issued_on.replace(day=1) for span in spans):
            break
    return spans
