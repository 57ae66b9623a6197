"""What each file under config/ may hold, key by key; each type says what is allowed in its own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from responsibility.core.assignment import Action
from responsibility.core.cards import Every
from responsibility.core.chain import LaidOn
from responsibility.core.escalation import (
    EXTENSION_AGREES,
    EXTENSION_RULE,
    RECTIFY_WITHIN,
    REVIEW_EVERY,
    URGENT_STARTS_AT,
    CloseBy,
)
from responsibility.core.rights import Relation
from responsibility.core.timing import WEEKDAYS
from responsibility.core.workdays import FIRST_YEAR, LAST_YEAR


def says(allowed: str, *choices: str) -> WrapValidator:
    """Whatever is wrong with the value, say what is allowed; `choices` are the words a slip may have meant."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except (ValidationError, LookupError, OSError) as error:
            raise PydanticCustomError("allowed", "{allowed}", {"allowed": allowed, "choices": choices}) from error

    return WrapValidator(check)


def one_of(*choices: str) -> WrapValidator:
    return says("、".join(choices[:-1]) + f" 或 {choices[-1]}", *choices)


def matching(pattern: str) -> Callable[[Any], Any]:
    """A validator that takes only texts the whole of which fits the pattern."""
    shape = re.compile(pattern)

    def check(value: Any) -> Any:
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise ValueError(pattern)
        return value

    return check


def _non_zero(days: int) -> int:
    if days == 0:
        raise ValueError("0")
    return days


def _period(phrase: str) -> str:
    """The rule that a phrase like 每月25日前 means."""
    from responsibility.core.deadline import rule_of  # reading phrases takes long to load

    rule = rule_of(phrase)
    if rule is None:
        raise ValueError(phrase)
    return rule


_DATE = r"(19[5-9]\d|20\d\d|21[0-4]\d)-\d\d-\d\d"
_TIME = r"([01]?\d|2[0-3]):[0-5]\d"

Text = Annotated[str, Field(min_length=1), says("文字")]
Id = Annotated[str, AfterValidator(matching(r"[a-z][a-z0-9_]*")), says("小写英文标识，如 work_group")]
ZoneName = Annotated[
    ZoneInfo, BeforeValidator(ZoneInfo), BeforeValidator(matching(r"[\w+/-]+")), says("时区名，如 Asia/Shanghai")
]
Flag = Annotated[bool, says("true 或 false", "true", "false")]
Days = Annotated[int, AfterValidator(_non_zero), says("非零整数")]
Term = Annotated[int, Field(ge=1), says("正整数")]
Months = Annotated[int, Field(ge=1, le=36), says("1 到 36 的整数")]
Ahead = Annotated[int, Field(ge=0, le=366), says("0 到 366 的整数")]
Points = Annotated[float, Field(ge=0, le=100), says("0 到 100 的数")]
Share = Annotated[float, Field(gt=0, le=1), says("大于 0、不超过 1 的数")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR), says(f"{FIRST_YEAR} 到 {LAST_YEAR} 的年份")]
Day = Annotated[date, BeforeValidator(matching(_DATE)), says("真实的日期，写法如 2024-02-09")]
DayTime = Annotated[
    time,
    BeforeValidator(lambda text: f"{text:0>5}"),
    BeforeValidator(matching(_TIME)),
    says("24 小时制时间，如 08:30"),
]
Period = Annotated[str, AfterValidator(_period), says("周期，如 每周五、每月25日前、每季度末")]


