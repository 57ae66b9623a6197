"""Values → xlsx files that open well in Excel, WPS and LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from responsibility.core.chain import Chain
from responsibility.core.text import NAME_HERE, UNIT_HERE
from responsibility.settings.wholefile import put

#: Present wherever Excel or WPS is; LibreOffice puts its own Chinese font in the place of it.
FONT = {"font_name": "宋体", "font_size": 11}

#: Sheet → (instruction, columns with their widths, example rows that belong together).
ORGANISATION: Mapping[str, tuple[str, Sequence[tuple[str, int]], Sequence[Sequence[str]]]] = {
    "单位": (
        "一行一个单位。编码用字母数字、不能重复；上级写上级单位的编码，最高一级留空。",
        (("编码", 12), ("名称", 28), ("类别", 16), ("上级", 12)),
        (
            ("DW", "党委", "党委", ""),
            ("BGS", "领导小组办公室", "办公室", "DW"),
            ("Z01", "第一党支部", "党支部", "DW"),
        ),
    ),
    "岗位": (
        "一行一个岗位，每名党员也是一个岗位。每个单位的第一个岗位是负责人；层级可选：{tiers}。",
        (("编码", 12), ("单位", 12), ("层级", 20), ("岗位", 28)),
        (
            ("DW01", "DW", "{committee}", "党委"),
            ("SJ01", "DW", "{secretary}", "党委书记"),
            ("LD01", "DW", "{leader}", "分管领导"),
            ("BGS01", "BGS", "{office}", "办公室主任"),
            ("Z01S", "Z01", "{branch}", "第一支部书记"),
            ("Z01M01", "Z01", "{member}", "第一支部党员01"),
        ),
    ),
    "人员": (
        "一行一个人。邮箱、手机等收提醒用，用不到的可以留空。",
        (("编码", 12), ("姓名", 16), ("邮箱", 28), ("手机", 16), ("企业微信", 16), ("钉钉", 16), ("飞书", 16)),
        (("R01", NAME_HERE, "", "", "", "", ""),),
    ),
    "任职": (
        "谁在哪个岗位。起止日期写成 2023-01-01，现任的止日期留空；换人时把前任的止日期填上，另加一行。",
        (("岗位", 12), ("人员", 12), ("起", 14), ("止", 14)),
        (("Z01S", "R01", "2023-01-01", ""),),
    ),
    "分管": (
        "每位分管领导分管哪些单位；几个单位用顿号隔开。",
        (("岗位", 12), ("分管单位", 40)),
        (("LD01", "Z01"),),
    ),
}


#: Column of a key-work list → its width; the importer knows each by this name.
WORKLIST: Mapping[str, int] = {
    "序号": 6,
    "类别": 11,
    "重点工作": 30,
    "时序进度": 22,
    "牵头领导": 11,
    "牵头单位": 15,
    "配合单位": 15,
    "目标数量": 9,
    "完成时限": 14,
    "备注": 14,
}
WORKLIST_NOTE = (
    "说明：把标题改成本单位的，填上印发日期。一行一项，序号不重复；时序进度可以分行写（3月：启动，12月：验收）。"
    "单位和领导写组织机构表里的名称，几个单位用顿号隔开，也可以写“各党支部”“全体党员”。"
    "完成时限照文件的原话写（12月底前、每季度、印发之日起15个工作日内），看不准的会请办公室确认。"
    "下面是例子，请改成自己的；这一行可以保留。"
)
#: Examples that read alike whenever they are issued; the category is the nth of the chain's own.
WORKLIST_EXAMPLES: Sequence[tuple[int, Sequence[str]]] = (
    (0, ("召开动员部署会", "", "分管领导", "领导小组办公室", "第一党支部", "1次", "印发之日起15个工作日内", "")),
    (2, ("开展集中学习", "", "", "各党支部", "全体党员", "2次", "每季度", "报送学习记录")),
    (5, ("列出问题清单并整改", "6月：列出清单\n12月：全部整改", "分管领导", "第一党支部", "", "", "12月31日前", "")),
)
#: Rows with borders, examples included, and rows that offer the categories.
FORM_ROWS, OFFERED_ROWS = 18, 2000


def organisation_template(path: Path, chain: Chain) -> None:
    """A blank organisation file: five sheets, each with an instruction, a header and examples to overwrite."""
    names = {tier.id: tier.name for tier in chain.tiers}
    tiers = "、".join(names.values())
    with whole_book(path) as book:
        formats = _Formats(book)
        for name, (instruction, columns, examples) in ORGANISATION.items():
            rows = [[_tier(value, names) for value in row] for row in examples]
            note = f"说明：{instruction.format(tiers=tiers)}（表头下面是例子，请改成自己的）"
            _fill(book.add_worksheet(name), note, columns, rows, formats)


def worklist_template(path: Path, categories: Sequence[str]) -> None:
    """A blank key-work list: title, instruction, header, examples to overwrite, and the categories to choose from."""
    with whole_book(path) as book:
        formats = _Formats(book)
        sheet = book.add_worksheet("重点工作清单")
        last = len(WORKLIST) - 1
        _top_row(sheet, 0, last, f"{UNIT_HERE}重点工作项目清单", formats.title, 34)
        _top_row(sheet, 1, last, "印发日期：　　　　年　　月　　日", formats.issued, 20)
        _top_row(sheet, 2, last, WORKLIST_NOTE, formats.note, _height(WORKLIST_NOTE, sum(WORKLIST.values())))
        _header(sheet, 3, tuple(WORKLIST.items()), formats)
        for down in range(FORM_ROWS):
            _form_row(sheet, 4 + down, down + 1, _example(down, categories), formats)
        _offer(book, sheet, (4, 1, 3 + OFFERED_ROWS, 1), categories)
        _page(sheet, 3, last)


@contextmanager
def whole_book(path: Path) -> Iterator[Any]:
    """A workbook to fill, which appears at `path` whole or not at all; no text in it becomes a formula or a link."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_format_properties": FONT}
    content = BytesIO()
    with xlsxwriter.Workbook(content, {**options, "in_memory": True}) as book:
        yield book
    put(path, content.getvalue())


