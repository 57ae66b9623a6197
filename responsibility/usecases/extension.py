"""延期: asked for before the due date, agreed to tier by tier, granted with a new date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import STATE_NAMES, Action, State
from responsibility.core.chain import OWNER, UNIT_HEAD, routes
from responsibility.core.errors import NoRight, ResponsibilityError
from responsibility.core.escalation import Clock, overdue_from, runs
from responsibility.core.summary import ExtensionLine
from responsibility.core.text import showable
from responsibility.store import extensions, laying, ledger, worklists
from responsibility.store.ledger import Entry
from responsibility.usecases.arming import rearmed
from responsibility.usecases.lights import Lamp, arm
from responsibility.usecases.rights import acting, actor_of, is_office, organisation_for
from responsibility.usecases.verbs import Case, Done, Values, act, find
from responsibility.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a request when somebody agreed or refused."""

    code: str
    title: str
    actor: str
    on_behalf_of: str | None
    #: `open` while others have to agree, else `approved` or `rejected`.
    status: str
    #: Who has to agree next, in words; empty when it is decided.
    next: str
    due_on: date
    asked_for: date
    extensions: int


def extend(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    to: date,
    reason: str,
    progress: str = "",
    late: bool = False,
) -> Done:
    """Ask for a later date. After the due date only the office may, by `late`: granted at once, recorded as late."""
    reason, progress = showable(reason).strip(), showable(progress).strip()
    if not reason:
        raise ResponsibilityError("申请延期要写明原因", f"例：zeren extend {code} --to {to} --reason 会期推迟")

    def decide(case: Case) -> Values:
        _check(case, to, late)
        row = case.row
        asked = {"to": to.isoformat(), "from": row.due_on.isoformat(), "reason": reason, "progress": progress}
        told = asked | {"by": case.actor, "agreed": _agreed_already(case), "late": late}
        return told | (_granted(case.workspace, case.lamp, row, to) if late else {})

    return act(workspace, Action.EXTEND, code, now, as_post, decide)


def approve(
    workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, to: date | None = None
) -> Decided:
    """Agree to what was asked for (or to another date): the last who has to makes it the new date."""
    with workspace.write(now) as connection:
        case, asked, actor, on_behalf_of = _asked(workspace, connection, code, now, as_post)
        _check_open(case.row)
        steps = case.lamp.policy(case.row.policy_id).extension_agrees
        day = to or asked.to_on
        if day <= case.row.due_on:
            raise ResponsibilityError(f"{day} 不晚于现在的时限 {case.row.due_on}，没有改动", "写一个更晚的日期：--to")
        last = asked.agreed + 1 >= len(steps)
        values: dict[str, Any] = {"of": asked.seq, "to": day.isoformat(), "step": asked.agreed + 1}
        if last:
            values |= _granted(workspace, case.lamp, case.row, day)
        act_name = "extend.approve" if last else "extend.agree"
        ledger.record(connection, Entry(now, actor, act_name, [case.row.code], values, on_behalf_of), [case.row.id])
        status, follows = ("approved", "") if last else ("open", _whom(steps[asked.agreed + 1], workspace))
        count = case.row.extensions + last
        due_on = day if last else case.row.due_on
        return Decided(case.row.code, case.row.title, actor, on_behalf_of, status, follows, due_on, day, count)


def reject(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, reason: str) -> Decided:
    """Refuse: the date stays as it is, and the reason is recorded."""
    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError("不同意延期要写明原因", f"例：zeren extension reject {code} --reason 时间够用")
    with workspace.write(now) as connection:
        case, asked, actor, on_behalf_of = _asked(workspace, connection, code, now, as_post)
        values = {"of": asked.seq, "reason": reason}
        entry = Entry(now, actor, "extend.reject", [case.row.code], values, on_behalf_of)
        ledger.record(connection, entry, [case.row.id])
        row = case.row
        done = (row.code, row.title, actor, on_behalf_of, "rejected", "")
        return Decided(*done, row.due_on, asked.to_on, row.extensions)


def asked_for(workspace: Workspace, *, everything: bool = False) -> list[ExtensionLine]:
    """What nobody has decided yet (or all that was ever asked for), oldest first."""
    with workspace.read() as connection:
        policies = laying.policies(connection)
        rows = extensions.all_of(connection, undecided=not everything)
        lamp = Lamp(workspace.settings, policies, rows[0].asked_at) if rows else None
        return [_line(workspace, row, lamp.policy(row.policy_id).extension_agrees) for row in rows if lamp]


def _line(workspace: Workspace, row: Any, steps: Sequence[str]) -> ExtensionLine:
    waiting = _whom(steps[row.agreed], workspace) if row.status == "open" and row.agreed < len(steps) else ""
    return ExtensionLine(
        code=row.code,
        title=row.title,
        from_on=row.from_on,
        to_on=row.to_on,
        reason=row.reason,
        progress=row.progress,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        status=row.status,
        waits_for=waiting,
        answer=row.answer,
        late=row.late,
        extensions=row.extensions,
    )


