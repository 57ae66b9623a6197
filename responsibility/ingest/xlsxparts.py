"""What calamine does not look at in an xlsx: whether it is safe to unpack, and what its XML says besides the values.

calamine unpacks whatever it is given, reads #REF! and a formula without a result as blanks, and knows nothing of
hidden rows; a stray cell at the far corner makes it ask for more memory than there is, which ends the process. So the
parts are unpacked here, within limits, and handed to it as they were checked. Sheets are searched, not parsed: no tree
of a large one is built, and every search is linear in what it searches.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from xml.etree import ElementTree

#: The largest range (rows times columns) that is read: some 500 MB while reading.
MAX_CELLS = 10_000_000
#: Bytes of all members together, unpacked.
MAX_UNPACKED = 300_000_000
#: How many times its packed size a large member may have: sheets reach 50, a bomb 1,000.
MAX_RATIO = 200
_SMALL = 5_000_000
_MAX_MEMBERS = 5_000
#: Bytes of one shared text with its formatting; a cell holds 32,767 characters at most.
_MAX_SHARED = 400_000

#: Members that hold no cells, and are not unpacked.
_UNREAD = re.compile(
    r"(?:xl/(?:media|drawings|charts|embeddings|externalLinks|printerSettings|activeX)|customXml)/|.*vba"
)
_CELL = re.compile(rb" r=\"([A-Z]{1,3})(\d{1,7})\"(?:[^>]{0,400}[^/>])?>")
_NAME = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_STYLE = re.compile(rb"\bs=\"(\d{1,6})\"")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_FORMULA_TEXT = re.compile(rb"<(?:\w+:)?f(?: [^>]*)?>([^<]*)<")
_ELSEWHERE = re.compile(rb"\[\d+\][^\]!<]{0,200}!")
_PREFIX = re.compile(rb"<(\w+:)?worksheet\b")
_ROW = re.compile(rb"<(?:\w+:)?row (?=[^>]{0,400}\bhidden=\"(?:1|true)\")[^>]{0,400}?\br=\"(\d{1,7})\"")
_COLUMN = re.compile(rb"<(?:\w+:)?col ([^>]{0,400})>")
_RANGE = re.compile(rb"\b(min|max)=\"(\d{1,5})\"")
_WIDE = re.compile(rb"\br=\"[A-Z]{3}\d")
_TALL = re.compile(rb"\br=\"[A-Z]{0,3}\d{5,7}\"")
#: Built-in formats that show year and month alone where Excel speaks Chinese.
_MONTHS = frozenset({17, 27, 36, 50, 52, 57})
_LITERAL = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|;.*")
BROKEN = (zipfile.BadZipFile, zlib.error, LookupError, ElementTree.ParseError, OSError, EOFError, NotImplementedError,
          RuntimeError, ValueError)  # fmt: skip

#: Zero-based row and column.
At = tuple[int, int]


class Hostile(Exception):
    """The file asks for more than a list needs, or holds what no list holds; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a sheet's XML says besides its values."""

    errors: Mapping[At, str] = field(default_factory=dict)
    #: Cells whose formula has no stored result, with the formula.
    unsaved: Mapping[At, str] = field(default_factory=dict)
    #: Cells whose formula looks into another file.
    elsewhere: frozenset[At] = frozenset()
    #: Cells that show a date as year and month alone.
    months: frozenset[At] = frozenset()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()


