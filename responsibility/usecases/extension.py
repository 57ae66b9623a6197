"""延期: asked for before the due date, agreed to tier by tier, granted with a new date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import STATE_NAMES, Action, State
from responsibility.core.chain import Organisation
from responsibility.core.errors import AmbiguousCode, NoRight, ResponsibilityError
from responsibility.core.escalation import Clock, overdue_from, runs
from responsibility.core.summary import ExtensionLine
from responsibility.core.text import showable
from responsibility.store import assignments, extensions, laying, ledger
from responsibility.store.ledger import Entry
from responsibility.usecases.answering import Answering
from responsibility.usecases.arming import rearmed
from responsibility.usecases.codes import unknown_seat
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
        status, follows = ("approved", "") if last else ("open", _answering(case).whom(case.row, asked.agreed + 1))
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


def asked_for(
    workspace: Workspace, *, everything: bool = False, now: datetime | None = None, whom: str | None = None
) -> list[ExtensionLine]:
    """What nobody has decided yet (or all that was ever asked for), oldest first.

    `whom` (a post, or a unit for its head) keeps what that post answers next; `now` is the day that posts are held on.
    """
    with workspace.read() as connection:
        rows = extensions.all_of(connection, undecided=not everything)
        organisation = organisation_for(workspace, connection, whom)
        post = _seat(workspace, organisation, whom) if whom else None
        if not rows or (whom and not post):
            return []
        lamp = Lamp(workspace.settings, laying.policies(connection), now or rows[-1].asked_at)
        answering = Answering(connection, workspace.settings, organisation, lamp)
        if post:
            rows = [row for row in rows if _waits(row) and answering.answers(post, row, row.agreed)]
        return [_line(answering, row) for row in rows]


def waiting(workspace: Workspace) -> int:
    """How many requests wait for somebody's answer."""
    with workspace.read() as connection:
        return extensions.waiting(connection)


def _seat(workspace: Workspace, organisation: Organisation, whom: str) -> str | None:
    """The post itself, or the head of a unit, where it has one."""
    if whom not in organisation.post and whom not in organisation.unit:
        raise unknown_seat(organisation, whom)
    return whom if whom in organisation.post else organisation.head(whom, workspace.settings.chain)


def _waits(row: Any) -> bool:
    return row.status == extensions.OPEN and row.state not in extensions.OVER


def _line(answering: Answering, row: Any) -> ExtensionLine:
    waits = _waits(row)
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
        waits_for=answering.whom(row, row.agreed) if waits else "",
        answer_as=tuple(answering.posts(row, row.agreed)) if waits else (),
        answer=row.answer,
        late=row.late,
        extensions=row.extensions,
        due_on=row.due_on,
    )


def _check(case: Case, to: date, late: bool) -> None:
    row, lamp = case.row, case.lamp
    if row.due_on is None:
        raise ResponsibilityError(f"{row.code} 没有完成时限，不用延期", f"查看：zeren show {row.code}")
    if to <= row.due_on or to < lamp.today:
        raise ResponsibilityError(
            f"{to} 不晚于现在的时限 {row.due_on}（今天 {lamp.today}），没有改动", "写一个更晚的日期：--to"
        )
    asked = extensions.open_one(case.connection, row.id)
    if asked is not None:
        raise ResponsibilityError(f"{row.code} 已经申请延期到 {asked.to_on}，还没有答复", "查看：zeren extension list")
    overdue = lamp.now >= row.due_at
    office = is_office(case.workspace, case.organisation, case.actor)
    if late and not office:
        raise NoRight("逾期后的延期只有办公室能特批", "由办公室办理，不写 --as")
    if overdue and not late:
        rule = lamp.policy(row.policy_id).extension_rule
        raise ResponsibilityError(
            f"{row.code} 的时限 {row.due_on} 已过。{rule}",
            f"办公室特批（记为逾期后延期）：zeren extend {row.code} --to {to} --reason 原因 --late"
            if office
            else "逾期后的延期只有办公室能特批，请向办公室说明原因",
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
    answering = _answering(case)
    for at in range(len(steps)):
        if not stands_for & set(answering.posts(case.row, at)):
            return min(at, len(steps) - 1)
    return len(steps) - 1  # nobody grants an extension to himself alone


def _answering(case: Case) -> Answering:
    return Answering(case.connection, case.workspace.settings, case.organisation, case.lamp)


def _meant(connection: Connection, organisation: Organisation, code: str, today: date) -> Any:
    """The assignment to be answered about; of an item the one that waits, where only one does."""
    if assignments.by_code(connection, code) is None:
        waiting = [row.code for row in extensions.all_of(connection, undecided=True) if row.item_code == code]
        if len(waiting) > 1:
            codes = "、".join(waiting[:12]) + (f" 等 {len(waiting)} 项" if len(waiting) > 12 else "")
            raise AmbiguousCode(
                f"{code} 有 {len(waiting)} 项延期申请等待答复，什么都没有做。可选：{codes}", "写完整的任务编号"
            )
        code = waiting[0] if waiting else code
    return find(connection, organisation, code, None, today)


def _asked(
    workspace: Workspace, connection: Connection, code: str, now: datetime, as_post: str | None
) -> tuple[Case, Any, str, str | None]:
    """The case, its open request, who acts, and for whom."""
    organisation = organisation_for(workspace, connection, acting(workspace, as_post))
    actor = actor_of(workspace, organisation, as_post)
    lamp = Lamp(workspace.settings, laying.policies(connection), now)
    row = _meant(connection, organisation, code, lamp.today)
    case = Case(connection, workspace, organisation, lamp, row, actor)
    asked = extensions.open_one(connection, row.id)
    if asked is None:
        raise ResponsibilityError(f"{row.code} 没有等待答复的延期申请", "全部申请：zeren extension list --all")
    answering = _answering(case)
    posts = answering.posts(row, asked.agreed)
    if actor in posts:
        return case, asked, actor, None
    if is_office(workspace, organisation, actor) and posts:
        return case, asked, actor, posts[0]
    who = "、".join(f"{post}（{organisation.post[post].title}）" for post in posts if post in organisation.post)
    raise NoRight(
        f"现在轮到{answering.whom(row, asked.agreed)}答复 {row.code} 的延期申请，{actor} 不能",
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
