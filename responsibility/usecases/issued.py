"""交办以后: whoever has to do what was newly laid is told of it, once and in one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import OWNER, LaidOn, Organisation, routes
from responsibility.core.summary import AssignmentView
from responsibility.settings import Settings
from responsibility.store import assignments, issued, ledger, outbox
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.status import Desk
from responsibility.usecases.workspace import ENGINE, Workspace
from responsibility.views.texts import HandOverLine, Issued

#: So many assignments are told one by one.
LISTED = 30

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
        outbox.put(connection, list(_rows(settings, told, lines, seq, now, {"first": first, "last": last})))
        return len(told)


def _told(
    connection: Connection, settings: Settings, first: int, last: int, now: datetime
) -> dict[str, dict[str, str]]:
    """Person → the posts they hold for which something was laid, each with its tier."""
    today = now.astimezone(settings.zone).date()
    organisation = organisation_store.load(connection)
    told: dict[str, dict[str, str]] = {}
    for row in issued.owners(connection, first, last):
        post = row.post or _head(row.unit, settings, organisation, today)
        for person in organisation.holders(post, today) if post else ():
            told.setdefault(person.code, {})[post] = organisation.post[post].tier
    return told


def _head(unit: str, settings: Settings, organisation: Organisation, today: date) -> str | None:
    """The post told of what a unit owns; None where nobody holds it: the ladder finds who hears of it instead."""
    found = routes(OWNER, unit, settings.chain, organisation, today)
    return next((route.post for route in found if route.instead_of is None), None)


def _rows(
    settings: Settings,
    told: Mapping[str, Mapping[str, str]],
    lines: Sequence[Sequence[str]],
    seq: int,
    now: datetime,
    about: Mapping[str, int],
) -> Iterable[dict[str, Any]]:
    for person, posts in told.items():
        wait = settings.clockwork.wait(now, chosen=settings.hours.chosen_of(posts))
        for line in lines:
            yield {
                "kind": "issued",
                "seq": seq,
                "since_seq": seq,
                "person": person,
                "posts": sorted(posts),
                "tier": min(posts.values(), key=lambda tier: settings.chain.order.get(tier, 99)),
                "channel": line[0],
                "created_at": now,
                "about": dict(about),
                "status": "held" if wait else "pending",
                "retry_at": wait and wait.until,
                "held_why": wait.why.value if wait else "",
            }


def issuer(connection: Connection, workspace: Workspace, now: datetime) -> Callable[[Any], Issued | None]:
    """A function from an outbox row to what was newly laid, as true at `now`; None where nothing of it is open."""
    desk = Desk(connection, workspace, now)
    organisation, chain, home = desk.organisation, workspace.settings.chain, workspace.settings.home
    members = chain.laid(LaidOn.MEMBERS)

    def told(message: Any) -> Issued | None:
        person = organisation.person.get(message.person)
        posts = [organisation.post[code] for code in message.posts if code in organisation.post]
        if person is None or not any(person in organisation.holders(post.code, desk.lamp.today) for post in posts):
            return None
        units = [
            post.unit for post in posts if post.tier != members and organisation.head(post.unit, chain) == post.code
        ]
        mine = assignments.of_post(connection, [post.code for post in posts], units)
        first, last = message.about["first"], message.about["last"]
        views = desk.views([row for row in mine if row.works and first <= row.id <= last], {})
        lines = sorted(views, key=lambda view: (view.due_on or date.max, view.code))
        return Issued(
            to=person.name,
            posts=tuple(post.title for post in posts),
            on=desk.lamp.today,
            lines=tuple(map(_line, lines[:LISTED])),
            more=max(0, len(lines) - LISTED),
            office=home.name,
            contact=home.contact,
            phone=home.phone,
        ) if lines else None  # fmt: skip

    return told


def _line(view: AssignmentView) -> HandOverLine:
    return HandOverLine(view.code, view.title, view.due_on, view.light, view.state, view.extensions)
