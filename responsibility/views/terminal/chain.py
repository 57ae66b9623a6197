"""One item's chain as a tree, and one post's open work."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from responsibility.core.assignment import SEVERITY, STATE_NAMES, Light, State, worst
from responsibility.core.escalation import CLOCK_NAMES, Clock
from responsibility.core.summary import (
    AssignmentView,
    ClockView,
    ItemView,
)
from responsibility.views.terminal.marks import day, light, table_of
from responsibility.views.terminal.requests import answer_as


def item(view: ItemView, everything: bool = False) -> RenderableType:
    """One item's chain as a tree, with clocks, the last notice and what comes next."""
    head = Text.assemble((f"{view.code} ", "bold"), (view.title, "bold"))
    facts = [f"类别 {view.category}", _term(view)]
    if view.target:
        facts.append(f"目标 {view.target} {view.target_unit}")
    if view.report_every:
        facts.append(f"反馈 {view.report_every}")
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


def _term(view: ItemView) -> str:
    """The item's date; where some were extended, the date before and the latest."""
    written = f"（{view.phrase or '未写'}）"
    if not view.extended:
        return f"时限 {day(view.due_on)}{written}"
    return f"时限 {day(view.laid_due_on)}{written}，有 {view.extended} 项延期，最晚 {day(view.extended_to)}"


def _question(view: ItemView) -> Text:
    readings = "；".join(f"{at}. {text}" for at, text in enumerate(view.readings, 1)) or "没有可选的读法"
    return Text(
        f"时限待确认，暂不交办。{readings}\n确认：zeren list confirm {view.code} --reading 1，或 --due 2023-12-31",
        style="yellow",
    )


def _chain_tree(view: ItemView, everything: bool) -> Tree:
    """Each tier hangs under the one above; members are gathered under their unit unless `everything` is asked."""
    tree = Tree(Text("责任链", style="bold"), guide_style="dim")
    standing = [one for one in view.assignments if one.state is not State.CANCELLED]
    periods = sorted({one.occurrence for one in standing})
    for period in periods:
        some = [one for one in standing if one.occurrence == period]
        if len(periods) > 1:
            _period(tree, period, some, everything)
        else:
            _tiers(tree, some, everything)
    _cancelled(tree, [one for one in view.assignments if one.state is State.CANCELLED])
    return tree


def _period(tree: Tree, period: str, standing: Sequence[AssignmentView], everything: bool) -> None:
    """One period of what recurs; of one that is closed no more is shown."""
    kind = worst(one.light for one in standing)
    due_on = max((one.due_on for one in standing if one.due_on), default=None)
    extended = sum(one.extensions > 0 for one in standing)
    later = f"，有 {extended} 项延期" if extended else ""
    node = tree.add(_leaf(light(kind), f"  {period} 期  {len(standing)} 项任务，{day(due_on)} 到期{later}"))
    if kind is not Light.CLOSED or everything:
        _tiers(node, standing, everything)


def _tiers(tree: Tree, standing: Sequence[AssignmentView], everything: bool) -> None:
    at: Tree = tree
    upper = [one for one in standing if one.role not in ("lead", "support") and not one.works]
    for tier in dict.fromkeys(one.tier for one in upper):
        row = [one for one in upper if one.tier == tier]
        nodes = [at.add(_line(one)) for one in row]
        at = nodes[0] if len(nodes) == 1 else at  # below several leaders the chain goes on beside them
    below = [one for one in standing if one not in upper]
    _units(at, below, everything)


def _cancelled(tree: Tree, gone: Sequence[AssignmentView]) -> None:
    """What was taken back: named, and no more."""
    if gone:
        codes = "、".join(one.code for one in gone[:6]) + ("等" if len(gone) > 6 else "")
        tree.add(_leaf(f"已撤销 {len(gone)} 项：{codes}", style="dim"))


