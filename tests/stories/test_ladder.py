"""What a deadline that slips sets in motion."""

from __future__ import annotations

import pytest

from tests.world import World, titles

FINISH_LADDER = [
    ("2023-09-26", "临期提醒", ["甲支部书记"]),
    ("2023-10-07", "到期催办", ["甲支部书记", "办公室主任"]),
    ("2023-10-09", "督办", ["甲支部书记", "办公室主任", "分管领导甲"]),
    ("2023-10-13", "约谈", ["分管领导甲", "党委书记"]),
    ("2023-10-18", "报告", ["党委书记"]),
    ("2023-10-25", "通报", ["党委", "甲支部书记"]),
]


def test_each_rung_fires_once_and_in_time(any_world: World) -> None:
    """Due on a holiday, 2023-09-30: the make-up Saturday counts as a working day, the holiday Monday does not."""
    world = any_world
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    told: dict[str, list[str]] = {}
    rungs: dict[str, str] = {}
    while world.now.date().isoformat() < "2023-11-10":
        world.fast_forward()
        if world.untold:
            day = world.now.date().isoformat()
            told[day] = titles(world.untold)
            rungs[day] = world.untold[0].rung_name
            world.untold.clear()
    assert [(day, rungs[day], told[day]) for day in told] == [
        (day, rung, sorted(who)) for day, rung, who in FINISH_LADDER
    ]


def test_two_sweeps_tell_nobody_twice(any_world: World) -> None:
    world = any_world
    world.given()
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")
    again = world.sweep()
    assert (again.told, again.skipped, again.messages) == (0, 0, 0)
    assert len(world.courier.parcels) == 1


