"""Gaps a sweep met, in the office's words, and what the office is told of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import OWNER, UNIT_HEAD, LaidOn, Organisation
from responsibility.core.escalation import CLOCK_NAMES, RUNS_IN, Clock
from responsibility.core.gaps import Gap, Hole, Reached, gaps_in
from responsibility.store import cards, gaps, sweeping
from responsibility.store.cases import Case
from responsibility.usecases.lights import Lamp
from responsibility.usecases.routing import Router

#: What the office can do about it.
MENDS = {
    Hole.VACANT: "明确人选，再 zeren org import",
    Hole.VACANT_MEMBERS: "明确人选，再 zeren org import",
    Hole.NOBODY: "补上岗位和任职，再 zeren org import",
    Hole.EMPTY: "在 config/policy.yaml 写明各档，再 zeren policy apply",
}


@dataclass(frozen=True, slots=True)
class GapLine:
    """A gap with its sentence."""

    gap: Gap
    message: str
    mend: str

    def record(self) -> dict[str, Any]:
        """As the ledger and `remind --json` write it."""
        return {**asdict(self.gap), "hole": self.gap.hole.value, "message": self.message, "mend": self.mend}


def met(connection: Connection, router: Router, reached: Iterable[Reached]) -> tuple[GapLine, ...]:
    """The gaps behind what was reached, and ladders under which something fell due unheard."""
    lamp = router.lamp
    found = [*gaps_in(reached), *_empty(connection, lamp)]
    names = _Names(router.organisation, lamp)
    return tuple(GapLine(gap, names.sentence(gap), names.mend(gap)) for gap in found)


def reached(router: Router, fired: Iterable[tuple[Case, str]]) -> list[Reached]:
    """What of the rungs that fired was not simply delivered: nobody there, or somebody instead."""
    rungs = {(case.key.policy_id, case.key.clock, rung): None for case, rung in fired}
    steps = {key: next(r for r in router.lamp.ladder(*key[:2]).rungs if r.id == key[2]) for key in rungs}
    wanted: dict[tuple[int, str, str, str], None] = {}
    for case, rung in fired:
        step = steps[(case.key.policy_id, case.key.clock, rung)]
        for tell in step.tells:
            kind = case.owner if tell == OWNER else tell
            if kind != sweeping.HELD_MEMBER:
                wanted[(case.case_item, case.unit, kind, step.name)] = None
    found = []
    for case_item, unit, kind, name in wanted:
        routes = tuple(router(case_item, unit, kind))
        vacant = kind == sweeping.VACANT_MEMBER
        if vacant or not routes or any(route.instead_of for route in routes):
            found.append(Reached(unit, "" if vacant and routes else kind, name, routes))
    return found


def _empty(connection: Connection, lamp: Lamp) -> list[Gap]:
    """Clocks that fell due since the last sweep under a ladder without rungs."""
    bare = lamp.empty_ladders
    since = gaps.last_sweep_at(connection) if bare else None
    found = []
    for clock in sorted({clock for _, clock in bare}):
        policies = [policy_id for policy_id, of in bare if of == clock]
        states = [state.value for state in RUNS_IN[Clock(clock)]]
        fell = gaps.fell_due(connection, clock, policies, states, since, lamp.now)
        if fell:
            found.append(Gap(Hole.EMPTY, clock, tuple(fell), count=sum(fell.values())))
    return found


def rows_for_office(connection: Connection, router: Router, lines: Sequence[GapLine]) -> list[Mapping[str, Any]]:
    """One line for the office for each gap, once a day."""
    lamp, chain = router.lamp, router.lamp.settings.chain
    office = chain.office and router.organisation.first_post(chain.office)
    if not office:
        return []
    rows: list[Mapping[str, Any]] = []
    for line in lines:
        rule, day = f"gap:{line.gap.hole}:{line.gap.about}", lamp.today.isoformat()
        if ("", day) not in cards.told_for(connection, rule):
            nth = cards.times_told(connection, rule).get(("", office), 0) + 1
            rows.append(
                {
                    "kind": "gap",
                    "unit": "",
                    "rule": rule,
                    "period": day,
                    "recipient": office,
                    "tell": chain.office,
                    "instead_of": None,
                    "nth": nth,
                    "assignment_id": None,
                    "said": {"message": line.message, "mend": line.mend},
                }
            )
    return rows


class _Names:
    """Codes in words."""

    def __init__(self, organisation: Organisation, lamp: Lamp) -> None:
        self.organisation = organisation
        self.chain = lamp.settings.chain

    def sentence(self, gap: Gap) -> str:
        units, rungs = self._few([self._unit(unit) for unit in gap.units]), "、".join(gap.rungs)
        told = self._few([self._post(post) for post in gap.told])
        if gap.hole is Hole.EMPTY:
            name = CLOCK_NAMES[Clock(gap.about)]
            return f"{name}阶梯没有任何一档：{units}的 {gap.count} 项任务到期了，没有人会收到提醒"
        if gap.hole is Hole.NOBODY:
            return f"“{rungs}”要告知{self._tell(gap.about)}，对{units}却没有人能收到，上面各级也没有"
        if gap.hole is Hole.VACANT_MEMBERS:
            return f"{units}有党员岗位无人任职，“{rungs}”改送{told}"
        return f"{self._missing(gap.about, units)}，“{rungs}”改送{told}"

    def _missing(self, about: str, units: str) -> str:
        if about in self.organisation.post:
            return f"{self.organisation.post[about].title}（{about}）无人任职"
        if about in self.organisation.unit:
            return f"{self._unit(about)}没有岗位"
        if about in self.chain.order and not self._led(about):
            return f"“{self._tell(about)}”没有岗位"
        return f"{units}没有{self._tell(about)}"

    def mend(self, gap: Gap) -> str:
        """What the office can do about it."""
        if gap.hole is Hole.VACANT and gap.about not in self.organisation.post:
            return "写明由谁分管，再 zeren org import" if self._led(gap.about) else MENDS[Hole.NOBODY]
        return MENDS[gap.hole]

    def _led(self, about: str) -> bool:
        """Whether what is missing is somebody who oversees the units."""
        return about in self.chain.order and self.chain.tier(about).laid_on is LaidOn.LEADERS

    def _tell(self, tell: str) -> str:
        if tell in self.chain.order:
            return self.chain.tier(tell).name
        return {OWNER: "责任人", UNIT_HEAD: "单位负责人", sweeping.VACANT_MEMBER: "责任人"}.get(tell, tell)

    def _unit(self, code: str) -> str:
        unit = self.organisation.unit.get(code)
        return unit.name if unit else code

    def _post(self, code: str) -> str:
        post = self.organisation.post.get(code)
        return post.title if post else code

    @staticmethod
    def _few(names: Sequence[str], most: int = 4) -> str:
        return "、".join(names[:most]) + (f"等 {len(names)} 个" if len(names) > most else "")
