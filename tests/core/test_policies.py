"""What a policy is for urgent items, and where a running clock stands under another one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from responsibility.core.escalation import REVIEW_INSTRUMENTS, Clock, Ladder, Policy, Rung, review_ladder
from responsibility.core.policies import carried_over, for_urgent
from responsibility.settings import policy_from_record, policy_record


def rung(id: str, days: int) -> Rung:
    return Rung(id, id, days, ("owner",), "reminder")


def ladder(**days: int) -> Ladder:
    return Ladder(tuple(rung(id, at) for id, at in days.items()))


LADDER = ladder(soon=-3, urge=1, supervise=3, talk=7)


def policy(starts_at: str | None) -> Policy:
    rest = {Clock.SIGN: Ladder((), 2), Clock.VERIFY: Ladder((), 3), Clock.REVIEW: review_ladder()}
    instruments = REVIEW_INSTRUMENTS | {"reminder": "提醒"}
    return Policy({Clock.FINISH: LADDER, **rest}, 10, 1.0, instruments, urgent_starts_at=starts_at)


@pytest.mark.parametrize(
    ("starts_at", "days"),
    [
        ("supervise", {"soon": -3, "supervise": 1, "talk": 7}),
        ("talk", {"soon": -3, "talk": 1}),
        # The first rung after the due date leaves nothing out, nor does no rung at all.
        ("urge", {"soon": -3, "urge": 1, "supervise": 3, "talk": 7}),
        (None, {"soon": -3, "urge": 1, "supervise": 3, "talk": 7}),
    ],
)
def test_an_urgent_item_starts_higher_once_it_is_overdue(starts_at: str | None, days: dict[str, int]) -> None:
    urgent = for_urgent(policy(starts_at))
    assert {one.id: one.days for one in urgent.ladders[Clock.FINISH].rungs} == days
    assert urgent.ladders[Clock.SIGN] == policy(starts_at).ladders[Clock.SIGN]


def test_the_urgent_policy_of_an_urgent_policy_is_itself() -> None:
    once = for_urgent(policy("supervise"))
    assert for_urgent(once) == once


@pytest.mark.parametrize(
    ("new", "stands", "reached", "to"),
    [
        # The same ladder: it stays where it is.
        (LADDER, 1, 1, 1),
        # Before the first rung it stays before the first, however late it is.
        (LADDER, -1, 2, -1),
        # A rung put in below the one reached is not told after it.
        (ladder(soon=-5, early=-1, urge=1, supervise=3), 1, 1, 2),
        # A rung that was dealt with and now comes later is not told again.
        (ladder(soon=-3, supervise=3, urge=5), 2, 1, 2),
        # The one reached is gone: what is past counts as dealt with …
        (ladder(soon=-3, call=1, supervise=3), 1, 1, 1),
        # … but not what both have still to come.
        (ladder(soon=-3, call=1, supervise=3), 1, 2, 1),
        # Gone, and nothing is past yet: what was dealt with before it is.
        (ladder(soon=-3, call=9), 1, -1, 0),
        # A ladder without rungs.
        (Ladder(()), 1, -1, -1),
    ],
)
def test_what_was_dealt_with_stays_dealt_with(new: Ladder, stands: int, reached: int, to: int) -> None:
    assert carried_over(LADDER, new, stands, reached) == to


def test_a_snapshot_from_before_cards_has_none() -> None:
    record = policy_record(policy("supervise"))
    assert policy_from_record(record) == policy("supervise")
    old = {key: value for key, value in record.items() if key not in ("cards", "urgent_starts_at")}
    assert policy_from_record(old) == replace(policy(None), cards=())
