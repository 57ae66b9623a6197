"""牌: what a sweep's overdue notices add up to for a unit, and how many cards units have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from responsibility.core.cards import (
    CardCount,
    CardRule,
    first_day,
    period,
    period_name,
    reason,
    row_since,
)
from responsibility.core.chain import Route
from responsibility.core.escalation import Policy
from responsibility.core.gaps import Reached
from responsibility.store import cards
from responsibility.store.cases import Case
from responsibility.usecases.routing import Router


@dataclass(frozen=True, slots=True)
class Given:
    """The cards of one act as its entry records them, what is told because of them, and whom that reached."""

    got: Mapping[str, list[tuple[str, int, int]]]
    told: tuple[Mapping[str, Any], ...] = ()
    reached: tuple[Reached, ...] = ()

    def record(self, today: date) -> dict[str, Any]:
        """The cards as a ledger entry writes them."""
        return {"cards": {"on": today.isoformat(), "got": self.got}} if self.got else {}


def give(connection: Connection, router: Router, fired: Iterable[tuple[Case, str]]) -> Given:
    """The cards that cases get by the rungs that fired for them, rule by rule of the policy as it is now."""
    cases = list(fired)
    got: dict[str, list[tuple[str, int, int]]] = {}
    told: list[Mapping[str, Any]] = []
    reached: list[Reached] = []
    for rule in router.lamp.settings.policy.cards:
        fresh = _fresh(connection, rule, [case for case, rung in cases if rung in rule.counts])
        if fresh:
            got[rule.id] = [(case.unit, case.occurrence_id, case.assignment_id) for case in fresh]
            for row, met in _consequences(connection, router, rule, fresh):
                told += row
                reached += met
    return Given(got, tuple(told), tuple(reached))


def counted(connection: Connection, policy: Policy, today: date) -> dict[str, tuple[CardCount, ...]]:
    """Unit → its cards by each rule, in the period that `today` lies in; units without any are left out."""
    found: dict[str, list[CardCount]] = {}
    for rule in policy.cards:
        for unit, (count, _) in _standing(connection, rule, today).items():
            if count:
                name = period_name(rule.every)
                found.setdefault(unit, []).append(CardCount(rule.id, rule.name, count, rule.at, name))
    return {unit: tuple(counts) for unit, counts in found.items()}


def _fresh(connection: Connection, rule: CardRule, cases: Iterable[Case]) -> list[Case]:
    """Of several assignments or clocks of a case the first; a case that has its card gets no other."""
    first: dict[tuple[str, int], Case] = {}
    for case in cases:
        first.setdefault((case.unit, case.occurrence_id), case)
    known = cards.known(connection, rule.id, {unit for unit, _ in first}) if first else set()
    return [case for key, case in first.items() if key not in known]


def _standing(connection: Connection, rule: CardRule, today: date) -> dict[str, tuple[int, str]]:
    """Unit → (its cards so far, the period they count in)."""
    if rule.every is None:
        return {unit: (n, row_since(seq)) for unit, (n, seq) in cards.in_a_row(connection, rule.id).items()}
    since = first_day(rule.every, today)
    label = period(rule.every, today)
    return {unit: (n, label) for unit, n in cards.since_day(connection, rule.id, since).items()}


def _consequences(
    connection: Connection, router: Router, rule: CardRule, fresh: Iterable[Case]
) -> Iterable[tuple[list[Mapping[str, Any]], list[Reached]]]:
    """What is told of each unit that reached the number and was not told of for this period."""
    standing = _standing(connection, rule, router.lamp.today)
    spoken, times = cards.told_for(connection, rule.id), cards.times_told(connection, rule.id)
    label = period(rule.every, router.lamp.today) if rule.every else row_since(0)
    units: dict[str, list[Case]] = {}
    for case in fresh:
        units.setdefault(case.unit, []).append(case)
    for unit, cases in units.items():
        before, when = standing.get(unit, (0, label))
        count = before + len(cases)
        if count >= rule.at and (unit, when) not in spoken:
            tipped = cases[max(0, rule.at - before - 1)]
            yield _told(router, rule, tipped, when, count, times)


def _told(
    router: Router, rule: CardRule, case: Case, when: str, count: int, times: Mapping[tuple[str, str], int]
) -> tuple[list[Mapping[str, Any]], list[Reached]]:
    policy = router.lamp.settings.policy
    reached = [Reached(case.unit, tell, rule.name, tuple(router(0, case.unit, tell))) for tell in rule.tells]
    recipients: dict[str, Route] = {}
    for one in reached:
        for route in one.routes:
            recipients.setdefault(route.post, route)
    said = {
        "name": rule.name,
        "reason": reason(rule, count),
        "instrument": rule.instrument,
        "instrument_name": policy.instruments[rule.instrument],
        "urgent": rule.urgent,
    }
    rows: list[Mapping[str, Any]] = [
        {
            "kind": "card",
            "unit": case.unit,
            "rule": rule.id,
            "period": when,
            "recipient": route.post,
            "tell": route.tell,
            "instead_of": route.instead_of,
            "nth": times.get((case.unit, route.post), 0) + 1,
            "assignment_id": case.assignment_id,
            "said": said,
        }
        for route in recipients.values()
    ]
    return rows, reached
