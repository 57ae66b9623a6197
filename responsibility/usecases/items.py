"""The office's daily changes to single items: one more, or one that now says something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import Deadline, Kind, from_record, rule_of, to_record
from responsibility.core.errors import InputProblems, Problem, ResponsibilityError
from responsibility.core.summary import ItemAdded, ItemEdited
from responsibility.core.text import near
from responsibility.ingest.worklist.single import Written, blank_title, one_line, read_target, record_of
from responsibility.settings import Settings
from responsibility.store import ledger, past, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.store.worklists import HAND, Compared
from responsibility.usecases.codes import find_item, live_list
from responsibility.usecases.drafting import Read, bound, category_of, fault_of, read_items, read_phrase
from responsibility.usecases.naming import Namer
from responsibility.usecases.redate import measured_anew, redate
from responsibility.usecases.workspace import Workspace, office_post

_NUMBER = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Changes:
    """What an item shall say from now on; None leaves a thing as it is."""

    title: str | None = None
    by: str | None = None
    target: str | None = None
    category: str | None = None
    urgent: bool | None = None
    report: str | None = None


def add_item(
    workspace: Workspace,
    list_code: str,
    written: Written,
    now: datetime,
    *,
    number: str | None = None,
    issued_on: date | None = None,
) -> ItemAdded:
    """Add an item to a list, its names and deadline read as an import reads them; InputProblems lists what is wrong.

    The deadline counts from `issued_on`, by default the day of adding, not from the day the list was issued.
    """
    settings = workspace.settings
    with workspace.write(now) as connection:
        work_list = live_list(connection, list_code)
        suffix, rank = _next(connection, work_list, number)
        record, problems = record_of(_with_category_name(written, settings), suffix)
        organisation = organisation_store.load(connection)
        namer = Namer(settings.chain, organisation, record, None, False)
        issued = issued_on or now.astimezone(settings.zone).date()
        [read] = read_items(
            record, list_code, issued, settings, namer, problems, rank, worklists.event_days(connection)
        )
        problems += strange_category(written.category, settings) + strange_period(written.report)
        if problems or namer.problems:
            raise InputProblems([*problems, *namer.problems], "要增加的事项")
        alike = [row.code for row in worklists.items(connection, work_list.id) if row.title == record.items[0].title]
        newest = past.newest_item(connection)
        worklists.save_items(connection, work_list.id, Compared((read.draft,), (), (), ()), HAND)
        ledger.record(connection, _added_entry(office_post(workspace, connection), list_code, read, now, newest))
        return replace(_added(read, list_code, organisation), alike=tuple(alike))


def strange_category(text: str, settings: Settings) -> list[Problem]:
    """What a hand writes is a category that is known: a slip would be counted, and given a term, as something else."""
    name = one_line(_category_name(text, settings))
    if not name or name.startswith("其他") or category_of(name, settings.categories) != "other":
        return []
    names = [category.name for category in settings.categories.values()]
    found = near(name, names)
    message = (
        f"没有这个类别{f'，是不是“{found}”' if found else ''}；现有：{'、'.join(names)}；新的写进 config/chain.yaml"
    )
    return [Problem("", "", "--category", name, message)]


def _next(connection: Connection, work_list: Any, number: str | None) -> tuple[str, int]:
    """What the new item's code ends with, and its place in the list."""
    known = dict(worklists.places(connection, work_list.id))
    suffixes = {code.removeprefix(f"{work_list.code}-") for code in known}
    if number is None:
        taken = [int(suffix) for suffix in suffixes if suffix.isdigit()]
        number = str(max(taken, default=len(suffixes)) + 1)
    suffix = number.zfill(2) if number.isdigit() else number
    if not _NUMBER.fullmatch(suffix):
        raise InputProblems([Problem("", "", "--number", number, "编号用字母、数字，中间可有 . 和 -")], "要增加的事项")
    if suffix in suffixes:
        raise ResponsibilityError(f"编号 {work_list.code}-{suffix} 已经用过，没有改动", "不写 --number 就取下一个空号")
    return suffix, max(known.values(), default=-1) + 1


def _with_category_name(written: Written, settings: Settings) -> Written:
    return replace(written, category=_category_name(written.category, settings))


def _category_name(text: str, settings: Settings) -> str:
    """The name of a category given by its id; else the words as written."""
    known = settings.categories.get(text.strip())
    return known.name if known else text.strip()


def _added_entry(actor: str, list_code: str, read: Read, now: datetime, newest: int) -> Entry:
    draft, deadline = read.draft, read.deadline
    values = {
        "title": draft.title,
        "phrase": deadline.phrase,
        "due_on": _day(deadline.due_on),
        "units": [list(pair) for pair in draft.units],
        "members": list(draft.members),
        "leaders": list(draft.leaders),
        "items_after": newest,
    }
    return Entry(now, actor, "item.add", [draft.code, list_code], values)


def _added(read: Read, list_code: str, organisation: Any) -> ItemAdded:
    draft, deadline = read.draft, read.deadline
    return ItemAdded(
        code=draft.code,
        title=draft.title,
        list_code=list_code,
        category=str(draft.columns["category_name"]),
        phrase=deadline.phrase,
        due_on=deadline.due_on,
        because=deadline.because,
        units=tuple((code, organisation.unit[code].name, role) for code, role in draft.units),
        members=tuple(organisation.unit[code].name for code in draft.members),
        leaders=tuple(organisation.post[code].title for code in draft.leaders),
        needs_confirmation=deadline.needs_confirmation,
        readings=tuple(str(reading) for reading in deadline.readings),
    )


