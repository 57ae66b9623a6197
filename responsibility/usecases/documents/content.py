"""From a case to what its document says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.chain import OWNER, UNIT_HEAD, LaidOn, Organisation
from responsibility.core.escalation import Clock, kind_of, milestone_of
from responsibility.store import assignments, documents, worklists
from responsibility.store import organisation as organisation_store
from responsibility.usecases.documents.subject import Subject
from responsibility.usecases.lights import Lamp
from responsibility.usecases.routing import Router
from responsibility.views.papers import Paper, Party, Step
from responsibility.views.texts import lateness, waits_for

#: The instrument that goes up to those the rung tells, not to the units.
REPORT = "report"
#: So many names are written out, and so many lines of what was told before.
_NAMED, _MEMBERS, _TOLD = 12, 6, 40
#: What is not done, said of the units: it is the office that judges.
_OF_UNITS = {Clock.VERIFY: "通过审核"}


@dataclass(frozen=True, slots=True)
class Known:
    """Who is who; read once where many documents are written."""

    organisation: Organisation
    #: Item id → the leaders' posts it names.
    leaders: Mapping[int, Sequence[str]]
    router: Router

    @classmethod
    def read(cls, connection: Connection, lamp: Lamp) -> Known:
        organisation = organisation_store.load(connection)
        return cls(organisation, worklists.leaders_named(connection), Router(connection, organisation, lamp))


class Author:
    """Writes what documents say, as of the lamp's instant; `paper` is pure reading."""

    def __init__(self, connection: Connection, lamp: Lamp, known: Known | None = None) -> None:
        self._connection = connection
        self._lamp = lamp
        self._settings = lamp.settings
        known = known or Known.read(connection, lamp)
        self._organisation, self._named, self._router = known.organisation, known.leaders, known.router

    def paper(self, subject: Subject, kind: str, number: str) -> Paper:
        """The document of a case, under that name and number."""
        row, home = subject.rows[0], self._settings.home
        units = list(dict.fromkeys(one.unit for one in subject.rows))
        above = self._titles(subject, self._tells(subject))
        up = subject.instrument == REPORT
        family = [one for one in assignments.of_item(self._connection, row.item_code) if self._beside(one, row)]
        dues = [one.due_on for one in subject.rows if one.due_on is not None]
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
            content=row.content if row.content != row.title else "",
            leaders=self._leaders(row),
            leads=self._units(one.unit for one in family if one.role == "lead") or self._units(units),
            supports=self._units(one.unit for one in family if one.role == "support"),
            due_on=min(dues, default=None),
            report_every=row.report_every or self._by_policy(row),
            rung_name=subject.rung.name if subject.rung else "",
            parties=self._parties(subject),
            steps=self._steps(subject, units),
            overseers=self._overseers(subject),
            undone=self._undone(subject),
        )

    def _undone(self, subject: Subject) -> str:
        """What the clock waits for, where one is past its date; what falls behind is not yet."""
        kind = kind_of(subject.clock)
        late = any(clock.due_on < self._lamp.today for clock in subject.clocks.values())
        return _OF_UNITS.get(kind) or waits_for(kind) if late and kind is not Clock.BEHIND else ""

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

    def _leaders(self, row: Any) -> str:
        return "、".join(map(self._with_names, self._named.get(row.item_id, ()))) if row.names_leaders else ""

    def _overseers(self, subject: Subject) -> str:
        """Those who oversee the units; nobody stands in for one who is missing."""
        tier = self._settings.chain.laid(LaidOn.LEADERS)
        units = dict.fromkeys(row.unit for row in subject.rows)
        routes = [route for unit in units for route in self._router(0, unit, tier)] if tier else []
        return "、".join(dict.fromkeys(self._with_names(one.post) for one in routes if self._is_of(one.post, tier)))

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
        alone = len({row.unit for row in subject.rows}) == 1
        return tuple(self._party(subject, some, said.get(some[0].id, ""), alone) for some in groups.values())

    def _party(self, subject: Subject, some: Sequence[Any], said: str, alone: bool) -> Party:
        row, chain = some[0], self._settings.chain
        clock = subject.clocks.get(row.id)
        tier = chain.tier(row.tier).name if row.tier in chain.order else row.tier
        head, posts = self._head(row.unit), [one.post for one in some if one.post]
        count = f"{len(posts)} 名党员" if posts else ""
        return Party(
            unit=self._unit_name(row.unit),
            role={"lead": "牵头", "support": "配合"}.get(row.role, tier),
            who=(self._members(posts) if alone else count) or head,
            head=head,
            count=count,
            due_on=row.due_on,
            late=self._late(subject.clock, clock, row),
            reached=reached(row) if len(some) == 1 else "",
            said=said,
        )

    def _head(self, unit: str) -> str:
        head = self._organisation.head(unit, self._settings.chain)
        return self._with_names(head) if head else "没有负责人"

    def _members(self, posts: Sequence[str]) -> str:
        """The first of them, and how many they are."""
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
        return tuple(self._step(some, len(units) == 1) for some in list(told.values())[-_TOLD:])

    def _step(self, some: Sequence[Any], alone: bool) -> Step:
        row = some[0]
        rungs = self._lamp.ladder(row.policy_id, row.clock).rungs
        rung = next((rung for rung in rungs if rung.id == row.rung), None)
        members = self._settings.chain.laid(LaidOn.MEMBERS)
        posts = list(dict.fromkeys(one.recipient for one in some))
        named = [post for post in posts if alone or members is None or not self._is_of(post, members)]
        names = list(dict.fromkeys(map(self._title, named)))
        told = "、".join(names[:_NAMED]) + (f"等 {len(names)} 人" if len(names) > _NAMED else "")
        counted = f"{len(posts) - len(named)} 名党员" if len(named) < len(posts) else ""
        instruments = self._lamp.policy(row.policy_id).instruments
        return Step(
            on=row.at.astimezone(self._settings.zone).date(),
            rung_name=rung.name if rung else row.rung,
            instrument_name=instruments[rung.instrument] if rung else "提醒",
            told="、".join(part for part in (told, counted) if part),
            nth=max(one.nth for one in some),
            instrument=rung.instrument if rung else "reminder",
        )


def reached(row: Any) -> str:
    """How far an assignment is, `1/4次 60%`; empty before the first report."""
    target = f"/{row.target_count}" if row.target_count else ""
    counted = f"{row.counted}{target}{row.target_unit}" if target or row.counted else ""
    percent = f"{row.percent}%" if row.percent is not None else ""
    return " ".join(part for part in (counted, percent) if part)
