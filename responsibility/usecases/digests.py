"""What a sweep has to say, as values: notices one by one, and one digest per person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import COPY, Organisation, Person
from responsibility.core.escalation import NO_LADDER, Clock, kind_of, milestone_of
from responsibility.core.summary import Noticed
from responsibility.core.timing import Held
from responsibility.store import cards, laying, outbox, sweeping, urging
from responsibility.store import organisation as organisation_store
from responsibility.usecases.gone import Gone, gone, why_untrue
from responsibility.usecases.lights import Lamp
from responsibility.usecases.reasons import Reasons
from responsibility.usecases.told import Told
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import Behind, Digest, DigestLine, day, due, in_order

#: What is to be finished stands before what is to be verified, reported and signed.
_PRESSING = (Clock.FINISH, Clock.MILESTONE, Clock.VERIFY, Clock.BEHIND, Clock.REPORT, Clock.SIGN)


class _Reader:
    """Turns notice rows into words, as of one instant."""

    def __init__(self, connection: Connection, workspace: Workspace, now: datetime) -> None:
        self.settings = workspace.settings
        self.lamp = Lamp(self.settings, laying.policies(connection), now)
        self.organisation: Organisation = organisation_store.load(connection)
        self.reasons = Reasons(self.lamp, self.organisation)
        #: Ledger entry of an act of urging by hand → its note.
        self.notes = urging.notes(connection)
        #: (assignment, recipient) → the notes among what is being read.
        self.said: dict[tuple[int, str], list[str]] = {}

    def rung(self, row: Any) -> Any:
        ladder = self.lamp.ladder(row.policy_id, row.clock)
        return next(rung for rung in ladder.rungs if rung.id == row.rung)

    def notice(self, row: Any) -> Noticed:
        rung = self.rung(row)
        post = self.organisation.post.get(row.recipient)
        people = self.organisation.holders(row.recipient, self.lamp.today)
        policy = self.lamp.policy(row.policy_id)
        return Noticed(
            item=row.item_code,
            title=row.title,
            assignment=row.code,
            clock=kind_of(row.clock).value,
            milestone=milestone_of(row.clock),
            rung=rung.id,
            rung_name=rung.name,
            nth=row.nth,
            tier=post.tier if post else row.tell,
            post=row.recipient,
            post_title=self.reasons.post_title(row.recipient),
            person="、".join(person.name for person in people),
            reason="；".join([self.reasons.late(row), *self._notes([row]), self.reasons.why([row])]),
            instrument=rung.instrument,
            instrument_name=policy.instruments[rung.instrument],
            light=self.lamp.shine(self.lamp.work(row, row.deadline), row.policy_id),
            unit=self.reasons.unit_name(row.unit),
            owner=self.reasons.post_title(row.post) if row.post else self.reasons.unit_name(row.unit),
            due_on=row.clock_due_on,
        )

    def holds(self, person: Person, posts: Iterable[str]) -> bool:
        """Whether a person holds any of the posts today."""
        return any(person in self.organisation.holders(post, self.lamp.today) for post in posts)

    def of_unit(self, row: Any) -> Noticed:
        """A notice of a unit's cards, with the assignment that tipped it."""
        post = self.organisation.post.get(row.recipient)
        people = self.organisation.holders(row.recipient, self.lamp.today)
        return Noticed(
            item=row.item_code,
            title=row.title,
            assignment=row.code,
            clock="card",
            rung=row.rule,
            rung_name=row.said["name"],
            nth=row.nth,
            tier=post.tier if post else row.tell,
            post=row.recipient,
            post_title=self.reasons.post_title(row.recipient),
            person="、".join(person.name for person in people),
            reason=f"{self.reasons.unit_name(row.unit)}{row.said['reason']}；{self.reasons.why([row])}",
            instrument=row.said["instrument"],
            instrument_name=row.said["instrument_name"],
            light=self.lamp.shine(self.lamp.work(row, row.deadline), row.policy_id),
            unit=self.reasons.unit_name(row.unit),
            owner=self.reasons.post_title(row.owner_post) if row.owner_post else self.reasons.unit_name(row.unit),
            due_on=row.due_on or self.lamp.today,
        )

    def digest(self, person: Person, posts: Sequence[str], rows: Iterable[Any], of_units: Iterable[Any] = ()) -> Digest:
        lines = in_order(
            [
                *(self._card_line(row) for row in of_units if row.kind == "card"),
                *self._lines(rows),
                *(self._gap_line(row) for row in of_units if row.kind == "gap"),
            ]
        )
        return Digest(
            to=person.name,
            posts=tuple(self.reasons.post_title(post) for post in posts),
            on=self.lamp.today,
            lines=lines,
            office=self.settings.home.name,
            contact=self.settings.home.contact,
            phone=self.settings.home.phone,
            copies=sum(line.copied for line in lines),
        )

    def _lines(self, rows: Iterable[Any]) -> list[DigestLine]:
        """One line for all that is alike, in the order of the clocks and from the last rung of each down."""
        ladders = self.settings.policy.ladders
        rungs = [rung.id for clock in _PRESSING for rung in reversed(ladders.get(clock, NO_LADDER).rungs)]
        place = {rung: at for at, rung in enumerate(rungs)}
        lines = [self._line(group) for group in _alike(rows)]
        return sorted(lines, key=lambda line: (place.get(line.rung, 99), line.due_on, line.item))

    def _line(self, group: Sequence[Any]) -> DigestLine:
        first = group[0]
        rung = self.rung(first)
        clock, days, late = kind_of(first.clock), self.reasons.days(first), self.reasons.late(first)
        # What is behind is not due yet: its clock counts from the day it fell behind.
        due_on = (first.due_on if clock is Clock.BEHIND else None) or first.clock_due_on
        return DigestLine(
            rung=rung.id,
            rung_name=rung.name,
            nth=max(row.nth for row in group),
            item=first.item_code,
            title=first.title,
            behind=self._behind(group),
            quote=first.code if len(group) == 1 else first.item_code,
            due_on=due_on,
            late=f"{due(clock, due_on, self.lamp.today)}，{late}" if clock is Clock.BEHIND else late,
            why="；".join([*self._notes(group), self.reasons.told(group)]),
            **self._instrument(rung.instrument, self.lamp.policy(first.policy_id).instruments),
            overdue=max(0, days) if clock is not Clock.BEHIND else 0,
            due=due(clock, due_on, self.lamp.today),
            step=self.reasons.step(first),
            copied=first.tell.startswith(COPY),
        )

    def _instrument(self, instrument: str, names: Mapping[str, str]) -> dict[str, Any]:
        """An instrument with its name and its place in the policy, which names the lightest first."""
        place = list(names).index(instrument) if instrument in names else 0
        return {"instrument": instrument, "instrument_name": names[instrument], "gravity": place + 1}

    def _notes(self, group: Sequence[Any]) -> list[str]:
        """What the office added where it urged by hand."""
        notes = (note for row in group for note in self.said.get((row.assignment_id, row.recipient), ()))
        return [f"办公室：{note}" for note in dict.fromkeys(notes)]

    def hear(self, rows: Iterable[Any]) -> None:
        """Take note of what was said by hand to whom of what; it stays said where the engine spoke later."""
        self.said = {}
        for row in rows:
            if row.seq in self.notes:
                self.said.setdefault((row.assignment_id, row.recipient), []).append(self.notes[row.seq])

    def _card_line(self, row: Any) -> DigestLine:
        return DigestLine(
            rung=row.rule,
            rung_name=row.said["name"],
            **self._instrument(row.said["instrument"], self._names(row)),
            nth=row.nth,
            item=row.item_code,
            title_outside=row.title,
            title=f"{self.reasons.unit_name(row.unit)}{row.said['reason']}",
            behind=(Behind(self.reasons.unit_name(row.unit)),),
            quote=row.code,
            due_on=row.due_on or self.lamp.today,
            late=f"最近一次：{row.title}",
            why=self.reasons.told_of_unit(row),
            due=f"时限{day(row.due_on, self.lamp.today)}" if row.due_on else "",
            step=self.reasons.step_of_unit(row),
            copied=row.tell.startswith(COPY),
        )

    def _names(self, row: Any) -> dict[str, str]:
        """The instruments of today's policy, with the one a card was told with as it was called then."""
        names = dict(self.settings.policy.instruments)
        return names | {row.said["instrument"]: row.said["instrument_name"]}

    def _gap_line(self, row: Any) -> DigestLine:
        return DigestLine(
            rung=row.rule,
            rung_name="责任链有缺口",
            instrument_name="提示",
            nth=row.nth,
            item="",
            title=row.said["message"],
            behind=(),
            quote="",
            due_on=self.lamp.today,
            late=f"请{row.said['mend']}",
            why="您负责统筹协调",
            instrument="gap",
            title_outside="责任链有缺口",
        )

    def _behind(self, group: Sequence[Any]) -> tuple[Behind, ...]:
        units: dict[str, list[str]] = {}
        for row in group:
            units.setdefault(row.unit, []).extend([self.reasons.post_title(row.post)] if row.post else [])
        return tuple(Behind(self.reasons.unit_name(unit), tuple(members)) for unit, members in units.items())


