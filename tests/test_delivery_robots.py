"""The group robots and the gateway, against servers that sign, limit and misbehave like the services."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.core.chain import Person
from responsibility.delivery import (
    AppriseCourier,
    Courier,
    DingtalkCourier,
    FeishuCourier,
    Pace,
    Parcel,
    TransportError,
    WebhookCourier,
    WecomCourier,
)
from responsibility.delivery.pace import Turnstile
from responsibility.delivery.splitting import split, utf8
from tests.servers import (
    GARBAGE,
    HALF,
    HANG_UP,
    KEY,
    SECRET,
    SILENCE,
    Dingtalk,
    Feishu,
    Gateway,
    Service,
    Wecom,
    answering,
)

AT = datetime(2023, 9, 26, 9, 30, tzinfo=UTC)
LI = Person("R1", "李明", "li@example.invalid", "138-0000-0001", "liming", "manager01", "ou_18eac8")
PARCEL = Parcel("000007-3-Z01S", LI, "【责任链】临期提醒 L1-01", "您有 1 项工作临期。\n编号 L1-01.Z01", AT)

SERVICES: dict[str, type[Service]] = {"wecom": Wecom, "dingtalk": Dingtalk, "feishu": Feishu, "webhook": Gateway}
Ready = Callable[..., tuple[Courier, Any]]


@pytest.fixture
def ready() -> Iterator[Ready]:
    """A courier of a kind and the service it speaks to; changes are those of the courier."""
    with ExitStack() as stack:

        def make(kind: str, **changes: Any) -> tuple[Courier, Service]:
            service = SERVICES[kind]()
            url = stack.enter_context(answering(service))
            courier = courier_to(kind, url, **{"timeout": 5.0, "wait": pytest.fail, **changes})
            stack.callback(courier.close)
            return courier, service

        yield make


def courier_to(kind: str, url: str, wait: Any = None, **changes: Any) -> Courier:
    if kind == "webhook":
        return WebhookCourier(url + "/sms", **{"secret": SECRET, "office": "f00d", **changes})
    kinds: dict[str, Any] = {"wecom": WecomCourier, "dingtalk": DingtalkCourier, "feishu": FeishuCourier}
    secret = "" if kind == "wecom" else SECRET
    made: Courier = kinds[kind](**{"key": KEY, "secret": secret, "base_url": url + "/", "wait": wait, **changes})
    return made


def refusal(courier: Courier, parcel: Parcel = PARCEL) -> TransportError:
    with pytest.raises(TransportError) as caught:
        courier.deliver(parcel)
    return caught.value


def weighed(error: TransportError) -> tuple[str, float | None]:
    """What kind of failure it is, and how long to wait."""
    kinds = [name for name in ("permanent", "uncertain", "whole") if getattr(error, name)]
    return "+".join(kinds) or "temporary", error.wait


# What arrives


@pytest.mark.parametrize(
    ("kind", "said", "text", "calls"),
    [
        # The service puts the @ at the end by itself.
        ("wecom", "企业微信已接收（0 ok）", "李明\n{text}", {"mentioned_list": ["liming"]}),
        ("dingtalk", "钉钉已接收（0 ok）", "@manager01\n{text}", {"atUserIds": ["manager01"]}),
        ("feishu", "飞书已接收（0 success）", '<at user_id="ou_18eac8">李明</at>\n{text}', None),
    ],
)
def test_a_robot_is_addressed_signed_and_calls_the_recipient(
    ready: Ready, kind: str, said: str, text: str, calls: Any
) -> None:
    courier, service = ready(kind)
    assert courier.deliver(PARCEL).detail == said
    [asked] = service.asked
    assert asked.headers["content-type"].startswith("application/json")
    expected = text.format(text=PARCEL.text).replace("李明\n您", "致 李明：\n您")
    assert service.taken == [f"{PARCEL.title}\n{expected}\n编号 000007-3-Z01S"]
    told = asked.json.get("at") or asked.json.get("text", {})
    assert calls is None or calls.items() <= told.items()


@pytest.mark.parametrize(
    ("kind", "to", "called"),
    [
        # Without an id, the mobile number rings where the service knows numbers.
        ("wecom", replace(LI, wecom=""), {"mentioned_mobile_list": ["13800000001"]}),
        ("dingtalk", replace(LI, dingtalk=""), {"atMobiles": ["13800000001"]}),
        # Nobody can call the whole group by an odd id.
        ("wecom", replace(LI, wecom="@all", mobile=""), {}),
        ("dingtalk", replace(LI, dingtalk="all", mobile="见附件"), {}),
    ],
)
def test_whom_a_robot_can_call(ready: Ready, kind: str, to: Person, called: dict[str, Any]) -> None:
    courier, service = ready(kind)
    courier.deliver(replace(PARCEL, to=to))
    said = service.asked[0].json
    told = {**said["text"], **said.get("at", {})}
    del told["content"]
    assert told == called
    [text] = service.taken
    assert ("@13800000001" in text) == (kind == "dingtalk" and bool(called))
    assert ("致 李明：" in text) == (kind == "wecom" or not called)


def test_a_title_cannot_call_everybody(ready: Ready) -> None:
    courier, service = ready("feishu")
    everybody = '<at user_id="all">x</at>'
    courier.deliver(replace(PARCEL, to=replace(LI, feishu="all"), title=everybody, text=f"李明 {everybody}"))
    assert "<at" not in service.taken[0]


def test_what_a_text_says_itself_is_not_said_again(ready: Ready) -> None:
    courier, service = ready("wecom")
    courier.deliver(replace(PARCEL, text="李明同志：\n编号 000007-3-Z01S"))
    assert service.taken == [f"{PARCEL.title}\n李明同志：\n编号 000007-3-Z01S"]


def test_the_clock_signs_where_there_is_one(ready: Ready) -> None:
    """Whatever `--now` says, services refuse what was signed over an hour ago."""
    courier, service = ready("dingtalk", clock=lambda: AT + timedelta(days=900))
    courier.deliver(PARCEL)
    assert service.asked[0].query["timestamp"] == str(int((AT + timedelta(days=900)).timestamp() * 1000))


@pytest.mark.parametrize(
    ("kind", "whole_address"),
    [
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"),
        ("dingtalk", f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"),
        ("feishu", f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"),
    ],
)
def test_a_robots_whole_address_will_do_for_its_key(ready: Ready, kind: str, whole_address: str) -> None:
    courier, service = ready(kind, key=whole_address)
    courier.deliver(PARCEL)
    assert len(service.taken) == 1


def test_the_gateway_gets_signed_json_and_the_same_key_again(ready: Ready) -> None:
    courier, service = ready("webhook")
    assert courier.deliver(PARCEL).detail == '网关已接收（HTTP 200 {"queued": true}）'
    courier.deliver(replace(PARCEL, created_at=AT + timedelta(hours=1)))
    assert service.taken == ["f00d 000007-3-Z01S"]
    assert service.asked[0].headers["x-zeren-key"] == "000007-3-Z01S"
    assert service.asked[0].json == {
        "key": "000007-3-Z01S",
        "office": "f00d",
        "to": {"code": "R1", "name": "李明", "mobile": "13800000001", "email": "li@example.invalid"},
        "title": PARCEL.title,
        "text": PARCEL.text,
        "created_at": "2023-09-26T09:30:00+00:00",
    }


def test_the_gateway_is_not_asked_about_somebody_without_a_number(ready: Ready) -> None:
    courier, service = ready("webhook")
    error = refusal(courier, replace(PARCEL, to=replace(LI, mobile="")))
    assert (error.reason, error.permanent, service.asked) == ("没有登记手机号码，或号码不能用", True, [])


# What is refused

WHOLE, BAD, LATER = ("whole", None), ("permanent", None), ("temporary", None)


@pytest.mark.parametrize(
    ("kind", "answer", "kind_of_failure", "told"),
    [
        # Too fast: the services' own words, and the wait they mean.
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, ("whole", 60), "发得太快（45009 api freq"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, ("whole", 600), "停发 10 分钟（130101 send too"),
        ("dingtalk", {"errcode": 410100, "errmsg": "限流"}, ("whole", 600), "410100 限流"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, ("whole", 60), "发得太快（11232 frequency"),
        ("feishu", {"code": 9499, "msg": "too many request"}, ("whole", 60), "发得太快（9499"),
        # The robot, its key or its safety settings: about every message alike.
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, WHOLE, "请核对 key（93000 invalid"),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}, WHOLE, "请核对 token（300001"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, WHOLE, "（310000 keywords not"),
        ("feishu", {"code": 19001, "msg": "token invalid"}, WHOLE, "请核对 token（19001"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, WHOLE, "签名不对"),
        ("feishu", {"code": 19022, "msg": "Ip Not Allowed"}, WHOLE, "IP"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, WHOLE, "关键词"),
        # About this one message, for good.
        ("wecom", {"errcode": 40058, "errmsg": "invalid Request Parameter"}, BAD, "不合格式（40058"),
        ("dingtalk", {"errcode": 430104, "errmsg": "不合适的内容"}, BAD, "不放行的内容（430104 不合适的内容"),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, BAD, "不合格式（9499 Bad Request"),
        # Busy, and codes nobody has heard of: tried again, and quoted.
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, ("temporary", None), "系统繁忙（-1"),
        ("feishu", {"code": 77777, "msg": "新\n错误"}, ("temporary", None), "飞书：没有收下（77777 新 错误）"),
        ("dingtalk", {"errcode": "130101", "errmsg": "too fast"}, ("whole", 600), "130101 too fast"),
        ("feishu", {"StatusCode": 19001, "StatusMessage": "旧式"}, WHOLE, "19001 旧式"),
    ],
)
def test_a_code_in_the_answer_is_weighed_and_quoted(
    ready: Ready, kind: str, answer: dict[str, Any], kind_of_failure: tuple[str, float | None], told: str
) -> None:
    """HTTP 200 is not success."""
    courier, service = ready(kind)
    service.moods.append((200, {}, json.dumps(answer, ensure_ascii=False)))
    error = refusal(courier)
    assert weighed(error) == kind_of_failure
    assert told in error.reason
    courier.deliver(PARCEL)


@pytest.mark.parametrize(("kind", "patience", "wait"), [("wecom", 20, 60), ("dingtalk", 20, 600), ("feishu", 100, 60)])
def test_one_more_than_the_service_takes_is_told_to_wait(ready: Ready, kind: str, patience: int, wait: int) -> None:
    courier, service = ready(kind)
    service.patience, service.taken = patience, ["x"] * patience
    assert weighed(refusal(courier)) == ("whole", wait)


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_wrong_secret_is_the_channels_trouble(ready: Ready, kind: str) -> None:
    courier, service = ready(kind, secret="SEC-wrong-one")
    error = refusal(courier)
    assert (weighed(error), service.taken) == (WHOLE, [])
    assert "SEC-wrong-one" not in error.reason


@pytest.mark.parametrize(
    ("mood", "kind_of_failure", "told"),
    [
        (SILENCE, ("uncertain", None), "没有按时应答（超时），不知道是否收下"),
        (HANG_UP, ("uncertain", None), "中途断开了连接，不知道是否收下"),
        (HALF, ("uncertain", None), "中途断开了连接，不知道是否收下"),
        ((500, {}, "oops"), LATER, "没有收下（HTTP 500 oops）"),  # perhaps over this very message
        ((501, {}, ""), WHOLE, "没有收下（HTTP 501）"),
        ((502, {}, ""), ("uncertain", None), "HTTP 502"),
        # A gateway in between gave up; who stands behind it may have the message.
        ((504, {}, ""), ("uncertain", None), "HTTP 504"),
        ((503, {"Retry-After": "120"}, "busy"), ("whole", 120), "HTTP 503 busy"),
        ((429, {"Retry-After": format_datetime(AT + timedelta(seconds=90))}, ""), ("whole", 90), "HTTP 429"),
        ((429, {"Retry-After": "soon"}, ""), WHOLE, "HTTP 429"),
        ((503, {"Retry-After": "9" * 400}, ""), ("whole", 86_400), "HTTP 503"),
        ((503, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, ""), ("whole", 86_400), "HTTP 503"),
        ((400, {}, "bad json"), BAD, "HTTP 400 bad json"),
        ((413, {}, "too large"), BAD, "HTTP 413"),
        ((401, {}, "who?"), WHOLE, "HTTP 401 who?"),
        ((404, {}, ""), WHOLE, "HTTP 404"),
        # Messages go where the office said, and nowhere else.
        ((302, {"Location": "http://127.0.0.1:9/"}, ""), WHOLE, "HTTP 302"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["wecom", "webhook"])
def test_a_service_in_a_mood_is_weighed(
    ready: Ready, kind: str, mood: Any, kind_of_failure: tuple[str, float | None], told: str
) -> None:
    courier, service = ready(kind, timeout=0.1 if mood == SILENCE else 5.0)
    service.moods.append(mood)
    error = refusal(courier)
    assert weighed(error) == kind_of_failure
    assert told in error.reason
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "text", ["<html>网关</html>", "[]", "", '{"ok": true}', '{"errcode": "zero"}', '{"errcode": false}', "9" * 5000]
)
def test_an_answer_nobody_understands_leaves_a_doubt(ready: Ready, text: str) -> None:
    courier, service = ready("wecom")
    service.moods.append((200, {}, text))
    error = refusal(courier)
    assert weighed(error) == ("uncertain", None)
    assert error.reason.startswith("企业微信的回答看不懂，不知道是否收下（")
    assert len(error.reason) < 250


@pytest.mark.parametrize("kind", SERVICES)
def test_nobody_there_is_the_channels_trouble_and_no_doubt(kind: str) -> None:
    with answering(Wecom()) as url:
        pass
    courier = courier_to(kind, url)
    error = refusal(courier)
    courier.close()
    assert weighed(error) == WHOLE
    assert "连接不上" in error.reason


def test_a_service_that_comes_back_is_spoken_to_again(ready: Ready) -> None:
    courier, service = ready("wecom")
    service.moods.extend([HANG_UP, GARBAGE])
    assert refusal(courier).uncertain
    assert refusal(courier).uncertain
    courier.deliver(PARCEL)
    assert len(service.taken) == 1


@pytest.mark.parametrize("kind", SERVICES)
def test_no_secret_is_told_by_reason_repr_or_log(ready: Ready, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where the service repeats it, and at whatever level the program logs."""
    caplog.set_level(1)
    courier, service = ready(kind)
    secrets = {"wecom": (KEY,), "webhook": (SECRET,)}.get(kind, (KEY, SECRET))
    echo = f"no such thing: {secrets} at ?key={secrets[0]}"
    service.moods.append((403, {}, echo))
    told = repr(courier) + refusal(courier).reason
    if kind != "webhook":
        service.moods.append((200, {}, json.dumps({"errcode": 1, "code": 1, "errmsg": echo, "msg": echo})))
        told += refusal(courier).reason
    courier.deliver(PARCEL)
    told += "".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    assert "no such thing" in told
    assert not [secret for secret in secrets if secret in told]
    assert logging.getLogger("httpx").isEnabledFor(logging.INFO)


