"""The words of messages: a sandboxed template the office may edit, and the phrases it is filled with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from responsibility.core.chain import OWNER, UNIT_HEAD, LaidOn, Tier
from responsibility.core.errors import ConfigError
from responsibility.core.escalation import Clock

#: What a clock waits for.
_WAITS_FOR = {Clock.SIGN: "签收", Clock.FINISH: "办结", Clock.VERIFY: "审核"}


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One matter in a digest; members of one unit late with one item are one line."""

    rung: str
    rung_name: str
    instrument_name: str
    #: The how-manieth time this recipient is told (of several, the highest).
    nth: int
    item: str
    title: str
    unit: str
    #: Whose work is late: a unit's name, or members' posts.
    owners: tuple[str, ...]
    members: bool
    #: The number to quote in an answer.
    quote: str
    due_on: date
    late: str
    why: str

    @property
    def who(self) -> str:
        """Who has not done it, in a few words."""
        if self.members and len(self.owners) > 1:
            return f"{self.unit} {len(self.owners)} 名党员"
        return self.owners[0]

    @property
    def names(self) -> str:
        """The names behind a number of members; empty where there is only one."""
        return "、".join(self.owners) if len(self.owners) > 1 else ""


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told by one sweep."""

    to: str
    posts: tuple[str, ...]
    on: date
    lines: tuple[DigestLine, ...]
    #: What to ask `zeren todo --for` for.
    todo_for: str
    office: str
    contact: str
    phone: str


def day(value: date) -> str:
    """9月30日"""
    return f"{value.month}月{value.day}日"


def lateness(clock: Clock, due_on: date, workdays: int) -> str:
    """How a clock stands: `workdays` counts from the due date, negative before it."""
    what = _WAITS_FOR[clock]
    if workdays < 0:
        return f"应于{day(due_on)}前{what}，还有 {-workdays} 个工作日"
    if workdays == 0:
        return f"应于{day(due_on)}前{what}，期限已到"
    return f"应于{day(due_on)}前{what}，已超过 {workdays} 个工作日"


def why_you(tell: str, tier: Tier | None, unit: str, vacant: str) -> str:
    """Why this person is told; `vacant` names the post nobody holds that the notice was meant for."""
    if vacant:
        return f"“{vacant}”无人任职，改送上一级并告知办公室"
    if tell == OWNER:
        return "您是责任人"
    if tell == UNIT_HEAD or (tier and tier.laid_on is LaidOn.UNITS):
        return f"您负责{unit}"
    if tier and tier.laid_on is LaidOn.LEADERS:
        return f"您分管{unit}"
    return f"您负{tier.duty}" if tier else ""


def title_of(digest: Digest) -> str:
    """The subject: number and urgency, no content (work secrets stay inside)."""
    worst = digest.lines[0]
    return f"【责任链】{worst.rung_name}等 {len(digest.lines)} 项" if len(digest.lines) > 1 else (
        f"【责任链】{worst.rung_name} {worst.item}"
    )  # fmt: skip


def render(digest: Digest, template: Path) -> str:
    """Fill the office's template in a sandbox; a template that does not work is a ConfigError naming its line."""
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["day"] = day
    try:
        return environment.from_string(template.read_text("utf-8")).render(digest=digest).strip() + "\n"
    except TemplateSyntaxError as error:
        raise ConfigError(
            f"config/templates/{template.name} 第 {error.lineno} 行：模板写法有误（{error.message}）"
        ) from None
    except (TemplateError, TypeError, ValueError) as error:
        raise ConfigError(f"config/templates/{template.name}：模板用了没有的内容（{error}）") from None
