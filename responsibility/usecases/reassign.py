"""An item's work goes from one unit, or one leader, to another (转办): taken back there, handed out here, in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State
from responsibility.core.chain import LaidOn, Organisation, Post
from responsibility.core.deadline import Kind, from_record, milestone_days
from responsibility.core.errors import AmbiguousCode, ResponsibilityError
from responsibility.core.escalation import Clock
from responsibility.core.summary import ItemReassigned
from responsibility.core.text import showable
from responsibility.store import assignments, laying, ledger, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.ledger import Entry
from responsibility.usecases.arming import milestone_arms, rearmed
from responsibility.usecases.assign import lay_item
from responsibility.usecases.codes import find_item, unknown_seat
from responsibility.usecases.lights import Lamp, arm, arm_within
from responsibility.usecases.review_clock import arm_first
from responsibility.usecases.rollup import parents_to_close
from responsibility.usecases.withdraw import CANCELLABLE, taken_back
from responsibility.usecases.workspace import Workspace, office_post


@dataclass(frozen=True, slots=True)
class _Who:
    """A unit, or a leader's post."""

    code: str
    name: str
    is_leader: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything a reassignment decides on."""

    connection: Connection
    workspace: Workspace
    organisation: Organisation
    lamp: Lamp
    item: Any
    source: _Who
    target: _Who

    def leaders_of(self, units: Iterable[str]) -> set[str]:
        chain = self.workspace.settings.chain
        return {post for unit in units for post in self.organisation.leaders_of(unit, chain)}

    def current(self) -> list[Any]:
        """What is laid of the item and still counts: of a recurring one the occurrences that are not over."""
        rows = assignments.of_item(self.connection, self.item.code)
        return [row for row in rows if not row.label or row.occurrence_due_on >= self.lamp.today]


def reassign(
    workspace: Workspace, code: str, source: str, target: str, now: datetime, *, reason: str = ""
) -> ItemReassigned:
    """Move an item's work from a unit or leader to another of the same sort.

    What is open is cancelled and laid on the new one at once, with the same due date; what is closed stays closed. Of a
    recurring item the current occurrence moves and those to come; what is owed from earlier ones stays where it is.
    """
    with workspace.write(now) as connection:
        organisation = organisation_store.load(connection)
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        who = [_who(workspace, organisation, text, lamp) for text in (source, target)]
        case = _Case(connection, workspace, organisation, lamp, find_item(connection, code), *who)
        _check(case)
        carried = _carriers(case)
        laid = case.current()
        _check_open(case, laid, carried)
        _move_leader(case) if case.source.is_leader else _move_unit(case, laid)
        return _settle(case, laid, now, reason)


# -- who is meant ------------------------------------------------------------------------------------------------------


def _who(workspace: Workspace, organisation: Organisation, text: str, lamp: Lamp) -> _Who:
    """A unit by code or name, or a post by code, title or holder; a post that is no leader's stands for its unit."""
    units = [unit for unit in organisation.units if text in (unit.code, unit.name)]
    if units:
        return _Who(units[0].code, units[0].name, False)
    posts = [post for post in organisation.posts if text in _names(organisation, post, lamp)]
    if not posts:
        raise unknown_seat(organisation, text)
    if len(posts) > 1:
        codes = "、".join(post.code for post in posts[:12])
        raise AmbiguousCode(f"“{text}”对应多个岗位：{codes}，什么都没有做", "写岗位编号或单位编号")
    return _of_post(workspace, organisation, posts[0])


def _names(organisation: Organisation, post: Post, lamp: Lamp) -> set[str]:
    return {post.code, post.title, *(person.name for person in organisation.holders(post.code, lamp.today))}


def _of_post(workspace: Workspace, organisation: Organisation, post: Post) -> _Who:
    chain = workspace.settings.chain
    if post.tier == chain.laid(LaidOn.LEADERS):
        return _Who(post.code, post.title, True)
    if post.tier == chain.laid(LaidOn.MEMBERS):
        raise ResponsibilityError(
            f"{post.code}（{post.title}）是党员岗位，事项不能单独转给或转自一名党员",
            f"写单位：--from {post.unit}；党员跟着单位走",
        )
    return _Who(post.unit, organisation.unit[post.unit].name, False)