# Parts and pace


def test_a_long_text_goes_in_numbered_parts_no_larger_than_the_service_takes(ready: Ready) -> None:
    waits: list[float] = []
    lines = [f"{at}. 编号 L1-{at:02}：{'主题教育' * 6}" for at in range(1, 61)]
    courier, service = ready("wecom", wait=waits.append)
    receipt = courier.deliver(replace(PARCEL, text="\n".join(lines)))
    parts = service.taken
    assert [part.splitlines()[0] for part in parts] == [
        f"{PARCEL.title}（{at}/{len(parts)}）" for at in range(1, len(parts) + 1)
    ]
    assert receipt.detail.endswith(f"，共 {len(parts)} 段")
    assert [line for part in parts for line in part.splitlines()[1:]] == ["致 李明：", *lines, "编号 000007-3-Z01S"]
    assert len(parts) == 3
    assert not waits


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_every_service_takes_the_parts_of_a_very_long_text(ready: Ready, kind: str) -> None:
    """Quotes and backslashes take twice their bytes in JSON; lines longer than a part are cut."""
    courier, service = ready(kind, wait=lambda seconds: None)
    courier.deliver(replace(PARCEL, text="\n".join(['"引号\\"' * 1500, "短", "长" * 9000])))
    assert "".join(service.taken).count("长") == 9000


