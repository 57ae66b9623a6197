"""Values → what the terminal shows; readable without colour and at 80 columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from responsibility.core.assignment import ACTION_NAMES, SEVERITY, STATE_NAMES, Light
from responsibility.core.chain import Chain, Organisation
from responsibility.core.escalation import CLOCK_NAMES, Clock
from responsibility.core.summary import (
    AssignmentView,
    Climbed,
    ClockView,
    Counts,
    ItemEntry,
    ItemView,
    LedgerLine,
    ListLine,
    Noticed,
    Summary,
    TierLaid,
)
from responsibility.views.texts import Digest

#: A light reads by its word and its mark; the colour only helps.
LIGHTS: dict[Light, tuple[str, str, str]] = {
    Light.CLOSED: ("完成", "√", "green"),
    Light.SUSPENDED: ("暂缓", "=", "dim"),
    Light.ON_SCHEDULE: ("按序时", "-", "default"),
    Light.BEHIND: ("滞后", "<", "yellow"),
    Light.DUE_SOON: ("临期", "!", "magenta"),
    Light.OVERDUE: ("逾期", "×", "bold red"),
}

#: Left to right in tables, from done to worst.
COLUMNS = (Light.CLOSED, Light.ON_SCHEDULE, Light.BEHIND, Light.DUE_SOON, Light.OVERDUE, Light.SUSPENDED)


def light(one: Light) -> Text:
    """A light as mark and word."""
    word, mark, style = LIGHTS[one]
    return Text(f"{mark} {word}", style=style)


def status(summary: Summary, as_of: datetime, top: int, first: str) -> RenderableType:
    """The chain as a table, the lights, the worst items; `first` heads the first column."""
    parts: list[RenderableType] = [
        Text(f"责任链 · {as_of:%Y-%m-%d %H:%M}", style="bold"),
        _groups(summary, first),
    ]
    if summary.items:
        parts += [Text(), _items(summary, top)]
    parts += _next_steps(summary)
    return Stack(*parts)


def _groups(summary: Summary, first: str) -> Table:
    table = _table()
    table.add_column(first, ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("任务", justify="right")
    suspended = summary.totals[Light.SUSPENDED] > 0
    shown = [one for one in COLUMNS if one is not Light.SUSPENDED or suspended]
    for one in shown:
        table.add_column(Text(LIGHTS[one][0], style=LIGHTS[one][2]), justify="right")
    table.add_column("完成率", justify="right")
    for group in summary.groups:
        table.add_row(group.name, *_cells(group.counts, shown))
    if summary.by == "tier":
        table.add_section()
        table.add_row(Text("合计", style="bold"), *_cells(summary.totals, shown))
    return table


def _cells(counts: Counts, shown: Sequence[Light]) -> list[Text]:
    total = counts.assignments
    share = f"{100 * counts[Light.CLOSED] // total}%" if total else "-"
    lights = [Text(str(n), style=LIGHTS[one][2]) if (n := counts[one]) else Text("·", style="dim") for one in shown]
    return [Text(str(total)), *lights, Text(share)]


def _items(summary: Summary, top: int) -> Table:
    shown = summary.items[:top]
    table = _table(f"最需要关注的 {len(shown)} 项（共 {len(summary.items)} 项）")
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
        table.add_row(facts.code, facts.title, day(facts.due_on), light(line.light), str(overdue or "·"), progress)
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


def day(value: date | None) -> str:
    """2023-09-30, or a dash."""
    return value.isoformat() if value else "-"


def item(view: ItemView, everything: bool = False) -> RenderableType:
    """One item's chain as a tree, with clocks, the last notice and what comes next."""
    head = Text.assemble((f"{view.code} ", "bold"), (view.title, "bold"))
    facts = [f"类别 {view.category}", f"时限 {day(view.due_on)}（{view.phrase or '未写'}）"]
    if view.target:
        facts.append(f"目标 {view.target} {view.target_unit}")
    parts: list[RenderableType] = [head, Text(" · ".join(facts)), Text(view.because, style="dim")]
    if view.milestones:
        parts.append(Text("节点：" + "；".join(f"{due_on} {title}" for title, due_on in view.milestones)))
    if view.needs_confirmation:
        parts.append(_question(view))
    if view.assignments:
        parts.append(_chain_tree(view, everything))
    elif not view.needs_confirmation:
        parts.append(Text("还没有交办：zeren assign", style="yellow"))
    return Stack(*parts)


