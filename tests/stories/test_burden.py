"""不增加基层负担: hours that suit, a budget, one digest a week, copies for information, and what it all came to."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from responsibility.core.timing import Held
from responsibility.delivery import MemoryCourier
from responsibility.usecases.burden import burden_of
from responsibility.usecases.deliver import deliver
from responsibility.usecases.issued import put_issued
from responsibility.usecases.outgoing import Draft, Outgoing
from responsibility.usecases.urge import urge
from tests.world import ZONE, World


def told(world: World) -> list[str]:
    return [parcel.to.name for parcel in world.courier.parcels]


def waiting(world: World) -> list[tuple[str, str]]:
    rows = world.rows("SELECT person, held_why FROM message WHERE status = 'held' ORDER BY person")
    return [(row[0], row[1]) for row in rows]


def delivered(world: World) -> list[tuple[str, str]]:
    """The title and text of every message about new work that goes out now."""
    courier = MemoryCourier("file")
    deliver(world.workspace, {"file": courier}, world.now)
    return [(parcel.title, parcel.text) for parcel in courier.parcels]


def forget(world: World) -> None:
    """What is told here is not what the story is about."""
    world.untold.clear()


def test_at_night_messages_wait_for_the_morning(any_world: World) -> None:
    world = any_world
    world.configure("schedule.yaml", "quiet: []", 'quiet: ["20:00", "07:30"]')
    world.given(by="9月30日前")
    world.to("2023-09-14", time(5))
    assert world.sweep().held == 1
    assert waiting(world) == [("RA1", "quiet")]
    world.to("2023-09-14", time(7, 30))
    world.deliver()
    assert told(world) == ["甲书记"]
    forget(world)


def test_a_retry_never_falls_into_the_night_or_a_holiday(world: World) -> None:
    world.configure("schedule.yaml", "quiet: []", 'quiet: ["20:00", "07:30"]')
    world.given(by="9月30日前")
    world.to("2023-09-14", time(19, 58))
    world.courier.fail_next()
    world.sweep()
    for day, at in (("2023-09-14", time(20, 30)), ("2023-09-15", time(7, 29))):
        world.to(day, at)
        world.deliver()
        assert told(world) == []
    world.to("2023-09-15", time(7, 30))
    world.deliver()
    assert told(world) == ["甲书记"]
    forget(world)


def test_a_post_gets_its_messages_at_its_own_hour(world: World) -> None:
    world.configure("schedule.yaml", "hours: {}", 'hours: {A1: "10:00"}')
    world.given(lead="甲支部、乙支部")
    world.to("2023-09-14")
    assert (world.sweep().held, told(world)) == (1, ["乙书记"])
    world.to("2023-09-14", time(14, 30))
    world.sweep()
    assert told(world) == ["乙书记", "甲书记"]
    forget(world)


def test_what_is_over_the_budget_joins_the_next_message(world: World) -> None:
    """One message a day: what the office says by hand goes out all the same, the next sweep's waits."""
    world.configure("schedule.yaml", "budget: 6", "budget: 1")
    world.given("甲事")
    world.to("2023-09-14")  # it was to be signed yesterday
    world.sweep()
    urge(world.workspace, "L1-01.A", world.now, note="今天下班前签收")
    world.deliver()
    assert told(world) == ["甲书记", "甲书记"]
    world.now += timedelta(hours=1)
    world.list({"title": "丙事", "lead": "甲支部", "by": "9月18日前"}, file="二")
    world.assign()
    world.does("sign", "L2-01.A")
    world.sweep()  # due in two working days
    assert waiting(world) == [("RA1", "budget")]
    world.to("2023-09-15")
    world.sweep()
    assert told(world) == ["甲书记"] * 3
    assert "丙事" in world.courier.parcels[-1].text
    forget(world)


def test_a_leader_hears_once_a_week_where_the_policy_says_so(world: World) -> None:
    world.configure("policy.yaml", "# weekly: {tiers: [leader]", "weekly: {tiers: [leader]")
    world.given(by="9月12日前")
    world.signed("L1-01.A")
    world.to("2023-09-15", time(14, 30))  # the third working day after: 督办 tells the leader, next Friday
    world.sweep()
    assert ("RLD1", "weekly") in waiting(world)
    assert "领导甲" not in told(world)
    world.to("2023-09-21")  # 约谈: the leader again
    world.sweep()
    assert "领导甲" not in told(world)
    world.to("2023-09-22", time(9))
    world.deliver()
    assert told(world).count("领导甲") == 1
    [week] = [parcel for parcel in world.courier.parcels if parcel.to.name == "领导甲"]
    assert week.title == "【责任链】每周汇总 1 项"
    assert "约谈" in week.text
    assert "督办】" not in week.text
    forget(world)


def test_what_waited_goes_out_when_its_moment_has_come_whatever_joins_it(world: World) -> None:
    """No sweep came on Friday at nine; the next one finds the digest of the week due, and sends it with its own."""
    world.configure("policy.yaml", "# weekly: {tiers: [leader]", "weekly: {tiers: [leader]")
    world.given(by="9月12日前")
    world.signed("L1-01.A")
    world.to("2023-09-15", time(14, 30))
    world.sweep()
    assert ("RLD1", "weekly") in waiting(world)
    world.to("2023-09-22", time(14, 30))  # 约谈 and more was reached meanwhile
    world.sweep()
    assert told(world).count("领导甲") == 1
    forget(world)


