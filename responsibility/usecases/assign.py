"""Down the chain: laying a list's items on a tier (交办), and trying it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn, Organisation, Tier
from responsibility.core.deadline import from_record, occurrence
from responsibility.core.escalation import Clock, overdue_from
from responsibility.core.summary import Accepted, TierLaid
from responsibility.store import laying, ledger, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.codes import live_list
from responsibility.usecases.lights import arm, arm_within
from responsibility.usecases.policies import kept_policies
from responsibility.usecases.questions import accept_within
from responsibility.usecases.workspace import Workspace, not_before_last_act, office_post


def lists_to_assign(workspace: Workspace, asked: str | None = None) -> list[str]:
    """The codes of the lists to lay: the one asked for, or all that are not cancelled."""
    with workspace.read() as connection:
        if asked is None:
            return worklists.codes_of_lists(connection, live=True)
        return [live_list(connection, asked).code]


def lay_tier(workspace: Workspace, list_code: str, tier_id: str, now: datetime) -> TierLaid:
    """Lay a list on one tier in one transaction; running it again lays nothing twice."""
    with workspace.write(now) as connection:
        return _lay(connection, workspace, list_code, tier_id, now)


def lay_item(
    connection: Connection, workspace: Workspace, list_code: str, item_id: int, now: datetime
) -> list[TierLaid]:
    """Lay the occurrences of one item that are written down already on every tier, in the caller's transaction."""
    tiers = workspace.settings.chain.tiers
    return [_lay(connection, workspace, list_code, tier.id, now, item_id) for tier in tiers]


def open_list(workspace: Workspace, list_code: str, now: datetime) -> int:
    """Write down the current occurrence of every item that may be laid; returns how many items those are."""
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
    laid = laying.lay(connection, tier.id, tier.laid_on, work_list.id, today, plain, seats, item_id, urgent)
    if laid is None:
        return TierLaid(list_code, tier.id, tier.name, 0, ())
    ledger.record(connection, _entry(connection, workspace, list_code, tier, laid, now))
    names = _names(organisation)
    whom = tuple((code, names.get(code, code), n) for code, n in laying.laid_rows(connection, laid))
    return TierLaid(list_code, tier.id, tier.name, laid.count, whom)


def _open_occurrences(connection: Connection, workspace: Workspace, list_code: str, now: datetime) -> int:
    zone = workspace.settings.zone
    today = now.astimezone(zone).date()
    rows = []
    for row in worklists.items(connection, live_list(connection, list_code).id):
        if row.needs_confirmation:
            continue
        deadline = from_record(row.deadline)
        current = occurrence(deadline, row.issued_on, today)
        due_at = overdue_from(current.due_on, zone, deadline.due_time) if current.due_on else None
        period = {"label": current.label, "starts_on": current.starts_on, "due_on": current.due_on}
        rows.append({"item_id": row.id, **period, "due_at": due_at})
    laying.open_occurrences(connection, rows)
    return len(rows)


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
            for post in organisation.leaders_of(unit.code, chain)
        ]
    return []


def _entry(
    connection: Connection, workspace: Workspace, list_code: str, tier: Tier, laid: laying.Laid, now: datetime
) -> Entry:
    settings = workspace.settings
    ladder = settings.policy.ladders[Clock.FINISH]
    values = {
        "tier": tier.id,
        "first": laid.first,
        "last": laid.last,
        "count": laid.count,
        "issued_on": now.astimezone(settings.zone).date().isoformat(),
        "sign": _sign_arm(workspace, tier, now),
        "finish": [arm(settings, ladder, due_on, due_at) for due_on, due_at in laying.due_groups(connection, laid)],
        "digest": ledger.digest_issued(connection, laid.first, laid.last),
    }
    return Entry(now, office_post(workspace, connection), "issue", [list_code], values)


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
        not_before_last_act(connection, now, workspace.settings)
