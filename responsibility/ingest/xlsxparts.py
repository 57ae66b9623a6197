"""What calamine does not tell of an xlsx: the cells that hold an error value, and a range too large to read.

calamine reads #REF! as a blank, and a stray cell at the far corner makes it ask for more memory than there is,
which ends the process. Both are looked up in the sheet's own XML, by pattern: no tree of a large sheet is built.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

#: The largest range (rows times columns) that is read: some 500 MB while reading.
MAX_CELLS = 10_000_000
#: The largest sheet part that is looked into, in bytes.
_MAX_PART = 1_000_000_000

#: A cell that is no self-closing (formatted but empty) element; rows have no letters in their r.
_CELL = re.compile(rb" r=\"([A-Z]{1,3})(\d{1,7})\"(?:[^>]*[^/>])?>")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\bt=\"e\")[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>(.*?)</(?:\w+:)?c>", re.S
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_WIDE = re.compile(rb"\br=\"[A-Z]{3}\d")
_TALL = re.compile(rb"\br=\"[A-Z]{0,3}\d{5,7}\"")
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ElementTree.ParseError, OSError, EOFError, NotImplementedError,
           RuntimeError, ValueError)  # fmt: skip


def oversized(data: bytes) -> str:
    """The name of a sheet whose filled cells span more than MAX_CELLS, or ""."""
    return next((name for name, part in _parts(data) if _area(part) > MAX_CELLS), "")


def error_values(data: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet name → zero-based cell → the error value Excel stored there."""
    found = {}
    for name, part in _parts(data):
        if b't="e"' in part:
            found[name] = dict(_errors(part))
    return found


def _errors(part: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for letters, row, inside in _ERROR.findall(part):
        value = _VALUE.search(inside)
        yield (int(row) - 1, _column(letters) - 1), value[1].decode("ascii", "replace") if value else "#VALUE!"


def _area(part: bytes) -> int:
    """Rows times columns from the first cell that may be filled to the last; 0 where it cannot be large."""
    if not _WIDE.search(part) and not _TALL.search(part):
        return 0
    rows, columns = {0}, set()
    for letters, row in _CELL.findall(part):
        rows.add(int(row))
        columns.add(letters)
    return max(rows) * max(map(_column, columns), default=0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each sheet's name and XML; nothing where the bytes are no sound xlsx (calamine says what is wrong then)."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name, part in _sheet_parts(archive):
                if archive.getinfo(part).file_size <= _MAX_PART:
                    yield name, archive.read(part)
    except _BROKEN:
        return


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Sheet name and part name, as the workbook and its relations say."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): each.get("Target", "") for each in relations.iter() if each.get("Id")}
    sheets = []
    for each in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        relation = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
        if each.tag.endswith("}sheet") and relation in targets:
            sheets.append((each.get("name", ""), posixpath.normpath(posixpath.join("/xl", targets[relation]))[1:]))
    return sheets
