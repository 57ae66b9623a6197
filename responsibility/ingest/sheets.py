"""Tables as text: xlsx, xls and csv in, rows of strings out, with the cell each string stands in."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from responsibility.core.errors import FileMissing, InputProblems, Problem
from responsibility.core.text import showable
from responsibility.ingest.xlsxparts import MAX_CELLS, error_values, oversized

#: What a cell may hold when calamine hands it over.
Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (*WORKBOOKS, ".csv")

#: First bytes → what the file really is, for the message.
_SIGNATURES = (
    (b"%PDF", "PDF 文件"),
    (b"PK\x03\x04", "压缩包或新版 Office 文件"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件，或加了密码的文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"<", "网页或 XML 文件"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]|_x000[Dd]_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: rows of equal width, blank tails cut, blank heads kept so that cell names stay true."""

    file: str
    #: Empty for csv.
    name: str
    rows: tuple[tuple[str, ...], ...]
    #: Merged ranges (row0, col0, row1, col1), zero-based, both ends included, cut to the rows there are.
    merged: tuple[tuple[int, int, int, int], ...] = ()


def cell_name(row: int, col: int) -> str:
    """The name a spreadsheet shows for a zero-based cell: (6, 1) → "B7"."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def read_bytes(path: Path) -> bytes:
    """The file's bytes; FileMissing where it is not there, or is no file, or may not be read."""
    if not path.is_file():
        raise FileMissing(f"找不到文件：{path}", "请检查路径和文件名（含扩展名）")
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(f"文件打不开：{path}（{error.strerror}）", "请检查文件权限，或先关闭占用它的程序") from error


def decode(file: str, data: bytes) -> str:
    """Text by its BOM, else UTF-8, else GB18030, in that order; InputProblems where it is no text."""
    for signature, what in _SIGNATURES[:-1]:
        if data.startswith(signature):
            raise _unreadable(file, f"扩展名是文本，内容却是{what}；请另存为 UTF-8 或 GB18030 编码的文本")
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise _unreadable(
        file, "不是文本文件，或编码不是 UTF-8、GB18030；请另存为 UTF-8 编码（Excel 里选“CSV UTF-8”）后再导入"
    )


def read_sheets(path: Path) -> list[Sheet]:
    """Every visible table of the file; hidden ones only where no visible one holds anything.

    InputProblems where the file is no such table, or holds nothing at all; FileMissing where it is not there.
    """
    data, suffix = read_bytes(path), path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _unreadable(path.name, f"不认识的文件类型“{path.suffix}”，能读的是 {'、'.join(SUFFIXES)}")
    if not data.strip():
        raise _unreadable(path.name, "文件是空的，一个字都没有")
    sheets = [_csv_sheet(path.name, data)] if suffix == ".csv" else _workbook(path.name, data)
    if not any(sheet.rows for sheet in sheets):
        raise _unreadable(path.name, "表是空的，没有一个单元格有内容")
    return sheets


def _unreadable(file: str, message: str, cell: str = "") -> InputProblems:
    return InputProblems([Problem(file, "", cell, "", message)])


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def _csv_sheet(file: str, data: bytes) -> Sheet:
    text = decode(file, data)
    delimiter = "\t" if "\t" in text and "," not in text else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return Sheet(file, "", _trimmed(tuple(_text(cell) for cell in row) for row in reader))
    except csv.Error as error:
        message = f"csv 读到第 {reader.line_num} 行时引号不成对，或一格内容过长；请检查这一行之前的双引号"
        raise _unreadable(file, message, f"第{reader.line_num}行") from error


