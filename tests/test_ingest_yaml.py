"""A work list as yaml: the words of a list's columns as keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from responsibility.core.errors import Problem
from responsibility.ingest.worklist import WorkListRecord, read_worklist
from tests.test_ingest_worklist import clean, codes, who
from tests.world import World

LIST = """\
title: 重点工作清单
issued_on: 2023-09-11
items:
  - {number: 1, category: 组织部署, title: 开会, lead: 甲支部, support: [乙支部, 办公室], by: 9月底前, target: 4次}
  - number: 3
    title: ★办班
    lead: 甲支部牵头，乙支部配合
    leader: 分管领导甲
    milestones:
      - {by: 9月, title: 报名}
      - 10月：开班
    target: 若干
    note: 照旧
  - {title: 【年底前】总结, urgent: 是}
"""


def read(tmp_path: Path, text: str) -> tuple[WorkListRecord, list[Problem]]:
    path = tmp_path / "清单.yaml"
    path.write_text(text, encoding="utf-8")
    return read_worklist(path)


def test_a_yaml_list_is_read_like_a_table(tmp_path: Path) -> None:
    record = clean(read(tmp_path, LIST))
    assert (record.title, record.issued_on, record.rows) == ("重点工作清单", date(2023, 9, 11), 3)
    assert codes(record) == ["01", "03", "04"]
    first, second, third = record.items
    assert who(first) == ["甲支部:lead", "乙支部:support", "办公室:support"]
    assert (first.phrase, first.phrase_cell) == ("9月底前", "第4行 items[0].by")
    assert (first.target_count, first.target_unit, first.category) == (4, "次", "组织部署")
    assert who(second) == ["甲支部:lead", "乙支部:support", "分管领导甲:leader"]
    assert second.milestones == "9月：报名\n10月：开班"
    assert (second.title, second.urgent, second.note) == ("办班", True, "照旧\n目标数量：若干")
    assert (third.phrase, third.phrase_cell, third.urgent) == ("年底前", "第14行 items[2].title", True)


@pytest.mark.parametrize(
    ("old", "new", "cell", "says"),
    [
        ("by: 9月底前", "due: 9月底前", "第4行 items[0].due", "不认识的键"),
        ("number: 3", "number: 1", "第5行 items[1].number", "序号重复"),
        ("title: ★办班", "title: ", "第6行 items[1].title", "没有写任务"),
        ("lead: 甲支部, ", "lead: {a: 1}, ", "第4行 items[0].lead", "应是一段文字"),
        ("2023-09-11", "2023-13-41", "第2行 issued_on", "日期"),
        ("note: 照旧", "title: 又一个", "第13行 items[1].title", "写了两次"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_path(tmp_path: Path, old: str, new: str, cell: str, says: str) -> None:
    assert old in LIST
    (problem,) = read(tmp_path, LIST.replace(old, new, 1))[1]
    assert (problem.file, problem.cell) == ("清单.yaml", cell)
    assert says in problem.message


def test_a_yaml_list_is_imported(world: World) -> None:
    from responsibility.usecases.lists import import_list

    path = world.root / "清单.yaml"
    path.write_text(LIST.replace("urgent: 是", "lead: 乙支部"), "utf-8")
    done = import_list(world.workspace, path, world.now)
    assert (done.problems, done.items, done.issued_from) == ((), 3, "取自标题行")
