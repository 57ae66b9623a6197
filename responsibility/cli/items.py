"""`zeren item …`: the office's daily changes."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import TIMED, Timed, UsageError, alone, enter, read_date

Code = Annotated[str, Parameter(name="code", help="重点工作编号，如 L1-03")]
Reason = Annotated[str, Parameter(help="原因，记入台账")]
IssuedOn = Annotated[str | None, Parameter(help="时限从哪天算起，如 2023-10-08；默认今天")]
Category = "类别，如 理论学习"
Target = "目标数量，如 4次"
Report = "多久反馈一次，如 每周五、每月25日前"


def add(
    list_: Annotated[str, Parameter(name="list", help="清单编号，如 L1")],
    /,
    *,
    title: Annotated[str, Parameter(help="任务名称")],
    lead: Annotated[str, Parameter(help="牵头单位，多个用逗号或顿号隔开")],
    support: Annotated[str, Parameter(help="配合单位；“全体党员”落到党员")] = "",
    leader: Annotated[str, Parameter(help="点名的领导：岗位或姓名；默认由分管领导")] = "",
    by: Annotated[str, Parameter(help="时限，如 10月底前、每月25日前；默认按类别的默认期限")] = "",
    category: Annotated[str, Parameter(help=Category)] = "",
    target: Annotated[str, Parameter(help=Target)] = "",
    urgent: Annotated[bool, Parameter(negative="", help="紧急事项")] = False,
    report: Annotated[str, Parameter(help=Report)] = "",
    number: Annotated[str | None, Parameter(help="编号里的序号；默认取下一个空号")] = None,
    issued_on: IssuedOn = None,
    common: Timed = TIMED,
) -> None:
    """Add an item to a list."""
    from responsibility.ingest.worklist.single import Written
    from responsibility.usecases.items import add_item
    from responsibility.views import machine, terminal

    if not lead.strip():
        raise UsageError(
            "--lead 没有写单位", f"例：zeren item add {list_} --title 任务 --lead 第一党支部 --by 10月底前"
        )
    day = read_date(issued_on, "--issued-on") if issued_on else None
    written = Written(title, lead, support, leader, by, category, target, urgent=urgent, report=report)
    workspace = enter(common)
    with alone(common, workspace) as now:
        done = add_item(workspace, list_, written, now, number=number, issued_on=day)
    common.out.show(lambda: machine.item_added(done), lambda: terminal.item_added(done))


def edit(
    code: Code,
    /,
    *,
    title: Annotated[str | None, Parameter(help="任务名称")] = None,
    by: Annotated[str | None, Parameter(help="时限；已交办的按新时限重新计时")] = None,
    target: Annotated[str | None, Parameter(help=Target + "；写空的去掉目标")] = None,
    category: Annotated[str | None, Parameter(help=Category)] = None,
    urgent: Annotated[bool | None, Parameter(help="是否紧急事项")] = None,
    report: Annotated[str | None, Parameter(help=Report + "；写空的按督办规则")] = None,
    issued_on: IssuedOn = None,
    reason: Reason = "",
    common: Timed = TIMED,
) -> None:
    """Change an item."""
    from responsibility.usecases.items import Changes, edit_item
    from responsibility.views import machine, terminal

    changes = Changes(title, by, target, category, urgent, report)
    if changes == Changes():
        raise UsageError(
            "没有写要改什么",
            f"例：zeren item edit {code} --by 10月底前；还可以写 --title、--target、--category、--report",
        )
    day = read_date(issued_on, "--issued-on") if issued_on else None
    workspace = enter(common)
    with alone(common, workspace) as now:
        done = edit_item(workspace, code, changes, now, reason=reason, issued_on=day)
    common.out.show(lambda: machine.item_edited(done), lambda: terminal.item_edited(done))


def reassign(
    code: Code,
    /,
    *,
    from_: Annotated[str, Parameter(name="--from", help="现在承担的单位或领导：编号或名称")],
    to: Annotated[str, Parameter(help="转给哪个单位或领导")],
    reason: Reason = "",
    common: Timed = TIMED,
) -> None:
    """Move an item's work to another unit or leader."""
    from responsibility.usecases.reassign import reassign as move
    from responsibility.views import machine, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = move(workspace, code, from_, to, now, reason=reason)
    common.out.show(lambda: machine.item_reassigned(done), lambda: terminal.item_reassigned(done))


def cancel(
    code: Code,
    /,
    *,
    reason: Reason = "",
    dry_run: Annotated[bool, Parameter(negative="", help="只看会撤销多少，什么都不写入")] = False,
    common: Timed = TIMED,
) -> None:
    """Cancel an item with its assignments."""
    from responsibility.usecases.withdraw import cancel_item
    from responsibility.views import machine_office, terminal

    workspace = enter(common)
    with alone(common, workspace) as now:
        done = cancel_item(workspace, code, now, reason=reason, dry_run=dry_run)
    common.out.show(lambda: machine_office.item_cancelled(done), lambda: terminal.item_cancelled(done))
