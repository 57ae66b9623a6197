"""Who has answered, derived from the entries of exports and imports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from responsibility.core.chain import LaidOn
from responsibility.core.summary.sheet import SheetLine
from responsibility.store import assignments, ledger
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.workspace import Workspace


def sheets_of(workspace: Workspace) -> list[SheetLine]:
    """Every unit that was sent a sheet or has open work: its newest sheet, and how much of it came back answered."""
    with workspace.read() as connection:
        members = workspace.settings.chain.laid(LaidOn.MEMBERS)
        organisation = organisation_store.load(connection, members, people=False)
        exports = {entry.codes[0]: entry for entry in ledger.entries_of(connection, "sheet.export")}
        answered: dict[str, dict[str, datetime]] = {}
        oldest = min((entry.seq for entry in exports.values()), default=0)
        for entry in ledger.entries_of(connection, "sheet.import", oldest):
            for row in entry.values["rows"]:
                export = exports.get(row["unit"])
                if export is not None and entry.seq > export.seq:
                    answered.setdefault(row["unit"], {})[row["code"]] = entry.at
        busy = assignments.units_with_open(connection)
        names = {unit.code: unit.name for unit in organisation.units}
        codes = [*names, *(code for code in exports if code not in names)]
        return [
            _line(code, names.get(code, code), exports.get(code), answered.get(code, {}))
            for code in codes
            if code in busy or code in exports
        ]


def _line(code: str, name: str, export: Entry | None, back: Mapping[str, datetime]) -> SheetLine:
    """One unit; `back` are the rows answered since its newest sheet went out, be it in that sheet or an older one."""
    rows = int(export.values["open"]) if export else 0
    at = export.at if export else None
    return SheetLine(code, name, at, max(back.values(), default=None), rows, min(len(back), rows))
