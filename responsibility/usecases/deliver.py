"""Handing messages over: pending → sending → sent, failed, uncertain or dropped; one transaction per step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from responsibility.core.chain import Person
from responsibility.delivery import Courier, Parcel, TransportError
from responsibility.store import ledger, outbox
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.contents import Content, Gone, contents
from responsibility.usecases.rendering import Renderer
from responsibility.usecases.workspace import ENGINE, Workspace

#: Minutes until a transient failure is tried again, attempt by attempt; after the last one it is failed for good.
RETRY_AFTER = (5, 15, 60, 240, 720)


@dataclass(slots=True)
class Delivered:
    """What became of the messages that were due, by status."""

    counts: Counter[str] = field(default_factory=Counter)
    #: Why messages failed or are in doubt, in Chinese.
    faults: list[str] = field(default_factory=list)

    def __getitem__(self, status: str) -> int:
        return self.counts[status]

    def add(self, other: Delivered) -> None:
        self.counts.update(other.counts)
        self.faults.extend(other.faults)


def deliver(
    workspace: Workspace,
    by: Mapping[str, Courier],
    now: datetime,
    tier: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Delivered:
    """Hand over every message that is due (of recipients at one tier); nothing is sent twice.

    A message left in `sending` by a process that died is decided by its channel's rule: sent again, or shown as
    uncertain until the office decides.
    """
    done = Delivered()
    _settle_doubts(workspace, now, done)
    with workspace.read() as connection:
        waiting = outbox.due(connection, now, tier)
        content_of = contents(connection, workspace, now, waiting)
        people = {code: organisation_store.person_by_code(connection, code) for code in {m.person for m in waiting}}
        ready = [(one, content_of[one.kind](one), people[one.person]) for one in waiting]
    renderer = Renderer(workspace)
    for at, (message, content, person) in enumerate(ready, 1):
        _hand_over(workspace, by.get(message.channel), message, content, person, renderer, now, done)
        progress(at, len(ready))
    _record(workspace, now, done, [message.id for message in waiting])
    return done


def tiers_waiting(workspace: Workspace, now: datetime) -> set[str]:
    """The tiers whose people have messages due, those in doubt included."""
    with workspace.read() as connection:
        return {message.tier for message in [*outbox.due(connection, now), *outbox.in_doubt(connection)]}


def _hand_over(
    workspace: Workspace,
    courier: Courier | None,
    message: Any,
    content: Content | Gone,
    person: Person | None,
    renderer: Renderer,
    now: datetime,
    done: Delivered,
) -> None:
    if isinstance(content, Gone) or person is None:
        reason = content.reason if isinstance(content, Gone) else "组织机构里没有这个人了"
        _mark(workspace, message, "dropped", now, done, detail=reason)
        return
    if courier is None:
        _mark(workspace, message, "failed", now, done, detail=f"渠道 {message.channel} 已停用")
        return
    number = f"{message.seq:06d}-{message.id}-{message.posts[0]}"
    said = renderer.render(message.kind, content, workspace.settings.delivery.channels[message.channel], number)
    parcel = Parcel(number, person, said.title, said.text, now, said.html, said.attachments)
    with workspace.write(now) as connection:
        outbox.mark(connection, message.id, "sending", now, title=said.title, attempts=message.attempts + 1)
    try:
        receipt = courier.deliver(parcel)
    except TransportError as error:
        _not_delivered(workspace, message, error, now, done)
    else:
        _mark(workspace, message, "sent", now, done, detail=receipt.detail)


def _not_delivered(workspace: Workspace, message: Any, error: TransportError, now: datetime, done: Delivered) -> None:
    tried = message.attempts + 1
    if error.uncertain:
        _mark(workspace, message, "uncertain", now, done, detail=error.reason)
    elif error.permanent or tried > len(RETRY_AFTER):
        _mark(workspace, message, "failed", now, done, detail=error.reason)
    else:
        retry_at = now + timedelta(minutes=RETRY_AFTER[tried - 1])
        _mark(workspace, message, "pending", now, done, detail=error.reason, retry_at=retry_at)


def _mark(workspace: Workspace, message: Any, status: str, now: datetime, done: Delivered, **columns: Any) -> None:
    with workspace.write(now) as connection:
        outbox.mark(connection, message.id, status, now, **columns)
    done.counts["held" if status == "pending" else status] += 1
    if status in ("failed", "uncertain", "pending"):
        done.faults.append(f"{message.person}（{message.channel}）：{columns['detail']}")


def _settle_doubts(workspace: Workspace, now: datetime, done: Delivered) -> None:
    with workspace.write(now) as connection:
        for message in outbox.in_doubt(connection):
            channel = workspace.settings.delivery.channels.get(message.channel)
            if channel is not None and channel.on_doubt == "resend":
                outbox.mark(connection, message.id, "pending", now)
                continue
            outbox.mark(connection, message.id, "uncertain", now, detail="送出时程序中断，不知道对方是否收到")
            done.counts["uncertain"] += 1
            done.faults.append(f"{message.person}（{message.channel}）：送出时程序中断，不知道对方是否收到")


def _record(workspace: Workspace, now: datetime, done: Delivered, ids: list[int]) -> None:
    if not ids:
        return
    with workspace.write(now) as connection:
        values = {"first": min(ids), "last": max(ids), **dict(done.counts)}
        ledger.record(connection, Entry(now, ENGINE, "deliver", values=values))
