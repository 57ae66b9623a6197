"""The state of the whole chain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from responsibility.core.assignment import Light
from responsibility.core.cards import CardCount
from responsibility.core.summary import (
    Counts,
    Group,
    Summary,
)
from responsibility.views.terminal.marks import COLUMNS, LIGHTS, due_with, light, table_of


def status(summary: Summary, as_of: datetime, top: int, first: str, late: bool = False) -> RenderableType:
    """The chain as a table, the lights, the worst items; `first` heads the first column."""
    parts: list[RenderableType] = [
        Text(f"责任链 · {as_of.isoformat(' ', 'minutes')}", style="bold"),
        _groups(summary, first),
    ]
    if late and not summary.items:
        return Stack(parts[0], Text("没有逾期的。"))
    rules = _card_rules(summary)
    if len(rules) > 1:
        parts.append(Text(f"牌，从左到右：{'；'.join(f'{c.period} {c.at} 张，{c.name}' for c in rules)}", style="dim"))
    if summary.items:
        parts += [Text(), _items(summary, top)]
    parts += _next_steps(summary)
    return Stack(*parts)


def _groups(summary: Summary, first: str) -> Table:
    table = table_of()
    table.add_column(first, ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("任务", justify="right")
    suspended = summary.totals[Light.SUSPENDED] > 0
    shown = [one for one in COLUMNS if one is not Light.SUSPENDED or suspended]
    for one in shown:
        table.add_column(Text(LIGHTS[one][0], style=LIGHTS[one][2]), justify="right")
    table.add_column("完成率", justify="right")
    rules = [one.rule for one in _card_rules(summary)]
    if rules:
        table.add_column("牌", justify="right", no_wrap=True)
    for group in summary.groups:
        table.add_row(group.name, *_cells(group.counts, shown), *([_cards(group, rules)] if rules else []))
    if summary.by == "tier":
        table.add_section()
        table.add_row(Text("合计", style="bold"), *_cells(summary.totals, shown))
    return table


def _cells(counts: Counts, shown: Sequence[Light]) -> list[Text]:
    total = counts.assignments
    share = f"{100 * counts[Light.CLOSED] // total}%" if total else "-"
    lights = [Text(str(n), style=LIGHTS[one][2]) if (n := counts[one]) else Text(".", style="dim") for one in shown]
    return [Text(str(total)), *lights, Text(share)]


def _card_rules(summary: Summary) -> list[CardCount]:
    """A count by each rule under which any unit has cards."""
    return list({one.rule: one for group in summary.groups for one in group.cards}.values())


def _cards(group: Group, rules: Sequence[str]) -> Text:
    """2/3: two of the three cards that have a consequence; one such pair a rule, or a dot."""
    full = any(one.count >= one.at for one in group.cards)
    counts = {one.rule: str(one) for one in group.cards}
    pairs = [counts.get(rule, ".") for rule in rules]
    return Text(" ".join(pairs), style="bold red" if full else "" if counts else "dim")


def _items(summary: Summary, top: int) -> Table:
    shown = summary.items[:top]
    table = table_of(f"最需要关注的 {len(shown)} 项（共 {len(summary.items)} 项）")
    table.add_column("编号", no_wrap=True)
    table.add_column("重点工作", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("时限", no_wrap=True)
    table.add_column("亮灯", no_wrap=True)
    table.add_column("逾期", justify="right")
    table.add_column("进度", justify="right")
    for line in shown:
        progress = "-" if line.progress is None else f"{line.progress}%"
        overdue = line.counts[Light.OVERDUE]
        facts = line.facts
        table.add_row(
            facts.code,
            facts.title,
            due_with(facts.due_on, facts.extended),
            light(line.light),
            str(overdue or "."),
            progress,
        )
    return table


def _next_steps(summary: Summary) -> list[RenderableType]:
    lines = []
    if summary.unassigned:
        waiting = f"，其中 {summary.questions} 项时限待确认" if summary.questions else ""
        command = "zeren list show" if summary.questions == summary.unassigned else "zeren assign"
        lines.append(f"还有 {summary.unassigned} 项没有交办{waiting}：{command}")
    if summary.items:
        lines.append(f"看一项的责任链：zeren show {summary.items[0].facts.code}")
    return [Text(), Text("\n".join(lines), style="dim")] if lines else []
