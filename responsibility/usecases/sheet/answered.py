"""Reading a sheet back: every answer becomes the same act as at the terminal, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.errors import InputProblems, Problem, ResponsibilityError
from responsibility.core.summary.sheet import Answers, Applied, Choice, Column, Conflict, Imported, Standing, Step
from responsibility.ingest.tasksheets import AnswerRow, read_answers
from responsibility.store import assignments, ledger, tasksheets
from responsibility.store.ledger import Entry
from responsibility.usecases import verbs
from responsibility.usecases.extension import extend
from responsibility.usecases.sheet.export import standing_of
from responsibility.usecases.sheet.keys import AlteredKey, ForeignKey, Seal
from responsibility.usecases.verbs import Done
from responsibility.usecases.workspace import Joined, Workspace, office_post

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What an earlier import of the same export took from a row, and where it left the assignment."""

    answers: Answers
    standing: Standing


@dataclass(frozen=True, slots=True)
class _Case:
    """A row that is ours, with its assignment as it stands now."""

    row: AnswerRow
    assignment: Any
    #: The export's ledger entry, and the standing the row was answered on.
    export: int
    base: Standing
    now: Standing
    earlier: Answers

    @property
    def new(self) -> Answers:
        """The answers no earlier import has taken."""
        return {c: text for c, text in self.row.answers.items() if self.earlier.get(c) != text}