class Shape(BaseModel):
    """A block of keys, none of them unknown; made ready when it is first read, since no command reads all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class TierShape(Shape):
    id: Id
    name: Text
    duty: Text
    laid_on: Annotated[LaidOn, one_of(*LaidOn)]


class CollectiveShape(Shape):
    kinds: tuple[Text, ...] = ()
    units: tuple[Text, ...] = ()
    members: Flag = False


class CategoryShape(Shape):
    name: Text
    words: tuple[Text, ...] = ()


class OfficeShape(Shape):
    name: Text
    contact: Text
    phone: Text


class ChainShape(Shape):
    """config/chain.yaml"""

    zone: ZoneName
    office: OfficeShape
    tiers: Annotated[tuple[TierShape, ...], Field(min_length=1)]
    kinds: dict[Id, Text]
    collectives: dict[Text, CollectiveShape] = {}
    categories: dict[Id, CategoryShape]


class RungShape(Shape):
    id: Id
    name: Text
    days: Days
    tells: Annotated[tuple[Text, ...], Field(min_length=1)]
    instrument: Text
    urgent: Flag = False
    copies: tuple[Text, ...] = ()


class FinishShape(Shape):
    rungs: tuple[RungShape, ...]


class LadderShape(FinishShape):
    within: Term


class ReportRungShape(RungShape):
    periods: Term = 1


class ReportShape(FinishShape):
    every: Period | None = None
    rungs: tuple[ReportRungShape, ...] = ()


class LaddersShape(Shape):
    sign: LadderShape
    finish: FinishShape
    verify: LadderShape
    #: Where a file from before these clocks has none, nobody is told.
    report: ReportShape = ReportShape()
    behind: FinishShape = FinishShape(rungs=())
    #: Where there is none, milestones climb the ladder of finish.
    milestone: FinishShape | None = None
    #: Where there is none, reviews have a ladder of their own.
    review: FinishShape | None = None


class TermsShape(Shape):
    general: Term
    immediate: Term
    categories: dict[Text, Term] = {}


class ExtensionShape(Shape):
    agrees: Annotated[tuple[Text, ...], Field(min_length=1)] = EXTENSION_AGREES
    rule: Text = EXTENSION_RULE


class ReviewShape(Shape):
    every: Months = REVIEW_EVERY
    rectify_within: Term = RECTIFY_WITHIN


class OccurrencesShape(Shape):
    ahead: Ahead = 0


class CardShape(Shape):
    """Cards are counted within a period (`every`, `at`) or `in_a_row`."""

    id: Id
    name: Text
    counts: tuple[Text, ...] = ()
    every: Annotated[Every | None, one_of(*Every)] = None
    at: Term | None = None
    in_a_row: Term | None = None
    tells: Annotated[tuple[Text, ...], Field(min_length=1)]
    instrument: Text
    urgent: Flag = False


Weekday = Annotated[str, AfterValidator(matching("周[一二三四五六日]")), one_of(*WEEKDAYS)]


class WeeklyShape(Shape):
    tiers: Annotated[tuple[Text, ...], Field(min_length=1)]
    on: Weekday
    at: DayTime


class PolicyShape(Shape):
    """config/policy.yaml"""

    instruments: dict[Id, Text]
    ladders: LaddersShape
    tolerance: Points
    close_share: Share
    close_by: Annotated[CloseBy, one_of(*CloseBy)] = CloseBy.SHARE
    extension: ExtensionShape = ExtensionShape()
    review: ReviewShape = ReviewShape()
    occurrences: OccurrencesShape = OccurrencesShape()
    cards: tuple[CardShape, ...] = ()
    documents: tuple[Id, ...] = ()
    urgent_starts_at: Id = URGENT_STARTS_AT
    weekly: WeeklyShape | None = None
    default_terms: TermsShape


class CalendarShape(Shape):
    """config/calendar.yaml"""

    extra_holidays: tuple[Day, ...] = ()
    extra_workdays: tuple[Day, ...] = ()
    announced: tuple[Year, ...] = ()


class ShardsShape(Shape):
    """How a sweep is shared out among workers."""

    due: Term = 20_000
    lease: Annotated[int, Field(ge=10, le=3600), says("10 到 3600 的整数（秒）")] = 60
    per_worker: Term = 1


class ScheduleShape(Shape):
    """config/schedule.yaml"""

    sweeps: Annotated[tuple[DayTime, ...], Field(min_length=1)]
    quiet: Annotated[tuple[()] | tuple[DayTime, DayTime], says('[从几点, 到几点]，如 ["20:00", "07:30"]')] = ()
    budget: Term | None = None
    hours: dict[Text, DayTime] = {}
    tell_issued: Flag = True
    deliver_every: Annotated[int, Field(ge=0, le=720), says("0 到 720 的整数")] = 10
    shards: ShardsShape = ShardsShape()


#: What may be done to one assignment by somebody.
ACTS = tuple(action.value for action in Action if action not in (Action.ISSUE, Action.RECTIFY))
Act = Annotated[Action, one_of(*ACTS)]
Actors = Annotated[tuple[Annotated[Relation, one_of(*Relation)], ...], Field(min_length=1)]


class RightsShape(Shape):
    """config/rights.yaml"""

    actor: Text | None = None
    users: dict[Text, Text] = {}
    rights: dict[Act, Actors] = {}


Names = tuple[Text, ...]


class ColumnsShape(Shape):
    """config/columns.yaml"""

    task: Annotated[tuple[Annotated[Names, Field(min_length=1)], ...], Field(min_length=1)]
    number: Names = ()
    category: Names = ()
    content: Names = ()
    goal: Names = ()
    milestones: Names = ()
    deadline: Names = ()
    target: Names = ()
    report: Names = ()
    measure: Names = ()
    material: Names = ()
    points: Names = ()
    note: Names = ()
    urgent: Names = ()
    lead: Names = ()
    support: Names = ()
    unit: Names = ()
    leader: Names = ()
    person: Names = ()
