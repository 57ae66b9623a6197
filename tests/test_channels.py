"""`zeren channel`: from config/channels.yaml to the service and back, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from responsibility.cli.app import run
from responsibility.core.errors import Severity
from responsibility.delivery import AppriseCourier, DingtalkCourier, MailCourier
from responsibility.settings.secrets import resolved
from responsibility.store.rows import channel_state
from responsibility.usecases.channels import channels_of
from responsibility.usecases.couriers import courier, opened
from responsibility.usecases.doctor import configuration, office
from tests.servers import KEY, SECRET, Dingtalk, Feishu, Gateway, Service, Wecom, answering
from tests.world import World, organisation

KINDS: dict[str, tuple[type[Service], str]] = {
    "wecom": (Wecom, "key: env:ROBOT_KEY, base_url: '{url}'"),
    "dingtalk": (Dingtalk, "token: env:ROBOT_KEY, secret: file:data/robot.secret, base_url: '{url}'"),
    "feishu": (Feishu, "token: env:ROBOT_KEY, secret: file:data/robot.secret, base_url: '{url}/'"),
    "webhook": (Gateway, "url: '{url}/sms', secret: file:data/robot.secret"),
}
Said = tuple[int, str, str]


@pytest.fixture
def zeren(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs a command on the world's workspace; returns its exit code and what it said on both streams."""
    monkeypatch.setenv("ROBOT_KEY", KEY)
    secret = world.root / "data" / "robot.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run([*words, "--workspace", str(world.root), "--now", world.now.isoformat()])
        return code, *capsys.readouterr()

    return call


def described(world: World, *channels: str, use: str = "[console]") -> None:
    """Put channels into config/channels.yaml, each in one line."""
    path = world.root / "config" / "channels.yaml"
    text = path.read_text("utf-8").replace("use: [console]", f"use: {use}")
    path.write_text(text.replace("channels:\n", "channels:\n" + "".join(f"  {one}\n" for one in channels)), "utf-8")


def with_mobile(world: World, person: str) -> None:
    import yaml

    file = organisation()
    next(one for one in file["people"] if one["code"] == person)["mobile"] = "13800000001"
    path = world.root / "organisation.yaml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    from responsibility.usecases.organisation import import_organisation

    import_organisation(world.workspace, path, world.now)


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_message_goes_the_whole_way(world: World, zeren: Callable[..., Said], kind: str) -> None:
    """Not in use, signed with the true time, and nothing of the secrets anywhere."""
    with_mobile(world, "RA1")
    service, block = KINDS[kind][0](), KINDS[kind][1]
    with answering(service) as url:
        described(world, f"mine: {{kind: {kind}, {block.format(url=url)}}}")
        code, out, err = zeren("channel", "test", "mine", "--to", "A1", "--json")
    said = json.loads(out)
    assert (code, said["outcome"], said["person"], said["channel"]) == (0, "sent", "甲书记", "mine")
    assert "已接收" in said["detail"]
    assert len(service.taken) == 1
    kept = json.dumps([*map(list, world.rows('SELECT actor, act, "values" FROM ledger'))], default=str)
    assert "channel.test" in kept
    for secret in (KEY, SECRET):
        assert secret not in out + err + kept


