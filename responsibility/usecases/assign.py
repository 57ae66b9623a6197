"""Down the chain: laying a list's items on a tier (交办), and trying it first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn, Organisation, Tier
from responsibility.core.deadline import Deadline, Occurrence, from_record, occurrences
from responsibility.core.escalation import Clock, overdue_from
from responsibility.core.summary import Accepted, TierLaid
from responsibility.store import laying, ledger, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.arming import arms_at_issue
from responsibility.usecases.codes import live_list
from responsibility.usecases.lights import Lamp, arm, arm_within
from responsibility.usecases.policies import kept_policies
from responsibility.usecases.questions import accept_within
from responsibility.usecases.review_clock import arm_laid
from responsibility.usecases.workspace import Workspace, not_before_last_act, office_post


def lists_to_assign(workspace: Workspace, asked: str | None = None) -> list[str]:
    """The codes of the lists to lay: the one asked for, or all that are not cancelled."""
    with workspace.read() as connection:
        if asked is None:
            return worklists.codes_of_lists(connection, live=True)
        return [live_list(connection, asked).code]


#: Told how many assignments are done, and of how many.
Progress = Callable[[int, int], None]


def _untold(done: int, total: int) -> None:
    return None


def lay_tier(
    workspace: Workspace, list_code: str, tier_id: str, now: datetime, progress: Progress = _untold
) -> TierLaid:
    """Lay a list on one tier in one transaction; running it again lays nothing twice."""
    with workspace.write(now) as connection:
        return _lay(connection, workspace, list_code, tier_id, now, progress=progress)


def lay_item(
    connection: Connection, workspace: Workspace, list_code: str, item_id: int, now: datetime
) -> list[TierLaid]:
    """Lay the occurrences of one item that are written down already on every tier, in the caller's transaction."""
    tiers = workspace.settings.chain.tiers
    return [_lay(connection, workspace, list_code, tier.id, now, item_id) for tier in tiers]


def lay_noted(connection: Connection, workspace: Workspace, list_code: str, now: datetime) -> list[TierLaid]:
    """Lay the occurrences of a list that `laying.note` noted on every tier, in the caller's transaction."""
    tiers = workspace.settings.chain.tiers
    return [_lay(connection, workspace, list_code, tier.id, now, noted=True) for tier in tiers]


def open_list(workspace: Workspace, list_code: str, now: datetime) -> int:
    """Write down what is to be laid of every item: its current occurrence, and those the policy lays ahead.

    Returns how many items those are.
    """
    with workspace.write(now) as connection:
        return _open_occurrences(connection, workspace, list_code, now)


def preview(workspace: Workspace, list_codes: Sequence[str], now: datetime) -> list[TierLaid]:
    """Who would get how many, by doing it and undoing it."""
    with workspace.write(now, keep=False) as connection:
        return _try(connection, workspace, list_codes, now)


def preview_accepting(
    workspace: Workspace, list_codes: Sequence[str], now: datetime
) -> tuple[list[TierLaid], Accepted]:
    """The same, the first reading of every open question taken before."""
    with workspace.write(now, keep=False) as connection:
        accepted = accept_within(connection, workspace, list_codes, now)
        return _try(connection, workspace, list_codes, now), accepted


def _try(connection: Connection, workspace: Workspace, list_codes: Sequence[str], now: datetime) -> list[TierLaid]:
    for code in list_codes:
        _open_occurrences(connection, workspace, code, now)
    tiers = workspace.settings.chain.tiers
    return [_lay(connection, workspace, code, tier.id, now) for code in list_codes for tier in tiers]


def _lay(
    connection: Connection,
    workspace: Workspace,
    list_code: str,
    tier_id: str,
    now: datetime,
    item_id: int | None = None,
    *,
    noted: bool = False,
    progress: Progress = _untold,
) -> TierLaid:
    settings = workspace.settings
    tier = settings.chain.tier(tier_id)
    members = settings.chain.laid(LaidOn.MEMBERS)
    organisation = organisation_store.load(connection, members if tier_id != members else None)
    work_list = live_list(connection, list_code)
    today = now.astimezone(settings.zone).date()
    seats = _seats(workspace, organisation, tier)
    if not seats and tier.laid_on is LaidOn.ONE:
        return TierLaid(list_code, tier.id, tier.name, 0, (), f"没有“{tier.name}”一级的岗位，这一级未交办")
    plain, urgent = kept_policies(connection, settings)
    queries = laying.chosen(
        connection, tier.id, tier.laid_on, work_list.id, today, plain, seats, item_id, urgent, noted=noted
    )
    issue = _Issue(connection, workspace, list_code, tier, Lamp(settings, laying.policies(connection), now), plain)
    laid = issue.portions(queries, progress)
    if laid is None:
        return TierLaid(list_code, tier.id, tier.name, 0, ())
    names = _names(organisation)
    whom = tuple((code, names.get(code, code), n) for code, n in laying.laid_rows(connection, laid))
    return TierLaid(list_code, tier.id, tier.name, laid.count, whom)


