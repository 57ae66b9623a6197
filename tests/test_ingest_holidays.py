"""The yearly holiday notice, as a text and as a table; contradictions are problems with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from responsibility.ingest.holidays import read_notice

TITLE = "关于2027年部分节假日安排的通知\n"
NEW_YEAR = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
SPRING = "二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班。\n"


def days(path: Path) -> tuple[list[str], list[str]]:
    notice, problems = read_notice(path)
    assert problems == []
    assert notice.year == 2027
    return [str(one.day) for one in notice.days if one.off], [str(one.day) for one in notice.days if not one.off]


def test_the_text_of_the_notice_is_read(tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(
        TITLE + "现将具体安排通知如下。\n" + NEW_YEAR + SPRING + "节假日期间，要妥善安排好值班。\n", "gb18030"
    )
    off, work = days(path)
    assert off == [f"2027-01-0{n}" for n in (1, 2, 3)] + [f"2027-02-{n:02}" for n in range(5, 12)]
    assert work == ["2027-01-31", "2027-02-14"]
    assert {one.name for one in read_notice(path)[0].days} == {"元旦", "春节"}


@pytest.mark.parametrize(
    ("line", "off"),
    [
        ("元旦：2026年12月31日至2027年1月2日放假调休，共3天。", ["2026-12-31", "2027-01-01", "2027-01-02"]),
        ("元旦:1月1日放假1天。", ["2027-01-01"]),
        ("元旦：1月1日放假，与周末连休。", ["2027-01-01"]),
        (
            "国庆节、中秋节：9月30日（星期四）至10月2日（星期六）放假，共3天。",
            ["2027-09-30", "2027-10-01", "2027-10-02"],
        ),
    ],
)
def test_ways_a_line_is_written(tmp_path: Path, line: str, off: list[str]) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(TITLE + line + "\n", "utf-8")
    assert days(path)[0] == off


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (TITLE + NEW_YEAR.replace("共3天", "共4天"), "第2行", "按起止日期数是 3 天"),
        (TITLE + NEW_YEAR.replace("周五", "周四"), "第2行", "2027-01-01 是周五"),
        (TITLE + NEW_YEAR + SPRING.replace("2月14日（周日）", "2月15日（周一）"), "第3行", "本来就上班"),
        (TITLE + NEW_YEAR + "三、元旦：1月3日放假。", "第3行", "写了两次"),
        (TITLE + "元旦：2月29日放假。", "第2行", "日历上没有这一天"),
        (TITLE + "元旦：1月3日至1日放假。", "第2行", "起止日期不对"),
        (TITLE + "元旦：元月初放假。", "第2行", "没有读到日期"),
        (NEW_YEAR, "第1行", "没有找到年份"),
        (TITLE, "", "没有读到一个放假日"),
        (TITLE + "元旦：2025年1月1日放假。", "第2行", "不在 2027 年的通知里"),
    ],
)
def test_what_contradicts_itself_is_told_with_its_line(tmp_path: Path, text: str, place: str, said: str) -> None:
    path = tmp_path / "通知.txt"
    path.write_text(text, "utf-8")
    problems = read_notice(path)[1]
    assert [(problem.cell, said in problem.message) for problem in problems] == [(place, True)], problems


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("安排.csv", "放假安排表\n日期,类型,名称\n2027-01-01,放假,元旦\n2027/1/31,调休上班,春节\n"),
        ("安排.yaml", "- {date: 2027-01-01, kind: 放假, name: 元旦}\n- {date: 2027-01-31, kind: 上班}\n"),
        ("安排.yml", "days:\n- {date: 2027-01-01, kind: off}\n- {date: 2027-01-31, kind: work}\n"),
    ],
)
def test_a_table_of_days_is_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert days(path) == (["2027-01-01"], ["2027-01-31"])


def test_every_fault_of_a_table_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "安排.csv"
    path.write_text("日期,类型\n2027-02-30,放假\n2027-01-01,随便\n2027-01-04,上班\n2027-01-02,放假\n", "utf-8")
    assert [problem.cell for problem in read_notice(path)[1]] == ["A2", "A3", "A4"]
    broken = tmp_path / "坏.yaml"
    broken.write_text("- [", "utf-8")
    assert "YAML" in read_notice(broken)[1][0].message
    headless = tmp_path / "别的.csv"
    headless.write_text("甲,乙\n1,2\n", "utf-8")
    assert "没有找到表头" in read_notice(headless)[1][0].message
