"""What waits for somebody: questions, what is not laid, moments nobody swept, messages, days of unknown years."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from responsibility.core.deadline import begun, from_record, occurrence
from responsibility.core.errors import Finding, Severity
from responsibility.core.text import left_blank

#: A moment that passed so long ago should have been swept; a message that waits so long should have gone.
PATIENCE = timedelta(days=1)
#: A round that was begun so long ago should have ended.
LEFT = timedelta(hours=1)
#: Messages that failed longer ago are history.
RECENT = timedelta(days=30)
#: From this month on the holiday notice of the next year is usually out.
NOTICE_MONTH = 12
#: So many codes are named.
NAMED = 5


def questions(items: Iterable[Any]) -> list[Finding]:
    """No deadline waits for the office to confirm it."""
    by_list: dict[str, list[str]] = {}
    for item in items:
        if item.needs_confirmation:
            by_list.setdefault(item.list_code, []).append(item.code)
    return [
        Finding(
            "questions",
            Severity.WARNING,
            f"清单 {code} 有 {len(asked)} 项时限等办公室确认，确认前不交办：{_few(asked)}",
            f"zeren list show {code}，照下面列出的命令逐项 zeren list confirm",
        )
        for code, asked in by_list.items()
    ]


def untitled(lists: Iterable[Any]) -> list[Finding]:
    """Every list has a title of its own, not the template's."""
    return [
        Finding(
            "lists",
            Severity.WARNING,
            f"清单 {row.code} 的标题还是模板里的“{row.title}”",
            f"改好文件的标题行重新导入，再 zeren list cancel {row.code}",
        )
        for row in lists
        if left_blank(row.title)
    ]


def unassigned(items: Iterable[Any], laid: Collection[tuple[int, str]], today: date, ahead: int = 0) -> list[Finding]:
    """Every item that may be laid has been; of what recurs and was laid before, every period that has begun."""
    by_list: dict[str, list[str]] = {}
    carried = {item for item, _ in laid}
    for item in items:
        if item.needs_confirmation:
            continue
        deadline = from_record(item.deadline)
        periods = [occurrence(deadline, item.issued_on, today)]
        if deadline.rrule and item.id in carried:
            periods = begun(deadline, item.issued_on, today, ahead)
        if any((item.id, period.label) not in laid for period in periods):
            by_list.setdefault(item.list_code, []).append(item.code)
    return [
        Finding(
            "unassigned",
            Severity.WARNING,
            f"清单 {code} 有 {len(waiting)} 项（含循环事项的新一期）还没有交办：{_few(waiting)}",
            f"zeren assign --list {code}",
        )
        for code, waiting in by_list.items()
    ]


def unswept(
    count: int, oldest: datetime | None, zone: tzinfo, *, serving: bool, attended: bool = False
) -> list[Finding]:
    """Nothing fell due more than a day ago without a sweep, by `zeren serve` here or by workers elsewhere."""
    if not count or oldest is None:
        return []
    since = oldest.astimezone(zone)
    message = f"{count} 个时钟到点已超过一天，没有人巡查（最早 {since:%Y-%m-%d}）"
    mend = (
        "看 data/log/runner.log 为什么没有巡查；先 zeren remind"
        if serving
        else "zeren remind；以后自动巡查：zeren serve"
    )
    if attended:
        mend = "在巡查机器上 journalctl -u zeren-worker 看为什么没有巡查；先 zeren remind"
    return [Finding("sweep", Severity.WARNING, message, mend)]


def unfinished(round_: Any | None, now: datetime, zone: tzinfo) -> list[Finding]:
    """No round of a sweep in shards was broken off and left."""
    if round_ is None or now - round_.as_of < LEFT:
        return []
    message = f"{round_.as_of.astimezone(zone):%Y-%m-%d %H:%M} 的一轮分片巡查没有做完，里面的提醒还没有写成消息"
    return [Finding("sweep", Severity.WARNING, message, "zeren remind：先做完那一轮，再巡查")]


def unattended(running: int, *, serving: bool) -> list[Finding]:
    """Somebody sweeps by itself while clocks run."""
    if serving or not running:
        return []
    message = f"没有在值守：{running} 个时钟在走，到点不会自动巡查"
    return [Finding("serve", Severity.INFO, message, "zeren serve；或每个工作日 zeren remind")]


