"""What the doctor found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from responsibility.core.errors import Finding, Severity

#: Under this stands what could not be looked at.
UNSEEN = "unseen"
#: What is looked at, in the order it is told.
CHECKS = {
    "config": "配置",
    "template": "消息模板",
    "office": "办公室名片",
    "channels": "渠道",
    "database": "数据库",
    "clock": "时间",
    "organisation": "组织机构",
    "ladder": "督办阶梯",
    "address": "收件地址",
    "lists": "清单",
    "questions": "待确认的时限",
    "unassigned": "未交办",
    "serve": "值守",
    "sweep": "巡查",
    "clocks": "任务的时钟",
    "state": "任务的状态",
    "schedule": "发送时间",
    "messages": "消息",
    "ledger": "台账",
    "finished": "已办结的汇总",
    "orphans": "残缺与遗留",
    "calendar": "工作日历",
    "server": "Prefect 服务",
    "workers": "巡查机器",
    "versions": "程序版本",
    "disk": "磁盘",
    "modes": "文件权限",
    UNSEEN: "这次没有查的",
}
WORDS = {Severity.ERROR: "错误", Severity.WARNING: "注意", Severity.INFO: "参考"}
COUNTED = {Severity.ERROR: "处错误", Severity.WARNING: "处要注意", Severity.INFO: "处供参考"}


def findings(rows: Sequence[Finding]) -> str:
    """Every finding under its subject, the mend below it; plain lines, so that a long command can be copied whole."""
    return "\n".join([_verdict(rows), *(line for check in CHECKS for line in _group(check, rows))])


def _verdict(rows: Sequence[Finding]) -> str:
    if not rows:
        return f"体检完毕，没有发现问题。查过：{'、'.join(name for check, name in CHECKS.items() if check != UNSEEN)}"
    counts = {severity: sum(row.severity is severity for row in rows) for severity in Severity}
    if not (counts[Severity.ERROR] or counts[Severity.WARNING]):
        return f"体检完毕，没有发现问题；{counts[Severity.INFO]} 处供参考"
    return "体检完毕：" + "，".join(f"{n} {COUNTED[severity]}" for severity, n in counts.items() if n)


def _group(check: str, rows: Sequence[Finding]) -> Iterator[str]:
    """The findings of one check; a mend they share is told once, below the last of them."""
    group = [row for row in rows if row.check == check]
    if group:
        yield f"\n{CHECKS[check]}"
    for at, row in enumerate(group):
        yield f"  [{WORDS[row.severity]}] {row.message}"
        if at + 1 == len(group) or group[at + 1].mend != row.mend:
            yield f"    处理：{row.mend}"
