"""Open questions as a file to fill."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from responsibility.core.summary import Asked
from responsibility.settings.wholefile import whole

HEADER = (
    "编号",
    "答复",
    "重点工作",
    "时限（原文）",
    "位置",
    "为什么要确认",
    "可选的读法（答复写序号；也可写日期或时限）",
)


def write_questions(path: Path, asked: Sequence[Asked]) -> None:
    """A csv that spreadsheets open as UTF-8; the column 答复 is blank."""
    with whole(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for one in asked:
            readings = "；".join(f"{at}. {text}" for at, text in enumerate(one.readings, 1))
            row = (one.code, "", one.title, one.phrase, one.cell, one.because, readings or _without(one))
            writer.writerow([_inert(cell) for cell in row])


def _without(one: Asked) -> str:
    return f"没有现成的读法；定下“{one.event}”的日期：zeren event set {one.event} 日期" if one.event else ""


def _inert(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
