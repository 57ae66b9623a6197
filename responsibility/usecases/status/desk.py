"""One item, one post: assignments as they are shown, with lights, clocks and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core import summary as core
from responsibility.core.assignment import Light, State, worst
from responsibility.core.deadline import from_record, milestone_days
from responsibility.core.escalation import Clock, kind_of, milestone_of, next_rung, runs
from responsibility.core.review import Verdict
from responsibility.core.summary import (
    AssignmentView,
    ClockView,
    Delegated,
    ItemView,
    Requested,
    ReviewLine,
    Tally,
    Told,
)
from responsibility.store import assignments, delegations, extensions, laying, reviews, tasksheets, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.reviews import STOPPED
from responsibility.usecases.answering import Answering
from responsibility.usecases.codes import unknown_seat, unknown_work
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace, not_before_last_act


def show(workspace: Workspace, code: str, now: datetime) -> ItemView:
    """One item (or the item of one assignment) with its chain, clocks, last notices and what comes next."""
    with workspace.read() as connection:
        not_before_last_act(connection, now, workspace.settings, workspace.leeway)
        return show_in(connection, workspace, code, now)


def show_in(connection: Connection, workspace: Workspace, code: str, now: datetime) -> ItemView:
    """As `show`; `connection` may be a rebuilt past, then `now` is its last instant."""
    only = assignments.by_code(connection, code)
    found = worklists.items(connection, code=only.item_code if only else code, withdrawn=True)
    if not found:
        raise unknown_work(connection, code)
    row = found[0]
    desk = Desk(connection, workspace, now)
    told = assignments.last_notices(connection, row.id, now)
    laid = assignments.of_item(connection, row.code)
    views = desk.views(laid, told)
    shown = tuple(view for view in views if only is None or view.code == code)
    period = current_period(laid, desk.lamp.today)
    days = [one.occurrence_due_on for one in laid if (one.label or None) == period and one.occurrence_due_on]
    return _item_view(row, shown, period, max(days, default=None))


def current_period(rows: Sequence[Any], today: date) -> str | None:
    """The label of the first period laid that is not over, else of the last; None where nothing recurs."""
    periods = sorted({(row.occurrence_due_on, row.label) for row in rows if row.label})
    ahead = [label for due_on, label in periods if due_on >= today]
    return ahead[0] if ahead else periods[-1][1] if periods else None


def _item_view(row: Any, views: tuple[AssignmentView, ...], period: str | None, laid_due_on: date | None) -> ItemView:
    deadline = from_record(row.deadline)
    standing = [view for view in views if view.state is not State.CANCELLED]
    now = [view for view in standing if view.occurrence == period] or standing
    later = [view for view in now if view.extensions]
    dues = [view.due_on for view in (now if period else standing) if view.due_on]
    return ItemView(
        code=row.code,
        title=row.title,
        category=row.category_name or row.category,
        content=row.content,
        phrase=row.phrase,
        because=deadline.because,
        due_on=max(dues) if dues else deadline.due_on,
        light=worst(view.light for view in standing) if standing else None,
        needs_confirmation=row.needs_confirmation,
        readings=tuple(str(reading) for reading in deadline.readings),
        milestones=tuple((step.title, step.due_on) for step in deadline.milestones),
        target=row.target_count,
        target_unit=row.target_unit,
        list_code=row.list_code,
        issued_on=row.issued_on,
        assignments=views,
        report_every=row.report_every,
        extended=len(later),
        laid_due_on=laid_due_on,
        extended_to=max((view.due_on for view in later if view.due_on), default=None),
    )


def todo(workspace: Workspace, whom: str, now: datetime) -> tuple[str, tuple[AssignmentView, ...]]:
    """(name, what is open) for a post or a unit: its own, a unit's for its head, and what a post acts on for others."""
    with workspace.read() as connection:
        not_before_last_act(connection, now, workspace.settings, workspace.leeway)
        organisation = organisation_store.load(connection)
        chain = workspace.settings.chain
        if whom in organisation.post:
            unit = organisation.post[whom].unit
            units = [unit] if organisation.head(unit, chain) == whom else []
            name, posts = organisation.post[whom].title, [whom]
        elif whom in organisation.unit:
            name, posts, units = organisation.unit[whom].name, [], [whom]
        else:
            raise unknown_seat(organisation, whom)
        desk = Desk(connection, workspace, now)
        acting = [id_ for post in posts for id_ in delegations.of_post(connection, post, desk.lamp.today)]
        return name, desk.views(assignments.of_post(connection, posts, units, acting), {})