def _open_occurrences(connection: Connection, workspace: Workspace, list_code: str, now: datetime) -> int:
    zone = workspace.settings.zone
    today = now.astimezone(zone).date()
    rows: list[dict[str, Any]] = []
    items = 0
    for row in worklists.items(connection, live_list(connection, list_code).id):
        if row.needs_confirmation:
            continue
        deadline = from_record(row.deadline)
        periods = occurrences(deadline, row.issued_on, today, workspace.settings.ahead)
        rows += [occurrence_row(row.id, deadline, one, zone) for one in periods]
        items += 1
    laying.open_occurrences(connection, rows)
    return items


def occurrence_row(item_id: int, deadline: Deadline, period: Occurrence, zone: ZoneInfo) -> dict[str, Any]:
    """A period of an item as it is written down."""
    due_at = overdue_from(period.due_on, zone, deadline.due_time) if period.due_on else None
    dates = {"starts_on": period.starts_on, "due_on": period.due_on, "due_at": due_at}
    return {"item_id": item_id, "label": period.label, **dates}


def _seats(workspace: Workspace, organisation: Organisation, tier: Tier) -> list[dict[str, str | None]]:
    if tier.laid_on is LaidOn.ONE:
        seat = organisation.first_post(tier.id)
        if seat is not None:
            return [{"unit": organisation.post[seat].unit, "post": seat}]
        return [{"unit": unit.code, "post": None} for unit in organisation.units if unit.kind == tier.id][:1]
    if tier.laid_on is LaidOn.LEADERS:
        chain = workspace.settings.chain
        return [
            {"lead": unit.code, "post": post}
            for unit in organisation.units
            for post in dict.fromkeys(organisation.leaders_of(unit.code, chain))
        ]
    return []


@dataclass(frozen=True)
class _Issue:
    """One list issued to one tier, as of the lamp's now."""

    connection: Connection
    workspace: Workspace
    list_code: str
    tier: Tier
    lamp: Lamp
    policy_id: int

    def portions(self, queries: Sequence[Any], progress: Progress) -> laying.Laid | None:
        """Lay a portion after the other, each with an entry and a proof of its own: of a million assignments no step
        takes long, and little is held in memory. The block of all that is new; None where nothing is."""
        portions = laying.portions(self.connection, queries)
        done, total = 0, sum(portion.count for portion in portions)
        blocks = []
        if len(portions) > 1:  # counting a million takes seconds, too
            progress(0, total)
        for portion in portions:
            laid = laying.lay(self.connection, queries, portion, ledger.last(self.connection)[0] + 1)
            if laid is not None:
                ledger.record(self.connection, self._entry(laid))
                blocks.append(laid)
            done += portion.count
            if len(portions) > 1:
                progress(done, total)
        return laying.Laid(blocks[0].first, blocks[-1].last, sum(one.count for one in blocks)) if blocks else None

    def _entry(self, laid: laying.Laid) -> Entry:
        connection, settings, now = self.connection, self.workspace.settings, self.lamp.now
        ladder = settings.policy.ladders[Clock.FINISH]
        values = {
            "tier": self.tier.id,
            "first": laid.first,
            "last": laid.last,
            "count": laid.count,
            "issued_on": self.lamp.today.isoformat(),
            "sign": _sign_arm(self.workspace, self.tier, now),
            "finish": [arm(settings, ladder, due_on, due_at) for due_on, due_at in laying.due_groups(connection, laid)],
            "arms": arms_at_issue(self.lamp, self.policy_id, laying.measured(connection, laid)),
            "review": arm_laid(connection, settings, settings.policy, laid, now),
            "digest": ledger.digest_issued(connection, laid.first, laid.last),
        }
        return Entry(now, self._actor, "issue", [self.list_code], values)

    @cached_property
    def _actor(self) -> str:
        return office_post(self.workspace, self.connection)


def _sign_arm(workspace: Workspace, tier: Tier, now: datetime) -> dict[str, Any] | None:
    if tier.laid_on not in (LaidOn.UNITS, LaidOn.MEMBERS):
        return None
    ladder = workspace.settings.policy.ladders[Clock.SIGN]
    return arm_within(workspace.settings, ladder, now)


def _names(organisation: Organisation) -> dict[str, str]:
    names = {unit.code: unit.name for unit in organisation.units}
    return names | {post.code: post.title for post in organisation.posts}


def check_now(workspace: Workspace, now: datetime) -> None:
    """Refuse a time before the last act at once, before a flow is started for it."""
    with workspace.read() as connection:
        not_before_last_act(connection, now, workspace.settings, workspace.leeway)
