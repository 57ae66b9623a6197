"""撤回: what an act did to the rows behind an assignment, and whether it can be put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: A row by its table and its key; and what its columns say.
Key = tuple[str, tuple[tuple[str, Any], ...]]
Image = Mapping[Key, Mapping[str, Any]]

#: The acts on one assignment that can be put back.
UNDOABLE = frozenset(
    {
        "sign",
        "report",
        "reject",
        "submit",
        "return",
        "close",
        "suspend",
        "resume",
        "cancel",
        "delegate",
        "review",
        "rectify",
        "extend",
        "extend.agree",
        "extend.approve",
        "extend.reject",
    }
)

#: Entries that change nothing by themselves: looking for somebody's last act goes past them.
SILENT = frozenset(
    {
        "init",
        "deliver",
        "tell_issued",
        "restore",
        "rebuild",
        "channel.test",
        "channel.park",
        "sweep",
        "sweep.begin",
        "sweep.shard",
        "sheet.export",
        "sheet.import",
        "document",
        "feed.export",
        "undo",
    }
)

#: What to do about an act that cannot be put back; `{code}` is what it was about.
INSTEAD = {
    "clock.correct": "时间又不对了，再校正一次：zeren clock correct",
    "issue": "整份不办：zeren list cancel {code} --dry-run；只是一项不办：zeren item cancel 编号 --dry-run",
    "reissue": "再转给别的单位：zeren item reassign；不办了：zeren cancel {code} --reason 原因",
    "redate": "把时限改回去：zeren item edit {code} --by 原来的时限",
    "org.import": "改好组织机构文件，再导入一次：zeren org import 文件",
    "list.import": "改好清单再导入一次：zeren list import 文件；整份作废：zeren list cancel {code} --dry-run",
    "list.confirm": "重新定时限：zeren item edit {code} --by 时限",
    "list.cancel": "撤销了的清单不能恢复，重新导入：zeren list import 文件",
    "item.add": "不要这一项了：zeren item cancel {code} --dry-run",
    "item.edit": "再改回去：zeren item edit {code}（原来的内容见 zeren log {code}）",
    "item.reassign": "再转回去：zeren item reassign {code} --from 现在的单位 --to 原来的单位",
    "item.cancel": "重新增加：zeren item add",
    "event.set": "再定一次日期：zeren event set 事件 日期",
    "rearm": "把目标或反馈周期改回去：zeren item edit {code}",
    "review.follow": "把时限改回去：zeren item edit {code} --by 原来的时限",
    "policy.apply": "改好 config/policy.yaml，再用一次：zeren policy apply --to {code}",
    "urge": "催办已经发给有关的人，收不回来；要更正的，再催一次说明：zeren urge {code} --note 更正的话",
    "message.resend": "还没有送出的可以作罢：zeren message drop 编号 --reason 原因",
    "message.drop": "要再告知本人，另行催办：zeren urge",
    "calendar.import": "用正确的通知再导入一次：zeren calendar import 文件 --replace",
}


@dataclass(frozen=True, slots=True)
class Undone:
    """An act that was put back, or would be."""

    #: The entry that was undone.
    of: int
    act: str
    at: datetime
    actor: str
    on_behalf_of: str | None
    code: str
    title: str
    #: State before and after undoing.
    before: str
    after: str
    #: What else people see change: (column, before, after) undoing.
    changes: tuple[tuple[str, Any, Any], ...]
    closed_above: tuple[str, ...]
    reopened_above: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """What had been dated in the future while the clock was wrong, and what became of it."""

    #: The first and the last of those entries, and the latest of their dates.
    first: int
    last: int
    until: datetime
    #: Sweeps that count as never held; acts of people, which stand.
    sweeps: int
    acts: int
    #: Messages that will not go out, and messages nobody knows of whether they arrived.
    dropped: int
    doubtful: int
    dry_run: bool = False


def reversal(before: Image, after: Image) -> dict[Key, Mapping[str, Any] | None]:
    """What brings `after` back to `before`: each row that differs with its old columns, None where it was not."""
    back: dict[Key, Mapping[str, Any] | None] = {}
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old is None:
            back[key] = None
        elif new is None:
            back[key] = old
        elif old != new:
            back[key] = {name: value for name, value in old.items() if value != new[name]}
    return back


def stands(after: Image, now: Image, changed: Mapping[Key, Any]) -> bool:
    """Whether what an act did is still as it left it: the assignment itself, and every clock and request it changed.

    A clock the act left alone may have gone on meanwhile; it goes on undisturbed.
    """
    held = {key for key in after if key[0] == "assignment"} | set(changed)
    return all(after.get(key) == now.get(key) for key in held)


def restarts(back: Mapping[Key, Mapping[str, Any] | None]) -> bool:
    """Whether a clock runs again towards a moment that was computed before."""
    return any(key[0] == "clock" and columns and columns.get("next_at") for key, columns in back.items())