def _check(case: _Case) -> None:
    source, target = case.source, case.target
    if source.is_leader is not target.is_leader:
        raise ResponsibilityError(
            f"{source.name}和{target.name}不是同一类：单位转给单位，领导转给领导，没有改动", "查看：zeren org show"
        )
    if source.code == target.code:
        raise ResponsibilityError(f"--from 和 --to 都是{source.name}，没有改动", f"查看：zeren show {case.item.code}")
    if case.item.needs_confirmation:
        raise ResponsibilityError(
            f"{case.item.code} 的时限还没有确认，先确认再转办", f"zeren list confirm {case.item.code} --reading 1"
        )


# -- whether there is something to move --------------------------------------------------------------------------------


def _carriers(case: _Case) -> dict[str, str]:
    """Code → name of the units, or of the leaders, that have the item now."""
    connection, item, organisation = case.connection, case.item.id, case.organisation
    if not case.source.is_leader:
        units = [*worklists.units_of_item(connection, item), *sorted(worklists.members_of_item(connection, item))]
        return {code: _unit_name(organisation, code) for code in units}
    named, excused = worklists.leaders_of_item(connection, item)
    leaders = named | (_overseers(case) - excused)
    return {code: organisation.post[code].title for code in sorted(leaders) if code in organisation.post}


def _unit_name(organisation: Organisation, code: str) -> str:
    return organisation.unit[code].name if code in organisation.unit else code


def _overseers(case: _Case) -> set[str]:
    """The leaders over the item's lead units."""
    units = worklists.units_of_item(case.connection, case.item.id)
    return case.leaders_of(unit for unit, role in units.items() if role == "lead")


def _check_open(case: _Case, laid: Sequence[Any], carried: Mapping[str, str]) -> None:
    """Raise unless the source has the item, with something open of it where it is laid."""
    own = [row for row in laid if _is_of(case, row, case.source)]
    if case.source.code not in carried and not any(row.state in CANCELLABLE for row in own):
        names = "、".join(f"{name}（{code}）" for code, name in carried.items()) or "无"
        raise ResponsibilityError(
            f"{case.item.code} 不在{case.source.name}名下，没有改动；现在是：{names}",
            f"查看：zeren show {case.item.code}",
        )
    if any(row.state == State.CLOSED for row in own) and not any(row.state in CANCELLABLE for row in own):
        raise ResponsibilityError(
            f"{case.item.code} 在{case.source.name}已经销号，没有可转的", "周期性事项：下一期交办后再转"
        )


def _is_of(case: _Case, row: Any, who: _Who) -> bool:
    """Whether an assignment is the unit's own, or its members', or the leader's."""
    laid = case.workspace.settings.chain.tier(row.tier).laid_on
    if who.is_leader:
        return laid is LaidOn.LEADERS and row.post == who.code
    return laid in (LaidOn.UNITS, LaidOn.MEMBERS) and row.unit == who.code


# -- saying anew who has it --------------------------------------------------------------------------------------------


def _move_unit(case: _Case, laid: Sequence[Any]) -> None:
    connection, item = case.connection, case.item.id
    units, members = worklists.units_of_item(connection, item), worklists.members_of_item(connection, item)
    source, target = case.source.code, case.target.code
    role = units.pop(source, None)
    if role is None and source not in members:
        role = next((row.role for row in laid if row.unit == source and row.post is None), None)
    if role is not None:
        units[target] = "lead" if "lead" in (role, units.get(target)) else role
    if source in members:
        if not case.organisation.members_of(target, case.workspace.settings.chain):
            raise ResponsibilityError(
                f"{case.target.name}没有党员岗位，接不了落到党员的事项，没有改动", "补上党员岗位：zeren org import"
            )
        members = members - {source} | {target}
    worklists.set_units(connection, item, units, members)


def _move_leader(case: _Case) -> None:
    """Name the new leader; the old one is excused where overseeing a lead unit would bring the item back."""
    named, excused = worklists.leaders_of_item(case.connection, case.item.id)
    overseers = _overseers(case)
    source, target = case.source.code, case.target.code
    others = named or (overseers - excused)
    excused = excused - {target} | ({source} & overseers)
    worklists.set_leaders(case.connection, case.item.id, others - {source} | {target}, excused)


# -- bringing what is laid to it ---------------------------------------------------------------------------------------


