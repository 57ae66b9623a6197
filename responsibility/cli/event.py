"""`zeren event …`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter, read_date


def list_(*, common: Timed = TIMED) -> None:
    """Show the events deadlines are bound to."""
    from responsibility.usecases.events import events_of
    from responsibility.views import machine_office, terminal

    rows = events_of(enter(common))
    common.out.show(lambda: machine_office.events(rows), lambda: terminal.events(rows))


def set_(
    name: Annotated[str, Parameter(name="name", help="事件，照 zeren event list 列出的写，如 中期推进会")],
    day: Annotated[str, Parameter(name="date", help="哪一天，如 2023-10-20")],
    /,
    *,
    common: Timed = TIMED,
) -> None:
    """Fix the day of an event."""
    from responsibility.usecases.events import set_event
    from responsibility.views import machine_office, terminal

    on = read_date(day, "date")
    workspace = enter(common)
    with alone(common, workspace) as now:
        done = set_event(workspace, name, on, now)
    common.out.show(lambda: machine_office.event_set(done), lambda: terminal.event_set(done))