def _workbook(file: str, data: bytes) -> list[Sheet]:
    """The sheets of an xlsx or xls, told apart by content: many systems export the one under the other's name."""
    too_big = oversized(data)
    if too_big:
        raise _unreadable(file, f"工作表“{too_big}”的范围超过 {MAX_CELLS // 10_000} 万格；请删去表外的零星内容后再导入")
    try:
        sheets = _by_calamine(file, data)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except PasswordError as error:
        raise _unreadable(file, "文件加了密码，打不开；请去掉密码后再导入") from error
    except BaseException as error:  # a panic of the reader is no Exception
        raise _unreadable(file, _why_not_a_workbook(data)) from error
    if not sheets:
        raise _unreadable(file, "文件里没有一张工作表")
    errors = error_values(data)
    return [_with_errors(sheet, errors.get(sheet.name, {})) for sheet in sheets]


def _why_not_a_workbook(data: bytes) -> str:
    if b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" in data:
        return "文件加了密码，打不开；请去掉密码后再导入"
    what = next((name for signature, name in _SIGNATURES if data.startswith(signature)), "别的内容")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "文件不完整，或不是 Excel 表格，打不开；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
    return f"扩展名是 Excel，内容却是{what}；请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"


def _by_calamine(file: str, data: bytes) -> list[Sheet]:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        tables = [meta for meta in book.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
        shown = [meta.name for meta in tables if meta.visible is SheetVisibleEnum.Visible]
        hidden = [meta.name for meta in tables if meta.name not in shown]
        sheets = [_sheet(file, book.get_sheet_by_name(name)) for name in shown]
        if any(sheet.rows for sheet in sheets):
            return sheets
        return sheets + [_sheet(file, book.get_sheet_by_name(name)) for name in hidden]


def _sheet(file: str, sheet: CalamineSheet) -> Sheet:
    rows = _trimmed(tuple(_text(value) for value in row) for row in _raw_rows(sheet))
    width = len(rows[0]) if rows else 0
    merged = [(r0, c0, min(r1, len(rows) - 1), min(c1, width - 1)) for (r0, c0), (r1, c1) in _ranges(sheet)]
    return Sheet(file, sheet.name, rows, tuple(m for m in merged if m[0] <= m[2] and m[1] <= m[3]))


def _ranges(sheet: CalamineSheet) -> Sequence[tuple[tuple[int, int], tuple[int, int]]]:
    return sheet.merged_cell_ranges or ()


def _raw_rows(sheet: CalamineSheet) -> Iterator[Sequence[Value]]:
    """Rows from row 1, column A on, whatever stands empty before the first filled cell."""
    return iter(sheet.to_python(skip_empty_area=False)) if sheet.start else iter(())


def _trimmed(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The rows padded to one width, without the blank rows and columns at the end."""
    kept: list[tuple[str, ...]] = []
    last = width = 0
    for row in rows:
        filled = next((at for at in range(len(row), 0, -1) if row[at - 1]), 0)
        kept.append(row[:filled])
        if filled:
            last, width = len(kept), max(width, filled)
    blank = ("",) * width
    return tuple(row + blank[len(row) :] for row in kept[:last])


def _text(value: Value) -> str:
    """A cell as a person reads it: 1.0 → 1, midnight dates as days, line ends as one newline."""
    if isinstance(value, str):
        return showable(_INVISIBLE.sub("", value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else format(value, ".15g")
    return _moment(value)


def _moment(value: dt.time | dt.date | dt.datetime | dt.timedelta) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", _precision(value.second))
    if isinstance(value, dt.time):
        return value.isoformat(_precision(value.second))
    return str(value)


def _precision(second: int) -> str:
    return "seconds" if second else "minutes"


def _with_errors(sheet: Sheet, errors: dict[tuple[int, int], str]) -> Sheet:
    """The sheet with #REF! and the like where calamine reads a blank."""
    if not errors:
        return sheet
    width = max([len(sheet.rows[0]) if sheet.rows else 0, *(col + 1 for _, col in errors)])
    height = max([len(sheet.rows), *(row + 1 for row, _ in errors)])
    rows = [[*row, *[""] * (width - len(row))] for row in sheet.rows]
    rows += [[""] * width for _ in range(height - len(rows))]
    for (row, col), value in errors.items():
        rows[row][col] = value
    return replace(sheet, rows=tuple(tuple(row) for row in rows))