class Desk:
    """Turns assignment rows into views, with lights rolled up inside each occurrence."""

    def __init__(self, connection: Connection, workspace: Workspace, now: datetime) -> None:
        self.connection = connection
        self.settings = workspace.settings
        self.lamp = Lamp(self.settings, laying.policies(connection), now)
        self.organisation = organisation_store.load(connection)

    def views(self, rows: Sequence[Any], told: Mapping[int, Any]) -> tuple[AssignmentView, ...]:
        live = [row for row in rows if row.state != State.DRAFT]
        lights = self._lights(live)
        ids = [row.id for row in live]
        clocks = assignments.clocks_of(self.connection, ids)
        held = reviews.held(self.connection, ids)
        delegated = delegations.active(self.connection, ids, self.lamp.today)
        requests: dict[int, list[Any]] = {}
        for one in extensions.about(self.connection, ids):
            requests.setdefault(one.assignment_id, []).append(one)
        views = (
            self._view(row, lights.get(row.id, Light.ON_SCHEDULE), clocks.get(row.id, []), told.get(row.id))
            for row in live
        )
        return tuple(
            self._asked(
                self._reviewed(
                    self._delegated(view, delegated.get(row.id)), clocks.get(row.id, []), held.get(row.id, [])
                ),
                row,
                requests.get(row.id, []),
            )
            for row, view in zip(live, views, strict=True)
        )

    def _reviewed(self, view: AssignmentView, clocks: Sequence[Any], held: Sequence[Any]) -> AssignmentView:
        """With the reviews that were held, and the day of the next one."""
        due = [clock.due_on for clock in clocks if clock.clock == Clock.REVIEW and clock.rung != STOPPED]
        running = due and runs(Clock.REVIEW, view.state)
        zone = self.settings.zone
        lines = tuple(
            ReviewLine(row.held_at.astimezone(zone), Verdict(row.verdict), row.text, row.held_by, row.rectify_by)
            for row in held
        )
        return replace(view, reviews=lines, next_review=due[0] if running else None)

    def _asked(self, view: AssignmentView, row: Any, requests: Sequence[Any]) -> AssignmentView:
        """With the extension that waits for an answer, and whether one was granted after the due date."""
        view = replace(view, extended_late=any(one.status == extensions.APPROVED for one in requests))
        asked = next((one for one in requests if one.status == extensions.OPEN), None)
        if asked is None or row.state in extensions.OVER:
            return view
        answering = Answering(self.connection, self.settings, self.organisation, self.lamp)
        whom, posts = answering.whom(row, asked.agreed), tuple(answering.posts(row, asked.agreed))
        on = asked.asked_at.astimezone(self.settings.zone).date()
        return replace(view, asked=Requested(asked.to_on, on, asked.asked_by, whom, posts))

    def _delegated(self, view: AssignmentView, row: Any) -> AssignmentView:
        """With who acts for the owner, where somebody does."""
        if row is None:
            return view
        post = self.organisation.post.get(row.post)
        names = "、".join(person.name for person in self.organisation.holders(row.post, self.lamp.today))
        return replace(view, delegation=Delegated(row.post, post.title if post else row.post, names, row.until_on))

    def _lights(self, rows: Sequence[Any]) -> dict[int, Light]:
        """The light of each row; those above the work need their whole family."""
        family = {row.id: row for row in rows}
        for item in dict.fromkeys(row.item_code for row in rows if not row.works):
            family.update({row.id: row for row in assignments.of_item(self.connection, item)})
        tallies = {
            row.id: Tally(
                row.item_id,
                row.occurrence_id,
                row.tier,
                row.unit,
                row.post,
                row.works,
                self.lamp.work(row, row.deadline),
                1,
            )
            for row in family.values()
            if row.state != State.DRAFT
        }
        policy = {id(tallies[row.id].work): row.policy_id for row in family.values() if row.id in tallies}
        chain = self.settings.chain
        lit = core.lit(
            list(tallies.values()),
            lambda work: self.lamp.shine(work, policy[id(work)]),
            chain,
            lambda unit: self.organisation.leaders_of(unit, chain),
        )
        lights = {id(one.tally): one.light for one in lit}
        return {key: lights[id(tally)] for key, tally in tallies.items() if id(tally) in lights}

    def _view(self, row: Any, light: Light, clocks: Sequence[Any], told: Any) -> AssignmentView:
        organisation, chain = self.organisation, self.settings.chain
        post = row.post or organisation.head(row.unit, chain)
        unit = organisation.unit.get(row.unit)
        holders = organisation.holders(post, self.lamp.today) if post else []
        return AssignmentView(
            code=row.code,
            item=row.item_code,
            title=row.title,
            tier=row.tier,
            tier_name=chain.tier(row.tier).name if row.tier in chain.order else row.tier,
            role=row.role,
            unit=row.unit,
            unit_name=unit.name if unit else row.unit,
            post=post,
            post_title=organisation.post[post].title if post in organisation.post else "",
            person="、".join(person.name for person in holders),
            state=State(row.state),
            light=light,
            works=row.works,
            signs=row.signs,
            due_on=row.due_on,
            percent=row.percent,
            counted=row.counted,
            target=row.target_count,
            target_unit=row.target_unit,
            clocks=tuple(self._clock(clock, State(row.state)) for clock in clocks if not _reached(clock, row)),
            extensions=row.extensions,
            laid_due_on=row.laid_due_on,
            returns=row.returns,
            last_told=self._told(row, told) if told is not None else None,
            occurrence=row.label,
            milestones_done=row.milestones_done,
            milestones=len(milestone_days(row.deadline)),
            returned_because=self._returned_because(row),
        )

    def _returned_because(self, row: Any) -> str:
        if row.state != State.RETURNED:
            return ""
        return tasksheets.reasons(self.connection, [row.id], self.lamp.now).get(row.id, "")

    def _clock(self, row: Any, state: State) -> ClockView:
        ladder = self.lamp.ladder(row.policy_id, row.clock)
        rungs = ladder.rungs
        at = rungs[row.rung] if 0 <= row.rung < len(rungs) else None
        follows = next_rung(ladder, row.rung, row.rule, row.missed) if row.next_at is not None else None
        after = rungs[follows] if follows is not None else None
        return ClockView(
            clock=kind_of(row.clock).value,
            milestone=milestone_of(row.clock),
            arming=row.arming,
            due_at=row.due_at.astimezone(self.settings.zone),
            due_on=row.due_on,
            rung=at.id if at else None,
            rung_name=at.name if at else "",
            next_at=row.next_at and row.next_at.astimezone(self.settings.zone),
            next_rung=after.id if after else None,
            next_rung_name=after.name if after else "",
            next_tells="、".join(self._tell_name(tell) for tell in after.tells) if after else "",
            climbed=at is not None and at is rungs[-1] and row.next_at is None and runs(row.clock, state),
            missed=row.missed,
        )

    def _tell_name(self, tell: str) -> str:
        chain = self.settings.chain
        names = {"owner": "责任人", "unit_head": "单位负责人"}
        return chain.tier(tell).name if tell in chain.order else names.get(tell, tell)

    def _told(self, row: Any, told: Any) -> Told:
        rungs = self.lamp.ladder(row.policy_id, told.clock).rungs
        name = next((rung.name for rung in rungs if rung.id == told.rung), told.rung)
        post = self.organisation.post.get(told.recipient)
        return Told(name, post.title if post else told.recipient, told.nth)


def _reached(clock: Any, row: Any) -> bool:
    """Whether a clock is about a milestone that was reported done."""
    number = milestone_of(clock.clock)
    return number is not None and number <= row.milestones_done
