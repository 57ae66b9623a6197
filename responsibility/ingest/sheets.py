"""Tables as text: xlsx, xls and csv in, rows of strings out, with the cell each string stands in."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from responsibility.core.errors import FileMissing, InputProblems, Problem
from responsibility.core.text import showable
from responsibility.ingest.xlsxparts import BROKEN, MAX_CELLS, At, Extra, Hostile, extras, oversized, packed, unpack

#: What a cell may hold when calamine hands it over.
Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (*WORKBOOKS, ".csv", ".tsv")

#: The largest file that is read, in bytes.
MAX_FILE = 64_000_000
MAX_ROWS, MAX_COLUMNS = 200_000, 500
#: Characters in one cell, as in Excel.
MAX_TEXT = 32_767

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
    #: What a reader cannot see in the rows, and has to be told.
    warnings: tuple[str, ...] = ()
    #: Cells whose text cannot be trusted, with the reason.
    faults: Mapping[At, str] = field(default_factory=dict)


def cell_name(row: int, col: int) -> str:
    """The name a spreadsheet shows for a zero-based cell: (6, 1) → "B7"."""
    return f"{column_name(col)}{row + 1}"


@cache
def column_name(col: int) -> str:
    """The letters a spreadsheet shows for a zero-based column: 27 → "AB"."""
    before, last = divmod(col, 26)
    return (column_name(before - 1) if before else "") + chr(65 + last)


def read_bytes(path: Path) -> bytes:
    """The file's bytes; FileMissing where there is none or it may not be read, InputProblems where it is too big."""
    if not path.is_file():
        raise FileMissing(f"找不到文件：{path}", "请检查路径和文件名（含扩展名）")
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            message = f"文件有 {size // 1_000_000} MB，超过 {MAX_FILE // 1_000_000} MB，没有读；请删去图片等多余的内容"
            raise _unreadable(path.name, message)
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
    sheets = _workbook(path.name, data) if suffix in WORKBOOKS else [_csv_sheet(path.name, data, suffix == ".tsv")]
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


def _csv_sheet(file: str, data: bytes, tabbed: bool) -> Sheet:
    text = decode(file, data)
    delimiter = "\t" if tabbed or ("\t" in text and "," not in text) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return Sheet(file, "", _trimmed(file, "", (tuple(_text(cell) for cell in row) for row in reader)))
    except csv.Error as error:
        place = f"第{reader.line_num}行"
        if "field larger" in str(error):
            raise _unreadable(file, _too_long(place), place) from error
        message = f"csv 读到第 {reader.line_num} 行时引号不成对；请检查这一行之前的双引号"
        raise _unreadable(file, message, place) from error


def _too_long(place: str) -> str:
    return f"{place}有一格超过 {MAX_TEXT} 个字，不像清单的内容；请检查双引号是否成对，或把这一格改短"


def _workbook(file: str, data: bytes) -> list[Sheet]:
    """The sheets of an xlsx or xls, told apart by content: many systems export the one under the other's name."""
    told: dict[str, Extra] = {}
    if data.startswith(b"PK"):
        data, told = _unpacked(file, data)
    try:
        sheets = _by_calamine(file, data)
    except (KeyboardInterrupt, SystemExit, MemoryError, InputProblems):
        raise
    except PasswordError as error:
        raise _unreadable(file, "文件加了密码，打不开；请去掉密码后再导入") from error
    except BaseException as error:  # a panic of the reader is no Exception
        raise _unreadable(file, _why_not_a_workbook(data)) from error
    if not sheets:
        raise _unreadable(file, "文件里没有一张工作表")
    return [_with_extra(sheet, told.get(sheet.name, Extra())) for sheet in sheets]


def _unpacked(file: str, data: bytes) -> tuple[bytes, dict[str, Extra]]:
    """The workbook with the checked parts alone, and what their XML says besides the values."""
    try:
        parts = unpack(data)
        too_big = oversized(parts)
        if too_big:
            raise Hostile(f"工作表“{too_big}”的范围超过 {MAX_CELLS // 10_000} 万格；请删去表外的零星内容后再导入")
        return packed(parts), extras(parts)
    except Hostile as error:
        raise _unreadable(file, str(error)) from error
    except BROKEN as error:
        raise _unreadable(file, _why_not_a_workbook(data)) from error


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
            unread = _unread([name for name in hidden if (book.get_sheet_by_name(name).width or 0) > 1])
            return [replace(sheet, warnings=unread) for sheet in sheets]
        read = [_sheet(file, book.get_sheet_by_name(name)) for name in hidden]
        return sheets + [
            replace(sheet, warnings=(f"工作表“{sheet.name}”是隐藏的，因为别的表是空的，读了它",)) for sheet in read
        ]


def _unread(hidden: Sequence[str]) -> tuple[str, ...]:
    """A sentence on hidden tables; one column alone is what a drop-down offers, and no table."""
    names = "、".join(f"“{name}”" for name in hidden[:5])
    return (f"隐藏的工作表没有读入：{names}{'等' if len(hidden) > 5 else ''}",) if hidden else ()


