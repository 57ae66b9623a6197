"""Why somebody is told: by which post, whose work it is, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from responsibility.core.chain import COPY, DELEGATE, OWNER, UNIT_HEAD, LaidOn, Organisation, Tier
from responsibility.core.escalation import kind_of, milestone_of
from responsibility.usecases.lights import Lamp
from responsibility.views.texts import (
    FOR_INFORMATION,
    acting_for,
    answering,
    lateness,
    next_step,
    nobody_at,
    of_unit,
    standing,
    why_you,
    you_are,
)


class Reasons:
    """Turns notice rows into reasons, as of one instant."""

    def __init__(self, lamp: Lamp, organisation: Organisation) -> None:
        self._lamp = lamp
        self._settings = lamp.settings
        self._chain = lamp.settings.chain
        self._organisation = organisation

    def unit_name(self, code: str) -> str:
        """What a unit is called; also of a tier without any post."""
        if code in self._chain.order:
            return self._chain.tier(code).name
        unit = self._organisation.unit.get(code)
        return unit.name if unit else code

    def post_title(self, code: str) -> str:
        """What a post is called."""
        post = self._organisation.post.get(code)
        return post.title if post else self.unit_name(code)

    def days(self, row: Any) -> int:
        """Working days since a notice's clock fell due, negative before."""
        return self._settings.calendar.between(row.clock_due_on, self._lamp.today)

    def late(self, row: Any) -> str:
        """What is to be done by when, and how it stands."""
        clock, milestone = kind_of(row.clock), _milestone_title(row)
        how = (self._lamp.today, self.days(row), row.clock_missed, milestone)
        return lateness(clock, row.clock_due_on, *how, extended=row.extensions)

    def why(self, group: Sequence[Any]) -> str:
        """Why the recipient hears of these, in short."""
        row = group[0]
        if row.tell == DELEGATE:
            return self._acting(group)
        return why_you(row.tell, self._tier(row.tell), self._units(group), self._vacant(group))

    def told(self, group: Sequence[Any]) -> str:
        """The same in a sentence that also says how it stands."""
        row = group[0]
        clock, tell = kind_of(row.clock), row.tell.removeprefix(COPY)
        how = standing(clock, self.days(row), row.clock_missed, _milestone_title(row))
        members = [self.post_title(one.post) for one in group if one.post]
        units = self._units(group)
        whose = answering(units, members, clock)
        you = self._you(group)
        if row.tell == DELEGATE:
            return f"{self._acting(group)}，{how}"
        if vacant := self._vacant(group):
            return f"{vacant}，改送上一级并告知办公室；{whose}{how}"
        if row.tell != tell:
            return f"{you}；{whose}{how}；{FOR_INFORMATION}"
        if tell == OWNER:
            return f"{you}，" + (f"这项工作由您承担，{how}" if members else f"{units[0]}是责任单位，{how}")
        return self._overseeing(you, tell, group, answering(self._briefly(group), members, clock), whose) + how

    def _overseeing(self, you: str, tell: str, group: Sequence[Any], briefly: str, whose: str) -> str:
        """Who hears of the work of others: the head of their unit, a leader, somebody further up."""
        tier, units = self._tier(tell), self._units(group)
        if tell == UNIT_HEAD or (tier and tier.laid_on is LaidOn.UNITS):
            return f"{you}，{briefly}"
        if tier and tier.laid_on is LaidOn.LEADERS:
            return f"{you}，分管{units[0]}；{briefly}" if len(units) == 1 else f"{you}，您分管的{whose}"
        return f"{you}，负{tier.duty}；{whose}" if tier else f"{you}；{whose}"

    def told_of_unit(self, row: Any) -> str:
        """Why the recipient hears of a unit's cards."""
        return f"{self._you([row])}，{self.why([row])}" if not row.tell.startswith(COPY) else FOR_INFORMATION

    def step(self, row: Any) -> str:
        """What the recipient may do about it; nothing where it is a copy."""
        if row.tell.startswith(COPY):
            return ""
        tier = self._tier(row.tell)
        works = row.tell in (OWNER, UNIT_HEAD, DELEGATE) or bool(tier and tier.laid_on is LaidOn.UNITS)
        return next_step(kind_of(row.clock), self.days(row), works=works, office=row.tell == self._chain.office)

    def step_of_unit(self, row: Any) -> str:
        """What the recipient may do about a unit's cards."""
        if row.tell.startswith(COPY):
            return ""
        mine = row.tell == UNIT_HEAD
        return "请理一理手上的事，有什么困难请直说" if mine else "请当面谈一谈，了解困难，商定办法"

    def _you(self, group: Sequence[Any]) -> str:
        posts = dict.fromkeys(row.recipient for row in group)
        seats = (self._organisation.post[code] for code in posts if code in self._organisation.post)
        return you_are([self.post_title(code) for code in posts], [self.unit_name(post.unit) for post in seats])

    def _acting(self, group: Sequence[Any]) -> str:
        days = {row.delegated_until for row in group}
        owners = dict.fromkeys(self.post_title(row.instead_of) for row in group)
        return acting_for(list(owners), days.pop() if len(days) == 1 else None)

    def _vacant(self, group: Sequence[Any]) -> str:
        missing = ((row.instead_of, row.unit) for row in group if row.instead_of)
        return nobody_at(missing, self._chain, self._organisation)

    def _units(self, group: Sequence[Any]) -> list[str]:
        return list(dict.fromkeys(self.unit_name(row.unit) for row in group))

    def _briefly(self, group: Sequence[Any]) -> list[str]:
        """The one unit as 该支部 where the recipient's title or the sentence has named it; else the units by name."""
        units = list(dict.fromkeys(row.unit for row in group))
        homes = {post.unit for row in group if (post := self._organisation.post.get(row.recipient))}
        known = homes == set(units) or self._led(group[0].tell)
        return [of_unit(self.unit_name(units[0]))] if len(units) == 1 and known else self._units(group)

    def _led(self, tell: str) -> bool:
        tier = self._tier(tell)
        return tier is not None and tier.laid_on is LaidOn.LEADERS

    def _tier(self, tell: str) -> Tier | None:
        return self._chain.tier(tell) if tell in self._chain.order else None


def _milestone_title(row: Any) -> str:
    """The title of the milestone a notice is about; empty where it is about none."""
    number = milestone_of(row.clock)
    if number is None:
        return ""
    milestones = row.deadline.get("milestones", ())
    return str(milestones[number - 1]["title"]) if number <= len(milestones) else f"第 {number} 个"
