"""What became of messages, and what the office decides about those that did not arrive."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import Organisation
from responsibility.core.errors import IllegalTransition, NoRight, UnknownCode
from responsibility.core.summary import CHANNEL_DOWN, MESSAGE_STATUS, MessageLine, MessagesDecided
from responsibility.core.text import showable
from responsibility.store import channels, ledger, outbox
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.deliver.handing import number_of
from responsibility.usecases.rights import actor_of, organisation_for, seat_of
from responsibility.usecases.workspace import Workspace

#: What is shown where no status is asked for: what did not arrive and what waits.
UNSETTLED = ("uncertain", "failed", "held", "pending", "sending")
#: What may be sent again, and what may be given up.
RESENDABLE = ("failed", "uncertain", "held", "pending")

_KEY = re.compile(r"(?:\d{6,}-)?(\d{1,18})(?:-\S+)?")


def messages(
    workspace: Workspace, statuses: Sequence[str] = (), post: str | None = None, top: int = 50
) -> tuple[tuple[MessageLine, ...], int]:
    """The newest messages in these statuses (by default what did not arrive or waits), of whoever holds a post.

    And how many there are in all.
    """
    with workspace.read() as connection:
        people = None
        if post is not None:
            whole = organisation_store.load(connection)
            seat = seat_of(whole, workspace.settings.chain, post)
            people = {holding.person for holding in whole.holdings if holding.post == seat}
        rows = outbox.listed(connection, statuses or UNSETTLED, people, top)
        return _lines(connection, rows), outbox.how_many(connection, statuses or UNSETTLED, people)


def message(workspace: Workspace, number: str) -> MessageLine:
    """One message, by its id or its key."""
    with workspace.read() as connection:
        return _lines(connection, _found(connection, [number]))[0]


def resend(workspace: Workspace, numbers: Sequence[str], now: datetime, as_post: str | None = None) -> MessagesDecided:
    """Send messages again, from the first channel of their line; they go out with the next delivery."""
    with workspace.write(now) as connection:

        def again(row: Any) -> dict[str, Any]:
            doubts = row.doubts + (row.status == "uncertain")
            anew = {"attempts": 0, "retry_at": None, "detail": "办公室决定重送", "doubts": doubts}
            return {"status": "pending", **anew, **_from_the_first(connection, row)}

        return _decide(connection, workspace, "resend", numbers, now, as_post, "", again)


def _from_the_first(connection: Connection, row: Any) -> dict[str, Any]:
    """The channel a message began on, unless the person has another message of that sweep there."""
    first = row.tried[0]["channel"] if row.tried else row.channel
    if first == row.channel or outbox.on_channel(connection, row.seq, row.person, first):
        return {}
    return {"channel": first, "tried": []}


def drop(
    workspace: Workspace, numbers: Sequence[str], now: datetime, as_post: str | None = None, *, reason: str
) -> MessagesDecided:
    """Give messages up: told by other means, or not to be told."""
    with workspace.write(now) as connection:
        given_up = {"status": "dropped", "detail": f"办公室作罢：{showable(reason)}"}
        return _decide(connection, workspace, "drop", numbers, now, as_post, reason, lambda row: given_up)


def _decide(
    connection: Connection,
    workspace: Workspace,
    act: str,
    numbers: Sequence[str],
    now: datetime,
    as_post: str | None,
    reason: str,
    columns: Callable[[Any], dict[str, Any]],
) -> MessagesDecided:
    actor = _office(connection, workspace, as_post)
    rows = _found(connection, numbers)
    settled = [row for row in rows if row.status not in RESENDABLE]
    if settled:
        named = "、".join(f"{row.id}（{MESSAGE_STATUS[row.status]}）" for row in settled)
        raise IllegalTransition(f"这些消息已经了结，什么都没有做：{named}", "看一份消息：zeren message show 编号")
    before = _lines(connection, rows)
    for row in rows:
        values = {"lease_owner": None, "lease_until": None, **columns(row)}
        outbox.mark(connection, row.id, values.pop("status"), now, **values)
    values = {"messages": [row.id for row in rows], "reason": reason}
    ledger.record(connection, Entry(now, actor, f"message.{act}", [one.number for one in before], values))
    return MessagesDecided(act, reason, before)


def _office(connection: Connection, workspace: Workspace, as_post: str | None) -> str:
    """The acting post; only the office's may decide about messages."""
    organisation = organisation_for(workspace, connection, as_post)
    actor = actor_of(workspace, organisation, as_post)
    if organisation.post[actor].tier != workspace.settings.chain.office:
        title = organisation.post[actor].title
        raise NoRight(f"消息重送、作罢由办公室决定，{actor}（{title}）不能", "由办公室办理，不写 --as")
    return actor


def _found(connection: Connection, numbers: Sequence[str]) -> list[Any]:
    """The messages meant, each once; everything that is none is named at once."""
    ids = {number: int(match[1]) for number in numbers if (match := _KEY.fullmatch(number.strip()))}
    rows = outbox.by_ids(connection, set(ids.values()))
    unknown = [number for number in numbers if ids.get(number) not in rows]
    if unknown:
        raise UnknownCode(
            f"没有这些消息：{'、'.join(map(showable, unknown))}", "消息的编号：zeren message list，或消息末尾的“编号”"
        )
    return [rows[id_] for id_ in dict.fromkeys(ids.values())]


def _lines(connection: Connection, rows: Sequence[Any]) -> tuple[MessageLine, ...]:
    organisation = organisation_store.load(connection)
    states = channels.states(connection)
    return tuple(_line(row, organisation, states.get(row.channel)) for row in rows)


def _line(row: Any, organisation: Organisation, state: Any) -> MessageLine:
    person = organisation.person.get(row.person)
    next_at = row.retry_at if row.status in ("pending", "held") else None
    detail = row.detail
    if row.status == "pending" and state is not None and state.parked_until is not None:
        next_at, detail = max(filter(None, (next_at, state.parked_until))), f"{CHANNEL_DOWN}{state.reason}"
    return MessageLine(
        id=row.id,
        number=number_of(row),
        kind=row.kind,
        status=row.status,
        person=row.person,
        name=person.name if person else "",
        posts=tuple((code, organisation.post[code].title if code in organisation.post else code) for code in row.posts),
        channel=row.channel,
        title=row.title,
        detail=detail,
        created_at=row.created_at,
        changed_at=row.changed_at,
        next_at=next_at,
        attempts=row.attempts,
        tried=tuple((one["channel"], one["reason"]) for one in row.tried),
        doubts=row.doubts,
    )