def test_a_sweep_after_ten_days_off_tells_one_rung_each(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.to("2023-10-08")  # eleven working days late: urge, supervise and talk were passed over
    swept = world.sweep()
    world.expects("党委书记", "报告")
    passed = {row[0] for row in world.rows("SELECT DISTINCT rung FROM notice WHERE skipped")}
    assert passed == {"urge", "supervise", "talk"}
    assert swept.skipped == len(world.rows("SELECT id FROM notice WHERE skipped")) > 0
    world.to("2023-10-09")
    assert world.sweep().told == 0


def test_an_unsigned_assignment_climbs_its_own_ladder(world: World) -> None:
    """To be signed by 09-13; +1 owner, +2 owner and unit head, +4 unit head and office, +7 leader."""
    world.given(by="12月31日前")
    for day, rung, who in (
        ("2023-09-14", "签收提醒", ["甲支部书记"]),
        ("2023-09-15", "签收催办", ["甲支部书记"]),
        ("2023-09-19", "签收督办", ["办公室主任", "甲支部书记"]),
        ("2023-09-22", "签收报告", ["分管领导甲"]),
    ):
        world.to(day)
        world.sweep()
        assert titles(world.untold) == sorted(who)
        for post in who:
            world.expects(post, rung)


def test_signing_stops_the_sign_clock(world: World) -> None:
    world.given(by="12月31日前")
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")
    world.does("sign", "L1-01", as_post="A1")
    world.fast_forward(days=20)
    world.expects_nothing()


def test_one_late_branch_is_one_case_not_six(any_world: World) -> None:
    world = any_world
    world.list(
        {"title": "甲的事", "lead": "甲支部", "by": "9月15日前"},
        {"title": "乙的事", "lead": "乙支部", "by": "12月15日前"},
    )
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    clocks = world.rows("SELECT count(*) FROM clock WHERE clock = 'finish'")[0][0]
    assert clocks == 2
    world.to("2023-09-18")
    world.sweep()
    assert {n.assignment for n in world.untold} == {"L1-01.A"}
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")


def test_an_empty_rung_is_skipped_at_once_and_the_office_is_told(any_world: World) -> None:
    world = any_world
    world.organise(vacant=["A1"])
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-18")
    world.sweep()
    told = world.expects("办公室主任", "到期催办")
    assert "“甲支部书记”无人任职" in told[0].reason


def test_with_the_leader_gone_the_secretary_and_the_office_hear(world: World) -> None:
    world.organise(vacant=["LD1"])
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.to("2023-09-20")
    world.sweep()
    world.expects("甲支部书记", "督办")
    world.expects("办公室主任", "督办")
    heard = world.expects("党委书记", "督办")
    assert "“分管领导甲”无人任职" in heard[0].reason


def test_a_vacant_member_is_answered_for_one_up(any_world: World) -> None:
    world = any_world
    world.organise(vacant=["A12"])
    world.given(lead="甲支部、全体党员", by="9月15日前")
    world.signed("L1-01.A", "L1-01.A11", "L1-01.A12", "L1-01.A13", "L1-01.B11", "L1-01.B12")
    for code in ("A11", "A13", "B11", "B12"):
        world.does("submit", f"L1-01.{code}")
        world.does("close", f"L1-01.{code}")
    world.to("2023-09-12")
    world.sweep()
    heard = world.expects("甲支部书记", "临期提醒")
    assert "“甲支部党员二”无人任职" in heard[0].reason
    world.expects("办公室主任", "临期提醒")


def test_the_successor_takes_over_without_a_new_document(world: World) -> None:
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    world.organise(vacant=["A1"], holdings=[{"post": "A1", "person": "RB11", "from": "2023-09-20"}])
    world.to("2023-09-26")
    world.sweep()
    assert world.expects("甲支部书记", "临期提醒")[0].person == "乙一"


def test_members_late_are_one_line_for_the_unit_head(world: World) -> None:
    world.given(lead="甲支部", support="全体党员", by="9月15日前")
    world.signed("L1-01.A", *(f"L1-01.{m}" for m in ("A11", "A12", "A13", "B11", "B12")))
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒", times=3)
    world.expects("乙支部书记", "临期提醒", times=2)
    for member in ("甲支部党员一", "甲支部党员二", "甲支部党员三", "乙支部党员一", "乙支部党员二"):
        world.expects(member, "临期提醒")
    head = next(p for p in world.courier.parcels if p.to.name == "甲书记")
    assert "您有 1 件事" in head.text
    assert "甲支部 3 名党员" in head.text
    assert "名单：甲支部党员一、甲支部党员二、甲支部党员三" in head.text


def test_one_person_on_two_posts_gets_one_digest(world: World) -> None:
    world.organise(vacant=["A1"], holdings=[{"post": "A1", "person": "RB1"}])
    world.list(
        {"title": "甲的事", "lead": "甲支部", "by": "9月15日前"},
        {"title": "乙的事", "lead": "乙支部", "by": "9月15日前"},
    )
    world.assign()
    world.signed("L1-01.A", "L1-02.B")
    world.to("2023-09-12")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.expects("乙支部书记", "临期提醒")
    assert [p.to.name for p in world.courier.parcels] == ["乙书记"]
    assert "您有 2 件事" in world.courier.parcels[0].text


def test_every_notice_says_the_how_manieth_it_is(world: World) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    for day, nth in (("2023-09-12", 1), ("2023-09-18", 2), ("2023-09-20", 3)):
        world.to(day)
        world.sweep()
        assert [n.nth for n in world.untold if n.post_title == "甲支部书记"] == [nth]
        world.untold.clear()


def test_every_message_says_how_to_answer(world: World) -> None:
    world.given(by="9月30日前")
    world.to("2023-09-14")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")
    text = world.courier.parcels[0].text
    card = world.workspace.settings.home
    for part in ("L1-01.A", card.name, card.contact, card.phone, "第 1 次"):
        assert part in text


def test_an_assignment_keeps_the_ladder_it_began_under(world: World) -> None:
    world.given(by="9月30日前")
    world.signed("L1-01.A")
    world.configure("policy.yaml", "{id: due_soon, name: 临期提醒, days: -3", "{id: due_soon, name: 临期提醒, days: -8")
    world.to("2023-09-25")
    world.sweep()
    world.expects_nothing()
    world.to("2023-09-26")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")


@pytest.mark.parametrize("rehearse_first", [False, True])
def test_a_rehearsal_writes_nothing_and_says_exactly_what_will_be_sent(world: World, rehearse_first: bool) -> None:
    from responsibility.usecases.remind import sweep
    from responsibility.usecases.rendering import Renderer

    world.given(by="9月30日前")
    world.to("2023-09-14")
    before = world.rows("SELECT count(*) FROM ledger")
    planned = sweep(world.workspace, world.now, dry_run=True) if rehearse_first else None
    assert world.rows("SELECT count(*) FROM ledger") == before
    swept = world.sweep()
    told = world.expects("甲支部书记", "签收提醒")
    if planned:
        assert list(planned.notices) == told
        assert (planned.told, planned.skipped, planned.messages) == (swept.told, swept.skipped, swept.messages)
        console, render = world.workspace.settings.delivery.channels["console"], Renderer(world.workspace).render
        [parcel] = world.courier.parcels
        [text] = [render("digest", digest, console, parcel.message_id).text for digest in planned.digests]
        assert text == parcel.text
