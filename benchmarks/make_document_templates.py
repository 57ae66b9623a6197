"""Make the Word templates of documents (文书) under config/templates/documents/, in the layout of GB/T 9704.

    python benchmarks/make_document_templates.py

The same program writes the same bytes. Offices edit their own copies in Word; this is where ours come from.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from responsibility.views.docx import settled  # noqa: E402

FOLDER = ROOT / "config" / "templates" / "documents"

BODY, TITLE, FIRST, SECOND, PLAIN = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
RED = RGBColor(0xFF, 0, 0)
#: 版心 156 × 225 mm holds 22 lines of 28 characters of 16 pt.
WIDTH, PITCH, SQUEEZE = 8844, 579, -848
#: One character of the body, in twips; and how much closer than 16 pt 28 of them stand. The page has the grid of the
#: standard, but the styles keep their own pitch: LibreOffice gives two cells to a character that is wider than one.
CHAR, CLOSER = 315, -5


def node(name: str, **attributes: str) -> Any:
    """An XML element of the w: namespace."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def fonts(style: Any, name: str, size: float) -> None:
    """The font for every script, so that no digit falls back to another one."""
    style.font.name, style.font.size = name, Pt(size)
    found = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in [key for key in found.attrib if "Theme" in key]:
        del found.attrib[theme]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        found.set(qn(f"w:{script}"), name)
    spacing = node("spacing", val=str(CLOSER if size == 16 else 0))
    style.element.rPr.find(qn("w:sz")).addprevious(spacing)


def style(document: Any, name: str, font: str, size: float, **how: Any) -> Any:
    """A paragraph style on its own feet: every one names its font and its line height."""
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    fonts(made, font, size)
    form = made.paragraph_format
    form.alignment = how.get("align", ALIGN.JUSTIFY)
    form.line_spacing = Twips(how.get("pitch", PITCH))
    form.first_line_indent = Twips(how.get("first", 0))
    form.left_indent, form.right_indent = Twips(how.get("left", 0)), Twips(how.get("right", 0))
    form.space_before, form.space_after = Pt(how.get("before", 0)), Pt(how.get("after", 0))
    form.keep_with_next = how.get("keep", False)
    if "colour" in how:
        made.font.color.rgb = how["colour"]
    return made


def blank() -> Any:
    """An empty document with the page, the grid, the styles and the page numbers of the standard."""
    document = Document()
    normal = document.styles["Normal"]
    fonts(normal, BODY, 16)
    normal.paragraph_format.line_spacing = Twips(PITCH)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.widow_control = True
    for name in ("autoSpaceDE", "autoSpaceDN", "snapToGrid"):
        normal.element.pPr.find(qn("w:spacing")).addprevious(node(name, val="0"))
    style(document, "公文标题", TITLE, 22, align=ALIGN.CENTER, pitch=700, keep=True)
    style(document, "公文正文", BODY, 16, first=2 * CHAR)
    style(document, "一级标题", FIRST, 16, first=2 * CHAR, keep=True)
    style(document, "二级标题", SECOND, 16, first=2 * CHAR, keep=True)
    style(document, "主送机关", BODY, 16)
    style(document, "发文机关标志", TITLE, 26, align=ALIGN.CENTER, pitch=800, colour=RED)
    style(document, "发文字号", BODY, 16, align=ALIGN.CENTER)
    style(document, "署名", BODY, 16, align=ALIGN.RIGHT, right=2 * CHAR, keep=True)
    style(document, "成文日期", BODY, 16, align=ALIGN.RIGHT, right=4 * CHAR, keep=True)
    style(document, "附注", BODY, 16, first=2 * CHAR, keep=True)
    style(document, "表格栏目", FIRST, 14, align=ALIGN.CENTER, pitch=480)
    style(document, "表格文字", BODY, 14, align=ALIGN.LEFT, pitch=480)
    style(document, "版记", BODY, 14, align=ALIGN.LEFT, pitch=480, left=280, right=280, keep=True)
    style(document, "页码", PLAIN, 14, pitch=280)
    page(document)
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = datetime(2023, 1, 1, tzinfo=UTC)
    return document