def edit_item(
    workspace: Workspace,
    code: str,
    changes: Changes,
    now: datetime,
    *,
    reason: str = "",
    issued_on: date | None = None,
) -> ItemEdited:
    """Change what an item says; where its date moves, what is assigned starts its finish clocks anew.

    A new deadline counts from `issued_on`, by default today. Saying what it says already changes nothing.
    """
    with workspace.write(now) as connection:
        row = find_item(connection, code)
        issued = issued_on or now.astimezone(workspace.settings.zone).date()
        columns = _columns(row, changes, issued, workspace.settings, worklists.event_days(connection))
        before, after = _said(dict(row._mapping)), _said({**row._mapping, **columns})
        differing = [key for key in after if before[key] != after[key]]
        moved: list[str] = []
        if differing:
            values = {"before": _only(before, differing), "after": _only(after, differing), "reason": one_line(reason)}
            stood = past.of_items(connection, [code])
            worklists.edit(connection, row.id, columns)
            values |= past.was(stood, past.of_items(connection, [code]))
            office = office_post(workspace, connection)
            ledger.record(connection, Entry(now, office, "item.edit", [code], values))
            moved = redate(connection, workspace, [code], office, now)
            measured_anew(connection, workspace, code, differing, office, now)
        return _edited(find_item(connection, code), before, after, differing, bool(moved))


def _columns(
    row: Any, changes: Changes, issued: date, settings: Settings, events: Mapping[str, date]
) -> dict[str, Any]:
    """The columns that say what was asked for; InputProblems lists what cannot be read."""
    problems: list[Problem] = []
    readers: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "title": lambda text: _title(text, problems),
        "by": lambda text: _deadline(row, text, issued, settings, events, problems),
        "target": lambda text: _target(text, problems),
        "category": lambda text: _category(text, settings, problems),
        "urgent": lambda urgent: {"urgent": urgent},
        "report": lambda text: _report(text, problems),
    }
    columns: dict[str, Any] = {}
    for name, read in readers.items():
        asked = getattr(changes, name)
        if asked is not None:
            columns |= read(asked)
    if problems:
        raise InputProblems(problems, "要修改的内容")
    return columns


def _title(text: str, problems: list[Problem]) -> dict[str, Any]:
    title = one_line(text)
    problems += blank_title(title)
    return {"title": title}


def _target(text: str, problems: list[Problem]) -> dict[str, Any]:
    """A blank text takes the target away."""
    target, wrong = read_target(text) if text.strip() else (None, [])
    problems += wrong
    return {"target_count": target[0] if target else None, "target_unit": target[1] if target else ""}


def _report(text: str, problems: list[Problem]) -> dict[str, Any]:
    """A blank text leaves the period to the policy."""
    problems += strange_period(text)
    return {"report_every": one_line(text), "report_rule": rule_of(text) or "" if text.strip() else ""}


def strange_period(text: str) -> list[Problem]:
    """What a hand writes is a period that can be read."""
    if not text.strip() or rule_of(text):
        return []
    return [Problem("", "", "--report", text, "看不出周期，写成“每周五”“每月25日前”“每季度末”")]


def _category(text: str, settings: Settings, problems: list[Problem]) -> dict[str, Any]:
    problems += strange_category(text, settings)
    name = _category_name(one_line(text), settings) or "其他"
    return {"category": category_of(name, settings.categories), "category_name": name}


def _deadline(
    row: Any, text: str, issued: date, settings: Settings, events: Mapping[str, date], problems: list[Problem]
) -> dict[str, Any]:
    new = bound(read_phrase(one_line(text), issued, settings), events, settings)
    read = _with_steps(new, from_record(row.deadline))
    because = fault_of(read) if text.strip() else "没有写时限"
    problems += [Problem("", "", "--by", text, because)] if because else []
    return {
        "phrase": read.phrase,
        "phrase_cell": "--by",
        "deadline": to_record(read),
        "needs_confirmation": read.needs_confirmation,
    }


def _with_steps(new: Deadline, old: Deadline) -> Deadline:
    """Milestones that stand apart from the deadline stay when only the deadline changes."""
    apart = old.milestones and old.kind is not Kind.MILESTONES
    return replace(new, milestones=old.milestones) if apart and not new.milestones else new


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What people know an item by, as entries and messages show it."""
    deadline = from_record(row["deadline"])
    count = row["target_count"]
    return {
        "title": row["title"],
        "phrase": row["phrase"],
        "due_on": _day(deadline.due_on),
        "target": f"{count}{row['target_unit']}" if count is not None else "",
        "category": row["category_name"] or row["category"],
        "urgent": bool(row["urgent"]),
        "report": row["report_every"],
    }


def _only(said: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
    return {key: said[key] for key in keys}


def _edited(
    row: Any, before: Mapping[str, Any], after: Mapping[str, Any], differing: list[str], moved: bool
) -> ItemEdited:
    deadline = from_record(row.deadline)
    return ItemEdited(
        code=row.code,
        title=row.title,
        before=_only(before, differing),
        after=_only(after, differing),
        because=deadline.because if {"phrase", "due_on"} & set(differing) else "",
        redated=moved,
        needs_confirmation=row.needs_confirmation,
        readings=tuple(str(reading) for reading in deadline.readings),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
