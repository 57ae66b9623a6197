"""What comes back: 每月25日前, 每季度末, 每周五, and which period of it is the current one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

from responsibility.core.deadline.periods import TIME, WEEKDAYS, Anchor, clock, complete, place, stretch
from responsibility.core.deadline.types import Deadline, Kind, Occurrence
from responsibility.core.deadline.wording import ACT, normalise, trim_each_time, trim_head, trim_lead_in
from responsibility.core.workdays import month_end

_CODES = dict(zip(WEEKDAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True)) | {"天": "SU"}
_LEAP_YEAR = 2000

_COMES_BACK = re.compile("[每各逐按]|[双单]月")
_EACH = re.compile(
    r"(?P<head>.*?)(?:(?:每|各|逐|按)个?|(?=[双单]月))"
    r"(?:(?P<count>[1-9][0-9]?)个?)?(?P<unit>半年|半个?月|[双单]月|月度?份?|季度?|周|星期|年度?|日|天|旬)的?(?P<rest>.*)"
)
#: What is done each time, behind its day. 每周一报 may be a Monday or once a week.
_ACT = rf"(?:,?(?P<act>{ACT}.*))?"
_REST = re.compile(rf"(?P<day>.*?)(?:之前|以前|前|之内|以内|内)? ?{TIME}(?:之?前|以前)?(?:止)?{_ACT}")
_NO_MERE_ACT = re.compile(
    r"[0-9](?:年|月|日|号|季|个月|天|周|工作日)|[每或如若除但]|[年月季]底|年内|直[至到]|顺延|[前后]|视|根据|另"
)
#: 每年6月前: with June or without it.
_VAGUE_BEFORE = re.compile("^[之以]?前|(?:[0-9]月份?|旬|季度|半年)[之以]?前")
_LAST_PERIOD = re.compile("上1?个?(?:年度?|半年|季度|月度?|周)")
_ONCE_A_WEEK = re.compile(r"(?:周|星期)一(?:报|调度|通报|督[查导]|研判|汇[总报]|总结|会商|排[名查]|例会|检查)")


@dataclass(frozen=True, slots=True)
class Cycle:
    """A rule, the day it is counted from, and the time of day it is due."""

    rule: str
    starts_on: date
    at: time | None = None


def cycle(text: str, issued_on: date) -> Cycle | None:
    """The rule in a phrase like 从2022年3月起，每月25日前; None where it names none, or one no rule can say."""
    if not _COMES_BACK.search(text):
        return None
    found = _EACH.fullmatch(trim_each_time(_spell_out(text)))
    rest = _REST.fullmatch(found["rest"]) if found else None
    if not (found and rest) or _VAGUE_BEFORE.search(found["rest"]) or (rest["act"] and _not_mere(rest["act"], text)):
        return None
    bounds = _bounds(trim_lead_in(found["head"]), issued_on)
    count = int(found["count"] or 1)
    rule = _rule(found["unit"], count, rest["day"])
    if not (bounds and rule):
        return None
    starts_on, until = bounds
    if count > 1 and rule.startswith("FREQ=WEEKLY"):
        # The first fortnight begins in the week of issue, so it is due in the week after.
        starts_on += timedelta(weeks=count - 1, days=-starts_on.weekday())
    return Cycle(rule + (f";UNTIL={until:%Y%m%d}" if until else ""), starts_on, clock(rest["time"]))


def rule_of(phrase: str) -> str | None:
    """The rule of a period without beginning or end (每周五, 每月25日前); None where the phrase names none."""
    found = cycle(trim_head(normalise(phrase)), date(_LEAP_YEAR, 1, 1))
    return found.rule if found and "UNTIL" not in found.rule else None


def _not_mere(act: str, text: str) -> bool:
    """Whether what seems to be done each time says something about when, or stands behind a doubtful 周一."""
    return bool(_NO_MERE_ACT.search(_LAST_PERIOD.sub("", act)) or _ONCE_A_WEEK.search(text))


def _spell_out(text: str) -> str:
    """每季度末(分别在6月、9月和12月底) names its months: as 每年 with that list."""
    return re.sub(r"每(?:半年|季度?)[末底]?\((?:分别)?[在为于]?(.+)\)", r"每年\1", text)


def _bounds(head: str, issued_on: date) -> tuple[date, date | None] | None:
    """First day and last day of the whole series; None where what stands before 每 is no date."""
    if not head or _WHO.fullmatch(head):
        return issued_on, None
    if lasting := _LASTING.search(head):
        return _for_years(head[: lasting.start()].rstrip(","), int(lasting[1]), issued_on)
    begins = _BEGINS.fullmatch(head)
    if begins and _FROM_ISSUE.fullmatch(begins[1]):
        return issued_on, None
    [span] = place([begins[1] if begins else head], issued_on)
    if span is None or span.doubt:
        return None
    if begins and span.first > issued_on + _FAR_OFF and not _YEAR.search(begins[1]):
        # 自4月起, written in August: the April before, or the one after?
        return None
    first = span.first if begins or span.kind is Kind.RANGE else issued_on
    return max(first, issued_on), None if begins else span.last


_WHO = re.compile(
    r"(?!.*[每后前起除])[\u4e00-\u9fff、]{0,12}(?:支部|总支|党组|党委|单位|部门|小组|[局办委组县区市镇乡]|街道|专班|班子|领导|干部|党员|书记|办公室)"
)
_BEGINS = re.compile(r"[从自]?(.+?)(?:起|开始)")
_FROM_ISSUE = re.compile("即日|今日|本?(?:意见|通知|方案|办法)?(?:印发|下发|发布|交办)之日")
_YEAR = re.compile("[0-9]{4}|年")
_FAR_OFF = timedelta(days=183)
_LASTING = re.compile("连续([2-9]|10)年$")


def _for_years(head: str, years: int, issued_on: date) -> tuple[date, date | None] | None:
    """从2024年起，连续三年: to the end of the third year; without a first year, from the year of issue."""
    bounds = _bounds(head, issued_on)
    if bounds is None or bounds[1] is not None:
        return None
    return bounds[0], date(bounds[0].year + years - 1, 12, 31)


def _rule(unit: str, count: int, day: str) -> str | None:
    """The rrule of every `count` units; None for a cycle whose phase nobody can know (每5个月)."""
    if unit in ("周", "星期"):
        return _weekly(count, day)
    if unit in ("双月", "单月"):
        return _odd_or_even(unit, day) if count == 1 else None
    if count > 1 and unit in ("日", "天", "旬", "半年", "半月", "半个月"):
        return None
    months = count * {"月": 1, "季": 3, "年": 12}.get(unit[0], 0)
    if unit == "半年":
        months = 6
    if months:
        return _by_months(months, day)
    return _SHORT.get((unit, day)) or _half_month(unit, day)


_TEN_DAYS = "FREQ=MONTHLY;BYMONTHDAY=10,20,-1"
_SHORT = {
    ("日", ""): "FREQ=DAILY",
    ("天", ""): "FREQ=DAILY",
    **{("旬", end): _TEN_DAYS for end in ("", "末", "底")},
}


def _odd_or_even(unit: str, day: str) -> str | None:
    by_day = _in_month(day)
    if by_day is None or "BYSETPOS" in by_day:
        return None
    months = range(2 if unit == "双月" else 1, 13, 2)
    return f"FREQ=YEARLY;BYMONTH={','.join(map(str, months))};{by_day}"


def _half_month(unit: str, day: str) -> str | None:
    return "FREQ=MONTHLY;BYMONTHDAY=15,-1" if unit.startswith("半") and not day else None


def _weekly(count: int, day: str) -> str | None:
    """A week ends on Sunday where no day is named."""
    days = [_CODES.get(name) for name in re.sub(r"[、和及,周]|星期", "", day or "日")]
    if not days or None in days:
        return None
    step = f"INTERVAL={count};" if count > 1 else ""
    return f"FREQ=WEEKLY;{step}BYDAY={','.join(code for code in days if code)}"


def _by_months(months: int, day: str) -> str | None:
    if months == 1:
        by_day = _in_month(day)
        return by_day and f"FREQ=MONTHLY;{by_day}"
    if months == 12 and day not in ("", "底", "末", "终"):
        return _in_year(day)
    if 12 % months:
        return None
    return _in_cycle(months, day)


def _in_cycle(months: int, day: str) -> str | None:
    """Every 2, 3, 4, 6 or 12 months, on the calendar's own periods; a day only with its month (首月10日)."""
    named = re.fullmatch(r"(?:首个?|第(?P<nth>[1-9])个?|(?P<last>末个?|最后[1一]?个?))月的?(?P<day>.*)", day)
    offset, by_day = months, "BYMONTHDAY=-1" if day in ("", "底", "末", "季末", "季度末") else None
    if named:
        offset = months if named["last"] else int(named["nth"] or 1)
        by_day = _in_month(named["day"])
    if offset > months or by_day is None or "BYSETPOS" in by_day:
        return None
    return f"FREQ=YEARLY;BYMONTH={','.join(map(str, range(offset, 13, months)))};{by_day}"