def test_a_copy_is_marked_and_goes_to_nobody_who_is_told_anyway(world: World) -> None:
    world.configure(
        "policy.yaml",
        "tells: [owner], instrument: reminder}\n      - {id: sign_urge",
        "tells: [owner], copies: [unit_head, leader], instrument: reminder}\n      - {id: sign_urge",
    )
    world.given()
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")  # owner and head in one: no copy besides
    [copy] = world.expects("分管领导甲", "签收提醒")
    assert "抄送" in copy.reason
    assert "抄送" in next(p.text for p in world.courier.parcels if p.to.name == "领导甲")


def test_no_copy_goes_up_where_nobody_holds_the_post(world: World) -> None:
    world.configure(
        "policy.yaml",
        "tells: [owner], instrument: reminder}\n      - {id: sign_urge",
        "tells: [owner], copies: [leader], instrument: reminder}\n      - {id: sign_urge",
    )
    world.organise(vacant=["LD1"])
    world.given()
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")


def test_new_work_is_told_once_to_whoever_has_to_do_it(any_world: World) -> None:
    world = any_world
    world.configure("channels.yaml", "use: [console]", "use: [file]")
    world.list({"title": "开好动员会", "lead": "甲支部"}, {"title": "自查", "lead": "乙支部全体党员"})
    world.assign()
    assert put_issued(world.workspace, world.now) > 0
    assert put_issued(world.workspace, world.now) == 0
    people = {row[0] for row in world.rows("SELECT person FROM message WHERE kind = 'issued'")}
    assert "RA1" in people
    assert not people & {"RBG1", "RLD1", "RSJ1"}
    world.now += timedelta(minutes=1)
    world.list({"title": "第二份", "lead": "甲支部", "by": "9月30日前"}, file="二")
    world.assign()
    assert put_issued(world.workspace, world.now) == 1
    waits = world.rows("SELECT person FROM message WHERE kind = 'issued' AND status = 'pending'")
    assert len(waits) == len({row[0] for row in waits})  # the second took the first in
    text = next(content for _, content in delivered(world) if "甲书记" in content)
    assert "开好动员会" in text
    assert "第二份" in text


def test_new_work_comes_at_the_posts_own_hour_and_no_later_for_what_joins_it(world: World) -> None:
    world.configure("channels.yaml", "use: [console]", "use: [file]")
    world.configure("schedule.yaml", "hours: {}", 'hours: {A1: "10:00"}')
    world.given()
    put_issued(world.workspace, world.now)
    assert waiting(world) == [("RA1", "hour")]
    world.to("2023-09-11", time(14))  # ten o'clock has passed, nobody delivered
    world.list({"title": "第二份", "lead": "甲支部", "by": "9月30日前"}, file="二")
    world.assign()
    put_issued(world.workspace, world.now)
    assert waiting(world) == []
    assert len(delivered(world)) == 1


def test_what_is_urgent_stays_so_whatever_takes_it_in(world: World) -> None:
    """It could not go on Friday; on Saturday something that is not urgent takes it in, and goes with it."""
    posts = {"A1": "branch"}
    for day, seq, urgent in (("2023-09-15", 100, True), ("2023-09-16", 101, False)):
        world.to(day)
        with world.workspace.write(world.now) as connection:
            outgoing = Outgoing(connection, world.workspace.settings, world.now, seq, "digest")
            written = outgoing.put([Draft("RA1", posts, urgent=urgent)], [("console",)], lambda earlier: {})
        assert written == (1, 0)
    assert world.rows("SELECT status FROM message ORDER BY id") == [("dropped",), ("pending",)]


def test_new_work_is_mailed_with_its_dates_to_take_into_a_calendar(world: World) -> None:
    world.configure("channels.yaml", "use: [console]", "use: [file]")
    world.given()
    put_issued(world.workspace, world.now)
    courier = MemoryCourier("file")
    deliver(world.workspace, {"file": courier}, world.now)
    [parcel] = courier.parcels
    [file] = parcel.attachments
    assert (file.name, file.media_type) == ("日程.ics", "text/calendar")
    assert b"DTSTART;VALUE=DATE:20230930" in file.content
    assert "<html" in parcel.html


def test_what_is_done_before_it_could_be_told_is_not_told(world: World) -> None:
    world.configure("channels.yaml", "use: [console]", "use: [file]")
    world.given()
    put_issued(world.workspace, world.now)
    world.does("cancel", "L1-01.A", reason="并入另一项")
    assert world.deliver()["sent"] == 0
    assert world.rows("SELECT status FROM message") == [("dropped",)]


def test_a_screen_alone_is_told_nothing_new(world: World) -> None:
    """Who sits before it has just assigned it."""
    world.given()
    assert put_issued(world.workspace, world.now) == 0


def test_the_burden_is_counted_and_what_was_spared(world: World) -> None:
    world.configure("schedule.yaml", "quiet: []", 'quiet: ["20:00", "07:30"]')
    world.list(*({"title": f"第{n}件", "lead": "甲支部", "by": "9月30日前"} for n in "一二三"))
    world.assign()
    world.to("2023-09-14", time(5))
    world.sweep()  # three in one digest, held over the night
    world.to("2023-09-15", time(8, 30))
    world.sweep()  # joins it
    counted, names = burden_of(world.workspace, datetime(2023, 9, 1, tzinfo=ZONE), world.now)
    assert (counted.total.people, counted.total.messages, counted.total.notices) == (1, 1, 6)
    assert [(load.key, load.messages) for load in counted.tiers] == [("branch", 1)]
    assert [names[load.key] for load in counted.highest] == ["甲书记（甲支部书记）"]
    assert (counted.digested, counted.merged, counted.untrue) == (5, {Held.QUIET: 1}, 0)
    forget(world)
