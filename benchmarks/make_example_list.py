"""Writes the bundled key-work list, `examples/key-work-2023.xlsx`; the same bytes on every run.

The table below is the list: change it here, run `python benchmarks/make_example_list.py`, commit both files. Units and
leaders are named as in `examples/organisation.yaml`, or by a collective name. Two deadlines are left unclear on purpose
(`10月前`, `适时`), so that the office has something to confirm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

TARGET = Path(__file__).parents[1] / "examples" / "key-work-2023.xlsx"

TITLE = "主题教育重点工作项目清单"
SUBTITLE = "（领导小组办公室 2023年9月11日印发）"
ISSUED_AT = datetime(2023, 9, 11, tzinfo=UTC)

#: Header and width in characters, left to right.
COLUMNS = {
    "序号": 5,
    "类别": 9,
    "重点工作": 42,
    "时序进度": 32,
    "牵头领导": 17,
    "牵头单位": 24,
    "配合单位": 22,
    "目标数量": 10,
    "完成时限": 17,
    "备注": 21,
}
#: Columns whose text starts at the left; the others are centred.
LEFT = ("重点工作", "时序进度", "备注")


@dataclass(frozen=True)
class Item:
    """One numbered item of the list."""

    task: str
    lead: str
    due: str
    target: str = ""
    support: str = ""
    leader: str = ""
    note: str = ""
    #: Milestone cells; each after the first stands in a row of its own whose task cell is blank.
    steps: tuple[str, ...] = ("",)


SECTIONS: dict[str, list[Item]] = {
    "组织部署": [
        Item("召开专题党委会，研究审定主题教育实施方案和重点工作安排", "领导小组办公室", "9月22日前", "1次"),
        Item(
            "召开动员部署会，传达工作要求，明确任务分工和责任链条",
            "领导小组办公室",
            "印发之日起15日内",
            "1次",
            support="各党支部",
            note="与例会合并召开，不另行发文",
        ),
        Item(
            "制定本支部工作计划，把任务、时间、责任人列到项，报领导小组办公室备案",
            "各党支部",
            "10个工作日内",
            "1份",
            note="一页纸即可",
        ),
        Item(
            "组建整改落实专班，明确成员分工、会商办法和销号程序",
            "整改落实专班",
            "9月25日前",
            "1个",
            support="领导小组办公室",
            leader="分管领导（纪检）",
        ),
        Item(
            "召开周例会，汇总各组（专班）进度，会商堵点难点，商定下周事项",
            "领导小组办公室",
            "每周五",
            "1次",
            support="综合协调组、宣传联络组，整改落实专班",
        ),
        Item(
            "召开主题教育推进会，交流经验做法，点评薄弱环节",
            "综合协调组",
            "10月底前",
            "2次",
            support="领导小组办公室",
            steps=("9月下旬：召开第一次推进会\n10月下旬：召开第二次推进会",),
        ),
        Item(
            "对进度靠后的党支部开展督促指导，现场看台账、提建议，不要求另备材料",
            "综合协调组、整改落实专班牵头，领导小组办公室配合",
            "10月前",
            "2次",
            note="不增加基层负担",
        ),
    ],
    "宣传": [
        Item("开设主题教育专栏，集中刊发工作部署和支部动态", "宣传联络组", "9月22日17:00前", "1个"),
        Item("编发主题教育工作简报，反映进展、推介做法", "领导小组办公室", "9-10月", "3期", support="宣传联络组"),
        Item(
            "报送支部工作动态，内容求实、篇幅从简",
            "各党支部",
            "10月15日前",
            "2篇",
            support="宣传联络组",
            note="每篇不超过800字",
        ),
        Item("采写先进支部和优秀党员的典型事迹", "宣传联络组牵头，第二党支部、第五党支部配合", "10月底前", "2篇"),
        Item("更新办公区和服务窗口的宣传栏、电子屏内容", "第三党支部、第四党支部", "9月28日前", "1次"),
        Item("落实信息发布“三审三校”，做好日常舆情引导", "宣传联络组", "长期坚持", support="领导小组办公室"),
        Item("制作主题教育阶段性成果短视频", "宣传联络组", "适时", "1个", support="第七党支部"),
    ],
    "理论学习": [
        Item(
            "举办党员领导干部读书班，集中学习不少于10天，安排专题研讨",
            "领导小组办公室",
            "10月25日前",
            "4次",
            support="综合协调组",
            leader="分管领导（组织）、分管领导（宣传）",
            steps=("9月26日前：印发读书班方案\n10月13日前：完成前两次专题研讨\n10月25日前：完成全部专题研讨",),
        ),
        Item(
            "通读指定学习材料，撰写学习心得", "各党支部", "10月15日前", "1篇", support="全体党员", note="杜绝抄袭摘编"
        ),
        Item(
            "开展集中学习研讨，每次安排2至3名党员作重点发言",
            "各党支部",
            "9-12月",
            "4次",
            note="结合“三会一课”安排，避开业务高峰",
        ),
        Item("支部书记讲专题党课，结合岗位谈认识、讲案例", "各党支部", "9月底前", "1次"),
        Item("汇编学习材料，分必读、选读两类印发", "宣传联络组", "9月下旬", "2类", support="领导小组办公室"),
        Item("编发学习指引，列明当月学习重点和思考题", "宣传联络组", "每月25日前", "1期"),
        Item(
            "参加应知应会知识测试",
            "各党支部",
            "10月20日（星期五）前",
            "1次",
            support="全体党员",
            note="线上作答，一次完成",
        ),
        Item("为年老体弱、行动不便的党员送学上门", "第六党支部、第八党支部", "10月中旬", "3次"),
    ],
    "调查研究": [
        Item(
            "制定调研工作方案，统筹课题、点位和时间，防止扎堆调研、重复调研",
            "综合协调组",
            "9月22日前",
            "1份",
            support="领导小组办公室",
        ),
        Item(
            "开展领导班子课题调研，班子成员每人牵头1个课题",
            "综合协调组",
            "2023年11月底前",
            "4个",
            support="领导小组办公室",
            steps=("9月：选定课题，一题一方案\n10月：完成实地调研", "11月：召开调研成果交流会"),
            note="轻车简从，不打招呼",
        ),
        Item("围绕中心工作和群众反映确定支部调研课题", "各党支部", "9月25日前", "1个", note="由综合协调组统一把关"),
        Item("走访联系服务对象，面对面听取意见建议", "各党支部", "10月底前", "2次", support="全体党员"),
        Item("梳理调研发现的问题，动态更新问题、措施、转化清单", "综合协调组", "每季度末", "3类"),
        Item("完成“办事少跑路”专题调研，提出流程优化建议", "第一党支部", "10月20日前", "1篇", support="第二党支部"),
        Item("完成“基层减负”专题调研，提出精简报表建议", "第五党支部、第六党支部", "10月中旬", "1篇"),
        Item("形成支部调研报告，对策建议明确到责任单位", "各党支部", "10月31日前", "1篇", note="不超过3000字"),
        Item("剖析正反两方面典型案例，提出改进举措", "综合协调组、第四党支部牵头，第七党支部配合", "10月25日前", "2个"),
    ],
    "推动发展": [
        Item(
            "对照年度目标开展进度分析，列出滞后指标和赶进度措施",
            "领导小组办公室",
            "三季度",
            "1次",
            support="综合协调组",
        ),
        Item("开展“亮身份、践承诺”活动，结合岗位公开承诺事项", "各党支部", "9月30日前", "1项", support="全体党员"),
        Item(
            "实施为群众办实事项目，一个支部办好一件实事",
            "各党支部",
            "年底前",
            "1个",
            steps=("9月：完成立项公示\n10月：组织实施\n12月：办结并听取群众评价",),
        ),
        Item("优化服务窗口办事流程，压减环节、材料和时限", "第一党支部", "10月底前", "3项", support="第三党支部"),
        Item(
            "推进年度重点民生项目建设",
            "第二党支部、第四党支部",
            "下半年",
            support="综合协调组",
            steps=("10月15日前：完成主体施工\n11月底前：完成设备安装\n12月：竣工验收",),
        ),
        Item("与结对村（社区）、企业开展支部共建", "第五党支部", "10月13日前", "2次", support="第六党支部"),
        Item("举办党员岗位技能比武", "第七党支部", "10月20日前", "1次", support="第八党支部"),
        Item("完成本支部承担的年度重点任务", "各党支部", "全年", note="以年度目标责任书为准"),
    ],
    "检视整改": [
        Item("征求意见建议，梳理形成问题清单", "整改落实专班", "9月26日前", "1份", support="各党支部"),
        Item(
            "建立支部整改清单，逐项明确整改措施、目标、时限、责任人",
            "各党支部",
            "10月10日前",
            "3个",
            note="销号一个、报结一个",
        ),
        Item(
            "对照检视，列出个人问题和改进措施",
            "各党支部",
            "10月12日前",
            "1份",
            support="全体党员",
            note="交所在支部留存",
        ),
        Item(
            "开展窗口服务作风专项整治",
            "整改落实专班、第三党支部牵头，第六党支部配合",
            "10月底前",
            "5个",
            steps=("9月底前：自查，列出问题\n10月20日前：集中整改\n10月底前：逐项验收销号",),
        ),
        Item(
            "汇总整改进展，更新整改台账，按程序办理销号",
            "整改落实专班",
            "每月20日前",
            "1次",
            note="从台账取数，不要支部另报",
        ),
        Item("召开专题组织生活会，开展批评和自我批评", "各党支部", "2023年11月底前", "1次"),
        Item("总结行之有效的做法，修订完善制度", "领导小组办公室", "年底前", "2项", support="整改落实专班"),
        Item("对已销号问题开展“回头看”，防止反弹", "整改落实专班", "12月20日前", "1次", support="综合协调组"),
    ],
}


@dataclass(frozen=True)
class Formats:
    """The cell formats of the sheet."""

    title: Format
    subtitle: Format
    header: Format
    section: Format
    left: Format
    centre: Format

    def of(self, column: str) -> Format:
        return self.left if column in LEFT else self.centre


def formats(book: xlsxwriter.Workbook) -> Formats:
    def cell(**more: object) -> Format:
        return book.add_format({"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True} | more)

    return Formats(
        title=cell(font_size=20, bold=True, align="center"),
        subtitle=cell(font_size=11, align="center"),
        header=cell(font_size=11, bold=True, align="center", border=1, bg_color="#D9E1F2"),
        section=cell(font_size=11, bold=True, border=1, bg_color="#F2F2F2"),
        left=cell(border=1),
        centre=cell(align="center", border=1),
    )


def rows(item: Item, number: int) -> Iterator[dict[str, str | int]]:
    """The item's row, then one for each further milestone cell; the category cell is merged, so it is left out."""
    first, *further = item.steps
    yield {
        "序号": number,
        "重点工作": item.task,
        "时序进度": first,
        "牵头领导": item.leader,
        "牵头单位": item.lead,
        "配合单位": item.support,
        "目标数量": item.target,
        "完成时限": item.due,
        "备注": item.note,
    }
    for step in further:
        yield {"时序进度": step}


