"""The header of a work list: every name a column may go by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_ingest_worklist import clean, listed, merged, one, who


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("主要工作任务", "task"),
        ("重点任务", "task"),
        ("工作内容", "task"),
        ("改革举措", "task"),
        ("整改任务", "task"),
        ("事 项", "task"),
        ("工作任务\n（具体）", "task"),  # remark and newline
        ("工作任务及要求", "task"),  # a combined name
        ("存在问题", "task"),
    ],
)
def test_the_task_column_has_many_names(tmp_path: Path, header: str, role: str) -> None:
    record = clean(listed(tmp_path, ["序号", header, "责任单位"], ["1", "甲事", "党政办"]))
    assert list(record.columns) == ["number", role, "lead"]


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("序 号", "number"),
        ("编号", "number"),
        ("类别", "category"),
        ("主要内容", "content"),
        ("工作措施", "content"),
        ("整改措施", "content"),
        ("整改目标", "goal"),
        ("任务分解/时序进度", "milestones"),
        ("时序进度（月）", "milestones"),
        ("牵头领导", "leader"),
        ("责任领导", "leader"),
        ("分管领导", "leader"),
        ("包联领导", "leader"),
        ("牵头部门", "lead"),
        ("牵头委室", "lead"),
        ("主办单位", "lead"),
        ("责任单位", "lead"),  # alone it leads
        ("责任主体", "lead"),
        ("指导部门", "lead"),
        ("单位", "lead"),
        ("配合单位", "support"),
        ("协作单位", "support"),
        ("协办单位", "support"),
        ("责任人", "person"),
        ("整改责任人", "person"),
        ("完成时限", "deadline"),
        ("拟定时限", "deadline"),
        ("整改时限", "deadline"),
        ("整改时间", "deadline"),
        ("时间安排", "deadline"),
        ("完成\n时间", "deadline"),
        ("计划完成时间", "deadline"),
        ("频次", "target"),
        ("目标数", "target"),
        ("报送材料", "material"),
        ("考核要点", "points"),
        ("备 注", "note"),
        ("是否紧急", "urgent"),
        ("ＮＯ．", "number"),  # full width
    ],
)
def test_every_known_column_is_known_by_its_names(tmp_path: Path, header: str, role: str) -> None:
    record = clean(listed(tmp_path, ["工作任务", header], ["甲事", ""]))
    assert record.columns == {"task": "工作任务", role: "".join(header.split())}


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (["工作任务", "牵头单位", "责任单位"], "task lead support"),
        (["工作任务", "责任单位", "牵头单位"], "task support lead"),
        (["工作任务", "责任单位", "配合单位"], "task lead support"),
        (["工作任务", "工作内容"], "task content"),  # the surer name is the task
        (["重点工作", "具体任务"], "category task"),  # the broader one to its left
        (["存在问题", "整改任务", "整改措施"], "category task content"),
        (["项目", "工作任务"], "category task"),
        (["工作任务", "时间节点"], "task deadline"),
        (["工作任务", "完成时限", "时间节点"], "task deadline milestones"),
        (["工作任务", "数量", "单位"], "task target measure"),
        (["工作任务", "一季度", "二季度"], "task milestones"),
    ],
)
def test_columns_are_read_together(tmp_path: Path, header: list[str], roles: str) -> None:
    assert " ".join(clean(listed(tmp_path, header, ["甲事"] * len(header))).columns) == roles


def test_a_header_of_two_rows_names_the_columns_below_it(tmp_path: Path) -> None:
    rows = [
        ["序号", "工作任务", "责任单位", "", "完成时限"],
        ["", "", "牵头", "配合", ""],
        ["1", "甲事", "党政办", "团委", "年底前"],
    ]
    record = clean(merged(tmp_path, rows, "A1:A2", "B1:B2", "C1:D1", "E1:E2"))
    assert who(record.items[0]) == ["党政办:lead", "团委:support"]
    assert record.items[0].phrase == "年底前"


def test_columns_for_periods_are_milestones_of_those_periods(tmp_path: Path) -> None:
    item = one(tmp_path, ["工作任务", "一季度", "二季度", "12月"], ["办读书班", "报名", "", "总结"])
    assert item.milestones == "一季度：报名\n12月：总结"
