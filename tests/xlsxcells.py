"""Cells of an xlsx rewritten in its XML, as a person would fill them in: openpyxl is no dependency of ours."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

#: The first worksheet.
PART = "xl/worksheets/sheet1.xml"


def fill(path: Path, cells: Mapping[str, str | int | float | date | None], to: Path | None = None) -> Path:
    """Write values into cells that exist, keeping their looks; None empties one. Writes over `path` unless `to`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts[PART].decode()
    for name, value in cells.items():
        sheet, times = re.subn(rf'<c r="{name}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', _cell(name, value), sheet, flags=re.S)
        assert times == 1, name
    parts[PART] = sheet.encode()
    target = to or path
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target


def _cell(name: str, value: str | int | float | date | None) -> str:
    start = rf'<c r="{name}"\g<1>'
    if value is None:
        return f"{start}/>"
    if isinstance(value, str):
        text = escape(value).replace("\\", r"\\")
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    number = (value - date(1899, 12, 30)).days if isinstance(value, date) else value
    return f"{start}><v>{number}</v></c>"
