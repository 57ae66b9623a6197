"""Several periods in one cell: 5月、10月, or one `3月：启动` a line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from dateutil.relativedelta import relativedelta

from responsibility.core.deadline.clauses import Clause
from responsibility.core.deadline.periods import Anchor, Span, complete, place, stretch
from responsibility.core.deadline.types import Deadline, Kind, Milestone, Reading
from responsibility.core.deadline.wording import BULLET, SOFT, normalise, trim, trim_head

#: A comma parts two lines only where a date and a colon follow.
_LINE = re.compile(
    r"[\n\r；;]+|[，,。](?=\s*[0-9０-９一二三四五六七八九十上下今明本年第全][^，,。；;\n：:]{0,20}[：:])"
)
_STARTS_WITH_A_DATE = re.compile(
    r"[从自]?(?:[0-9]{1,4}[年月]|[0-9]{1,2}(?:[-、至到]|[日号]前?:)|前?第?[0-9]季|[上下]半年|[今本明]年|本月|下月"
    r"|年[底终末内]|全年|月底|每.{1,8}:)"
)
_MENTIONS_A_DATE = re.compile(r"[0-9]月|[0-9]季度|[上下]半年|[年月]底")


#: After these a month is hardly next year's: 年底前，11月.
_COARSE = re.compile("年[底终末内]|全年|半年|季度")


def of_spans(phrase: str, pieces: list[str], issued_on: date) -> Deadline | None:
    """Milestones named only by their dates; None where a piece is none."""
    titles = complete(pieces)
    spans = place(titles, issued_on)
    if any(span is None for span in spans) or (_COARSE.search(phrase) and _slips(titles, spans)):
        return None
    return _deadline(phrase, list(zip(titles, spans, strict=True)), issued_on)


def lines_of(text: str, issued_on: date) -> Deadline | None:
    """A milestone cell; None where no line carries a date. Raises ValueError for a day no calendar has."""
    entries = _entries(text, issued_on)
    if not entries:
        return None
    whens = [normalise(when) for when, _ in entries]
    titles = [title or when for when, title in entries]
    found = _deadline(text, list(zip(titles, place([trim(when) for when in whens], issued_on), strict=True)), issued_on)
    soft = found.due_on is not None and any(SOFT.search(when) for when in whens)
    return replace(found, soft=True) if soft else found


def of_clauses(phrase: str, clauses: list[Clause], issued_on: date) -> Deadline | None:
    """Milestones of a sentence, each with what is done by it; None where a date is none, or their order is strange.

    Prose does not slip into the next year unsaid, as a list may. What 其中 names lies before the end of all of it.
    """
    steps = [clause for clause in clauses if not clause.within]
    spans = place([trim(step.when) for step in steps], issued_on)
    last = max((span.last for span in spans if span), default=issued_on)
    within = [clause for clause in clauses if clause.within]
    inner = [stretch(trim(clause.when), Anchor(issued_on, issued_on)) for clause in within]
    if (
        None in spans
        or any(span is None or span.last > last for span in inner)
        or _slips([step.when for step in steps], spans)
    ):
        return None
    found = [(clause.title, span) for clause, span in zip(steps + within, spans + inner, strict=True)]
    return _deadline(phrase, sorted(found, key=lambda each: each[1].last if each[1] else last), issued_on)


def _slips(steps: list[str], spans: list[Span | None]) -> bool:
    """Whether a step without a year landed in a later year than the one before it."""
    years = [span.last.year if span else 0 for span in spans]
    return any(
        after > before and not re.search("[0-9]{4}年|[明次后]年", step)
        for before, after, step in zip(years, years[1:], steps[1:], strict=False)
    )


def mentions_a_date(text: str) -> bool:
    """Whether a cell without milestones still speaks of a month somewhere, so that it must not be passed over."""
    return bool(_MENTIONS_A_DATE.search(normalise(text)))


def _entries(text: str, issued_on: date) -> list[tuple[str, str]]:
    """Date and title of each milestone; a line without a date continues the title above, a first one heads the cell."""
    entries: list[tuple[str, str]] = []
    for line in filter(None, (BULLET.sub("", line).strip() for line in _LINE.split(text))):
        if _STARTS_WITH_A_DATE.match(trim_head(normalise(line))):
            entries.append(_cut(line, issued_on))
        elif entries:
            when, title = entries[-1]
            entries[-1] = when, f"{title}；{line}" if title else line
    return entries


def _cut(line: str, issued_on: date) -> tuple[str, str]:
    """A line at the colon that ends its date (9:00 has one too); a line without one is all date, or unreadable."""
    for colon in re.finditer("[：:]", line):
        when, title = line[: colon.start()], line[colon.end() :].strip()
        if stretch(trim(normalise(when)), Anchor(issued_on, issued_on)):
            return when, title
    return line, ""


def _deadline(phrase: str, found: list[tuple[str, Span | None]], issued_on: date) -> Deadline:
    spans = [span for _, span in found if span]
    milestones = tuple(Milestone(title, span.last) for title, span in found if span)
    starts_on = spans[0].first if spans and spans[0].kind is Kind.RANGE else None
    due_on = max((span.last for span in spans), default=None)
    if doubt := _doubt(found, issued_on):
        readings = _readings(spans, issued_on)
        return Deadline(
            phrase, Kind.MILESTONES, doubt, milestones=milestones, needs_confirmation=True, readings=readings
        )
    last = max(spans, key=lambda span: span.last)
    because = f"共{len(milestones)}个节点，最后一个到{due_on}截止"
    return Deadline(phrase, Kind.MILESTONES, because, starts_on, due_on, last.at, milestones)


def _doubt(found: list[tuple[str, Span | None]], issued_on: date) -> str:
    """Why these milestones have to be confirmed; empty where they need not."""
    for title, span in found:
        if span is None:
            return f"节点“{title}”的日期读不出来，请确认"
        if span.doubt:
            return f"节点“{title}”：{span.doubt}，请确认"
        if span.last < issued_on:
            return f"节点“{title}”（{span.last}）早于交办之日{issued_on}，请确认年份"
    return ""


def _readings(spans: list[Span], issued_on: date) -> tuple[Reading, ...]:
    """The milestones as read; a year later too where one of them is over at issue."""
    if not spans:
        return ()
    due_on = max(span.last for span in spans)
    this_year = Reading(None, due_on, f"按读出的节点，最后一个到{due_on}")
    if all(span.last >= issued_on for span in spans):
        return (this_year,)
    next_year = due_on + relativedelta(years=1)
    return this_year, Reading(None, next_year, f"推后一年，最后一个到{next_year}")
