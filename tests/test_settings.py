"""What the office writes under config/ is read as meant, and every mistake in it is told at once with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from shutil import copytree

import pytest

from responsibility.core.chain import LaidOn
from responsibility.core.errors import ConfigError, FileMissing
from responsibility.core.escalation import Clock, CloseBy, Rollup
from responsibility.settings import Settings, bundled, bundled_columns, load, policy_from_record, policy_record
from responsibility.settings.channelshapes import CHANNELS
from responsibility.settings.source import dotted, read

#: (file, written, instead): what is changed in a file of the default configuration.
Edit = tuple[str, str, str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the default configuration."""
    copytree(bundled("config"), tmp_path / "config")
    return tmp_path


@pytest.fixture
def defaults(root: Path) -> Settings:
    return load(root, {})


@pytest.fixture
def complaint(root: Path) -> Callable[..., str]:
    """What is said of a configuration after some edits."""

    def complain(*edits: Edit, **environ: str) -> str:
        for name, written, instead in edits:
            change(root, name, written, instead)
        with pytest.raises(ConfigError) as caught:
            load(root, environ)
        assert caught.value.hint == "改好后再运行一次；每一项怎么写，见文件里的注释"
        return caught.value.message

    return complain


def change(root: Path, name: str, written: str, instead: str) -> None:
    """Replace the one place where `written` stands."""
    path = root / "config" / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert text.count(written) == 1, f"{written!r} stands {text.count(written)} times in {name}.yaml"
    path.write_text(text.replace(written, instead), "utf-8")


def line(root: Path, name: str, words: str) -> int:
    """The line of a file on which `words` first stand."""
    lines = (root / "config" / f"{name}.yaml").read_text("utf-8").splitlines()
    return next(at for at, text in enumerate(lines, 1) if words in text)


# --- the shipped files ------------------------------------------------------------------------------------------------


def test_the_default_chain_has_six_tiers(defaults: Settings) -> None:
    assert [(tier.id, tier.name, tier.duty, tier.laid_on) for tier in defaults.chain.tiers] == [
        ("committee", "党委", "主体责任", LaidOn.ONE),
        ("secretary", "党委书记", "第一责任人责任", LaidOn.ONE),
        ("leader", "分管领导", "“一岗双责”", LaidOn.LEADERS),
        ("office", "领导小组办公室", "统筹协调责任", LaidOn.ONE),
        ("branch", "党支部/责任单位", "直接责任", LaidOn.UNITS),
        ("member", "党员", "落实责任", LaidOn.MEMBERS),
    ]
    assert defaults.chain.kind_named("工作专班") == "task_force"
    assert defaults.chain.collectives["各党支部"].kinds == ("branch",)
    assert defaults.chain.collectives["全体党员"].members
    assert str(defaults.zone) == "Asia/Shanghai"
    assert defaults.home.name == "领导小组办公室"


@pytest.mark.parametrize(
    ("clock", "within", "rungs"),
    [
        (
            Clock.SIGN,
            2,
            [
                ("sign_remind", "签收提醒", 1, ("owner",), "reminder"),
                ("sign_urge", "签收催办", 2, ("owner", "unit_head"), "urging_note"),
                ("sign_supervise", "签收督办", 4, ("unit_head", "office"), "supervision_note"),
                ("sign_report", "签收报告", 7, ("leader",), "report"),
            ],
        ),
        (
            Clock.FINISH,
            None,
            [
                ("due_soon", "临期提醒", -3, ("owner", "unit_head"), "reminder"),
                ("urge", "到期催办", 1, ("owner", "unit_head", "office"), "urging_note"),
                ("supervise", "督办", 3, ("unit_head", "office", "leader"), "supervision_note"),
                ("talk", "约谈", 7, ("leader", "secretary"), "talk_notice"),
                ("report", "报告", 10, ("secretary",), "report"),
                ("circular", "通报", 15, ("committee", "unit_head"), "circular"),
            ],
        ),
        (
            Clock.VERIFY,
            3,
            [
                ("verify_remind", "审核提醒", 1, ("office",), "reminder"),
                ("verify_supervise", "审核督办", 3, ("office", "leader"), "supervision_note"),
            ],
        ),
        (
            Clock.REVIEW,
            None,
            [
                ("review_remind", "回头看提醒", 1, ("office",), "reminder"),
                ("review_supervise", "回头看督办", 5, ("office", "leader"), "supervision_note"),
            ],
        ),
    ],
)
def test_the_default_ladders(defaults: Settings, clock: Clock, within: int | None, rungs: list[object]) -> None:
    ladder = defaults.policy.ladders[clock]
    assert ladder.within == within
    assert [(rung.id, rung.name, rung.days, rung.tells, rung.instrument) for rung in ladder.rungs] == rungs
    assert not any(rung.urgent for rung in ladder.rungs)


def test_the_default_figures(defaults: Settings) -> None:
    assert (defaults.policy.tolerance, defaults.policy.close_share) == (10, 1)
    assert (defaults.policy.review_every, defaults.policy.rectify_within, defaults.ahead) == (3, 15, 0)
    assert defaults.policy.rollup == Rollup(CloseBy.SHARE, 1.0)
    assert list(defaults.policy.instruments.values()) == ["提醒", "催办单", "督办单", "约谈通知", "专报", "通报"]
    assert defaults.default_terms.immediate == 15
    assert defaults.default_terms.for_category("rectification") == 30
    assert defaults.default_terms.for_category("study") == defaults.default_terms.for_category(None) == 30
    assert defaults.schedule.sweeps == (time(8, 30), time(14, 30))
    assert [category.name for category in defaults.categories.values()] == [
        "组织部署",
        "宣传",
        "理论学习",
        "调查研究",
        "推动发展",
        "检视整改",
    ]


