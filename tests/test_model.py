"""Random office life against a small model of it: acts, sweeps, time, changed dates and rules, and taking back.

The model knows what may follow what, how often each clock was started, when parents are closed and whose act was the
last. After every step the database must say the same, and nobody may have been told what is not so, or twice.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from responsibility.core.errors import ResponsibilityError
from responsibility.core.escalation import Clock, moment
from responsibility.ingest.worklist.single import Written
from responsibility.usecases import extension
from responsibility.usecases.assign import lists_to_assign
from responsibility.usecases.items import Changes, add_item, edit_item
from responsibility.usecases.pause import working_days
from responsibility.usecases.record import rebuilt, verify
from responsibility.usecases.withdraw import cancel_item
from tests.world import ZONE, World

#: verb → the states it may be done in, and the state after it.
MAY: dict[str, tuple[set[str], str]] = {
    "sign": ({"issued"}, "signed"),
    "report": ({"signed", "in_progress", "returned"}, "in_progress"),
    "submit": ({"signed", "in_progress", "returned"}, "submitted"),
    "send_back": ({"submitted", "closed"}, "returned"),
    "close": ({"submitted"}, "closed"),
    "suspend": ({"issued", "signed", "in_progress", "submitted", "returned"}, "suspended"),
    "resume": ({"suspended"}, ""),
    "cancel": ({"issued", "signed", "in_progress", "submitted", "returned", "suspended"}, "cancelled"),
}
EXTENDS = {"issued", "signed", "in_progress", "returned"}
RUNS = {"sign": {"issued"}, "finish": EXTENDS, "verify": {"submitted"}}
WORDS: dict[str, dict[str, Any]] = {
    "report": {"count": 1, "percent": 30},
    "send_back": {"reason": "缺材料"},
    "suspend": {"reason": "等通知"},
    "cancel": {"reason": "并入另一项"},
}
#: Who works on what: code → the post that answers for it.
OWNERS = {"A11": "A11", "A12": "A12", "A13": "A13", "A": "A1", "B": "B1"}
OFFICE = "BG1"
STATE = (
    "SELECT code, state, issued_on, due_on, due_at, percent, counted, milestones_done, submitted_late, issued_seq, "
    "before_pause, paused_on, returns, extensions FROM assignment ORDER BY id"
)
CLOCKS = "SELECT * FROM clock ORDER BY assignment_id, clock"
ASKED = "SELECT * FROM extension ORDER BY seq"


@dataclass
class Task:
    """What the model knows of an assignment that works."""

    item: str
    due: date
    #: The ladder it was issued under: rung ids with their days.
    ladder: tuple[tuple[str, int], ...]
    state: str = "issued"
    before: str = ""
    paused_on: date | None = None
    counted: int = 0
    percent: int | None = None
    asked: bool = False
    #: How often each clock was started, and for which day the finish clock runs.
    armed: dict[str, int] = field(default_factory=lambda: {"sign": 1, "finish": 1})
    finish_on: date | None = None

    def rearm(self, clock: str) -> None:
        self.armed[clock] = self.armed.get(clock, 0) + 1
        if clock == "finish":
            self.finish_on = self.due


@dataclass
class Act:
    """Something a post did; `was` and `then` are the assignment before and after, None where it was done to a set."""

    step: int
    actor: str
    code: str
    was: Task | None
    then: Task | None = None
    undone: bool = False


def attempt(do: Callable[[], Any]) -> tuple[Any, str]:
    """What came of it, or why it was refused."""
    try:
        return do(), ""
    except ResponsibilityError as error:
        return None, error.message


@contextmanager
def template() -> Iterator[World]:
    """An office with two items, laid on everybody, to be copied for each history."""
    with tempfile.TemporaryDirectory(prefix="model-") as folder, World(Path(folder) / "office") as world:
        world.list(
            {"title": "学习", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月20日前"},
            {"title": "整改", "lead": "甲支部、乙支部", "by": "9月28日前"},
        )
        world.assign()
        yield world


class Office(RuleBasedStateMachine):
    """One history."""

    pattern: World

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="model-")
        self.world = self.pattern.copied(Path(self.folder.name) / "office")
        self.step = 0
        self.acts: list[Act] = [Act(0, OFFICE, "", None)]
        self.swept_at = 0
        #: code → the last step at which a date, a list or an item moved it.
        self.moved: dict[str, int] = {}
        self.tasks: dict[str, Task] = {}
        #: Parents of other posts' work that their owners sign: never done by the model.
        self.items: dict[str, date] = {}
        self.ladder = self._ladder()
        self._learn("L1-01", date(2023, 9, 20), ("A11", "A12", "A13"))
        self._learn("L1-02", date(2023, 9, 28), ("A", "B"))

    def _learn(self, item: str, due: date, whom: tuple[str, ...]) -> None:
        self.items[item] = due
        for code in whom:
            self.tasks[f"{item}.{code}"] = Task(item, due, self.ladder, finish_on=due)

    def _ladder(self) -> tuple[tuple[str, int], ...]:
        return tuple((rung.id, rung.days) for rung in self.world.workspace.settings.policy.ladders[Clock.FINISH].rungs)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            with rebuilt(self.world.workspace.engine) as connection:
                for query in (STATE, CLOCKS, ASKED):
                    assert connection.exec_driver_sql(query).all() == self.world.rows(query)
            assert verify(self.world.workspace)[1] == []
        finally:
            self.world.workspace.engine.dispose()
            self.folder.cleanup()

    # -- what happens -----------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.world.to((self.today + timedelta(days=days)).isoformat(), time(8, 30))

    @rule(verb=st.sampled_from(sorted(MAY)), at=st.integers(0, 11), own=st.booleans())
    def does(self, verb: str, at: int, own: bool) -> None:
        code, task = self._task(at)
        states, after = MAY[verb]
        actor = self._actor(code, own and verb in ("sign", "report", "submit"))
        was = copy.deepcopy(task)
        _, refused = attempt(lambda: self.world.does(verb, code, as_post=actor, **WORDS.get(verb, {})))
        assert bool(refused) == (task.state not in states), refused or f"{verb} {code} in {task.state}"
        if refused:
            return
        getattr(self, f"_{verb}", lambda task: None)(task)
        task.state = after or task.before
        self._note(actor, code, was)

    def _report(self, task: Task) -> None:
        task.counted, task.percent = task.counted + 1, 30

    def _submit(self, task: Task) -> None:
        task.rearm("verify")

    def _send_back(self, task: Task) -> None:
        task.rearm("finish")

    def _suspend(self, task: Task) -> None:
        task.before, task.paused_on = task.state, self.today

    def _resume(self, task: Task) -> None:
        assert task.paused_on is not None
        calendar = self.world.workspace.settings.calendar
        lost = working_days(task.paused_on, self.today, calendar)
        for clock in ("sign", "finish", "verify"):
            moved = lost > 0 or (clock == "finish" and task.due != task.finish_on)
            if task.before in RUNS[clock] and clock in task.armed and moved:
                if clock == "finish":
                    task.due = calendar.shift(task.due, lost) if lost else task.due
                task.rearm(clock)

    @rule(at=st.integers(0, 11), days=st.integers(1, 20), own=st.booleans())
    def asks_for_time(self, at: int, days: int, own: bool) -> None:
        code, task = self._task(at)
        actor, was, to = self._actor(code, own), copy.deepcopy(task), self.today + timedelta(days=days)
        may = task.state in EXTENDS and not task.asked and self.today <= task.due < to
        _, refused = attempt(lambda: self.world.does("extend", code, as_post=actor, to=to, reason="会期推迟"))
        assert bool(refused) != may, refused
        if refused:
            return
        task.asked = True
        self._note(actor, code, was)

    @rule(at=st.integers(0, 11), yes=st.booleans())
    def is_answered(self, at: int, yes: bool) -> None:
        asked = sorted(code for code, task in self.tasks.items() if task.asked)
        code = asked[at % len(asked)] if asked else self._task(at)[0]
        task = self.tasks[code]
        was = copy.deepcopy(task)
        self.world.now += timedelta(minutes=1)
        office = self.world.workspace
        done, refused = attempt(
            lambda: (
                extension.approve(office, code, self.world.now)
                if yes
                else extension.reject(office, code, self.world.now, reason="时间够用")
            )
        )
        over = yes and task.state in ("closed", "cancelled")
        assert bool(refused) == (not task.asked or over) or "不晚于" in refused, refused
        if refused:
            return
        task.asked = done.status == "open"
        if done.status == "approved":
            task.due = done.due_on
            if task.state in EXTENDS:
                task.rearm("finish")
        self._note(OFFICE, code, was)

    @rule(day=st.sampled_from(["9月20日前", "9月28日前", "10月12日前", "9月15日前"]), at=st.integers(0, 3))
    def the_date_moves(self, day: str, at: int) -> None:
        code = sorted(self.items)[at % len(self.items)]
        self.world.now += timedelta(minutes=1)
        try:
            done = edit_item(self.world.workspace, code, Changes(by=day), self.world.now)
        except ResponsibilityError:
            assert all(task.state == "cancelled" for task in self._of(code).values())
            return
        if not done.after:
            return
        self._note(OFFICE, "", None)
        if done.redated:
            self.items[code] = date.fromisoformat(str(done.after["due_on"]))
        for one, task in self._of(code).items():
            if done.redated and task.state not in ("closed", "cancelled"):
                self.moved[one] = self.step
                task.due = self.items[code]
                if task.state in EXTENDS:
                    task.rearm("finish")

    @precondition(lambda self: len(self.items) < 4)
    @rule(lead=st.sampled_from(["甲支部", "乙支部"]))
    def one_more(self, lead: str) -> None:
        """An item the office adds, laid under the rules of today."""
        self.world.now += timedelta(minutes=1)
        written = Written(f"临时{len(self.items)}", lead, "", "", "10月12日前", "", "")
        done = add_item(self.world.workspace, "L1", written, self.world.now)
        self.world.now += timedelta(minutes=1)
        assert lists_to_assign(self.world.workspace) == ["L1"]
        self.world.assign()
        self._note(OFFICE, "", None)
        self._learn(done.code, date(2023, 10, 12), ("A" if lead == "甲支部" else "B",))

    @rule(days=st.sampled_from([2, 3, 4]))
    def the_rules_change(self, days: int) -> None:
        """What is issued from now on is supervised after so many days; what was issued keeps its ladder."""
        now = dict(self.ladder)["supervise"]
        text = "{{id: supervise, name: 督办, days: {}"
        self.world.configure("policy.yaml", text.format(now), text.format(days))
        self.ladder = self._ladder()

    @rule(at=st.integers(0, 9))
    def an_item_is_cancelled(self, at: int) -> None:
        code = sorted(self.items)[-1] if at else sorted(self.items)[0]
        if at > 1:
            return  # now and then is enough
        self.world.now += timedelta(minutes=1)
        try:
            cancel_item(self.world.workspace, code, self.world.now)
        except ResponsibilityError:
            return
        self._note(OFFICE, "", None)
        for one, task in self._of(code).items():
            if task.state != "closed":
                task.state, self.moved[one] = "cancelled", self.step

    @rule(at=st.integers(0, 11), own=st.booleans())
    def takes_back(self, at: int, own: bool) -> None:
        actor = self._actor(self._task(at)[0], own) or OFFICE
        mine = [act for act in self.acts if act.actor == actor and not act.undone]
        last = mine[-1] if mine else None
        done, refused = attempt(lambda: self.world.undoes(actor))
        if refused:
            may = last is None or last.was is None or self._acted_since(last)
            assert may or max(self.swept_at, self.moved.get(last.code, 0)) > last.step, refused
            return
        assert last is not None
        assert not self._acted_since(last)
        assert done.code == last.code
        _put_back(self.tasks[last.code], last)
        last.undone = True

    def _acted_since(self, act: Act) -> bool:
        return any(one.step > act.step and one.code == act.code and not one.undone for one in self.acts)

    @rule()
    def sweep(self) -> None:
        self.step += 1
        self.swept_at = self.step
        before = self._clocks()
        swept = self.world.sweep()
        told = self.world.rows(
            "SELECT a.code, n.clock, n.arming, n.rung, n.recipient, n.nth, n.skipped FROM notice n "
            f"JOIN assignment a ON a.id = n.assignment_id WHERE n.seq = {swept.seq}"
        )
        for code, clock, arming, *_ in told:
            if code in self.tasks:
                assert self.tasks[code].state in RUNS[clock], f"{code} {clock} told in {self.tasks[code].state}"
                assert self.tasks[code].armed[clock] == arming
        heard = {(row[0], row[1]) for row in told if not row[6]}
        for key, (arming, rung, _) in self._clocks().items():
            assert rung == before[key][1] or key in heard, f"{key} went to rung {rung} of arming {arming} unheard"
        self._rungs_are_reached()
        self._counts_agree()

    def _rungs_are_reached(self) -> None:
        """Every finish clock that runs stands where its own ladder puts it today."""
        settings = self.world.workspace.settings
        clocks = self._clocks()
        for code, task in self.tasks.items():
            if task.state in EXTENDS and task.finish_on is not None:
                rungs = settings.policy.ladders[Clock.FINISH].rungs
                days = dict(task.ladder)
                moments = [
                    moment(_with_days(rung, days[rung.id]), task.finish_on, settings.calendar, ZONE) for rung in rungs
                ]
                reached = sum(at <= self.world.now for at in moments) - 1
                assert clocks[code, "finish"][1] >= reached, code

    def _counts_agree(self) -> None:
        totals = self.world.status().totals
        states = [row[0] for row in self.world.rows("SELECT state FROM assignment WHERE state NOT IN ('cancelled')")]
        assert totals.assignments == len(states)

    # -- what must be true --------------------------------------------------------------------------------------------

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "world"):
            return
        columns = "code, state, counted, percent, CAST(due_on AS TEXT)"
        rows = {row[0]: row for row in self.world.rows(f"SELECT {columns} FROM assignment")}
        for code, task in self.tasks.items():
            known = (code, task.state, task.counted, task.percent, task.due.isoformat())
            assert tuple(rows[code]) == known
        clocks = self._clocks()
        for (code, clock), (arming, _, next_at) in clocks.items():
            if code in self.tasks:
                assert arming == self.tasks[code].armed[clock], (code, clock)
                assert next_at is None or self.tasks[code].state in RUNS[clock], (code, clock, self.tasks[code].state)
        running = {(code, clock) for code, task in self.tasks.items() for clock in task.armed}
        assert running == {key for key in clocks if key[0] in self.tasks}

    @invariant()
    def parents_are_closed_when_their_children_are(self) -> None:
        if not hasattr(self, "world"):
            return
        for code, tier, state, unit in self.world.rows(
            "SELECT code, tier, state, unit FROM assignment WHERE NOT works"
        ):
            item, _, post = code.partition(".")
            below = {one: task for one, task in self._of(item).items() if task.state != "cancelled"}
            units = {"LD1": "A", "LD2": "B"}.get(post, unit if tier == "branch" else "")
            mine = [task.state for one, task in below.items() if one.partition(".")[2].startswith(units)]
            mine = mine or [task.state for task in below.values()]  # a leader without units answers for all
            if state != "cancelled" and below:
                assert (state == "closed") == all(one == "closed" for one in mine), (code, state, mine)

    @invariant()
    def nobody_is_told_twice(self) -> None:
        if not hasattr(self, "world"):
            return
        twice = (
            "SELECT assignment_id, clock, arming, rung, recipient FROM notice WHERE NOT skipped "
            "GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1"
        )
        assert self.world.rows(twice) == []
        nth = "SELECT assignment_id, clock, recipient FROM notice WHERE NOT skipped GROUP BY 1, 2, 3 "
        assert self.world.rows(f"{nth} HAVING max(nth) != count(*)") == []
        ahead = (
            "SELECT n.id FROM notice n LEFT JOIN clock c ON c.assignment_id = n.assignment_id AND c.clock = n.clock "
            "WHERE c.arming IS NULL OR c.arming < n.arming"
        )
        assert self.world.rows(ahead) == []

    # -- finding one's way --------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.world.now.astimezone(ZONE).date()

    def _task(self, at: int) -> tuple[str, Task]:
        return sorted(self.tasks.items())[at % len(self.tasks)]

    def _of(self, item: str) -> dict[str, Task]:
        return {code: task for code, task in self.tasks.items() if task.item == item}

    def _actor(self, code: str, own: bool) -> str | None:
        return OWNERS[code.partition(".")[2]] if own else None

    def _note(self, actor: str | None, code: str, was: Task | None) -> None:
        self.step += 1
        self.acts.append(Act(self.step, actor or OFFICE, code, was, copy.deepcopy(self.tasks.get(code))))

    def _clocks(self) -> dict[tuple[str, str], tuple[int, int, datetime | None]]:
        rows = self.world.rows(
            "SELECT a.code, c.clock, c.arming, c.rung, c.next_at "
            "FROM clock c JOIN assignment a ON a.id = c.assignment_id"
        )
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def _put_back(task: Task, act: Act) -> None:
    """What the act changed is as it was; what changed otherwise stays."""
    assert act.was is not None
    for one in fields(Task):
        was, then = getattr(act.was, one.name), getattr(act.then, one.name)
        if one.name == "armed":
            kept = {clock: n for clock, n in task.armed.items() if then[clock] == was.get(clock)}
            changed = {clock: n for clock, n in was.items() if then[clock] != n}
            task.armed = kept | changed
        elif was != then:
            setattr(task, one.name, was)


def _with_days(rung: Any, days: int) -> Any:
    return replace(rung, days=days)


@pytest.mark.xdist_group("model")
def test_whatever_the_office_does_the_model_knew(database: str) -> None:
    with template() as pattern:

        class Here(Office):
            pass

        Here.pattern = pattern
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Here,
            settings=settings(
                max_examples=12,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
