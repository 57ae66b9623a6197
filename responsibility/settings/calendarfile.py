"""config/calendar.yaml with the days of a year's notice put in; everything else in it stays as the office wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from responsibility.core.errors import ConfigError
from responsibility.core.workdays import WorkCalendar
from responsibility.settings.holidays import calendar, notices
from responsibility.settings.shapes import CalendarShape
from responsibility.settings.source import read
from responsibility.settings.wholefile import put
from responsibility.settings.wording import shaped

FILE = "config/calendar.yaml"
#: What is written beside a make-up day, after the name of its holiday.
MADE_UP = "调休上班"
_OFF, _WORK, _YEARS = "extra_holidays", "extra_workdays", "announced"


def with_year(text: str, year: int, off: Mapping[date, str], work: Mapping[date, str]) -> str:
    """The file's text with these days (and their names as comments) for the year, and the year announced.

    What it said of days of that year gives way. Where the program's own data says the same, nothing is written.
    """
    known = notices()
    dropped = {*off, *work}
    changes: dict[str, dict[str, str]] = {_OFF: {}, _WORK: {}, _YEARS: {}}
    for day, name in off.items():
        if day not in known.holidays:
            changes[_OFF][day.isoformat()] = name
    for day, name in work.items():
        if day not in known.makeup:
            changes[_WORK][day.isoformat()] = f"{name}{MADE_UP}"
    changes[_OFF] |= {day.isoformat(): "原调休上班，改为休息" for day in _of(known.makeup, year) - dropped}
    changes[_WORK] |= {
        day.isoformat(): "原放假，改为上班" for day in _of(known.holidays, year) - dropped if day.weekday() < 5
    }
    if year not in known.years:
        changes[_YEARS][str(year)] = ""
    gone = {day.isoformat() for day in dropped}
    for key in (_OFF, _WORK, _YEARS):
        text = _edited(text, key, changes[key], lambda old: old in gone or old.startswith(f"{year}-"))
    return text


def _of(days: frozenset[date], year: int) -> set[date]:
    return {day for day in days if day.year == year}


def _edited(text: str, key: str, added: Mapping[str, str], drop: Any) -> str:
    """The text with entries of one list dropped and added, as block list, comments kept."""
    node = _value(text, key)
    lines = text.splitlines()
    new = [f"  - {entry}{f'  # {said}' if said else ''}" for entry, said in sorted(added.items())]
    if node is None:
        return "\n".join([*lines, f"{key}:", *new]) + "\n" if new else text
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return "\n".join(_in_block(lines, node, added, drop)) + "\n"
    old = [child.value for child in getattr(node, "value", ()) or () if isinstance(child, yaml.ScalarNode)]
    kept = [entry for entry in old if not drop(entry) and entry not in added]
    if not new and kept == old:
        return text
    start, end = node.start_mark, node.end_mark
    inside = "\n".join(lines[start.line : end.line + 1]).split("\n")
    comments = [f"  # {part.split('#', 1)[1].strip()}" for part in inside[:-1] if "#" in part]
    head, tail = lines[start.line][: start.column].rstrip(), lines[end.line][end.column :]
    entries = [*comments, *(f"  - {entry}" for entry in kept), *new]
    replaced = [f"{head}{tail}", *entries] if entries else [f"{head} []{tail}"]
    return "\n".join([*lines[: start.line], *replaced, *lines[end.line + 1 :]]) + "\n"


def _in_block(lines: Sequence[str], node: yaml.SequenceNode, added: Mapping[str, str], drop: Any) -> list[str]:
    places = {child.start_mark.line: child.value for child in node.value}
    first, last = min(places), max(places)
    indent = lines[first][: lines[first].index("-")]
    gone = {line for line, entry in places.items() if drop(entry) or entry in added}
    new = [f"{indent}- {entry}{f'  # {said}' if said else ''}" for entry, said in sorted(added.items())]
    kept = [line for at, line in enumerate(lines[: last + 1]) if at not in gone]
    if len(gone) == len(places) and not new:
        key = first - 1
        kept = [f"{line.rstrip()} []" if at == key else line for at, line in enumerate(kept)]
    return [*kept, *new, *lines[last + 1 :]]


def _value(text: str, key: str) -> yaml.Node | None:
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = document.value if isinstance(document, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


_NAMED = re.compile(r"^\s*-\s*(\d{4}-\d{2}-\d{2})\s+#\s*(\S.*?)\s*$", re.M)


def names_of(text: str) -> dict[date, str]:
    """What days are called: by the comments beside them, and by the program's own data."""
    from chinese_calendar import Holiday, constants

    own = {holiday.value: holiday.chinese for holiday in Holiday}
    known = {
        day: own.get(name, "")
        for days in (constants.holidays, constants.workdays, constants.in_lieu_days)
        for day, name in days.items()
    }
    for day, name in _NAMED.findall(text):
        with suppress(ValueError):
            known[date.fromisoformat(day)] = name.removesuffix(MADE_UP)
    return known


def calendar_of_text(root: Path, text: str) -> WorkCalendar:
    """The calendar the text would give; ConfigError where it could not be read again."""
    draft = root / "data" / "calendar.new.yaml"
    try:
        draft.write_text(text, "utf-8")
        source = read(draft, FILE)
        findings = list(source.findings)
        shape = shaped(CalendarShape, source, findings)
    finally:
        draft.unlink(missing_ok=True)
    if shape is None or findings:
        raise ConfigError("\n".join(map(str, findings)), f"改好 {FILE} 再来一次")
    return calendar(shape)


def replace_file(root: Path, text: str) -> None:
    """Put the text in the file's place at once, or not at all."""
    put(root / FILE, text.encode())