def _settle(case: _Case, laid: Sequence[Any], now: datetime, reason: str) -> ItemReassigned:
    connection, item = case.connection, case.item
    office = office_post(case.workspace, connection)
    tiers = lay_item(connection, case.workspace, item.list_code, item.id, now) if laid else []
    again = _hand_out_again(case, laid, office, now)
    leaving = _leaving(case, laid)
    closing = _closing(case, leaving)
    values = {
        "from": case.source.code,
        "to": case.target.code,
        "reason": showable(reason).strip(),
        **taken_back(connection, [row.id for row in leaving]),
        "rolled_up": closing,
    }
    ledger.record(connection, Entry(now, office, "item.reassign", [item.code], values))
    return ItemReassigned(
        code=item.code,
        title=item.title,
        source=case.source.name,
        target=case.target.name,
        cancelled=tuple(row.code for row in leaving),
        laid=sum(tier.assignments for tier in tiers),
        again=tuple(again),
        closed_above=tuple(closing),
        assigned=bool(laid),
    )


def _leaving(case: _Case, laid: Sequence[Any]) -> list[Any]:
    """What is open and goes: the source's own, and leaders who have nothing left to oversee and are not named."""
    open_ = [row for row in laid if row.state in CANCELLABLE]
    gone = {case.source.code} if case.source.is_leader else _idle_leaders(case)
    leaders = [row for row in open_ if row.post in gone and _tier_of_leaders(case, row)]
    return leaders if case.source.is_leader else [row for row in open_ if _is_of(case, row, case.source)] + leaders


def _idle_leaders(case: _Case) -> set[str]:
    connection, item = case.connection, case.item.id
    named, _ = worklists.leaders_of_item(connection, item)
    left = {*worklists.units_of_item(connection, item), *worklists.members_of_item(connection, item)}
    return case.leaders_of([case.source.code]) - case.leaders_of(left) - named


def _tier_of_leaders(case: _Case, row: Any) -> bool:
    return case.workspace.settings.chain.tier(row.tier).laid_on is LaidOn.LEADERS


def _closing(case: _Case, leaving: Sequence[Any]) -> list[str]:
    """The parents that are complete without what leaves."""
    gone = {row.id for row in leaving}
    chain = case.workspace.settings.chain
    closing: list[str] = []
    for occurrence, policy in {row.occurrence_id: row.policy_id for row in leaving}.items():
        family = [row for row in assignments.siblings(case.connection, occurrence) if row.id not in gone]
        rollup = case.lamp.policy(policy).rollup
        closing += parents_to_close(family, None, rollup, chain, case.organisation)
    return closing


def _hand_out_again(case: _Case, laid: Sequence[Any], office: str, now: datetime) -> list[str]:
    """Issue anew what was once cancelled of those who have the work now: an assignment's code is never given twice."""
    back = [row for row in laid if row.state == State.CANCELLED and _is_back(case, row)]
    if back:
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for row in back:
            alike = (row.occurrence_id, row.policy_id, row.counted, row.percent, row.milestones_done)
            groups.setdefault(alike, []).append(row)
        values = {
            "issued_on": case.lamp.today.isoformat(),
            "again": [_again(case.lamp, rows, now) for rows in groups.values()],
        }
        entry = Entry(now, office, "reissue", [row.code for row in back], values)
        ledger.record(case.connection, entry, [row.id for row in back])
    return [row.code for row in back]


def _is_back(case: _Case, row: Any) -> bool:
    if _tier_of_leaders(case, row):
        named, excused = worklists.leaders_of_item(case.connection, case.item.id)
        return row.post in (named | (_overseers(case) - excused))
    if not _is_of(case, row, case.target):
        return False
    return row.post is None or row.post in case.organisation.post


def _again(lamp: Lamp, rows: Sequence[Any], now: datetime) -> dict[str, Any]:
    """How one occurrence's assignments under one policy start anew."""
    first = rows[0]
    due_on, due_at = first.occurrence_due_on, first.occurrence_due_at
    milestones = milestone_arms(lamp, first.policy_id, milestone_days(first.deadline), due_on, first.milestones_done)
    arms = {**rearmed(lamp, first, due_on, due_at), **milestones} if due_on else {}
    finish = lamp.ladder(first.policy_id, Clock.FINISH)
    long_term = from_record(first.deadline).kind is Kind.LONG_TERM
    return {
        "codes": [row.code for row in rows],
        "due_on": due_on and due_on.isoformat(),
        "due_at": due_at and due_at.isoformat(),
        "sign": arm_within(lamp.settings, lamp.ladder(first.policy_id, Clock.SIGN), now),
        "sign_codes": [row.code for row in rows if row.signs],
        "finish": arm(lamp.settings, finish, due_on, due_at) if due_on else None,
        "finish_codes": [row.code for row in rows if row.works],
        "arms": arms,
        "review": arm_first(lamp.settings, lamp.policy(first.policy_id), now) if long_term else None,
        "review_codes": [row.code for row in rows if row.works],
    }