def test_a_part_refused_after_one_arrived_leaves_a_doubt(ready: Ready) -> None:
    """Whether it is sent again is the channel's rule; the service's wait holds for the channel."""
    courier, service = ready("wecom")
    service.patience = 1
    error = refusal(courier, replace(PARCEL, text="督办" * 1000))
    assert (error.uncertain, error.permanent, error.whole, error.wait) == (True, False, True, 60)
    assert error.reason.startswith("共 5 段，前 1 段已送到，第 2 段没有：企业微信：发得太快（45009")


@given(
    st.text(st.sampled_from('督a\n😀"\\ '), max_size=300),
    st.integers(60, 200),
    st.sampled_from([utf8, lambda text: len(json.dumps(text, ensure_ascii=False).encode())]),
)
def test_parts_fit_and_lose_nothing(text: str, limit: int, size: Callable[[str], int]) -> None:
    parts = split("题", text, limit, size)
    assert max(map(size, parts)) <= limit
    bodies = [part.partition("\n")[2] for part in parts]
    kept = "".join(bodies).replace("…", "").replace("\n", "")
    assert kept == text.replace("\n", "")


PACE = Pace(3, per_second=2, shun_minutes=(0, 30))


@pytest.mark.parametrize(
    ("handed", "now", "at"),
    [
        ([], "09:10:00", "09:10:00"),  # nobody before
        (["09:09:59.5"], "09:10:00", "09:10:00"),  # room in both spans
        (["09:10:00", "09:10:00.2"], "09:10:00.3", "09:10:01"),  # two in this second
        (["09:10:00", "09:10:05", "09:10:09"], "09:10:10", "09:11:00"),  # three in this minute
        (["09:09:00", "09:10:05", "09:10:09"], "09:10:10", "09:10:10"),  # the oldest is long ago
        (["09:10:09", "09:10:00", "09:10:05"], "09:10:10", "09:11:00"),  # in any order
        ([], "09:30:00", "09:31:00"),  # a minute everybody sends in
        (["09:29:10", "09:29:20", "09:29:30"], "09:29:40", "09:31:00"),  # the wait ends in such a minute
        ([], "09:59:59", "09:59:59"),
        (["09:59:58"] * 3, "09:59:59", "10:01:00"),  # over the hour
    ],
)
def test_when_one_more_may_be_handed_over(handed: list[str], now: str, at: str) -> None:
    def instant(time: str) -> datetime:
        return datetime.fromisoformat(f"2023-09-26T{time}+00:00")

    assert PACE.ready_at([instant(one) for one in handed], instant(now)) == instant(at)


