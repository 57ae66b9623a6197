"""What a document is about: the case meant by a code, and the rung it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import STATE_NAMES, State
from responsibility.core.errors import IllegalTransition, ResponsibilityError
from responsibility.core.escalation import Clock, Rung, kind_of, milestone_of, runs
from responsibility.core.text import is_it
from responsibility.store import assignments
from responsibility.store.documents import CaseKey
from responsibility.usecases.codes import unknown_work
from responsibility.usecases.lights import Lamp

#: Which clock a document is about where several have reached a rung; what is overdue before what is not.
_PRESSING = (Clock.FINISH, Clock.MILESTONE, Clock.VERIFY, Clock.REPORT, Clock.SIGN, Clock.BEHIND, Clock.REVIEW)
_OVER = (State.DRAFT, State.CLOSED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Subject:
    """Assignments of one occurrence on one clock, and the rung that calls for the document (None: the office does)."""

    instrument: str
    clock: str
    rung: Rung | None
    rows: tuple[Any, ...]
    #: Assignment id → its clock of that name, where there is one.
    clocks: Mapping[int, Any]
    remarks: tuple[str, ...] = ()

    @property
    def cases(self) -> list[CaseKey]:
        """What the document is made of once."""
        rung = self.rung.id if self.rung else ""
        arming = {key: clock.arming for key, clock in self.clocks.items()}
        return [CaseKey(row.id, self.clock, arming.get(row.id, 0), rung) for row in self.rows]


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where one clock stands."""

    row: Any
    clock: Any
    rung: Rung

    @property
    def group(self) -> tuple[int, str, str]:
        return self.row.occurrence_id, self.clock.clock, self.rung.id

    @property
    def weight(self) -> tuple[bool, int, int, int]:
        """The most pressing is the greatest."""
        pressing = -_PRESSING.index(kind_of(self.clock.clock))
        return self.rung.days > 0, pressing, self.clock.rung, -self.clock.due_on.toordinal()


def subject_of(connection: Connection, lamp: Lamp, code: str, kind: str | None) -> Subject:
    """What `code` (an assignment, or an item with all that stand where the worst does) is to have a document of.

    Without `kind` the instrument of the rung it stands on; with one (id or name) the cases on that rung, else those
    that are most pressing, which is remarked.
    """
    rows = _open(connection, code)
    clocks = assignments.clocks_of(connection, [row.id for row in rows])
    stands = [stand for row in rows for stand in _stands(lamp, row, clocks.get(row.id, []))]
    if kind is None:
        return _by_rung(stands, code)
    instrument = instrument_of(lamp, rows, kind)
    fitting = [stand for stand in stands if stand.rung.instrument == instrument]
    if fitting:
        return _of_group(_worst(fitting), instrument)
    return _asked_for(lamp, rows, clocks, stands, instrument, code)


def _open(connection: Connection, code: str) -> list[Any]:
    """The working assignments meant that are not over."""
    only = assignments.by_code(connection, code)
    if only is not None and not only.works:
        raise IllegalTransition(
            f"{only.code} 随下级办理情况而定，公文写办理的单位", f"整项出一份：zeren brief notice {only.item_code}"
        )
    rows = [only] if only is not None else assignments.of_item(connection, code)
    working = [row for row in rows if row.works]
    if not working:
        raise _nothing_laid(connection, code)
    found = [row for row in working if row.state not in _OVER]
    if not found:
        states = "、".join(dict.fromkeys(STATE_NAMES[State(row.state)] for row in working))
        raise IllegalTransition(f"{code} 没有在办的任务（{states}），没有可出的公文", f"查看：zeren show {code}")
    return found


def _nothing_laid(connection: Connection, code: str) -> ResponsibilityError:
    from responsibility.store import worklists

    if worklists.items(connection, code=code, withdrawn=True):
        return ResponsibilityError(f"{code} 还没有交办，没有可出的公文", "先交办：zeren assign")
    return unknown_work(connection, code)


def _stands(lamp: Lamp, row: Any, clocks: Sequence[Any]) -> list[_Stand]:
    """The clocks of an assignment that run and have reached a rung."""
    found = []
    for clock in clocks:
        rungs = lamp.ladder(row.policy_id, clock.clock).rungs
        number = milestone_of(clock.clock)
        done = number is not None and number <= row.milestones_done
        if runs(clock.clock, State(row.state)) and 0 <= clock.rung < len(rungs) and not done:
            found.append(_Stand(row, clock, rungs[clock.rung]))
    return found


def _worst(stands: Sequence[_Stand]) -> list[_Stand]:
    """Those who stand where the most pressing one does, on the same occurrence."""
    first = max(stands, key=lambda stand: stand.weight)
    return [stand for stand in stands if stand.group == first.group]


def _of_group(group: Sequence[_Stand], instrument: str) -> Subject:
    first = group[0]
    clocks = {stand.row.id: stand.clock for stand in group}
    return Subject(instrument, first.clock.clock, first.rung, tuple(stand.row for stand in group), clocks)


def _by_rung(stands: Sequence[_Stand], code: str) -> Subject:
    asking = f"现在就要出：zeren brief notice {code} --kind 催办单"
    if not stands:
        raise ResponsibilityError(f"{code} 还没有走到任何一档，不用出公文", asking)
    group = _worst(stands)
    return _of_group(group, group[0].rung.instrument)


def _asked_for(
    lamp: Lamp,
    rows: Sequence[Any],
    clocks: Mapping[int, Sequence[Any]],
    stands: Sequence[_Stand],
    instrument: str,
    code: str,
) -> Subject:
    """A document the ladder does not call for: of the cases that are late, else of all of the first occurrence."""
    if late := [stand for stand in stands if stand.rung.days > 0]:
        group = _worst(late)
        rung, first = group[0].rung, group[0].clock.clock
        called = lamp.policy(group[0].row.policy_id).instruments[rung.instrument]
        remark = f"{code} 现在到“{rung.name}”这一档，按规则用{called}；这一份按您写的种类出"
        return Subject(
            instrument, first, None, tuple(s.row for s in group), {s.row.id: s.clock for s in group}, (remark,)
        )
    first_due = min(rows, key=lambda row: (row.due_on is None, row.due_on or lamp.today, row.id)).occurrence_id
    meant = tuple(row for row in rows if row.occurrence_id == first_due)
    finish = {row.id: one for row in meant for one in clocks.get(row.id, ()) if one.clock == Clock.FINISH}
    return Subject(instrument, Clock.FINISH.value, None, meant, finish, (f"{code} 没有逾期；这一份按您写的种类出",))


def instrument_of(lamp: Lamp, rows: Sequence[Any], kind: str) -> str:
    """The id of an instrument, by id or name, under the policy of the assignments or the present one."""
    known = dict(lamp.settings.policy.instruments)
    known |= lamp.policy(rows[0].policy_id).instruments if rows else {}
    for id_, name in known.items():
        if kind in (id_, name):
            return id_
    names = list(known.values())
    raise ResponsibilityError(
        f"没有“{kind}”这种文书（可选：{'、'.join(names)}）",
        is_it(kind, names, "文书写在 config/policy.yaml 的 instruments"),
    )
