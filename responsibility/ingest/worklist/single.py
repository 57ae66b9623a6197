"""One item as it is written at the terminal, in the words a list file would use."""

from __future__ import annotations

from dataclasses import dataclass

from responsibility.core.errors import Problem
from responsibility.core.text import showable
from responsibility.ingest.units import split_units
from responsibility.ingest.worklist.counts import is_frequency, target_of
from responsibility.ingest.worklist.records import ItemRecord, Mention, WorkListRecord


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of an item; blank where nothing was written."""

    title: str
    lead: str
    support: str = ""
    leader: str = ""
    by: str = ""
    category: str = ""
    target: str = ""
    content: str = ""
    urgent: bool = False
    report: str = ""


def one_line(text: str) -> str:
    """The text as it can be shown, on one line."""
    return " ".join(showable(text).split())


def record_of(written: Written, suffix: str) -> tuple[WorkListRecord, list[Problem]]:
    """A list of this one item, whose cells are the options it was written with."""
    title = one_line(written.title)
    problems = blank_title(title)
    phrase, cell = one_line(written.by), "--by"
    target: tuple[int, str] | None = None
    if not phrase and is_frequency(written.target):
        phrase, cell = one_line(written.target), "--target"
    elif written.target.strip():
        target, wrong = read_target(written.target)
        problems += wrong
    item = ItemRecord(
        number=suffix,
        code_suffix=suffix,
        section="",
        category=one_line(written.category),
        title=title,
        content=showable(written.content).strip(),
        goal="",
        phrase=phrase,
        phrase_cell=cell,
        milestones="",
        milestones_cell="",
        mentions=_mentions(written),
        target_count=target[0] if target else None,
        target_unit=target[1] if target else "",
        material="",
        points="",
        note="",
        cell="--title",
        urgent=written.urgent,
        responsible="",
        report=one_line(written.report),
    )
    return WorkListRecord("", "", "", None, 1, (item,), (), {}, True), problems


def read_target(text: str) -> tuple[tuple[int, str] | None, list[Problem]]:
    """A count with its unit, or the problem with it."""
    target = target_of(text, "", "")
    wrong = Problem("", "", "--target", text, "看不出数量，写成“4次”“不少于2篇”")
    return target, [] if target else [wrong]


def blank_title(title: str) -> list[Problem]:
    """The problem of an item that says nothing."""
    return [] if title.strip() else [Problem("", "", "--title", "", "没有写任务名称")]


def _mentions(written: Written) -> tuple[Mention, ...]:
    """Everybody named, once for each side of the work; who leads is no support."""
    found: dict[tuple[str, bool], Mention] = {}
    for role, text in (("lead", written.lead), ("support", written.support), ("leader", written.leader)):
        for name, meant in split_units(showable(text), role):
            found.setdefault((name, role == "leader"), Mention(name, meant, f"--{role}"))
    return tuple(found.values())
