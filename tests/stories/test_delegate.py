"""委托代办: somebody else acts for the owner until a date, and both names stay in the record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from responsibility.core.assignment import State
from responsibility.core.errors import IllegalTransition, NoRight, ResponsibilityError
from responsibility.core.summary import AssignmentView
from responsibility.store import assignments
from responsibility.usecases import delegate
from responsibility.usecases.reassign import reassign
from responsibility.usecases.record import log, rebuilt, show_as_of
from responsibility.usecases.status import show, todo
from responsibility.views import machine, terminal
from tests.world import World

WHILE_AWAY = {"to": "B1", "until": date(2023, 9, 20), "reason": "出差"}


@pytest.fixture
def away(world: World) -> World:
    """The head of branch A is away until the 20th, and the head of branch B acts for it."""
    world.given()
    world.does("delegate", "L1-01", as_post="A1", **WHILE_AWAY)
    return world


def view(world: World, code: str = "L1-01.A") -> AssignmentView:
    [one] = show(world.workspace, code, world.now).assignments
    return one


def test_the_delegate_acts_and_both_names_stay_in_the_record(away: World) -> None:
    for verb, values in (
        ("sign", {}),
        ("report", {"percent": 50}),
        ("extend", {"to": date(2023, 10, 20), "reason": "会期推迟"}),
        ("submit", {"text": "办完了"}),
    ):
        done = away.does(verb, "L1-01.A", as_post="B1", **values)
        assert (done.actor, done.on_behalf_of) == ("B1", "A")
    acts = [(line.act, line.actor, line.on_behalf_of) for line in log(away.workspace, "L1-01.A")]
    assert acts[-5:] == [
        ("delegate", "A1", None),
        ("sign", "B1", "A"),
        ("report", "B1", "A"),
        ("extend", "B1", "A"),
        ("submit", "B1", "A"),
    ]


def test_it_ends_by_itself_after_its_day(away: World) -> None:
    away.to("2023-09-20")
    away.does("sign", "L1-01.A", as_post="B1")
    away.to("2023-09-21")
    assert view(away).delegation is None
    with pytest.raises(NoRight):
        away.does("report", "L1-01.A", as_post="B1", percent=10)
    assert away.does("report", "L1-01.A", as_post="A1", percent=10).on_behalf_of is None


def test_the_owner_may_act_meanwhile_and_may_end_it_earlier(away: World) -> None:
    away.does("sign", "L1-01.A", as_post="A1")
    delegate.end(away.workspace, "L1-01.A", away.now, "A1")
    with pytest.raises(NoRight):
        away.does("report", "L1-01.A", as_post="B1", percent=10)
    with pytest.raises(ResponsibilityError, match="现在没有委托代办"):
        delegate.end(away.workspace, "L1-01.A", away.now, "A1")


def test_a_later_delegation_takes_the_place_of_the_earlier(away: World) -> None:
    away.does("delegate", "L1-01.A", to="A11", until=date(2023, 9, 22), reason="改由本支部党员代办")
    assert away.does("sign", "L1-01.A", as_post="A11").on_behalf_of == "A"
    with pytest.raises(NoRight):
        away.does("report", "L1-01.A", as_post="B1", percent=10)


def test_who_may_delegate(world: World) -> None:
    world.given(lead="全体党员", title="写心得")
    for post, behalf in (("A11", None), ("A1", "A11"), ("BG1", "A11")):
        done = world.does("delegate", "L1-01.A11", as_post=post, **{**WHILE_AWAY, "to": "A12"})
        assert done.on_behalf_of == behalf
    for post in ("A12", "B1", "LD1"):  # the delegate does not pass it on
        with pytest.raises(NoRight):
            world.does("delegate", "L1-01.A11", as_post=post, **{**WHILE_AWAY, "to": "A13"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": "A1"}, "本来就由 A1 负责"),
        ({"to": "A"}, "本来就由 A1 负责"),
        ({"to": "X9"}, "X9"),
        ({"until": date(2023, 9, 10)}, "已经过去"),
        ({"reason": " "}, "要写明原因"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, change: dict[str, object], said: str) -> None:
    world.given()
    with pytest.raises(ResponsibilityError, match=said):
        world.does("delegate", "L1-01.A", **{**WHILE_AWAY, **change})
    assert view(world).delegation is None


def test_a_vacant_post_acts_for_nobody(world: World) -> None:
    world.given()
    world.organise(vacant=("B1",))
    world.to("2023-09-12")
    with pytest.raises(ResponsibilityError, match="现在无人任职"):
        world.does("delegate", "L1-01.A", **WHILE_AWAY)


def test_what_is_suspended_or_closed_is_not_delegated(away: World) -> None:
    away.signed("L1-01.A")
    away.does("suspend", "L1-01.A", reason="另有部署")
    with pytest.raises(IllegalTransition, match="暂缓"):
        away.does("delegate", "L1-01.A", **WHILE_AWAY)
    away.does("resume", "L1-01.A")
    away.does("submit", "L1-01.A")
    away.does("close", "L1-01.A")
    with pytest.raises(IllegalTransition, match="已销号"):
        away.does("delegate", "L1-01.A", **WHILE_AWAY)


def test_reminders_go_to_the_delegate_while_it_lasts(any_world: World) -> None:
    world = any_world
    world.given(by="9月22日前")
    world.signed("L1-01.A")
    world.does("delegate", "L1-01", as_post="A1", **WHILE_AWAY)
    world.to("2023-09-19")
    world.sweep()  # three working days before: the owner, and the head of the unit
    [told] = world.expects("乙支部书记", "临期提醒")
    assert told.reason.endswith("受甲支部委托代办至9月20日")
    world.expects("甲支部书记", "临期提醒")
    world.expects_nothing()
    assert "受甲支部委托代办至9月20日" in _sent(world)
    world.to("2023-09-25")
    world.sweep()  # the day after it was due: the delegation is over
    world.expects("甲支部书记", "到期催办")
    world.expects("办公室主任", "到期催办")


def test_a_members_reminder_goes_to_the_delegate_and_not_to_the_member(any_world: World) -> None:
    world = any_world
    world.given(lead="全体党员", title="写心得", by="9月22日前")
    world.signed(*(f"L1-01.{post}" for post in ("A11", "A12", "A13", "B11", "B12")))
    for code in ("L1-01.A11", "L1-01.A13"):
        world.does("delegate", code, **{**WHILE_AWAY, "to": "A12"})
    world.to("2023-09-19")
    world.sweep()
    assert {n.assignment for n in world.expects("甲支部党员二", "临期提醒", times=3)} == {
        "L1-01.A11",
        "L1-01.A12",
        "L1-01.A13",
    }
    for title, times in (("甲支部书记", 3), ("乙支部书记", 2), ("乙支部党员一", 1), ("乙支部党员二", 1)):
        world.expects(title, "临期提醒", times=times)
    assert "受甲支部党员一、甲支部党员三委托代办至9月20日" in _sent(world)


def _sent(world: World) -> str:
    return "\n".join(parcel.text for parcel in world.courier.parcels)


def test_a_delegate_who_is_the_head_is_told_once(world: World) -> None:
    world.given(lead="全体党员", title="写心得", by="9月22日前")
    world.signed(*(f"L1-01.{post}" for post in ("A11", "A12", "A13", "B11", "B12")))
    world.does("delegate", "L1-01.A11", **{**WHILE_AWAY, "to": "A1"})
    world.to("2023-09-19")
    world.sweep()
    reasons = [n.reason for n in world.expects("甲支部书记", "临期提醒", times=3) if n.assignment == "L1-01.A11"]
    assert [reason.partition("；")[2] for reason in reasons] == ["受甲支部党员一委托代办至9月20日"]
    world.untold.clear()


def test_a_delegate_nobody_is_any_more_leaves_the_owner_to_be_told(world: World) -> None:
    world.given(by="9月22日前")
    world.signed("L1-01.A")
    world.does("delegate", "L1-01", as_post="A1", **WHILE_AWAY)
    world.to("2023-09-18")
    world.organise(vacant=("B1",))
    world.to("2023-09-19")
    world.sweep()
    world.expects("甲支部书记", "临期提醒")


def test_both_see_it_in_their_open_work(away: World) -> None:
    _, acting = todo(away.workspace, "B1", away.now)
    assert [one.code for one in acting] == ["L1-01.A"]
    _, own = todo(away.workspace, "A1", away.now)
    assert [one.code for one in own] == ["L1-01.A"]
    assert machine.assignment(own[0])["delegation"] == {
        "post": "B1",
        "title": "乙支部书记",
        "person": "乙书记",
        "until": "2023-09-20",
    }
    assert "已交办，代办至9月20日" in _drawn(terminal.todo("乙", acting, "B1"))
    assert "已交办，已委托至9月20日" in _drawn(terminal.todo("甲", own, "A1"))
    away.to("2023-09-21")
    assert todo(away.workspace, "B1", away.now)[1] == ()


def test_show_says_who_acts(away: World) -> None:
    shown = _drawn(terminal.item(show(away.workspace, "L1-01", away.now)))
    assert "委托 乙支部书记（乙书记） 代办，至 2023-09-20" in shown


def _drawn(picture: object) -> str:
    from rich.console import Console

    console = Console(width=140)
    with console.capture() as drawn:
        console.print(picture)
    return drawn.get()


def test_an_item_with_the_delegate_means_what_it_acts_on(away: World) -> None:
    assert away.does("sign", "L1-01", as_post="B1").code == "L1-01.A"


def test_the_delegates_own_of_the_item_comes_first(world: World) -> None:
    world.given(lead="甲支部、乙支部")
    world.does("delegate", "L1-01", as_post="A1", **WHILE_AWAY)
    assert world.does("sign", "L1-01", as_post="B1").code == "L1-01.B"


def test_the_ledger_rebuilds_it_and_shows_the_past(away: World) -> None:
    before = away.rows("SELECT assignment_id, post, until_on FROM delegation")
    with rebuilt(away.workspace.engine) as connection:
        again = connection.exec_driver_sql("SELECT assignment_id, post, until_on FROM delegation").all()
        assert assignments.by_code(connection, "L1-01.A") is not None
    assert again == before != []
    then = away.now
    away.to("2023-09-15")
    delegate.end(away.workspace, "L1-01.A", away.now, "A1", reason="提前回来")
    [one] = show_as_of(away.workspace, "L1-01.A", then).assignments
    assert machine.assignment(one)["delegation"]["post"] == "B1"
    assert view(away).delegation is None


def test_what_comes_back_after_being_taken_away_is_delegated_to_nobody(away: World) -> None:
    for source, target in (("A", "B"), ("B", "A")):
        away.now += timedelta(hours=1)
        reassign(away.workspace, "L1-01", source, target, away.now)
    assert view(away).state is State.ISSUED
    assert view(away).delegation is None