def _in_month(day: str) -> str | None:
    """The part of a rule that names a day in a month: its end where none is named."""
    ends = {
        "": -1,
        "底": -1,
        "末": -1,
        "月底": -1,
        "月末": -1,
        "上旬": 10,
        "中旬": 20,
        "下旬": -1,
        "最后1日": -1,
        "最后1天": -1,
    }
    if day in ends:
        return f"BYMONTHDAY={ends[day]}"
    if found := _DAY_OF_MONTH.fullmatch(day):
        return _month_day(int(found[1]))
    if found := _DAYS_OF_MONTH.fullmatch(day):
        return _month_days([int(number) for number in re.findall("[0-9]+", day)])
    if found := _NTH_WEEKDAY.fullmatch(day):
        return f"BYDAY={found['nth'] or -1}{_CODES[found['day']]}"
    return None


_DAY_OF_MONTH = re.compile(r"(?:[0-9]{1,2}[日号]?[-至到])?([0-9]{1,2})[日号]")
_DAYS_OF_MONTH = re.compile(r"[0-9]{1,2}[日号]?前?(?:[、,和及与][0-9]{1,2}[日号]?前?)+(?<=[日号])")
_NTH_WEEKDAY = re.compile(rf"(?:第(?P<nth>[1-4])|最后[1一])个?(?:周|星期)(?P<day>[{WEEKDAYS}天])")


