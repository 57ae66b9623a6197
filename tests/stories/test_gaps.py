"""Holes in the chain: said in the log and to the office at once, once a day."""

from __future__ import annotations

from typing import Any

from responsibility.usecases.record import log
from responsibility.usecases.remind import Sweep
from tests.world import World


def swept(world: World, day: str) -> Sweep:
    """A sweep that morning; the notices of single items are another story's."""
    world.to(day)
    world.courier.parcels.clear()
    done = world.sweep()
    world.untold.clear()
    return done


def messages(done: Sweep) -> list[str]:
    return [gap["message"] for gap in done.gaps]


def office(world: World) -> str:
    return "".join(parcel.text for parcel in world.courier.parcels if parcel.to.name == "主任")


def recorded(world: World) -> list[Any]:
    return [line.values.get("gaps", []) for line in log(world.workspace) if line.act == "sweep"][-1]  # type: ignore[misc]


def late(world: World, **changes: Any) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.organise(**changes)


def test_a_vacant_post_is_said_in_the_log_and_to_the_office(any_world: World) -> None:
    world = any_world
    late(world, vacant=["LD1"])
    assert messages(swept(world, "2023-09-18")) == []  # nobody was to tell the leader anything yet
    done = swept(world, "2023-09-20")
    said = "分管领导甲（LD1）无人任职，“督办”改送党委书记、办公室主任"
    assert messages(done) == [said]
    assert [gap["message"] for gap in recorded(world)] == [said]
    assert f"【责任链有缺口】{said}" in office(world)
    assert "请明确人选，再 zeren org import" in office(world)


def test_a_unit_no_leader_oversees_is_said_in_words(any_world: World) -> None:
    world = any_world
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.organise(unled=["LD1"])
    world.to("2023-09-20")
    world.courier.parcels.clear()
    done = world.sweep()
    said = "甲支部没有分管领导"
    assert messages(done) == [f"{said}，“督办”改送党委书记、办公室主任"]
    assert f"{said}，改送上一级并告知办公室" in world.expects("党委书记", "督办")[0].reason
    world.untold.clear()
    text = office(world)
    assert f"【责任链有缺口】{said}" in text
    assert "请写明由谁分管，再 zeren org import" in text
    assert "leader" not in "".join(parcel.title + parcel.text for parcel in world.courier.parcels)


def test_a_gap_is_told_once_a_day(world: World) -> None:
    world.list(
        {"title": "一", "lead": "甲支部", "by": "9月15日前"}, {"title": "二", "lead": "甲支部", "by": "9月19日前"}
    )
    world.assign()
    world.signed("L1-01.A", "L1-02.A")
    world.organise(vacant=["LD1"])
    swept(world, "2023-09-20")
    world.list({"title": "三", "lead": "甲支部", "by": "9月15日前"}, file="补", issued_on=world.now.date())
    world.courier.parcels.clear()
    world.sweep()
    world.untold.clear()
    assert "责任链有缺口" not in office(world)
    swept(world, "2023-09-22")
    assert office(world).count("责任链有缺口") == 1
    assert "第 2 次告知" in office(world)


def test_a_unit_no_leader_is_over_and_members_nobody_is(any_world: World) -> None:
    world = any_world
    world.given(lead="甲支部、全体党员", by="9月15日前")
    world.signed("L1-01.A", *(f"L1-01.{m}" for m in ("A11", "A12", "A13", "B11", "B12")))
    world.organise(vacant=["A12", "B11"])
    done = swept(world, "2023-09-12")
    assert messages(done) == ["甲支部、乙支部有党员岗位无人任职，“临期提醒”改送甲支部书记、办公室主任、乙支部书记"]


def test_nobody_left_up_to_the_top(world: World) -> None:
    late(world, vacant=["LD1", "SJ1", "DW1", "BG1"])
    done = swept(world, "2023-09-20")
    assert messages(done) == [
        "“督办”要告知领导小组办公室，对甲支部却没有人能收到，上面各级也没有",
        "“督办”要告知分管领导，对甲支部却没有人能收到，上面各级也没有",
    ]
    assert len(recorded(world)) == 2


def test_under_a_ladder_without_rungs_what_falls_due_is_said_once(any_world: World) -> None:
    world = any_world
    path = world.root / "config" / "policy.yaml"
    finish = path.read_text("utf-8").partition("  finish:\n    rungs:")[2].partition("  # 审核")[0]
    world.configure("policy.yaml", finish, " []\n")
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    assert messages(swept(world, "2023-09-15")) == []
    said = "办结阶梯没有任何一档：甲支部的 1 项任务到期了，没有人会收到提醒"
    assert messages(swept(world, "2023-09-18")) == [said]
    assert said in office(world)
    assert messages(swept(world, "2023-09-19")) == []


def test_a_whole_chain_has_no_gaps(world: World) -> None:
    late(world)
    assert swept(world, "2023-09-20").gaps == ()
    assert "gaps" not in [line.values for line in log(world.workspace) if line.act == "sweep"][-1]
