"""Channels: which are in use, where their secrets are, and whether they work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.views.channels import ChannelLine, ChannelTested
from responsibility.views.terminal.marks import table_of

_KINDS = {
    "console": "屏幕",
    "file": "文件",
    "mail": "电子邮件",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "webhook": "短信网关",
    "apprise": "其他服务",
}
_OUTCOMES = {"sent": "送到了", "failed": "没有送到", "uncertain": "不知道是否送到"}


def channels(rows: Sequence[ChannelLine], zone: tzinfo) -> RenderableType:
    """A line for each channel, and under the table what is the matter with some."""
    table = table_of(f"渠道 {len(rows)} 个")
    for head in ("渠道", "种类", "在用", "内容", "中断后"):
        table.add_column(head, no_wrap=True)
    table.add_column("送不到", justify="right", no_wrap=True)
    table.add_column("密钥在哪里", ratio=1, overflow="fold")
    for row in rows:
        table.add_row(
            row.name,
            _KINDS[row.kind],
            f"第 {row.line} 行" if row.line else Text("没有", style="dim"),
            "全文" if row.full_text else "编号、名称、时限",
            "重送" if row.on_doubt == "resend" else "留给人定",
            f"{row.unreachable} 人" if row.unreachable else "-",
            "\n".join(one.where or f"{one.key}？" for one in row.secrets) or "-",
        )
    return Stack(table, *(Text(line, style="yellow") for row in rows for line in _troubles(row, zone)))


def _troubles(row: ChannelLine, zone: tzinfo) -> list[str]:
    said = [f"{row.name} 的 {one.key}：{one.wrong}" for one in row.secrets if one.wrong and row.line]
    if row.parked_until:
        until = row.parked_until.astimezone(zone).isoformat(" ", "minutes")
        said.append(f"{row.name} 停到 {until} 再试：{row.reason}")
    if row.unreachable and row.line:
        said.append(
            f"{row.name} 送不到任职的 {row.holders} 人中的 {row.unreachable} 人：没有登记地址，名单见 zeren doctor"
        )
    return said


def channel_tested(done: ChannelTested) -> str:
    """What the service said."""
    head = f"渠道 {done.channel}（{_KINDS[done.kind]}）→ {done.post} {done.person}：{_OUTCOMES[done.outcome]}"
    again = (
        "\n这个渠道前面送不出，现在恢复使用；在等的消息几分钟内送出，没有值守的运行 zeren remind"
        if done.works_again
        else ""
    )
    return f"{head}\n{done.detail}{again}"