def test_by_default_only_the_console_is_in_use(root: Path, defaults: Settings) -> None:
    assert defaults.delivery.use == ("console",)
    channels = defaults.delivery.channels
    assert {name: channel.on_doubt for name, channel in channels.items()} == {
        "console": "resend",
        "file": "resend",
        "mail": "leave",
    }
    assert channels["file"].folder == root / "data" / "outbox"
    assert (channels["mail"].host, channels["mail"].port, channels["mail"].secure) == ("smtp.example.com", 465, "ssl")


#: Blocks whose keys are names the office chooses; the block itself is explained.
NAMES = ("instruments", "kinds", "collectives", "categories", "default_terms.categories", "channels")


@pytest.mark.parametrize("name", ["chain", "policy", "calendar", "schedule", "columns", "channels"])
def test_every_key_of_the_default_files_is_explained(root: Path, name: str) -> None:
    """On its own line, on the line above, or as “key：” in a comment of the file."""
    path = root / "config" / f"{name}.yaml"
    lines = ["", *path.read_text("utf-8").splitlines()]
    comments = "".join(text for text in lines if text.startswith("#"))
    for place, at in read(path, path.name).lines.items():
        if place and isinstance(key := place[-1], str) and dotted(place[:-1]) not in NAMES:
            beside = "#" in lines[at] or lines[at - 1].lstrip().startswith("#")
            assert beside or f" {key}：" in comments, f"{path.name} {dotted(place)}"


# --- holidays ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2023, 9, 28), True),  # Thursday
        (date(2023, 9, 29), False),  # 中秋
        (date(2023, 10, 2), False),  # 国庆, a Monday
        (date(2023, 10, 7), True),  # make-up Saturday
        (date(2023, 10, 8), True),  # make-up Sunday
        (date(2023, 10, 14), False),  # an ordinary Saturday
        (date(2026, 1, 1), False),  # the last announced year
        (date(2027, 1, 1), True),  # a Friday, as long as nothing is announced
    ],
)
def test_holidays_and_makeup_days_are_known(defaults: Settings, day: date, worked: bool) -> None:
    assert defaults.calendar.is_workday(day) is worked


@pytest.mark.parametrize(("year", "provisional"), [(2003, True), (2004, False), (2026, False), (2027, True)])
def test_years_without_a_notice_are_provisional(defaults: Settings, year: int, provisional: bool) -> None:
    assert defaults.calendar.is_provisional(date(year, 6, 1)) is provisional


def test_the_offices_own_days_come_on_top(root: Path, defaults: Settings) -> None:
    change(root, "calendar", "extra_holidays: []", "extra_holidays: [2023-10-08, 2027-01-01]")
    change(root, "calendar", "extra_workdays: []", "extra_workdays:\n  - 2023-10-02\n  - 2027-01-03")
    change(root, "calendar", "announced: []", "announced: [2027]")
    calendar = load(root, {}).calendar
    assert not calendar.is_workday(date(2023, 10, 8))
    assert calendar.is_workday(date(2023, 10, 2))
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 3))
    assert not calendar.is_provisional(date(2027, 1, 1))
    assert calendar.name != defaults.calendar.name == load_again(root).calendar.name


def load_again(root: Path) -> Settings:
    """The settings with the default calendar put back."""
    (root / "config" / "calendar.yaml").write_bytes((bundled("config") / "calendar.yaml").read_bytes())
    return load(root, {})


# --- the policy's snapshot --------------------------------------------------------------------------------------------


def test_a_policy_survives_its_record(root: Path) -> None:
    change(root, "policy", "days: -3, tells: [owner, unit_head], instrument: reminder}", "days: -3, tells: [owner], "
           "instrument: reminder, urgent: true}")  # fmt: skip
    change(root, "policy", "tolerance: 10", "tolerance: 7.5")
    policy = load(root, {}).policy
    assert policy.ladders[Clock.FINISH].rungs[0].urgent
    assert policy_from_record(json.loads(json.dumps(policy_record(policy)))) == policy


# --- environment and folders ------------------------------------------------------------------------------------------


def test_the_database_lies_in_the_workspace_unless_the_environment_says_otherwise(root: Path) -> None:
    assert load(root, {}).database_url == f"sqlite:///{root}/data/zeren.db"
    assert load(root, {"ZEREN_DATABASE_URL": ""}).database_url == f"sqlite:///{root}/data/zeren.db"
    assert load(root, {"ZEREN_DATABASE_URL": "postgresql+psycopg:///z"}).database_url == "postgresql+psycopg:///z"


