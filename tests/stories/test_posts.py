"""People come and go; the work stays with the post."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import yaml

from responsibility.core.chain import Organisation
from responsibility.usecases.doctor import organisation as checks
from responsibility.usecases.organisation import OrganisationImported, import_organisation, organisation_of
from responsibility.usecases.record import log
from responsibility.usecases.status import todo
from responsibility.views import machine_office, terminal
from tests.world import World, organisation

NEW = {"code": "RX1", "name": "新书记", "email": "x1@example.invalid"}


def imported(world: World, holdings: dict[str, str | None], **options: Any) -> OrganisationImported:
    """The file again, with other people on some posts: {post: person, or None where nobody is}."""
    file = organisation(vacant=tuple(holdings))
    file["people"].append(NEW)
    file["holdings"] += [{"post": post, "person": person} for post, person in holdings.items() if person]
    path = world.root / "organisation.yaml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    return import_organisation(world.workspace, path, world.now, **options)


def received(world: World) -> list[tuple[str, str]]:
    return [(parcel.to.name, parcel.title) for parcel in world.courier.parcels]


def holdings(world: World) -> Organisation:
    return organisation_of(world.workspace)


def test_a_new_head_takes_over_what_is_open_and_is_told_once(any_world: World) -> None:
    world = any_world
    world.given(by="10月13日前")
    world.signed("L1-01.A")
    world.to("2023-10-09")
    done = imported(world, {"A1": "RX1"})
    assert [(seat.title, seat.name, seat.on) for seat in done.joins] == [("甲支部书记", "新书记", date(2023, 10, 9))]
    assert [(seat.title, seat.name, seat.on) for seat in done.leaves] == [("甲支部书记", "甲书记", date(2023, 10, 8))]
    assert done.handovers == 1
    world.deliver()
    assert received(world) == [("新书记", "【责任链】岗位交接 1 项")]
    text = world.courier.parcels[0].text
    assert "您接任甲支部书记，岗位上有 1 项工作没有办结" in text
    assert "编号 L1-01.A · 已签收 · 时限 2023-10-13" in text
    imported(world, {"A1": "RX1"})
    world.deliver()
    assert len(received(world)) == 1  # the same file again hands over nothing
    assert [view.code for view in todo(world.workspace, "A1", world.now)[1]] == ["L1-01.A"]
    assert todo(world.workspace, "A1", world.now)[1][0].person == "新书记"


def test_reminders_from_then_on_go_to_the_successor_and_those_sent_stay(world: World) -> None:
    world.given(by="10月13日前")
    world.signed("L1-01.A")
    world.to("2023-10-10")
    world.sweep()
    assert [notice.person for notice in world.expects("甲支部书记", "临期提醒")] == ["甲书记"]
    world.to("2023-10-12")
    imported(world, {"A1": "RX1"})
    world.deliver()
    world.to("2023-10-16")
    world.sweep()
    assert [notice.person for notice in world.expects("甲支部书记", "到期催办")] == ["新书记"]
    world.expects("办公室主任", "到期催办")
    sent = world.rows("SELECT person, status FROM message WHERE kind = 'digest' ORDER BY id")
    assert sent[0] == ("RA1", "sent")


def test_it_takes_effect_on_the_day_given(world: World) -> None:
    world.given(by="10月31日前")
    done = imported(world, {"A1": "RX1"}, on=date(2023, 10, 16))
    assert done.leaves[0].on == date(2023, 10, 15)
    held = holdings(world)
    assert [person.name for person in held.holders("A1", date(2023, 10, 15))] == ["甲书记"]
    assert [person.name for person in held.holders("A1", date(2023, 10, 16))] == ["新书记"]
    world.deliver()
    assert received(world) == []  # nothing is handed over before
    world.to("2023-10-16")
    world.deliver()
    assert received(world) == [("新书记", "【责任链】岗位交接 1 项")]


def test_a_hand_over_waits_for_a_working_day(world: World) -> None:
    world.given(by="10月31日前")
    world.to("2023-10-01")  # a holiday until the 6th; the 7th is worked
    imported(world, {"A1": "RX1"})
    world.deliver()
    assert received(world) == []
    world.to("2023-10-07")
    world.deliver()
    assert received(world) == [("新书记", "【责任链】岗位交接 1 项")]


def test_who_will_not_come_after_all_is_handed_nothing(world: World) -> None:
    world.given(by="10月31日前")
    imported(world, {"A1": "RX1"}, on=date(2023, 10, 16))
    world.now += timedelta(hours=1)
    imported(world, {"A1": "RA1"})
    world.to("2023-10-16")
    world.deliver()
    assert received(world) == []
    assert [person.name for person in holdings(world).holders("A1", world.now.date())] == ["甲书记"]


def test_nothing_open_is_nothing_to_hand_over(world: World) -> None:
    world.given()
    world.to("2023-09-12")
    assert imported(world, {"B1": "RX1"}).handovers == 0
    world.deliver()
    assert received(world) == []


def test_a_person_who_moves_is_told_as_moving(world: World) -> None:
    world.to("2023-09-12")
    done = imported(world, {"A1": None, "B1": "RA1"})
    assert [(old.title, new.title, new.name) for old, new in done.moves] == [("甲支部书记", "乙支部书记", "甲书记")]
    assert [seat.name for seat in done.leaves] == ["乙书记"]
    assert done.joins == ()
    entry = log(world.workspace)[-1]
    assert entry.values["moves"] == [["RA1", "A1", "B1", "2023-09-12"]]
    assert entry.values["leaves"] == [["B1", "RB1", "2023-09-11"]]


def test_who_leaves_is_covered_by_the_next_one_up_from_that_day_and_doctor_says_so(world: World) -> None:
    world.given(by="10月13日前")
    world.signed("L1-01.A")
    imported(world, {"A1": None}, on=date(2023, 10, 17))
    world.to("2023-10-16")
    world.sweep()  # his last day
    assert [notice.person for notice in world.expects("甲支部书记", "到期催办")] == ["甲书记"]
    world.expects("办公室主任", "到期催办")
    assert not checks.vacant_posts(holdings(world), world.now.date(), "")
    world.to("2023-10-18")
    world.sweep()
    [told] = world.expects("办公室主任", "督办")
    assert "“甲支部书记”无人任职，改送上一级并告知办公室" in told.reason
    world.expects("分管领导甲", "督办")
    [found] = checks.vacant_posts(holdings(world), world.now.date(), "")
    assert found.message == "岗位 A1（甲支部书记）现在无人任职，提醒会改送上一级"


def test_what_was_held_for_who_left_is_not_sent_any_more(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.to("2023-09-29")  # a holiday: held until the 7th
    world.sweep()
    world.expects("甲支部书记", "临期提醒")
    assert world.rows("SELECT person, status FROM message") == [("RA1", "held")]
    imported(world, {"A1": "RX1"}, on=date(2023, 10, 1))
    world.to("2023-10-07")
    world.deliver()
    assert received(world) == [("新书记", "【责任链】岗位交接 1 项")]


def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    world.given()
    world.to("2023-09-12")
    before = (holdings(world), len(log(world.workspace)), world.rows("SELECT count(*) FROM message"))
    tried = imported(world, {"A1": "RX1"}, dry_run=True)
    assert (holdings(world), len(log(world.workspace)), world.rows("SELECT count(*) FROM message")) == before
    done = imported(world, {"A1": "RX1"})
    assert (tried.joins, tried.leaves, tried.changes, tried.handovers) == (
        done.joins,
        done.leaves,
        done.changes,
        done.handovers,
    )
    assert terminal.organisation_imported(tried).startswith("试算 organisation.yaml（什么都没有写入）")


def test_everything_that_differs_is_shown(world: World) -> None:
    file = organisation()
    file["units"].append({"code": "C", "name": "丙支部", "kind": "branch", "parent": "DW"})
    file["posts"] = [post for post in file["posts"] if post["code"] != "B12"]
    file["posts"][0]["title"] = "中共某某党委"
    file["people"] = [person for person in file["people"] if person["code"] != "RB12"]
    file["holdings"] = [held for held in file["holdings"] if held["post"] != "B12"]
    file["people"][1]["email"] = "new@example.invalid"
    path = world.root / "again.yaml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    world.to("2023-09-12")
    done = import_organisation(world.workspace, path, world.now)
    assert terminal.organisation_imported(done).splitlines()[:7] == [
        "已导入 again.yaml：单位 新增 1、不变 4；岗位 新增 0、变动 1、不变 10、停用 1；"
        "人员 新增 0、变动 1、不变 10、停用 1",
        "  离任：乙二，乙支部党员二（B12），至 2023-09-11 止",
        "  单位新增：C",
        "  岗位停用：B12",
        "  岗位变动：DW1",
        "  邮箱有变：书记（RSJ1） sj1@example.invalid → new@example.invalid",
        "  注意：单位 C（丙支部）没有岗位，提醒将改送上一级",
    ]
    shown = machine_office.organisation_imported(done)
    assert shown["codes"]["posts"] == {"new": [], "retired": ["B12"], "changed": ["DW1"]}
    assert shown["leaves"] == [
        {"post": "B12", "title": "乙支部党员二", "person": "RB12", "name": "乙二", "until": "2023-09-11"}
    ]
    assert shown["addresses"][0]["after"] == "new@example.invalid"


def test_long_hand_overs_are_cut(world: World) -> None:
    world.list(*({"title": f"第{at}件事", "lead": "甲支部", "by": "10月31日前"} for at in range(1, 33)))
    world.assign()
    world.to("2023-09-12")
    imported(world, {"A1": "RX1"})
    world.deliver()
    [parcel] = world.courier.parcels
    assert parcel.title == "【责任链】岗位交接 32 项"
    assert parcel.text.count("编号 L1-") == 30
    assert "另有 2 项没有列出" in parcel.text


def test_a_leader_who_takes_over_is_handed_what_is_laid_on_the_post(world: World) -> None:
    world.given()
    world.to("2023-09-12")
    imported(world, {"LD1": "RX1"})
    world.deliver()
    assert "编号 L1-01.LD1" in world.courier.parcels[0].text


def test_who_moves_on_before_beginning_is_handed_only_the_last_post(world: World) -> None:
    world.given(lead="甲支部、乙支部", by="10月31日前")
    imported(world, {"A1": "RX1"}, on=date(2023, 10, 16))
    world.now += timedelta(hours=1)
    done = imported(world, {"B1": "RX1"}, on=date(2023, 10, 16))
    assert [(old.post, new.post) for old, new in done.moves] == [("A1", "B1")]
    world.to("2023-10-16")
    world.deliver()
    [parcel] = world.courier.parcels
    assert "您接任乙支部书记，" in parcel.text
