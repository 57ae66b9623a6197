"""What a policy is for urgent items, and what becomes of a running clock under another policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from responsibility.core.escalation import NO_LADDER, Clock, Ladder, Policy


def for_urgent(policy: Policy) -> Policy:
    """The policy an urgent item is issued under: past its due date it starts at the rung the policy names.

    Reminders before the due date stay. The named rung comes at the moment of the first rung after the due date; those
    between are left out, those after it keep their moments.
    """
    ladder = policy.ladders[Clock.FINISH]
    late = [rung for rung in ladder.rungs if rung.days > 0]
    at = next((at for at, rung in enumerate(late) if rung.id == policy.urgent_starts_at), 0)
    if at == 0:
        return policy
    early = tuple(rung for rung in ladder.rungs if rung.days < 0)
    rungs = (*early, replace(late[at], days=late[0].days), *late[at + 1 :])
    return replace(policy, ladders={**policy.ladders, Clock.FINISH: replace(ladder, rungs=rungs)})


@dataclass(frozen=True, slots=True)
class Change:
    """Something besides the rungs that another policy says otherwise."""

    #: A field of `Policy`; `within` or `every` of a ladder; `instrument`.
    what: str
    #: The clock, or the instrument's id, where there are several of the kind.
    of: str
    before: Any
    after: Any


#: The fields of a policy that are compared as they are.
_PLAIN = (
    "tolerance",
    "close_by",
    "close_share",
    "extension_agrees",
    "extension_rule",
    "review_every",
    "rectify_within",
    "urgent_starts_at",
    "cards",
    "documents",
)


def changed(old: Policy, new: Policy) -> tuple[Change, ...]:
    """What two policies say differently, besides their rungs."""
    found = [Change(what, "", getattr(old, what), getattr(new, what)) for what in _PLAIN]
    for clock in Clock:
        before, after = (policy.ladders.get(clock, NO_LADDER) for policy in (old, new))
        found += [Change(what, clock, getattr(before, what), getattr(after, what)) for what in ("within", "every")]
    for form in dict.fromkeys((*old.instruments, *new.instruments)):
        found.append(Change("instrument", form, old.instruments.get(form), new.instruments.get(form)))
    return tuple(one for one in found if one.before != one.after)


def carried_over(old: Ladder, new: Ladder, rung: int, reached: int) -> int:
    """Where a clock that stands after rung number `rung` of one ladder stands in another (-1: before the first).

    What was dealt with in the old ladder is dealt with in the new one, known by its id. Where the last of it is gone,
    so is everything whose moment is past (`reached`: the index of the last such rung of the new ladder, or -1), up to
    the first rung that both ladders have still to come.
    """
    dealt = {step.id for step in old.rungs[: rung + 1]}
    to_come = {step.id for step in old.rungs[rung + 1 :]}
    known = max((at for at, step in enumerate(new.rungs) if step.id in dealt), default=-1)
    if rung < 0 or rung >= len(old.rungs) or old.rungs[rung].id in {step.id for step in new.rungs}:
        return known
    ahead = takewhile(lambda at: new.rungs[at].id not in to_come, range(known + 1, reached + 1))
    return max(ahead, default=known)
