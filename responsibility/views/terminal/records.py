"""Lists, the ledger and the organisation."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from responsibility.core.assignment import ACTION_NAMES
from responsibility.core.chain import Chain, Organisation
from responsibility.core.summary import (
    ItemEntry,
    LedgerLine,
    ListLine,
)
from responsibility.core.text import unformulated
from responsibility.views.terminal.marks import due_with, table_of


def lists(rows: Sequence[ListLine]) -> RenderableType:
    """Every list and how far it is assigned."""
    if not rows:
        return Text("还没有清单。导入：zeren list import 清单.xlsx")
    table = table_of("重点工作项目清单")
    for name in ("编号", "清单"):
        table.add_column(name, ratio=1 if name == "清单" else None, no_wrap=True, overflow="ellipsis")
    for name in ("印发", "版本", "事项", "已交办", "待确认"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        title = f"{row.title}（已撤销）" if row.cancelled else row.title
        numbers = (row.version, row.items, row.assigned, row.questions)
        table.add_row(row.code, title, str(row.issued_on), *map(str, numbers))
    return Stack(table, Text(f"看一份清单：zeren list show {rows[0].code}", style="dim"))


def items(code: str, name: str, rows: Sequence[ItemEntry]) -> RenderableType:
    """The items of a list with the reading of each deadline; questions below, with the command that answers them."""
    table = table_of(f"清单 {code} {name}：{len(rows)} 项")
    table.add_column("编号", no_wrap=True)
    table.add_column("重点工作", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("时限（原文）", no_wrap=True, overflow="ellipsis", max_width=16)
    table.add_column("到期", no_wrap=True)
    for row in rows:
        due = Text("待确认", style="yellow") if row.needs_confirmation else Text(due_with(row.due_on, row.extended))
        table.add_row(row.code, row.title, row.phrase.replace("\n", " ") or "-", due)
    asked = [row for row in rows if row.needs_confirmation]
    return Stack(table, *(Text(_ask(row), style="yellow") for row in asked))


def _ask(row: ItemEntry) -> str:
    readings = "；".join(f"{at}. {text}" for at, text in enumerate(row.readings, 1))
    return f"{row.code}：{row.because} {readings}\n  确认：{answer_with(row.code, bool(readings), row.event)}"


def answer_with(code: str, readings: bool, event: str) -> str:
    """The command that answers a question: the day of its event, one of its readings, or a day."""
    if readings:
        return f"zeren list confirm {code} --reading 1"
    return f"zeren event set {event} 2023-12-31" if event else f"zeren list confirm {code} --due 2023-12-31"


#: Acts as people read them.
ACTS = {
    "init": "建工作区",
    "org.import": "导入组织机构",
    "list.import": "导入清单",
    "list.confirm": "确认时限",
    "list.cancel": "撤销清单",
    "item.add": "增加事项",
    "item.edit": "修改事项",
    "item.reassign": "转办",
    "item.cancel": "撤销事项",
    "event.set": "定下事件日期",
    "calendar.import": "导入放假通知",
    "issue": "交办",
    "reissue": "重新交办",
    "review.follow": "回头看改期",
    "redate": "时限变动",
    "rearm": "重定时钟",
    "sweep": "巡查",
    "sweep.begin": "开始分片巡查",
    "sweep.shard": "巡查一片",
    "urge": "手工催办",
    "policy.apply": "改用现行规则",
    "deliver": "送出消息",
    "tell_issued": "告知新任务",
    "restore": "从备份恢复",
    "clock.correct": "校正时间",
    "rebuild": "照台账改回",
    "channel.test": "试渠道",
    "channel.park": "渠道送不出",
    "message.resend": "重送消息",
    "message.drop": "作罢消息",
    "sheet.export": "导出台账",
    "sheet.import": "导入台账答复",
    "document": "出具文书",
    "feed.export": "导出日历",
    "extend.agree": "同意延期（待下一级）",
    "extend.approve": "同意延期",
    "extend.reject": "不同意延期",
    "undo": "撤回",
} | {action.value: name for action, name in ACTION_NAMES.items()}


def log(rows: Sequence[LedgerLine], zone: tzinfo, chain: Chain) -> RenderableType:
    """The ledger, oldest first."""
    table = table_of(f"台账 {len(rows)} 条")
    table.add_column("序号", justify="right", no_wrap=True)
    table.add_column("时间", no_wrap=True)
    table.add_column("谁", no_wrap=True)
    table.add_column("做了什么", no_wrap=True)
    table.add_column("对象与内容", ratio=1)
    for row in rows:
        who = f"{row.actor}（代 {row.on_behalf_of}）" if row.on_behalf_of else row.actor
        who += f" @{row.values['login']}" if "login" in row.values else ""
        at = row.at.astimezone(zone).isoformat(" ", "minutes")
        table.add_row(str(row.seq), at, who, ACTS.get(row.act, row.act), _said(row, zone, chain))
    return table


def log_csv(rows: Sequence[LedgerLine], zone: tzinfo, chain: Chain) -> str:
    """The ledger as a spreadsheet reads it: UTF-8 with a mark, one entry a line, no cell taken for a formula."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(("序号", "时间", "谁", "代", "做了什么", "对象", "内容", "哈希", "登录名"))
    for row in rows:
        at = row.at.astimezone(zone).isoformat(" ", "seconds")
        said = " ".join(_parts(row, zone, chain))
        who, login = (row.actor, row.on_behalf_of or ""), str(row.values.get("login", ""))
        cells = (at, *who, ACTS.get(row.act, row.act), " ".join(row.codes), said, row.hash, login)
        sheet.writerow((row.seq, *map(unformulated, cells)))
    return "\ufeff" + text.getvalue()


