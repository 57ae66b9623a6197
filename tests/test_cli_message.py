"""Messages at the command line: the office looks at what did not arrive, and decides."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from responsibility.cli.app import run
from responsibility.delivery import TransportError
from responsibility.store import channels
from responsibility.usecases.remind import sweep
from tests.stories.test_channels_fail import NOBODY, Office, opened
from tests.world import World

Call = Callable[..., str]


@pytest.fixture
def office(world: World) -> Office:
    """A message that failed on both channels of its line, and one that may have arrived."""
    office = opened(world, ("mail", "console"))
    world.given(lead="甲支部", by="9月30日前")
    world.to("2023-09-14")
    sweep(world.workspace, world.now)
    office.by["mail"].says = office.by["console"].says = NOBODY
    office.deliver()
    world.list({"title": "另一件", "lead": "乙支部", "by": "9月30日前"}, file="另一份")
    world.assign()
    world.to("2023-09-19")
    sweep(world.workspace, world.now)
    office.by["mail"].says = TransportError("断线", uncertain=True)
    office.deliver()
    return office


@pytest.fixture
def call(office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "80")

    def call(*argv: str, exits: int = 0) -> str:
        capsys.readouterr()
        code = run((*argv, "--workspace", str(office.world.root)))
        out = capsys.readouterr()
        assert code == exits, out
        return out.out or out.err

    return call


NOW = ("--now", "2023-09-19T09:00")


def test_the_office_sees_what_did_not_arrive_and_why(call: Call) -> None:
    *others, failed = json.loads(call("message", "list", "--json"))["messages"]
    doubt = next(one for one in others if one["status"] == "uncertain")
    assert (failed["status"], failed["channel"], failed["detail"]) == ("failed", "console", "没有登记邮箱地址")
    assert failed["to"] == {"person": "RA1", "name": "甲书记", "posts": ["A1"]}
    assert failed["tried"] == [{"channel": "mail", "reason": "没有登记邮箱地址"}]
    assert (doubt["status"], doubt["channel"]) == ("uncertain", "mail")
    shown = call("message", "list", "--status", "failed", "--for", "A1")
    assert "甲书记" in shown
    assert "没有送到" in shown
    assert "zeren message resend" in shown
    assert "没有这样的消息" in call("message", "list", "--status", "failed", "--for", "LD1")
    story = call("message", "show", failed["number"])
    assert "mail：没有登记邮箱地址" in story
    assert f"消息里写作 {failed['number']}" in story


def test_what_is_sent_again_begins_on_the_first_channel_with_the_same_key(office: Office, call: Call) -> None:
    before = json.loads(call("message", "show", "1", "--json"))
    assert json.loads(call("message", "resend", "1", "--json", *NOW))["messages"] == [1]
    after = json.loads(call("message", "show", "1", "--json"))
    assert (after["status"], after["channel"], after["tried"], after["attempts"]) == ("pending", "mail", [], 0)
    for service in office.by.values():
        service.says = None
    office.later(minutes=5)  # mail was left alone after so many doubts
    office.deliver()
    assert before["number"] in [parcel.message_id for parcel in office.by["mail"].parcels]
    assert "没有改动" not in call("log", "verify")
    assert "重送消息" in call("log")


def test_what_may_have_arrived_keeps_that_it_was_sent_again(office: Office, call: Call) -> None:
    [[number]] = office.world.rows("SELECT max(id) FROM message WHERE status = 'uncertain'")
    call("message", "resend", str(number), *NOW)
    assert json.loads(call("message", "show", str(number), "--json"))["doubts"] == 1
    assert "曾不知是否送到，重送过 1 次" in call("message", "show", str(number))


def test_what_was_told_otherwise_is_dropped_with_its_reason(office: Office, call: Call) -> None:
    assert "原因：已电话告知" in call("message", "drop", "1", "--reason", "已电话告知", *NOW)
    assert json.loads(call("message", "show", "1", "--json"))["detail"] == "办公室作罢：已电话告知"
    refused = call("message", "resend", "1", *NOW, exits=1)
    assert "已经了结" in refused


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("message", "show", "99"), "没有这些消息：99"),
        (("message", "resend", "1", "99", "x", *NOW), "没有这些消息：99、x"),  # all at once, and nothing is done
        (("message", "resend", "1", "--as", "A1", *NOW), "由办公室决定"),
        (("message", "list", "--for", "Z99"), "Z99"),
    ],
)
def test_a_slip_is_named_and_nothing_is_done(call: Call, argv: tuple[str, ...], said: str) -> None:
    assert said in call(*argv, exits=1)
    assert json.loads(call("message", "show", "1", "--json"))["status"] == "failed"


def test_a_number_of_messages_that_is_none_is_a_usage_error(call: Call) -> None:
    assert "正整数" in call("message", "list", "--top", "0", exits=2)


def test_the_doctor_names_a_channel_that_fails_and_what_to_do(office: Office, call: Call) -> None:
    office.by["mail"].says = TransportError("没有开启（连接被拒绝）", whole=True)
    call("message", "resend", "1", *NOW)
    office.later(hours=1)
    office.deliver()
    found = json.loads(call("doctor", "--json", "--now", "2023-09-19T10:30", exits=1))["findings"]
    [channel] = [one for one in found if one["check"] == "channels" and one["severity"] == "warning"]
    assert "渠道 mail 从 2023-09-19" in channel["message"]
    assert "没有开启（连接被拒绝）" in channel["message"]
    [doubt] = [one for one in found if "不知道对方是否收到" in one["message"]]
    assert "zeren message resend" in doubt["mend"]


def test_the_list_says_how_many_there_are_in_all_and_once_why_a_channel_fails(office: Office, call: Call) -> None:
    office.world.tamper("UPDATE message SET status = 'pending', channel = 'mail'")
    with office.world.workspace.write(office.world.now) as connection:
        channels.park(connection, "mail", office.world.now, since=office.world.now, reason="断了线")
    every = json.loads(call("message", "list", "--json"))
    assert every["total"] == len(every["messages"]) > 1
    shown = call("message", "list", "--top", "1")
    assert f"消息 1 份，共 {every['total']} 份" in shown
    assert call("message", "list").count("断了线") == 1
    assert "mail 这个渠道送不出：断了线" in shown