def page(document: Any) -> None:
    """A4, 版心 156 × 225 mm, the grid of lines and characters, the numbers outside on both pages."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(node("docGrid", type="linesAndChars", linePitch=str(PITCH), charSpace=str(SQUEEZE)))
    document.settings.odd_and_even_pages_header_footer = True
    number(section.footer.paragraphs[0], ALIGN.RIGHT)
    number(section.even_page_footer.paragraphs[0], ALIGN.LEFT)


def number(paragraph: Any, align: Any) -> None:
    """— 1 —, one character in from the outer edge."""
    paragraph.style, paragraph.alignment = "页码", align
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Twips(280)
    paragraph.add_run("— ")
    for kind in ("begin", None, "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else "")
        if kind is None:
            code = node("instrText")
            code.text = "PAGE"
            run._r.append(code)
        elif kind != "1":
            run._r.append(node("fldChar", fldCharType=kind))
    paragraph.add_run(" —")


def say(place: Any, name: str, *lines: str) -> None:
    """Paragraphs of a style."""
    for line in lines:
        place.add_paragraph(line, style=name)


def red_head(document: Any, drop: float) -> None:
    """版头: the office in red, the number, and the red line 4 mm below it; `drop` points below the top of 版心."""
    say(document, "发文机关标志", "{{ 发文机关 }}")
    document.paragraphs[-1].paragraph_format.space_before = Pt(drop)
    say(document, "发文字号", "", "")
    line = document.add_paragraph("{{ 文号 }}", style="发文字号")
    border = node("pBdr")
    border.append(node("bottom", val="single", sz="12", space="11", color="FF0000"))
    line._p.get_or_add_pPr().append(border)
    say(document, "发文字号", "", "")


def plain_head(document: Any, title: str) -> None:
    """A title with its number below, for what goes from the office to one unit."""
    say(document, "公文标题", title)
    say(document, "发文字号", "{{ 文号 }}")
    say(document, "主送机关", "", "{{ 主送 }}：")


def signed(document: Any) -> None:
    """署名, 成文日期 and 附注."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # no page without a line of text
    say(document, "附注", "")
    say(document, "署名", "{{ 发文机关 }}")
    say(document, "成文日期", "{{ 成文日期 }}")
    say(document, "附注", "（联系人：{{ 联系人 }}，电话：{{ 电话 }}）")


