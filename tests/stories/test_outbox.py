"""Messages on their way out: sent once, tried again, given up, in doubt, or no longer true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from responsibility.core.errors import ConfigError
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
    for _ in range(6):
        told.courier.fail_next()
        told.deliver()
        told.now += timedelta(hours=13)
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


def test_what_is_no_longer_true_is_not_sent(told: World) -> None:
    told.does("sign", "L1-01.A")
    assert told.deliver()["dropped"] == 1
    assert told.courier.parcels == []


def test_the_template_may_be_edited_and_its_mistakes_are_named(told: World) -> None:
    path = told.root / "config" / "templates" / "digest.txt"
    path.write_text("{{ digest.to }}：共 {{ digest.lines | length }} 件", "utf-8")
    told.deliver()
    assert told.courier.parcels[0].text == "甲书记：共 1 件\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("一\n{{ digest.to ", "第 2 行"),
        ("{{ digest.salary }}", "没有的内容"),
        ("{{ digest.__class__.__mro__ }}", "没有的内容"),
    ],
)
def test_a_broken_template_sends_nothing_and_says_why(told: World, text: str, complaint: str) -> None:
    (told.root / "config" / "templates" / "digest.txt").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=complaint):
        told.deliver()
    assert statuses(told) == ["pending"]
    assert told.courier.parcels == []


def test_titles_carry_number_and_rung_but_no_content(told: World) -> None:
    told.deliver()
    assert told.courier.parcels[0].title == "【责任链】签收提醒 L1-01"