@pytest.mark.parametrize(
    ("parts", "at"),
    [
        (1, "09:10:10"),
        (2, "09:11:00"),  # once the older one is a minute ago
        (3, "09:11:05"),
        (9, "09:11:05"),  # more than a minute takes: when nothing else is in it
    ],
)
def test_a_long_message_waits_for_room_for_all_its_parts(parts: int, at: str) -> None:
    older, newer, now, then = (
        datetime.fromisoformat(f"2023-09-26T{time}+00:00") for time in ("09:10:00", "09:10:05", "09:10:10", at)
    )
    assert Pace(3).ready_at([newer, older], now, parts) == then


@pytest.mark.parametrize("kind", [WecomCourier, DingtalkCourier, FeishuCourier])
def test_messages_are_paced_below_what_the_service_takes(kind: Any) -> None:
    """What is left is for the further parts of long ones, and for a test message."""
    assert kind.pace.per_minute < kind.allows.per_minute
    assert kind.allows == {WecomCourier: Pace(20), DingtalkCourier: Pace(20)}.get(kind, Pace(100, 5))
    assert kind.pace.shun_minutes == ((0, 30) if kind is FeishuCourier else ())


@pytest.mark.parametrize("pace", [Pace(20), Pace(7, per_second=2)])
def test_a_process_never_makes_more_requests_than_the_service_takes(pace: Pace) -> None:
    clock, passed = 1000.0, []

    def wait(seconds: float) -> None:
        nonlocal clock
        clock += seconds

    stile = Turnstile(pace, wait, lambda: clock)
    for at in range(60):
        stile.pass_one()
        passed.append(clock)
        clock += 0.01 * (at % 7)
    for span, allowed in ((60.0, pace.per_minute), (1.0, pace.per_second or pace.per_minute)):
        assert all(later - earlier >= span - 1e-6 for earlier, later in zip(passed, passed[allowed:], strict=False))