def imprint(document: Any) -> None:
    """版记: who gets a copy, who printed it and when, between lines of the width of 版心."""
    say(document, "附注", "")
    table = document.add_table(rows=0, cols=2)
    widths(table, (WIDTH * 11 // 20, WIDTH * 9 // 20))
    lines(table, top=8, bottom=8, insideH=6)
    for tag in ("{%tr if 抄送 %}", "抄送：{{ 抄送 }}。", "{%tr endif %}"):
        cells = table.add_row().cells
        whole = cells[0].merge(cells[1])
        put(whole, "版记", tag)
        form = whole.paragraphs[0].paragraph_format
        form.left_indent, form.first_line_indent = Twips(280 * 4), Twips(-280 * 3)
    last = table.add_row().cells
    put(last[0], "版记", "{{ 发文机关 }}")
    put(last[1], "版记", "{{ 成文日期 }}印发")
    last[0].paragraphs[0].paragraph_format.right_indent = Twips(0)
    last[1].paragraphs[0].paragraph_format.left_indent = Twips(0)
    last[1].paragraphs[0].alignment = ALIGN.RIGHT
    for row in table.rows:
        row._tr.get_or_add_trPr().append(node("cantSplit"))


def widths(table: Any, columns: tuple[int, ...]) -> None:
    """Fixed widths, flush with 版心."""
    table.autofit = False
    width = table._tbl.tblPr.find(qn("w:tblW"))
    width.set(qn("w:w"), str(sum(columns)))
    width.set(qn("w:type"), "dxa")
    width.addnext(node("tblInd", w="108", type="dxa"))  # so much a table otherwise stands out to the left
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Twips(width)


def lines(table: Any, **sizes: int) -> None:
    """Border lines in eighths of a point."""
    borders = node("tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if edge in sizes:
            borders.append(node(edge, val="single", sz=str(sizes[edge]), space="0", color="000000"))
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)


def put(cell: Any, name: str, *texts: str) -> None:
    """The paragraphs of a cell."""
    cell.paragraphs[0].style = name
    cell.paragraphs[0].add_run(texts[0])
    for text in texts[1:]:
        cell.add_paragraph(text, style=name)


#: What stood before, in a sentence a line.
HISTORY = (
    "{%p for 次 in 经过 %}",
    "{{ 次.日期 }}，{{ 次.档 }}（{{ 次.文书 }}），告知{{ 次.告知 }}。",
    "{%p endfor %}",
    "{%p if not 经过 %}",
    "此前没有提醒和催办记录。",
    "{%p endif %}",
)
#: How each unit stands.
STANDING = (
    "{%p for 家 in 单位 %}",
    "{{ 家.名称 }}（{% if 家.人数 != 家.责任人 %}{{ 家.职责 }}，{% endif %}{{ 家.责任人 }}）：{{ 家.逾期情况 }}"
    "{% if 家.进展 %}，进展 {{ 家.进展 }}{% endif %}"
    "{% if 家.反馈 %}。最近一次反馈：{{ 家.反馈 }}{% endif %}。",
    "{%p endfor %}",
)
#: The same where the heads are called: of members only how many they are.
COUNTED = (
    STANDING[0],
    STANDING[1].replace(" != 家.责任人", " == ''").replace("家.责任人", "家.人数 or 家.责任人"),
    STANDING[2],
)
HEADS = ("{%p for 家 in 单位|unique(attribute='名称') %}", "{{ 家.名称 }}：{{ 家.负责人 }}", "{%p endfor %}")
#: What was done before, as it stands in a heading.
MEANS = "{{ 催办方式 or '催办' }}"
MATTER = "“{{ 所引事项 }}”（编号 {{ 事项编号 }}{% if 期次 %}，{{ 期次 }} 期{% endif %}）"


def urging_note() -> Any:
    """催办单"""
    document = blank()
    plain_head(document, "催办单")
    say(document, "公文正文", f"你单位负责办理的{MATTER}，{{{{ 逾期情况 }}}}。现予催办。")
    say(document, "一级标题", "一、办理情况")
    say(document, "公文正文", *STANDING)
    say(document, "一级标题", f"二、此前{MEANS}情况")
    say(document, "公文正文", *HISTORY)
    say(document, "一级标题", "三、有关要求")
    say(
        document,
        "公文正文",
        "请抓紧办理，办结后及时报结；确有困难的，说明原因、进展和预计完成时间。答复时请注明编号 {{ 事项编号 }}。",
    )
    signed(document)
    imprint(document)
    return document


def supervision_note() -> Any:
    """督办单"""
    document = blank()
    red_head(document, 0)  # a form: it is to fit on its pages
    say(document, "公文标题", "督办单")
    say(document, "发文字号", "")
    table = document.add_table(rows=0, cols=4)
    columns = (1400, 3022, 1400, 3022)
    widths(table, columns)
    lines(table, top=8, left=8, bottom=8, right=8, insideH=4, insideV=4)
    rows: tuple[tuple[str, str, str, str] | tuple[str, tuple[str, ...]], ...] = (
        ("事项", ("{{ 事项 }}（编号 {{ 事项编号 }}{% if 期次 %}，{{ 期次 }} 期{% endif %}）",)),
        ("文号", "{{ 文号 }}", "时限", "{{ 时限 }}"),
        ("内容", ("{{ 内容 or '同事项' }}",)),
        ("批示领导", "{{ 批示领导 }}", "批示意见", ""),
        ("分管领导", ("{{ 分管领导 }}",)),
        ("牵头单位", "{{ 牵头单位 }}", "配合单位", "{{ 配合单位 }}"),
        ("主送", "{{ 主送 }}", "抄送", "{{ 抄送 }}"),
        ("反馈周期", ("{{ 反馈周期 }}",)),
        ("联系人", "{{ 联系人 }}", "电话", "{{ 电话 }}"),
        ("办理情况", STANDING),
        ("此前催办", HISTORY),
        (
            "督办要求",
            ("请分管领导督促，承办单位抓紧办理，办结后及时报结；按期确实办不完的，书面说明原因、进展和预计完成时间。",),
        ),
        ("办理结果", ("", "", "承办单位负责人（签字）：　　　　年　　月　　日")),
    )
    for row in rows:
        cells = table.add_row().cells
        for cell, width in zip(cells, columns, strict=True):
            cell.width = Twips(width)
        put(cells[0], "表格栏目", row[0])
        if len(row) == 2:
            put(cells[1].merge(cells[3]), "表格文字", *row[1])
        else:
            put(cells[1], "表格文字", row[1])
            put(cells[2], "表格栏目", row[2])
            put(cells[3], "表格文字", row[3])
        for cell in cells:
            cell.vertical_alignment = 1
        if row[0] not in ("内容", "办理情况", "此前催办"):  # those may be longer than a page
            table.rows[-1]._tr.get_or_add_trPr().append(node("cantSplit"))
    for row in table.rows[-2:]:  # the signature is not to stand on a page of its own
        for paragraph in (one for cell in row.cells for one in cell.paragraphs):
            paragraph.paragraph_format.keep_with_next = True
    say(document, "附注", "")
    say(document, "署名", "{{ 发文机关 }}")
    say(document, "成文日期", "{{ 成文日期 }}")
    return document


def talk_notice() -> Any:
    """约谈通知"""
    document = blank()
    plain_head(document, "约谈通知")
    say(
        document,
        "公文正文",
        f"{{{{ 责任单位 }}}}负责办理的{MATTER}，{{{{ 逾期情况 }}}}。经研究，决定进行约谈。现将有关事项通知如下。",
    )
    say(document, "一级标题", "一、约谈对象")
    say(document, "公文正文", *HEADS)
    say(document, "一级标题", "二、约谈事由")
    say(document, "公文正文", *COUNTED)
    say(document, "二级标题", f"此前{MEANS}情况：")
    say(document, "公文正文", *HISTORY)
    say(document, "一级标题", "三、约谈人、时间和地点")
    say(
        document,
        "公文正文",
        "约谈人：{{ 分管领导 or '　　　　　　　　' }}",
        "时　间：　　　　年　　月　　日　　时　　分",
        "地　点：",
    )
    say(document, "一级标题", "四、有关要求")
    say(
        document,
        "公文正文",
        "请约谈对象准时参加，携带办理情况、{% if 未办 %}未按时{{ 未办 }}的原因{% else %}存在问题{% endif %}"
        "和下一步措施的书面材料。",
    )
    signed(document)
    imprint(document)
    return document


def report() -> Any:
    """专报"""
    document = blank()
    say(document, "公文标题", "关于“{{ 所引事项 }}”办理情况的专报")
    say(document, "发文字号", "{{ 文号 }}")
    say(document, "主送机关", "", "{{ 主送 }}：")
    say(document, "公文正文", f"{MATTER}，完成时限：{{{{ 时限 }}}}。{{{{ 逾期情况 }}}}。现将有关情况报告如下。")
    say(document, "一级标题", "一、事项")
    say(
        document,
        "公文正文",
        "{%p if 内容 %}",
        "内容：{{ 内容 }}",
        "{%p endif %}",
        "责任单位：{{ 牵头单位 }}。{% if 配合单位 %}配合单位：{{ 配合单位 }}。{% endif %}"
        "{% if 分管领导 %}分管领导：{{ 分管领导 }}。{% endif %}",
    )
    say(document, "一级标题", "二、办理情况")
    say(document, "公文正文", *STANDING)
    say(document, "一级标题", f"三、{MEANS}经过")
    say(document, "公文正文", *HISTORY)
    say(document, "一级标题", "四、下一步建议")
    say(document, "公文正文", "（由办公室填写。）", "特此报告，请阅示。")
    signed(document)
    imprint(document)
    return document


def circular() -> Any:
    """通报"""
    document = blank()
    red_head(document, 99)  # 35 mm
    say(document, "公文标题", "关于“{{ 所引事项 }}”{% if 未办 %}未按时{{ 未办 }}{% else %}办理{% endif %}情况的通报")
    say(document, "主送机关", "", "{{ 主送 }}：")
    say(
        document,
        "公文正文",
        f"{MATTER}，完成时限：{{{{ 时限 }}}}。"
        "{% if 未办 %}截至{{ 成文日期 }}，{% if 催办方式 %}经{{ 催办方式 }}，{% endif %}{{ 责任单位 }}仍未{{ 未办 }}。"
        "现通报如下。{% else %}现将办理情况通报如下。{% endif %}",
    )
    say(document, "一级标题", "一、{% if 未办 %}未按时{{ 未办 }}的单位{% else %}办理情况{% endif %}")
    say(document, "公文正文", *STANDING)
    say(document, "一级标题", f"二、{MEANS}经过")
    say(document, "公文正文", *HISTORY)
    say(document, "一级标题", "三、有关要求")
    say(
        document,
        "公文正文",
        "{% if 未办 %}被通报的单位要查明原因，明确措施和完成时间，抓紧办理，并将整改情况报送{{ 发文机关 }}。"
        "其他单位要引以为戒，按时完成各项重点工作。{% else %}请有关单位抓紧办理，按时完成。{% endif %}",
    )
    signed(document)
    imprint(document)
    return document


TEMPLATES = {
    "催办单": urging_note,
    "督办单": supervision_note,
    "约谈通知": talk_notice,
    "专报": report,
    "通报": circular,
}


def main() -> None:
    """Write all templates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in TEMPLATES.items():
        written = io.BytesIO()
        make().save(written)
        content = settled(written.getvalue())
        (FOLDER / f"{name}.docx").write_bytes(content)
        print(f"{name}.docx {len(content)}")


if __name__ == "__main__":
    main()
