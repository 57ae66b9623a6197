"""The table of rights, whole: every action against every relation."""

from __future__ import annotations

from itertools import product

import pytest

from responsibility.core.assignment import Action
from responsibility.core.rights import DEFAULT_RIGHTS, RELATION_NAMES, Relation, Ruling, rule, who_may
from responsibility.settings import bundled, load

ME, FOR, NO = "for myself", "on behalf of the owner", "not at all"

#: action → what the owner, the delegate, the head of the unit, the office and the leader may do.
TABLE = {
    #           owner  delegate  unit_head  office  leader
    "sign": (ME, FOR, FOR, FOR, NO),
    "report": (ME, FOR, FOR, FOR, NO),
    "submit": (ME, FOR, FOR, FOR, NO),
    "extend": (ME, FOR, FOR, FOR, NO),
    "delegate": (ME, NO, FOR, FOR, NO),
    "return": (NO, NO, NO, ME, NO),
    "close": (NO, NO, NO, ME, NO),
    "review": (NO, NO, NO, ME, ME),
    "rectify": (NO, NO, NO, ME, ME),
    "suspend": (NO, NO, NO, ME, ME),
    "resume": (NO, NO, NO, ME, ME),
    "cancel": (NO, NO, NO, ME, ME),
    "issue": (NO, NO, NO, ME, NO),
}
CELLS = [(Action(a), relation, TABLE[a][at]) for a, (at, relation) in product(TABLE, enumerate(Relation))]


def said(ruling: Ruling) -> str:
    return (FOR if ruling.on_behalf else ME) if ruling.allowed else NO


@pytest.mark.parametrize(("action", "relation", "expected"), CELLS)
def test_every_cell_of_the_table(action: Action, relation: Relation, expected: str) -> None:
    assert said(rule(DEFAULT_RIGHTS, action, {relation})) == expected


@pytest.mark.parametrize(("action", "relation", "expected"), CELLS)
def test_the_shipped_file_says_the_same_as_the_program(action: Action, relation: Relation, expected: str) -> None:
    assert said(rule(load(bundled("config").parent, {}).rights, action, {relation})) == expected


@pytest.mark.parametrize("action", Action)
def test_a_stranger_may_nothing(action: Action) -> None:
    assert not rule(DEFAULT_RIGHTS, action, ()).allowed


def test_who_stands_in_two_relations_acts_in_the_nearest() -> None:
    """The office head signs for itself what is laid on the office, and marks nothing."""
    assert rule(DEFAULT_RIGHTS, Action.SIGN, {Relation.OFFICE, Relation.OWNER}) == Ruling(Relation.OWNER)
    assert rule(DEFAULT_RIGHTS, Action.SIGN, {Relation.OFFICE, Relation.UNIT_HEAD}).acts_as is Relation.UNIT_HEAD


def test_the_table_may_be_changed_one_action_at_a_time() -> None:
    rights = {Action.CLOSE: (Relation.LEADER, Relation.OFFICE)}
    assert rule(rights, Action.CLOSE, {Relation.LEADER}) == Ruling(Relation.LEADER)
    assert not rule(rights, Action.RETURN, {Relation.LEADER}).allowed
    assert who_may(rights, Action.CLOSE) == (Relation.OFFICE, Relation.LEADER)


def test_every_relation_has_a_chinese_name() -> None:
    assert list(RELATION_NAMES) == list(Relation)
