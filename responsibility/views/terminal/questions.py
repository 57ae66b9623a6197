"""Open questions, asked one by one, and what came of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.summary import Accepted, Asked, Settled
from responsibility.views.terminal.records import answer_with


def how_to_answer(count: int) -> str:
    """Above the first question."""
    return (
        f"有 {count} 项时限要确认。每一项：回车取第一种读法，写数字选读法，也可以写日期或时限；\n"
        "s 跳过这一项，q 停下来。答一项存一项，随时可以停。"
    )


def question(asked: Asked, at: int, of: int) -> RenderableType:
    """One question with its readings numbered."""
    cell = f"（{asked.cell}）" if asked.cell else ""
    lines = [
        Text(f"\n[{at}/{of}] {asked.code} {asked.title}", style="bold"),
        Text(f"  原文{cell}：{asked.phrase.strip()}"),
        Text(f"  {asked.because}", style="yellow"),
        *(Text(f"    {number}. {text}") for number, text in enumerate(asked.readings, 1)),
    ]
    if asked.event and not asked.readings:
        lines.append(Text(f"  事件的日期定了的，跳过后敲：zeren event set {asked.event} 日期", style="dim"))
    return Stack(*lines)


def prompt(asked: Asked) -> str:
    """What stands before the cursor."""
    return "  答复（回车＝1）：" if asked.readings else "  答复："


def settled(one: Settled) -> str:
    """Right after an answer was stored."""
    return f"  已确认 {one.code}：{one.due_on or '长期'}"


def walked(done: int, left: int) -> str:
    """Below the last question."""
    rest = f"，还有 {left} 项没有确认，确认前不交办" if left else ""
    return f"\n确认了 {done} 项{rest}。下一步：" + ("zeren assign" if done else "zeren list confirm")


def answered(done: Any) -> str:
    """What an answers file did."""
    lines = [f"已确认 {len(done.settled)} 项"]
    lines += [f"  {settled(one).strip()}，{one.because}" for one in done.settled]
    if done.redated:
        lines.append(f"  已交办的 {len(done.redated)} 项按新时限重新计时：{'、'.join(done.redated[:10])}")
    if done.left:
        lines.append(f"还有 {done.left} 项没有确认，确认前不交办：zeren list confirm")
    return "\n".join([*lines, "下一步：zeren assign"])


def accepted(done: Accepted, dry_run: bool) -> str:
    """What `assign --accept-proposals` took unseen, and what it could not."""
    verb = "会采用" if dry_run else "已采用"
    lines = [f"{verb}第一种读法 {len(done.settled)} 项，没有逐项确认："] if done.settled else ["没有可以直接采用的读法"]
    lines += [f"  {one.code} {one.due_on or '长期'}：{one.because.split('：', 1)[-1]}" for one in done.settled]
    lines += _left(done.left)
    return "\n".join(lines)


def _left(left: Sequence[Asked]) -> list[str]:
    if not left:
        return []
    lines = [f"没有读法、仍待确认的 {len(left)} 项，不交办："]
    return lines + [f"  {one.code} {one.phrase.strip()}：{answer_with(one.code, False, one.event)}" for one in left]
