"""Handing over: whoever newly holds a post with open assignments is told of them, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from responsibility.core.assignment import SEVERITY
from responsibility.core.chain import Holding, Organisation
from responsibility.core.escalation import midnight
from responsibility.core.summary import AssignmentView
from responsibility.settings import Settings
from responsibility.store import assignments, outbox
from responsibility.usecases.gone import Gone
from responsibility.usecases.outgoing import Draft, Outgoing
from responsibility.usecases.status import Desk
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import HandOver, HandOverLine

#: So many assignments are told one by one.
LISTED = 30


def put_handovers(
    connection: Connection,
    workspace: Workspace,
    organisation: Organisation,
    begun: Sequence[Holding],
    seq: int,
    now: datetime,
) -> int:
    """Write the hand-over of every holding that begins to the outbox, one a person; returns how many there are.

    It goes out when the holding begins, or at the next moment that suits; what is open is read then.
    """
    settings = workspace.settings
    today = now.astimezone(settings.zone).date()
    posts, units = assignments.seats_with_open(connection)
    by_person: dict[str, list[Holding]] = {}
    for holding in begun:
        unit = organisation.post[holding.post].unit
        heads = unit in units and organisation.head(unit, settings.chain) == holding.post
        later = holding.from_on is not None and holding.from_on > today
        if holding.post in posts or heads or later:
            by_person.setdefault(holding.person, []).append(holding)
    drafts = [_draft(settings, organisation, some, today) for some in by_person.values()]
    outgoing = Outgoing(connection, settings, now, seq, "handover", apart=True)
    outgoing.put(drafts, settings.delivery.lines, lambda earlier: {})
    return len(by_person)


def _draft(settings: Settings, organisation: Organisation, some: Sequence[Holding], today: date) -> Draft:
    begins = min(holding.from_on or today for holding in some)
    posts = {holding.post: organisation.post[holding.post].tier for holding in some}
    return Draft(some[0].person, posts, begins=midnight(begins, settings.zone) if begins > today else None)


def withdraw_handovers(connection: Connection, holdings: Sequence[Holding], now: datetime) -> None:
    """Drop the hand-overs that still wait for holdings that ended or begin on another day."""
    gone: dict[str, set[str]] = {}
    for holding in holdings:
        gone.setdefault(holding.person, set()).add(holding.post)
    for message in outbox.handovers_waiting(connection) if gone else ():
        if gone.get(message.person, set()) & set(message.posts):
            outbox.mark(connection, message.id, "dropped", now, detail="任职有变")


def hander(connection: Connection, workspace: Workspace, now: datetime) -> Callable[[Any], HandOver | Gone]:
    """A function from an outbox row to its hand-over as true at `now`, or to why nothing is to be handed over."""
    desk = Desk(connection, workspace, now)

    def handed(message: Any) -> HandOver | Gone:
        return listing(desk, workspace, message, HandOver, _pressing) or Gone("岗位上没有要交接的任务")

    return handed


def _pressing(view: AssignmentView) -> Any:
    return -SEVERITY[view.light], view.due_on or date.max, view.code


Listing = TypeVar("Listing", bound=HandOver)


def listing(
    desk: Desk,
    workspace: Workspace,
    message: Any,
    kind: type[Listing],
    order: Callable[[AssignmentView], Any],
    among: Callable[[Any], bool] = lambda row: True,
) -> Listing | Gone | None:
    """What is open `among` the assignments of the posts a message is for, in `order`; None where nothing is."""
    organisation, chain, home = desk.organisation, workspace.settings.chain, workspace.settings.home
    today = desk.lamp.today
    person = organisation.person.get(message.person)
    posts = [organisation.post[code] for code in message.posts if code in organisation.post]
    if person is None or not any(person in organisation.holders(post.code, today) for post in posts):
        return Gone("收件人已不在这个岗位")
    units = [post.unit for post in posts if organisation.head(post.unit, chain) == post.code]
    rows = assignments.of_post(desk.connection, [post.code for post in posts], units)
    lines = sorted(desk.views([row for row in rows if among(row)], {}), key=order)
    return kind(
        to=person.name,
        posts=tuple(post.title for post in posts),
        on=today,
        lines=tuple(map(_line, lines[:LISTED])),
        more=max(0, len(lines) - LISTED),
        office=home.name,
        contact=home.contact,
        phone=home.phone,
    ) if lines else None  # fmt: skip


def _line(view: AssignmentView) -> HandOverLine:
    return HandOverLine(view.code, view.title, view.due_on, view.light, view.state, view.extensions)
