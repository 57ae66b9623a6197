"""The ladder as it was climbed: who was told what, when, and why."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import DELEGATE, OWNER, LaidOn, Tier
from responsibility.core.summary import Climbed, Duty
from responsibility.store import assignments, laying
from responsibility.store import organisation as organisation_store
from responsibility.usecases.codes import unknown_work
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import acting_for, nobody_at, why_you


def climbed(workspace: Workspace, item_code: str | None = None) -> list[Climbed]:
    """Every notice told so far (about one item), gathered by sweep, rung, recipient, item and unit, oldest first."""
    with workspace.read() as connection:
        rows = assignments.notices_about(connection, item_code)
        if item_code is not None and not rows and not assignments.of_item(connection, item_code):
            raise unknown_work(connection, item_code)
        return _gathered(connection, workspace, rows)


def _gathered(connection: Connection, workspace: Workspace, rows: list[Any]) -> list[Climbed]:
    zone = workspace.settings.zone
    chain = workspace.settings.chain
    organisation = organisation_store.load(connection)
    policies = laying.policies(connection)
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        to = None if row.tell == OWNER and row.post else row.recipient
        key = (row.seq, row.policy_id, row.clock, row.rung, row.tell, to, row.item_code, row.instead_of is None)
        groups.setdefault(key, []).append(row)
    lines = []
    for key, some in groups.items():
        row = some[0]
        rungs = Lamp(workspace.settings, policies, row.at).ladder(row.policy_id, row.clock).rungs
        height = next(at for at, rung in enumerate(rungs) if rung.id == row.rung)
        units = [_title(organisation, code) for code in dict.fromkeys(r.unit for r in some)]
        missing = [(r.instead_of, r.unit) for r in some if r.instead_of]
        owners = "、".join(dict.fromkeys(_title(organisation, about) for about, _ in missing))
        absent = owners if row.tell == DELEGATE else nobody_at(missing, chain, organisation)
        tier = chain.tier(row.tell) if row.tell in chain.order else None
        lines.append(
            Climbed(
                at=row.at.astimezone(zone),
                clock=row.clock,
                rung=row.rung,
                rung_name=rungs[height].name,
                recipient=_title(organisation, row.recipient) if key[5] else f"党员本人 {len(some)} 名",
                item=row.item_code,
                title=row.title,
                who="、".join(_counted(organisation, some)),
                nth=max(r.nth for r in some),
                why=_why(row.tell, tier, units, absent) if key[5] else "是责任人",
                height=height,
            )
        )
    return lines


def _why(tell: str, tier: Tier | None, units: list[str], absent: str) -> str:
    return acting_for([absent], None) if tell == DELEGATE else why_you(tell, tier, units, absent)


def _counted(organisation: Any, rows: list[Any]) -> list[str]:
    """Units, each with how many of its members are meant."""
    members = Counter(row.unit for row in rows if row.post)
    units = dict.fromkeys(row.unit for row in rows)
    return [_title(organisation, u) + (f" {members[u]} 名党员" if members[u] else "") for u in units]


def _title(organisation: Any, code: str) -> str:
    if code in organisation.post:
        return str(organisation.post[code].title)
    return str(organisation.unit[code].name) if code in organisation.unit else code


def duties(workspace: Workspace) -> list[Duty]:
    """What units and members have been laid, in the order it was laid."""
    chain = workspace.settings.chain
    below = {tier.id for tier in chain.tiers if tier.laid_on in (LaidOn.UNITS, LaidOn.MEMBERS)}
    with workspace.read() as connection:
        return [
            Duty(row.code, row.unit, row.post, row.works, row.due_on)
            for row in assignments.laid_on_tiers(connection, below)
        ]
