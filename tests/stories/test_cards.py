"""牌: what a unit's overdue cases add up to, whatever the item."""

from __future__ import annotations

from typing import Any

from responsibility.usecases.record import rebuilt, status_as_of, verify
from responsibility.usecases.status import By, status
from responsibility.views import machine
from tests.world import World

CARDS = "SELECT rule, unit, occurrence_id, seq, got_on, assignment_id FROM card ORDER BY rule, unit, occurrence_id"
TOLD = "SELECT unit, rule, period, recipient, seq, nth, said FROM unit_notice ORDER BY seq, unit, rule, recipient"
QUARTER = "{id: three_a_quarter, name: 约谈单位负责人, every: quarter, at: 3,"
ROW = "{id: two_in_a_row, name: 连续约谈, in_a_row: 2,"
DAYS = ("9月14日前", "9月18日前", "9月20日前", "9月22日前")


def items(world: World, *by: str, **row: str) -> None:
    world.list(*({"title": f"第{at}件事", "lead": "甲支部", "by": day, **row} for at, day in enumerate(by, 1)))
    world.assign()


def carded(world: World) -> list[Any]:
    return [n for n in world.untold if n.clock == "card"]


def sweeps(world: World, *days: str) -> None:
    """Sweeps on those mornings; what is told of single items is not the story."""
    for day in days:
        world.to(day)
        world.sweep()
        world.untold = carded(world)


def cards_of(world: World, unit: str) -> list[str]:
    groups = {group.key: group for group in status(world.workspace, world.now, By.UNIT).groups}
    return [str(card) for card in groups[unit].cards]


def test_the_third_overdue_case_in_a_quarter_calls_the_head_to_a_talk(any_world: World) -> None:
    world = any_world
    items(world, *DAYS[:3])
    sweeps(world, "2023-09-15", "2023-09-19")
    world.expects_nothing()
    assert cards_of(world, "A") == ["2/3"]
    world.courier.parcels.clear()
    sweeps(world, "2023-09-21")
    [told, leader] = world.expects("甲支部书记", "约谈单位负责人") + world.expects("分管领导甲", "约谈单位负责人")
    assert (told.assignment, told.clock, told.rung, told.nth) == ("L1-03.A", "card", "three_a_quarter", 1)
    assert told.reason == "甲支部本季度第 3 次逾期，按规则约谈单位负责人；您负责甲支部"
    assert leader.reason.endswith("您分管甲支部")
    text = next(p.text for p in world.courier.parcels if p.to.name == "甲书记")
    assert "【约谈单位负责人】甲支部本季度第 3 次逾期，按规则约谈单位负责人" in text
    assert "第 1 次告知，约谈通知" in text
    assert cards_of(world, "A") == ["3/3"]
    assert cards_of(world, "B") == []


def test_a_quarter_calls_once_and_the_next_one_counts_anew(world: World) -> None:
    items(world, *DAYS, "10月9日前", "10月10日前", "10月11日前")
    sweeps(world, "2023-09-15", "2023-09-19", "2023-09-21")
    world.untold.clear()
    sweeps(world, "2023-09-25")
    world.expects_nothing()
    assert cards_of(world, "A") == ["4/3"]
    sweeps(world, "2023-10-10", "2023-10-11")
    world.expects_nothing()
    assert cards_of(world, "A") == ["2/3"]
    sweeps(world, "2023-10-12")
    assert world.expects("甲支部书记", "约谈单位负责人")[0].nth == 2
    assert world.expects("分管领导甲", "约谈单位负责人")[0].nth == 2


def test_members_late_with_one_item_are_one_case_and_a_second_rung_is_no_second_card(world: World) -> None:
    items(world, "9月14日前", lead="甲支部", support="全体党员")
    sweeps(world, "2023-09-15", "2023-09-19", "2023-09-25")
    world.expects_nothing()
    assert (cards_of(world, "A"), cards_of(world, "B")) == (["1/3"], ["1/3"])


def test_three_at_once_after_days_off_are_three_cards_and_one_talk(world: World) -> None:
    items(world, *DAYS)
    sweeps(world, "2023-10-08")
    assert world.expects("甲支部书记", "约谈单位负责人")[0].reason.startswith("甲支部本季度第 4 次逾期")
    world.expects("分管领导甲", "约谈单位负责人")


