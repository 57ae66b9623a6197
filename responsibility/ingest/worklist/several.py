"""Several sheets of one workbook: those of one make are one list, the others are said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from responsibility.ingest.worklist.records import ItemRecord, WorkListRecord

#: Names a program gave a sheet, which say nothing.
_NAMELESS = re.compile(r"(?:sheet|工作表|表格?)\s*\d*", re.IGNORECASE)


def alike(first: WorkListRecord, other: WorkListRecord) -> bool:
    """Whether another sheet goes on with the list of the first: the same columns, under the same title or none."""
    return set(first.columns) == set(other.columns) and other.title in ("", first.title)


def joined(records: Sequence[WorkListRecord]) -> WorkListRecord:
    """One list of several sheets; a sheet's name is the section of what stands in none.

    Cells of later sheets bear the sheet's name (下半年!B7). Where numbers repeat from sheet to sheet, each sheet counts
    as a section: 1-03, 2-03.
    """
    first, *others = records
    if not others:
        return first
    sheets = [_sections(first), *(_sections(_named(other)) for other in others)]
    again = Counter(item.code_suffix for items in sheets for item in items)
    if max(again.values(), default=0) > 1:
        sheets = [
            [replace(item, code_suffix=f"{at}-{item.code_suffix}") for item in items]
            for at, items in enumerate(sheets, 1)
        ]
    return replace(
        first,
        issued_on=next((record.issued_on for record in records if record.issued_on), None),
        rows=sum(record.rows for record in records),
        items=tuple(item for items in sheets for item in items),
        warnings=tuple(f"工作表“{record.sheet}”：{said}" for record in records for said in record.warnings),
        has_units=any(record.has_units for record in records),
    )


def _sections(record: WorkListRecord) -> list[ItemRecord]:
    name = "" if _NAMELESS.fullmatch(record.sheet.strip()) else record.sheet.strip()
    return [item if item.section else replace(item, section=name) for item in record.items]


def _named(record: WorkListRecord) -> WorkListRecord:
    """The record with the sheet's name before every cell."""

    def at(cell: str) -> str:
        return f"{record.sheet}!{cell}" if cell else ""

    items = (
        replace(
            item,
            cell=at(item.cell),
            phrase_cell=at(item.phrase_cell),
            milestones_cell=at(item.milestones_cell),
            mentions=tuple(replace(mention, cell=at(mention.cell)) for mention in item.mentions),
        )
        for item in record.items
    )
    return replace(record, items=tuple(items))