def _month_days(days: list[int]) -> str | None:
    """Several days of a month; of days that not every month has, only the 31st beside another is sure (its end)."""
    if days != sorted(set(days)) or not all(1 <= day <= 31 for day in days):
        return None
    if days[-1] in (29, 30):
        if len(days) > 2 or days[0] > 27:
            return None
        return f"BYMONTHDAY={days[0]},{','.join(map(str, range(28, days[-1] + 1)))};BYSETPOS=1,-1"
    return f"BYMONTHDAY={','.join(str(-1 if day == 31 else day) for day in days)}" if days[-2] < 28 else None


def _month_day(day: int) -> str:
    """The 30th of every month is February's last day too. Raises ValueError for a 32nd."""
    if not 1 <= day <= 31:
        raise ValueError(f"no month has a day {day}")
    if day in (29, 30):
        return f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"
    return f"BYMONTHDAY={-1 if day == 31 else day}"


def _in_year(text: str) -> str | None:
    """每年 with one or several days that share their day of the month, or are all month ends."""
    new_year = date(_LEAP_YEAR, 1, 1)
    pieces = [re.sub("^[次翌]年|(?:之前|以前|前)$", "", piece) for piece in re.split(r"[、,和及]", text)]
    spans = [stretch(piece, Anchor(new_year, new_year)) for piece in complete(pieces)]
    days = [span.last for span in spans if span and not span.doubt and span.last.year == _LEAP_YEAR]
    # In a leap year 2月28日 is not the month's end, so only 2月底 becomes -1.
    in_month = {-1 if day == month_end(day) else day.day for day in days}
    if len(days) < len(spans) or len(in_month) != 1:
        return None
    return f"FREQ=YEARLY;BYMONTH={','.join(map(str, sorted({day.month for day in days})))};BYMONTHDAY={in_month.pop()}"


def due_days(rule: str, starts_on: date) -> rrule:
    """The days a rule falls due, from `starts_on`, as naive midnights."""
    # In each month of those named: the same days, found without a walk over the year.
    rule = rule.replace("FREQ=YEARLY;BYMONTH=", "FREQ=MONTHLY;BYMONTH=")
    days = rrulestr(rule, dtstart=datetime.combine(starts_on, time.min))
    assert isinstance(days, rrule)
    return days


