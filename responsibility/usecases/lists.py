"""Importing a key-work list: rows are read, units resolved, deadlines understood; all of it or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from responsibility.core import deadline as deadlines
from responsibility.core.deadline import Deadline, Kind, Reading, from_record, to_record
from responsibility.core.errors import FileMissing, Problem, ResponsibilityError, UnknownCode
from responsibility.core.summary import ItemEntry, ListLine
from responsibility.core.workdays import FIRST_YEAR, LAST_YEAR
from responsibility.ingest.worklist import read_worklist
from responsibility.ingest.worklist.records import ItemRecord, WorkListRecord
from responsibility.settings import Category, Settings
from responsibility.store import ledger, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.store.worklists import Compared, ItemDraft
from responsibility.usecases.naming import Laid, Namer
from responsibility.usecases.redate import redate
from responsibility.usecases.workspace import Workspace, office_post


@dataclass(frozen=True, slots=True)
class Question:
    """A deadline the office has to confirm; the item waits."""

    code: str
    cell: str
    phrase: str
    readings: tuple[Reading, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or with problems or in a dry run would have done."""

    list_code: str
    title: str
    file: str
    issued_on: date
    #: Where the issue date comes from, in Chinese.
    issued_from: str
    rows: int
    items: int
    new: int
    changed: int
    unchanged: int
    removed: tuple[str, ...]
    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    #: Names of units that were created for it.
    created: tuple[str, ...]
    #: Items already assigned whose due date moved with this version.
    redated: tuple[str, ...]
    written: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """An item as understood: what will be stored, and what has to be asked."""

    draft: ItemDraft
    deadline: Deadline
    cell: str