def _said(row: LedgerLine, zone: tzinfo, chain: Chain) -> str:
    return " ".join([*row.codes[:3], *_parts(row, zone, chain)])


#: What an organisation file changed about who holds what.
_STAFF = {"joins": "到任", "leaves": "离任", "moves": "调整"}


def _parts(row: LedgerLine, zone: tzinfo, chain: Chain) -> list[str]:
    values: dict[str, Any] = dict(row.values)
    if row.act == "clock.correct":
        values["until"] = datetime.fromisoformat(values["until"]).astimezone(zone).isoformat(" ", "minutes")
    if values.get("tier") in chain.order:
        values["tier"] = chain.tier(str(values["tier"])).name
    to = "委托给 " if row.act == "delegate" else "延到 " if row.act.startswith("extend") else "转给 "
    shown = {
        "verdict": "结论 ",
        "text": "",
        "reason": "原因：",
        "count": "数量 ",
        "percent": "进度 ",
        "milestone": "节点 ",
        "tier": "层级 ",
        "due": "到期 ",
        "shards": "分片 ",
        "shard": "片号 ",
        "notices": "提醒 ",
        "sent": "送出 ",
        "failed": "失败 ",
        "number": "",
        "file": "",
        "event": "",
        "on": "定在 ",
        "from": "由 ",
        "to": to,
        "until": "至 ",
        "ended": "结束委托 ",
        "progress": "进展：",
        "note": "",
    }
    back = [f"第 {values['of']} 条“{ACTS.get(values['act'], values['act'])}”"] if row.act == "undo" else []
    files = [f"佐证材料 {one['name']}" for one in values.get("evidence", ())]
    files += [f"缺口：{gap['message']}" for gap in values.get("gaps", ())]
    staff = [f"{word} {len(values[key])}" for key, word in _STAFF.items() if values.get(key)]
    moved = [f"任务 {values['assignments']} 项"] if row.act in ("policy.apply", "rebuild") else []
    said = [f"{word}{values[key]}" for key, word in shown.items() if values.get(key) not in (None, "", 0)]
    return back + moved + said + files + staff


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