def _check(case: Case, to: date, late: bool) -> None:
    row, lamp = case.row, case.lamp
    if row.due_on is None:
        raise ResponsibilityError(f"{row.code} 没有完成时限，不用延期", f"查看：zeren show {row.code}")
    if to <= row.due_on or to < lamp.today:
        raise ResponsibilityError(
            f"{to} 不晚于现在的时限 {row.due_on}（今天 {lamp.today}），没有改动", "写一个更晚的日期：--to"
        )
    waiting = extensions.open_one(case.connection, row.id)
    if waiting is not None:
        raise ResponsibilityError(
            f"{row.code} 已经申请延期到 {waiting.to_on}，还没有答复", "查看：zeren extension list"
        )
    overdue = lamp.now >= row.due_at
    if late and not is_office(case.workspace, case.organisation, case.actor):
        raise NoRight("逾期后的延期只有办公室能特批", "由办公室办理，不写 --as")
    if overdue and not late:
        rule = lamp.policy(row.policy_id).extension_rule
        raise ResponsibilityError(
            f"{row.code} 的时限 {row.due_on} 已过。{rule}",
            f"办公室特批（记为逾期后延期）：zeren extend {row.code} --to {to} --reason 原因 --late",
        )
    if late and not overdue:
        raise ResponsibilityError(f"{row.code} 还没有到期，不用特批", "去掉 --late，照常申请")


def _check_open(row: Any) -> None:
    """What is over needs no later date."""
    if row.state in (State.CLOSED, State.CANCELLED):
        raise ResponsibilityError(
            f"{row.code} 已经{STATE_NAMES[State(row.state)].removeprefix('已')}，延期申请不用再答复，没有改动",
            f"查看：zeren show {row.item_code}",
        )


def _agreed_already(case: Case) -> int:
    """How many of the first steps the one who asks stands for: the owner of a unit's work is its head.

    The office that writes a request down for the owner has not agreed to it by that.
    """
    steps = case.lamp.policy(case.row.policy_id).extension_agrees
    chain, organisation = case.workspace.settings.chain, case.organisation
    stands_for = {case.row.post or organisation.head(case.row.unit, chain)}
    if organisation.post[case.actor].tier != chain.office:
        stands_for.add(case.actor)
    for at, step in enumerate(steps):
        if not stands_for & set(_posts(case, step)):
            return min(at, len(steps) - 1)
    return len(steps) - 1  # nobody grants an extension to himself alone


def _posts(case: Case, step: str) -> list[str]:
    """The posts that may agree at a step."""
    row, workspace = case.row, case.workspace
    named = worklists.leaders_named(case.connection).get(row.item_id, ()) if row.names_leaders else ()
    chain = workspace.settings.chain
    return [r.post for r in routes(step, row.unit, chain, case.organisation, case.lamp.today, named)]


def _asked(
    workspace: Workspace, connection: Connection, code: str, now: datetime, as_post: str | None
) -> tuple[Case, Any, str, str | None]:
    """The case, its open request, who acts, and for whom."""
    organisation = organisation_for(workspace, connection, acting(workspace, as_post))
    actor = actor_of(workspace, organisation, as_post)
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    row = find(connection, organisation, code, None, lamp.today)
    case = Case(connection, workspace, organisation, lamp, row, actor)
    asked = extensions.open_one(connection, row.id)
    if asked is None:
        raise ResponsibilityError(f"{row.code} 没有等待答复的延期申请", "全部申请：zeren extension list --all")
    step = lamp.policy(row.policy_id).extension_agrees[asked.agreed]
    posts = _posts(case, step)
    if actor in posts:
        return case, asked, actor, None
    if is_office(workspace, organisation, actor) and posts:
        return case, asked, actor, posts[0]
    who = "、".join(f"{post}（{organisation.post[post].title}）" for post in posts if post in organisation.post)
    raise NoRight(
        f"现在轮到{_whom(step, workspace)}答复 {row.code} 的延期申请，{actor} 不能",
        f"能答复的：{who or '没有人在任'}；办公室可以代为记录，不写 --as",
    )


def _granted(workspace: Workspace, lamp: Lamp, row: Any, to: date) -> dict[str, Any]:
    """The finish clock on its new date, and the line drawn anew; a time of day is kept. They run where work goes on."""
    settings = workspace.settings
    old = row.due_at.astimezone(settings.zone)
    at = overdue_from(to, settings.zone) if old.time() == datetime.min.time() else old + (to - row.due_on)
    runs_now = runs(Clock.FINISH, State(row.state))
    granted = {**arm(settings, lamp.ladder(row.policy_id, Clock.FINISH), to, at), "runs": runs_now}
    return {"granted": granted, "arms": rearmed(lamp, row, to, at) if runs_now else {}}


def _whom(step: str, workspace: Workspace) -> str:
    chain = workspace.settings.chain
    names = {OWNER: "责任人", UNIT_HEAD: "单位负责人"}
    return names.get(step) or chain.tier(step).name
