"""The verbs of an assignment's life."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter, read_date
from responsibility.core.assignment import ACTION_NAMES, STATE_NAMES, Action

Code = Annotated[str, Parameter(name="code", help="任务编号（L1-03.Z01），或重点工作编号加 --as")]
As = Annotated[
    str | None, Parameter(name="--as", help="以哪个岗位办理，如 Z01S；不写是办公室，或 config/rights.yaml 定的")
]
Words = Annotated[str, Parameter(help="说明文字")]


def sign(code: Code, /, *, as_: As = None, common: Timed = TIMED) -> None:
    """Sign an assignment."""
    from responsibility.usecases import verbs

    _do(common, lambda workspace, now: verbs.sign(workspace, code, now, as_))


def report(
    code: Code,
    /,
    *,
    text: Words = "",
    count: Annotated[int | None, Parameter(help="新完成的数量，累加到目标数量上")] = None,
    percent: Annotated[int | None, Parameter(help="总进度，0 到 100")] = None,
    milestone: Annotated[int | None, Parameter(help="已完成到第几个节点")] = None,
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Report progress."""
    from responsibility.usecases import verbs

    if not text and count is None and percent is None and milestone is None:
        raise UsageError("没有写反馈内容", "至少写一个：--text、--count、--percent、--milestone")
    _in_range("--percent", percent, 0, 100)
    _in_range("--count", count, -1_000_000, 1_000_000)
    _in_range("--milestone", milestone, 0, 99)
    _do(
        common,
        lambda workspace, now: verbs.report(
            workspace, code, now, as_, text=text, count=count, percent=percent, milestone=milestone
        ),
    )