def _question(view: ItemView) -> Text:
    readings = "；".join(f"{at}. {text}" for at, text in enumerate(view.readings, 1)) or "没有可选的读法"
    return Text(
        f"时限待确认，暂不交办。{readings}\n确认：zeren list confirm {view.code} --reading 1，或 --due 2023-12-31",
        style="yellow",
    )


def _chain_tree(view: ItemView, everything: bool) -> Tree:
    """Each tier hangs under the one above; members are gathered under their unit unless `everything` is asked."""
    tree = Tree(Text("责任链", style="bold"), guide_style="dim")
    at: Tree = tree
    upper = [one for one in view.assignments if one.role not in ("lead", "support") and not one.works]
    for tier in dict.fromkeys(one.tier for one in upper):
        row = [one for one in upper if one.tier == tier]
        for one in row:
            node = at.add(_line(one))
        at = node
    below = [one for one in view.assignments if one not in upper]
    _units(at, below, everything)
    return tree


def _units(at: Tree, below: Sequence[AssignmentView], everything: bool) -> None:
    units = [one for one in below if one.role in ("lead", "support")]
    members = [one for one in below if one.role not in ("lead", "support")]
    placed: set[str] = set()
    for one in sorted(units, key=lambda one: (one.role != "lead",)):
        node = at.add(_line(one))
        mine = [m for m in members if m.unit == one.unit]
        placed.update(m.code for m in mine)
        _clocks(node, one)
        _members(node, mine, everything)
    rest = [m for m in members if m.code not in placed]
    for unit in dict.fromkeys(m.unit_name for m in rest):
        _members(at.add(unit), [m for m in rest if m.unit_name == unit], everything)


def _members(node: Tree, members: Sequence[AssignmentView], everything: bool) -> None:
    if not members:
        return
    if everything or len(members) == 1:
        for one in members:
            _clocks(node.add(_line(one)), one)
        return
    by_light: dict[Light, list[AssignmentView]] = {}
    for one in members:
        by_light.setdefault(one.light, []).append(one)
    for kind in sorted(by_light, key=SEVERITY.__getitem__, reverse=True):
        some = by_light[kind]
        names = "、".join(one.post_title for one in some[:3]) + ("等" if len(some) > 3 else "")
        leaf = node.add(_leaf(light(kind), f"  党员 {len(some)} 名：{names}"))
        if kind is not Light.CLOSED:
            _clocks(leaf, some[0])


def _line(one: AssignmentView) -> Text:
    whom = one.unit_name if one.role in ("lead", "support") else one.post_title
    role = {"lead": "牵头", "support": "配合"}.get(one.role, "")
    holder = "（无人任职）" if not one.person else f"（{one.person}）" if one.person != whom else ""
    parts = [one.code, f"{role} {whom}{holder}".strip()]
    if one.works:
        parts.append(STATE_NAMES[one.state] + _measure(one))
    return _leaf(light(one.light), "  " + "  ".join(parts))


def _leaf(*parts: Text | str, style: str = "") -> Text:
    """One line of a tree: cut at the edge rather than broken."""
    text = Text.assemble(*parts, no_wrap=True, overflow="ellipsis")
    text.stylize(style)
    return text


