"""Importing a key-work list: rows are read, units resolved, deadlines understood; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import Deadline, Kind, from_record, to_record
from responsibility.core.errors import FileMissing, Problem, ResponsibilityError
from responsibility.core.summary import Difference, ItemEntry, ListLine
from responsibility.core.text import left_blank
from responsibility.ingest.worklist import read_worklist
from responsibility.ingest.worklist.records import WorkListRecord
from responsibility.settings import Settings
from responsibility.store import extensions, ledger, past, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.store.worklists import Compared
from responsibility.usecases.codes import find_item, find_list
from responsibility.usecases.differences import Names, differences, seen
from responsibility.usecases.drafting import (
    Question,
    Read,
    bound,
    fault_of,
    questions,
    read_items,
    read_phrase,
    unread_periods,
)
from responsibility.usecases.matching import Known, Matched, match
from responsibility.usecases.naming import Namer
from responsibility.usecases.redate import redate
from responsibility.usecases.workspace import Workspace, office_post


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
    #: Names of units that were created for it.
    created: tuple[str, ...]
    #: Items already assigned whose due date moved with this version.
    redated: tuple[str, ...]
    written: bool
    warnings: tuple[str, ...] = ()
    #: Every new, changed and removed item, field by field.
    differences: tuple[Difference, ...] = ()


def import_list(
    workspace: Workspace,
    path: Path,
    now: datetime,
    *,
    issued_on: date | None = None,
    unit: str | None = None,
    create_units: bool = False,
    dry_run: bool = False,
    mapped: Sequence[tuple[str, str]] = (),
    sheet: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Read a list and store it as a new list or as the next version of one with the same title.

    `mapped`: (the file's column name, a known one) pairs, which hold before config/columns.yaml; `sheet`: the only one
    to read.

    With problems nothing is written and the counters say what would have been; questions do not stop the import.
    """
    if not path.is_file():
        raise FileMissing(f"找不到文件 {path}", "检查路径；空白模板：zeren list template")
    record, problems = read_worklist(path, workspace.settings.columns, mapped, sheet)
    issued, source = _issued_on(record, issued_on, now.astimezone(workspace.settings.zone).date())
    with workspace.write(now, keep=not dry_run) as connection:
        organisation = organisation_store.load(connection)
        events = worklists.event_days(connection)
        taken = organisation_store.codes(connection) if create_units else ()
        namer = Namer(workspace.settings.chain, organisation, record, unit, create_units, taken)
        title = record.title or (path.stem if sheet is None else f"{path.stem} {sheet}")
        known = worklists.find_list(connection, title, path.name)
        code = known.code if known else worklists.next_code(connection)
        matched = _matched(connection, known.id if known else None, code, record)
        record = replace(record, items=matched.rows)
        reads = read_items(record, code, issued, workspace.settings, namer, problems, 0, events, progress)
        compared = worklists.compare(connection, known.id if known else None, [read.draft for read in reads])
        names = Names(organisation, namer)
        compared, found = seen(compared, differences(connection, known.id if known else None, compared, names))
        problems = _in_order([*problems, *namer.problems, *_clashes(record, reads, compared)])
        moved: list[str] = []
        if not problems:
            organisation_store.add_units(connection, namer.created)
            stood, newest = past.of_list(connection, code), past.newest_item(connection)
            list_id = worklists.save_list(connection, code, title, path.name, issued, now)
            worklists.save_items(connection, list_id, compared)
            office = office_post(workspace, connection)
            was = {"items_after": newest, **past.was(stood, past.of_list(connection, code))}
            ledger.record(connection, _entry(office, code, path, compared, now, was))
            moved = redate(connection, workspace, [draft.code for draft in compared.changed], office, now)
        warnings = [
            *_untitled(title),
            *record.warnings,
            *namer.warnings,
            *_without_deadline(reads),
            *unread_periods(reads),
        ]
        warnings += [*_renumbered(code, matched), *_overridden(compared.overridden), *_withdrawn(compared.withdrawn)]
        done = _report(record, code, title, path, (issued, source), reads, compared, problems, namer, moved, dry_run)
        return replace(done, differences=found, warnings=tuple(warnings))