def test_a_case_closed_in_time_breaks_the_row(world: World) -> None:
    world.configure("policy.yaml", QUARTER, ROW)
    items(world, "9月14日前", "9月20日前", "9月18日前", "9月22日前", "9月25日前")
    sweeps(world, "2023-09-15")
    assert cards_of(world, "A") == ["1/2"]
    for verb in ("sign", "submit", "close"):
        world.does(verb, "L1-02.A")
    assert cards_of(world, "A") == []
    sweeps(world, "2023-09-19")
    world.expects_nothing()
    assert cards_of(world, "A") == ["1/2"]
    sweeps(world, "2023-09-25")
    world.expects("甲支部书记", "连续约谈")
    assert "甲支部连续 2 次逾期，按规则连续约谈" in world.expects("分管领导甲", "连续约谈")[0].reason
    sweeps(world, "2023-09-26")
    world.expects_nothing()  # the same row: told once
    assert cards_of(world, "A") == ["3/2"]


def test_one_member_done_in_time_does_not_break_the_row_while_others_are_at_it(world: World) -> None:
    world.configure("policy.yaml", QUARTER, ROW)
    world.list(
        {"title": "一", "lead": "甲支部", "by": "9月14日前"},
        {"title": "二", "lead": "甲支部", "support": "全体党员", "by": "9月20日前"},
        {"title": "三", "lead": "甲支部", "by": "9月18日前"},
    )
    world.assign()
    sweeps(world, "2023-09-15")
    for verb in ("sign", "submit", "close"):
        world.does(verb, "L1-02.A11")
    assert cards_of(world, "A") == ["1/2"]
    sweeps(world, "2023-09-19")
    world.expects("甲支部书记", "连续约谈")
    world.expects("分管领导甲", "连续约谈")


def test_late_work_closed_at_last_does_not_break_the_row(world: World) -> None:
    world.configure("policy.yaml", QUARTER, ROW)
    items(world, "9月14日前", "9月18日前")
    sweeps(world, "2023-09-15")
    for verb in ("sign", "submit", "close"):
        world.does(verb, "L1-01.A")
    sweeps(world, "2023-09-19")
    world.expects("甲支部书记", "连续约谈")
    world.expects("分管领导甲", "连续约谈")


def test_the_head_gone_the_office_hears_of_the_cards_too(world: World) -> None:
    items(world, *DAYS[:3])
    sweeps(world, "2023-09-15", "2023-09-19")
    world.organise(vacant=["A1"])
    sweeps(world, "2023-09-21")
    world.expects("分管领导甲", "约谈单位负责人")
    assert "“甲支部书记”无人任职" in world.expects("办公室主任", "约谈单位负责人")[0].reason


def test_without_a_rule_nothing_is_counted(world: World) -> None:
    world.configure("policy.yaml", "cards:\n  - {id: three", "cards: []\n  # - {id: three")
    items(world, *DAYS)
    sweeps(world, "2023-10-08")
    world.expects_nothing()
    assert world.rows(CARDS) == []


def test_the_ledger_alone_gives_the_cards_and_who_was_told(any_world: World) -> None:
    world = any_world
    items(world, *DAYS[:3])
    sweeps(world, "2023-09-15", "2023-09-19", "2023-09-21")
    world.untold.clear()
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql(CARDS).all() == world.rows(CARDS)
        assert connection.exec_driver_sql(TOLD).all() == world.rows(TOLD)
    assert verify(world.workspace)[1] == []
    end = world.now.replace(day=19, hour=23)
    groups = {group.key: group for group in status_as_of(world.workspace, end, By.UNIT).groups}
    assert [(card.count, card.at, card.period) for card in groups["A"].cards] == [(2, 3, "本季度")]


def test_a_machine_reads_the_cards_of_units_alone(world: World) -> None:
    items(world, DAYS[0])
    sweeps(world, "2023-09-15")
    by_unit = machine.status(status(world.workspace, world.now, By.UNIT), world.now, None)
    assert [group["cards"] for group in by_unit["groups"] if group["key"] == "A"] == [
        [{"rule": "three_a_quarter", "name": "约谈单位负责人", "count": 1, "at": 3, "period": "本季度"}]
    ]
    assert "cards" not in machine.status(status(world.workspace, world.now), world.now, None)["groups"][0]


def test_a_rehearsal_says_the_same_of_cards(world: World) -> None:
    from responsibility.usecases.remind import sweep

    items(world, *DAYS[:3])
    sweeps(world, "2023-09-15", "2023-09-19")
    world.to("2023-09-21")
    planned = sweep(world.workspace, world.now, dry_run=True)
    assert len(world.rows(TOLD)) == 0
    world.sweep()
    assert list(planned.notices) == world.untold
    assert planned.cards == len(carded(world)) == 2
    world.untold.clear()
