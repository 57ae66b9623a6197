"""Open questions: which they are, and answering several at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.deadline import from_record
from responsibility.core.errors import InputProblems, Problem, ResponsibilityError
from responsibility.core.summary import Accepted, Asked, Settled
from responsibility.core.text import near
from responsibility.ingest.confirmations import AnswerRow, read_answers
from responsibility.store import ledger, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import live_list
from responsibility.usecases.lists import Answer, settle
from responsibility.usecases.redate import redate
from responsibility.usecases.workspace import Workspace, office_post

#: Before the words of a reading that nobody looked at.
TAKEN = "交办时直接采用第一种读法（--accept-proposals），没有逐项确认"

_NUMBER = re.compile(r"[0-9]{1,2}")
_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answers file did."""

    settled: tuple[Settled, ...]
    #: Codes of rows left blank.
    blank: tuple[str, ...]
    #: How many questions are still open.
    left: int
    #: Codes of items already assigned whose date moved.
    redated: tuple[str, ...]


def open_questions(workspace: Workspace) -> list[Asked]:
    """Every open question, in the order of lists and rows."""
    with workspace.read() as connection:
        return [_asked(row) for row in _open(connection)]


def answer_of(text: str) -> Answer:
    """A number (of a reading), a date or else a phrase; raises ResponsibilityError for a day no calendar has."""
    written = text.strip()
    if _NUMBER.fullmatch(written):
        return Answer(reading=int(written))
    found = _DAY.fullmatch(written)
    if not found:
        return Answer(phrase=written)
    try:
        return Answer(due_on=date(*map(int, found.groups())))
    except ValueError:
        raise ResponsibilityError(f"日历上没有 {written} 这一天", "写成 2023-09-30") from None


def settle_one(workspace: Workspace, code: str, text: str, now: datetime) -> Settled:
    """Store the answer to one question."""
    with workspace.write(now) as connection:
        rows = {row.code: row for row in _open(connection)}
        if code not in rows:
            raise ResponsibilityError(
                f"{code} 的时限已经不用确认", "看还有哪些：zeren list confirm --export 待确认.csv"
            )
        office = office_post(workspace, connection)
        new, entry = settle(connection, workspace, rows[code], answer_of(text), office, now)
        ledger.record(connection, entry)
        redate(connection, workspace, [code], office, now)
        return Settled(code, rows[code].title, new.due_on, new.because)


def settle_from(workspace: Workspace, path: Path, now: datetime) -> Answered:
    """Store every answer of a file, or none: InputProblems lists all that is wrong, with its cell."""
    rows, problems = read_answers(path)
    with workspace.write(now) as connection:
        known = {row.code: row for row in _open(connection)}
        codes = worklists.codes_of_items(connection)
        office = office_post(workspace, connection)
        settled: list[Settled] = []
        entries: list[Entry] = []
        for row in rows:
            try:
                for one, entry in _written(connection, workspace, known, row, office, now):
                    settled.append(one)
                    entries.append(entry)
            except ResponsibilityError as error:
                problems.append(Problem(path.name, row.sheet, *_fault(row, error, known, codes)))
        if problems:
            raise InputProblems(sorted(problems, key=_place), f"答复文件 {path.name} ")
        ledger.record_all(connection, ((entry, ()) for entry in entries))
        moved = redate(connection, workspace, [one.code for one in settled], office, now)
    blank = tuple(row.code for row in rows if not row.text)
    return Answered(tuple(settled), blank, len(known) - len(settled), tuple(moved))


def _written(
    connection: Connection, workspace: Workspace, known: Mapping[str, Any], row: AnswerRow, office: str, now: datetime
) -> list[tuple[Settled, Entry]]:
    if row.code not in known:
        raise ResponsibilityError("没有这个编号的待确认时限")
    if not row.text:
        return []
    new, entry = settle(connection, workspace, known[row.code], answer_of(row.text), office, now)
    return [(Settled(row.code, known[row.code].title, new.due_on, new.because), entry)]


def _fault(
    row: AnswerRow, error: ResponsibilityError, known: Mapping[str, Any], codes: Sequence[str]
) -> tuple[str, str, str]:
    """(cell, value, message) of an answer that cannot be stored."""
    if row.code in known:
        return row.cell, row.text, error.message
    if row.code in codes:
        return row.code_cell, row.code, "这一项的时限不需要确认，删去这一行；要改时限用 zeren item edit"
    nearest = near(row.code, known)
    return row.code_cell, row.code, "没有这个编号的重点工作" + (f"；是不是 {nearest}" if nearest else "")


def _place(problem: Problem) -> tuple[str, int, str]:
    digits = "".join(char for char in problem.cell if char.isdigit())
    return problem.sheet, int(digits or 0), problem.cell


def accept_proposals(workspace: Workspace, list_codes: Sequence[str], now: datetime) -> Accepted:
    """Take the first reading of every open question of these lists; those without readings stay open."""
    with workspace.write(now) as connection:
        return accept_within(connection, workspace, list_codes, now)


def accept_within(connection: Connection, workspace: Workspace, list_codes: Sequence[str], now: datetime) -> Accepted:
    """`accept_proposals` in the caller's transaction."""
    ids = {live_list(connection, code).id for code in list_codes}
    rows = [row for row in _open(connection) if row.list_id in ids]
    offered = [row for row in rows if row.deadline.get("readings")]
    settled = []
    entries = []
    office = office_post(workspace, connection) if offered else ""
    for row in offered:
        new, entry = settle(connection, workspace, row, Answer(reading=1), office, now, TAKEN)
        settled.append(Settled(row.code, row.title, new.due_on, new.because))
        entries.append(entry)
    codes = [row.code for row in offered]
    if codes:
        ledger.record_all(connection, ((entry, ()) for entry in entries))
        redate(connection, workspace, codes, office, now)
    return Accepted(tuple(settled), tuple(_asked(row) for row in rows if row.code not in codes))


def _open(connection: Connection) -> list[Any]:
    return [row for row in worklists.items(connection) if row.needs_confirmation]


def _asked(row: Any) -> Asked:
    deadline = from_record(row.deadline)
    return Asked(
        code=row.code,
        title=row.title,
        cell="" if row.phrase_cell.startswith("--") else row.phrase_cell,
        phrase=row.phrase,
        because=deadline.because,
        readings=tuple(str(reading) for reading in deadline.readings),
        event=deadline.event or "",
    )


#: What the one who walks through the questions says: stop, or leave this one.
STOP, SKIP = "q", "s"


def walk(
    asked: Sequence[Asked],
    ask: Callable[[Asked], str],
    store: Callable[[str, str], Settled],
    tell: Callable[[str], None],
) -> tuple[list[Settled], int]:
    """Put the questions one by one, storing each answer at once; returns (settled, how many are left).

    `ask` gives back what was typed: blank takes the first reading, `s` skips, `q` stops. What is no answer is told
    and asked again.
    """
    settled: list[Settled] = []
    for question in asked:
        while True:
            text = ask(question).strip() or ("1" if question.readings else "")
            if text.lower() in (STOP, SKIP):
                break
            if not text:
                tell("这一项没有现成的读法，请写一个日期或时限；跳过写 s，停止写 q")
                continue
            try:
                settled.append(store(question.code, text))
                break
            except ResponsibilityError as error:
                tell(f"{error.message}。{error.hint}".rstrip("。") + "。")
        if text.lower() == STOP:
            break
    return settled, len(asked) - len(settled)