def test_a_relative_root_is_made_absolute(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert load(Path("."), {}).root == root


def test_a_folder_that_was_not_shipped_is_named() -> None:
    with pytest.raises(FileMissing, match="找不到随程序附带的 nothing 文件夹"):
        bundled("nothing")


# --- what is written is read as text ----------------------------------------------------------------------------------


def test_numbers_and_times_need_no_quotes(root: Path) -> None:
    """YAML 1.1 alone would read 14:30 as 870, 0512 as 330 and `on` as true."""
    change(root, "schedule", '["08:30", "14:30"]', "[14:30, 8:30]")
    change(root, "chain", 'phone: "0000-00000000"', "phone: 051266668888")
    change(root, "chain", "department: 部门", "department: on")
    settings = load(root, {})
    assert settings.schedule.sweeps == (time(8, 30), time(14, 30))
    assert settings.home.phone == "051266668888"
    assert settings.chain.kinds["department"] == "on"


def test_a_file_saved_with_a_byte_order_mark_is_read(root: Path) -> None:
    path = root / "config" / "schedule.yaml"
    path.write_text('sweeps: ["09:00"]\n', "utf-8-sig")
    assert load(root, {}).schedule.sweeps == (time(9),)


# --- secrets ----------------------------------------------------------------------------------------------------------

IN_USE = ("channels", "use: [console]", "use: [console, mail]")
PASSWORD_ENV = "password: env:ZEREN_MAIL_PASSWORD    #"
FROM_FILE = ("channels", PASSWORD_ENV, "password: file:secret.txt    #")
#: As written before there was `password: env:…`.
OLDER = {
    "env": ("channels", PASSWORD_ENV, "password_env: ZEREN_MAIL_PASSWORD    #"),
    "file": ("channels", PASSWORD_ENV, "password_file: secret.txt    #"),
}


def test_the_password_comes_from_the_environment_and_is_never_shown(root: Path) -> None:
    change(root, *IN_USE)
    settings = load(root, {"ZEREN_MAIL_PASSWORD": "mima-123"})
    assert settings.delivery.channels["mail"].secrets == {"password": "mima-123"}
    assert "mima-123" not in repr(settings)


def test_the_password_comes_from_a_file_only_its_owner_can_read(root: Path) -> None:
    change(root, *IN_USE)
    change(root, *FROM_FILE)
    secret = root / "secret.txt"
    secret.write_text("mima-456\n")
    secret.chmod(0o600)
    assert load(root, {}).delivery.channels["mail"].secrets == {"password": "mima-456"}


def test_a_channel_not_in_use_keeps_its_secret(root: Path) -> None:
    change(root, *FROM_FILE)
    assert load(root, {"ZEREN_MAIL_PASSWORD": "mima-123"}).delivery.channels["mail"].secrets == {}


def test_a_password_file_others_can_read_is_refused(root: Path, complaint: Callable[..., str]) -> None:
    secret = root / "secret.txt"
    secret.write_text("mima-456\n")
    secret.chmod(0o640)
    at = line(root, "channels", "password: env:")
    assert complaint(IN_USE, FROM_FILE) == (
        f"config/channels.yaml 第 {at} 行 channels.mail.password："
        f"{secret} 的权限是 640，别人也能读；请运行 chmod 600 {secret}"
    )


def test_a_password_file_that_is_empty_or_missing_is_named(root: Path, complaint: Callable[..., str]) -> None:
    secret = root / "secret.txt"
    at = f"config/channels.yaml 第 {line(root, 'channels', 'password: env:')} 行 channels.mail.password："
    assert complaint(IN_USE, FROM_FILE) == f"{at}读不了 {secret}（没有这个文件）"
    secret.touch(0o600)
    assert complaint() == f"{at}{secret} 是空的"


@pytest.mark.parametrize("form", OLDER)
def test_the_older_keys_of_a_mail_password_still_work(root: Path, form: str) -> None:
    change(root, *IN_USE)
    change(root, *OLDER[form])
    (root / "secret.txt").write_text("mima-123\n")
    (root / "secret.txt").chmod(0o600)
    mail = load(root, {"ZEREN_MAIL_PASSWORD": "mima-123"}).delivery.channels["mail"]
    assert mail.secrets == {"password": "mima-123"}
    assert mail.references["password"] in ("env:ZEREN_MAIL_PASSWORD", "file:secret.txt")


def test_the_secret_of_one_channel_can_be_fetched_though_it_is_not_in_use(root: Path) -> None:
    environ = {"ZEREN_MAIL_PASSWORD": "mima-123"}
    assert load(root, environ, secrets="mail").delivery.channels["mail"].secrets == {"password": "mima-123"}
    assert load(root, environ, secrets="console").delivery.channels["mail"].secrets == {}


#: One channel of each kind that has a secret, `S` in its place.
WITH_SECRETS = {
    "mail": "host: h, port: 25, secure: none, from: a@b.cn, user: u, password: S",
    "wecom": "key: S",
    "dingtalk": "token: env:T, secret: S",
    "feishu": "token: S",
    "apprise": "url: S",
    "webhook": "url: 'http://10.0.0.8/sms', secret: S",
}


@pytest.mark.parametrize("kind", WITH_SECRETS)
@pytest.mark.parametrize("form", ["plain", "list", "misspelt", "url"])
def test_a_secret_written_out_is_refused_where_it_stands_and_never_repeated(
    root: Path, complaint: Callable[..., str], kind: str, form: str
) -> None:
    """In use or not; what does not send goes on working."""
    written = {"plain": "mima-789", "list": "[mima-789]", "misspelt": "env mima-789", "url": "'x://u:mima-789@h'"}[form]
    channel = WITH_SECRETS[kind].replace("S", written)
    said = complaint(("channels", "channels:\n", f"channels:\n  mine: {{kind: {kind}, {channel}}}\n"))
    at = line(root, "channels", "  mine:")
    assert said.startswith(f"config/channels.yaml 第 {at} 行 channels.mine.")
    assert said.endswith("：不能把密钥、密码直接写在配置里；请写成 env:环境变量名 或 file:文件路径（权限 600）")
    assert "mima-789" not in said
    assert "mima-789" not in repr(load(root, {}, secrets=False))


@pytest.mark.parametrize(
    ("kind", "key", "written"),
    [
        ("wecom", "base_url", "'https://u:mima-789@qy.example.cn'"),  # an account
        ("feishu", "base_url", "'https://fs.example.cn?token=mima-789'"),  # a parameter
        ("dingtalk", "base_url", "mima-789"),  # no address at all
        ("webhook", "url", "'http://10.0.0.8/sms?key=mima-789'"),  # an address that is a secret
    ],
)
def test_an_address_with_a_secret_in_it_is_refused_and_never_repeated(
    complaint: Callable[..., str], kind: str, key: str, written: str
) -> None:
    others = {"wecom": "key: env:K", "webhook": "secret: env:K"}.get(kind, "token: env:K")
    said = complaint(("channels", "channels:\n", f"channels:\n  mine: {{kind: {kind}, {others}, {key}: {written}}}\n"))
    assert f"channels.mine.{key}：应为 http:// 或 https:// 开头的网址" in said
    assert "mima-789" not in said


def test_channels_on_one_line_stand_in_for_each_other(root: Path) -> None:
    change(root, "channels", "use: [console]", "use: [console, [file, mail]]")
    delivery = load(root, {}, secrets=False).delivery
    assert delivery.lines == (("console",), ("file", "mail"))
    assert delivery.use == ("console", "file", "mail")


def test_only_what_stays_at_home_says_everything_unless_asked(root: Path, defaults: Settings) -> None:
    assert {name: one.full_text for name, one in defaults.delivery.channels.items()} == {
        "console": True,
        "file": True,
        "mail": False,
    }
    change(root, "channels", "full_text: false", "full_text: true")
    assert load(root, {}).delivery.channels["mail"].full_text


def test_the_examples_of_every_kind_can_be_taken_as_they_are(root: Path) -> None:
    """Each commented block, its marks taken away, is a channel."""
    path = root / "config" / "channels.yaml"
    path.write_text(re.sub(r"(?m)^  # (  |(?=\w+:$))", r"  \1", path.read_text("utf-8")), "utf-8")
    kinds = {one.kind for one in load(root, {}, secrets=False).delivery.channels.values()}
    assert kinds == set(CHANNELS)


# --- files that cannot be read ----------------------------------------------------------------------------------------


def test_missing_files_are_named(root: Path, complaint: Callable[..., str]) -> None:
    for name in ("policy", "channels"):
        (root / "config" / f"{name}.yaml").unlink()
    assert complaint() == "config/policy.yaml：没有这个文件\nconfig/channels.yaml：没有这个文件"


def test_a_file_that_is_a_folder_is_told(root: Path, complaint: Callable[..., str]) -> None:
    (root / "config" / "schedule.yaml").unlink()
    (root / "config" / "schedule.yaml").mkdir()
    assert complaint() == "config/schedule.yaml：读不了这个文件（Is a directory）"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# 甲\nsweeps:\n\t- 08:30\n", " 第 3 行：YAML 写法有误：缩进不能用 Tab；以 @、%、` 开头的文字要加引号"),
        (
            "# 甲\nsweeps：[08:30]\na: 1\n",
            " 第 3 行：YAML 写法有误：冒号或缩进不对；冒号用英文半角，后面空一格，文字里有冒号要加引号",
        ),
        (
            "sweeps: 上午: 下午\n",
            " 第 1 行：YAML 写法有误：冒号或缩进不对；冒号用英文半角，后面空一格，文字里有冒号要加引号",
        ),
        ("sweeps: [08:30\n", " 第 2 行：YAML 写法有误：方括号没有成对，或缺少逗号（英文半角）"),
        ("sweeps: {a: b\n", " 第 2 行：YAML 写法有误：花括号没有成对，或缺少逗号（英文半角）"),
        ('sweeps: ["08:30]\n', " 第 2 行：YAML 写法有误：引号没有成对"),
        ("sweeps:\n  - 08:30\n - 09:30\n", " 第 3 行：YAML 写法有误：缩进没有对齐"),
        (
            "sweeps: [08:30]\n---\nsweeps: [09:30]\n",
            " 第 2 行：YAML 写法有误：一个文件里只能有一份配置，请删去多余的 ---",
        ),
        ("sweeps: *\n", " 第 1 行：YAML 写法有误：请检查缩进、冒号后的空格和引号"),
        ("a: 1\nb: \x01\n", " 第 2 行：YAML 写法有误：请检查缩进、冒号后的空格和引号"),
        ("- 08:30\n", " 第 1 行：现为一个列表，应为若干行“键: 值”"),
        ("# 都删了\n", " 第 1 行 sweeps：缺少这一项"),
        ("? [a]\n: b\nsweeps: [08:30]\n", " 第 1 行：键应为文字"),
    ],
)
def test_a_slip_in_the_writing_is_told_with_its_line(
    content: str, said: str, root: Path, complaint: Callable[..., str]
) -> None:
    (root / "config" / "schedule.yaml").write_text(content, "utf-8")
    assert complaint() == f"config/schedule.yaml{said}"


