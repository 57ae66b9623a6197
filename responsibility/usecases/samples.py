"""Messages of nobody in particular, to try templates with: every kind of line, and nothing of the office's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from responsibility.core.assignment import Light, State
from responsibility.settings import OfficeCard
from responsibility.usecases.contents import Content
from responsibility.views.texts import (
    FOR_INFORMATION,
    Alarm,
    Behind,
    Digest,
    DigestLine,
    HandOver,
    HandOverLine,
    Issued,
    in_order,
)

#: The message's key (编号) of a sample.
NUMBER = "000000-0-样例"

_ON = date(2023, 9, 28)


def samples(home: OfficeCard, instruments: Mapping[str, str]) -> dict[str, Content]:
    """Kind of message → a sample of it; `instruments` are the policy's, the lightest first."""
    return {
        "digest": _digest(home, instruments),
        "handover": _listed(home, HandOver),
        "issued": _listed(home, Issued),
        "alarm": _alarm(home),
    }


def _digest(home: OfficeCard, instruments: Mapping[str, str]) -> Digest:
    """A line for each instrument, one of several members, one that is a copy, one without a number, and more."""
    line = DigestLine(
        rung="urge",
        rung_name="到期催办",
        instrument_name="催办单",
        nth=2,
        item="L1-03",
        title="样例：开好专题会",
        behind=(Behind("第一党支部"),),
        quote="L1-03.Z01",
        due_on=date(2023, 9, 25),
        late="应于9月25日前办结，已超过 3 个工作日",
        why="您是第一支部书记，该支部责任人已逾期 3 个工作日",
        overdue=3,
        due="应于9月25日前办结",
        step="请尽快办结，并告诉我们办到哪一步",
    )
    members = (Behind("第一党支部", ("第一支部党员01", "第一支部党员02")),)
    gap = replace(
        line,
        title="样例：岗位无人任职",
        title_outside="责任链有缺口",
        instrument="gap",
        instrument_name="提示",
        behind=(),
        item="",
        quote="",
        late="请明确人选",
        why="您负责统筹协调",
        due="",
        step="",
        overdue=0,
    )
    lightest, called = next(iter(instruments.items()))
    lines = [
        *(
            replace(line, instrument=name, instrument_name=called, gravity=at)
            for at, (name, called) in enumerate(instruments.items(), 1)
        ),
        replace(line, behind=members, quote="L1-03", instrument=lightest, instrument_name=called, gravity=1),
        replace(line, copied=True, step="", why=f"您是分管领导，分管第一党支部；{FOR_INFORMATION}"),
        gap,
    ]
    return Digest("样例", ("第一支部书记",), _ON, in_order(lines), home.name, home.contact, home.phone, 1, 1)


def _listed(home: OfficeCard, kind: type[HandOver]) -> HandOver:
    """A hand-over, or new work, with every kind of line."""
    due = (date(2023, 9, 25), None)
    lines = tuple(HandOverLine("L1-03.Z01", "样例：开好专题会", day, Light.OVERDUE, State.SIGNED) for day in due)
    return kind("样例", ("第一支部书记",), _ON, lines, 1, home.name, home.contact, home.phone)


def _alarm(home: OfficeCard) -> Alarm:
    """A channel that fails."""
    since = datetime(2023, 9, 28, 8, 30, tzinfo=UTC)
    again = since + timedelta(minutes=5)
    return Alarm("样例", "mail", "连接被拒绝", since, again, 3, home.name, home.contact, home.phone)
