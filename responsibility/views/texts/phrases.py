"""Phrases: how a clock stands, why this person is told, and what may be done next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from responsibility.core.chain import COPY, OWNER, UNIT_HEAD, Chain, LaidOn, Organisation, Tier
from responsibility.core.escalation import Clock

#: What a clock waits for.
_WAITS_FOR = {
    Clock.SIGN: "签收",
    Clock.FINISH: "办结",
    Clock.VERIFY: "审核",
    Clock.REPORT: "反馈",
    Clock.REVIEW: "回头看",
    Clock.BEHIND: "办结",
    Clock.MILESTONE: "完成节点",
}

_SWAPPED = str.maketrans("“”‘’", "‘’“”")

#: So many units are named one by one in a reason.
_NAMED = 3

#: What a copy says of itself.
FOR_INFORMATION = "抄送供您了解，不需要您答复"


def day(value: date, on: date | None = None) -> str:
    """9月30日; with its year where that is another one than that of `on`."""
    year = f"{value.year}年" if on is not None and value.year != on.year else ""
    return f"{year}{value.month}月{value.day}日"


def waits_for(clock: Clock) -> str:
    """What a clock waits for, as one word: 签收, 办结."""
    return _WAITS_FOR[clock]


def quoted(text: str) -> str:
    """What stands inside “ ”: its own quotation marks are the other ones."""
    return text.translate(_SWAPPED) if "“" in text else text


def due(clock: Clock, due_on: date, on: date) -> str:
    """What is to be done by when, and nothing else; `on` is the day it is said."""
    return f"应于{day(due_on, on)}前{_WAITS_FOR[clock]}"


def lateness(
    clock: Clock, due_on: date, on: date, workdays: int, missed: int = 0, milestone: str = "", *, extended: int = 0
) -> str:
    """How a clock stands `on` a day: `workdays` counts from the due date, negative before it.

    `missed` periods went by without a report before this one; `milestone` is the title of the one meant. `extended` is
    how often the due date was extended.
    """
    if clock is Clock.BEHIND:
        return f"进度滞后 {workdays} 个工作日，还没有到期"
    what = due(clock, due_on, on) + (f"“{quoted(milestone)}”" if clock is Clock.MILESTONE else "")
    if extended and clock is Clock.FINISH:
        what += f"（已延期 {extended} 次）"
    if missed and workdays > 0:
        return f"{what}，连续 {missed + 1} 期没有反馈"
    return f"{what}，{_counted(workdays, '已超过')}"


def _counted(workdays: int, over: str) -> str:
    if workdays < 0:
        return f"还有 {-workdays} 个工作日"
    return f"{over} {workdays} 个工作日" if workdays else "期限已到"


#: How a case stands, in the words that follow the name of who answers for it.
_STANDS = {
    Clock.SIGN: "还没有签收",
    Clock.VERIFY: "已经报结，等待审核",
    Clock.REPORT: "这一期还没有反馈",
    Clock.BEHIND: "进度滞后，还没有到期",
    Clock.REVIEW: "该回头看了",
}


def standing(clock: Clock, workdays: int, missed: int = 0, milestone: str = "") -> str:
    """The same in the words that follow the name of who answers for it: 已逾期 3 个工作日."""
    if clock is Clock.FINISH:
        return _counted(workdays, "已逾期") if workdays >= 0 else f"离到期还有 {-workdays} 个工作日"
    if clock is Clock.MILESTONE:
        return f"还没有完成节点“{milestone}”"
    return f"已连续 {missed + 1} 期没有反馈" if missed else _STANDS[clock]


def why_you(tell: str, tier: Tier | None, units: Sequence[str], vacant: str) -> str:
    """Why this person is told of these units, in short; `vacant` says who is missing that the notice was meant for."""
    if tell.startswith(COPY):
        return FOR_INFORMATION
    if vacant:
        return f"{vacant}，改送上一级并告知办公室"
    if tell == OWNER:
        return "您是责任人"
    if tell == UNIT_HEAD or (tier and tier.laid_on is LaidOn.UNITS):
        return f"您负责{'、'.join(units)}"
    if tier and tier.laid_on is LaidOn.LEADERS:
        return f"您分管{'、'.join(units)}"
    return f"您负{tier.duty}" if tier else ""


def you_are(titles: Sequence[str], seats_of_units: Iterable[str] = ()) -> str:
    """By which posts a person is told; a post that bears a unit's own name is a place for its letters."""
    letters = set(seats_of_units)
    if titles and all(title in letters for title in titles):
        return f"您代收{'、'.join(titles)}的来文"
    return f"您是{'、'.join(titles)}"


def of_unit(unit: str) -> str:
    """A unit named before, spoken of again."""
    return "该支部" if unit.endswith("支部") else "该单位"


def answering(units: Sequence[str], members: Sequence[str], clock: Clock) -> str:
    """Who answers for a case: units (a unit's name, or 该支部), or members' posts of one unit."""
    named = "、".join(units[:_NAMED]) + (f"等 {len(units)} 个单位" if len(units) > _NAMED else "")
    if len(members) == 1 and len(units) == 1:
        return f"{members[0]}"
    if members:
        return f"{named} {len(members)} 名党员"
    return f"{named}责任人" if clock not in (Clock.VERIFY, Clock.REVIEW) else named


#: What the office does where time is its own; what who works on it does; before and after the due date.
_OFFICE_DOES = {Clock.VERIFY: "请审核，销号或者退回", Clock.REVIEW: "请回头看，写下结论"}
_WORKER_DOES = {
    Clock.SIGN: ("请签收，回复一声“已签收”就行",) * 2,
    Clock.REPORT: ("请告诉我们办到哪一步",) * 2,
    Clock.BEHIND: ("请告诉我们进度，需要协调的请直说",) * 2,
    Clock.MILESTONE: ("请按期完成这个节点", "请抓紧完成这个节点"),
}
_FINISH = ("请按期办结；有困难，请在到期前提出延期", "请尽快办结，并告诉我们办到哪一步")


def next_step(clock: Clock, workdays: int, *, works: bool, office: bool) -> str:
    """What whoever is told may do: who `works` on it (or heads those who do), the office, somebody above."""
    if works:
        return _WORKER_DOES.get(clock, _FINISH)[workdays > 0]
    if office:
        return _OFFICE_DOES.get(clock, "请了解情况，帮助协调")
    return "请您过问，帮助协调"


def nobody_at(missing: Iterable[tuple[str, str]], chain: Chain, organisation: Organisation) -> str:
    """Who is missing, of pairs of a post, unit or tier without anybody and the unit that it is missing for."""
    units: dict[str, dict[str, None]] = {}
    for about, unit in missing:
        units.setdefault(about, {})[_unit_name(unit, organisation)] = None
    return "、".join(_nobody(about, list(names), chain, organisation) for about, names in units.items())


def _nobody(about: str, units: Sequence[str], chain: Chain, organisation: Organisation) -> str:
    if about in organisation.post:
        return f"“{organisation.post[about].title}”无人任职"
    if about not in chain.order:
        return f"{_unit_name(about, organisation)}没有岗位"
    tier = chain.tier(about)
    return f"{'、'.join(units)}没有{tier.name}" if tier.laid_on is LaidOn.LEADERS else f"“{tier.name}”没有岗位"


def _unit_name(code: str, organisation: Organisation) -> str:
    return organisation.unit[code].name if code in organisation.unit else code


def acting_for(owners: Sequence[str], until: date | None) -> str:
    """Why a delegate is told: for whom it acts, and until when where that is known."""
    return f"受{'、'.join(owners)}委托代办" + (f"至{day(until)}" if until else "")
