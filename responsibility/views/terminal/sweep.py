"""What was laid, what a sweep told, and the ladder as it was climbed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.escalation import Clock
from responsibility.core.summary import (
    Climbed,
    ItemView,
    Noticed,
    Summary,
    TierLaid,
)
from responsibility.views.terminal.chain import item
from responsibility.views.terminal.marks import table_of
from responsibility.views.terminal.state import status
from responsibility.views.texts import Digest


def laid(rows: Sequence[TierLaid], dry_run: bool) -> RenderableType:
    """What each tier was laid."""
    if not any(row.assignments or row.gap for row in rows):
        return Text("没有要交办的：都已交办，或在等时限确认（zeren list show）")
    table = table_of("试算：将要交办（未写入）" if dry_run else "已交办")
    table.add_column("清单", no_wrap=True)
    table.add_column("层级", no_wrap=True)
    table.add_column("任务", justify="right")
    table.add_column("落在谁身上", ratio=1)
    for row in rows:
        whom = "、".join(f"{name} {n}" for _, name, n in row.whom[:3])
        whom = f"{len(row.whom)} 个，每个多少：{whom} 等" if len(row.whom) > 3 else whom
        table.add_row(row.list_code, row.tier_name, str(row.assignments), row.gap or whom or "没有新的")
    table.add_section()
    table.add_row("", Text("合计", style="bold"), str(sum(row.assignments for row in rows)), "")
    return table


def rehearsed(
    rows: Sequence[Noticed],
    sent: Sequence[Digest],
    texts: Sequence[str],
    skipped: int,
    gaps: Sequence[Mapping[str, Any]] = (),
    held: int = 0,
) -> RenderableType:
    """What a sweep would send to whom and why; nothing was written."""
    if not rows and not gaps:
        return Text(f"试算：现在没有要提醒的{_passed_over(skipped)}。什么都没有写入。")
    parts: list[RenderableType] = []
    for digest, text in zip(sent, texts, strict=True):
        parts += [Text(f"── 致 {digest.to}（{'、'.join(digest.posts)}）──", style="bold"), Text(text)]
    rungs = Counter(row.rung_name for row in rows)
    counted = "、".join(f"{name} {n}" for name, n in rungs.items())
    told = f"试算：提醒 {len(rows)} 条（{counted}），汇总成 {len(sent)} 份消息{_passed_over(skipped)}。"
    parts += [Text(line) for line in _gaps(gaps)]
    if held:
        told += f"其中 {held} 份现在不便打扰，或攒成每周一份，到时再送。"
    return Stack(*parts, Text(f"{told}什么都没有写入，也没有送出。", style="bold"))


def periods_waiting(waiting: Sequence[Any]) -> str:
    """One line on new periods that nobody assigned yet."""
    codes = "、".join(dict.fromkeys(one.item for one in waiting[:5]))
    some = f"{codes} 等 {len(waiting)} 期" if len(waiting) > 5 else codes
    return f"循环事项到了新一期，还没有交办：{some}。交办：zeren assign"


def swept(
    told: int,
    skipped: int,
    messages: int,
    outcome: Mapping[str, int],
    faults: Sequence[str],
    held: tuple[int, datetime | None] = (0, None),
    cards: int = 0,
    gaps: Sequence[Mapping[str, Any]] = (),
) -> RenderableType:
    """What a sweep did, and how many messages wait until when."""
    waiting, until = held
    why = "现在不便打扰，或攒成每周一份；紧急的不压"
    later = f"\n有 {waiting} 份消息压着，{until:%Y-%m-%d %H:%M} 起送出：{why}。" if waiting and until else ""
    if not told and not gaps and not any(outcome.values()):
        return Text(f"巡查完毕：没有要提醒的{_passed_over(skipped)}。{later}")
    words = {
        "sent": "送出",
        "held": "稍后再送",
        "failed": "失败",
        "uncertain": "不知是否送到",
        "dropped": "已不属实而作罢",
    }
    became = "、".join(f"{word} {outcome[key]}" for key, word in words.items() if outcome.get(key))
    carded = f"，单位逾期记满牌告知 {cards} 人" if cards else ""
    lines = [
        f"巡查完毕：提醒 {told} 条{_passed_over(skipped)}{carded}，汇总成 {messages} 份消息；{became or '没有送出'}。"
    ]
    lines += [f"  {fault}" for fault in faults[:20]]
    lines += [f"  ……还有 {len(faults) - 20} 处"] if len(faults) > 20 else []
    if outcome.get("failed") or outcome.get("uncertain"):
        lines.append("没有送到、不知是否送到的：zeren message list，逐份重送（resend）或作罢（drop）")
    lines += _gaps(gaps)
    if later:
        lines.append(later.strip())
    if told:
        lines.append("看谁在哪一档：zeren status --late；单看一项：zeren show 编号")
    return Text("\n".join(lines))


def _gaps(gaps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where nobody could be told as meant, and what mends it."""
    lines = [f"  {gap['message']}。请{gap['mend']}" for gap in gaps[:20]]
    lines += [f"  ……同样的情形还有 {len(gaps) - 20} 处"] if len(gaps) > 20 else []
    return ["责任链有缺口（办公室一天得知一次）：", *lines] if lines else []


def _passed_over(skipped: int) -> str:
    return f"（停机期间越过 {skipped} 条，只记录不补发）" if skipped else ""


def ladder(rows: Sequence[Climbed]) -> RenderableType:
    """Who was told what, when, and why."""
    table = table_of()
    table.add_column("日期", no_wrap=True)
    table.add_column("档", no_wrap=True)
    table.add_column("告知", no_wrap=True)
    table.add_column("事由", ratio=1)
    for row in rows:
        what = f"{row.who}；{row.why}，第 {row.nth} 次告知"
        table.add_row(f"{row.at:%m-%d}", row.rung_name, row.recipient, what)
    return table


def demo(
    summary: Summary,
    as_of: datetime,
    view: ItemView,
    climbed: Sequence[Climbed],
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
    )
