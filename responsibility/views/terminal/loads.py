"""How many messages people got, for the office to see whether it is too many."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from responsibility.core.chain import Chain
from responsibility.core.summary import Burden
from responsibility.core.timing import HELD_NAMES
from responsibility.views.terminal.marks import table_of


def burden(counted: Burden, names: Mapping[str, str], chain: Chain) -> RenderableType:
    """Messages by tier, those who got most, and what people were spared."""
    span = f"{counted.since:%Y-%m-%d} 至 {counted.until:%Y-%m-%d}"
    total = counted.total
    if not total.messages:
        return Text(f"{span} 没有送出过消息。")
    head = Text(
        f"{span}：{total.people} 人收到 {total.messages} 份消息，说了 {total.notices} 件事，人均 {total.each:.1f} 份。",
        style="bold",
    )
    return Stack(head, Text(), _tiers(counted, chain), Text(), _highest(counted, names), Text(), Text(_spared(counted)))


def _tiers(counted: Burden, chain: Chain) -> RenderableType:
    table = table_of("按层级")
    table.add_column("层级", ratio=1)
    for heading in ("人", "消息", "事", "人均"):
        table.add_column(heading, justify="right", no_wrap=True)
    for load in counted.tiers:
        table.add_row(
            chain.tier(load.key).name, str(load.people), str(load.messages), str(load.notices), f"{load.each:.1f}"
        )
    return table


def _highest(counted: Burden, names: Mapping[str, str]) -> RenderableType:
    table = table_of(f"收到最多的 {len(counted.highest)} 人")
    table.add_column("人员", ratio=1, overflow="fold")
    for heading in ("消息", "事"):
        table.add_column(heading, justify="right", no_wrap=True)
    for load in counted.highest:
        table.add_row(names.get(load.key, load.key), str(load.messages), str(load.notices))
    return table


def _spared(counted: Burden) -> str:
    """What people did not get."""
    waited = "，".join(f"{HELD_NAMES[why]} {n} 份" for why, n in sorted(counted.merged.items()))
    return "\n".join(
        [
            "少发的消息：",
            f"  汇总成一份：少发 {counted.digested} 份",
            f"  压后并入下一份：少发 {sum(counted.merged.values())} 份" + (f"（{waited}）" if waited else ""),
            f"  到发出时已不属实：少发 {counted.untrue} 份",
        ]
    )