def _units(at: Tree, below: Sequence[AssignmentView], everything: bool) -> None:
    units = [one for one in below if one.role in ("lead", "support")]
    members = [one for one in below if one.role not in ("lead", "support")]
    placed: set[str] = set()
    for one in sorted(units, key=lambda one: (one.role != "lead",)):
        node = at.add(_line(one))
        _delegation(node, one)
        mine = [m for m in members if m.unit == one.unit]
        placed.update(m.code for m in mine)
        _extended(node, one)
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
            leaf = node.add(_line(one))
            _delegation(leaf, one)
            _extended(leaf, one)
            _clocks(leaf, one)
        return
    by_light: dict[Light, list[AssignmentView]] = {}
    for one in members:
        by_light.setdefault(one.light, []).append(one)
    for kind in sorted(by_light, key=SEVERITY.__getitem__, reverse=True):
        some = by_light[kind]
        names = "、".join(one.post_title for one in some[:3]) + ("等" if len(some) > 3 else "")
        leaf = node.add(_leaf(light(kind), f"  党员 {len(some)} 名：{names}"))
        for one in some:
            _extended(leaf, one, f"{one.post_title}：")
        if kind is not Light.CLOSED:
            _clocks(leaf, some[0])


def _line(one: AssignmentView) -> Text:
    whom = one.unit_name if one.role in ("lead", "support") else one.post_title
    role = {"lead": "牵头", "support": "配合"}.get(one.role, "")
    holder = "（无人任职）" if not one.person else f"（{one.person}）" if one.person != whom else ""
    state = [STATE_NAMES[one.state] + _measure(one)] if one.works else []
    parts = [one.code, *state, f"{role} {whom}{holder}".strip()]
    return _leaf(light(one.light), "  " + "  ".join(parts))


def _leaf(*parts: Text | str, style: str = "") -> Text:
    """One line of a tree: cut at the edge rather than broken."""
    text = Text.assemble(*parts, no_wrap=True, overflow="ellipsis")
    text.stylize(style)
    return text


def due(one: AssignmentView) -> str:
    """The due date, with how often it was extended."""
    return day(one.due_on) + (f"（延{one.extensions}次）" if one.extensions else "")


def _measure(one: AssignmentView) -> str:
    parts = [f"退回{one.returns}次"] if one.returns else []
    if one.target:
        parts.append(f"{one.counted}/{one.target}{one.target_unit}")
    if one.percent is not None:
        parts.append(f"{one.percent}%")
    if one.milestones > 1 and one.works:
        parts.append(f"节点{one.milestones_done}/{one.milestones}")
    return f" {' '.join(parts)}" if parts else ""


def _extended(node: Tree, one: AssignmentView, whose: str = "") -> None:
    """How its date was extended, and what was asked for and is not answered."""
    if one.extensions:
        late = "，逾期后特批" if one.extended_late else ""
        said = f"延期 {one.extensions} 次{late}，原时限 {day(one.laid_due_on)}，现时限 {day(one.due_on)}"
        node.add(_leaf(whose + said, style="dim"))
    if one.asked:
        asked = f"申请延期到 {day(one.asked.to_on)}（{day(one.asked.asked_on)} 提出），等{one.asked.waits_for}答复"
        node.add(_leaf(whose + asked, style="yellow"))
        node.add(_leaf(f"答复：zeren extension approve {one.code} {answer_as(one.asked.answer_as)}", style="dim"))


def _clocks(node: Tree, one: AssignmentView) -> None:
    for clock in one.clocks:
        for line in clock_lines(clock):
            node.add(_leaf(line, style="dim"))
    if one.returned_because:
        node.add(_leaf(f"退回原因：{one.returned_because}"))
    if one.reviews:
        node.add(_leaf(_last_review(one), style="dim"))
    if one.last_told is not None and one.light is not Light.CLOSED:
        told = one.last_told
        node.add(_leaf(f"最近 {told.rung_name}，第 {told.nth} 次告知{told.recipient}", style="dim"))