def held_back(count: int, until: datetime | None, zone: tzinfo) -> list[Finding]:
    """What waits for a working day is no failure, but good to know."""
    if not count or until is None:
        return []
    message = f"{count} 份消息压着，{until.astimezone(zone):%Y-%m-%d %H:%M} 起送出（现在不便打扰，或攒成每周一份）"
    return [Finding("messages", Severity.INFO, message, "不用处理；值守到时送出，没有值守的到时 zeren remind")]


def unknown_hours(posts: Iterable[str], known: Collection[str]) -> list[Finding]:
    """Every post that has an hour of its own is one of the organisation's."""
    lost = [post for post in posts if post not in known]
    message = f"config/schedule.yaml 的 hours 里，组织机构中没有这些岗位：{'、'.join(lost)}"
    mend = "改成现有的岗位编码（zeren org show），或删去"
    return [Finding("schedule", Severity.WARNING, message, mend)] if lost else []


def no_quiet(kinds: Iterable[str], quiet: object) -> list[Finding]:
    """Where messages reach people by themselves there are hours in which none does."""
    if quiet or not set(kinds) - {"console", "file"}:
        return []
    message = "没有设免打扰时段，夜里补发的消息也会响"
    mend = '在 config/schedule.yaml 写 quiet: ["20:00", "07:30"]'
    return [Finding("schedule", Severity.INFO, message, mend)]


def messages(failed: Sequence[Any], uncertain: Sequence[Any], stuck: Sequence[Any]) -> list[Finding]:
    """Every message of late has gone out."""
    lines = (
        (
            failed,
            "条消息没有送到",
            "按原因改好地址（zeren org import）或渠道（config/channels.yaml），再 zeren message resend；"
            "已当面告知：zeren message drop。哪些：zeren message list --status failed",
        ),
        (
            uncertain,
            "条消息不知道对方是否收到",
            "向本人问一声，再 zeren message resend 或 drop；以后自动重送一次：channels.yaml 的 on_doubt 改为 resend",
        ),
        (stuck, "条消息等了一天以上还没有送出", "看原因：zeren message list；再送一次：zeren remind"),
    )
    return [
        Finding("messages", Severity.WARNING, f"{len(rows)} {what}：{_few([_about(row) for row in rows], 3)}", mend)
        for rows, what, mend in lines
        if rows
    ]


def channels(states: Iterable[Any], waiting: Mapping[str, int], zone: tzinfo) -> list[Finding]:
    """Every channel works; `waiting`: channel → how many messages wait for it."""
    return [
        Finding(
            "channels",
            Severity.WARNING,
            f"渠道 {row.channel} 从 {row.since.astimezone(zone):%Y-%m-%d %H:%M} 起送不出消息：{row.reason}"
            + (f"；{waiting[row.channel]} 份消息在等它" if waiting.get(row.channel) else ""),
            "按原因检查服务器、网络和 config/channels.yaml；通了会自己恢复。哪些在等：zeren message list",
        )
        for row in states
        if row.failures and row.since is not None
    ]


def calendar_coverage(announced: Collection[int], today: date) -> list[Finding]:
    """This year's holidays are known, and the next year's once they are published."""
    found = []
    for year, severity in (
        (today.year, Severity.WARNING),
        (today.year + 1, Severity.WARNING if today.month >= NOTICE_MONTH else Severity.INFO),
    ):
        if year not in announced:
            message = f"{year} 年的放假调休安排不在日历里，那一年的工作日只按周末推算"
            found.append(Finding("calendar", severity, message, _calendar_mend(year)))
    return found


def provisional_days(announced: Collection[int], due: Iterable[date], today: date) -> list[Finding]:
    """Nothing open falls due in a year whose holidays are not known."""
    later = [day.year for day in due if day.year not in announced and day.year > today.year]
    return [
        Finding(
            "calendar",
            Severity.INFO,
            f"有未办结的任务在 {year} 年到期，提醒的日子是暂定的",
            _calendar_mend(year),
        )
        for year in sorted(set(later))
    ]


def _calendar_mend(year: int) -> str:
    return f"{year} 年的放假通知公布后：zeren calendar import 通知.txt"


def _about(row: Any) -> str:
    return f"{row.person}（{row.channel}）{row.detail}" if row.detail else f"{row.person}（{row.channel}）"


def _few(names: Sequence[str], most: int = NAMED) -> str:
    return "、".join(names[:most]) + (" 等" if len(names) > most else "")
