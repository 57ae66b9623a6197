"""What owners and the office do to an assignment: sign, report, submit, return, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import Action, State, advance
from responsibility.core.chain import Organisation
from responsibility.core.deadline import from_record, milestone_days
from responsibility.core.errors import AmbiguousCode, ResponsibilityError
from responsibility.core.escalation import Clock, overdue_from
from responsibility.core.text import showable
from responsibility.store import assignments, delegations, laying, ledger
from responsibility.store.evidence import keep
from responsibility.store.ledger import Entry
from responsibility.usecases.arming import rearmed, report_arm, reported_arms, returned_arms, standing
from responsibility.usecases.codes import unknown_work
from responsibility.usecases.lights import Lamp, arm, arm_within
from responsibility.usecases.rights import acting, actor_of, is_office, organisation_for, permitted
from responsibility.usecases.rollup import parents_to_close, parents_to_reopen
from responsibility.usecases.workspace import Workspace, evidence_folder


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did to one assignment."""

    code: str
    title: str
    action: Action
    before: State
    after: State
    actor: str
    on_behalf_of: str | None
    #: Codes of parents that closed with it, and of those that are open again.
    closed_above: tuple[str, ...] = ()
    reopened_above: tuple[str, ...] = ()
    #: What was recorded with it: text, count and its new total, percent, milestone, reason.
    recorded: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything an act decides on."""

    connection: Connection
    workspace: Workspace
    organisation: Organisation
    lamp: Lamp
    row: Any
    actor: str


Values = Mapping[str, Any]
Decide = Callable[[Case], Values]


def sign(workspace: Workspace, code: str, now: datetime, as_post: str | None = None) -> Done:
    """签收: the owner has received it; the sign clock stops."""

    def decide(case: Case) -> Values:
        due = report_arm(case.lamp, case.row.policy_id, case.row.report_rule) if case.row.works else None
        return {"arms": {Clock.REPORT.value: due}} if due else {}

    return act(workspace, Action.SIGN, code, now, as_post, decide)


def report(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    text: str = "",
    count: int | None = None,
    percent: int | None = None,
    milestone: int | None = None,
) -> Done:
    """反馈: what was done so far; `count` adds up, `percent` and `milestone` (the number reached) replace."""
    values = {"text": showable(text), "count": count, "percent": percent, "milestone": milestone}
    told = {key: value for key, value in values.items() if value not in (None, "")}

    def decide(case: Case) -> Values:
        total = case.row.counted + (count or 0)
        if count == 0 or total < 0:
            raise ResponsibilityError(f"数量 {count} 不对：现已累计 {case.row.counted}，新报的不能是 0，累计不能小于 0")
        steps = len(from_record(case.row.deadline).milestones)
        if milestone is not None and milestone > steps:
            raise ResponsibilityError(
                f"这一项有 {steps} 个节点，没有第 {milestone} 个", f"查看节点：zeren show {case.row.item_code}"
            )
        arms = reported_arms(case.connection, case.lamp, case.row, told)
        was = standing(case.connection, case.row, arms)
        reached = {"all_reached": True} if milestone and milestone == steps else {}
        return told | ({"total": total} if count is not None else {}) | reached | {"was": was, "arms": arms}

    return act(workspace, Action.REPORT, code, now, as_post, decide)


def submit(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    text: str = "",
    evidence: Sequence[Path] = (),
) -> Done:
    """报结: done as the owner sees it; the owner's clocks stop and the office's verification term begins.

    The files of `evidence` are kept in the workspace and listed in the ledger with their hashes.
    """

    def decide(case: Case) -> Values:
        late = case.row.due_at is not None and now >= case.row.due_at
        ladder = case.lamp.ladder(case.row.policy_id, Clock.VERIFY)
        values = {"text": showable(text), "late": late, "verify": arm_within(workspace.settings, ladder, now)}
        steps = len(milestone_days(case.row.deadline))
        if steps > case.row.milestones_done:  # what is done is done with all its milestones
            values["milestones"] = steps
        return values | ({"evidence": keep(evidence_folder(workspace), evidence)} if evidence else {})

    return act(workspace, Action.SUBMIT, code, now, as_post, decide)


def send_back(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    reason: str,
    due_on: date | None = None,
) -> Done:
    """退回: not good enough; the finish clock starts anew, for the same due date unless a new one is given."""

    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError("退回要写明原因", f"例：zeren return {code} --reason 缺会议记录")

    def decide(case: Case) -> Values:
        if due_on is not None and due_on < case.lamp.today:
            raise ResponsibilityError(
                f"退回后的时限 {due_on} 已经过去，没有退回", "写今天以后的日期，或不写 --due，原时限不变"
            )
        day, settings = due_on or case.row.due_on, workspace.settings
        again: dict[str, Any] = {"reason": reason, "reopened": reopened(case)}
        if due_on is not None and due_on != case.row.due_on:
            again["dates"] = [case.row.due_on and case.row.due_on.isoformat(), due_on.isoformat()]
        if day is None or not case.row.works:
            return again | {"finish": None}
        due_at = overdue_from(day, settings.zone) if due_on else case.row.due_at.astimezone(settings.zone)
        ladder = case.lamp.ladder(case.row.policy_id, Clock.FINISH)
        arms = rearmed(case.lamp, case.row, day, due_at) | returned_arms(case.lamp, case.row)
        return again | {"finish": arm(settings, ladder, day, due_at), "arms": arms}

    return act(workspace, Action.RETURN, code, now, as_post, decide)


def reopened(case: Case) -> dict[str, list[str]]:
    """Of a closed assignment: the parents that are open again without it, by the state they go back to."""
    if case.row.state != State.CLOSED:
        return {}
    rollup = case.lamp.policy(case.row.policy_id).rollup
    family = assignments.siblings(case.connection, case.row.occurrence_id)
    opened = parents_to_reopen(family, case.row.id, rollup, case.workspace.settings.chain, case.organisation)
    states: dict[str, list[str]] = {}
    for row in opened:
        states.setdefault("signed" if row.signs else "issued", []).append(row.code)
    return states


def close(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, text: str = "") -> Done:
    """销号: verified; all clocks fall silent, and parents close whose children have."""

    def decide(case: Case) -> Values:
        rollup = case.lamp.policy(case.row.policy_id).rollup
        family = assignments.siblings(case.connection, case.row.occurrence_id)
        chain, organisation = workspace.settings.chain, case.organisation
        rolled_up = parents_to_close(family, case.row.id, rollup, chain, organisation)
        return {"text": showable(text), "rolled_up": rolled_up}

    return act(workspace, Action.CLOSE, code, now, as_post, decide)


def act(
    workspace: Workspace,
    action: Action,
    code: str,
    now: datetime,
    as_post: str | None,
    decide: Decide,
    name: str | None = None,
) -> Done:
    """One act in one transaction: what it means, whether it may follow, who may do it; then what `decide` records.

    `name` is what the ledger calls it, where that is not the action.
    """
    with workspace.write(now) as connection:
        organisation = organisation_for(workspace, connection, acting(workspace, as_post))
        actor = actor_of(workspace, organisation, as_post)
        # Whom settings make an office post has not chosen among the posts of an item by that.
        chooses = as_post or not is_office(workspace, organisation, actor)
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        row = find(connection, organisation, code, actor if chooses else None, lamp.today)
        before = State(row.state)
        on_behalf_of = permitted(connection, workspace, organisation, row, action, actor, lamp.today)
        after = advance(before, action, row.code, State(row.before_pause) if row.before_pause else None)
        values = decide(Case(connection, workspace, organisation, lamp, row, actor))
        entry = Entry(now, actor, name or action.value, [row.code], values, on_behalf_of)
        ledger.record(connection, entry, [row.id])
        closed = tuple(values.get("rolled_up", ()))
        opened = tuple(code for codes in values.get("reopened", {}).values() for code in codes)
        return Done(row.code, row.title, action, before, after, actor, on_behalf_of, closed, opened, values)


def find(connection: Connection, organisation: Organisation, code: str, post: str | None, today: date) -> Any:
    """The one assignment `code` means: its own code, or an item's with the post that carries it or acts for it."""
    row = assignments.by_code(connection, code)
    if row is not None:
        return row
    rows = assignments.of_item(connection, code)
    if not rows:
        raise unknown_work(connection, code)
    rows = [row for row in rows if row.state != State.CANCELLED] or rows
    chosen = _of_post(rows, organisation, post) or _delegated(connection, rows, post, today) if post else rows
    if len(chosen) == 1:
        return chosen[0]
    choices = "、".join(row.code for row in (chosen or rows)[:12])
    more = f" 等 {len(chosen or rows)} 项" if len(chosen or rows) > 12 else ""
    why = "对应多项任务" if chosen else f"没有落在 {post} 上的任务"
    raise AmbiguousCode(f"{code} {why}，什么都没有做。可选：{choices}{more}", "写完整的任务编号，或用 --as 指明岗位")


def _of_post(rows: Sequence[Any], organisation: Organisation, post: str) -> list[Any]:
    """The assignments of a post: its own, or its unit's; of a recurring item the newest."""
    own = [row for row in rows if row.post == post]
    unit = organisation.post[post].unit
    mine = own or [row for row in rows if row.post is None and row.unit == unit]
    open_ = [row for row in mine if row.state not in ("closed", "cancelled")]
    return open_ or mine


def _delegated(connection: Connection, rows: Sequence[Any], post: str, today: date) -> list[Any]:
    """The assignments on which a post acts for the owner today."""
    mine = set(delegations.of_post(connection, post, today))
    return [row for row in rows if row.id in mine]