# Through Apprise


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., tuple[AppriseCourier, Service]]]:
    with ExitStack() as stack:

        def make(path: str = "/a-secret-path") -> tuple[AppriseCourier, Service]:
            service = Gateway()
            url = stack.enter_context(answering(service)).replace("http://", "json://office:mima-789@")
            return AppriseCourier(url + path, timeout=1.0), service

        yield make


def test_apprise_sends_plain_text_that_says_who_is_meant(elsewhere: Any) -> None:
    courier, service = elsewhere()
    service.moods.append((200, {}, "ok"))
    assert courier.deliver(PARCEL).detail == "JSON 已接收"
    said = service.asked[0].json
    assert (said["title"], said["message"]) == (PARCEL.title, f"致 李明：\n{PARCEL.text}\n编号 000007-3-Z01S")


def test_apprise_is_not_throttled_and_names_no_outside_host() -> None:
    """By itself it waits 5.5 s between messages, and shows a picture from its own site."""
    service = Gateway(moods=deque([(200, {}, "ok")] * 2))
    with answering(service) as url:
        courier = AppriseCourier(url.replace("http", "bark") + "/a-device-key?image=yes")
        began = time.monotonic()
        for _ in range(2):
            courier.deliver(PARCEL)
    assert time.monotonic() - began < 5
    assert len(service.asked) == 2
    assert b"github" not in service.asked[0].body