def import_list(
    workspace: Workspace,
    path: Path,
    now: datetime,
    *,
    issued_on: date | None = None,
    unit: str | None = None,
    create_units: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Read a list and store it as a new list or as the next version of one with the same title.

    With problems nothing is written and the counters say what would have been; questions do not stop the import.
    """
    if not path.is_file():
        raise FileMissing(f"找不到文件 {path}", "检查路径；空白模板：zeren list template")
    record, problems = read_worklist(path)
    issued, source = _issued_on(record, issued_on, now.astimezone(workspace.settings.zone).date())
    with workspace.write(now, keep=not dry_run) as connection:
        organisation = organisation_store.load(connection)
        namer = Namer(workspace.settings.chain, organisation, record, unit, create_units)
        title = record.title or path.stem
        known = worklists.find_list(connection, title, path.name)
        code = known.code if known else worklists.next_code(connection)
        reads = _read_items(record, code, issued, workspace.settings, namer, problems)
        problems = sorted([*problems, *namer.problems], key=lambda problem: (problem.sheet, _place(problem.cell)))
        compared = worklists.compare(connection, known.id if known else None, [read.draft for read in reads])
        moved: list[str] = []
        if not problems:
            organisation_store.add_units(connection, namer.created)
            list_id = worklists.save_list(connection, code, title, path.name, issued, now)
            worklists.save_items(connection, list_id, compared)
            office = office_post(workspace, connection)
            ledger.record(connection, _entry(office, code, path, compared, now))
            moved = redate(connection, workspace, [draft.code for draft in compared.changed], office, now)
        return _report(record, code, title, path, (issued, source), reads, compared, problems, namer, moved, dry_run)


def _issued_on(record: WorkListRecord, asked: date | None, today: date) -> tuple[date, str]:
    if asked is not None:
        return asked, "由 --issued-on 指定"
    return (record.issued_on, "取自标题行") if record.issued_on else (today, "标题行没有日期，用导入当天")


def _read_items(
    record: WorkListRecord, list_code: str, issued: date, settings: Settings, namer: Namer, problems: list[Problem]
) -> list[_Read]:
    reads = []
    for rank, row in enumerate(record.items):
        category = category_of(f"{row.category} {row.section}", settings.categories)
        deadline, cell = _deadline(row, issued, settings, category)
        if deadline.impossible or not _in_reach(deadline):
            because = deadline.because if deadline.impossible else "时限的年份太远，应在印发前后一百年之内"
            problems.append(Problem(record.file, record.sheet, cell, deadline.phrase, because))
        laid = namer.resolve(row)
        columns = _columns(row, f"{list_code}-{row.code_suffix}", rank, category, deadline, cell, laid)
        reads.append(_Read(ItemDraft(columns, laid.units, laid.members, laid.leaders), deadline, cell))
    return reads


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


def _deadline(row: ItemRecord, issued: date, settings: Settings, category: str) -> tuple[Deadline, str]:
    """The reading of an item's deadline, and the cell it stands in."""
    calendar, terms = settings.calendar, settings.default_terms
    steps = (
        deadlines.read_milestones(row.milestones, issued, calendar, terms.immediate) if row.milestones.strip() else None
    )
    if row.phrase.strip():
        read = deadlines.read(row.phrase, issued, calendar, terms.immediate)
        if steps is not None and not steps.needs_confirmation and not read.milestones:
            read = replace(read, milestones=steps.milestones)
        return read, row.phrase_cell
    if steps is not None:
        return steps, row.milestones_cell
    name = settings.categories[category].name if category in settings.categories else "一般事项"
    days = terms.for_category(category)
    return deadlines.default_deadline(issued, days, f"清单没有写时限，按“{name}”的默认期限"), row.cell


def _columns(
    row: ItemRecord, code: str, rank: int, category: str, deadline: Deadline, cell: str, laid: Laid
) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "code": code,
        "rank": rank,
        "category": category,
        "category_name": row.category or row.section,
        "section": row.section,
        "title": row.title,
        "content": row.content,
        "goal": row.goal,
        "note": row.note,
        "responsible": row.responsible,
        "phrase": deadline.phrase,
        "phrase_cell": cell,
        "deadline": to_record(deadline),
        "needs_confirmation": deadline.needs_confirmation,
        "target_count": row.target_count,
        "target_unit": row.target_unit,
        "urgent": row.urgent,
        "names_members": bool(laid.members),
        "names_leaders": bool(laid.leaders),
    }
    meant = {key: value for key, value in columns.items() if key not in ("rank", "phrase_cell")}
    text = json.dumps([meant, laid.units, laid.members, laid.leaders], ensure_ascii=False, sort_keys=True)
    return columns | {"fingerprint": hashlib.sha256(text.encode()).hexdigest()}


def _entry(actor: str, code: str, path: Path, compared: Compared, now: datetime) -> Entry:
    values = {
        "file": path.name,
        "new": len(compared.new),
        "changed": [draft.code for draft in compared.changed],
        "unchanged": len(compared.unchanged),
        "removed": list(compared.removed),
    }
    return Entry(now, actor, "list.import", [code], values)


def _report(
    record: WorkListRecord,
    code: str,
    title: str,
    path: Path,
    issued: tuple[date, str],
    reads: Sequence[_Read],
    compared: Compared,
    problems: Sequence[Problem],
    namer: Namer,
    moved: Sequence[str],
    dry_run: bool,
) -> Imported:
    return Imported(
        list_code=code,
        title=title,
        file=path.name,
        issued_on=issued[0],
        issued_from=issued[1],
        rows=record.rows,
        items=len(record.items),
        new=len(compared.new),
        changed=len(compared.changed),
        unchanged=len(compared.unchanged),
        removed=compared.removed,
        questions=tuple(_questions(reads)),
        problems=tuple(problems),
        warnings=(*record.warnings, *namer.warnings),
        created=tuple(unit.name for unit in namer.created),
        redated=tuple(moved),
        written=not problems and not dry_run,
    )