class _Formats:
    """The looks of both templates; number format 49 is text, whatever the language of Excel."""

    def __init__(self, book: Any) -> None:
        body = {**FONT, "num_format": 49, "text_wrap": True, "valign": "vcenter"}
        self.title = book.add_format({**FONT, "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"})
        self.issued = book.add_format({**body, "align": "right"})
        self.note = book.add_format({**body, "font_size": 10, "font_color": "#595959", "valign": "top"})
        self.head = book.add_format({**body, "bold": True, "bg_color": "#DDE6F0", "border": 1, "align": "center"})
        self.text = book.add_format(body)
        self.cell = book.add_format({**body, "border": 1})
        self.number = book.add_format({**FONT, "border": 1, "align": "center", "valign": "vcenter"})


def _tier(value: str, names: Mapping[str, str]) -> str:
    """The chain's own name where an example means a tier; its id where the chain has no such tier."""
    tier = value.strip("{}")
    return names.get(tier, tier) if value.startswith("{") else value


def _fill(
    sheet: Any, note: str, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[str]], formats: _Formats
) -> None:
    # Merged a little beyond narrow tables, so that the instruction has room.
    last = max(len(columns) - 1, 3)
    width = sum(width for _, width in columns) + 9 * (last + 1 - len(columns))
    _top_row(sheet, 0, last, note, formats.note, _height(note, width))
    _header(sheet, 1, columns, formats)
    for down, row in enumerate(rows, 2):
        sheet.set_row(down, 20)
        for at, value in enumerate(row):
            sheet.write_string(down, at, value, formats.cell)
    _page(sheet, 1, last)


def _top_row(sheet: Any, row: int, last: int, text: str, look: Any, height: float) -> None:
    sheet.merge_range(row, 0, row, last, text, look)
    sheet.set_row(row, height)


def _height(text: str, width: int) -> float:
    """Points for a text of full-width signs in a merged cell: no program fits those by itself."""
    return 15.0 * -(-len(text) * 2 // (width - 2)) + 6


def _header(sheet: Any, row: int, columns: Sequence[tuple[str, int]], formats: _Formats) -> None:
    sheet.set_row(row, 24)
    for at, (title, width) in enumerate(columns):
        sheet.set_column(at, at, width, formats.text)
        sheet.write_string(row, at, title, formats.head)
    sheet.freeze_panes(row + 1, 0)


def _example(at: int, categories: Sequence[str]) -> Sequence[str]:
    """The cells behind the number in the nth row of the form; none where the row is blank."""
    if at >= len(WORKLIST_EXAMPLES):
        return ()
    nth, cells = WORKLIST_EXAMPLES[at]
    return (categories[min(nth, len(categories) - 1)] if categories else "", *cells)


def _form_row(sheet: Any, row: int, number: int, cells: Sequence[str], formats: _Formats) -> None:
    sheet.set_row(row, 32)
    sheet.write(row, 0, number if cells else None, formats.number)
    for at in range(1, len(WORKLIST)):
        sheet.write_string(row, at, cells[at - 1] if cells else "", formats.cell)


def _offer(book: Any, sheet: Any, cells: tuple[int, int, int, int], choices: Sequence[str]) -> None:
    """A dropdown over these cells; from a hidden sheet, for one of more than 255 signs is dropped silently."""
    if not choices:
        return
    hidden = book.add_worksheet("选项")
    hidden.write_column(0, 0, choices)
    hidden.hide()
    sheet.data_validation(
        *cells,
        {
            "validate": "list",
            "source": f"=选项!$A$1:$A${len(choices)}",
            "error_type": "warning",
            "error_title": "类别",
            "error_message": "不在常用类别里。类别在 config/chain.yaml 里增减；仍要这样写就选“是”。",
        },
    )


def _page(sheet: Any, header: int, last: int) -> None:
    """A4 landscape, one page wide, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.repeat_rows(header)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(last)}1048576"})
