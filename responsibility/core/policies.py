"""What a policy is for urgent items, and what becomes of a running clock under another policy."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from responsibility.core.escalation import Clock, Ladder, Policy


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
