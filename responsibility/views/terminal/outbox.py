"""Messages of the outbox, and what the office decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.summary import CHANNEL_DOWN, MESSAGE_KINDS, MESSAGE_STATUS, MessageLine, MessagesDecided, words
from responsibility.core.text import hour_of
from responsibility.views.terminal.marks import table_of

_STYLE = {"failed": "bold red", "uncertain": "yellow"}


def messages(rows: Sequence[MessageLine], total: int, zone: tzinfo, *, asked: bool = False) -> RenderableType:
    """The newest of so many messages; `asked`: of the statuses asked for. Why a channel fails is said once."""
    if not rows:
        return Text(
            "没有这样的消息。" if asked else "没有送不到的，也没有等着的。已送出的：zeren message list --status sent"
        )
    table = table_of(f"消息 {len(rows)} 份" + (f"，共 {total} 份" if total > len(rows) else ""))
    table.add_column("编号", justify="right", no_wrap=True)
    table.add_column("收件人", no_wrap=True)
    table.add_column("渠道", no_wrap=True)
    table.add_column("状态", no_wrap=True)
    table.add_column("内容与原因", ratio=1)
    for row in rows:
        what = row.title.removeprefix("【责任链】") or words(MESSAGE_KINDS, row.kind)
        table.add_row(
            str(row.id),
            row.name or row.person,
            row.channel,
            Text(words(MESSAGE_STATUS, row.status), style=_STYLE.get(row.status, "")),
            "；".join(filter(None, [what, _why(row), _next(row, zone), _doubted(row)])),
        )
    down = dict.fromkeys(f"{row.channel} 这个{row.detail}" for row in rows if row.detail.startswith(CHANNEL_DOWN))
    hint = [Text(_HINT, style="dim")] if any(row.status in _STYLE for row in rows) else []
    return Stack(table, *(Text(line, style="yellow") for line in down), *hint)


def _why(row: MessageLine) -> str:
    """The reason, but for a channel's, which stands under the table."""
    return CHANNEL_DOWN.rstrip("：") if row.detail.startswith(CHANNEL_DOWN) else row.detail


_HINT = (
    "看一份：zeren message show 编号；改好后重送：zeren message resend 编号\n"
    "已另行告知本人，作罢：zeren message drop 编号 --reason 说明"
)


def message(row: MessageLine, zone: tzinfo) -> RenderableType:
    """One message and its story."""
    posts = "、".join(f"{code}（{title}）" for code, title in row.posts)
    facts = (
        ("消息", f"{words(MESSAGE_KINDS, row.kind)} {row.title}".strip()),
        ("编号", f"{row.id}（消息里写作 {row.number}）"),
        ("收件人", f"{row.name or '（组织机构里没有这个人了）'} {row.person}，{posts}"),
        ("状态", f"{words(MESSAGE_STATUS, row.status)}（{row.changed_at.astimezone(zone):%Y-%m-%d %H:%M}）"),
        ("渠道", row.channel),
        ("说明", "；".join(filter(None, [row.detail, _next(row, zone), _doubted(row)]))),
        ("试过", "\n".join(f"{channel}：{reason}" for channel, reason in row.tried)),
        ("次数", f"在这个渠道上送了 {row.attempts} 次" if row.attempts else ""),
        ("生成", f"{row.created_at.astimezone(zone):%Y-%m-%d %H:%M}"),
    )
    table = table_of()
    table.show_header = False
    table.add_column(no_wrap=True, style="bold")
    table.add_column(ratio=1)
    for name, said in facts:
        if said:
            table.add_row(name, said)
    return Stack(table, Text(_HINT, style="dim")) if row.status in _STYLE else table


def messages_decided(done: MessagesDecided) -> str:
    """What the office decided."""
    named = "、".join(f"{one.id}（{one.name or one.person}，{one.channel}）" for one in done.messages)
    if done.act == "resend":
        return f"将重送 {len(done.messages)} 份消息：{named}\n值守着的几分钟内送出；没有值守：zeren remind"
    return f"作罢 {len(done.messages)} 份消息：{named}；原因：{done.reason}"


def _next(row: MessageLine, zone: tzinfo) -> str:
    return f"{hour_of(row.next_at.astimezone(zone), row.changed_at.astimezone(zone))} 起再送" if row.next_at else ""


def _doubted(row: MessageLine) -> str:
    return f"曾不知是否送到，重送过 {row.doubts} 次" if row.doubts else ""