def test_another_encoding_is_told(root: Path, complaint: Callable[..., str]) -> None:
    (root / "config" / "schedule.yaml").write_bytes(b"# ok\n" + "# 巡查时间\n".encode("gb18030"))
    assert complaint() == "config/schedule.yaml 第 2 行：不是 UTF-8 编码；请用“另存为 UTF-8”保存"


def test_the_calendar_may_be_empty(root: Path) -> None:
    (root / "config" / "calendar.yaml").write_text("# 没有要补充的\n", "utf-8")
    assert not load(root, {}).calendar.is_workday(date(2023, 9, 29))


def test_an_unreadable_chain_is_not_blamed_on_the_policy(root: Path, complaint: Callable[..., str]) -> None:
    (root / "config" / "chain.yaml").unlink()
    assert complaint() == "config/chain.yaml：没有这个文件"


# --- everything at once -----------------------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_file_by_file_and_line_by_line(root: Path, complaint: Callable[..., str]) -> None:
    """A value out of shape hides neither its neighbours nor what does not fit together."""
    (root / "config" / "calendar.yaml").write_text("extra_holidays: [2027-01-01\n", "utf-8")
    said = complaint(
        ("schedule", '"08:30"', '"八点半"'),
        ("policy", "tolerance: 10", "tolerance: 很小"),
        ("policy", "days: -3", "days: abc"),
        ("policy", URGE, "days: 3, tells: [bos]"),
        ("policy", "close_share: 1.0", "close-share: 1.0"),
        ("chain", "zone: Asia/Shanghai", "zone: Mars"),
    )
    at = {words: line(root, "policy", words) for words in ("id: due_soon", "id: urge,", "id: supervise,", "tolerance:")}
    tells = "owner、unit_head、committee、secretary、leader、office、branch、member 之一"
    assert said.splitlines() == [
        f"config/chain.yaml 第 {line(root, 'chain', 'zone:')} 行 zone：现为“Mars”，应为时区名，如 Asia/Shanghai",
        f"config/policy.yaml 第 {line(root, 'policy', 'instruments:')} 行 close_share：缺少这一项",
        f"config/policy.yaml 第 {at['id: due_soon']} 行 ladders.finish.rungs[0].days：现为“abc”，应为非零整数",
        f"config/policy.yaml 第 {at['id: urge,']} 行 ladders.finish.rungs[1].tells[0]：现为“bos”，应为 {tells}",
        f"config/policy.yaml 第 {at['id: supervise,']} 行 ladders.finish.rungs[2].days：现为“3”，"
        "应为大于上一档的 3（各档按 days 从小到大排）",
        f"config/policy.yaml 第 {at['tolerance:']} 行 tolerance：现为“很小”，应为 0 到 100 的数",
        f"config/policy.yaml 第 {line(root, 'policy', 'close-share')} 行 close-share："
        "没有这个键；是不是“close_share”？",
        "config/calendar.yaml 第 2 行：YAML 写法有误：方括号没有成对，或缺少逗号（英文半角）",
        f"config/schedule.yaml 第 {line(root, 'schedule', 'sweeps')} 行 sweeps[0]："
        "现为“八点半”，应为 24 小时制时间，如 08:30",
    ]


