"""What a document (文书) says, as values, and the names by which a template asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from responsibility.core.text import showable
from responsibility.views.texts import quoted

#: Instrument → what it does to whom it reaches, the lightest first.
_MEANS = {"reminder": "提醒", "urging_note": "催办", "supervision_note": "督办", "talk_notice": "约谈"}


@dataclass(frozen=True, slots=True)
class Party:
    """One unit a document speaks of: the unit itself, or members of it."""

    unit: str
    #: 牵头, 配合, or the name of the tier.
    role: str
    #: Whoever answers: the head of the unit, or its members.
    who: str
    #: The head of the unit with its name, whoever answers; and of members how many they are, else empty.
    head: str
    count: str
    due_on: date | None
    #: How it stands, in words.
    late: str
    #: How far it is, and what it last reported; empty where it did not.
    reached: str
    said: str


@dataclass(frozen=True, slots=True)
class Step:
    """One rung that was reached before, and who was told then."""

    on: date
    rung_name: str
    instrument_name: str
    told: str
    #: How often the one told most was told.
    nth: int
    #: The instrument's id.
    instrument: str = "reminder"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document before it has its layout."""

    kind: str
    number: str
    on: date
    office: str
    contact: str
    phone: str
    #: Whom it is addressed to, and who gets a copy.
    to: str
    copies: str
    item: str
    title: str
    #: The period of a recurring item.
    period: str
    #: Empty where it says no more than the title.
    content: str
    #: The leaders the item itself names.
    leaders: str
    leads: str
    supports: str
    due_on: date | None
    report_every: str
    #: The rung it stands on; empty where it stands on none.
    rung_name: str
    parties: tuple[Party, ...]
    steps: tuple[Step, ...]
    #: The leaders who oversee its units.
    overseers: str = ""
    #: What was not done in time (签收, 反馈, 办结 …); empty where nothing is past its date.
    undone: str = ""

    @property
    def means(self) -> str:
        """What was done about it before, 提醒、催办、督办; empty where nothing was."""
        used = {step.instrument for step in self.steps}
        return "、".join(word for instrument, word in _MEANS.items() if instrument in used)

    @property
    def names(self) -> str:
        """The units it speaks of."""
        return "、".join(dict.fromkeys(party.unit for party in self.parties))

    @property
    def late(self) -> str:
        """How it stands; unit by unit where they differ."""
        said = dict.fromkeys(party.late for party in self.parties)
        if len(said) <= 1:
            return next(iter(said), "")
        return "；".join(f"{party.unit}{party.late}" for party in self.parties)


def day(value: date | None) -> str:
    """2023年10月9日, as documents write it."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "没有写明时限"


def number_of(kind: str, year: int, number: int) -> str:
    """督办单〔2023〕1号: the year in hexagonal brackets, no zeros in front (GB/T 9704 7.2.5)."""
    return f"{kind}〔{year}〕{number}号"


def fields_of(paper: Paper) -> dict[str, Any]:
    """What a template may ask for, by its Chinese name; no text holds what a file cannot carry."""
    fields: Mapping[str, Any] = {
        "文种": paper.kind,
        "文号": paper.number,
        "成文日期": day(paper.on),
        "发文机关": paper.office,
        "联系人": paper.contact,
        "电话": paper.phone,
        "主送": paper.to,
        "抄送": paper.copies,
        "事项编号": paper.item,
        "事项": paper.title,
        "所引事项": quoted(paper.title),
        "期次": paper.period,
        "内容": paper.content,
        "批示领导": paper.leaders,
        "分管领导": paper.overseers,
        "牵头单位": paper.leads,
        "配合单位": paper.supports,
        "时限": day(paper.due_on),
        "反馈周期": paper.report_every,
        "档": paper.rung_name,
        "责任单位": paper.names,
        "逾期情况": paper.late,
        "未办": paper.undone,
        "催办方式": paper.means,
        "单位": [_party(party) for party in paper.parties],
        "经过": [_step(step) for step in paper.steps],
    }
    return {name: _fit(value) for name, value in fields.items()}


def _party(party: Party) -> dict[str, str]:
    return {
        "名称": party.unit,
        "职责": party.role,
        "责任人": party.who,
        "负责人": party.head,
        "人数": party.count,
        "时限": day(party.due_on),
        "逾期情况": party.late,
        "进展": party.reached,
        "反馈": party.said,
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "日期": day(step.on),
        "档": step.rung_name,
        "文书": step.instrument_name,
        "告知": step.told,
        "次数": str(step.nth),
    }


def _fit(value: Any) -> Any:
    """Without what XML cannot carry: control characters, halves of pairs, the two that are none."""
    if isinstance(value, str):
        text = showable(value).encode("utf-8", "ignore").decode("utf-8")
        return text.replace("\ufffe", "").replace("\uffff", "")
    if isinstance(value, dict):
        return {name: _fit(one) for name, one in value.items()}
    return [_fit(one) for one in value]