def _sheet(file: str, sheet: CalamineSheet) -> Sheet:
    rows = _trimmed(file, sheet.name, (tuple(_text(value) for value in row) for row in _raw_rows(sheet)))
    width = len(rows[0]) if rows else 0
    merged = [(r0, c0, min(r1, len(rows) - 1), min(c1, width - 1)) for (r0, c0), (r1, c1) in _ranges(sheet)]
    kept = tuple(m for m in merged if m[0] <= m[2] and m[1] <= m[3])
    if sum((r1 - r0 + 1) * (c1 - c0 + 1) for r0, c0, r1, c1 in kept) > 2 * len(rows) * width:
        raise _unreadable(file, f"工作表“{sheet.name}”的合并单元格互相重叠，不是正常的表格；没有读")
    return Sheet(file, sheet.name, rows, kept)


def _ranges(sheet: CalamineSheet) -> Sequence[tuple[tuple[int, int], tuple[int, int]]]:
    return sheet.merged_cell_ranges or ()


def _raw_rows(sheet: CalamineSheet) -> Iterator[Sequence[Value]]:
    """Rows from row 1, column A on, whatever stands empty before the first filled cell."""
    return iter(sheet.to_python(skip_empty_area=False)) if sheet.start else iter(())


def _trimmed(file: str, name: str, rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The rows padded to one width, without the blank rows and columns at the end; InputProblems where too many."""
    kept: list[tuple[str, ...]] = []
    last = width = 0
    for at, row in enumerate(rows):
        filled = next((at for at in range(len(row), 0, -1) if row[at - 1]), 0)
        kept.append(row[:filled])
        if filled:
            last, width = len(kept), max(width, filled)
            _refuse_too_much(file, name, at, row[:filled])
    blank = ("",) * width
    return tuple(row + blank[len(row) :] for row in kept[:last])


def _refuse_too_much(file: str, name: str, at: int, row: tuple[str, ...]) -> None:
    message = ""
    if at >= MAX_ROWS:
        message = f"超过 {MAX_ROWS // 10_000} 万行，不像一份清单；没有读。请拆成几个文件，或删去表外的零星内容"
    elif len(row) > MAX_COLUMNS:
        message = f"第 {at + 1} 行超过 {MAX_COLUMNS} 列，不像一份清单；没有读。请删去表外的零星内容"
    elif max(map(len, row)) > MAX_TEXT:
        message = _too_long(f"第{at + 1}行")
    if message:
        raise InputProblems([Problem(file, name, cell_name(at, 0), "", message)])


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


_UNSAVED = "单元格是公式，文件里没有存下它的结果；请用 Excel 或 WPS 打开、保存一次，或直接填写文字"
_ELSEWHERE = "单元格的公式引用了别的文件，结果可能已经过时；请复制后“选择性粘贴—数值”，或直接填写文字"
_ISO = re.compile(r"(\d{4})-(\d\d)-\d\d(?: 00:00)?|(\d{5})")


def _with_extra(sheet: Sheet, extra: Extra) -> Sheet:
    """The sheet with what calamine does not tell: #REF! where it reads a blank, unsaved formulas, hidden rows."""
    if extra == Extra():
        return sheet
    put = {**extra.errors, **extra.unsaved}
    put = {(row, col): text for (row, col), text in put.items() if row < MAX_ROWS and col < MAX_COLUMNS}
    faults = dict.fromkeys(extra.elsewhere, _ELSEWHERE) | dict.fromkeys(extra.unsaved, _UNSAVED)
    width = max([len(sheet.rows[0]) if sheet.rows else 0, *(col + 1 for _, col in put)])
    height = max([len(sheet.rows), *(row + 1 for row, _ in put)])
    rows = [[*row, *[""] * (width - len(row))] for row in sheet.rows]
    rows += [[""] * width for _ in range(height - len(rows))]
    for (row, col), value in put.items():
        rows[row][col] = value
    for row, col in extra.months:
        if row < height and col < width:
            rows[row][col] = _month(rows[row][col])
    whole = replace(sheet, rows=tuple(map(tuple, rows)), faults=faults)
    return replace(whole, warnings=(*sheet.warnings, *_hidden(whole, extra)))


def _month(text: str) -> str:
    """A day whose cell shows only year and month (2023年10月), as it is shown."""
    found = _ISO.fullmatch(text)
    if not found:
        return text
    if found[3]:
        day = serial_day(found[3])
        return f"{day.year}年{day.month}月" if day else text
    return f"{found[1]}年{int(found[2])}月"


def serial_day(text: str) -> dt.date | None:
    """The day Excel stores as this number, where it may be one of this century's; None for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) == 5 and 36_526 <= int(text) <= 73_050):
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))


def _hidden(sheet: Sheet, extra: Extra) -> Iterator[str]:
    rows = [row for row in extra.hidden_rows if row < len(sheet.rows) and any(sheet.rows[row])]
    width = len(sheet.rows[0]) if sheet.rows else 0
    columns = [col for col in extra.hidden_columns if col < width and any(row[col] for row in sheet.rows)]
    if rows:
        yield f"隐藏的行也读入了：第 {_spans(rows, lambda row: str(row + 1))} 行；不要的请取消隐藏后删去"
    if columns:
        yield f"隐藏的列也读入了：{_spans(columns, column_name)} 列；不要的请取消隐藏后删去"


def _spans(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """3、5–7、9, and no more than ten of them."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    told = [name(first) if first == last else f"{name(first)}–{name(last)}" for first, last in spans[:10]]
    return "、".join(told) + ("等" if len(spans) > 10 else "")
