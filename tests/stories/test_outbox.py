"""Messages on their way out: sent once, tried again, given up, in doubt, or no longer true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from responsibility.store import outbox
from responsibility.usecases.remind import sweep
from tests.world import World


def statuses(world: World) -> list[str]:
    return [row[0] for row in world.rows("SELECT status FROM message ORDER BY id")]


@pytest.fixture
def told(world: World) -> World:
    """One digest is on its way: swept, not yet handed over."""
    world.given(by="9月30日前")
    world.to("2023-09-14")
    sweep(world.workspace, world.now)
    return world


def test_a_message_goes_out_once(told: World) -> None:
    assert told.deliver()["sent"] == 1
    assert told.deliver().counts == {}
    assert statuses(told) == ["sent"]
    assert len(told.courier.parcels) == 1


def test_a_message_that_cannot_go_now_is_tried_again_later(told: World) -> None:
    told.courier.fail_next(reason="线路忙")
    done = told.deliver()
    assert done["held"] == 1
    assert "线路忙" in done.faults[0]
    assert statuses(told) == ["pending"]
    assert told.deliver().counts == {}
    told.now += timedelta(minutes=5)
    assert told.deliver()["sent"] == 1


def test_a_message_that_never_goes_is_failed_after_its_tries(told: World) -> None:
    for day in ("14", "15", "18", "19", "20", "21"):  # nobody is told on the week-end between
        told.to(f"2023-09-{day}")
        told.courier.fail_next()
        told.deliver()
    assert statuses(told) == ["failed"]
    assert told.rows("SELECT attempts FROM message") == [(6,)]


def test_a_message_nobody_can_receive_is_failed_at_once(told: World) -> None:
    told.courier.fail_next(permanent=True, reason="没有地址")
    assert told.deliver()["failed"] == 1
    assert told.rows("SELECT status, detail FROM message") == [("failed", "没有地址")]


@pytest.mark.parametrize(("rule", "after"), [("resend", "sent"), ("leave", "uncertain")])
def test_a_process_that_died_while_sending_leaves_a_visible_doubt(told: World, rule: str, after: str) -> None:
    told.configure("channels.yaml", "on_doubt: resend", f"on_doubt: {rule}")
    with told.workspace.write(told.now) as connection:
        outbox.mark(connection, 1, "sending", told.now)
    told.deliver()
    assert statuses(told) == [after]
    told.deliver()
    assert statuses(told) == [after]
    assert len(told.courier.parcels) == (1 if after == "sent" else 0)


def test_what_is_no_longer_true_is_not_sent_and_the_reason_is_kept(told: World) -> None:
    told.does("sign", "L1-01.A")
    assert told.deliver()["dropped"] == 1
    assert told.courier.parcels == []
    assert told.rows("SELECT detail FROM message") == [("任务已签收",)]


def test_titles_carry_number_and_rung_but_no_content(told: World) -> None:
    told.deliver()
    assert told.courier.parcels[0].title == "【责任链】签收提醒 L1-01"


def test_on_a_non_working_day_messages_wait_and_join_the_next_ones(any_world: World) -> None:
    """The machine was off until the National Day holidays; what it finds then waits for the make-up Saturday."""
    world = any_world
    world.given(by="9月27日前")
    world.signed("L1-01.A")
    world.to("2023-09-22")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    world.to("2023-09-30")
    swept = world.sweep()
    assert (swept.messages, swept.held) == (2, 2)
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert len(world.courier.parcels) == 1
    world.to("2023-10-02")
    assert world.sweep().messages == 0
    assert len(world.courier.parcels) == 1
    world.to("2023-10-08")  # a make-up Sunday: the third working day after, and the first the machine is on again
    world.sweep()
    for post in ("甲支部书记", "办公室主任", "分管领导甲"):
        world.expects(post, "督办")
    late = world.courier.parcels[1:]
    assert [parcel.to.name for parcel in late] == ["领导甲", "主任", "甲书记"]
    assert all("督办" in parcel.text and "到期催办" not in parcel.text for parcel in late)
    assert sorted(statuses(world)) == ["dropped", "dropped", "sent", "sent", "sent", "sent"]


def test_what_waited_goes_out_on_the_next_working_day_by_itself(world: World) -> None:
    world.given(by="9月27日前")
    world.signed("L1-01.A")
    world.to("2023-09-30")
    world.sweep()
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert world.courier.parcels == []
    world.to("2023-10-07")
    assert world.sweep().messages == 0
    assert sorted(parcel.to.name for parcel in world.courier.parcels) == ["主任", "甲书记"]


def test_an_urgent_rung_does_not_wait(world: World) -> None:
    world.configure(
        "policy.yaml",
        "instrument: urging_note}\n      - {id: supervise",
        "instrument: urging_note, urgent: true}\n      - {id: supervise",
    )
    world.given(by="9月27日前")
    world.signed("L1-01.A")
    world.to("2023-09-30")
    assert world.sweep().held == 0
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")
    assert len(world.courier.parcels) == 2