def test_what_the_service_refused_is_said_in_its_own_words(world: World, zeren: Callable[..., Said]) -> None:
    service = Wecom(patience=0)
    with answering(service) as url:
        described(world, f"qun: {{kind: wecom, key: env:ROBOT_KEY, base_url: '{url}'}}")
        code, out, _ = zeren("channel", "test", "qun", "--to", "A1")
        assert (code, "没有送到" in out, "45009 api freq out of limit" in out) == (1, True, True)
        service.moods.append((200, {}, "<html>"))
        code, out, _ = zeren("channel", "test", "qun", "--to", "A1")
        assert (code, "不知道是否送到" in out) == (1, True)
    assert [row[0] for row in world.rows("SELECT act FROM ledger ORDER BY seq DESC LIMIT 2")] == ["channel.test"] * 2
    assert "试渠道" in zeren("log")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("consol", "--to", "A1"), "没有渠道“consol”"),
        (("console", "--to", "A9"), "没有岗位 A9"),
        (("console", "--to", "B1"), "岗位 B1（乙支部书记）现在无人任职"),
        (("mail", "--to", "A1"), "环境变量 ZEREN_MAIL_PASSWORD 没有设置"),
    ],
)
def test_a_test_that_cannot_be_made_is_refused(
    world: World,
    zeren: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.delenv("ZEREN_MAIL_PASSWORD", raising=False)
    world.organise(vacant=("B1",))
    code, out, err = zeren("channel", "test", *words)
    assert (code, out) == (1, "")
    assert told in err


def test_a_channel_that_was_left_alone_and_takes_the_test_is_used_again(
    world: World, zeren: Callable[..., Said]
) -> None:
    failing = {"parked_until": world.now + timedelta(hours=1), "reason": "连接不上", "failures": 1, "alarmed": True}
    with world.workspace.write(world.now) as connection:
        connection.execute(channel_state.insert().values(channel="console", **failing))
    assert "现在恢复使用" in zeren("channel", "test", "console", "--to", "A1")[1]
    assert world.rows("SELECT * FROM channel_state") == []
    assert "恢复使用" not in zeren("channel", "test", "console", "--to", "A1")[1]


@pytest.mark.parametrize(
    ("channel", "place"),
    [
        # A password pasted behind env:, and one in the address of the server.
        ("qun: {kind: wecom, key: env:mima_789}", "channels.qun.key"),
        ("post: {kind: mail, host: 'u:mima_789@oa', port: 25, secure: none, from: a@b.cn}", "channels.post.host"),
    ],
)
def test_what_may_be_a_secret_is_told_by_its_place_only(
    world: World, zeren: Callable[..., Said], channel: str, place: str
) -> None:
    described(world, channel, use=f"[{channel.partition(':')[0]}]")
    told = "".join(zeren("remind")[1:]) + "".join(zeren("channel", "list")[1:])
    assert place in told
    assert "mima" not in told


def test_a_secret_saved_by_an_editor_that_marks_its_files_is_the_secret(world: World) -> None:
    path = world.root / "data" / "robot.secret"
    path.write_text(SECRET + "\n", "utf-8-sig")
    path.chmod(0o600)
    assert resolved("file:data/robot.secret", world.root, {}) == (SECRET, "")


def test_the_list_says_how_each_channel_stands(world: World, zeren: Callable[..., Said]) -> None:
    with_mobile(world, "RA1")
    described(
        world,
        "sms: {kind: webhook, url: 'http://10.0.0.8/sms', secret: file:data/none}",
        "qun: {kind: wecom, key: env:ROBOT_KEY, full_text: true, on_doubt: resend}",
        use="[[qun, sms], console]",
    )
    until = world.now + timedelta(minutes=15)
    with world.workspace.write(world.now) as connection:
        connection.execute(
            channel_state.insert().values(
                channel="sms", parked_until=until, reason="网关连接不上", failures=1, alarmed=True
            )
        )
    code, out, _ = zeren("channel", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)["channels"]}
    assert (code, list(rows)) == (0, ["qun", "sms", "console", "file", "mail"])
    assert [(row["line"], row["in_use"]) for row in rows.values()] == [(1, True), (1, True), (2, True)] + [
        (None, False)
    ] * 2
    assert rows["qun"]["secrets"] == [{"key": "key", "where": "env:ROBOT_KEY", "wrong": ""}]
    assert (rows["qun"]["full_text"], rows["qun"]["on_doubt"], rows["qun"]["unreachable"]) == (True, "resend", 0)
    assert (rows["sms"]["unreachable"], rows["sms"]["holders"], rows["sms"]["reason"]) == (11, 12, "网关连接不上")
    assert rows["sms"]["parked_until"] == until.isoformat()
    assert rows["sms"]["secrets"][0]["wrong"].startswith("读不了")
    picture = zeren("channel", "list")[1]
    assert "网关连接不上" in picture
    assert KEY not in out + picture


def test_a_secret_written_out_is_a_finding_of_the_doctor_and_stops_what_sends(
    world: World, zeren: Callable[..., Said]
) -> None:
    described(world, "qun: {kind: wecom, key: 693a91f6-mima}")
    settings, found = configuration(world.root, world.environ)
    assert settings is not None
    [finding] = [one for one in found if one.check == "config"]
    assert (finding.severity, "channels.qun.key" in finding.message) == (Severity.ERROR, True)
    code, out, err = zeren("channel", "test", "console", "--to", "A1")
    assert (code, out) == (1, "")
    listed = zeren("channel", "list")
    assert listed[0] == 0
    assert "key？" in listed[1]
    assert "mima" not in f"{found}{err}{listed}"


def test_the_doctor_asks_for_the_addresses_of_every_kind_in_use(world: World) -> None:
    def asked() -> str:
        settings, _ = configuration(world.root, world.environ)
        assert settings is not None
        return "".join(one.message for one in office(settings, world.now) if one.check == "address")

    assert asked() == ""
    described(world, "sms: {kind: webhook, url: 'http://10.0.0.8/sms', secret: env:S}", use="[console, sms]")
    world.environ["S"] = "x"
    assert "甲书记（RA1）没有登记手机号" in asked()


def test_couriers_are_made_of_the_settings(world: World, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    described(
        world,
        "ding: {kind: dingtalk, token: env:T, secret: env:T, base_url: 'https://ding.example.cn', timeout: 3}",
        "other: {kind: apprise, url: env:T}",
        use="[[ding, mail], other]",
    )
    world.environ |= {"T": "json://mima-789", "ZEREN_MAIL_PASSWORD": "mima-789"}
    world.configure("schedule.yaml", "14:30", "14:31")
    with opened(world.workspace, capsys) as by:
        ding, mail, other = by["ding"], by["mail"], by["other"]
        assert isinstance(ding, DingtalkCourier)
        assert isinstance(mail, MailCourier)
        assert isinstance(other, AppriseCourier)
        assert (ding.base_url, ding.id, mail.id, mail.secret) == ("https://ding.example.cn", "ding", "mail", "mima-789")
        again = courier(world.workspace, world.workspace.settings.delivery.channels["mail"], capsys)
        assert isinstance(again, MailCourier)
        assert again.office == mail.office != ""
        assert "mima-789" not in repr(by) + repr(world.workspace)
    assert {row.name for row in channels_of(world.workspace, world.now, world.environ)} >= {"ding", "other"}
