"""Writing the sheets: what is open for a branch, each row with its key."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import Light, State, worst
from responsibility.core.chain import Organisation, Unit
from responsibility.core.deadline import from_record
from responsibility.core.errors import ResponsibilityError
from responsibility.core.summary.sheet import ANSWERS, Column, Exported, SheetRow, Standing, TaskSheet
from responsibility.store import assignments, laying, ledger, tasksheets
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import unknown_seat
from responsibility.usecases.lights import Lamp
from responsibility.usecases.sheet.keys import Seal
from responsibility.usecases.workspace import Workspace, office_post
from responsibility.views.tasksheet import write

#: Signs no file name may have somewhere.
_UNFIT = re.compile(r"[\\/:*?\"<>|\s\x00-\x1f]+")
#: The states in which an owner can answer.
ANSWERABLE = (State.ISSUED, State.SIGNED, State.IN_PROGRESS, State.RETURNED)

Progress = Callable[[int, int], None]


def export_unit(workspace: Workspace, unit: str, now: datetime, file: Path | None = None) -> Exported:
    """Write the sheet of one unit, given by code or name; refused where it has nothing open.

    Without `file` it goes into the current folder, named after the unit and the day.
    """
    with workspace.write(now) as connection:
        desk = _Desk(connection, workspace, now)
        found = desk.find(unit)
        target = file or Path(f"{file_name(found)}-{desk.lamp.today}.xlsx")
        return _write_all(desk, [found], [target], lambda done, total: None)[0]


def export_all(
    workspace: Workspace, now: datetime, folder: Path | None = None, progress: Progress = lambda done, total: None
) -> list[Exported]:
    """Write a sheet for every unit with open work, all or none; `progress` hears how many of how many are written.

    Without `folder` they go into one named after the day.
    """
    with workspace.write(now) as connection:
        desk = _Desk(connection, workspace, now)
        busy = assignments.units_with_open(connection)
        units = [unit for unit in desk.organisation.units if unit.code in busy]
        if not units:
            raise ResponsibilityError(
                "没有哪个单位有在办的任务，没有写出文件", "交办：zeren assign；看状态：zeren status"
            )
        target = folder or Path(f"任务台账-{desk.lamp.today}")
        return _write_all(desk, units, [target / f"{file_name(unit)}.xlsx" for unit in units], progress)


def file_name(unit: Unit) -> str:
    """A file name for a unit: code and name, without signs that files may not have."""
    return f"{unit.code}-{_UNFIT.sub('_', unit.name)[:60].strip('._')}"


def _write_all(desk: _Desk, units: Sequence[Unit], files: Sequence[Path], progress: Progress) -> list[Exported]:
    """Write beside the targets first; they get their names once every sheet is there, and nothing is overwritten."""
    there = [str(file) for file in files if file.exists()]
    if there:
        raise ResponsibilityError(f"{'、'.join(there[:3])} 已存在，没有覆盖", "换一个名字（-o），或先把它移走")
    folder = files[0].absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".zeren-") as half:
        for at, (unit, file) in enumerate(zip(units, files, strict=True)):
            progress(at, len(units))
            done.append(desk.export(unit, Path(half) / f"{at}.xlsx", file))
        for at, file in enumerate(files):
            (Path(half) / f"{at}.xlsx").rename(file)
    return done


class _Desk:
    """One transaction of exporting: what all sheets share is read once."""

    def __init__(self, connection: Connection, workspace: Workspace, now: datetime) -> None:
        self._connection = connection
        self._settings = workspace.settings
        self._now = now
        self._actor = office_post(workspace, connection)
        self.lamp = Lamp(workspace.settings, laying.policies(connection), now)
        self.organisation: Organisation = organisation_store.load(connection, people=False)
        self._seal = Seal(*tasksheets.made_seal(connection))

    def find(self, text: str) -> Unit:
        """The unit with this code or name."""
        for unit in self.organisation.units:
            if text in (unit.code, unit.name):
                return unit
        raise unknown_seat(self.organisation, text)

    def export(self, unit: Unit, path: Path, named: Path) -> Exported:
        """Record the export and write it to `path`, which will be `named`."""
        rows = assignments.open_of_unit(self._connection, unit.code)
        if not rows:
            raise ResponsibilityError(f"{unit.name}没有在办的任务，没有写出文件", "看状态：zeren status --by unit")
        answerable = sum(bool(fills(row)) for row in rows)
        values = {"file": named.name, "rows": len(rows), "open": answerable}
        seq = ledger.record(self._connection, Entry(self._now, self._actor, "sheet.export", [unit.code], values))
        home = self._settings.home
        contact = " ".join(part for part in (home.name, home.contact, home.phone) if part)
        write(path, TaskSheet(unit.code, unit.name, contact, self.lamp.today, tuple(self._rows(rows, seq))))
        return Exported(unit.code, unit.name, str(named), len(rows), answerable)

    def _rows(self, rows: Sequence[Any], seq: int) -> Iterable[SheetRow]:
        lights = self._lights(rows)
        ids = [row.id for row in rows]
        last = tasksheets.last_entries(self._connection, ids)
        returned = [row.id for row in rows if row.state == State.RETURNED]
        reasons = tasksheets.reasons(self._connection, returned)
        for row in rows:
            key = self._seal.key(seq, row.code, standing_of(row, last))
            yield self._row(row, lights[row.id], key, reasons.get(row.id, ""))

    def _lights(self, rows: Sequence[Any]) -> dict[int, Light]:
        """The light of each row; a unit whose members do the work shows the worst of theirs."""
        lights = {
            row.id: self.lamp.shine(self.lamp.work(row, row.deadline), row.policy_id) for row in rows if row.works
        }
        below: dict[int, list[Light]] = {}
        for row in rows:
            if row.works:
                below.setdefault(row.occurrence_id, []).append(lights[row.id])
        return {row.id: lights.get(row.id) or worst(below.get(row.occurrence_id, ())) for row in rows}

    def _row(self, row: Any, light: Light, key: str, reason: str) -> SheetRow:
        chain, organisation = self._settings.chain, self.organisation
        post, unit = organisation.post.get(row.post or ""), organisation.unit.get(row.unit)
        owner = post.title if post else unit.name if unit else row.unit
        tier = chain.tier(row.tier).name if row.tier in chain.order else row.tier
        return SheetRow(
            code=row.code,
            title=row.title,
            content=_content(row, reason),
            owner=owner,
            role={"lead": "牵头", "support": "配合"}.get(row.role, tier),
            phrase=row.phrase,
            due_on=row.due_on,
            light=light,
            state=State(row.state),
            reached=_reached(row),
            fills=fills(row),
            key=key,
        )


def fills(row: Any) -> frozenset[Column]:
    """What may be answered on an assignment: nothing where time is not the owner's, 签收 alone where members work."""
    state = State(row.state)
    if state not in ANSWERABLE or (not row.works and state is not State.ISSUED):
        return frozenset()
    if not row.works:
        return frozenset({Column.DOING})
    dated = row.due_on is not None
    return frozenset(column for column in ANSWERS if dated or column not in (Column.UNTIL, Column.REASON))


def standing_of(row: Any, last: Mapping[int, int]) -> Standing:
    """Where an assignment stands; `last` as `tasksheets.last_entries` reads it."""
    due_on = row.due_on.isoformat() if row.due_on else ""
    return Standing(row.state, row.percent, row.counted, row.milestones_done, due_on, last.get(row.id, 0))


def _content(row: Any, reason: str) -> str:
    steps = from_record(row.deadline).milestones
    lines = [
        f"退回原因：{reason}" if reason else "",
        row.content,
        "\n".join(f"{step.due_on:%m-%d} {step.title}" for step in steps if step.title),
        f"期次：{row.label}" if row.label else "",
    ]
    return "\n".join(line for line in lines if line)


def _reached(row: Any) -> str:
    target = f"/{row.target_count}" if row.target_count else ""
    counted = f"{row.counted}{target}{row.target_unit}" if target or row.counted else ""
    percent = f"{row.percent}%" if row.percent is not None else ""
    return " ".join(part for part in (counted, percent) if part)
