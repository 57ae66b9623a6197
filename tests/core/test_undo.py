"""What is put back of an act, and when it still can be."""

from __future__ import annotations

import pytest

from responsibility.core.undo import Image, Key, restarts, reversal, stands

TASK: Key = ("assignment", (("id", 1),))
FINISH: Key = ("clock", (("assignment_id", 1), ("clock", "finish")))
VERIFY: Key = ("clock", (("assignment_id", 1), ("clock", "verify")))
BEFORE: Image = {TASK: {"state": "signed", "percent": 30}, FINISH: {"rung": 0, "next_at": "d2"}}
AFTER: Image = {
    TASK: {"state": "submitted", "percent": 30},
    FINISH: {"rung": 0, "next_at": None},
    VERIFY: {"rung": -1, "next_at": "d3"},
}


def test_only_what_differs_is_put_back_and_what_was_not_there_goes() -> None:
    assert reversal(BEFORE, AFTER) == {TASK: {"state": "signed"}, FINISH: {"next_at": "d2"}, VERIFY: None}
    assert reversal(AFTER, AFTER) == {}


def test_what_is_gone_comes_again_whole() -> None:
    assert reversal(AFTER, BEFORE)[VERIFY] == AFTER[VERIFY]


@pytest.mark.parametrize(
    ("changed", "still"),
    [
        ({}, True),  # nothing happened since
        ({TASK: {"state": "closed", "percent": 30}}, False),  # it went on
        ({TASK: {"state": "submitted", "percent": 50}}, False),  # a column the act left alone: somebody acted
        ({VERIFY: {"rung": 0, "next_at": "d4"}}, False),  # a sweep told of it
    ],
)
def test_an_act_stands_until_something_touches_what_it_did(changed: Image, still: bool) -> None:
    assert stands(AFTER, {**AFTER, **changed}, reversal(BEFORE, AFTER)) is still


def test_a_clock_the_act_left_alone_may_go_on() -> None:
    signed: Image = {**BEFORE, TASK: {"state": "in_progress", "percent": 30}}
    went_on = {**signed, FINISH: {"rung": 1, "next_at": "d5"}}
    assert stands(signed, went_on, reversal(BEFORE, signed))


def test_whether_a_clock_runs_again() -> None:
    assert restarts(reversal(BEFORE, AFTER))
    assert not restarts({TASK: {"state": "signed"}, VERIFY: None})