def height(row: dict[str, str | int]) -> float:
    """Room for the cell that wraps into the most lines."""

    def lines(text: str, width: int) -> int:
        wide = [sum(2 if east_asian_width(char) in "WFA" else 1 for char in line) for line in text.split("\n")]
        return sum(max(1, ceil(line / width)) for line in wide)

    return 8 + 14.0 * max(lines(str(value), COLUMNS[column]) for column, value in row.items())


def write_row(sheet: Worksheet, at: int, row: dict[str, str | int], looks: Formats) -> None:
    sheet.set_row(at, height(row))
    for column, name in enumerate(COLUMNS):
        if name != "类别":
            sheet.write(at, column, row.get(name) or None, looks.of(name))


def write_section(sheet: Worksheet, at: int, order: int, number: int, looks: Formats) -> int:
    """Write the section whose first item has `number`; returns the row after it."""
    category = list(SECTIONS)[order]
    items = SECTIONS[category]
    heading = f"{'一二三四五六'[order]}、{category}（共{len(items)}项）"
    sheet.merge_range(at, 0, at, len(COLUMNS) - 1, heading, looks.section)
    sheet.set_row(at, 22)
    body = [row for count, item in enumerate(items) for row in rows(item, number + count)]
    for below, row in enumerate(body, at + 1):
        write_row(sheet, below, row, looks)
    sheet.merge_range(at + 1, 1, at + len(body), 1, category, looks.centre)
    return at + 1 + len(body)


def write_head(sheet: Worksheet, looks: Formats) -> int:
    """Write the two title rows and the header; returns the row after them."""
    for at, (text, look, tall) in enumerate(((TITLE, looks.title, 36), (SUBTITLE, looks.subtitle, 22))):
        sheet.merge_range(at, 0, at, len(COLUMNS) - 1, text, look)
        sheet.set_row(at, tall)
    sheet.set_row(2, 26)
    for column, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write(2, column, name, looks.header)
    return 3


def set_page(sheet: Worksheet) -> None:
    """A4 across, one page wide, the header on every page."""
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.center_horizontally()
    sheet.set_footer("&C&P / &N")


def write(target: Path) -> None:
    with xlsxwriter.Workbook(target) as book:
        book.set_properties({"title": TITLE, "created": ISSUED_AT})
        sheet = book.add_worksheet("重点工作项目清单")
        looks = formats(book)
        at, number = write_head(sheet, looks), 1
        for order, items in enumerate(SECTIONS.values()):
            at = write_section(sheet, at, order, number, looks)
            number += len(items)
        set_page(sheet)


if __name__ == "__main__":
    write(TARGET)
