"""The header of a work list: every name a column may go by."""

from __future__ import annotations

from pathlib import Path

import pytest

from responsibility.ingest.worklist import read_worklist
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


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("9月底前，完成换届", "9月底前"),
        ("2023年9月底前完成换届", "2023年9月底前"),
        ("【10月底前】办班", "10月底前"),
        ("10月：召开大会", "10月"),
        ("3-5月，开展活动", "3-5月"),
        ("每月25日前，报送材料", "每月25日前"),
        ("印发之日起30日内，制定方案", "印发之日起30日内"),
        ("6月主题党日活动", ""),  # a name, no deadline
        ("2023年党建工作要点", ""),
        ("5月4日前后组织团日", ""),
        ("上半年完成两次", ""),
        ("10月底前", ""),  # nothing else is the task
    ],
)
def test_a_deadline_at_the_head_of_the_task_is_read(tmp_path: Path, title: str, phrase: str) -> None:
    item = one(tmp_path, ["工作任务", "责任单位", "完成时限"], [title, "党政办", ""])
    assert (item.title, item.phrase, item.phrase_cell) == (title, phrase, "A2")
    assert one(tmp_path, ["工作任务", "完成时限"], [title, "年底前"]).phrase == "年底前"  # its own column holds


def test_unknown_columns_are_kept_as_notes_and_said(tmp_path: Path) -> None:
    record = clean(listed(tmp_path, ["工作任务", "推广范围", "备注", ""], ["甲事", "全市", "急", "旁注"]))
    assert record.items[0].note == "急\n推广范围：全市\nD列：旁注"
    assert [warning.partition("；")[0] for warning in record.warnings] == ["不认识的列：推广范围", "没有列名的列：D列"]


def test_columns_are_known_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("要办的,谁来办,要办 结的日子,完成时限\n甲事,党政办,年底前,月底前\n", encoding="utf-8")
    pairs = [("要办的", "工作任务"), ("谁来办", "责任单位"), ("要办结的日子", "完成时限"), ("完成时限", "备注")]
    record = clean(read_worklist(path, None, pairs))
    item = record.items[0]
    assert (item.title, who(item), item.phrase, item.note) == ("甲事", ["党政办:lead"], "年底前", "月底前")


def test_a_pair_that_fits_nothing_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text("工作任务,谁来办\n甲事,党政办\n", encoding="utf-8")
    (problem,) = read_worklist(path, None, [("谁来办", "胡写的")])[1]
    assert (problem.cell, problem.value) == ("--map", "胡写的")
    (problem,) = read_worklist(path, None, [("责任单位", "谁来办")])[1][1:]
    assert "是不是写反了：--map 谁来办=责任单位" in problem.message


def test_a_header_repeated_on_the_next_page_is_no_item(tmp_path: Path) -> None:
    header = ["序号", "工作任务", "责任单位", "完成时限"]
    again = ["序 号", "工作任务", "责任部门", "完成时限"]  # not quite the same
    rows = [["清单"], header, ["1", "甲事", "党政办", ""], ["清单"], again, ["2", "乙事", "党政办", ""]]
    assert [item.title for item in clean(listed(tmp_path, *rows)).items] == ["甲事", "乙事"]


def test_full_width_blanks_and_line_breaks_in_a_task_are_layout(tmp_path: Path) -> None:
    assert one(tmp_path, ["工 作\n任 务", "备注"], ["开　动员会\n并部署", ""]).title == "开动员会并部署"


def test_tab_separated_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "清单.tsv"
    path.write_bytes("序号\t工作任务\t备注\n1\t甲事\t一，二, 三\n".encode("gb18030"))
    assert clean(read_worklist(path)).items[0].note == "一，二, 三"
