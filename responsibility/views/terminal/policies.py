"""The rules as configured, what another policy changes, and what was urged by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.cards import CardRule, period_name
from responsibility.core.chain import OWNER, UNIT_HEAD, Chain
from responsibility.core.escalation import CLOCK_NAMES, Clock, CloseBy, Policy, Rung
from responsibility.core.policies import Change
from responsibility.core.timing import WEEKDAYS, Hours
from responsibility.views.terminal.marks import table_of

#: Groups of clocks shown one by one.
_SHOWN = 12


def policy(rules: Policy, chain: Chain, hours: Hours) -> RenderableType:
    """The ladders as a table, what else the policy says, and when people are told."""
    table = table_of("督办规则（config/policy.yaml，用于以后交办的任务）")
    for heading in ("时钟和档", "什么时候"):
        table.add_column(heading, no_wrap=True)
    table.add_column("告知谁", ratio=1, overflow="fold")
    table.add_column("文书", no_wrap=True)
    for clock, ladder in rules.ladders.items():
        terms = {Clock.REPORT: "按事项的周期", Clock.REVIEW: f"每 {rules.review_every} 个月"}
        term = f"{ladder.within} 个工作日内" if ladder.within else terms.get(clock, "")
        name = CLOCK_NAMES[clock] + (f"（{term}）" if term else "")
        table.add_row(Text(name, style="bold"), "", "" if ladder.rungs else "一档也没有，到期没有人会收到提醒", "")
        for rung in ladder.rungs:
            form = rules.instruments[rung.instrument]
            table.add_row(f"  {rung.name}", _when(rung, clock), _tells_and_copies(rung, chain), form)
    lines = [f"容差 {rules.tolerance:g} 个百分点；销号比例 {rules.close_share:g}"]
    names = {rung.id: rung.name for rung in rules.ladders[Clock.FINISH].rungs}
    if rules.urgent_starts_at in names:
        lines.append(f"紧急事项逾期后直接从“{names[rules.urgent_starts_at]}”起")
    if rules.documents:
        names_of = (rules.instruments.get(one, one) for one in rules.documents)
        lines.append(f"到档自动成文：{'、'.join(names_of)}（文件在 data/documents/）")
    lines += [f"牌：{_card(rule, rules, chain)}" for rule in rules.cards]
    lines += _hours(hours, chain)
    lines.append("在办的任务仍用交办时的规则；改用现行规则：zeren policy apply --to L1 --dry-run")
    return Stack(table, Text(), Text("\n".join(lines)))


def _hours(hours: Hours, chain: Chain) -> list[str]:
    """When people are told, where something is set."""
    said = []
    if hours.quiet:
        said.append(f"{hours.quiet[0]:%H:%M} 到 {hours.quiet[1]:%H:%M} 不打扰")
    if hours.budget:
        said.append(f"每人每天最多 {hours.budget} 份")
    if hours.chosen:
        said.append("选定的时间：" + "、".join(f"{post} {at:%H:%M}" for post, at in hours.chosen.items()))
    if weekly := hours.weekly:
        said.append(f"{_tells(weekly.tiers, chain)}每{WEEKDAYS[weekly.weekday]} {weekly.at:%H:%M} 收一份汇总")
    return [f"什么时候送：{'；'.join(said)}（紧急的不压）"] if said else []


def _card(rule: CardRule, rules: Policy, chain: Chain) -> str:
    form = rules.instruments.get(rule.instrument, rule.instrument)
    return f"{_many(rule)} → {rule.name}（{form}），告知{_tells(rule.tells, chain)}"


def _many(rule: CardRule) -> str:
    return f"{period_name(rule.every)}记满 {rule.at} 张" if rule.every else f"连续 {rule.at} 张"


def policy_applied(done: Any, rules: Policy, chain: Chain, *, asking: bool) -> RenderableType:
    """What moving a list to the present policy changes: rungs, clocks, and what else there is."""
    if not done.assignments:
        return Text(f"清单 {done.list_code} 在办的任务已经都用现行规则，没有要改的。")
    what = "已改用现行规则" if done.written else "将改用现行规则（还没有写入）"
    parts: list[RenderableType] = [
        Text(f"清单 {done.list_code} {done.title}：{done.assignments} 项任务{what}", style="bold")
    ]
    parts += [_rungs(done.rungs, chain)] if done.rungs else []
    parts += [Text(), _clocks(done.clocks)] if done.clocks else []
    parts += [_others(done.others, rules, chain)] if done.others else []
    if not done.rungs and not done.clocks:
        parts.append(Text("各档和时间都不变。"))
    if done.due_now:
        fires = "按新规则已经到档，下一次巡查就会提醒"
        parts.append(Text(f"其中 {done.due_now} 个时钟{fires}。", style="bold"))
    parts.append(Text("时限不变；提醒过的不再重复。"))
    if not done.written and not asking:
        parts.append(Text(f"确认要改：zeren policy apply --to {done.list_code}", style="dim"))
    return Stack(*parts)


def _rungs(changes: Sequence[Any], chain: Chain) -> RenderableType:
    table = table_of("各档")
    table.add_column("时钟", no_wrap=True)
    table.add_column("档", no_wrap=True)
    table.add_column("原来", ratio=1, overflow="fold")
    table.add_column("现在", ratio=1, overflow="fold")
    for one in changes:
        name = CLOCK_NAMES[one.clock] + ("（紧急）" if one.urgent else "")
        table.add_row(
            name, (one.after or one.before).name, *(_told(rung, one.clock, chain) for rung in (one.before, one.after))
        )
    return table


#: What a policy says besides its rungs, as people call it.
_OTHERS = {
    "tolerance": "容差",
    "close_by": "上级随下级销号",
    "close_share": "销号比例",
    "extension_agrees": "延期由谁同意",
    "extension_rule": "逾期申请延期的答复",
    "review_every": "回头看间隔",
    "rectify_within": "整改期限",
    "urgent_starts_at": "紧急事项逾期后从哪一档起",
    "cards": "牌",
    "documents": "到档自动成文",
    "instrument": "文书",
    "within": "期限",
    "every": "周期",
}
_UNITS = {
    "tolerance": "{:g} 个百分点",
    "review_every": "{} 个月",
    "rectify_within": "{} 个工作日",
    "within": "{} 个工作日",
}
_CLOSE_BY = {CloseBy.ALL: "全部销号", CloseBy.SHARE: "达到销号比例", CloseBy.LEADS: "牵头单位全部销号"}


def _others(changes: Sequence[Change], rules: Policy, chain: Chain) -> RenderableType:
    table = table_of("其他")
    table.add_column("内容", no_wrap=True)
    table.add_column("原来", ratio=1, overflow="fold")
    table.add_column("现在", ratio=1, overflow="fold")
    for one in changes:
        of = CLOCK_NAMES[Clock(one.of)] if one.what in ("within", "every") else ""
        table.add_row(
            of + _OTHERS[one.what], *(_worded(one.what, value, rules, chain) for value in (one.before, one.after))
        )
    return table


def _worded(what: str, value: Any, rules: Policy, chain: Chain) -> str:
    """One side of a change in words."""
    rungs = {rung.id: rung.name for ladder in rules.ladders.values() for rung in ladder.rungs}
    if what == "cards":
        cards = (
            f"{_card(rule, rules, chain)}，{'、'.join(rungs.get(rung, rung) for rung in rule.counts)}记牌"
            + ("，非工作日也发" if rule.urgent else "")
            for rule in value
        )
        return "；".join(cards) or "没有"
    if what == "documents":
        return "、".join(rules.instruments.get(one, one) for one in value) or "没有"
    if value is None:
        return "没有写"
    if what == "extension_agrees":
        return _tells(value, chain)
    if what == "urgent_starts_at":
        return str(rungs.get(value, value))
    if what == "close_by":
        return _CLOSE_BY[value]
    return _UNITS[what].format(value) if what in _UNITS else f"{value:g}" if what == "close_share" else str(value)


def _clocks(changes: Sequence[Any]) -> RenderableType:
    table = table_of("下一步")
    table.add_column("时钟", no_wrap=True)
    table.add_column("个数", justify="right")
    table.add_column("原来", ratio=1, overflow="fold")
    table.add_column("现在", ratio=1, overflow="fold")
    for one in changes[:_SHOWN]:
        before, after = _next(one.before_at, one.before), _next(one.after_at, one.after)
        table.add_row(CLOCK_NAMES[one.clock], str(one.count), before, after)
    if len(changes) > _SHOWN:
        rest = changes[_SHOWN:]
        table.add_row("……", str(sum(one.count for one in rest)), f"另有 {len(rest)} 组", "")
    return table


def _next(at: datetime | None, rung: Rung | None) -> str:
    return f"{at:%Y-%m-%d} {rung.name}" if at and rung else "没有下一档"


def _told(rung: Rung | None, clock: Clock, chain: Chain) -> str:
    return f"{_when(rung, clock)} → {_tells_and_copies(rung, chain)}" if rung else "没有"


def _when(rung: Rung, clock: Clock | None = None) -> str:
    """The moment of a rung, in the words of its clock."""
    if rung.days < 0:
        return f"到期前 {-rung.days} 个工作日"
    if clock is Clock.BEHIND:
        return f"滞后第 {rung.days} 个工作日"
    return (f"连续 {rung.periods} 期，" if rung.periods > 1 else "") + f"过期第 {rung.days} 个工作日"


def _tells_and_copies(rung: Rung, chain: Chain) -> str:
    copies = f"；抄送{_tells(rung.copies, chain)}" if rung.copies else ""
    return _tells(rung.tells, chain) + copies


def _tells(tells: Sequence[str], chain: Chain) -> str:
    names = {OWNER: "责任人", UNIT_HEAD: "单位负责人"} | {tier.id: tier.name for tier in chain.tiers}
    return "、".join(names.get(tell, tell) for tell in tells)


def urged(done: Any, outcome: Mapping[str, int], faults: Sequence[str]) -> str:
    """Who was urged, on which rung, and what became of the messages."""
    first = done.notices[0]
    many = f" 等 {len(done.assignments)} 项" if len(done.assignments) > 1 else ""
    told = list(dict.fromkeys(f"{n.post_title}（第 {n.nth} 次告知）" for n in done.notices if n.clock == done.clock))
    who = "、".join(told[:8]) + (f" 等 {len(told)} 人" if len(told) > 8 else "")
    words = {"sent": "送出", "held": "稍后再送", "failed": "失败", "uncertain": "不知是否送到"}
    became = "、".join(f"{word} {outcome[key]}" for key, word in words.items() if outcome.get(key))
    lines = [
        f"催办 {done.assignments[0]}{many} {done.title}【{first.rung_name}】",
        f"  告知 {who}",
        f"  消息 {done.messages} 份：{became or '没有送出'}",
    ]
    if done.held:
        lines.append("  现在不便打扰（非工作日或免打扰时段）：不急的到时再送")
    if done.skipped:
        lines.append(f"  越过 {done.skipped} 条，只记录不补发；以后从这一档往上走")
    lines += [f"  {gap['message']}" for gap in done.gaps] + [f"  {fault}" for fault in faults[:20]]
    return "\n".join(lines)