def _questions(reads: Iterable[_Read]) -> Iterable[Question]:
    for read in reads:
        deadline = read.deadline
        if deadline.needs_confirmation and not deadline.impossible:
            yield Question(read.draft.code, read.cell, deadline.phrase, deadline.readings, deadline.because)


def _place(cell: str) -> tuple[int, str]:
    digits = "".join(char for char in cell if char.isdigit())
    return (int(digits) if digits else 0, cell)


def confirm(
    workspace: Workspace,
    code: str,
    now: datetime,
    *,
    reading: int | None = None,
    due_on: date | None = None,
    phrase: str | None = None,
) -> Deadline:
    """Answer a question: the Nth reading, a day, or the deadline written anew; returns the reading that now stands."""
    with workspace.write(now) as connection:
        found = worklists.items(connection, code=code)
        if not found:
            raise UnknownCode(f"没有编号为 {code} 的重点工作", "待确认的时限：zeren list show")
        row = found[0]
        old = from_record(row.deadline)
        new = _confirmed(workspace.settings, old, row.issued_on, reading, due_on, phrase)
        worklists.confirm(connection, row.id, to_record(new), new.phrase)
        values = {"phrase": new.phrase, "due_on": new.due_on and new.due_on.isoformat(), "because": new.because}
        office = office_post(workspace, connection)
        ledger.record(connection, Entry(now, office, "list.confirm", [code], values))
        redate(connection, workspace, [code], office, now)
        return new


def _confirmed(
    settings: Settings, old: Deadline, issued: date, reading: int | None, due_on: date | None, phrase: str | None
) -> Deadline:
    if phrase is not None:
        new = deadlines.read(phrase, issued, settings.calendar, settings.default_terms.immediate)
        if new.needs_confirmation:
            raise ResponsibilityError(f"“{phrase}”还是看不准：{new.because}", f"看它怎么读：zeren deadline {phrase}")
        return new
    if not old.needs_confirmation:
        raise ResponsibilityError("这一项的时限不需要确认，没有改动", "要改时限，在清单文件里改好后重新导入")
    if due_on is None:
        if reading is None or not 1 <= reading <= len(old.readings):
            choices = "；".join(f"{at}. {one.text}" for at, one in enumerate(old.readings, 1)) or "没有现成的读法"
            raise ResponsibilityError(f"没有第 {reading} 种读法（{choices}）", "也可以直接给日期：--due 2023-12-31")
        chosen = old.readings[reading - 1]
        return _settled(old, chosen.starts_on, chosen.due_on, f"办公室确认：{chosen.text}")
    return _settled(old, None, due_on, f"办公室确认：{due_on} 到期")


def _settled(old: Deadline, starts_on: date | None, due_on: date | None, because: str) -> Deadline:
    kind = Kind.DATE if due_on else Kind.LONG_TERM
    return replace(
        old,
        kind=kind,
        starts_on=starts_on,
        due_on=due_on,
        because=because,
        needs_confirmation=False,
        readings=(),
        event=None,
    )


def lists_of(workspace: Workspace) -> list[ListLine]:
    """Every list with its counts."""
    with workspace.read() as connection:
        return [
            ListLine(r.code, r.title, r.issued_on, r.version, r.items, r.assigned, r.questions, r.cancelled)
            for r in worklists.lists(connection)
        ]


def items_of(workspace: Workspace, code: str) -> list[ItemEntry]:
    """The items of one list, in file order."""
    with workspace.read() as connection:
        found = worklists.list_by_code(connection, code)
        if found is None:
            raise UnknownCode(f"没有清单 {code}", "全部清单：zeren list show")
        return [_entry_of(row) for row in worklists.items(connection, found.id)]


def _entry_of(row: Any) -> ItemEntry:
    deadline = from_record(row.deadline)
    texts = tuple(reading.text for reading in deadline.readings)
    return ItemEntry(
        row.code,
        row.title,
        row.category_name,
        row.phrase,
        deadline.due_on,
        row.needs_confirmation,
        deadline.because,
        texts,
    )
