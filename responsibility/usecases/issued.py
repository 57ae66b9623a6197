"""交办以后: whoever has to do what was newly laid is told of it, once and in one message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import OWNER, Organisation, routes
from responsibility.core.summary import AssignmentView
from responsibility.settings import Settings
from responsibility.store import issued, ledger
from responsibility.store import organisation as organisation_store
from responsibility.store.blocks import hold
from responsibility.store.ledger import Entry
from responsibility.usecases.feed import events_of
from responsibility.usecases.gone import Gone
from responsibility.usecases.handover import listing
from responsibility.usecases.outgoing import Draft, Outgoing
from responsibility.usecases.status import Desk
from responsibility.usecases.workspace import ENGINE, Workspace
from responsibility.views.ics import calendar_of
from responsibility.views.texts import Issued

#: Channels that show messages to the office itself: it has just seen what it assigned.
_ONESELF = "console"


def put_issued(workspace: Workspace, now: datetime) -> int:
    """Write a message to everyone who has to do something that was laid since the last time; returns how many.

    It goes out with the next delivery, under the rules for when people may be told something. Nobody is told twice.
    """
    settings = workspace.settings
    lines = [line for line in settings.delivery.lines if settings.delivery.channels[line[0]].kind != _ONESELF]
    with workspace.read() as connection:
        first, last = issued.news(connection)
    if first > last:
        return 0
    with workspace.write(now) as connection:
        first, last = issued.news(connection)
        issued.note_told(connection, last)
        told = _told(connection, settings, first, last, now) if lines and settings.tell_issued else {}
        if not told:
            return 0
        values = {"first": first, "last": last, "people": len(told)}
        seq = ledger.record(connection, Entry(now, ENGINE, "tell_issued", values=values))
        drafts = (Draft(person, posts) for person, posts in told.items())
        Outgoing(connection, settings, now, seq, "issued").put(
            drafts, lines, lambda earlier: _blocks(earlier, first, last)
        )
        return len(told)


def _told(
    connection: Connection, settings: Settings, first: int, last: int, now: datetime
) -> dict[str, dict[str, str]]:
    """Person → the posts they hold for which something was laid, each with its tier."""
    today = now.astimezone(settings.zone).date()
    organisation = organisation_store.load(connection)
    told: dict[str, dict[str, str]] = {}
    for row in issued.owners(connection, first, last):
        post: str | None = row.post or _head(row.unit, settings, organisation, today)
        if post is None:
            continue
        for person in organisation.holders(post, today):
            told.setdefault(person.code, {})[post] = organisation.post[post].tier
    return told


def _head(unit: str, settings: Settings, organisation: Organisation, today: date) -> str | None:
    """The post told of what a unit owns; None where nobody holds it: the ladder finds who hears of it instead."""
    found = routes(OWNER, unit, settings.chain, organisation, today)
    return next((route.post for route in found if route.instead_of is None), None)


def _blocks(earlier: Sequence[Any], first: int, last: int) -> dict[str, Any]:
    """A message speaks of the blocks of assignments of those it takes in, too."""
    return {"about": {"blocks": [*(block for one in earlier for block in one.about["blocks"]), [first, last]]}}


def waiting(workspace: Workspace) -> int:
    """How many people have a message about new work coming."""
    with workspace.read() as connection:
        return issued.people_waiting(connection)


def issuer(connection: Connection, workspace: Workspace, now: datetime) -> Callable[[Any], Issued | Gone]:
    """A function from an outbox row to what was newly laid, as true at `now`, or to why nothing of it is open."""
    desk = Desk(connection, workspace, now)

    def told(message: Any) -> Issued | Gone:
        blocks = message.about["blocks"]
        new = listing(desk, workspace, message, Issued, _soonest, lambda row: row.works and hold(blocks, [row.id]))
        if not isinstance(new, Issued):
            return new or Gone("新任务都已办结或收回")
        return replace(new, calendar=_calendar(connection, workspace, now, [line.code for line in new.lines]))

    return told


def _calendar(connection: Connection, workspace: Workspace, now: datetime, codes: Sequence[str]) -> bytes:
    """The dates of these assignments as a calendar file; empty where none has one."""
    events = events_of(connection, workspace, now, codes)
    return calendar_of(events, workspace.settings.home.name, now) if events else b""


def _soonest(view: AssignmentView) -> Any:
    return view.due_on or date.max, view.code
