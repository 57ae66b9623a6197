"""The words of messages: a sandboxed template the office may edit, and the phrases it is filled with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from responsibility.core.assignment import LIGHT_NAMES, STATE_NAMES, Light, State
from responsibility.core.chain import OWNER, UNIT_HEAD, Chain, LaidOn, Organisation, Tier
from responsibility.core.errors import ConfigError
from responsibility.core.escalation import Clock

#: What a clock waits for.
_WAITS_FOR = {
    Clock.SIGN: "签收",
    Clock.FINISH: "办结",
    Clock.VERIFY: "审核",
    Clock.REPORT: "反馈",
    Clock.REVIEW: "回头看",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """Who of one unit has not done it: the unit itself, or members' posts."""

    unit: str
    #: Titles of members' posts; empty where the unit itself is meant.
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        if len(self.members) == 1:
            return self.members[0]
        return f"{self.unit} {len(self.members)} 名党员" if self.members else self.unit


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One matter in a digest: one item on one rung, with all units this recipient hears of it about."""

    rung: str
    rung_name: str
    instrument_name: str
    #: The how-manieth time this recipient is told (of several, the highest).
    nth: int
    item: str
    title: str
    behind: tuple[Behind, ...]
    #: The number to quote in an answer; empty where there is none (a gap in the chain).
    quote: str
    due_on: date
    late: str
    why: str

    @property
    def who(self) -> str:
        """Who has not done it, in a few words."""
        return "、".join(str(one) for one in self.behind)

    @property
    def names(self) -> str:
        """The names behind a number of members of one unit; empty where there is nothing more to name."""
        only = self.behind[0].members if len(self.behind) == 1 else ()
        return "、".join(only) if len(only) > 1 else ""


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told by one sweep."""

    to: str
    posts: tuple[str, ...]
    on: date
    lines: tuple[DigestLine, ...]
    office: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class HandOverLine:
    """One open assignment of a post that somebody newly holds."""

    code: str
    title: str
    due_on: date | None
    light: Light
    state: State
    #: How often its due date was extended.
    extensions: int = 0

    @property
    def due(self) -> str:
        """The due date in words."""
        often = f"（已延期 {self.extensions} 次）" if self.extensions else ""
        return f"时限 {self.due_on}{often}" if self.due_on else "没有完成时限"

    @property
    def light_name(self) -> str:
        """The light in Chinese."""
        return LIGHT_NAMES[self.light]

    @property
    def state_name(self) -> str:
        """The state in Chinese."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is open on the posts a person newly holds (交接)."""

    to: str
    posts: tuple[str, ...]
    on: date
    #: The most pressing first.
    lines: tuple[HandOverLine, ...]
    #: How many more there are than are listed.
    more: int
    office: str
    contact: str
    phone: str

    @property
    def count(self) -> int:
        """How many assignments are open."""
        return len(self.lines) + self.more


@dataclass(frozen=True, slots=True)
class Issued(HandOver):
    """What was newly laid on the posts a person holds (交办)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A channel that fails as a whole, told to the office."""

    to: str
    channel: str
    reason: str
    #: Since when it fails, and from when on it is tried again; office time.
    since: datetime
    again: datetime
    #: How many messages wait for it.
    waiting: int
    office: str
    contact: str
    phone: str


def day(value: date) -> str:
    """9月30日"""
    return f"{value.month}月{value.day}日"


def lateness(
    clock: Clock, due_on: date, workdays: int, missed: int = 0, milestone: str = "", *, extended: int = 0
) -> str:
    """How a clock stands: `workdays` counts from the due date, negative before it.

    `missed` periods went by without a report before this one; `milestone` is the title of the one meant. `extended` is
    how often the due date was extended.
    """
    if clock is Clock.BEHIND:
        return f"进度滞后 {workdays} 个工作日，还没有到期"
    what = f"完成节点“{milestone}”" if clock is Clock.MILESTONE else _WAITS_FOR[clock]
    if extended and clock is Clock.FINISH:
        what += f"（已延期 {extended} 次）"
    if missed and workdays > 0:
        return f"应于{day(due_on)}前{what}，连续 {missed + 1} 期没有反馈"
    if workdays < 0:
        return f"应于{day(due_on)}前{what}，还有 {-workdays} 个工作日"
    if workdays == 0:
        return f"应于{day(due_on)}前{what}，期限已到"
    return f"应于{day(due_on)}前{what}，已超过 {workdays} 个工作日"


def why_you(tell: str, tier: Tier | None, units: Sequence[str], vacant: str) -> str:
    """Why this person is told of these units; `vacant` says who is missing that the notice was meant for."""
    if vacant:
        return f"{vacant}，改送上一级并告知办公室"
    if tell == OWNER:
        return "您是责任人"
    if tell == UNIT_HEAD or (tier and tier.laid_on is LaidOn.UNITS):
        return f"您负责{'、'.join(units)}"
    if tier and tier.laid_on is LaidOn.LEADERS:
        return f"您分管{'、'.join(units)}"
    return f"您负{tier.duty}" if tier else ""


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


def title_of(digest: Digest | HandOver | Alarm) -> str:
    """The subject: number and urgency, no content (work secrets stay inside)."""
    if isinstance(digest, Issued):
        return f"【责任链】新任务 {digest.count} 项"
    if isinstance(digest, Alarm):
        return f"【责任链】渠道 {digest.channel} 送不出消息"
    if isinstance(digest, HandOver):
        return f"【责任链】岗位交接 {digest.count} 项"
    worst = digest.lines[0]
    return f"【责任链】{worst.rung_name}等 {len(digest.lines)} 项" if len(digest.lines) > 1 else (
        f"【责任链】{worst.rung_name} {worst.item}".rstrip()
    )  # fmt: skip


class Template:
    """The office's template of a message, compiled once in a sandbox; in it the message bears the file's name."""

    def __init__(self, path: Path) -> None:
        from jinja2 import StrictUndefined, TemplateSyntaxError
        from jinja2.sandbox import SandboxedEnvironment

        self._name = f"config/templates/{path.name}"
        self._value = path.stem
        environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters["day"] = day
        try:
            self._template = environment.from_string(path.read_text("utf-8"))
        except TemplateSyntaxError as error:
            raise ConfigError(f"{self._name} 第 {error.lineno} 行：模板写法有误（{error.message}）") from None
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"{self._name}：读不了，应为 UTF-8 文本") from None

    def render(self, digest: Digest | HandOver | Alarm) -> str:
        """The text of one message; a template that asks for what is not there is a ConfigError."""
        from jinja2 import TemplateError

        try:
            return self._template.render({self._value: digest}).strip() + "\n"
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ConfigError(f"{self._name}：模板用了没有的内容（{error}）") from None
