"""The organisation from yaml, from five sheets of an xlsx, or from one flat table: units, posts, people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from responsibility.core.chain import Chain, Organisation
from responsibility.core.errors import InputProblems, Problem
from responsibility.ingest.organisation.build import build
from responsibility.ingest.organisation.entries import Entries, Field
from responsibility.ingest.organisation.flat import is_flat, read_flat
from responsibility.ingest.organisation.tables import list_named, read_five
from responsibility.ingest.organisation.yamlfile import read_yaml
from responsibility.ingest.sheets import Sheet, cell_name, decode, read_bytes, read_sheets
from responsibility.ingest.yamlnodes import YAML

__all__ = ["read_organisation"]


def read_organisation(path: Path, chain: Chain) -> tuple[Organisation, list[Problem]]:
    """The organisation a file describes, and all that is wrong with it at once; FileMissing where there is no file."""
    try:
        entries = _entries(path)
    except InputProblems as error:
        return Organisation(), list(error.problems)
    organisation = build(entries, chain)
    return organisation, entries.problems


def _entries(path: Path) -> Entries:
    if path.suffix.lower() in YAML:
        return read_yaml(path.name, decode(path.name, read_bytes(path)))
    sheets = read_sheets(path)
    named = [sheet for sheet in sheets if list_named(sheet.name)]
    flat = next((sheet for sheet in sheets if sheet.rows and is_flat(sheet)), None)
    if len(named) > 1 or (named and flat is None):
        return _with_faults(read_five(path.name, named), named)
    sheet = flat or next(sheet for sheet in sheets if sheet.rows)
    return _with_faults(read_flat(path.name, sheet), [sheet])


def _with_faults(entries: Entries, sheets: Iterable[Sheet]) -> Entries:
    """Cells whose text cannot be trusted are problems, whatever they say."""
    for sheet in sheets:
        for (row, col), reason in sheet.faults.items():
            inside = row < len(sheet.rows) and col < len(sheet.rows[row])
            entries.problem(Field(sheet.rows[row][col] if inside else "", sheet.name, cell_name(row, col)), reason)
    return entries
