"""Handing messages over: pending → sending → sent, failed, uncertain or dropped; one commit for each message.

Several deliverers may share one outbox; docs/decisions/0017-outbox.md says how.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from responsibility.delivery import Courier
from responsibility.store import channels, outbox
from responsibility.usecases.deliver.handing import Deliverer
from responsibility.usecases.deliver.outcome import RETRY_AFTER, Delivered
from responsibility.usecases.deliver.parking import stuck
from responsibility.usecases.deliver.timer import Still, Timer
from responsibility.usecases.workspace import Workspace

__all__ = ["RETRY_AFTER", "Delivered", "Still", "Timer", "deliver", "tiers_waiting"]


def deliver(
    workspace: Workspace,
    by: Mapping[str, Courier],
    timer: Timer | datetime,
    tier: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Delivered:
    """Hand over every message that is due (of recipients at one tier); nothing is sent twice.

    A message left in `sending` by a process that died is decided by its channel's rule: sent again, or shown as
    uncertain until the office decides. Needs no lock on the workspace. `timer` may be an instant, at which time
    then stands still.
    """
    with workspace.read() as connection:
        if not outbox.is_anything_left(connection):
            return Delivered()
    running = Still(timer) if isinstance(timer, datetime) else timer
    return Deliverer(workspace, by, running, tier, progress).run()


def tiers_waiting(workspace: Workspace, now: datetime) -> set[str]:
    """The tiers whose people have messages that can go now, those in doubt included."""
    with workspace.read() as connection:
        but = stuck(channels.states(connection), workspace.settings.delivery.lines, now)
        return outbox.tiers_due(
            connection, outbox.Moment(now, quiet=workspace.settings.clockwork.suiting(now) > now), but
        )
