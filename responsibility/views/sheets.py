"""Values → xlsx files that open well in Excel, WPS and LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from responsibility.core.chain import Chain

#: Sheet → (instruction, columns with their widths, an example row).
ORGANISATION: Mapping[str, tuple[str, Sequence[tuple[str, int]], Sequence[str]]] = {
    "单位": (
        "一行一个单位。编码用字母数字、不能重复；上级写上级单位的编码，最高一级留空。",
        (("编码", 12), ("名称", 28), ("类别", 16), ("上级", 12)),
        ("Z01", "第一党支部", "党支部", "DW"),
    ),
    "岗位": (
        "一行一个岗位，每名党员也是一个岗位。每个单位的第一个岗位是负责人；层级可选：{tiers}。",
        (("编码", 12), ("单位", 12), ("层级", 20), ("岗位", 28)),
        ("Z01S", "Z01", "党支部", "第一支部书记"),
    ),
    "人员": (
        "一行一个人。邮箱、手机等收提醒用，用不到的可以留空。",
        (("编码", 12), ("姓名", 16), ("邮箱", 28), ("手机", 16), ("企业微信", 16), ("钉钉", 16), ("飞书", 16)),
        ("R01", "（姓名）", "", "", "", "", ""),
    ),
    "任职": (
        "谁在哪个岗位。起止日期写成 2023-01-01，现任的止日期留空；换人时把前任的止日期填上，另加一行。",
        (("岗位", 12), ("人员", 12), ("起", 14), ("止", 14)),
        ("Z01S", "R01", "2023-01-01", ""),
    ),
    "分管": (
        "每位分管领导分管哪些单位；几个单位用顿号隔开。",
        (("岗位", 12), ("分管单位", 40)),
        ("LD01", "Z01、Z02"),
    ),
}


def organisation_template(path: Path, chain: Chain) -> None:
    """A blank organisation file: five sheets, each with an instruction, a header and an example to overwrite."""
    tiers = "、".join(tier.name for tier in chain.tiers)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        note = book.add_format({"italic": True, "font_color": "#666666", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
        text = book.add_format({"num_format": "@"})
        for name, (instruction, columns, example) in ORGANISATION.items():
            sheet = book.add_worksheet(name)
            _fill(sheet, instruction.format(tiers=tiers), columns, example, note, head, text)


def _fill(
    sheet: Any,
    instruction: str,
    columns: Sequence[tuple[str, int]],
    example: Sequence[str],
    note: Any,
    head: Any,
    text: Any,
) -> None:
    sheet.merge_range(0, 0, 0, max(1, len(columns) - 1), f"说明：{instruction}（下面第一行是例子，请改掉）", note)
    sheet.set_row(0, 45)
    for at, (title, width) in enumerate(columns):
        sheet.set_column(at, at, width, text)
        sheet.write_string(1, at, title, head)
    for at, value in enumerate(example):
        sheet.write_string(2, at, value, text)
    sheet.freeze_panes(2, 0)