def _matched(connection: Connection, list_id: int | None, code: str, record: WorkListRecord) -> Matched:
    """The rows as the items they are."""
    known = [
        Known(
            suffix=row.code.removeprefix(f"{code}-"),
            title=row.title,
            phrase=row.phrase,
            gone=row.removed and not row.edited,
            laid=bool(row.laid),
            by_hand=row.origin == worklists.HAND,
        )
        for row in worklists.known_items(connection, list_id)
    ]
    return match(record.items, known)


def _renumbered(code: str, matched: Matched) -> Iterator[str]:
    """A sentence each on items under another number, on new ones without theirs, on numbers now of other work."""
    if matched.moved:
        some = "、".join(f"{code}-{suffix}（文件里第 {number} 项）" for suffix, number in matched.moved[:10])
        yield f"{len(matched.moved)} 项在文件里换了序号，按任务名称认出，编号不变：{some}"
    if matched.fresh:
        some = "、".join(f"第 {number} 项为 {code}-{suffix}" for suffix, number in matched.fresh[:10])
        yield f"{len(matched.fresh)} 个新增项的序号已是别的工作的编号，另给了编号：{some}"
    if matched.unlike:
        some = "、".join(f"{code}-{suffix}" for suffix in matched.unlike[:10])
        yield f"{len(matched.unlike)} 项任务名称与原来大不相同，按同一项的变动处理：{some}；若是另一项工作，请另编序号"


def _withdrawn(codes: Sequence[str]) -> list[str]:
    """What the office took back and the file still lists."""
    return [f"{code} 办公室已撤销，文件里仍有这一行，照旧不交办" for code in codes]


def _without_deadline(reads: Sequence[Read]) -> list[str]:
    """A sentence on the items that got a default term."""
    silent = [read for read in reads if not read.deadline.phrase]
    if not silent:
        return []
    first = silent[0]
    return [f"{len(silent)} 项没有写时限，按默认期限计（如 {first.draft.code} 到 {first.deadline.due_on}）"]


def _untitled(title: str) -> list[str]:
    return [f"清单标题还是模板里的“{title}”，提醒和台账都会这样写"] if left_blank(title) else []


def _issued_on(record: WorkListRecord, asked: date | None, today: date) -> tuple[date, str]:
    if asked is not None:
        return asked, "由 --issued-on 指定"
    return (record.issued_on, "取自标题行") if record.issued_on else (today, "标题行没有日期，用导入当天")


def _entry(actor: str, code: str, path: Path, compared: Compared, now: datetime, was: Mapping[str, Any]) -> Entry:
    values = {
        "file": path.name,
        "new": len(compared.new),
        "changed": [draft.code for draft in compared.changed],
        "unchanged": len(compared.unchanged),
        "removed": list(compared.removed),
        **was,
    }
    return Entry(now, actor, "list.import", [code], values)


def _report(
    record: WorkListRecord,
    code: str,
    title: str,
    path: Path,
    issued: tuple[date, str],
    reads: Sequence[Read],
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
        questions=tuple(questions(reads)),
        problems=tuple(problems),
        created=tuple(unit.name for unit in namer.created),
        redated=tuple(moved),
        written=not problems and not dry_run,
    )


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.sheet, _place(problem.cell)))


def _clashes(record: WorkListRecord, reads: Sequence[Read], compared: Compared) -> Iterator[Problem]:
    """A number of the file that the office has given to another item meanwhile."""
    for row, read in zip(record.items, reads, strict=True):
        title = compared.taken.get(read.draft.code)
        if title is not None:
            message = f"编号 {read.draft.code} 已是办公室增加的“{title}”；给文件里这一项另编序号，或写成同样的任务名称"
            yield record.problem(row.cell, row.title[:20], message)