def _measure(one: AssignmentView) -> str:
    parts = []
    if one.target:
        parts.append(f"{one.counted}/{one.target}{one.target_unit}")
    if one.percent is not None:
        parts.append(f"{one.percent}%")
    return f" {' '.join(parts)}" if parts else ""


def _clocks(node: Tree, one: AssignmentView) -> None:
    for clock in one.clocks:
        for line in clock_lines(clock):
            node.add(_leaf(line, style="dim"))
    if one.last_told is not None and one.light is not Light.CLOSED:
        told = one.last_told
        node.add(_leaf(f"最近 {told.rung_name}，告知{told.recipient}（第 {told.nth} 次）", style="dim"))


def clock_lines(clock: ClockView) -> list[str]:
    """Where a clock stands, and what comes next and when; nothing of a clock that stands still."""
    if clock.next_at is None and not clock.climbed:
        return []
    reached = f"，已到“{clock.rung_name}”" if clock.rung else ""
    stands = f"{CLOCK_NAMES[Clock(clock.clock)]} {day(clock.due_on)} 到期{reached}"
    if clock.next_at is None:
        return [f"{stands}，已是最高一档"]
    return [stands, f"下一步 {clock.next_at:%Y-%m-%d} {clock.next_rung_name} → {clock.next_tells}"]


