"""牌: a unit's overdue cases counted, whatever the item; so many of them have their own consequence.

A case is one item's occurrence in one unit: its own assignment, or its members' together. It gives the unit one card
when it first gets an overdue notice. Cards are counted in two ways, as the rule says:

- `every` quarter (month, half year, year): those got in the period of the calendar that the day lies in;
- in a row (`every` is None): those got since the unit last finished a case without one. A case is finished when the
  last open assignment of the unit in it is closed; finished in time, it breaks the row.

Reaching the number tells those named once: once a period, once a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Every(StrEnum):
    """The periods cards may be counted in."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


#: How many months a period has.
_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}
_NAMES = {Every.MONTH: "本月", Every.QUARTER: "本季度", Every.HALF_YEAR: "本半年", Every.YEAR: "本年度"}


@dataclass(frozen=True, slots=True)
class CardRule:
    """How many cards of which rungs have what consequence."""

    id: str
    name: str
    #: Ids of the rungs that give a card.
    counts: tuple[str, ...]
    #: So many cards.
    at: int
    #: Within one such period; None: in a row.
    every: Every | None
    #: `unit_head` or tier ids.
    tells: tuple[str, ...]
    instrument: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class CardCount:
    """How many cards a unit has by one rule."""

    rule: str
    name: str
    count: int
    at: int
    #: 本季度, 连续, …
    period: str

    def __str__(self) -> str:
        return f"{self.count}/{self.at}"


def first_day(every: Every, day: date) -> date:
    """The first day of the period that `day` lies in."""
    months = _MONTHS[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period(every: Every, day: date) -> str:
    """The period that `day` lies in, by its first day and length: 2023-10/3."""
    return f"{first_day(every, day):%Y-%m}/{_MONTHS[every]}"


def row_since(seq: int) -> str:
    """A row of overdue cases, by the ledger entry that broke the one before (0: none did)."""
    return f"row/{seq}"


def period_name(every: Every | None) -> str:
    """本季度; 连续 where they are counted in a row."""
    return _NAMES[every] if every else "连续"


def reason(rule: CardRule, count: int) -> str:
    """Why those told are told: 本季度第 3 次逾期，按规则约谈单位负责人."""
    nth = f"{period_name(rule.every)}第 {count} 次逾期" if rule.every else f"连续 {count} 次逾期"
    return f"{nth}，按规则{rule.name}"