def _overridden(codes: Sequence[str]) -> list[str]:
    """What the office changed by hand and this version of the file changes too: said, never silent."""
    return [f"{code} 办公室改过，文件里这一行也变了，以文件为准；核对：zeren show {code}" for code in codes]


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
        answer = Answer(reading, due_on, phrase)
        office = office_post(workspace, connection)
        new, entry = settle(connection, workspace, find_item(connection, code), answer, office, now)
        ledger.record(connection, entry)
        redate(connection, workspace, [code], office, now)
        return new


@dataclass(frozen=True, slots=True)
class Answer:
    """What the office says to a question: one of the three."""

    #: The Nth reading, from 1.
    reading: int | None = None
    due_on: date | None = None
    phrase: str | None = None


#: Before the words of a reading, where the office chose it.
CONFIRMED = "办公室确认"


def settle(
    connection: Connection,
    workspace: Workspace,
    row: Any,
    answer: Answer,
    office: str,
    now: datetime,
    word: str = CONFIRMED,
) -> tuple[Deadline, Entry]:
    """Write the answer to one item's question, in the caller's transaction, who records the entry given back.

    Dates laid do not move yet. Raises ResponsibilityError where it is no answer.
    """
    events = worklists.event_days(connection)
    new = _confirmed(workspace.settings, from_record(row.deadline), row.issued_on, answer, events, word)
    if fault := fault_of(new):
        raise ResponsibilityError(f"{row.code} 的时限用不上：{fault}", "写近一些的日期")
    stood = past.of_items(connection, [row.code])
    worklists.confirm(connection, row.id, to_record(new), new.phrase)
    values = {"phrase": new.phrase, "due_on": new.due_on and new.due_on.isoformat(), "because": new.because}
    values |= past.was(stood, past.of_items(connection, [row.code]))
    return new, Entry(now, office, "list.confirm", [row.code], values)


def _confirmed(
    settings: Settings, old: Deadline, issued: date, answer: Answer, events: Mapping[str, date], word: str
) -> Deadline:
    phrase, reading, due_on = answer.phrase, answer.reading, answer.due_on
    if phrase is not None:
        new = bound(read_phrase(phrase, issued, settings), events, settings)
        if new.needs_confirmation:
            raise ResponsibilityError(f"“{phrase}”还是看不准：{new.because}", f"看它怎么读：zeren deadline {phrase}")
        return new
    if not old.needs_confirmation:
        raise ResponsibilityError("这一项的时限不需要确认，没有改动", "要改时限：zeren item edit 编号 --by 时限")
    if due_on is None:
        if reading is None or not 1 <= reading <= len(old.readings):
            choices = "；".join(f"{at}. {one}" for at, one in enumerate(old.readings, 1)) or "没有现成的读法"
            raise ResponsibilityError(f"没有第 {reading} 种读法（{choices}）", "也可以直接给日期：--due 2023-12-31")
        chosen = old.readings[reading - 1]
        return _settled(old, chosen.starts_on, chosen.due_on, f"{word}：{chosen.text}")
    return _settled(old, None, due_on, f"{word}：{due_on} 到期")


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


def items_of(workspace: Workspace, code: str) -> tuple[str, list[ItemEntry]]:
    """(its name for a heading, its items in file order) of one list."""
    with workspace.read() as connection:
        found = find_list(connection, code)
        name = f"{found.title}（已撤销）" if found.cancelled else found.title
        later = extensions.extended(connection)
        rows = worklists.items(connection, found.id, withdrawn=True)
        return name, [_entry_of(row, later.get(row.id, 0)) for row in rows]


def _entry_of(row: Any, extended: int) -> ItemEntry:
    deadline = from_record(row.deadline)
    texts = tuple(str(reading) for reading in deadline.readings)
    return ItemEntry(
        row.code,
        row.title,
        row.category_name,
        row.phrase,
        deadline.due_on,
        row.needs_confirmation,
        deadline.because,
        texts,
        deadline.event or "",
        extended,
    )
