"""The office is told of a channel that fails as a whole, once, over one that works."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn
from responsibility.store import channels, ledger, outbox
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.gone import Gone
from responsibility.usecases.workspace import ENGINE, Workspace
from responsibility.views.texts import Alarm

#: A channel that comes and goes is spoken of once in so long.
QUIET = timedelta(days=1)
#: Channels nobody may be looking at: taken where no other works.
_AT_HOME = ("console", "file")


def put_alarm(
    connection: Connection, workspace: Workspace, channel: str, reason: str, now: datetime, works: Collection[str]
) -> bool:
    """Write the alarm about a channel to the outbox, for who holds the office's first post; False where none can go.

    Where no other channel works it waits for this one, and then says that it works again.
    """
    settings = workspace.settings
    kinds = {name: settings.delivery.channels[name].kind for name in works if name != channel}
    over = sorted(kinds, key=lambda name: kinds[name] in _AT_HOME) or [channel]
    office = settings.chain.office
    organisation = organisation_store.load(connection, settings.chain.laid(LaidOn.MEMBERS))
    post = office and organisation.first_post(office)
    holders = organisation.holders(post, now.astimezone(settings.zone).date()) if post else ()
    if not holders or channel in outbox.alarms_since(connection, now - QUIET):
        return False
    seq = ledger.record(connection, Entry(now, ENGINE, "channel.park", values={"channel": channel, "text": reason}))
    same = {
        "seq": seq,
        "since_seq": seq,
        "posts": [post],
        "tier": office,
        "channel": over[0],
        "kind": "alarm",
        "urgent": True,
    }
    about = {"channel": channel, "reason": reason, "since": now.isoformat()}
    rows = [{**same, "person": person.code, "about": about, "created_at": now, "urgent": True} for person in holders]
    outbox.put(connection, rows)
    return True


def alarmer(connection: Connection, workspace: Workspace, now: datetime) -> Callable[[Any], Alarm | Gone]:
    """A function from an outbox row to its alarm as true at `now`, or to why there is nothing to tell any more."""
    states, settings = channels.states(connection), workspace.settings
    people = organisation_store.people

    def alarm(message: Any) -> Alarm | Gone:
        channel = message.about["channel"]
        state = states.get(channel)
        person = people(connection, [message.person]).get(message.person)
        works = message.channel == channel
        if person is None or (state is None and not works):
            return Gone("组织机构里没有这个人了" if person is None else "渠道已恢复")
        since = state.since if state else datetime.fromisoformat(message.about["since"])
        again = (state and state.parked_until) or now
        return Alarm(
            to=person.name,
            channel=channel,
            reason=state.reason if state else message.about["reason"],
            since=since.astimezone(settings.zone),
            again=again.astimezone(settings.zone),
            waiting=outbox.waiting_by_channel(connection).get(channel, 0),
            office=settings.home.name,
            contact=settings.home.contact,
            phone=settings.home.phone,
            works=works,
        )

    return alarm
