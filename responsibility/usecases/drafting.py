"""From an item as written, in a list file or by hand, to one ready to be stored: the one place where that is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import Any

from responsibility.core import deadline as deadlines
from responsibility.core.deadline import Deadline, Reading, rule_of, to_record
from responsibility.core.errors import Problem
from responsibility.core.workdays import FIRST_YEAR, LAST_YEAR
from responsibility.ingest.worklist.records import ItemRecord, WorkListRecord
from responsibility.settings import Category, Settings
from responsibility.store.worklists import ItemDraft
from responsibility.usecases.naming import Laid, Namer


@dataclass(frozen=True, slots=True)
class Question:
    """A deadline the office has to confirm; the item waits."""

    code: str
    cell: str
    phrase: str
    readings: tuple[Reading, ...]
    because: str
    #: The event the deadline hangs on, or empty.
    event: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """An item as understood: what will be stored, and what has to be asked."""

    draft: ItemDraft
    deadline: Deadline
    cell: str


def read_items(
    record: WorkListRecord,
    list_code: str,
    issued: date,
    settings: Settings,
    namer: Namer,
    problems: list[Problem],
    first_rank: int = 0,
    events: Mapping[str, date] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Read]:
    """Every item of the record with its names resolved and its deadline read; what is wrong is added to `problems`.

    `events` are the days of events that are known. `progress` is told after each how many are done, and of how many.
    """

    @cache  # a long list says the same few phrases over and over
    def deadline_of(phrase: str, milestones: str, category: str) -> Deadline:
        return _deadline(phrase, milestones, issued, settings, category)

    reads: list[Read] = []
    for rank, row in enumerate(record.items, first_rank):
        category = category_of(f"{row.category} {row.section}", settings.categories)
        written = deadline_of(row.phrase, row.milestones, category)
        deadline = bound(written, events or {}, settings)
        cell = row.phrase_cell if row.phrase.strip() else row.milestones_cell if deadline.phrase else row.cell
        because = fault_of(deadline)
        if because:
            problems.append(record.problem(cell, deadline.phrase, because))
        laid = namer.resolve(row)
        columns = _columns(row, f"{list_code}-{row.code_suffix}", rank, category, (written, deadline), cell, laid)
        reads.append(Read(ItemDraft(columns, laid.units, laid.members, laid.leaders), deadline, cell))
        progress(len(reads), len(record.items))
    return reads


def unread_periods(reads: Iterable[Read]) -> list[str]:
    """What is said of items whose reporting period cannot be read: the policy's holds for them."""
    phrases: dict[str, list[str]] = {}
    for read in reads:
        columns = read.draft.columns
        if columns.get("report_every") and not columns["report_rule"]:
            phrases.setdefault(columns["report_every"], []).append(columns["code"])
    return [
        f"反馈周期“{phrase}”读不出（{'、'.join(codes[:5])}{' 等' if len(codes) > 5 else ''}），按督办规则的周期；"
        "可写成“每周五”“每月25日前”“每季度末”"
        for phrase, codes in phrases.items()
    ]


def fault_of(deadline: Deadline) -> str:
    """Why no ladder can be computed for this deadline, or empty."""
    if deadline.impossible:
        return deadline.because
    return "" if _in_reach(deadline) else "时限的年份太远，应在印发前后一百年之内"


def _in_reach(deadline: Deadline) -> bool:
    """Whether ladders can be computed around every day the deadline names."""
    days = [day for day in (deadline.starts_on, deadline.due_on, *(m.due_on for m in deadline.milestones)) if day]
    return all(FIRST_YEAR < day.year < LAST_YEAR for day in days)


def category_of(text: str, categories: Mapping[str, Category]) -> str:
    """The category whose name or words stand in the text, or `other`."""
    for category in categories.values():
        if category.name in text or any(word in text for word in category.words):
            return category.id
    return "other"


def read_phrase(phrase: str, issued: date, settings: Settings) -> Deadline:
    """A deadline as the office's own calendar and terms read it."""
    return deadlines.read(phrase, issued, settings.calendar, settings.default_terms.immediate)


def bound(deadline: Deadline, events: Mapping[str, date], settings: Settings) -> Deadline:
    """The deadline with the day of its event, where that is known."""
    return deadlines.bind_known(deadline, events, settings.calendar, settings.default_terms.immediate)


def _deadline(phrase: str, milestones: str, issued: date, settings: Settings, category: str) -> Deadline:
    calendar, terms = settings.calendar, settings.default_terms
    steps = deadlines.read_milestones(milestones, issued, calendar, terms.immediate) if milestones.strip() else None
    if phrase.strip():
        read = read_phrase(phrase, issued, settings)
        if steps is not None and not steps.needs_confirmation and not read.milestones:
            read = replace(read, milestones=steps.milestones)
        return read
    if steps is not None:
        return steps
    name = settings.categories[category].name if category in settings.categories else "一般事项"
    days = terms.for_category(category)
    return deadlines.default_deadline(issued, days, f"清单没有写时限，按“{name}”的默认期限")


def _columns(
    row: ItemRecord, code: str, rank: int, category: str, deadline: tuple[Deadline, Deadline], cell: str, laid: Laid
) -> dict[str, Any]:
    """The item as stored. `deadline` is as read, and with its event's day; what the row means is the first."""
    read, bound_ = deadline
    columns: dict[str, Any] = {
        "code": code,
        "rank": rank,
        "category": category,
        "category_name": row.category or row.section or "其他",
        "section": row.section,
        "title": row.title,
        "content": row.content,
        "goal": row.goal,
        "note": row.note,
        "responsible": row.responsible,
        "phrase": read.phrase,
        "phrase_cell": cell,
        "deadline": {key: value for key, value in to_record(read).items() if key not in ("event_on", "counted_from")},
        "needs_confirmation": read.needs_confirmation,
        "target_count": row.target_count,
        "target_unit": row.target_unit,
        "urgent": row.urgent,
        "names_members": bool(laid.members),
        "names_leaders": bool(laid.leaders),
        "report_every": row.report,
        "report_rule": rule_of(row.report) or "" if row.report else "",
        "written": _written(row),
    }
    unsaid = ("report_every", "report_rule") if not row.report else ()
    meant = {key: value for key, value in columns.items() if key not in ("rank", "phrase_cell", "written", *unsaid)}
    text = json.dumps([meant, laid.units, laid.members, laid.leaders], ensure_ascii=False, sort_keys=True)
    return columns | {
        "deadline": to_record(bound_),
        "needs_confirmation": bound_.needs_confirmation,
        "fingerprint": hashlib.sha256(text.encode()).hexdigest(),
    }


def _written(row: ItemRecord) -> str:
    """A digest of the row as it stands in the file: the words, not the cells they stand in, nor how they were read."""
    words = {each.name: getattr(row, each.name) for each in fields(row) if not each.name.endswith("cell")}
    if not row.report:  # a column most lists do not have
        del words["report"]
    words["mentions"] = [(mention.name, mention.role) for mention in row.mentions]
    text = json.dumps(words, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def questions(reads: Iterable[Read]) -> Iterable[Question]:
    """What the office has to be asked."""
    for read in reads:
        deadline = read.deadline
        if deadline.needs_confirmation and not deadline.impossible:
            yield Question(
                read.draft.code, read.cell, deadline.phrase, deadline.readings, deadline.because, deadline.event or ""
            )
