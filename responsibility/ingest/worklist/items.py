"""Drafts of items, made whole: numbers, units, deadlines, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from responsibility.core.errors import Problem
from responsibility.ingest.sheets import cell_name, column_name
from responsibility.ingest.units import split_units
from responsibility.ingest.wording import plain
from responsibility.ingest.worklist.counts import is_frequency, is_urgent, target_of
from responsibility.ingest.worklist.heads import leading_deadline
from responsibility.ingest.worklist.names import PERIOD
from responsibility.ingest.worklist.numbering import Numbering, number_items
from responsibility.ingest.worklist.records import ItemRecord, Mention
from responsibility.ingest.worklist.rows import Draft, Reading, Said

_STAR = re.compile(r"^[\s★]*★\s*")
_UNIT_ROLES = ("lead", "support", "leader", "person")


def items_of(reading: Reading) -> tuple[tuple[ItemRecord, ...], list[Problem]]:
    """The items in file order, and the numbers that stand twice."""
    drafts = reading.drafts
    numbering = number_items([draft.number for draft in drafts], _groups(reading))
    texts = reading.header.texts
    items = tuple(_item(draft, texts, numbering, at) for at, draft in enumerate(drafts))
    return items, list(_duplicates(reading, numbering))


def _groups(reading: Reading) -> list[int]:
    """Section index of each item; the category's where there are no section rows."""
    if reading.sections:
        return [draft.group for draft in reading.drafts]
    seen: dict[str, int] = {}
    return [seen.setdefault(plain(_category(draft)), len(seen) + 1) for draft in reading.drafts]


def _duplicates(reading: Reading, numbering: Numbering) -> Iterator[Problem]:
    for at, first in numbering.duplicates.items():
        draft, earlier = reading.drafts[at], reading.drafts[first].cell("number")
        message = f"序号 {draft.number} 在同一部分里重复，前一个在 {earlier}；每项工作的序号要不同"
        yield Problem(reading.sheet.file, reading.sheet.name, draft.cell("number"), draft.number, message)


def _item(draft: Draft, texts: Mapping[int, str], numbering: Numbering, at: int) -> ItemRecord:
    task = draft.text("task")
    target, frequency, kept = _targets(draft, texts)
    phrase, phrase_cell = draft.text("deadline"), draft.cell("deadline")
    if not phrase and frequency:
        phrase, phrase_cell, frequency = frequency.text, cell_name(frequency.row, frequency.col), None
    kept += [frequency] if frequency else []
    title = re.sub(r"\s*[\n\u3000]\s*", "", _STAR.sub("", task))
    milestones = _milestones(draft, texts)
    if not phrase and not milestones:
        phrase, phrase_cell = leading_deadline(title), draft.cell("task")
    return ItemRecord(
        number=numbering.numbers[at],
        code_suffix=numbering.suffixes[at],
        section=draft.section.text if draft.section else "",
        category=_category(draft),
        title=title,
        content=draft.text("content"),
        goal=draft.text("goal"),
        phrase=phrase,
        phrase_cell=phrase_cell,
        milestones=milestones,
        milestones_cell=draft.cell("milestones"),
        mentions=_mentions(draft),
        target_count=target[0] if target else None,
        target_unit=target[1] if target else "",
        material=draft.text("material"),
        points=draft.text("points"),
        note=_note(draft, texts, kept),
        cell=draft.cell("task"),
        urgent=_urgent(draft, task),
        responsible=draft.text("person"),
        report="".join(draft.text("report").split()),
    )


def _category(draft: Draft) -> str:
    """That of its first row, else the outer section's; a row that continues it changes nothing."""
    said = draft.said.get("category")
    written = "".join(said[0].text.split()) if said else ""
    return written or (draft.top.text if draft.top else "")


def _urgent(draft: Draft, task: str) -> bool:
    """Marked in its column, or starred before the task or the number."""
    starred = any(said.text.startswith("★") for said in draft.said.get("number", ()))
    return starred or bool(_STAR.match(task)) or any(is_urgent(said.text) for said in draft.said.get("urgent", ()))


def _milestones(draft: Draft, texts: Mapping[int, str]) -> str:
    """The milestone cells, one a line, each with the period its column or its row's own deadline names."""
    own = {said.row: said.text for said in draft.said.get("deadline", ())}
    said = draft.said.get("milestones", [])
    dated_rows = len({own[each.row] for each in said if each.row in own}) > 1
    return "\n".join(_milestone(each, own.get(each.row, "") if dated_rows else "", texts[each.col]) for each in said)


def _milestone(said: Said, deadline: str, header: str) -> str:
    period = header if PERIOD.fullmatch(plain(header)) else deadline
    return f"{period}：{said.text}" if period and period not in said.text else said.text


def _mentions(draft: Draft) -> tuple[Mention, ...]:
    """Everybody named, once for each side of the work; who leads anywhere is no support elsewhere."""
    found: dict[tuple[str, bool], Mention] = {}
    for column in _UNIT_ROLES:
        for said in draft.said.get(column, ()):
            for name, role in split_units(said.text, column):
                key = (name, column in ("leader", "person"))
                earlier = found.get(key)
                if earlier is None or (role == "lead" and earlier.role == "support"):
                    found[key] = Mention(name, role, cell_name(said.row, said.col))
    return tuple(found.values())


def _note(draft: Draft, texts: Mapping[int, str], kept: list[Said]) -> str:
    """The note as written, then what stands in columns nobody knows or in none that fits, under its column's name."""
    others = dict.fromkeys((said.col, said.text) for said in (*kept, *draft.said.get("unknown", ())))
    named = (f"{texts.get(col) or f'{column_name(col)}列'}：{text}" for col, text in others)
    return "\n".join(filter(None, [draft.text("note"), *named]))


def _targets(draft: Draft, texts: Mapping[int, str]) -> tuple[tuple[int, str] | None, Said | None, list[Said]]:
    """The target count, the frequency, and what else stands in target columns (kept in the note)."""
    target, frequency, kept = None, None, []
    measure = draft.text("measure").split("\n")[0]
    for said in draft.said.get("target", ()):
        count = target_of(said.text, texts[said.col], measure)
        if count and target is None:
            target = count
        elif frequency is None and is_frequency(said.text):
            frequency = said
        else:
            kept.append(said)
    return target, frequency, kept
