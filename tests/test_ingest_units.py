"""Who answers, as unit cells say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.ingest.units import split_names, split_units


def told(text: str, default: str = "lead") -> str:
    """ "甲:lead 乙:support" """
    return " ".join(f"{name}:{role}" for name, role in split_units(text, default))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("党政办", "党政办:lead"),
        ("党政办、宣传部", "党政办:lead 宣传部:lead"),
        (
            "党政办，宣传部,人事处；学工处;团委\n工会",
            "党政办:lead 宣传部:lead 人事处:lead 学工处:lead 团委:lead 工会:lead",
        ),
        ("党政办 宣传部\u00a0人事处", "党政办:lead 宣传部:lead 人事处:lead"),  # blanks between names
        ("办 公 室", "办公室:lead"),  # blanks that only spread a name out
        ("第一 党支部", "第一党支部:lead"),
        ("办\n公\n室", "办公室:lead"),  # written downwards
        ("信息中心IT 部", "信息中心IT 部:lead"),  # a blank that belongs to the name
        ("各区、县级市", "各区、县级市:lead"),  # one collective name
        ("甲局、乙局，各区、县级市", "甲局:lead 乙局:lead 各区、县级市:lead"),
        ("各乡镇、街道、部门", "各乡镇、街道、部门:lead"),
        ("高新区,各街道、区直各部门", "高新区:lead 各街道:lead 区直各部门:lead"),  # 区直各部门 is no bare kind
        ("各党支部、团委", "各党支部:lead 团委:lead"),  # 团委 is a unit
        ("各街道，部门", "各街道:lead 部门:lead"),  # only 、 makes one name
        ("全体党员", "全体党员:lead"),
        ("甲委（丙局、丁局）、乙部", "甲委（丙局、丁局）:lead 乙部:lead"),  # brackets stay whole
        ("《条例》、“两会”专班", "《条例》:lead “两会”专班:lead"),
        ("甲局（丙办、乙局", "甲局（丙办:lead 乙局:lead"),  # an open bracket holds nothing
        ("甲局、乙局等", "甲局:lead 乙局:lead"),
        ("甲局、乙局等部门", "甲局:lead 乙局:lead"),
        ("甲局、乙局等12个有关部门", "甲局:lead 乙局:lead"),
        ("市中等职业学校、高等教育处", "市中等职业学校:lead 高等教育处:lead"),  # 等 inside a name
        ("1.甲局\n2.乙局", "甲局:lead 乙局:lead"),  # numbered lines
        ("110指挥中心", "110指挥中心:lead"),
        ("甲局、甲局", "甲局:lead"),
        ("甲局。", "甲局:lead"),
        ("", ""),
        (" / ", ""),
        ("—", ""),
        ("无", ""),
    ],
)
def test_names_are_split_where_people_would(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲、乙牵头，丙、丁配合", "甲:lead 乙:lead 丙:support 丁:support"),
        ("甲，乙牵头，丙，丁配合", "甲:lead 乙:lead 丙:support 丁:support"),  # commas only
        ("甲牵头，丙、丁按职责分工负责", "甲:lead 丙:support 丁:support"),
        ("甲牵头，丙，丁", "甲:lead 丙:support 丁:support"),  # the unmarked rest
        ("甲牵头、乙、丙配合", "甲:lead 乙:support 丙:support"),
        ("甲牵头乙、丙配合", "甲:lead 乙:support 丙:support"),  # nothing between
        ("甲（牵头）、乙、丙", "甲:lead 乙:support 丙:support"),
        ("乙、甲（牵头单位）", "乙:support 甲:lead"),  # a bracket marks one name
        ("乙；甲牵头", "乙:support 甲:lead"),  # a mark stays in its clause
        ("（牵头）甲、乙；（配合）丙", "甲:lead 乙:lead 丙:support"),
        ("牵头：甲；配合：乙、丙", "甲:lead 乙:support 丙:support"),
        ("牵头单位：甲 配合单位：乙、丙", "甲:lead 乙:support 丙:support"),
        ("牵头单位：甲，配合单位：乙", "甲:lead 乙:support"),
        ("牵头单位：\n甲\n乙\n配合单位：\n丙", "甲:lead 乙:lead 丙:support"),  # one a line
        ("牵头部门:甲\n责任部门:乙", "甲:lead 乙:support"),
        ("责任单位：甲、乙", "甲:lead 乙:lead"),
        ("由甲负责", "甲:lead"),
        ("由甲局牵头，乙局、丙局协助", "甲局:lead 乙局:support 丙局:support"),
        ("由拳街道", "由拳街道:lead"),  # a name that begins so
        ("甲、乙按职责分工负责", "甲:lead 乙:lead"),  # nobody marked
        ("甲负责，乙配合", "甲:lead 乙:support"),
        ("甲会同乙、丙", "甲:lead 乙:support 丙:support"),
        ("甲牵头会同乙、丙", "甲:lead 乙:support 丙:support"),
        ("残联、行业协会同业分会", "残联:lead 行业协会同业分会:lead"),  # 协会, not 会同
        ("妇女联合会、工商联", "妇女联合会:lead 工商联:lead"),
        ("甲等部门按职责分工负责", "甲:lead"),
        ("各街道、部门配合，甲牵头", "各街道、部门:support 甲:lead"),
        ("各牵头单位、责任单位", "各牵头单位、责任单位:lead"),  # a collective name, no mark
        ("甲、乙，甲牵头", "甲:lead 乙:lead"),  # named twice: lead wins
    ],
)
def test_roles_follow_the_words_around_the_names(text: str, expected: str) -> None:
    assert told(text) == expected


def test_the_default_role_holds_where_nothing_is_said() -> None:
    assert told("甲、乙", "support") == "甲:support 乙:support"
    assert told("甲牵头，乙", "support") == "甲:lead 乙:support"


def test_leaders_and_persons_have_one_role_each() -> None:
    assert told("张 三、李四 王五（组长）", "leader") == "张三:leader 李四:leader 王五（组长）:leader"
    assert told("张三牵头，李四", "person") == "张三:person 李四:person"


def test_names_without_roles_are_kept_as_written() -> None:
    assert split_names("第一支部、第二支部；对口协作\n甲（乙、丙）、第一支部") == [
        "第一支部",
        "第二支部",
        "对口协作",
        "甲（乙、丙）",
    ]


NAMES = st.text("甲乙丙丁戊己庚辛壬癸组织宣传财政部局委办AB12", min_size=2, max_size=8).filter(str.isalpha)


@given(names=st.lists(NAMES, min_size=1, max_size=6, unique=True), separator=st.sampled_from("、，,；;\n"))
def test_no_name_loses_a_character(names: list[str], separator: str) -> None:
    assert split_units(separator.join(names), "lead") == [(name, "lead") for name in names]


@given(lead=st.lists(NAMES, min_size=1, max_size=3), rest=st.lists(NAMES, min_size=1, max_size=3))
def test_lead_and_support_come_back_as_written(lead: list[str], rest: list[str]) -> None:
    told = dict(split_units(f"{'、'.join(lead)}牵头，{'、'.join(rest)}配合", "lead"))
    assert set(told) == {*lead, *rest}
    assert {name for name, role in told.items() if role == "lead"} == set(lead)


@given(text=st.text("甲乙各区县牵头配合会同负责由等、，；：（） \n1.部门单位", max_size=40))
def test_nothing_written_in_a_cell_breaks_out(text: str) -> None:
    for name, role in split_units(text, "lead"):
        assert name == name.strip() != ""
        assert role in ("lead", "support")