@lru_cache(maxsize=4096)
def first_due(rule: str, starts_on: date, on: date) -> date | None:
    """The first due day on or after `on`; None where the series is over."""
    day: datetime | None = due_days(rule, starts_on).after(datetime.combine(on, time.min), inc=True)
    return day and day.date()


def occurrence(deadline: Deadline, issued_on: date, on: date) -> Occurrence:
    """The current occurrence on day `on`: the first that falls due on or after it (of a single item, the only one).

    After the end of a series that ends (全年，逐月) it stays the last one.
    """
    if deadline.rrule is None:
        return Occurrence("", deadline.starts_on or issued_on, deadline.due_on)
    starts_on = deadline.starts_on or issued_on
    found = _recurring(deadline.rrule, starts_on, issued_on, max(on, issued_on))
    return found or Occurrence("", starts_on, deadline.due_on)


@lru_cache(maxsize=4096)
def _recurring(rule: str, starts_on: date, issued_on: date, on: date) -> Occurrence | None:
    """The current occurrence of a rule; None where it never falls due. Thousands of items share a few rules."""
    days = due_days(rule, starts_on)
    day = datetime.combine(on, time.min)
    due = days.after(day, inc=True) or days.before(day)
    if due is None:
        return None
    label, first = _period(rule, due.date())
    if first is None:
        before = days.before(due)
        first = before.date() + timedelta(days=1) if before else issued_on
    return Occurrence(label, max(first, issued_on), due.date())


def occurrences(deadline: Deadline, issued_on: date, on: date, ahead: int = 0) -> list[Occurrence]:
    """The current occurrence on day `on`, and those after it that begin within `ahead` days.

    Periods between the last one laid and now that nobody laid are not among them: what was never asked for was never
    missed.
    """
    found = [occurrence(deadline, issued_on, on)]
    while deadline.rrule is not None and (due_on := found[-1].due_on) is not None:
        after = occurrence(deadline, issued_on, max(due_on, on) + timedelta(days=1))
        if after.label == found[-1].label or after.starts_on > on + timedelta(days=ahead):
            break
        found.append(after)
    return found


def begun(deadline: Deadline, issued_on: date, on: date, ahead: int = 0) -> list[Occurrence]:
    """Those of them that are not over and have begun by now, or will within `ahead` days."""
    last = on + timedelta(days=ahead)
    periods = occurrences(deadline, issued_on, on, ahead)
    return [one for one in periods if one.starts_on <= last and one.due_on is not None and one.due_on >= on]


def _period(rule: str, due: date) -> tuple[str, date | None]:
    """The label of the calendar period that `due` closes, and its first day; the day itself where there is none."""
    parts = dict(part.split("=") for part in rule.split(";"))
    by_day = parts.get("BYDAY") or parts.get("BYMONTHDAY", "")
    if "," in by_day and parts.get("BYSETPOS") != "-1":
        return due.isoformat(), None
    months = [int(month) for month in parts.get("BYMONTH", "").split(",") if month]
    return _PERIODS[parts["FREQ"]](due, months, int(parts.get("INTERVAL", 1)))


def _day_period(due: date, months: list[int], step: int) -> tuple[str, date | None]:
    return due.isoformat(), None


def _week_period(due: date, months: list[int], step: int) -> tuple[str, date | None]:
    year, week, weekday = due.isocalendar()
    return f"{year}-W{week:02}", due - timedelta(days=weekday - 1, weeks=step - 1)


def _month_period(due: date, months: list[int], step: int) -> tuple[str, date | None]:
    return f"{due:%Y-%m}", due.replace(day=1)


def _year_period(due: date, months: list[int], step: int) -> tuple[str, date | None]:
    """The longest of year, half-year and quarter of which no two due days fall into one."""
    for length, name in ((12, ""), (6, "-H{}"), (3, "-Q{}")):
        if len({(month - 1) // length for month in months}) == len(months):
            number = (due.month - 1) // length
            return f"{due.year}{name.format(number + 1)}", date(due.year, number * length + 1, 1)
    return due.isoformat(), None


_PERIODS: dict[str, Callable[[date, list[int], int], tuple[str, date | None]]] = {
    "DAILY": _day_period,
    "WEEKLY": _week_period,
    "MONTHLY": _month_period,
    "YEARLY": _year_period,
}
