"""Marks and tables the pictures share."""

from __future__ import annotations

from datetime import date

from rich.table import Table
from rich.text import Text

from responsibility.core.assignment import Light

#: A light reads by its word and its mark; the colour only helps. Marks are ASCII: others are two cells wide on some
#: terminals and push tables out of line.
LIGHTS: dict[Light, tuple[str, str, str]] = {
    Light.CLOSED: ("完成", "+", "green"),
    Light.SUSPENDED: ("暂缓", "~", "dim"),
    Light.ON_SCHEDULE: ("按序时", "=", "default"),
    Light.BEHIND: ("滞后", "-", "yellow"),
    Light.DUE_SOON: ("临期", "!", "magenta"),
    Light.OVERDUE: ("逾期", "!!", "bold red"),
}


#: Left to right in tables, from done to worst.
COLUMNS = (Light.CLOSED, Light.ON_SCHEDULE, Light.BEHIND, Light.DUE_SOON, Light.OVERDUE, Light.SUSPENDED)


def light(one: Light) -> Text:
    """A light as mark and word."""
    word, mark, style = LIGHTS[one]
    return Text(f"{mark} {word}", style=style)


def day(value: date | None) -> str:
    """2023-09-30, or a dash."""
    return value.isoformat() if value else "-"


def due_with(value: date | None, extended: int) -> str:
    """An item's date, and how many of its assignments were given a later one: 2023-09-30 延2项."""
    return day(value) + (f" 延{extended}项" if extended else "")


def table_of(title: str = "") -> Table:
    """An empty table in the house style."""
    return Table(
        title=title or None, title_justify="left", title_style="bold", box=None, expand=True, padding=(0, 1, 0, 0)
    )
