"""All commands in one table, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError, Group
from rich.console import Console

from responsibility.cli.common import UsageError, tell
from responsibility.cli.failures import explain
from responsibility.cli.wording import ChineseFormatter, usage_error

START = Group("开始", sort_key=1)
DAILY = Group("每日", sort_key=2)
VERBS = Group("办理", sort_key=3)
RECORD = Group("核查", sort_key=4)

#: (command, where it lives, group, help, examples). Nothing is imported until a command is called.
COMMANDS: tuple[tuple[str, str, Group, str, str], ...] = (
    ("init", "start:init", START, "新建工作区", "zeren init 主题教育\nzeren init 试用 --sample"),
    ("demo", "demo:demo", START, "用自带的样例走一遍：一个月的交办、提醒和升级", "zeren demo\nzeren demo /tmp/看看"),
    (
        "completion",
        "completion:completion",
        START,
        "按 Tab 键补全命令和选项（bash、zsh、fish）",
        "zeren completion --install\nzeren completion --shell zsh",
    ),
    ("org import", "org:import_", START, "导入组织机构（xlsx、csv、yaml）", "zeren org import 组织机构.xlsx"),
    ("org show", "org:show", START, "以树形显示单位、岗位、任职和分管", "zeren org show"),
    ("org template", "org:template", START, "写出一份空白的组织机构表", "zeren org template 组织机构.xlsx"),
    (
        "list import",
        "lists:import_",
        START,
        "导入重点工作项目清单（xlsx、xls、csv、tsv、yaml）",
        "zeren list import 清单.xlsx --dry-run\nzeren list import 清单.xlsx --issued-on 2023-09-11\n"
        "zeren list import 清单.csv --unit 组织部 --create-units\n"
        "zeren list import 清单.xlsx --map 要办结的日子=完成时限 --map 谁来办=责任单位",
    ),
    ("list template", "lists:template", START, "写出一份空白的重点工作清单", "zeren list template 清单.xlsx"),
    ("list show", "lists:show", START, "显示清单和待确认的时限", "zeren list show\nzeren list show L1"),
    (
        "list confirm",
        "confirm:confirm",
        START,
        "确认看不准的时限：逐项问，或写一项、或照答复文件",
        "zeren list confirm\nzeren list confirm L1-07 --reading 1\nzeren list confirm L1-07 --due 2023-09-30\n"
        "zeren list confirm L1-14 --phrase 12月15日前\nzeren list confirm --export 待确认.csv\n"
        "zeren list confirm --from 待确认.csv",
    ),
    (
        "list cancel",
        "lists:cancel",
        START,
        "撤销一份清单和它没有销号的任务",
        "zeren list cancel L1 --dry-run\nzeren list cancel L1 --reason 另行印发",
    ),
    (
        "item add",
        "items:add",
        DAILY,
        "在清单里增加一项",
        "zeren item add L1 --title 开好专题会 --lead 第一党支部 --by 10月底前\n"
        "zeren item add L1 --title 集中学习 --lead 各党支部 --by 每月25日前 --target 4次 --category 理论学习",
    ),
    (
        "item edit",
        "items:edit",
        DAILY,
        "修改一项：任务名称、时限、目标、类别、紧急",
        "zeren item edit L1-03 --by 11月15日前 --reason 会期推迟\nzeren item edit L1-03 --target 6次 --urgent",
    ),
    (
        "item reassign",
        "items:reassign",
        DAILY,
        "转办：一项工作由一个单位（领导）转给另一个",
        "zeren item reassign L1-03 --from Z01 --to Z02\n"
        "zeren item reassign L1-03 --from 第一党支部 --to 第二党支部 --reason 分工调整",
    ),
    (
        "item cancel",
        "items:cancel",
        DAILY,
        "撤销一项和它没有销号的任务",
        "zeren item cancel L1-05 --dry-run\nzeren item cancel L1-05 --reason 新版清单不再列出",
    ),
    (
        "event set",
        "event:set_",
        DAILY,
        "定下事件的日期：会后7日内、进驻前十日这类时限随之算出",
        "zeren event set 中期推进会 2023-10-20\nzeren event set 反馈 2023-11-08",
    ),
    ("event list", "event:list_", DAILY, "时限取决于哪些事件，各有哪几项", "zeren event list"),
    (
        "calendar import",
        "calendar:import_",
        START,
        "导入下一年的放假通知，暂定的时限和提醒时间随之重算",
        "zeren calendar import 2027年放假通知.txt --dry-run\nzeren calendar import 放假安排.csv\n"
        "zeren calendar import 放假安排.csv --replace",
    ),
    (
        "calendar show",
        "calendar:show",
        START,
        "一年的放假日和调休上班日",
        "zeren calendar show\nzeren calendar show 2026",
    ),
    (
        "deadline",
        "deadline:deadline",
        START,
        "看一个时限怎么读、为什么这样读",
        "zeren deadline 9月底前 --issued-on 2023-09-11\nzeren deadline --from 时限.tsv --json",
    ),
    (
        "assign",
        "chain:assign",
        DAILY,
        "交办：把清单沿责任链逐级落下去",
        "zeren assign --dry-run\nzeren assign\nzeren assign --list L1\nzeren assign --accept-proposals --dry-run",
    ),
    (
        "remind",
        "chain:remind",
        DAILY,
        "巡查一遍并送出提醒：谁到期，告知谁，该升级的升级",
        "zeren remind --dry-run\nzeren remind",
    ),
    (
        "message list",
        "message:list_",
        DAILY,
        "没有送到、不知是否送到和还等着的消息",
        "zeren message list\nzeren message list --status failed\nzeren message list --for Z01S --status sent --top 10",
    ),
    ("message show", "message:show", DAILY, "一份消息的来龙去脉", "zeren message show 12"),
    (
        "message resend",
        "message:resend",
        DAILY,
        "重送：改好地址或渠道之后，下一次送出时再走",
        "zeren message resend 12\nzeren message resend 12 15",
    ),
    (
        "message drop",
        "message:drop",
        DAILY,
        "作罢：已当面告知，或不必再告知",
        "zeren message drop 12 --reason 已电话告知本人",
    ),
    (
        "status",
        "state:status",
        DAILY,
        "责任链现在的状态",
        "zeren status\nzeren status --by unit --late\nzeren status --as-of 2023-09-30 --json",
    ),
    (
        "burden",
        "burden:burden",
        DAILY,
        "负担：每个人、每一级收到多少消息，汇总和免打扰少发了多少",
        "zeren burden\nzeren burden --since 2023-09-01",
    ),
    ("policy show", "policy:show", START, "现在的督办规则：阶梯、紧急事项、牌", "zeren policy show"),
    (
        "policy apply",
        "policy:apply",
        START,
        "一份清单在办的任务改用现行规则：先列出会变什么，再问",
        "zeren policy apply --to L1 --dry-run\nzeren policy apply --to L1\nzeren policy apply --to L1 --yes",
    ),
    (
        "serve",
        "serve:serve",
        DAILY,
        "值守：按 config/schedule.yaml 定时巡查，直到停止",
        "zeren serve\nzeren serve --unit > zeren.service",
    ),
    (
        "show",
        "state:show",
        DAILY,
        "一项工作的责任链、时钟、下一步",
        "zeren show L1-03\nzeren show L1-03.Z01\nzeren show L1-03 --as-of 2023-09-30",
    ),
    ("todo", "state:todo", DAILY, "一个岗位或单位的待办", "zeren todo --for Z01S\nzeren todo --for Z01"),
    ("template list", "template:list_", START, "消息模板：有哪些，哪些是本单位的，有没有写错", "zeren template list"),
    (
        "template preview",
        "template:preview",
        START,
        "用真实的内容看一份消息写出来是什么样",
        "zeren template preview\nzeren template preview 督办单 --for Z01S\n"
        "zeren template preview digest --channel mail --html 看看.html",
    ),
    (
        "template copy",
        "template:copy",
        START,
        "把自带的模板放进 config/templates，供本单位改写",
        "zeren template copy digest.txt\nzeren template copy 督办单\nzeren template copy digest.mail.html",
    ),
    ("sign", "verbs:sign", VERBS, "签收", "zeren sign L1-03.Z01\nzeren sign L1-03 --as Z01S"),
    (
        "report",
        "verbs:report",
        VERBS,
        "反馈进展：文字、次数、百分比、节点",
        "zeren report L1-03 --as Z01S --text 已召开一次 --count 1\nzeren report L1-03.Z01 --percent 60",
    ),
    (
        "reject",
        "verbs:reject",
        VERBS,
        "退回一次反馈：没有实质内容的不算数，这一期还要再报",
        "zeren reject L1-03.Z01 --reason 只写了推进中，没有内容",
    ),
    (
        "submit",
        "verbs:submit",
        VERBS,
        "报结：办完了，请办公室审核",
        "zeren submit L1-03 --as Z01S --text 材料已报送\n"
        "zeren submit L1-03 --as Z01S --evidence 纪要.pdf --evidence 签到表.jpg",
    ),
    (
        "return",
        "verbs:return_",
        VERBS,
        "退回重办，写明原因；已销号的重新打开",
        "zeren return L1-03.Z01 --reason 缺会议记录",
    ),
    ("close", "verbs:close", VERBS, "销号", "zeren close L1-03.Z01"),
    (
        "review",
        "review:review",
        VERBS,
        "回头看：长期坚持的事项办得怎样，好、较好、一般、差；后两种退回整改",
        "zeren review L1-20.Z01 --verdict 较好\nzeren review L1-20.Z01 --as FG01 --verdict 差 --text 台账停在三月",
    ),
    (
        "sheet export",
        "sheet:export",
        DAILY,
        "给单位写出任务台账，填好再收回来",
        "zeren sheet export --unit 第一党支部 -o 第一党支部.xlsx\nzeren sheet export --all -o 台账",
    ),
    (
        "sheet import",
        "sheet:import_",
        DAILY,
        "导入填好的任务台账：签收、反馈、报结、申请延期",
        "zeren sheet import 第一党支部.xlsx --dry-run\nzeren sheet import 第一党支部.xlsx",
    ),
    ("sheet status", "sheet:status", DAILY, "哪些单位答复了台账，哪些还没有", "zeren sheet status"),
    (
        "brief notice",
        "brief:notice",
        DAILY,
        "出公文：催办单、督办单、约谈通知、专报、通报（docx，可转 PDF），编号存档",
        "zeren brief notice L1-03 --dry-run\nzeren brief notice L1-03\n"
        "zeren brief notice L1-03 --kind 督办单 -o 督办单.docx --pdf\nzeren brief notice L1-03.Z01 --again",
    ),
    (
        "brief list",
        "brief:list_",
        DAILY,
        "出过的公文：文号、事项、文件",
        "zeren brief list\nzeren brief list --year 2023 --kind 督办单",
    ),
    (
        "feed export",
        "feed:export",
        DAILY,
        "导出日历（.ics）：到期日、节点、反馈期，带工作日提醒",
        "zeren feed export --for Z01S -o 第一党支部.ics\nzeren feed export --all -o 日历",
    ),
    (
        "extend",
        "verbs:extend",
        VERBS,
        "申请延期：到期前，写明原因",
        "zeren extend L1-03 --as Z01S --to 2023-10-20 --reason 会期推迟 --progress 已完成一半\n"
        "zeren extend L1-03.Z01 --to 2023-10-20 --reason 上级会期推迟 --late",
    ),
    (
        "extension list",
        "extension:list_",
        VERBS,
        "等待答复的延期申请",
        "zeren extension list\nzeren extension list --as LD01\nzeren extension list --all",
    ),
    (
        "extension approve",
        "extension:approve",
        VERBS,
        "同意延期；最后一级同意后改时限",
        "zeren extension approve L1-03.Z01\nzeren extension approve L1-03.Z01 --as LD01 --to 2023-10-16",
    ),
    (
        "extension reject",
        "extension:reject",
        VERBS,
        "不同意延期，写明原因",
        "zeren extension reject L1-03.Z01 --reason 时间够用",
    ),
    (
        "delegate",
        "verbs:delegate",
        VERBS,
        "委托代办：到某一天为止，由另一个岗位代办",
        "zeren delegate L1-03 --as Z01S --to Z02S --until 2023-10-20 --reason 出差\nzeren delegate L1-03.Z01 --end",
    ),
    (
        "urge",
        "urge:urge",
        VERBS,
        "手工催办：现在该到的那一档，或直接到某一档",
        "zeren urge L1-03.Z01 --note 请于本周五前报送材料\nzeren urge L1-03.Z01 --rung 督办 --note 已两次推迟\n"
        "zeren urge L1-03 --all --note 下周一检查",
    ),
    ("suspend", "verbs:suspend", VERBS, "暂缓：时钟都停下，写明原因", "zeren suspend L1-03.Z01 --reason 上级部署调整"),
    ("resume", "verbs:resume", VERBS, "恢复：停了几个工作日，时限顺延几个", "zeren resume L1-03.Z01"),
    ("cancel", "verbs:cancel", VERBS, "撤销一项任务，写明原因", "zeren cancel L1-03.Z01 --reason 已并入另一项"),
    (
        "undo",
        "undo:undo",
        VERBS,
        "撤回自己最近办的一件（签收、反馈、报结、退回、销号、暂缓、恢复、撤销、延期）",
        "zeren undo --dry-run\nzeren undo\nzeren undo --as Z01S",
    ),
    (
        "backup",
        "backup:backup",
        RECORD,
        "备份：整个工作区写成一个核验过的文件，正在用也可以",
        "zeren backup /备份/20261123.zip",
    ),
    ("restore", "backup:restore", RECORD, "恢复：把备份变回一个工作区", "zeren restore /备份/20261123.zip 主题教育"),
    (
        "db upgrade",
        "backup:upgrade",
        RECORD,
        "把数据库升级到本程序的版本（共用的 PostgreSQL 才需要）",
        "zeren db upgrade",
    ),
    (
        "db copy",
        "backup:copy",
        RECORD,
        "搬库：SQLite 搬到 PostgreSQL，或搬回来，核对行数和台账",
        "zeren db copy --to postgresql+psycopg://zeren@db.example.com/zeren\nzeren db copy --to sqlite:////tmp/zeren.db",
    ),
    (
        "channel list",
        "channel:list_",
        START,
        "有哪些渠道、密钥在哪里、能不能用、送不到多少人",
        "zeren channel list\nzeren channel list --json",
    ),
    (
        "channel test",
        "channel:try_",
        START,
        "送一条测试消息，原样说出对方的回答",
        "zeren channel test mail --to BGS01\nzeren channel test wecom --to BGS01 --json",
    ),
    (
        "doctor",
        "doctor:doctor",
        RECORD,
        "体检：配置、组织、阶梯、台账、日历、服务，每一处都说怎样处理",
        "zeren doctor\nzeren doctor --json",
    ),
    ("log", "record:app", RECORD, "台账：谁在何时做了什么；log verify 核验没有被改动", ""),
)

GROUPS = {
    "org": "组织机构：导入、查看、模板",
    "list": "清单：导入、查看、确认时限、模板、撤销",
    "item": "事项：增加、修改、转办、撤销",
    "message": "消息：送到没有，重送、作罢",
    "sheet": "任务台账：发给单位填写，收回导入",
    "brief": "公文：出催办单、督办单等，查看出过的",
    "feed": "日历：导出岗位、单位的到期日（.ics）",
    "extension": "延期：等待答复的、同意、不同意",
    "template": "消息模板：查看、预览、放一份来改",
    "policy": "督办规则：查看、让在办的任务改用现行规则",
    "calendar": "日历：导入放假通知、查看一年的放假和调休",
    "channel": "渠道：查看、试送",
    "event": "事件：时限取决于它的，定下日期就算出来",
    "db": "数据库：升级、搬到另一种数据库",
}


def build() -> App:
    """The parser with every command of the table, each loaded when it is called."""
    app = App(
        name="zeren",
        help="责任链：重点工作逐级落实，到期提醒，逾期升级。\n\n第一次用：zeren demo；自己的工作区：zeren init 目录",
        version=lambda: f"zeren {version('zeren')}",
        help_formatter=ChineseFormatter(),
        help_format="plaintext",
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
        group_commands=DAILY,
        group_parameters=Group("选项"),
        group_arguments=Group("参数"),
    )
    app["--help"].help, app["--version"].help = "显示帮助", "显示版本"
    app["--help"].group = app["--version"].group = Group("其他", sort_key=9)
    for name, text in GROUPS.items():
        first = next(examples for command, _, _, _, examples in COMMANDS if command.startswith(f"{name} "))
        epilogue = _epilogue(f"{first.splitlines()[0]}\nzeren {name} --help")
        app.command(App(name=name, help=text, group=START, group_commands=Group("命令"), help_epilogue=epilogue))
    for command, where, group, text, examples in COMMANDS:
        parent, name = _place(app, command)
        kwargs = {"help_epilogue": _epilogue(examples)} if examples else {}
        parent.command(
            f"responsibility.cli.{where}", name=name, help=text, group=group if parent is app else None, **kwargs
        )
    return app


def _epilogue(examples: str) -> str:
    return "例：\n\n" + "\n\n".join(f"    {line}" for line in examples.splitlines())


def _place(app: App, command: str) -> tuple[App, str]:
    first, _, second = command.partition(" ")
    return (app[first], second) if second else (app, first)


#: Options every command has, by how many words they take: they may also stand before the command.
_LEADING = {"--json": 1, "--workspace": 2, "-w": 2, "--now": 2}


def command_first(argv: Sequence[str]) -> list[str]:
    """`zeren -w DIR --json status` as `zeren status -w DIR --json`."""
    words = list(argv)
    leading: list[str] = []
    while words and (taken := _LEADING.get(words[0].partition("=")[0])):
        taken = 1 if "=" in words[0] else taken
        leading, words = leading + words[:taken], words[taken:]
    end = words.index("--") if "--" in words else len(words)
    return [*words[:end], *leading, *words[end:]] if words else leading


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; no traceback ever reaches the user."""
    json = "--json" in argv
    app = build()
    try:
        result = app(
            command_first(argv), console=Console(highlight=False, soft_wrap=True), error_console=Console(stderr=True)
        )
        return int(result) if isinstance(result, int) else 0
    except CycloptsError as error:
        return tell(UsageError(*usage_error(error, app)), json)
    except KeyboardInterrupt:
        print("已中断；已写入的都是完整的，重新运行同一条命令即可", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return tell(explain(error), json)
