"""What an organisation file changed: who takes up a post, who leaves, who moves, and what else differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from responsibility.core.staffing import FIELD_NAMES, Listed, Readdressed, Seat
from responsibility.views.terminal.marks import day

#: So many lines of one kind are shown.
SHOWN = 20

_TABLES = {"units": "单位", "posts": "岗位", "people": "人员"}
_COUNTS = {"new": "新增", "changed": "变动", "unchanged": "不变", "removed": "停用"}


def organisation_imported(done: Any) -> str:
    """An import, or what it would do."""
    head = f"试算 {done.file}（什么都没有写入）" if done.dry_run else f"已导入 {done.file}"
    lines = [
        f"{head}：{_counted(done.changes)}",
        *_few(f"到任：{_seat(one)}，自 {day(one.on)} 起" for one in done.joins),
        *_few(f"离任：{_seat(one)}，至 {day(one.on)} 止" for one in done.leaves),
        *_few(f"调整：{new.name}由 {_post(old)} 到 {_post(new)}，自 {day(new.on)} 起" for old, new in done.moves),
        *([f"  任期日期有变 {done.redated} 人"] if done.redated else []),
        *_listed("单位", done.units, done.changes["units"]),
        *_listed("岗位", done.posts, done.changes["posts"]),
        *_few(map(_readdressed, done.addresses)),
        *([f"  岗位上有未办结工作的 {done.handovers} 人，{_when(done)}各收到一份交接清单"] if done.handovers else []),
        *(f"  注意：{warning}" for warning in done.warnings),
    ]
    return "\n".join(lines)


def _when(done: Any) -> str:
    return "正式导入后，下次送出提醒时" if done.dry_run else "到任后下次送出提醒时"


def _counted(changes: Any) -> str:
    told = []
    for table, c in changes.items():
        counts = ((words, getattr(c, key), key) for key, words in _COUNTS.items())
        told.append(f"{_TABLES[table]} " + "、".join(f"{words} {n}" for words, n, key in counts if n or key == "new"))
    return "；".join(told)


def _readdressed(one: Readdressed) -> str:
    return f"{FIELD_NAMES[one.field]}有变：{one.name}（{one.person}） {one.before or '无'} → {one.after or '无'}"


def _seat(one: Seat) -> str:
    return f"{one.name}，{_post(one)}"


def _post(one: Seat) -> str:
    return f"{one.title}（{one.post}）"


def _listed(what: str, some: Listed, counts: Any) -> list[str]:
    """By code; where everything is new, the count has said it."""
    new = some.new if counts.unchanged or counts.changed else ()
    rows = (("新增", new), ("停用", some.retired), ("变动", some.changed))
    return [f"  {what}{word}：{_codes(codes)}" for word, codes in rows if codes]


def _codes(codes: Sequence[str]) -> str:
    return "、".join(codes[:SHOWN]) + (f" 等 {len(codes)} 个" if len(codes) > SHOWN else "")


def _few(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    rest = len(every) - SHOWN
    return [f"  {line}" for line in every[:SHOWN]] + ([f"  ……另有 {rest} 条，全部见 --json"] if rest > 0 else [])
