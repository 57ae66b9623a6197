"""From stored rows to the works the core judges: one `Lamp` per command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from responsibility.core import assignment as core
from responsibility.core.assignment import Light, State, Work, rectified
from responsibility.core.deadline import milestone_days
from responsibility.core.escalation import NO_LADDER, Clock, Ladder, Policy, kind_of, moment, next_moment, overdue_from
from responsibility.settings import Settings, policy_from_record


class Lamp:
    """Lights and rungs as of `now`, under the policy each assignment started with."""

    def __init__(self, settings: Settings, policies: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
        self.settings = settings
        self.now = now
        self._records = policies
        self._policies: dict[int, Policy] = {}
        self._soon: dict[tuple[int, date], datetime | None] = {}
        self._lights: dict[tuple[Work, float], Light] = {}
        self._milestones: dict[int, tuple[date, ...]] = {}

    @cached_property
    def today(self) -> date:
        """`now` in office time."""
        return self.now.astimezone(self.settings.zone).date()

    def policy(self, policy_id: int) -> Policy:
        if policy_id not in self._policies:
            self._policies[policy_id] = policy_from_record(self._records[policy_id])
        return self._policies[policy_id]

    @cached_property
    def urgent_rungs(self) -> list[str]:
        """Ids of the rungs that go out on non-working days too, under any policy."""
        ladders = [ladder for policy_id in self._records for ladder in self.policy(policy_id).ladders.values()]
        return sorted({rung.id for ladder in ladders for rung in ladder.rungs if rung.urgent})

    @cached_property
    def empty_ladders(self) -> list[tuple[int, str]]:
        """(policy, clock) of every ladder without rungs."""
        every = ((policy_id, self.policy(policy_id).ladders) for policy_id in sorted(self._records))
        return [(policy_id, clock.value) for policy_id, of in every for clock, one in of.items() if not one.rungs]

    def ladder(self, policy_id: int, clock: str) -> Ladder:
        """The ladder of a clock, by its name; an empty one where the policy is from before there were such clocks."""
        return self.policy(policy_id).ladders.get(kind_of(clock), NO_LADDER)

    def soon_at(self, policy_id: int, due_on: date | None) -> datetime | None:
        """The instant of the first finish rung."""
        if due_on is None:
            return None
        key = (policy_id, due_on)
        if key not in self._soon:
            rungs = self.ladder(policy_id, Clock.FINISH).rungs
            settings = self.settings
            self._soon[key] = moment(rungs[0], due_on, settings.calendar, settings.zone) if rungs else None
        return self._soon[key]

    def milestones(self, item_id: int, deadline: Mapping[str, Any]) -> tuple[date, ...]:
        """The days an item's milestones fall due."""
        if item_id not in self._milestones:
            self._milestones[item_id] = milestone_days(deadline)
        return self._milestones[item_id]

    def _milestones_of(self, row: Any, deadline: Mapping[str, Any]) -> tuple[date, ...]:
        """The milestones of one assignment: so many working days later as suspension gave back."""
        days = self.milestones(row.item_id, deadline)
        return tuple(self.settings.calendar.shift(day, row.given_back) for day in days) if row.given_back else days

    def work(self, row: Any, deadline: Mapping[str, Any]) -> Work:
        """The work behind a row that carries an assignment's columns, `starts_on`, `item_id` and `target_count`."""
        work = Work(
            state=State(row.state),
            starts_on=max(row.starts_on, row.issued_on or row.starts_on),
            due_on=row.due_on,
            due_at=row.due_at,
            soon_at=self.soon_at(row.policy_id, row.due_on),
            percent=row.percent,
            counted=row.counted,
            target=row.target_count,
            milestones_done=row.milestones_done,
            milestones=self._milestones_of(row, deadline),
            submitted_late=row.submitted_late,
        )
        return rectified(work, row.rectifying_since) if row.rectifying_since else work

    def resting(self, state: str) -> Work:
        """The work behind an assignment whose work is done below: only its state matters."""
        return Work(State(state), self.today, None, None, None)

    def shine(self, work: Work, policy_id: int) -> Light:
        """The light of a work, judged once for all that are alike."""
        key = (work, self.policy(policy_id).tolerance)
        if key not in self._lights:
            self._lights[key] = core.light(work, self.now, self.today, key[1])
        return self._lights[key]

    def following(
        self, policy_id: int, clock: str, due_on: date, rung: int, rule: str = "", missed: int = 0
    ) -> datetime | None:
        """When the rung after `rung` is reached (of a report clock, or its next period)."""
        settings = self.settings
        ladder = self.ladder(policy_id, clock)
        return next_moment(ladder, due_on, rung, settings.calendar, settings.zone, rule, missed)


def arm(settings: Settings, ladder: Ladder, due_on: date, due_at: datetime) -> dict[str, Any]:
    """A clock before its first rung, as ledger entries write it."""
    next_at = next_moment(ladder, due_on, -1, settings.calendar, settings.zone)
    return {"due_on": due_on.isoformat(), "due_at": due_at.isoformat(), "next_at": next_at and next_at.isoformat()}


def arm_within(settings: Settings, ladder: Ladder, now: datetime) -> dict[str, Any]:
    """A clock that starts now and is due within the ladder's own term of working days."""
    due_on = settings.calendar.shift(now.astimezone(settings.zone).date(), ladder.within or 0)
    return arm(settings, ladder, due_on, overdue_from(due_on, settings.zone))
