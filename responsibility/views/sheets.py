"""Values → xlsx files that open well in Excel, WPS and LibreOffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from responsibility.core.chain import Chain

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
        (("R01", "（姓名）", "", "", "", "", ""),),
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


def organisation_template(path: Path, chain: Chain) -> None:
    """A blank organisation file: five sheets, each with an instruction, a header and examples to overwrite."""
    names = {tier.id: tier.name for tier in chain.tiers}
    tiers = "、".join(names.values())
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        note = book.add_format({"italic": True, "font_color": "#666666", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
        text = book.add_format({"num_format": "@"})
        for name, (instruction, columns, examples) in ORGANISATION.items():
            rows = [[_tier(value, names) for value in row] for row in examples]
            _fill(book.add_worksheet(name), instruction.format(tiers=tiers), columns, rows, note, head, text)


def _tier(value: str, names: Mapping[str, str]) -> str:
    """The chain's own name where an example means a tier; its id where the chain has no such tier."""
    tier = value.strip("{}")
    return names.get(tier, tier) if value.startswith("{") else value


def _fill(
    sheet: Any,
    instruction: str,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[str]],
    note: Any,
    head: Any,
    text: Any,
) -> None:
    sheet.merge_range(0, 0, 0, max(1, len(columns) - 1), f"说明：{instruction}（表头下面是例子，请改成自己的）", note)
    sheet.set_row(0, 45)
    for at, (title, width) in enumerate(columns):
        sheet.set_column(at, at, width, text)
        sheet.write_string(1, at, title, head)
    for down, row in enumerate(rows, 2):
        for at, value in enumerate(row):
            sheet.write_string(down, at, value, text)
    sheet.freeze_panes(2, 0)