@pytest.mark.parametrize(
    ("mood", "kind_of_failure", "told"),
    [
        ((400, {}, ""), BAD, "400"),
        ((403, {}, ""), WHOLE, "403"),
        ((500, {}, ""), LATER, "500"),
        ((502, {}, ""), ("uncertain", None), "502"),
        ((503, {}, ""), WHOLE, "503"),
        (HANG_UP, ("uncertain", None), "不知道是否收下"),
    ],
    ids=str,
)
def test_the_true_reason_behind_apprises_no_is_told_without_its_secrets(
    elsewhere: Any, mood: Any, kind_of_failure: tuple[str, None], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    courier, service = elsewhere()
    service.moods.append(mood)
    error = refusal(courier)
    assert weighed(error) == kind_of_failure
    assert told in error.reason
    assert "mima-789" not in error.reason + repr(courier) + caplog.text
    assert "a-secret-path" not in error.reason + repr(courier) + caplog.text


def test_a_url_apprise_does_not_know_is_refused_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    error = refusal(AppriseCourier("pigeon://mima-789@loft"))
    assert (weighed(error), error.reason) == (WHOLE, "Apprise 不认识这个 url；写法见 Apprise 的说明")
    assert "mima-789" not in caplog.text


def test_apprise_with_nobody_there_is_no_doubt(elsewhere: Any) -> None:
    with answering(Wecom()) as url:
        pass
    assert weighed(refusal(AppriseCourier(url.replace("http", "json"), timeout=1.0))) == WHOLE
