"""Who may do what to an assignment: a table over how the actor stands to it, decided on plain values.

Agreeing to an extension is not in the table: it goes by the order in config/policy.yaml.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from responsibility.core.assignment import Action


class Relation(StrEnum):
    """How an acting post stands to an assignment, the nearest first."""

    #: 责任人: the post it is laid on; of what is laid on a unit, the unit's posts above its members.
    OWNER = "owner"
    #: 受委托的岗位: acts for the owner until a date.
    DELEGATE = "delegate"
    #: 单位负责人: the head of the unit, for its members.
    UNIT_HEAD = "unit_head"
    #: 办公室: for anybody.
    OFFICE = "office"
    #: 分管领导: in the units he oversees.
    LEADER = "leader"


RELATION_NAMES = {
    Relation.OWNER: "责任人",
    Relation.DELEGATE: "受委托代办的岗位",
    Relation.UNIT_HEAD: "单位负责人",
    Relation.OFFICE: "办公室",
    Relation.LEADER: "分管领导",
}

#: Action → the relations that may do it.
Rights = Mapping[Action, tuple[Relation, ...]]

#: The owner's own acts: anybody else does them on the owner's behalf.
OWNERS_ACTS = frozenset({Action.SIGN, Action.REPORT, Action.SUBMIT, Action.EXTEND, Action.DELEGATE})

_OWNER_SIDE = (Relation.OWNER, Relation.DELEGATE, Relation.UNIT_HEAD, Relation.OFFICE)

#: What holds where config/rights.yaml says nothing; an action that is listed nowhere is the office's.
DEFAULT_RIGHTS: Rights = {
    Action.SIGN: _OWNER_SIDE,
    Action.REPORT: _OWNER_SIDE,
    Action.REJECT: (Relation.OFFICE,),
    Action.SUBMIT: _OWNER_SIDE,
    Action.EXTEND: _OWNER_SIDE,
    Action.DELEGATE: (Relation.OWNER, Relation.UNIT_HEAD, Relation.OFFICE),
    Action.RETURN: (Relation.OFFICE,),
    Action.CLOSE: (Relation.OFFICE,),
    Action.REVIEW: (Relation.OFFICE, Relation.LEADER),
    Action.SUSPEND: (Relation.OFFICE, Relation.LEADER),
    Action.RESUME: (Relation.OFFICE, Relation.LEADER),
    Action.CANCEL: (Relation.OFFICE, Relation.LEADER),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an act is allowed, and as what."""

    #: As what the actor acts; None where he may not.
    acts_as: Relation | None
    #: Whether it is done on the owner's behalf, which is then recorded.
    on_behalf: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the act may be done."""
        return self.acts_as is not None


def who_may(rights: Rights, action: Action) -> tuple[Relation, ...]:
    """The relations that may do `action`, the nearest first; who reviews may find what he finds."""
    action = Action.REVIEW if action is Action.RECTIFY else action
    listed = rights.get(action, DEFAULT_RIGHTS.get(action, (Relation.OFFICE,)))
    return tuple(relation for relation in Relation if relation in listed)


def rule(rights: Rights, action: Action, relations: Collection[Relation]) -> Ruling:
    """Decide for an actor who stands in `relations` to an assignment: as the nearest that may, or not at all."""
    for relation in who_may(rights, action):
        if relation in relations:
            return Ruling(relation, action in OWNERS_ACTS and relation is not Relation.OWNER)
    return Ruling(None)
