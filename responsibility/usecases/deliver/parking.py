"""A channel that fails as a whole: left alone for a while, the office told once, its messages sent another way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from responsibility.delivery import TransportError
from responsibility.store import channels
from responsibility.usecases.alarms import put_alarm
from responsibility.usecases.deliver.outcome import LONGEST, following, parked_until
from responsibility.usecases.workspace import Workspace

#: A wait so short is sat out while other channels go on.
PATIENCE = timedelta(seconds=90)
#: For a wait so long a message goes another way; for a shorter one that a service asks for it stays.
DETOUR = timedelta(minutes=15)
#: Pauses in a row that add up to more are a failure; each counts for so much at the least.
ENOUGH, LEAST = timedelta(minutes=30), timedelta(minutes=3)


def is_parked(state: Any, now: datetime) -> bool:
    """Whether nothing may be handed to a channel now."""
    return state is not None and state.parked_until is not None and now < state.parked_until


def is_brief(state: Any, now: datetime) -> bool:
    """Whether the service only asked for a pause: its messages wait for it."""
    return not state.failures and state.parked_until - now <= DETOUR


def stuck(states: Mapping[str, Any], lines: Sequence[Sequence[str]], now: datetime) -> set[str]:
    """The parked channels whose messages have nowhere else to go."""
    parked = {channel for channel, state in states.items() if is_parked(state, now)}
    return {channel for channel in parked if is_brief(states[channel], now) or set(_after(lines, channel)) <= parked}


def _after(lines: Sequence[Sequence[str]], channel: str) -> list[str]:
    return [later for line in lines if channel in line for later in following([line], channel, ())]


def park(
    connection: Connection,
    workspace: Workspace,
    channel: str,
    error: TransportError,
    now: datetime,
    works: Collection[str],
    *,
    probing: bool,
) -> None:
    """Leave a channel alone for a while, and tell the office once, over one that works.

    A service that says how long to wait does not fail, unless it says so again and again. Of several deliverers that
    failed at once one counts.
    """
    state = channels.states(connection).get(channel)
    if is_parked(state, now) and not probing:
        return
    paused = (state.paused if state else 0) + max(error.wait or 0, LEAST.total_seconds())
    paused = int(min(paused, LONGEST.total_seconds()))
    asks = error.wait is not None and paused <= ENOUGH.total_seconds()
    failures = (state.failures if state else 0) + (not asks)
    told = bool(state and state.alarmed)
    if failures and not told:
        told = put_alarm(connection, workspace, channel, error.reason, now, works)
    since = (state.since if state else None) or now
    until = parked_until(now, 0 if asks else failures, error.wait)
    known = {"since": since, "reason": error.reason, "failures": failures, "paused": paused, "alarmed": told}
    channels.park(connection, channel, until, **known)
