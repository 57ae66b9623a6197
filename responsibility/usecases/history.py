"""The ladder as it was climbed: who was told what, when, and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn
from responsibility.core.errors import UnknownCode
from responsibility.core.summary import Climbed, Duty
from responsibility.store import assignments, laying
from responsibility.store import organisation as organisation_store
from responsibility.usecases.lights import Lamp
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import why_you


def climbed(workspace: Workspace, item_code: str | None = None) -> list[Climbed]:
    """Every notice told so far (about one item), gathered by sweep, rung, recipient, item and unit, oldest first."""
    with workspace.read() as connection:
        rows = assignments.notices_about(connection, item_code)
        if item_code is not None and not rows and not assignments.of_item(connection, item_code):
            raise UnknownCode(f"没有编号为 {item_code} 的重点工作", "查看编号：zeren list show")
        return _gathered(connection, workspace, rows)


def _gathered(connection: Connection, workspace: Workspace, rows: list[Any]) -> list[Climbed]:
    chain = workspace.settings.chain
    organisation = organisation_store.load(connection)
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        key = (row.seq, row.policy_id, row.clock, row.rung, row.recipient, row.item_code, row.unit, row.instead_of)
        groups.setdefault(key, []).append(row)
    lamps: dict[Any, Lamp] = {}
    policies = laying.policies(connection)
    lines = []
    for some in groups.values():
        row = some[0]
        lamp = lamps.setdefault(row.at, Lamp(workspace.settings, policies, row.at))
        rung = next(r for r in lamp.ladder(row.policy_id, row.clock).rungs if r.id == row.rung)
        unit = organisation.unit[row.unit].name if row.unit in organisation.unit else row.unit
        vacant = _title(organisation, row.instead_of) if row.instead_of else ""
        lines.append(
            Climbed(
                at=row.at.astimezone(workspace.settings.zone),
                clock=row.clock,
                rung=row.rung,
                rung_name=rung.name,
                recipient=_title(organisation, row.recipient),
                item=row.item_code,
                title=row.title,
                who=unit if row.post is None else f"{unit} {len(some)} 名党员",
                nth=max(r.nth for r in some),
                why=why_you(row.tell, chain.tier(row.tell) if row.tell in chain.order else None, unit, vacant),
                height=lamp.ladder(row.policy_id, row.clock).rungs.index(rung),
            )
        )
    return lines


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
