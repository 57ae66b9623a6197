"""Who acts: the post named, the one the settings name, or the office; and what a refusal says."""

from __future__ import annotations

import pytest

from responsibility.core.errors import ConfigError, NoRight
from responsibility.usecases.record import log
from responsibility.usecases.undo import undo
from responsibility.usecases.withdraw import cancel_list
from responsibility.usecases.workspace import open_workspace
from tests.world import World


@pytest.fixture
def signed(world: World) -> World:
    world.given()
    world.does("sign", "L1-01.A", as_post="A1")
    return world


def refused(world: World, verb: str, code: str, **values: str) -> NoRight:
    with pytest.raises(NoRight) as caught:
        world.does(verb, code, **values)
    return caught.value


def as_user(world: World, login: str, **environ: str) -> None:
    """The same workspace, opened by somebody logged in."""
    world.workspace.engine.dispose()
    world.workspace = open_workspace(world.root, {**world.environ, **environ}, login=login)


def test_only_the_office_returns_and_closes(signed: World) -> None:
    signed.does("submit", "L1-01.A", as_post="A1")
    for post in ("A1", "LD1", "SJ1", "B1", "A11"):
        for verb, values in (("close", {}), ("send_back", {"reason": "缺记录"})):
            error = refused(signed, verb, "L1-01.A", as_post=post, **values)
            assert error.hint.startswith("能办的：办公室 BG1（办公室主任）。")
    assert signed.does("close", "L1-01.A", as_post="BG1").on_behalf_of is None


def test_a_leader_suspends_what_he_oversees_and_nothing_else(signed: World) -> None:
    error = refused(signed, "suspend", "L1-01.A", as_post="LD2", reason="忙")
    assert error.message == "LD2（分管领导乙）不能暂缓 L1-01.A"
    assert error.hint.startswith("能办的：办公室 BG1（办公室主任）；分管领导 LD1（分管领导甲）。")
    assert signed.does("suspend", "L1-01.A", as_post="LD1", reason="另有部署").actor == "LD1"


def test_a_refusal_names_the_posts_that_could(world: World) -> None:
    world.given(lead="全体党员", title="写心得")
    error = refused(world, "sign", "L1-01.A12", as_post="B1")
    assert error.message == "B1（乙支部书记）不能代为签收 L1-01.A12"
    assert error.hint == (
        "能办的：责任人 A12（甲支部党员二）；单位负责人 A1（甲支部书记）；"
        "办公室 BG1（办公室主任）。用 --as 指明岗位；自己的待办：zeren todo --for B1"
    )


def test_the_office_may_give_closing_to_leaders(signed: World) -> None:
    signed.configure("rights.yaml", "close: [office]  ", "close: [office, leader]  ")
    signed.does("submit", "L1-01.A", as_post="A1")
    assert signed.does("close", "L1-01.A", as_post="LD1").actor == "LD1"


def test_a_workspace_without_the_file_has_the_usual_rights(signed: World) -> None:
    (signed.root / "config" / "rights.yaml").unlink()
    as_user(signed, "")
    signed.does("submit", "L1-01.A", as_post="A1")
    assert "办公室 BG1" in refused(signed, "close", "L1-01.A", as_post="LD1").hint
    assert signed.does("close", "L1-01.A").actor == "BG1"


def test_the_actor_is_who_is_named_else_the_environment_the_user_the_setting_the_office(signed: World) -> None:
    def actor() -> str:
        return signed.does("report", "L1-01.A", text="办着").actor

    assert actor() == "BG1"
    signed.configure("rights.yaml", "# actor: BGS01", "actor: A1")
    assert actor() == "A1"
    signed.configure("rights.yaml", "users: {}", "users: {li: BG1, wang: A1}")
    as_user(signed, "li")
    assert actor() == "BG1"
    as_user(signed, "li", ZEREN_AS="A")  # a unit stands for its head
    assert actor() == "A1"
    assert signed.does("report", "L1-01.A", text="办着", as_post="BG1").actor == "BG1"


def test_who_acts_by_default_picks_their_own_of_an_item(signed: World) -> None:
    as_user(signed, "", ZEREN_AS="A1")
    assert signed.does("report", "L1-01", text="办着").code == "L1-01.A"


def test_a_member_who_acts_by_setting_takes_back_what_he_did(world: World) -> None:
    world.given(support="全体党员", by="9月28日前")
    as_user(world, "", ZEREN_AS="A11")
    assert world.does("sign", "L1-01.A11").actor == "A11"
    assert undo(world.workspace, world.now).code == "L1-01.A11"


def test_an_unknown_default_actor_is_named_with_where_it_is_written(signed: World) -> None:
    as_user(signed, "", ZEREN_AS="X9")
    assert refused(signed, "report", "L1-01.A", text="x").message == "环境变量 ZEREN_AS 写的岗位 X9 不在组织机构里"


def test_what_only_the_office_does_is_refused_to_who_acts_by_default_as_another(signed: World) -> None:
    as_user(signed, "wang", ZEREN_AS="A1")
    with pytest.raises(NoRight) as caught:
        cancel_list(signed.workspace, "L1", signed.now)
    assert caught.value.message == "这是办公室的事，A1（甲支部书记）不能办"
    assert "BG1" in caught.value.hint


def test_every_entry_keeps_who_was_logged_in(signed: World) -> None:
    as_user(signed, "wang")
    signed.does("report", "L1-01.A", text="办着", as_post="A1")
    last = log(signed.workspace, "L1-01.A")[-1]
    assert (last.actor, last.values["login"]) == ("A1", "wang")
    assert all("login" not in line.values for line in log(signed.workspace)[:-1])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("close: [office]  ", "close: []  ", "rights.close：至少要写一项"),
        ("close: [office]  ", "close: [boss]  ", "close[0]：现为“boss”，应为 owner、delegate、unit_head、"),
        ("  close: [office]", "  clsoe: [office]", "rights.clsoe：键现为“clsoe”，应为"),
        ("users: {}", "user: {}", "user：没有这个键；是不是“users”？"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_told_with_its_place(world: World, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        world.configure("rights.yaml", old, new)
    assert said in caught.value.message