# --- mistakes ---------------------------------------------------------------------------------------------------------

URGE = "days: 1, tells: [owner, unit_head, office]"

#: What is changed, and what is said: the file and line of `where`, and the rest word for word.
MISTAKES = {
    "not a number": (("policy", "days: -3", "days: abc"), "id: due_soon",
                     "ladders.finish.rungs[0].days：现为“abc”，应为非零整数"),
    "zero": (("policy", "days: -3", "days: 0"), "id: due_soon",
             "ladders.finish.rungs[0].days：现为“0”，应为非零整数"),
    "rungs out of order": (("policy", URGE, "days: 3, tells: [office]"), "id: supervise,",
                           "ladders.finish.rungs[2].days：现为“3”，应为大于上一档的 3（各档按 days 从小到大排）"),
    "unknown recipient": (("policy", URGE, "days: 1, tells: [owner, offise]"), "id: urge,",
                          "ladders.finish.rungs[1].tells[1]：现为“offise”，应为 "
                          "owner、unit_head、committee、secretary、leader、office、branch、member 之一"
                          "；是不是“office”？"),
    "nobody told": (("policy", URGE, "days: 1, tells: []"), "id: urge,",
                    "ladders.finish.rungs[1].tells：至少要写一项"),
    "unknown instrument": (("policy", "y], instrument: talk_notice", "y], instrument: talk_note"), "id: talk,",
                           "ladders.finish.rungs[3].instrument：现为“talk_note”，应为 reminder、urging_note、"
                           "supervision_note、talk_notice、report、circular 之一；是不是“talk_notice”？"),
    "rung twice": (("policy", "id: talk,", "id: urge,"), "name: 约谈,",
                   "ladders.finish.rungs[3].id：“urge”重复了（第 {urge} 行已有）"),
    "not a flag": (("policy", URGE, URGE + ", urgent: 是"), "id: urge,",
                   "ladders.finish.rungs[1].urgent：现为“是”，应为 true 或 false"),
    "finish with a term": (("policy", "  finish:\n", "  finish:\n    within: 5\n"), "within: 5",
                           "ladders.finish.within：没有这个键；可用的键：rungs"),
    "sign without a term": (("policy", "    within: 2\n", ""), "  sign:", "ladders.sign.within：缺少这一项"),
    "term of nought": (("policy", "within: 3", "within: 0"), "within: 0", "ladders.verify.within：现为“0”，应为正整数"),
    "tolerance": (("policy", "tolerance: 10", "tolerance: 101"), "tolerance:",
                  "tolerance：现为“101”，应为 0 到 100 的数"),
    "no number at all": (("policy", "tolerance: 10", "tolerance: nan"), "tolerance:",
                         "tolerance：现为“nan”，应为 0 到 100 的数"),
    "closing by": (("policy", "close_by: share", "close_by: lead"), "close_by:",
                   "close_by：现为“lead”，应为 all、share 或 leads；是不是“leads”？"),
    "interval of reviews": (("policy", "  every: 3", "  every: 0"), "every: 0",
                            "review.every：现为“0”，应为 1 到 36 的整数"),
    "term to rectify in": (("policy", "rectify_within: 15", "rectify_within: 0"), "rectify_within:",
                           "review.rectify_within：现为“0”，应为正整数"),
    "how far ahead": (("policy", "ahead: 0", "ahead: -3"), "ahead:",
                      "occurrences.ahead：现为“-3”，应为 0 到 366 的整数"),
    "share": (("policy", "close_share: 1.0", "close_share: 0"), "close_share:",
              "close_share：现为“0”，应为大于 0、不超过 1 的数"),
    "nothing written": (("policy", "tolerance: 10", "tolerance:"), "tolerance:",
                        "tolerance：现为空，应为 0 到 100 的数"),
    "a term": (("policy", "general: 30 ", "general: 一个月 "), "general:",
               "default_terms.general：现为“一个月”，应为正整数"),
    "category of a term": (("policy", "    rectification: 30", "    rectificaton: 30"), "rectificaton",
                           "default_terms.categories.rectificaton：键现为“rectificaton”，应为 organization、publicity、"
                           "study、survey、development、rectification；是不是“rectification”？"),
    "slip in a key": (("policy", "tolerance: 10", "tolerance: 10\ntolerence: 5"), "tolerence",
                      "tolerence：没有这个键；是不是“tolerance”？"),
    "unknown key": (("policy", "tolerance: 10", "tolerance: 10\n颜色: 红"), "颜色",
                    "颜色：没有这个键；可用的键：instruments、ladders、tolerance、close_share、close_by、extension、review、occurrences、cards、documents、urgent_starts_at、weekly、default_terms"),
    "key twice": (("policy", "close_share: 1.0", "close_share: 1.0\ntolerance: 5"), "tolerance: 5",
                  "tolerance：这个键写了两次（第 {tolerance} 行已有）"),
    "list for text": (("policy", "circular: 通报", "circular: [通报]"), "circular: [",
                      "instruments.circular：现为一个列表，应为文字"),
    "text for a list": (("policy", "tells: [committee, unit_head]", "tells: committee"), "id: circular",
                        "ladders.finish.rungs[5].tells：现为“committee”，应为列表，如 [a, b]"),
    "block for text": (("policy", "  circular: 通报\n", "  circular: 通报\n  x:\n    y: 通报\n"), "  x:",
                         "instruments.x：现为若干行“键: 值”，应为文字"),
    "zone": (("chain", "zone: Asia/Shanghai", "zone: 北京"), "zone:",
             "zone：现为“北京”，应为时区名，如 Asia/Shanghai"),
    "zone that is a folder": (("chain", "zone: Asia/Shanghai", "zone: Asia"), "zone:",
                              "zone：现为“Asia”，应为时区名，如 Asia/Shanghai"),
    "zone that is a list": (("chain", "zone: Asia/Shanghai", "zone: [a]"), "zone:",
                            "zone：现为一个列表，应为时区名，如 Asia/Shanghai"),
    "very long": (("policy", "tolerance: 10", "tolerance: >-\n  " + "很\n  " * 60), "tolerance:",
                  "tolerance：现为“" + "很 " * 20 + "…”，应为 0 到 100 的数"),
    "laid on": (("chain", "laid_on: leaders", "laid_on: leader"), "laid_on: leader",
                "tiers[2].laid_on：现为“leader”，应为 one、leaders、units 或 members；是不是“leaders”？"),
    "tier twice": (("chain", "    name: 党员\n", "    name: 责任单位\n"), "    name: 责任单位",
                   "tiers[5].name：“责任单位”重复了（第 {branch} 行已有）"),
    "kind's id": (("chain", "  enterprise: 企业", "  企业: 企业\n  enterprise: 国企"), "  企业: 企业",
                  "kinds.企业：键现为“企业”，应为小写英文标识，如 work_group"),
    "kind's name twice": (("chain", "  enterprise: 企业", "  enterprise: 部门"), "  enterprise: 部门",
                          "kinds.enterprise：“部门”重复了（第 {department} 行已有）"),
    "unknown kind": (("chain", "各部门: {kinds: [department]}", "各部门: {kinds: [departments]}"), "各部门:",
                     "collectives.各部门.kinds[0]：现为“departments”，应为 committee、office、leading_group、"
                     "work_group、task_force、branch、department、township、street、enterprise 之一"
                     "；是不是“department”？"),
    "collective of nobody": (("chain", "各部门: {kinds: [department]}", "各部门: {}"), "各部门:",
                             "collectives.各部门：没有写代表谁；kinds、units、members 至少写一个"),
    "key in a collective": (("chain", "各部门: {kinds: [department]}", "各部门: {kinds: [department], kind: a}"),
                            "各部门:", "collectives.各部门.kind：没有这个键；是不是“kinds”？"),
    "no office": (("chain", "  phone: ", "  fax: "), "fax", "office.fax：没有这个键；可用的键：name、contact、phone",
                  "office:", "office.phone：缺少这一项"),
    "no such day": (("calendar", "extra_holidays: []", "extra_holidays: [2023-02-30]"), "extra_holidays: [",
                    "extra_holidays[0]：现为“2023-02-30”，应为真实的日期，写法如 2024-02-09"),
    "no such form": (("calendar", "extra_workdays: []", "extra_workdays:\n  - 2027年1月3日"), "2027年1月3日",
                     "extra_workdays[0]：现为“2027年1月3日”，应为真实的日期，写法如 2024-02-09"),
    "year without days": (("calendar", "announced: []", "announced: [2027]"), "announced: [",
                          "announced[0]：2027 年的放假日和调休上班日还没有写进 extra_holidays、extra_workdays"),
    "time": (("schedule", '"14:30"', '"24:30"'), "sweeps:",
             "sweeps[1]：现为“24:30”，应为 24 小时制时间，如 08:30"),
    "time twice": (("schedule", '"14:30"', "8:30"), "sweeps:", "sweeps[1]：“08:30”重复了（第 {sweeps} 行已有）"),
    "no time": (("schedule", '["08:30", "14:30"]', "[]"), "sweeps:", "sweeps：至少要写一项"),
    "unknown channel": (("channels", "use: [console]", "use: [consol]"), "use: [",
                        "use[0]：现为“consol”，应为 console、file、mail 之一；是不是“console”？"),
    "unknown channel kind": (("channels", "kind: mail\n", "kind: email\n"), "kind: email",
                             "channels.mail.kind：现为“email”，应为 "
                             "console、file、mail、wecom、dingtalk、feishu、apprise 或 webhook；是不是“mail”？"),
    "no channel kind": (("channels", "    kind: mail\n", ""), "  mail:", "channels.mail.kind：缺少这一项"),
    "channel is no block": (("channels", "  console:\n    kind: console\n    on_doubt: resend\n", "  console: 屏幕\n"),
                            "  console: 屏幕", "channels.console：现为“屏幕”，应为若干行“键: 值”"),
    "key of another kind": (("channels", "    format: eml ", "    host: a\n    format: eml "), "host: a",
                            "channels.file.host：没有这个键；可用的键：kind、format、on_doubt"),
    "mail's key": (("channels", "port: 465", "prot: 465"), "prot:", "channels.mail.prot：没有这个键；是不是“port”？",
                   "  mail:", "channels.mail.port：缺少这一项"),
    "port": (("channels", "port: 465", "port: 70000"), "port:",
             "channels.mail.port：现为“70000”，应为 1 到 65535 的整数"),
    "encryption": (("channels", "secure: ssl", "secure: startls"), "secure: startls",
                   "channels.mail.secure：现为“startls”，应为 none、starttls 或 ssl；是不是“starttls”？"),
    "address": (("channels", "from: office@example.com", "from: 办公室"), "from: 办公室",
                "channels.mail.from：现为“办公室”，应为邮箱地址，如 office@example.com"),
    "doubt": (("channels", "on_doubt: leave\n", "on_doubt: ask\n"), "on_doubt: ask",
              "channels.mail.on_doubt：现为“ask”，应为 leave 或 resend"),
    "two secrets": (("channels", PASSWORD_ENV, "password_env: Z\n    password: env:Z  #"), "password_env: Z",
                    "channels.mail.password_env：password、password_env 只能写一个"),
    "secret without a name": (("channels", "user: office@example.com ", "# user: "), "password: env:",
                              "channels.mail.password：写了密码在哪里，却没有写 user（登录名）"),
    "name without a secret": (("channels", PASSWORD_ENV, "#"), "user: office", "channels.mail.user：写了登录名，"
                              "还要写 password：写成 env:环境变量名 或 file:文件路径（权限 600）"),
    "secret not set": (IN_USE, "password: env:",
                       "channels.mail.password：环境变量 ZEREN_MAIL_PASSWORD 没有设置，这个渠道要用它"),
    "channel on two lines": (("channels", "use: [console]", "use: [console, [file, console]]"), "use: [",
                             "use[1][1]：“console”重复了（第 {use} 行已有）"),
    "unknown channel on a line": (("channels", "use: [console]", "use: [[file, wecom]]"), "use: [",
                                  "use[0][1]：现为“wecom”，应为 console、file、mail 之一"),
    "line of none": (("channels", "use: [console]", "use: [[]]"), "use: [",
                     "use[0]：现为一个列表，应为渠道名，或一行几个渠道名，如 [wecom, mail]"),
    "key a channel has not": (("channels", "channels:\n", "channels:\n  qywx: {kind: wecom}\n"), "qywx:",
                              "channels.qywx.key：缺少这一项"),
    "cards counted in two ways": (("policy", "every: quarter, at: 3,", "every: quarter, at: 3, in_a_row: 2,"),
                                  "- {id: three_a_quarter,",
                                  "cards[0]：要么写 every 和 at（一段时间里几次），要么只写 in_a_row（连续几次）"),
    "cards of no rung": (("policy", "every: quarter, at: 3,", "every: quarter, at: 3, counts: [urges],"),
                         "- {id: three_a_quarter,",
                         "cards[0].counts[0]：现为“urges”，应为 sign_remind、sign_urge、sign_supervise、sign_report、"
                         "due_soon、urge、supervise、talk、report、circular、verify_remind、verify_supervise、report_urge、"
                         "report_again、report_idle、report_leader、behind_remind、behind_urge、"
                         "milestone_soon、milestone_urge、milestone_supervise、review_remind、review_supervise 之一"
                         "；是不是“urge”？"),
    "cards tell nobody known": (("policy", "tells: [unit_head, leader], instrument: talk_notice}\n  # -",
                                 "tells: [owner], instrument: talk_notice}\n  # -"), "- {id: three_a_quarter,",
                                "cards[0].tells[0]：现为“owner”，应为 "
                                "unit_head、committee、secretary、leader、office、branch、member 之一"),
    "cards every": (("policy", "every: quarter, at: 3,", "every: quater, at: 3,"), "- {id: three_a_quarter,",
                    "cards[0].every：现为“quater”，应为 month、quarter、half_year 或 year；是不是“quarter”？"),
    "documents of no instrument": (("policy", "\ndocuments: []", "\ndocuments: [circulars]"), "documents: [circulars]",
                                   "documents[0]：现为“circulars”，应为 reminder、urging_note、supervision_note、"
                                   "talk_notice、report、circular 之一；是不是“circular”？"),
    "urgent from a reminder": (("policy", "# urgent_starts_at: supervise", "urgent_starts_at: due_soon"),
                               "urgent_starts_at: due_soon", "urgent_starts_at：现为“due_soon”，应为 "
                               "urge、supervise、talk、report、circular 之一"),
    "reference": (("channels", "use: [console]", "use: &a [*a]"), "use: &a",
                  "use[0]：不支持 & 和 * 的引用写法，请把内容直接写出来"),
}  # fmt: skip
#: Lines that messages refer to: name → (file, words on that line).
REFERRED = {
    "urge": ("policy", "id: urge,"),
    "tolerance": ("policy", "tolerance:"),
    "branch": ("chain", "name: 党支部/责任单位"),
    "department": ("chain", "  department: 部门"),
    "sweeps": ("schedule", "sweeps:"),
    "use": ("channels", "use: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line(mistake: str, root: Path, complaint: Callable[..., str]) -> None:
    edit, *told = MISTAKES[mistake]
    said = complaint(edit)
    referred = {name: line(root, *where) for name, where in REFERRED.items()}
    pairs = zip(told[::2], told[1::2], strict=True)
    expected = [
        (at := line(root, edit[0], str(where)), f"config/{edit[0]}.yaml 第 {at} 行 {str(words).format(**referred)}")
        for where, words in pairs
    ]
    assert said == "\n".join(text for _, text in sorted(expected))


def tier(name: str, laid_on: str) -> str:
    return f"  - {{id: {name}, name: {name}, duty: 责任, laid_on: {laid_on}}}\n"


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        (
            [("a", "one"), ("b", "leaders"), ("c", "leaders")],
            ["第 4 行 tiers[2].laid_on：“leaders”重复了（第 3 行已有）"],
        ),
        (
            [("a", "one"), ("b", "units"), ("c", "leaders")],
            ["第 4 行 tiers[2].laid_on：laid_on 为 leaders 的层级应在 units 之上"],
        ),
        (
            [("a", "one"), ("b", "members"), ("c", "units")],
            ["第 4 行 tiers[2].laid_on：laid_on 为 units 的层级应在 members 之上"],
        ),
        ([("a", "leaders"), ("b", "units")], ["第 1 行 tiers：至少要有一层 laid_on 为 one"]),
        ([], ["第 1 行 tiers：至少要写一项"]),
        ([("a", "one"), ("a", "units")], ["第 3 行 tiers[1].id：“a”重复了（第 2 行已有）",
                                          "第 3 行 tiers[1].name：“a”重复了（第 2 行已有）"]),
        ([("owner", "one")], ["第 2 行 tiers[0].id：“owner”在 policy.yaml 的 tells 里另有含义，请换一个标识"]),
    ],
)  # fmt: skip
def test_tiers_must_make_a_chain(
    tiers: list[tuple[str, str]], said: list[str], root: Path, complaint: Callable[..., str]
) -> None:
    path = root / "config" / "chain.yaml"
    _, _, rest = path.read_text("utf-8").partition("kinds:\n  committee")
    written = "tiers:\n" + "".join(tier(*one) for one in tiers) if tiers else "tiers: []\n"
    path.write_text(
        f"{written}zone: Asia/Shanghai\noffice: {{name: a, contact: b, phone: c}}\nkinds:\n  committee{rest}"
    )
    of_chain = [text for text in complaint().splitlines() if "chain.yaml" in text]
    assert of_chain == [f"config/chain.yaml {text}" for text in said]