def reject(
    code: Code,
    /,
    *,
    reason: Annotated[str, Parameter(help="退回反馈的原因，责任人会看到")],
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Take back the last report."""
    from responsibility.usecases import rejection

    _do(common, lambda workspace, now: rejection.reject(workspace, code, now, as_, reason=reason))


def submit(
    code: Code,
    /,
    *,
    text: Words = "",
    evidence: Annotated[tuple[Path, ...], Parameter(help="佐证材料，一个文件写一次", negative="")] = (),
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Submit an assignment as done."""
    from responsibility.usecases import verbs

    _do(common, lambda workspace, now: verbs.submit(workspace, code, now, as_, text=text, evidence=evidence))


def return_(
    code: Code,
    /,
    *,
    reason: Annotated[str, Parameter(help="退回的原因，责任人会看到")],
    due: Annotated[str | None, Parameter(help="另给一个时限，如 2023-10-20；默认原时限不变")] = None,
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Return an assignment to be done again."""
    from responsibility.usecases import verbs

    day = read_date(due, "--due") if due is not None else None
    _do(common, lambda workspace, now: verbs.send_back(workspace, code, now, as_, reason=reason, due_on=day))


def close(code: Code, /, *, text: Words = "", as_: As = None, common: Timed = TIMED) -> None:
    """Close an assignment."""
    from responsibility.usecases import verbs

    _do(common, lambda workspace, now: verbs.close(workspace, code, now, as_, text=text))


def extend(
    code: Code,
    /,
    *,
    to: Annotated[str, Parameter(help="延到哪一天，如 2023-10-20")],
    reason: Annotated[str, Parameter(help="延期的原因")],
    progress: Annotated[str, Parameter(help="目前的进展")] = "",
    late: Annotated[bool, Parameter(negative="", help="办公室特批：逾期后延期，记为逾期")] = False,
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Ask for a later date."""
    from responsibility.usecases import extension

    day = read_date(to, "--to")
    _do(
        common,
        lambda workspace, now: extension.extend(
            workspace, code, now, as_, to=day, reason=reason, progress=progress, late=late
        ),
    )


def suspend(
    code: Code,
    /,
    *,
    reason: Annotated[str, Parameter(help="暂缓的原因")],
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Suspend an assignment."""
    from responsibility.usecases import pause

    _do(common, lambda workspace, now: pause.suspend(workspace, code, now, as_, reason=reason))


def resume(code: Code, /, *, text: Words = "", as_: As = None, common: Timed = TIMED) -> None:
    """Resume a suspended assignment."""
    from responsibility.usecases import pause

    _do(common, lambda workspace, now: pause.resume(workspace, code, now, as_, text=text))


def cancel(
    code: Code,
    /,
    *,
    reason: Annotated[str, Parameter(help="撤销的原因")],
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Cancel an assignment."""
    from responsibility.usecases import withdraw

    _do(common, lambda workspace, now: withdraw.cancel(workspace, code, now, as_, reason=reason))


def delegate(
    code: Code,
    /,
    *,
    to: Annotated[str | None, Parameter(help="委托给哪个岗位，如 Z02S")] = None,
    until: Annotated[str | None, Parameter(help="代办到哪一天（含当天），如 2023-10-20")] = None,
    reason: Annotated[str, Parameter(help="委托的原因")] = "",
    end: Annotated[bool, Parameter(negative="", help="提前结束委托")] = False,
    as_: As = None,
    common: Timed = TIMED,
) -> None:
    """Let another post act for the owner."""
    from responsibility.usecases import delegate as usecase

    if end:
        if to or until:
            raise UsageError("--end 是结束委托，不和 --to、--until 一起写", f"例：zeren delegate {code} --end")
        _do(common, lambda workspace, now: usecase.end(workspace, code, now, as_, reason=reason))
        return
    if to is None or until is None:
        example = f"zeren delegate {code} --to {to or 'Z02S'} --until {until or '2023-10-20'} --reason 出差"
        raise UsageError("委托代办要写明 --to 委托给谁、--until 到哪一天", f"例：{example}；提前结束：--end")
    day, post = read_date(until, "--until"), to
    _do(common, lambda workspace, now: usecase.delegate(workspace, code, now, as_, to=post, until=day, reason=reason))


def _in_range(option: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise UsageError(f"{option} 的值“{value}”不对，应在 {low} 到 {high} 之间", "")


def _do(common: Timed, act: Callable[[Any, Any], Any]) -> None:
    workspace = enter(common)
    with alone(common, workspace) as now:
        done = act(workspace, now)
    record = {
        "code": done.code,
        "act": done.action.value,
        "before": done.before.value,
        "after": done.after.value,
        "actor": done.actor,
        "on_behalf_of": done.on_behalf_of,
        **({key: done.recorded.get(key) for key in ("to", "until")} if done.action is Action.DELEGATE else {}),
        "closed_above": list(done.closed_above),
        "reopened_above": list(done.reopened_above),
    }
    common.out.show(lambda: record, lambda: told(done))


def told(done: Any, found: str = "") -> str:
    """An act in words; `found` is what it found, where that is its point."""
    behalf = f"（{done.actor} 代 {done.on_behalf_of}）" if done.on_behalf_of else f"（{done.actor}）"
    name = "特批延期" if done.recorded.get("late") and done.action is Action.EXTEND else ACTION_NAMES[done.action]
    lines = [
        f"{name} {done.code} {done.title}{behalf}",
        f"  {_states(done)}",
    ]
    r = done.recorded
    if done.action is Action.DELEGATE:
        lines[1] = f"  委托 {r['to']} 代办，至 {r['until']}（含当天）" if r["to"] else f"  结束委托 {r['ended']}"
    if done.action is Action.EXTEND:
        lines[1] = f"  {r['from']} → {r['to']}，" + (
            "办公室特批，记为逾期后延期" if r["late"] else "等待答复：zeren extension list"
        )
    parts = [
        found,
        f"本次 {r['count']}，累计 {r['total']}" if r.get("total") is not None else "",
        f"进度 {r['percent']}%" if r.get("percent") is not None else "",
        f"已完成到第 {r['milestone']} 个节点" if r.get("milestone") is not None else "",
        f"时限由 {r['dates'][0] or '未定'} 改为 {r['dates'][1]}" if r.get("dates") else "",
        "这次反馈不算数，这一期还要再报" if done.action is Action.REJECT else "",
        f"{r['milestones']} 个节点一并记为完成" if r.get("milestones") else "",
        f"节点都完成了，可以报结：zeren submit {done.code}" if r.get("all_reached") else "",
        f"停了 {r['lost']} 个工作日，时限顺延到 {r['due_on']}" if r.get("lost") and r.get("due_on") else "",
        f"佐证材料 {len(r['evidence'])} 份" if r.get("evidence") else "",
        r.get("text") or r.get("reason") or "",
    ]
    if any(parts):
        lines.append("  " + "；".join(part for part in parts if part))
    if done.closed_above:
        lines.append(f"  上级随之销号 {len(done.closed_above)} 项：{'、'.join(done.closed_above[:6])}")
    if done.reopened_above:
        lines.append(f"  上级随之重新打开 {len(done.reopened_above)} 项：{'、'.join(done.reopened_above[:6])}")
    return "\n".join(lines)


def _states(done: Any) -> str:
    """Where it stood and stands."""
    before, after = STATE_NAMES[done.before], STATE_NAMES[done.after]
    stays = done.action is Action.REVIEW
    return f"仍为{after}" if stays else f"{before} → {after}"
