"""The office's daily changes: a line or two on what happened, and the next command."""

from __future__ import annotations

from responsibility.core.summary import ItemAdded, ItemEdited, ItemReassigned, ListCancelled

_FACTS = {
    "title": "任务",
    "phrase": "时限",
    "due_on": "到期",
    "target": "目标",
    "category": "类别",
    "urgent": "紧急",
    "report": "反馈周期",
}


def list_cancelled(done: ListCancelled) -> str:
    """A list taken back, or what taking it back would mean."""
    if done.dry_run:
        return (
            f"试算：撤销清单 {done.list_code}“{done.title}”，会撤销未销号的任务 {done.cancelled} 项，"
            f"已销号的 {done.closed} 项不变\n什么都没有写入；确定撤销：zeren list cancel {done.list_code}"
        )
    return (
        f"已撤销清单 {done.list_code}“{done.title}”：未销号的任务 {done.cancelled} 项撤销、不再计时，"
        f"已销号的 {done.closed} 项不变\n查看状态：zeren status；同名清单再导入时算新清单"
    )


def item_added(done: ItemAdded) -> str:
    """An item more."""
    role = {"lead": "牵头", "support": "配合"}
    whom = [f"{name}{role[kind]}" for _, name, kind in done.units]
    whom += [f"{name}全体党员" for name in done.members] + list(done.leaders)
    lines = [
        f"已增加 {done.code}“{done.title}”：{'、'.join(whom)}",
        f"  时限 {done.due_on or '无'}：{done.because}",
    ]
    if done.alike:
        lines.append(f"  注意：清单里已有同名的 {'、'.join(done.alike)}；重复了就撤销：zeren item cancel {done.code}")
    return "\n".join([*lines, _next(done.code, done.needs_confirmation, done.readings, "zeren assign")])


def item_edited(done: ItemEdited) -> str:
    """An item that now says something else."""
    if not done.after:
        return f"{done.code} 与原来相同，没有改动\n查看：zeren show {done.code}"
    said = [f"{_FACTS[key]} {_fact(done.before[key])} → {_fact(done.after[key])}" for key in done.after]
    lines = [f"已修改 {done.code}“{done.title}”：{'；'.join(said)}"]
    lines += [f"  {done.because}"] if done.because else []
    lines += ["  已交办的按新时限重新计时"] if done.redated else []
    return "\n".join([*lines, _next(done.code, done.needs_confirmation, done.readings, f"zeren show {done.code}")])


def item_reassigned(done: ItemReassigned) -> str:
    """Work that went to somebody else."""
    head = f"{done.code}“{done.title}”已由{done.source}转给{done.target}"
    if not done.assigned:
        return f"{head}（还没有交办）\n下一步：zeren assign"
    again = f"，重新交办 {len(done.again)} 项" if done.again else ""
    lines = [f"{head}：撤销 {len(done.cancelled)} 项，新交办 {done.laid} 项{again}；已销号的不变"]
    if done.closed_above:
        lines.append(f"  上级随之销号 {len(done.closed_above)} 项：{'、'.join(done.closed_above[:6])}")
    return "\n".join([*lines, f"查看：zeren show {done.code}"])


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value not in (None, "") else "无"


def _next(code: str, question: bool, readings: tuple[str, ...], otherwise: str) -> str:
    if not question:
        return f"下一步：{otherwise}"
    choices = "；".join(f"{at}. {text}" for at, text in enumerate(readings, 1))
    asked = f"时限要请办公室确认，确认前不交办也不改期。{choices}".rstrip()
    return f"{asked}\n下一步：zeren list confirm {code} " + ("--reading 1" if readings else "--due 2023-12-31")
