"""Questions about deadlines: answered one by one, from a file, or taken unseen where the office says so."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from responsibility.core.errors import InputProblems, ResponsibilityError
from responsibility.core.summary import Asked
from responsibility.usecases.assign import preview_accepting
from responsibility.usecases.questions import accept_proposals, open_questions, settle_from, settle_one, walk
from responsibility.usecases.record import log
from responsibility.views.answers import write_questions
from tests.world import World

ROWS = (
    {"title": "两种读法", "lead": "甲支部", "by": "10月前"},
    {"title": "默认期限", "lead": "乙支部", "by": "适时"},
    {"title": "等会开完", "lead": "甲支部", "by": "会后7日内"},
    {"title": "说得清的", "lead": "乙支部", "by": "9月30日前"},
)


@pytest.fixture
def asked(world: World) -> World:
    world.list(*ROWS)
    return world


def dues(world: World) -> dict[str, str | None]:
    rows = world.rows("SELECT code, needs_confirmation, CAST(deadline AS TEXT) FROM item ORDER BY code")
    from json import loads

    return {code: None if waits else loads(record)["due_on"] for code, waits, record in rows}


def answers(world: World, *rows: tuple[str, str]) -> Path:
    path = world.root / "答复.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([("编号", "重点工作", "答复"), *((code, "…", said) for code, said in rows)])
    return path


def walked(world: World, *typed: str) -> tuple[list[str], int, list[str]]:
    """(codes settled, how many left, what was told) when this is typed."""
    said, told = iter(typed), []
    settled, left = walk(
        open_questions(world.workspace),
        lambda question: next(said),
        lambda code, text: settle_one(world.workspace, code, text, world.now),
        told.append,
    )
    return [one.code for one in settled], left, told


def test_enter_takes_the_first_reading_a_number_another_and_a_date_or_phrase_is_read(asked: World) -> None:
    assert walked(asked, "", "10月15日前", "2023-10-27") == (["L1-01", "L1-02", "L1-03"], 0, [])
    assert dues(asked) == {"L1-01": "2023-09-30", "L1-02": "2023-10-15", "L1-03": "2023-10-27", "L1-04": "2023-09-30"}


def test_skipping_leaves_one_stopping_leaves_the_rest_and_what_was_answered_is_stored(asked: World) -> None:
    assert walked(asked, "2", "s", "q") == (["L1-01"], 2, [])
    assert dues(asked)["L1-01"] == "2023-10-31"
    assert [question.code for question in open_questions(asked.workspace)] == ["L1-02", "L1-03"]
    assert walked(asked, "q") == ([], 2, [])


def test_what_is_no_answer_is_told_and_asked_again(asked: World) -> None:
    settled, left, told = walked(asked, "7", "2023-02-30", "乱写", "1", "s", "", "q")
    assert (settled, left) == (["L1-01"], 2)
    assert [line[:6] for line in told] == ["没有第 7 ", "日历上没有 ", "“乱写”还是", "这一项没有现"]


def test_a_file_of_answers_is_stored_as_a_whole(asked: World) -> None:
    done = settle_from(
        asked.workspace, answers(asked, ("L1-01", "2"), ("L1-02", ""), ("L1-03", "2023/10/27")), asked.now
    )
    assert ([one.code for one in done.settled], done.blank, done.left) == (["L1-01", "L1-03"], ("L1-02",), 1)
    assert dues(asked) == {"L1-01": "2023-10-31", "L1-02": None, "L1-03": "2023-10-27", "L1-04": "2023-09-30"}
    assert [line.act for line in log(asked.workspace)].count("list.confirm") == 2


def test_everything_wrong_with_it_is_listed_and_nothing_is_written(asked: World) -> None:
    path = answers(
        asked,
        ("L1-01", "2"),
        ("L1-02", "9"),
        ("L1-04", "1"),
        ("L9-01", "1"),
        ("L1-01", "1"),
        ("", "1"),
        ("L1-03", "乱写"),
    )
    with pytest.raises(InputProblems) as refused:
        settle_from(asked.workspace, path, asked.now)
    assert [problem.cell for problem in refused.value.problems] == ["C3", "A4", "A5", "A6", "A7", "C8"]
    assert len(open_questions(asked.workspace)) == 3
    with pytest.raises(InputProblems, match="1 处"):
        settle_from(asked.workspace, _headless(asked), asked.now)


def _headless(world: World) -> Path:
    path = world.root / "别的.csv"
    path.write_text("甲,乙\n1,2\n", "utf-8")
    return path


def test_the_exported_file_can_be_filled_and_read_back(asked: World) -> None:
    path = asked.root / "待确认.csv"
    write_questions(path, [*open_questions(asked.workspace), Asked("L1-99", "=1+1", "", "-", "", (), "")])
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["L1-01", "L1-02", "L1-03", "L1-99"]
    assert rows.pop()[2] == "'=1+1"
    rows[1][1] = "1"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)
    assert [one.code for one in settle_from(asked.workspace, path, asked.now).settled] == ["L1-01"]


def test_proposals_are_taken_only_where_there_are_readings_and_the_ledger_says_so(asked: World) -> None:
    rows, tried = preview_accepting(asked.workspace, ["L1"], asked.now)
    assert sum(row.assignments for row in rows) == 15
    assert len(open_questions(asked.workspace)) == 3
    done = accept_proposals(asked.workspace, ["L1"], asked.now)
    assert done == tried
    assert ([one.code for one in done.settled], [one.code for one in done.left]) == (["L1-01", "L1-02"], ["L1-03"])
    entry = next(line for line in log(asked.workspace, "L1-01") if line.act == "list.confirm")
    assert "没有逐项确认" in str(entry.values["because"])
    assert asked.assign() == 15


def test_a_question_answered_meanwhile_is_not_answered_again(asked: World) -> None:
    settle_one(asked.workspace, "L1-01", "1", asked.now)
    with pytest.raises(ResponsibilityError, match="不用确认"):
        settle_one(asked.workspace, "L1-01", "2", asked.now)
