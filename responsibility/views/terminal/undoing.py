"""What was taken back: an act, a time that had not come yet, a state the ledger does not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from responsibility.core.assignment import STATE_NAMES, State
from responsibility.core.undo import Corrected, Undone
from responsibility.views.terminal.records import ACTS

#: So many assignments are named.
NAMED = 20
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


def corrected(done: Corrected, zone: tzinfo) -> str:
    """What had been dated in the future, and what is to be done about it."""
    verb = "试算：会校正" if done.dry_run else "已校正"
    lines = [
        f"{verb}：台账第 {done.first} 到 {done.last} 条记在了将来（最远 {done.until.astimezone(zone):%Y-%m-%d %H:%M}）",
        f"  其中 {done.sweeps} 次巡查作废，任务回到巡查以前，以后到点照常提醒",
    ]
    if done.acts:
        lines.append(f"  其中 {done.acts} 次人办的照旧有效；办错了的，由本人 zeren undo")
    if done.dropped:
        lines.append(f"  当时写好、还没有送出的 {done.dropped} 份消息作罢")
    if done.doubtful:
        lines.append(f"  {done.doubtful} 份消息不知道是否送到：zeren message list --status uncertain")
    if not done.dry_run:
        lines.append("已经送出的收不回，请向收到的人说明；台账一条没有少。接下来：zeren remind")
    return "\n".join(lines)


def rebuilt(codes: Sequence[str], dry_run: bool) -> str:
    """Which assignments were not as the ledger says."""
    if not codes:
        return "任务和时钟都与台账一致，没有要改回的"
    named = "、".join(codes[:NAMED]) + (f" 等 {len(codes)} 项" if len(codes) > NAMED else "")
    if dry_run:
        return f"与台账不一致的任务 {len(codes)} 项：{named}\n照台账改回：zeren log rebuild"
    return f"已照台账改回 {len(codes)} 项任务：{named}\n查清是谁改动了数据库；接下来：zeren doctor、zeren remind"


def _said(name: str, value: Any) -> str:
    if value is None:
        return "无"
    return f"{value}%" if name == "percent" else str(value)