def noticed(connection: Connection, workspace: Workspace, seq: int, now: datetime) -> tuple[Noticed, ...]:
    """The notices of one sweep, those of units last."""
    reader = _Reader(connection, workspace, now)
    of_units = [reader.of_unit(row) for row in cards.notices_of(connection, seq) if row.kind == "card"]
    rows = sweeping.notices_of(connection, seq)
    reader.hear(rows)
    return (*(reader.notice(row) for row in rows), *of_units)


def digests_of(connection: Connection, workspace: Workspace, seq: int, now: datetime) -> tuple[Digest, ...]:
    """Every digest of one sweep, one for each person it tells, in the order of the outbox."""
    digest = digester(connection, workspace, now)
    messages = {message.person: message for message in reversed(outbox.of_sweep(connection, seq))}
    found = (digest(message) for message in reversed(messages.values()))
    return tuple(one for one in found if isinstance(one, Digest))


def digester(
    connection: Connection, workspace: Workspace, now: datetime, messages: Sequence[Any] = ()
) -> Callable[[Any], Digest | Gone]:
    """A function from an outbox row to its digest as true at `now`, or to why nothing of it is true any more.

    Nothing of it is for a person who has left all its posts: whoever holds them now got a hand-over instead. What
    `messages` tell is read beforehand, in one go.
    """
    reader = _Reader(connection, workspace, now)
    notices = Told(connection, messages)

    def digest(message: Any) -> Digest | Gone:
        told = notices.of(message)
        reader.hear(told)
        newest = {(row.assignment_id, row.clock, row.recipient): row for row in told}
        rows = [row for row in newest.values() if not why_untrue(row)]
        person = reader.organisation.person.get(message.person)
        of_units = notices.of_units(message)
        if person is None or not reader.holds(person, message.posts):
            return Gone("收件人已不在这个岗位")
        if not (rows or of_units):
            return gone(newest.values())
        said = reader.digest(person, message.posts, rows, of_units)
        return replace(said, weekly=message.held_why == Held.WEEKLY)

    return digest


def _alike(rows: Iterable[Any]) -> list[list[Any]]:
    """All who are late with one item on one rung are one line; who was given another date is another."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        later = (row.extensions, row.clock_due_on) if row.extensions and kind_of(row.clock) is Clock.FINISH else None
        key = (row.clock, row.rung, row.occurrence_id, row.tell, row.instead_of is None, later)
        groups.setdefault(key, []).append(row)
    return list(groups.values())
