"""From a case to what its document says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.chain import OWNER, UNIT_HEAD, LaidOn, Organisation
from responsibility.core.escalation import Clock, kind_of, milestone_of
from responsibility.store import assignments, documents
from responsibility.store import organisation as organisation_store
from responsibility.usecases.documents.subject import Subject
from responsibility.usecases.lights import Lamp
from responsibility.usecases.routing import Router
from responsibility.views.papers import Paper, Party, Step
from responsibility.views.texts import lateness

#: The instrument that goes up to those the rung tells, not to the units.
REPORT = "report"
#: So many names are written out, and so many lines of what was told before.
_NAMED, _MEMBERS, _TOLD = 12, 6, 40


class Author:
    """Writes what documents say, as of the lamp's instant; `paper` is pure reading."""

    def __init__(self, connection: Connection, lamp: Lamp) -> None:
        self._connection = connection
        self._lamp = lamp
        self._settings = lamp.settings
        self._organisation: Organisation = organisation_store.load(connection)
        self._router = Router(connection, self._organisation, lamp)

    def paper(self, subject: Subject, kind: str, number: str) -> Paper:
        """The document of a case, under that name and number."""
        row, home = subject.rows[0], self._settings.home
        units = list(dict.fromkeys(one.unit for one in subject.rows))
        above = self._titles(subject, self._tells(subject))
        up = subject.instrument == REPORT
        family = [one for one in assignments.of_item(self._connection, row.item_code) if self._beside(one, row)]
        dues = [clock.due_on for clock in subject.clocks.values()]
        return Paper(
            kind=kind,
            number=number,
            on=self._lamp.today,
            office=home.name,
            contact=home.contact,
            phone=home.phone,
            to=above if up and above else "、".join(map(self._unit_name, units)),
            copies="" if up else above,
            item=row.code if len(subject.rows) == 1 else row.item_code,
            title=row.title,
            period=row.label,
            content=row.content or row.title,
            leaders=self._leaders(subject),
            leads=self._units(one.unit for one in family if one.role == "lead") or self._units(units),
            supports=self._units(one.unit for one in family if one.role == "support"),
            due_on=min(dues, default=row.due_on),
            report_every=row.report_every or self._by_policy(row),
            rung_name=subject.rung.name if subject.rung else "",
            parties=self._parties(subject),
            steps=self._steps(subject, units),
        )

    def _beside(self, one: Any, row: Any) -> bool:
        standing = one.state not in (State.DRAFT, State.CANCELLED)
        return one.occurrence_id == row.occurrence_id and standing

    def _by_policy(self, row: Any) -> str:
        every = self._lamp.ladder(row.policy_id, Clock.REPORT).every
        return "按督办规则的周期" if every else "未定周期，有进展随时反馈"

    def _tells(self, subject: Subject) -> tuple[str, ...]:
        """Whom the rung tells; without one, the rung of the finish ladder with the same instrument."""
        if subject.rung is not None:
            return subject.rung.tells
        rungs = self._lamp.ladder(subject.rows[0].policy_id, Clock.FINISH).rungs
        return next((rung.tells for rung in rungs if rung.instrument == subject.instrument), ())

    def _titles(self, subject: Subject, tells: Sequence[str]) -> str:
        """The posts above that are told, without the office itself."""
        chain = self._settings.chain
        above = [tell for tell in tells if tell not in (OWNER, UNIT_HEAD, chain.office)]
        return "、".join(self._told(subject, above, self._title))

    def _leaders(self, subject: Subject) -> str:
        tier = self._settings.chain.laid(LaidOn.LEADERS)
        return "、".join(self._told(subject, [tier] if tier else [], self._with_names))

    def _told(self, subject: Subject, tells: Sequence[str], word: Callable[[str], str]) -> Iterable[str]:
        rows = {(row.item_id if row.names_leaders else 0, row.unit) for row in subject.rows}
        order = {unit.code: at for at, unit in enumerate(self._organisation.units)}
        routes = (
            route
            for tell in tells
            for item, unit in sorted(rows, key=lambda key: order.get(key[1], 0))
            for route in self._router(item, unit, tell)
        )
        office = self._settings.chain.office
        posts = (route.post for route in routes if not self._is_of(route.post, office))
        return dict.fromkeys(map(word, posts))

    def _is_of(self, post: str, tier: str | None) -> bool:
        known = self._organisation.post.get(post)
        return known is not None and known.tier == tier

    def _title(self, code: str) -> str:
        post = self._organisation.post.get(code)
        return post.title if post else self._unit_name(code)

    def _with_names(self, code: str) -> str:
        title, names = self._title(code), self._names(code)
        return f"{title} {names}" if names and names != title else title

    def _names(self, code: str) -> str:
        return "、".join(person.name for person in self._organisation.holders(code, self._lamp.today))

    def _unit_name(self, code: str) -> str:
        unit = self._organisation.unit.get(code)
        chain = self._settings.chain
        return unit.name if unit else chain.tier(code).name if code in chain.order else code

    def _units(self, codes: Iterable[str]) -> str:
        return "、".join(map(self._unit_name, dict.fromkeys(codes)))

    # -- how each unit stands --------------------------------------------------------------------------------------

    def _parties(self, subject: Subject) -> tuple[Party, ...]:
        """A line for each unit; its members who are late with the same date are one."""
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for row in subject.rows:
            clock = subject.clocks.get(row.id)
            key = (row.unit, row.post is None, clock and clock.due_on, clock and clock.missed, row.extensions)
            groups.setdefault(key, []).append(row)
        said = documents.last_reports(self._connection, [some[0].id for some in groups.values() if len(some) == 1])
        return tuple(self._party(subject, some, said.get(some[0].id, "")) for some in groups.values())

    def _party(self, subject: Subject, some: Sequence[Any], said: str) -> Party:
        row, chain = some[0], self._settings.chain
        clock = subject.clocks.get(row.id)
        tier = chain.tier(row.tier).name if row.tier in chain.order else row.tier
        return Party(
            unit=self._unit_name(row.unit),
            role={"lead": "牵头", "support": "配合"}.get(row.role, tier),
            who=self._who(some),
            due_on=clock.due_on if clock else row.due_on,
            late=self._late(subject.clock, clock, row),
            reached=reached(row) if len(some) == 1 else "",
            said=said,
        )

    def _who(self, some: Sequence[Any]) -> str:
        """The head of the unit with its name; of members, the first of them and how many they are."""
        posts = [row.post for row in some if row.post]
        if not posts:
            head = self._organisation.head(some[0].unit, self._settings.chain)
            return self._with_names(head) if head else "没有负责人"
        named = "、".join(self._names(post) or self._title(post) for post in posts[:_MEMBERS])
        return f"{named}等 {len(posts)} 名党员" if len(posts) > _MEMBERS else named

    def _late(self, name: str, clock: Any, row: Any) -> str:
        if clock is None:
            return "没有写明完成时限"
        number = milestone_of(name)
        steps = row.deadline.get("milestones", ())
        title = str(steps[number - 1]["title"]) if number and number <= len(steps) else ""
        days = self._settings.calendar.between(clock.due_on, self._lamp.today)
        return lateness(
            kind_of(name), clock.due_on, self._lamp.today, days, clock.missed, title, extended=row.extensions
        )

    # -- what was told before --------------------------------------------------------------------------------------

    def _steps(self, subject: Subject, units: Sequence[str]) -> tuple[Step, ...]:
        """Every rung that was told before of these units, but for the one that calls for this document."""
        mine = (subject.clock, subject.rung.id if subject.rung else "")
        told: dict[tuple[int, str, str], list[Any]] = {}
        for row in documents.told_before(self._connection, subject.rows[0].occurrence_id, units):
            if (row.clock, row.rung) != mine:
                told.setdefault((row.seq, row.clock, row.rung), []).append(row)
        return tuple(self._step(some) for some in list(told.values())[-_TOLD:])

    def _step(self, some: Sequence[Any]) -> Step:
        row = some[0]
        rungs = self._lamp.ladder(row.policy_id, row.clock).rungs
        rung = next((rung for rung in rungs if rung.id == row.rung), None)
        names = list(dict.fromkeys(self._title(one.recipient) for one in some))
        many = f"等 {len(names)} 人" if len(names) > _NAMED else ""
        instruments = self._lamp.policy(row.policy_id).instruments
        return Step(
            on=row.at.astimezone(self._settings.zone).date(),
            rung_name=rung.name if rung else row.rung,
            instrument_name=instruments[rung.instrument] if rung else "提醒",
            told="、".join(names[:_NAMED]) + many,
            nth=max(one.nth for one in some),
        )


def reached(row: Any) -> str:
    """How far an assignment is, `1/4次 60%`; empty before the first report."""
    target = f"/{row.target_count}" if row.target_count else ""
    counted = f"{row.counted}{target}{row.target_unit}" if target or row.counted else ""
    percent = f"{row.percent}%" if row.percent is not None else ""
    return " ".join(part for part in (counted, percent) if part)
