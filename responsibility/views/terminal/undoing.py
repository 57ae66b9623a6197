"""An act that was taken back."""

from __future__ import annotations

from typing import Any

from responsibility.core.assignment import STATE_NAMES, State
from responsibility.core.undo import Undone
from responsibility.views.terminal.records import ACTS

_COLUMNS = {"due_on": "时限", "percent": "进度", "counted": "累计", "milestones_done": "节点"}


def undone(done: Undone) -> str:
    """What was taken back, and how things stand now."""
    behalf = f"，代 {done.on_behalf_of}" if done.on_behalf_of else ""
    verb = "试算：会撤回" if done.dry_run else "已撤回"
    lines = [
        f"{verb}第 {done.of} 条“{ACTS.get(done.act, done.act)}” {done.code} {done.title}",
        f"  {done.actor}{behalf}，{done.at.isoformat(' ', 'minutes')}",
    ]
    if done.before != done.after:
        lines.append(f"  {STATE_NAMES[State(done.before)]} → {STATE_NAMES[State(done.after)]}")
    lines += [
        f"  {_COLUMNS[name]} {_said(name, before)} → {_said(name, after)}" for name, before, after in done.changes
    ]
    if done.closed_above:
        lines.append(f"  上级随之销号 {len(done.closed_above)} 项：{'、'.join(done.closed_above[:6])}")
    if done.reopened_above:
        lines.append(f"  上级随之重新打开 {len(done.reopened_above)} 项：{'、'.join(done.reopened_above[:6])}")
    if not done.dry_run:
        lines.append("两条都留在台账里；同一条命令再敲一次，撤回的是更早的一条")
    return "\n".join(lines)


def _said(name: str, value: Any) -> str:
    if value is None:
        return "无"
    return f"{value}%" if name == "percent" else str(value)
