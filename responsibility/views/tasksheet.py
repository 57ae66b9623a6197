"""A branch's 任务台账 → an xlsx to be filled in: what is known is locked, what is asked for is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from responsibility.core.assignment import STATE_NAMES, Light, State
from responsibility.core.summary.sheet import ANSWERS, Choice, Column, SheetRow, TaskSheet
from responsibility.views.sheets import whole_book

SHEET = "任务台账"
#: Column → its width in signs of the default font.
WIDTHS: Mapping[Column, float] = {
    Column.CODE: 13,
    Column.TITLE: 20,
    Column.CONTENT: 20,
    Column.OWNER: 12,
    Column.ROLE: 6,
    Column.PHRASE: 11,
    Column.DUE_ON: 11,
    Column.STATE: 9,
    Column.DOING: 8,
    Column.TEXT: 24,
    Column.COUNT: 8,
    Column.PERCENT: 8,
    Column.EVIDENCE: 15,
    Column.DONE: 6,
    Column.UNTIL: 11,
    Column.REASON: 15,
    Column.KEY: 2,
}
COLUMNS = tuple(Column)
FIRST_ANSWER, KEY_AT = COLUMNS.index(ANSWERS[0]), COLUMNS.index(Column.KEY)
#: Title, instruction, groups, header; then the rows.
TITLE, NOTE, GROUPS, HEADER = 0, 1, 2, 3
FONT = {"font_name": "宋体", "font_size": 10}
#: Light → word, colour of the letters and of the cell: pale enough to read when printed black on white.
LIGHTS: Mapping[Light, tuple[str, str, str]] = {
    Light.OVERDUE: ("逾期", "#9C0006", "#FFC7CE"),
    Light.DUE_SOON: ("临期", "#7F4A00", "#FFE0B2"),
    Light.BEHIND: ("滞后", "#7F6000", "#FFF2CC"),
    Light.ON_SCHEDULE: ("按序时", "#1E5631", "#E2F0D9"),
    Light.SUSPENDED: ("暂缓", "#595959", "#EDEDED"),
    Light.CLOSED: ("完成", "#1E5631", "#C6E0B4"),
}
HOW = (
    "填表说明：只填右边浅黄色的格子，没有变化的行留空；灰色的格子不用填。“办理”选签收或办理中，填了进展的视同已签收。"
    "累计完成数、完成百分比填到目前为止的总数（百分比只写数字，如 60）；“是否报结”选是，表示已办完、请办公室审核。"
    "要延期的，写明日期（如 2023-10-20）和理由，由办公室报批，批准前仍按原时限。"
    "不要增删列、改动左边各列和隐藏列；填好后把本文件发回办公室。"
)


def write(path: Path, sheet: TaskSheet) -> None:
    """Write the sheet to `path`, which is overwritten."""
    with whole_book(path) as book:
        book.set_properties({"title": f"{sheet.unit_name}{SHEET}", "comments": ""})
        page, looks = book.add_worksheet(SHEET), _Looks(book)
        _head(page, sheet, looks)
        for at, row in enumerate(sheet.rows, HEADER + 1):
            _row(page, at, row, looks)
        last = HEADER + len(sheet.rows)
        _lights(page, last, looks)
        _offer(page, sheet)
        _protect(page, last)
        _print(page)


class _Looks:
    """Formats; number format 49 is text, whatever the language of Excel."""

    def __init__(self, book: Any) -> None:
        base = {**FONT, "valign": "vcenter", "text_wrap": True}
        cell = {**base, "border": 1, "border_color": "#A6A6A6", "num_format": 49}
        mid = {"align": "center"}
        open_ = {**cell, "locked": False, "bg_color": "#FFFDE7"}
        self.title = book.add_format({**base, "font_size": 16, "bold": True, **mid})
        self.note = book.add_format({**base, "font_color": "#404040", "valign": "top"})
        self.known = book.add_format({**cell, "bold": True, "bg_color": "#D9E1EC", **mid})
        self.asked = book.add_format({**cell, "bold": True, "bg_color": "#FFE699", **mid})
        self.text = book.add_format(cell)
        self.mid = book.add_format({**cell, **mid})
        self.day = book.add_format({**cell, **mid, "num_format": "yyyy-mm-dd"})
        self.shut = book.add_format({**cell, "bg_color": "#E7E6E6", "font_color": "#7F7F7F", **mid})
        self.answer = book.add_format(open_)
        self.chosen = book.add_format({**open_, **mid})
        self.number = book.add_format({**open_, **mid, "num_format": "0"})
        self.percent = book.add_format({**open_, **mid, "num_format": '0"%"'})
        self.until = book.add_format({**open_, **mid, "num_format": "yyyy-mm-dd"})
        self.key = book.add_format({**FONT, "num_format": 49, "font_color": "#BFBFBF", "font_size": 8})
        self.light = {
            light: book.add_format({"font_color": ink, "bg_color": ground, "bold": True})
            for light, (_, ink, ground) in LIGHTS.items()
        }

    def of(self, column: Column) -> Any:
        """The look of a cell that is to be filled in."""
        special = {
            Column.DOING: self.chosen,
            Column.DONE: self.chosen,
            Column.COUNT: self.number,
            Column.PERCENT: self.percent,
            Column.UNTIL: self.until,
        }
        return special.get(column, self.answer)


def _widths(sheet: TaskSheet) -> Mapping[Column, float]:
    """A code stands in one line; a list without contents leaves their room to the answers."""
    longest = max((len(row.code) for row in sheet.rows), default=0)
    code = min(24.0, max(WIDTHS[Column.CODE], longest * 1.1 + 1))
    if any(row.content for row in sheet.rows):
        return {**WIDTHS, Column.CODE: code}
    return {**WIDTHS, Column.CODE: code, Column.CONTENT: 6, Column.TEXT: WIDTHS[Column.TEXT] + 14}


def _head(page: Any, sheet: TaskSheet, looks: _Looks) -> None:
    widths = _widths(sheet)
    for at, column in enumerate(COLUMNS):
        page.set_column(at, at, widths[column], None, {"hidden": True} if column is Column.KEY else {})
        asked = column in ANSWERS
        page.write_string(
            HEADER, at, column.value, looks.key if column is Column.KEY else looks.asked if asked else looks.known
        )
    right = KEY_AT - 1
    page.merge_range(TITLE, 0, TITLE, right, f"{sheet.unit_name}{SHEET}", looks.title)
    told = f"截至 {sheet.as_of}，在办 {len(sheet.rows)} 项，可填 {sheet.open} 项。{HOW}答复：{sheet.contact}。"
    page.merge_range(NOTE, 0, NOTE, right, told, looks.note)
    page.merge_range(GROUPS, 0, GROUPS, FIRST_ANSWER - 1, "任务（不用改）", looks.known)
    page.merge_range(GROUPS, FIRST_ANSWER, GROUPS, right, "请填写", looks.asked)
    page.set_row(TITLE, 28)
    page.set_row(NOTE, 14 * _lines(told, sum(WIDTHS.values())) + 6)
    page.set_row(GROUPS, 18)
    page.set_row(HEADER, 30)


def _row(page: Any, at: int, row: SheetRow, looks: _Looks) -> None:
    state = "\n".join(part for part in (LIGHTS[row.light][0], STATE_NAMES[row.state], row.reached) if part)
    known = {
        Column.CODE: row.code,
        Column.TITLE: row.title,
        Column.CONTENT: row.content,
        Column.OWNER: row.owner,
        Column.ROLE: row.role,
        Column.PHRASE: row.phrase,
        Column.STATE: state,
        Column.KEY: row.key,
    }
    left = (Column.TITLE, Column.CONTENT, Column.PHRASE, Column.OWNER)
    for place, column in enumerate(COLUMNS):
        if column in known:
            look = looks.key if column is Column.KEY else looks.text if column in left else looks.mid
            page.write_string(at, place, known[column], look)
        elif column is Column.DUE_ON:
            _day(page, at, place, row.due_on, looks)
        else:
            page.write_blank(at, place, None, looks.of(column) if column in row.fills else looks.shut)
    page.set_row(at, min(400, 14.5 * max(2, *(_lines(known[c], WIDTHS[c]) for c in known if c is not Column.KEY)) + 5))


def _day(page: Any, at: int, place: int, day: date | None, looks: _Looks) -> None:
    if day is None:
        page.write_string(at, place, "无", looks.mid)
    else:
        page.write_datetime(at, place, day, looks.day)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell; a Chinese sign is two wide."""
    room = max(1, int(width) - 1)
    return sum(max(1, -(-sum(1 if ord(sign) < 0x2000 else 2 for sign in line) // room)) for line in text.split("\n"))


def _lights(page: Any, last: int, looks: _Looks) -> None:
    """Colour follows the word, so that it can be sorted, copied and printed without losing the meaning."""
    place = COLUMNS.index(Column.STATE)
    for light, (word, _, _) in LIGHTS.items():
        rule = {"type": "text", "criteria": "begins with", "value": word, "format": looks.light[light]}
        page.conditional_format(HEADER + 1, place, max(last, HEADER + 1), place, rule)


def _offer(page: Any, sheet: TaskSheet) -> None:
    """What each cell takes, as a dropdown or a check with a word on what was expected."""
    for at, row in enumerate(sheet.rows, HEADER + 1):
        for column in row.fills:
            check = _check(column, row)
            if check:
                page.data_validation(at, COLUMNS.index(column), at, COLUMNS.index(column), check)


def _check(column: Column, row: SheetRow) -> dict[str, Any] | None:
    doing = [Choice.SIGN] if Column.TEXT not in row.fills else [Choice.SIGN, Choice.WORK]
    checks: dict[Column, dict[str, Any]] = {
        Column.DOING: {"validate": "list", "source": doing if row.state is State.ISSUED else [Choice.WORK]},
        Column.DONE: {"validate": "list", "source": [Choice.YES, Choice.NO]},
        Column.COUNT: _whole(1_000_000, "到目前为止一共完成的数量，整数"),
        Column.PERCENT: _whole(100, "0 到 100 的整数，如 60；不用写 %"),
    }
    if row.due_on is not None:
        said = f"写成 2023-10-20，晚于现在的到期日 {row.due_on}"
        checks[Column.UNTIL] = {
            "validate": "date",
            "criteria": ">",
            "value": row.due_on,
            "error_title": "延期至",
            "error_message": said,
        }
    return checks.get(column)


def _whole(most: int, said: str) -> dict[str, Any]:
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": most,
        "error_title": "请填整数",
        "error_message": said,
    }


def _protect(page: Any, last: int) -> None:
    """Against slips, not against people: no password. Widths, heights and filters stay free."""
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "select_locked_cells": True})
    page.autofilter(HEADER, 0, last, KEY_AT - 1)
    page.freeze_panes(HEADER + 1, 2)
    page.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(KEY_AT)}{last + 1}"})


def _print(page: Any) -> None:
    """A4 landscape, one page wide, the header on every page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(GROUPS, HEADER)
    page.set_footer("&C第 &P 页，共 &N 页")