@dataclass(slots=True)
class _Outcome:
    applied: list[tuple[_Case, Applied]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    unchanged: int = 0
    blank: int = 0


def import_sheet(
    workspace: Workspace,
    file: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Take what a returned sheet answers; InputProblems lists all that is wrong with it, and then nothing is written.

    A row that changed here since the sheet was written is a conflict: it is told, and nothing of it is taken. What an
    earlier import took is not taken again.
    """
    rows, problems = read_answers(file)
    with workspace.write(now, keep=not dry_run) as connection:
        reader = _Reader(connection, workspace, file.name, now, problems)
        cases = reader.cases(rows)
        outcome = reader.take(cases, progress)
        if problems:
            raise InputProblems(sorted(problems, key=_place), f"{file.name} ")
        if outcome.applied:
            reader.record(outcome)
    told = tuple(applied for _, applied in outcome.applied)
    return Imported(file.name, dry_run, told, tuple(outcome.conflicts), outcome.unchanged, outcome.blank)


def _place(problem: Problem) -> tuple[int, int, str]:
    """Row by row, left to right; what concerns the whole file first."""
    letters = problem.cell.rstrip("0123456789")
    return int(problem.cell[len(letters) :] or 0), len(letters), letters


class _Reader:
    """One import inside one transaction."""

    def __init__(
        self, connection: Connection, workspace: Workspace, file: str, now: datetime, problems: list[Problem]
    ) -> None:
        self._connection = connection
        self._workspace = Joined(
            workspace.settings, workspace.engine, workspace.login, workspace.leeway, connection=connection
        )
        self._file = file
        self._now = now
        self._problems = problems
        self._actor = office_post(workspace, connection)
        self._broken = {(problem.sheet, problem.cell) for problem in problems}

    def _problem(self, row: AnswerRow, column: Column, message: str, value: str | None = None) -> None:
        found = row.answers.get(column, "") if value is None else value
        self._problems.append(Problem(self._file, row.sheet, row.cells[column], found, message))

    # -- whose rows are these ---------------------------------------------------------------------------------------

    def cases(self, rows: Sequence[AnswerRow]) -> list[_Case]:
        """The rows that are ours, each with its assignment; what is foreign or altered becomes a problem."""
        keys = self._opened(rows)
        found = assignments.by_codes(self._connection, [row.code for row, _, _ in keys])
        last = tasksheets.last_entries(self._connection, [one.id for one in found.values()])
        earlier = _earlier(self._connection, min((export for _, export, _ in keys), default=0))
        cases = []
        for row, export, base in keys:
            if row.code not in found:
                self._problem(row, Column.CODE, "这里没有这一项任务；数据库可能是用旧备份恢复的", row.code)
                continue
            before = earlier.get((export, row.code))
            one = found[row.code]
            standing = before.standing if before else base
            answers = before.answers if before else {}
            cases.append(_Case(row, one, export, standing, standing_of(one, last), answers))
        return cases

    def _opened(self, rows: Sequence[AnswerRow]) -> list[tuple[AnswerRow, int, Standing]]:
        made = tasksheets.seal(self._connection)
        seal = Seal(*made) if made else Seal("", "")
        opened = []
        for row in rows:
            try:
                opened.append((row, *seal.open(row.key, row.code)))
            except AlteredKey:
                said = "校验码缺失，或与任务编号对不上：这一行被改动过；请用导出的原表填写"
                self._problem(row, Column.CODE, said, row.code)
            except ForeignKey:
                self._problem(row, Column.CODE, "这份表是另一个工作区导出的，不能导入到这里", row.code)
                return []
        return opened

    # -- what they answer -------------------------------------------------------------------------------------------

    def take(self, cases: Sequence[_Case], progress: Progress) -> _Outcome:
        """Do what each sound row answers; what the rules refuse becomes a problem."""
        outcome = _Outcome()
        for at, case in enumerate(cases):
            progress(at, len(cases))
            if not case.row.answers:
                outcome.blank += 1
            elif not case.new:
                outcome.unchanged += 1
            elif case.base != case.now:
                outcome.conflicts.append(_conflict(case))
            elif not self._broken & {(case.row.sheet, cell) for cell in case.row.cells.values()}:
                applied = self._applied(case)
                if applied.steps:
                    outcome.applied.append((case, applied))
                else:
                    outcome.unchanged += 1
        return outcome

    def _applied(self, case: _Case) -> Applied:
        steps: list[Step] = []
        for column, act in self._acts(case):
            try:
                steps.append(act())
            except ResponsibilityError as error:
                self._problem(case.row, column, error.message)
        return Applied(_row_of(case), case.row.code, case.assignment.title, tuple(steps))

    def _acts(self, case: _Case) -> list[tuple[Column, Callable[[], Step]]]:
        """The acts a row stands for in their order, each with the column it is answered in."""
        code, new, w, now = case.row.code, case.new, self._workspace, self._now
        first = next(iter(new))
        acts: list[tuple[Column, Callable[[], Step]]] = []
        if case.assignment.state == State.ISSUED or new.get(Column.DOING) == Choice.SIGN:
            column = Column.DOING if Column.DOING in new else first
            acts.append((column, lambda: _step(verbs.sign(w, code, now))))
        words = _words(new)
        done = Column.DONE in new
        more, percent = _figures(case)
        figures = more is not None or percent is not None
        if figures or (words and not done) or new.get(Column.DOING) == Choice.WORK:
            column = next((c for c in new if c not in (Column.DONE, Column.UNTIL, Column.REASON)), first)
            text = "" if done else words or ("" if figures else Choice.WORK.value)
            acts.append((column, lambda: _step(verbs.report(w, code, now, text=text, count=more, percent=percent))))
        if done:
            acts.append((Column.DONE, lambda: _step(verbs.submit(w, code, now, text=words))))
        if Column.UNTIL in new or Column.REASON in new:
            acts.append((Column.UNTIL, lambda: self._extension(case)))
        return acts

    def _extension(self, case: _Case) -> Step:
        """延期 asked for: nothing moves before it is agreed to."""
        to = date.fromisoformat(case.row.answers[Column.UNTIL])
        reason = case.row.answers[Column.REASON]
        return _step(extend(self._workspace, case.row.code, self._now, to=to, reason=reason))

    # -- leaving a trace --------------------------------------------------------------------------------------------

    def record(self, outcome: _Outcome) -> None:
        """One entry that says what was taken from which export, so that it is not taken twice."""
        codes = [case.row.code for case, _ in outcome.applied]
        rows = assignments.by_codes(self._connection, codes)
        last = tasksheets.last_entries(self._connection, [row.id for row in rows.values()])
        taken = [
            {
                "code": case.row.code,
                "unit": case.assignment.unit,
                "export": case.export,
                "answers": {str(column): text for column, text in {**case.earlier, **case.row.answers}.items()},
                "standing": asdict(standing_of(rows[case.row.code], last)),
            }
            for case, _ in outcome.applied
        ]
        units = list(dict.fromkeys(case.assignment.unit for case, _ in outcome.applied))
        values = {"file": self._file, "rows": taken, "conflicts": [c.code for c in outcome.conflicts]}
        ledger.record(self._connection, Entry(self._now, self._actor, "sheet.import", units, values))


def _earlier(connection: Connection, export: int) -> dict[tuple[int, str], _Earlier]:
    """(export's entry, assignment code) → what imports since this export have taken from that row."""
    found: dict[tuple[int, str], _Earlier] = {}
    for entry in ledger.entries_of(connection, "sheet.import", export):
        for row in entry.values["rows"]:
            answers = {Column(name): text for name, text in row["answers"].items()}
            found[row["export"], row["code"]] = _Earlier(answers, Standing(**row["standing"]))
    return found


def _row_of(case: _Case) -> str:
    return case.row.cells[next(iter(case.new))]


def _conflict(case: _Case) -> Conflict:
    return Conflict(_row_of(case), case.row.code, case.assignment.title, case.base, case.now, case.new)


def _words(new: Answers) -> str:
    evidence = f"佐证：{new[Column.EVIDENCE]}" if Column.EVIDENCE in new else ""
    return "；".join(part for part in (new.get(Column.TEXT, ""), evidence) if part)


def _figures(case: _Case) -> tuple[int | None, int | None]:
    """The count that is new and the per cent; None where the row says nothing else than is known."""
    total, percent = case.new.get(Column.COUNT), case.new.get(Column.PERCENT)
    more = int(total) - case.assignment.counted if total else 0
    return more or None, int(percent) if percent else None


def _step(done: Done) -> Step:
    return Step(done.action.value, dict(done.recorded))
