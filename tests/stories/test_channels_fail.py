"""A channel that fails: the next one of the line, a pause, one alarm to the office, and an outage of three days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from responsibility.delivery import MemoryCourier, Parcel, Receipt, TransportError
from responsibility.delivery.pace import Pace
from responsibility.store import channels, outbox
from responsibility.usecases.deliver import Delivered, Still, deliver, tiers_waiting
from responsibility.usecases.remind import sweep
from responsibility.usecases.rendering import Renderer
from tests.world import World

REFUSED = TransportError("没有开启（连接被拒绝）", whole=True)
BUSY = TransportError("发送太频繁", whole=True, wait=30)
NOBODY = TransportError("没有登记邮箱地址", permanent=True)


class Service(MemoryCourier):
    """Works, or says no to everybody for as long as it is told to."""

    says: TransportError | None = None
    pace: Pace | None = None
    asked = 0

    def deliver(self, parcel: Parcel) -> Receipt:
        """Count, and take it or not."""
        self.asked += 1
        if self.says is not None:
            raise self.says
        return super().deliver(parcel)


@dataclass
class Office:
    """A world whose people are told over lines of several channels."""

    world: World
    by: dict[str, Service]

    def deliver(self, clock: Still | datetime | None = None) -> Delivered:
        return deliver(self.world.workspace, self.by, clock or self.world.now)

    def later(self, **span: float) -> None:
        self.world.now += timedelta(**span)

    def messages(self, columns: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.world.rows(f"SELECT {columns} FROM message ORDER BY id")]


def opened(world: World, *lines: tuple[str, ...]) -> Office:
    """The same office, told over these lines of the channels that config/channels.yaml describes."""
    settings = world.workspace.settings
    delivery = replace(settings.delivery, lines=lines)
    world.workspace = replace(world.workspace, settings=replace(settings, delivery=delivery))
    return Office(world, {name: Service(name) for name in delivery.use})


@pytest.fixture
def told(world: World) -> Callable[..., Office]:
    """Two branches have something to sign, told over the lines asked for, not yet handed over."""

    def tell(*lines: tuple[str, ...]) -> Office:
        office = opened(world, *lines)
        world.given(lead="甲支部、乙支部", by="9月30日前")
        world.to("2023-09-14")
        sweep(world.workspace, world.now)
        return office

    return tell


def test_who_cannot_be_reached_is_told_over_the_next_channel_with_the_same_key(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = NOBODY
    done = office.deliver()
    assert done.counts == {"sent": 2}
    assert done.faults[0] == "RA1（mail）：没有登记邮箱地址；改走 console"
    assert office.messages("channel, status, attempts") == [("console", "sent", 1)] * 2
    [first, _] = office.by["console"].parcels
    assert first.message_id == "000009-1-A1"  # sweep, message, post
    rows = office.world.rows("SELECT id FROM message WHERE CAST(tried AS TEXT) LIKE '%mail%'")
    assert len(rows) == 2


def test_the_only_message_moves_in_the_same_run(world: World) -> None:
    office = opened(world, ("mail", "console"))
    world.given(by="9月30日前")
    world.to("2023-09-14")
    sweep(world.workspace, world.now)
    office.by["mail"].says = NOBODY
    assert office.deliver().counts == {"sent": 1}


def test_only_at_the_end_of_the_line_a_message_is_failed(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = office.by["console"].says = NOBODY
    assert office.deliver()["failed"] == 2
    assert office.messages("channel, status") == [("console", "failed")] * 2


def test_who_hears_of_the_sweep_on_the_next_channel_anyway_is_not_told_twice(told: Callable[..., Office]) -> None:
    office = told(("console",), ("mail", "console"))
    office.by["mail"].says = NOBODY
    assert office.deliver().counts == {"sent": 2, "dropped": 2}
    assert len(office.by["console"].parcels) == 2
    [(why,)] = office.world.rows("SELECT DISTINCT detail FROM message WHERE status = 'dropped'")
    assert why == "没有登记邮箱地址；本人在渠道 console 另有同一次的消息"


def test_a_channel_that_fails_is_asked_once_and_the_office_hears_of_it_once(told: Callable[..., Office]) -> None:
    office = told(("mail",), ("console",))
    office.by["mail"].says = REFUSED
    done = office.deliver()
    assert (done["sent"], done["held"], done["failed"]) == (3, 2, 0)
    assert office.by["mail"].asked == 1
    [alarm] = [one for one in office.by["console"].parcels if one.to.name == "主任"]
    assert alarm.title == "【责任链】渠道 mail 送不出消息"
    assert "没有开启（连接被拒绝）" in alarm.text
    assert "有 2 份消息在等它" in alarm.text
    assert "渠道 mail 送不出：没有开启（连接被拒绝），09-14 08:35 起再试；2 份消息等着" in done.faults
    # Only the message it failed over counts an attempt; after the pause one tries, and the pause grows.
    assert [row[1] for row in office.messages("channel, attempts") if row[0] == "mail"] == [1, 0]
    for minutes, asked in ((4, 1), (1, 2), (14, 2), (1, 3), (59, 3), (1, 4), (60, 5)):
        office.later(minutes=minutes)
        assert office.deliver()["sent"] == 0
        assert office.by["mail"].asked == asked, minutes
    assert [row[1] for row in office.messages("channel, attempts") if row[0] == "mail"] == [1, 0]
    office.by["mail"].says = None
    office.later(minutes=60)
    assert office.deliver()["sent"] == 2
    with office.world.workspace.read() as connection:
        assert channels.states(connection) == {}
    assert len(office.world.rows("SELECT id FROM message WHERE kind = 'alarm'")) == 1


def test_what_waits_for_a_parked_channel_does_not_keep_deliverers_busy(told: Callable[..., Office]) -> None:
    office = told(("mail",))
    office.by["mail"].says = REFUSED
    assert tiers_waiting(office.world.workspace, office.world.now) == {"branch"}
    office.deliver()
    assert tiers_waiting(office.world.workspace, office.world.now) == set()
    office.later(minutes=5)
    assert tiers_waiting(office.world.workspace, office.world.now) == {"branch", "office"}  # and the alarm


def test_the_others_go_over_the_next_channel_while_one_fails(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = REFUSED
    assert office.deliver()["sent"] == 3  # two digests and the alarm
    assert office.by["mail"].asked == 1
    assert {row[0] for row in office.messages("channel")} == {"console"}


def test_an_alarm_about_what_works_again_is_not_sent(told: Callable[..., Office]) -> None:
    office = told(("mail",), ("console",))
    office.by["mail"].says = REFUSED
    office.by["console"].says = TransportError("线路忙")
    office.deliver()
    office.by["mail"].says = None
    office.later(minutes=10)
    office.deliver()
    office.by["console"].says = None
    office.later(minutes=15)
    office.deliver()
    assert office.world.rows("SELECT status, detail FROM message WHERE kind = 'alarm'") == [("dropped", "渠道已恢复")]


def test_a_service_that_asks_for_a_pause_gets_it_and_nobody_is_alarmed(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = BUSY
    clock = Still(office.world.now)
    wait = clock.wait

    def works_again_after(seconds: float) -> None:
        wait(seconds)
        office.by["mail"].says = None

    clock.wait = works_again_after  # type: ignore[method-assign]
    assert office.deliver(clock).counts == {"sent": 2}
    assert clock.now() - office.world.now == timedelta(seconds=30)
    assert office.messages("channel, kind") == [("mail", "digest")] * 2


def test_a_service_that_asks_for_pauses_without_end_is_left_for_later(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = BUSY
    clock = Still(office.world.now)
    assert office.deliver(clock)["sent"] == 0
    assert clock.now() - office.world.now == timedelta(seconds=60)
    assert {row[0] for row in office.messages("status")} == {"pending"}


def test_deliverers_together_keep_the_pace_of_a_service(told: Callable[..., Office]) -> None:
    office = told(("mail",), ("console",))
    office.by["mail"].pace = Pace(per_minute=1)
    clock = Still(office.world.now)
    assert office.deliver(clock)["sent"] == 4
    assert clock.now() - office.world.now == timedelta(seconds=60)
    handed = dict(office.messages("channel, handed_at"))
    assert len(office.by["console"].parcels) == 2
    assert str(handed["console"]) < str(handed["mail"])  # nobody waits behind the slow one
    with office.world.workspace.read() as connection:
        assert len(outbox.handed_since(connection, "mail", clock.now() - timedelta(minutes=2))) == 2


def test_a_message_that_may_have_arrived_is_sent_again_once_where_the_channel_says_so(
    told: Callable[..., Office],
) -> None:
    office = told(("console",), ("mail",))  # resend, leave
    for service in office.by.values():
        service.says = TransportError("断线", uncertain=True)
    assert office.deliver().counts == {"held": 2, "uncertain": 2}
    office.later(minutes=5)
    assert office.deliver().counts == {"uncertain": 2}
    assert sorted(office.messages("channel, status, doubts"))[::2] == [
        ("console", "uncertain", 1),
        ("mail", "uncertain", 0),
    ]


def test_the_mail_server_is_out_for_three_days_and_nobody_gets_thirty_mails_on_monday(world: World) -> None:
    """Friday to Monday; much falls due, the digests merge, the office hears of it once, and Monday brings one each."""
    office = opened(world, ("mail",), ("file",))
    world.list(*({"title": f"工作{n}", "lead": "甲支部", "by": f"9月{18 + n}日前"} for n in range(5)))
    world.assign()
    mail, file = office.by["mail"], office.by["file"]
    mail.says = REFUSED
    for day in ("2023-09-15", "2023-09-16", "2023-09-17", "2023-09-18"):
        world.to(day)
        for _ in range(2):
            sweep(world.workspace, world.now)
            assert office.deliver()["failed"] == 0
            office.later(hours=3)
    assert mail.parcels == []
    assert [one.to.name for one in file.parcels if "送不出" in one.title] == ["主任"]
    waited = office.messages("status, person")
    mail.says = None
    world.to("2023-09-19")
    sweep(world.workspace, world.now)
    office.deliver()
    names = [one.to.name for one in mail.parcels]
    assert sorted(names) == sorted(set(names))
    assert "甲书记" in names
    assert ("dropped", "RA1") in waited
    assert not world.rows("SELECT id FROM message WHERE status IN ('pending', 'held', 'failed', 'uncertain')")
    [digest] = [one for one in mail.parcels if one.to.name == "甲书记"]
    assert "工作0" in digest.text  # what was to be said on Friday is said, as it stands on Tuesday


class Picky(Service):
    """Closes the line on the mail for one recipient, and works for everybody else."""

    hated = "甲书记"

    def deliver(self, parcel: Parcel) -> Receipt:
        if parcel.to.name == self.hated:
            self.asked += 1
            raise REFUSED
        return super().deliver(parcel)


def test_one_message_does_not_stop_a_channel(told: Callable[..., Office]) -> None:
    """It steps back behind the others, counts only where the channel worked in between, and comes to its end."""
    office = told(("mail",))
    office.by["mail"] = mail = Picky("mail")
    assert office.deliver()["sent"] == 0
    assert office.messages("attempts, status")[:2] == [(1, "pending"), (0, "pending")]
    office.later(minutes=5)
    office.deliver()
    assert [one.to.name for one in mail.parcels] == ["乙书记", "主任"]
    for _ in range(8):  # alone it proves nothing against itself
        office.later(hours=13)
        office.deliver()
    assert office.messages("status")[0] == ("pending",)
    for _ in range(6):  # … but where the channel works in between it does
        with office.world.workspace.write(office.world.now) as connection:
            channels.clear(connection, "mail")
        office.later(hours=13)
        office.deliver()
    assert office.messages("status")[0] == ("failed",)


def test_three_in_a_row_of_which_nobody_knows_are_a_channel_that_fails(told: Callable[..., Office]) -> None:
    """A service that hangs is asked three times, not once for each message; then the others go the next way."""
    office = told(("mail", "console"))
    copies = "seq, since_seq, person, posts, tier, channel, status, attempts, created_at, changed_at, title, detail"
    for n in range(4):
        office.world.tamper(f"INSERT INTO message ({copies}) SELECT seq + {100 + n}, {copies[5:]} FROM message LIMIT 1")
    office.by["mail"].says = TransportError("超时，不知道是否收下", uncertain=True)
    done = office.deliver()
    assert (office.by["mail"].asked, done["uncertain"]) == (3, 3)
    assert "渠道 mail 送不出消息" in "".join(one.title for one in office.by["console"].parcels)
    office.later(minutes=5)
    assert tiers_waiting(office.world.workspace, office.world.now) == set()


def test_a_service_that_asks_for_pauses_again_and_again_fails(told: Callable[..., Office]) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = BUSY
    for run in range(3):
        assert (office.deliver()["sent"], run) == (0, run)
        office.later(minutes=5)
    assert office.deliver()["sent"] == 3  # two digests another way, and the alarm


@pytest.mark.parametrize("wait", [1e11, 1e20, float("inf")])
def test_nobody_is_left_alone_for_longer_than_a_day(told: Callable[..., Office], wait: float) -> None:
    office = told(("mail",))
    office.by["mail"].says = TransportError("发送太频繁", whole=True, wait=wait)
    assert "09-15 08:30 起再试" in office.deliver().faults[0]


def test_an_error_of_the_program_leaves_a_doubt_and_the_next_message_goes(told: Callable[..., Office]) -> None:
    class Broken(Service):
        def deliver(self, parcel: Parcel) -> Receipt:
            if parcel.to.name == "甲书记":
                raise KeyError("secret")
            return super().deliver(parcel)

    office = told(("mail",))
    office.by["mail"] = Broken("mail")
    done = office.deliver()
    assert done.counts == {"uncertain": 1, "sent": 1}
    assert done.faults == ["RA1（mail）：送出时程序出错，不知道对方是否收到（KeyError）"]


def test_where_another_channel_is_left_a_message_is_tried_twice_and_an_urgent_one_once(
    told: Callable[..., Office],
) -> None:
    office = told(("mail", "console"))
    office.by["mail"].says = TransportError("暂时拒绝（451）")
    office.world.tamper("UPDATE message SET urgent = true WHERE person = 'RA1'")
    assert office.deliver().counts == {"sent": 1, "held": 1}
    office.later(minutes=5)
    assert office.deliver().counts == {"sent": 1}


def test_the_parts_of_a_long_message_count_for_every_deliverer(told: Callable[..., Office]) -> None:
    class Long(Service):
        pace = Pace(per_minute=5)

        def parts(self, parcel: Parcel) -> int:
            return 3

    office = told(("mail",))
    office.by["mail"] = Long("mail")
    clock = Still(office.world.now)
    assert office.deliver(clock)["sent"] == 2
    assert clock.now() - office.world.now == timedelta(seconds=60)
    with office.world.workspace.read() as connection:
        assert len(outbox.handed_since(connection, "mail", office.world.now - timedelta(minutes=2))) == 6


def test_where_there_is_one_channel_only_the_alarm_waits_for_it_and_says_that_it_works_again(
    told: Callable[..., Office],
) -> None:
    office = told(("mail",))
    office.by["mail"].says = REFUSED
    office.deliver()
    office.by["mail"].says = None
    office.later(hours=20)
    office.deliver()
    [alarm] = [one for one in office.by["mail"].parcels if one.to.name == "主任"]
    assert alarm.title == "【责任链】渠道 mail 曾送不出消息，现已恢复"
    assert "从 09-14 08:30 起送不出消息：没有开启（连接被拒绝）" in alarm.text
    assert "起自己再试" not in alarm.text


def test_a_message_that_cannot_be_written_is_failed_and_the_next_one_goes(
    told: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, write = told(("mail",)), Renderer.render

    def fails(self: Renderer, kind: Any, content: Any, channel: Any, number: str, **more: Any) -> Any:
        if content.to == "甲书记":
            raise RecursionError("a template of the office")
        return write(self, kind, content, channel, number, **more)

    monkeypatch.setattr(Renderer, "render", fails)
    done = office.deliver()
    assert done.counts == {"failed": 1, "sent": 1}
    assert done.faults == ["RA1（mail）：消息没有写成（程序或模板出错），没有送出（RecursionError）"]
