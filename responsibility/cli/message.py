"""`zeren message …`: what became of messages, and what to do about those that did not arrive."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Timed, UsageError, alone, enter
from responsibility.cli.verbs import As

Status = Literal["pending", "sending", "held", "sent", "failed", "uncertain", "dropped"]
Number = Annotated[str, Parameter(name="number", help="消息编号；见 zeren message list")]
More = Annotated[str, Parameter(name="more", help="再写几个")]


def list_(
    *,
    status: Annotated[
        tuple[Status, ...],
        Parameter(negative="", help="只列这种：failed 没有送到、uncertain 不知是否送到、held 压着等；默认没有了结的"),
    ] = (),
    for_: Annotated[str | None, Parameter(name="--for", help="只列这个岗位（单位）的，如 Z01S")] = None,
    top: Annotated[int, Parameter(help="最多列几份，最新的在前")] = 50,
    common: Common = COMMON,
) -> None:
    """List messages."""
    from responsibility.usecases.outbox import messages
    from responsibility.views import machine_messages, terminal

    if top < 1:
        raise UsageError(f"--top 的值“{top}”不对，应为正整数", "例：zeren message list --top 5")
    workspace = enter(common)
    zone = workspace.settings.zone
    rows, total = messages(workspace, status, for_, top)
    common.out.show(
        lambda: machine_messages.messages(rows, total, zone),
        lambda: terminal.messages(rows, total, zone, asked=bool(status or for_)),
    )


def show(number: Number, /, *, common: Common = COMMON) -> None:
    """Show one message."""
    from responsibility.usecases.outbox import message
    from responsibility.views import machine_messages, terminal

    workspace = enter(common)
    row, zone = message(workspace, number), workspace.settings.zone
    common.out.show(lambda: machine_messages.message(row, zone), lambda: terminal.message(row, zone))


def resend(number: Number, /, *numbers: More, as_: As = None, common: Timed = TIMED) -> None:
    """Send messages again."""
    from responsibility.usecases import outbox

    workspace = enter(common)
    with alone(common, workspace) as now:
        _tell(common, outbox.resend(workspace, (number, *numbers), now, as_))


def drop(
    number: Number,
    /,
    *numbers: More,
    reason: Annotated[str, Parameter(help="原因，如 已电话告知本人；记入台账")],
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Give messages up."""
    from responsibility.usecases import outbox

    workspace = enter(common)
    with alone(common, workspace) as now:
        _tell(common, outbox.drop(workspace, (number, *numbers), now, as_, reason=reason))


def _tell(common: Timed, done: Any) -> None:
    from responsibility.views import machine_messages, terminal

    common.out.show(lambda: machine_messages.decided(done), lambda: terminal.messages_decided(done))