def unpack(data: bytes) -> dict[str, bytes]:
    """The members that matter, by name, checked as they come; Hostile or one of BROKEN where they cannot be had."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        _refuse_bombs(members)
        parts = {member.filename: archive.read(member) for member in members if not _UNREAD.match(member.filename)}
    if "xl/workbook.xml" not in parts:
        raise KeyError("xl/workbook.xml")
    for name, part in parts.items():
        _refuse_declarations(name, part)
    _refuse_long_texts(parts.get("xl/sharedStrings.xml", b""))
    return parts


def packed(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a workbook again, uncompressed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return held.getvalue()


def oversized(parts: Mapping[str, bytes]) -> str:
    """The name of a sheet whose filled cells span more than MAX_CELLS, or ""."""
    return next((name for name, part in _sheets(parts) if _area(part) > MAX_CELLS), "")


def extras(parts: Mapping[str, bytes]) -> dict[str, Extra]:
    """Sheet name → what its XML says besides the values."""
    months = _month_styles(parts.get("xl/styles.xml", b""))
    return {name: _extra(part, months) for name, part in _sheets(parts)}


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MAX_MEMBERS:
        raise Hostile(f"压缩包里有 {len(members)} 个部件，不是正常的表格；没有读")
    total = sum(member.file_size for member in members)
    if total > MAX_UNPACKED:
        raise Hostile(
            f"解压后有 {total // 1_000_000} MB，超过 {MAX_UNPACKED // 1_000_000} MB；没有读。请删去多余的内容"
        )
    for member in members:
        if member.file_size > _SMALL and member.file_size > MAX_RATIO * member.compress_size:
            raise Hostile(f"部件 {member.filename[:60]} 压缩了 {MAX_RATIO} 倍以上，像压缩炸弹；没有读")


def _refuse_declarations(name: str, part: bytes) -> None:
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in part[:4]:
        raise Hostile(f"部件 {name[:60]} 不是 UTF-8 编码；请用 Excel 或 WPS 打开后另存为 .xlsx")
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Hostile(f"部件 {name[:60]} 里有 XML 实体或 DTD 声明，正常的表格没有；没有读")


def _refuse_long_texts(shared: bytes) -> None:
    at = 0
    while (end := shared.find(b"</si>", at)) >= 0:
        if end - at > _MAX_SHARED:
            break
        at = end + 1
    else:
        end = len(shared)
    if end - at > _MAX_SHARED:
        raise Hostile("有一格的文字过长，超过表格的上限；没有读")


def _extra(part: bytes, months: frozenset[bytes]) -> Extra:
    errors: dict[At, str] = {}
    unsaved: dict[At, str] = {}
    elsewhere: set[At] = set()
    dated: set[At] = set()
    formulas = b"<f" in part or b":f" in part
    for cell in _cells(part) if formulas or months or b't="e"' in part else ():
        head, _, inside = cell.partition(b">")
        name, style = _NAME.search(head), _STYLE.search(head)
        if name is None:
            continue
        at = (int(name[2]) - 1, _column(name[1]) - 1)
        if style and style[1] in months:
            dated.add(at)
        value = _VALUE.search(inside)
        if b't="e"' in head:
            errors[at] = value[1].decode("ascii", "replace") if value else "#VALUE!"
        elif formulas and _FORMULA.search(inside):
            if value is None and b't="str"' not in head:
                unsaved[at] = _formula(inside)
            if _ELSEWHERE.search(inside):
                elsewhere.add(at)
    return Extra(errors, unsaved, frozenset(elsewhere), frozenset(dated), _hidden_rows(part), _hidden_columns(part))


def _cells(part: bytes) -> Iterator[bytes]:
    """Each cell that is no self-closing element, from its head to its end tag."""
    found = _PREFIX.search(part, 0, 5000)
    prefix = (found and found[1]) or b""
    opening, closing = b"<" + prefix + b"c ", b"</" + prefix + b"c>"
    start = 0
    while (end := part.find(closing, start)) >= 0:
        at = part.rfind(opening, start, end)
        if at >= 0:
            yield part[at:end]
        start = end + len(closing)


def _formula(inside: bytes) -> str:
    text = _FORMULA_TEXT.search(inside)
    return "=" + (unescape(text[1].decode("utf-8", "replace")[:200])[:60] if text else "")


def _hidden_rows(part: bytes) -> tuple[int, ...]:
    if b"hidden=" not in part:
        return ()
    return tuple(sorted({int(row) - 1 for row in _ROW.findall(part)}))


def _hidden_columns(part: bytes) -> tuple[int, ...]:
    hidden: set[int] = set()
    for attributes in _COLUMN.findall(part[: part.find(b"sheetData") + 1]):
        if b'hidden="1"' in attributes or b'hidden="true"' in attributes:
            ends = {name: int(value) for name, value in _RANGE.findall(attributes)}
            hidden.update(range(ends.get(b"min", 1) - 1, min(ends.get(b"max", 1), 16_384)))
    return tuple(sorted(hidden))


def _month_styles(styles: bytes) -> frozenset[bytes]:
    """The indices of cell styles that show a date as year and month alone."""
    if not styles:
        return frozenset()
    try:
        root = ElementTree.fromstring(styles)
    except ElementTree.ParseError:
        return frozenset()
    own = {each.get("numFmtId"): _shows_month(each.get("formatCode", "")) for each in root.findall(".//{*}numFmt")}
    cells = root.find("{*}cellXfs")
    known = [each.get("numFmtId", "") for each in cells] if cells is not None else []
    return frozenset(
        str(at).encode() for at, form in enumerate(known) if own.get(form, form in {str(month) for month in _MONTHS})
    )


def _shows_month(code: str) -> bool:
    bare = _LITERAL.sub("", code.lower())
    return "y" in bare and "m" in bare and not set("dhs") & set(bare)


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


def _sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Each sheet's name and XML, as the workbook and its relations say; ParseError where these are none."""
    relations = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    targets = {each.get("Id"): each.get("Target", "") for each in relations.iter() if each.get("Id")}
    for each in ElementTree.fromstring(parts["xl/workbook.xml"]).iter():
        relation = next((value for key, value in each.attrib.items() if key.endswith("}id")), None)
        if each.tag.endswith("}sheet") and relation in targets:
            name = posixpath.normpath(posixpath.join("/xl", targets[relation]))[1:]
            yield each.get("name", ""), parts.get(name, b"")