def todo(name: str, views: Sequence[AssignmentView]) -> RenderableType:
    """What is open for a post or unit, with codes to quote."""
    if not views:
        return Text(f"{name}：没有待办，辛苦了。")
    table = _table(f"{name}：待办 {len(views)} 项")
    table.add_column("编号", no_wrap=True)
    table.add_column("重点工作", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("时限", no_wrap=True)
    table.add_column("亮灯", no_wrap=True)
    table.add_column("状态", no_wrap=True)
    for one in views:
        table.add_row(one.code, one.title, day(one.due_on), light(one.light), STATE_NAMES[one.state] + _measure(one))
    code = views[0].code
    verb = "sign" if views[0].state.value == "issued" else "report"
    hint = Text(f"办理：zeren {verb} {code}；查看：zeren show {code}", style="dim")
    return Stack(table, hint)


def laid(rows: Sequence[TierLaid], dry_run: bool) -> RenderableType:
    """What each tier was laid."""
    table = _table("试算：将要交办（未写入）" if dry_run else "已交办")
    table.add_column("清单", no_wrap=True)
    table.add_column("层级", no_wrap=True)
    table.add_column("任务", justify="right")
    table.add_column("落在谁身上", ratio=1)
    for row in rows:
        whom = "、".join(f"{name} {n}" for _, name, n in row.whom[:6])
        more = f" 等 {len(row.whom)} 个" if len(row.whom) > 6 else ""
        table.add_row(row.list_code, row.tier_name, str(row.assignments), row.gap or (whom + more) or "没有新的")
    table.add_section()
    table.add_row("", Text("合计", style="bold"), str(sum(row.assignments for row in rows)), "")
    return table


def rehearsed(rows: Sequence[Noticed], sent: Sequence[Digest], texts: Sequence[str], skipped: int) -> RenderableType:
    """What a sweep would send to whom and why; nothing was written."""
    if not rows:
        return Text(f"试算：现在没有要提醒的{_passed_over(skipped)}。什么都没有写入。")
    parts: list[RenderableType] = []
    for digest, text in zip(sent, texts, strict=True):
        parts += [Text(f"── 致 {digest.to}（{'、'.join(digest.posts)}）──", style="bold"), Text(text)]
    told = (
        f"试算：提醒 {len(rows)} 条，汇总成 {len(sent)} 份消息{_passed_over(skipped)}。什么都没有写入，什么都没有送出。"
    )
    return Stack(*parts, Text(told, style="bold"))


def swept(told: int, skipped: int, messages: int, outcome: Mapping[str, int], faults: Sequence[str]) -> RenderableType:
    """What a sweep did."""
    if not told and not outcome:
        return Text(f"巡查完毕：没有要提醒的{_passed_over(skipped)}。")
    words = {
        "sent": "送出",
        "held": "稍后再送",
        "failed": "失败",
        "uncertain": "不知是否送到",
        "dropped": "已不属实而作罢",
    }
    became = "、".join(f"{word} {outcome[key]}" for key, word in words.items() if outcome.get(key))
    lines = [f"巡查完毕：提醒 {told} 条{_passed_over(skipped)}，汇总成 {messages} 份消息；{became or '没有送出'}。"]
    lines += [f"  {fault}" for fault in faults[:20]]
    if told:
        lines.append("看谁在哪一档：zeren status --late；单看一项：zeren show 编号")
    return Text("\n".join(lines))


def _passed_over(skipped: int) -> str:
    return f"（停机期间越过 {skipped} 条，只记录不补发）" if skipped else ""


def ladder(rows: Sequence[Climbed]) -> RenderableType:
    """Who was told what, when, and why."""
    table = _table()
    table.add_column("日期", no_wrap=True)
    table.add_column("档", no_wrap=True)
    table.add_column("告知", no_wrap=True)
    table.add_column("事由", ratio=1)
    for row in rows:
        what = f"{row.who}；{row.why}，第 {row.nth} 次"
        table.add_row(f"{row.at:%m-%d}", row.rung_name, row.recipient, what)
    return table


def demo(
    summary: Summary,
    as_of: datetime,
    view: ItemView,
    climbed: Sequence[Climbed],
    root: str,
) -> RenderableType:
    """The month in one page: the state, one item's tree, and the ladder as it was climbed."""
    story = [row for row in climbed if row.item == view.code and row.clock == Clock.FINISH]
    told = Counter(row.rung_name for row in climbed)
    counted = "、".join(f"{name} {n}" for name, n in told.items())
    return Stack(
        Text("一、一个月后的状态", style="bold"),
        status(summary, as_of, 10, "层级"),
        Text("\n二、一项工作的责任链", style="bold"),
        item(view),
        Text(f"\n三、{view.code} 的督办阶梯是这样走上去的", style="bold"),
        ladder(story),
        Text(f"\n全部事项合计：{counted}（次，按收件人和单位归并）"),
        Text(
            f"\n工作区：{root}\n每份消息：{root}/data/outbox/\n接着看：cd {root} && zeren status --by unit",
            style="bold",
        ),
    )


def lists(rows: Sequence[ListLine]) -> RenderableType:
    """Every list and how far it is assigned."""
    if not rows:
        return Text("还没有清单。导入：zeren list import 清单.xlsx")
    table = _table("重点工作项目清单")
    for name in ("编号", "清单"):
        table.add_column(name, ratio=1 if name == "清单" else None, no_wrap=True, overflow="ellipsis")
    for name in ("印发", "版本", "事项", "已交办", "待确认"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        title = f"{row.title}（已撤销）" if row.cancelled else row.title
        numbers = (row.version, row.items, row.assigned, row.questions)
        table.add_row(row.code, title, str(row.issued_on), *map(str, numbers))
    return Stack(table, Text(f"看一份清单：zeren list show {rows[0].code}", style="dim"))


def items(code: str, rows: Sequence[ItemEntry]) -> RenderableType:
    """The items of a list with the reading of each deadline; questions below, with the command that answers them."""
    table = _table(f"清单 {code}：{len(rows)} 项")
    table.add_column("编号", no_wrap=True)
    table.add_column("重点工作", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("时限（原文）", no_wrap=True, overflow="ellipsis", max_width=16)
    table.add_column("到期", no_wrap=True)
    for row in rows:
        due = Text("待确认", style="yellow") if row.needs_confirmation else Text(day(row.due_on))
        table.add_row(row.code, row.title, row.phrase.replace("\n", " ") or "-", due)
    asked = [row for row in rows if row.needs_confirmation]
    return Stack(table, *(Text(_ask(row), style="yellow") for row in asked))


def _ask(row: ItemEntry) -> str:
    readings = "；".join(f"{at}. {text}" for at, text in enumerate(row.readings, 1))
    command = f"zeren list confirm {row.code} " + ("--reading 1" if readings else "--due 2023-12-31")
    return f"{row.code}“{row.phrase}”{row.because} {readings}\n  确认：{command}"


#: Acts as people read them.
ACTS = {
    "init": "建工作区",
    "org.import": "导入组织机构",
    "list.import": "导入清单",
    "list.confirm": "确认时限",
    "issue": "交办",
    "redate": "时限变动",
    "sweep": "巡查",
    "deliver": "送出消息",
} | {action.value: name for action, name in ACTION_NAMES.items()}


def log(rows: Sequence[LedgerLine], zone: tzinfo) -> RenderableType:
    """The ledger, oldest first."""
    table = _table(f"台账 {len(rows)} 条")
    table.add_column("序号", justify="right", no_wrap=True)
    table.add_column("时间", no_wrap=True)
    table.add_column("谁", no_wrap=True)
    table.add_column("做了什么", no_wrap=True)
    table.add_column("对象与内容", ratio=1)
    for row in rows:
        who = f"{row.actor}（代 {row.on_behalf_of}）" if row.on_behalf_of else row.actor
        at = row.at.astimezone(zone)
        table.add_row(str(row.seq), f"{at:%Y-%m-%d %H:%M}", who, ACTS.get(row.act, row.act), _said(row))
    return table


def _said(row: LedgerLine) -> str:
    shown = {
        "text": "",
        "reason": "原因：",
        "count": "数量 ",
        "percent": "进度 ",
        "milestone": "节点 ",
        "tier": "层级 ",
        "notices": "提醒 ",
        "sent": "送出 ",
        "failed": "失败 ",
        "file": "",
    }
    parts = [f"{word}{row.values[key]}" for key, word in shown.items() if row.values.get(key) not in (None, "")]
    return " ".join([*row.codes[:3], *parts])


def organisation(org: Organisation, chain: Chain, on: date) -> RenderableType:
    """Units as a tree, with posts, who holds them, and who oversees what."""
    tree = Tree(Text(f"组织机构：{len(org.units)} 个单位、{len(org.posts)} 个岗位、{len(org.people)} 人", style="bold"))
    nodes: dict[str, Tree] = {}
    for unit in sorted(org.units, key=lambda unit: len(org.line_of(unit.code))):
        parent = nodes.get(unit.parent or "", tree)
        kind = chain.kinds.get(unit.kind, unit.kind)
        nodes[unit.code] = parent.add(Text.assemble((unit.name, "bold"), f"  {unit.code} · {kind}"))
        _posts(nodes[unit.code], org, chain, unit.code, on)
    return tree


def _posts(node: Tree, org: Organisation, chain: Chain, unit: str, on: date) -> None:
    members = {post.code for post in org.members_of(unit, chain)}
    over = {o.post: o.units for o in org.oversees}
    for post in org.posts_of.get(unit, []):
        if post.code in members:
            continue
        holders = "、".join(person.name for person in org.holders(post.code, on))
        overseen = "、".join(org.unit[u].name for u in over.get(post.code, ()) if u in org.unit)
        line = Text.assemble(f"{post.title}  ", (post.code, "dim"), "  ", holders or ("无人任职", "yellow"))
        node.add(line.append(f"  分管 {overseen}") if overseen else line)
    vacant = sum(not org.holders(code, on) for code in members)
    if members:
        node.add(f"党员岗位 {len(members)} 个" + (f"，{vacant} 个无人任职" if vacant else ""))


def _table(title: str = "") -> Table:
    return Table(
        title=title or None, title_justify="left", title_style="bold", box=None, expand=True, padding=(0, 1, 0, 0)
    )