def test_a_day_is_either_worked_or_not(root: Path, complaint: Callable[..., str]) -> None:
    said = complaint(
        ("calendar", "extra_holidays: []", "extra_holidays: [2027-01-02]"),
        ("calendar", "extra_workdays: []", "extra_workdays: [2027-01-02]"),
    )
    off, worked = line(root, "calendar", "extra_holidays:"), line(root, "calendar", "extra_workdays:")
    assert said == (
        f"config/calendar.yaml 第 {worked} 行 extra_workdays[0]："
        f"“2027-01-02”已写在放假日里（第 {off} 行），一天不能既放假又上班"
    )


def test_a_workspace_without_column_names_uses_the_bundled_ones(root: Path, defaults: Settings) -> None:
    (root / "config" / "columns.yaml").unlink()
    assert load(root, {}).columns == defaults.columns == bundled_columns()


def test_the_office_adds_its_own_column_names(root: Path) -> None:
    change(root, "columns", "note: [备注,", "note: [备注, 有关情况,")
    assert load(root, {}).columns.roles["note"][:2] == ("备注", "有关情况")


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("note: [备注,", "notes: [备注,", "notes：没有这个键；是不是“note”？"),
        ("note: [备注,", "note: [完成时限,", "note[0]：“完成时限”重复了（第 42 行已有）"),
        ("note: [备注,", "note: {a: b}\nx: [", "note：现为若干行“键: 值”，应为列表"),
        ("task:", "task: []\ngoal2:", "task：至少要写一项"),
    ],
)
def test_wrong_column_names_are_told_with_their_line(
    root: Path, complaint: Callable[..., str], written: str, instead: str, told: str
) -> None:
    at = line(root, "columns", written)
    said = complaint(("columns", written, instead))
    assert f"config/columns.yaml 第 {at} 行 {told}" in said