def _last_review(one: AssignmentView) -> str:
    """What the last review found."""
    last = one.reviews[-1]
    rectify = f"，整改到 {last.rectify_by}" if last.rectify_by else ""
    often = f"（第 {len(one.reviews)} 次）" if len(one.reviews) > 1 else ""
    said = f"；{last.text}" if last.text else ""
    return f"上次回头看 {last.held_at:%Y-%m-%d}：{last.verdict}{often}{rectify}{said}"


def _delegation(node: Tree, one: AssignmentView) -> None:
    """Who acts for the owner, where somebody does."""
    if one.delegation:
        to = one.delegation
        holder = f"（{to.person or '无人任职'}）" if to.person != to.title else ""
        node.add(_leaf(f"委托 {to.title}{holder} 代办，至 {day(to.until_on)}", style="dim"))


def clock_lines(clock: ClockView) -> list[str]:
    """Where a clock stands, and what comes next and when; nothing of a clock that stands still."""
    if clock.next_at is None and not clock.climbed:
        return []
    reached = f"，已到“{clock.rung_name}”" if clock.rung else ""
    name = CLOCK_NAMES[Clock(clock.clock)] + (f"{clock.milestone}" if clock.milestone else "")
    stands = f"{name} {day(clock.due_on)} 到期{reached}"
    if clock.clock == Clock.BEHIND:
        stands = f"{day(clock.due_on)} 以后没有新进展，就提醒滞后{reached}"
    if clock.missed:
        stands += f"，此前连续 {clock.missed} 期没有反馈"
    if clock.next_at is None:
        return [f"{stands}，已是最高一档"]
    if clock.next_rung is None:
        return [stands, f"下一步 {clock.next_at:%Y-%m-%d} 下一期开始"]
    return [stands, f"下一步 {clock.next_at:%Y-%m-%d} {clock.next_rung_name} → {clock.next_tells}"]


def todo(name: str, views: Sequence[AssignmentView], whom: str = "", waiting: int = 0) -> RenderableType:
    """What is open for a post or unit, with codes to quote, and how many extensions are for it to answer."""
    asked = [Text(f"等您答复的延期申请 {waiting} 项：zeren extension list --as {whom}", style="yellow")] * bool(waiting)
    if not views:
        return Stack(Text(f"{name}：没有别的待办。" if waiting else f"{name}：没有待办，辛苦了。"), *asked)
    table = table_of(f"{name}：待办 {len(views)} 项")
    table.add_column("编号", no_wrap=True)
    table.add_column("重点工作", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("时限", no_wrap=True)
    table.add_column("亮灯", no_wrap=True)
    table.add_column("状态", no_wrap=True)
    for one in views:
        table.add_row(
            one.code, one.title, due(one), light(one.light), STATE_NAMES[one.state] + _measure(one) + _acted(one, whom)
        )
    why = [Text(f"{one.code} 退回原因：{one.returned_because}") for one in views if one.returned_because]
    return Stack(table, *why, Text(_next_act(views, whom), style="dim"), *asked)


def _next_act(views: Sequence[AssignmentView], whom: str) -> str:
    """What can be done about the first of them that is done here; the tiers above follow those below."""
    at = next(((one, verb) for one in views if (verb := _verb(one))), None)
    if at is None:
        return f"查看：zeren show {views[0].code}"
    one, verb = at
    code = one.code if _acted(one, "") in ("", _acted(one, whom)) else f"{one.code} --as {whom}"
    return f"办理：zeren {verb} {code}；查看：zeren show {one.code}"


def _verb(one: AssignmentView) -> str:
    """The owner's next act, or empty where it is not the owner's turn."""
    if one.state is State.ISSUED:
        return "sign" if one.signs else ""
    return "report" if one.works and one.state in (State.SIGNED, State.IN_PROGRESS, State.RETURNED) else ""


def _acted(one: AssignmentView, whom: str) -> str:
    """Whether `whom` acts here for somebody else, or somebody else for `whom`."""
    if one.delegation is None:
        return ""
    until = f"{one.delegation.until_on.month}月{one.delegation.until_on.day}日"
    return f"，{'代办' if one.delegation.post == whom else '已委托'}至{until}"
