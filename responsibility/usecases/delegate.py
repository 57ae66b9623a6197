"""委托代办: another post signs, reports, submits and asks for extensions in the owner's place, until a date."""

from __future__ import annotations

from datetime import date, datetime

from responsibility.core.assignment import Action
from responsibility.core.errors import ResponsibilityError
from responsibility.core.text import showable
from responsibility.store import delegations
from responsibility.usecases.rights import organisation_for, seat_of
from responsibility.usecases.verbs import Case, Done, Values, act
from responsibility.usecases.workspace import Workspace


def delegate(
    workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, to: str, until: date, reason: str
) -> Done:
    """Let the post `to` (a unit stands for its head) act until the end of a day; an earlier delegation gives way.

    The owner keeps the responsibility, and every act of the delegate bears both names.
    """
    reason = showable(reason).strip()
    if not reason:
        raise ResponsibilityError(
            "委托代办要写明原因", f"例：zeren delegate {code} --to {to} --until {until} --reason 出差"
        )

    def decide(case: Case) -> Values:
        if until < case.lamp.today:
            raise ResponsibilityError(
                f"{until} 已经过去（今天 {case.lamp.today}），没有委托", "写今天或以后的日期：--until"
            )
        post = _delegate_post(case, to)
        return {"to": post, "until": until.isoformat(), "reason": reason}

    return act(workspace, Action.DELEGATE, code, now, as_post, decide)


def end(workspace: Workspace, code: str, now: datetime, as_post: str | None = None, *, reason: str = "") -> Done:
    """Take the delegation back before its day."""

    def decide(case: Case) -> Values:
        standing = delegations.delegate_of(case.connection, case.row.id, case.lamp.today)
        if standing is None:
            raise ResponsibilityError(
                f"{case.row.code} 现在没有委托代办，没有改动", f"查看：zeren show {case.row.code}"
            )
        return {"to": None, "ended": standing, "reason": showable(reason).strip()}

    return act(workspace, Action.DELEGATE, code, now, as_post, decide)


def _delegate_post(case: Case, to: str) -> str:
    """The post that is to act: known, held today, and not the owner himself."""
    row, today = case.row, case.lamp.today
    organisation = organisation_for(case.workspace, case.connection, to)
    chain = case.workspace.settings.chain
    post = seat_of(organisation, chain, to)
    if post == (row.post or organisation.head(row.unit, chain)):
        raise ResponsibilityError(
            f"{row.code} 本来就由 {post} 负责，不用委托", "换一个岗位：--to；岗位编码：zeren org show"
        )
    if not organisation.held(post, today):
        title = organisation.post[post].title
        raise ResponsibilityError(
            f"岗位 {post}（{title}）现在无人任职，不能受委托", "换一个有人在任的岗位：zeren org show"
        )
    return post
