"""`zeren assign` and `zeren remind`: the two flows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, alone, enter, true_time

DryRun = Annotated[bool, Parameter(negative="", help="只试算，什么都不写入")]


def assign(
    *,
    list_: Annotated[str | None, Parameter(name="--list", help="只交办这份清单，如 L1；默认全部")] = None,
    dry_run: DryRun = False,
    accept_proposals: Annotated[
        bool, Parameter(negative="", help="待确认的时限不逐项确认，直接采用第一种读法（记入台账）；没有读法的仍不交办")
    ] = False,
    common: Timed = TIMED,
) -> None:
    """Lay the lists on the chain."""
    from responsibility.usecases.assign import lists_to_assign
    from responsibility.usecases.issued import waiting
    from responsibility.views import machine, machine_office, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        codes = lists_to_assign(workspace, list_)
        rows, taken = _assigned(common, workspace, codes, now, dry_run, accept_proposals)
    if taken is not None:
        common.out.done(terminal.accepted(taken, dry_run))
    more = machine_office.accepted(taken) if taken is not None else {}
    coming = 0 if dry_run else waiting(workspace)
    more["messages_waiting"] = coming
    common.out.show(lambda: machine.laid(rows, dry_run) | more, lambda: terminal.laid(rows, dry_run))
    if coming:
        common.out.done(f"新任务通知写给 {coming} 人，随下一次 zeren remind（或值守）送出。")


def _assigned(
    common: Timed, workspace: Any, codes: list[str], now: Any, dry_run: bool, accept: bool
) -> tuple[Any, Any]:
    """(what was or would be laid, what was accepted unseen or None)."""
    from responsibility.usecases.assign import check_now, preview, preview_accepting
    from responsibility.usecases.questions import accept_proposals

    if dry_run:
        return preview_accepting(workspace, codes, now) if accept else (preview(workspace, codes, now), None)
    check_now(workspace, now)
    taken = accept_proposals(workspace, codes, now) if accept else None
    return _cascade(common, workspace, codes, now), taken


def _cascade(common: Timed, workspace: Any, codes: list[str], now: Any) -> Any:
    with _prefect(common, workspace):
        from flows import cascade

        return cascade.run(workspace.root, codes, now)


@contextmanager
def _prefect(common: Timed, workspace: Any) -> Iterator[None]:
    """The workspace's Prefect server, with the progress of what runs on it shown."""
    from flows.progress import listening
    from flows.server import find_running, prefect_server

    where = "正在连接值守的 Prefect……" if find_running(workspace.root) else "正在启动 Prefect……"
    with common.out.working(where) as step, prefect_server(workspace.root), listening(step):
        yield


def remind(*, dry_run: DryRun = False, common: Timed = TIMED) -> int:
    """Sweep once and deliver."""
    workspace = enter(common, sending=not dry_run)
    with ExitStack() as held:
        now = held.enter_context(alone(common, workspace))
        # What is to be said stands in the outbox after the sweep: handing it over keeps nobody waiting.
        return _rehearsed(common, workspace, now) if dry_run else _swept(common, workspace, now, held.close)


def _rehearsed(common: Timed, workspace: Any, now: Any) -> int:
    from responsibility.usecases.extension import waiting as extensions_waiting
    from responsibility.usecases.periods import periods_waiting
    from responsibility.usecases.remind import sweep
    from responsibility.usecases.rendering import Renderer
    from responsibility.views import machine, terminal

    swept = sweep(workspace, now, dry_run=True)
    renderer, delivery = Renderer(workspace), workspace.settings.delivery
    first = delivery.channels[delivery.use[0]]
    texts = [renderer.render("digest", digest, first, "（发出时编）").text for digest in swept.digests]
    waiting, asked = periods_waiting(workspace, now), extensions_waiting(workspace)
    common.out.show(
        lambda: (
            machine.remind(
                _local(workspace, now),
                True,
                swept.notices,
                swept.skipped,
                swept.messages,
                {"held": swept.held},
                swept.gaps,
            )
            | {"periods_waiting": len(waiting), "extensions_waiting": asked}
        ),
        lambda: terminal.rehearsed(swept.notices, swept.digests, texts, swept.skipped, swept.gaps, swept.held),
    )
    for fault in renderer.faults:
        common.out.say(fault)
    _remind_the_office(common, waiting, asked)
    return 0


def _swept(common: Timed, workspace: Any, now: Any, let_go: Callable[[], None]) -> int:
    from flows.timer import Running
    from responsibility.usecases.assign import check_now
    from responsibility.usecases.clock import confirm_clock, look_at_clock
    from responsibility.usecases.extension import waiting as extensions_waiting
    from responsibility.usecases.messages import held_back
    from responsibility.usecases.periods import periods_waiting
    from responsibility.usecases.remind import notices_of
    from responsibility.views import machine, machine_brief, terminal
    from responsibility.views.terminal import brief

    check_now(workspace, now)
    if common.now is None:
        look_at_clock(workspace, now)
    else:
        confirm_clock(workspace, now, true_time())
    timer = Running.at(now)
    with _prefect(common, workspace):
        from flows import escalate

        swept, done = escalate.run(workspace.root, now, "stderr" if common.json else "stdout", let_go, timer)
    waiting, asked = periods_waiting(workspace, now), extensions_waiting(workspace)
    outcome = {**done.counts, "held": done["held"] + swept.held}
    common.out.show(
        lambda: (
            machine.remind(
                _local(workspace, now),
                False,
                notices_of(workspace, swept),
                swept.skipped,
                swept.messages,
                outcome,
                swept.gaps,
            )
            | {"periods_waiting": len(waiting), "extensions_waiting": asked}
            | {"documents": [machine_brief.made(one) for one in swept.documents]}
            | {"document_faults": list(swept.document_faults)}
        ),
        lambda: terminal.swept(
            swept.told,
            swept.skipped,
            swept.messages,
            outcome,
            done.faults,
            held_back(workspace),
            swept.cards,
            swept.gaps,
        ),
    )
    if swept.documents or swept.document_faults:
        common.out.done(brief.written(swept.documents, swept.document_faults))
    _remind_the_office(common, waiting, asked)
    return 1 if done["failed"] else 0


def _remind_the_office(common: Timed, waiting: Any, asked: int) -> None:
    """What waits for the office itself: periods to lay, extensions to answer."""
    from responsibility.views import terminal

    if waiting:
        common.out.done(terminal.periods_waiting(waiting))
    if asked:
        common.out.done(terminal.extensions_waiting(asked))


def _local(workspace: Any, now: Any) -> Any:
    return now.astimezone(workspace.settings.zone)
