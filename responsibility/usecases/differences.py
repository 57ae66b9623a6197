"""A list against its new version, field by field, in the words people know them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import Organisation
from responsibility.core.deadline import from_record
from responsibility.core.summary import FIELDS, Change, Difference, FieldChange
from responsibility.store import worklists
from responsibility.store.worklists import Compared, ItemDraft
from responsibility.usecases.naming import Namer

#: What an item is laid on: units with their roles, units whose members carry it, leaders it names.
Laid = tuple[Sequence[tuple[str, str]], Sequence[str], Sequence[str]]

_NOTHING: Laid = ((), (), ())


class Names:
    """Codes of units and posts as names."""

    def __init__(self, organisation: Organisation, namer: Namer) -> None:
        self._units = {unit.code: unit.name for unit in (*organisation.units, *namer.created)}
        self._posts = {post.code: post.title for post in organisation.posts}

    def units(self, codes: Iterable[str]) -> str:
        return "、".join(sorted(self._units.get(code, code) for code in codes))

    def posts(self, codes: Iterable[str]) -> str:
        return "、".join(sorted(self._posts.get(code, code) for code in codes))


def differences(
    connection: Connection, list_id: int | None, compared: Compared, names: Names
) -> tuple[Difference, ...]:
    """Every new, changed and removed item; a changed one with each field that differs."""
    known = {row.code: row for row in worklists.known_items(connection, list_id)}
    laid_on = worklists.laid_on(connection, list_id)
    found = [
        Difference(draft.code, draft.title, Change.NEW, _fields({}, _of_draft(draft, names))) for draft in compared.new
    ]
    for draft in compared.changed:
        row = known[draft.code]
        before = said(dict(row._mapping), laid_on.get(row.id, _NOTHING), names)
        found.append(Difference(draft.code, draft.title, Change.CHANGED, _fields(before, _of_draft(draft, names))))
    waiting = worklists.open_assignments(connection, compared.removed)
    found += [
        Difference(code, known[code].title, Change.REMOVED, open=waiting.get(code, 0)) for code in compared.removed
    ]
    return tuple(sorted(found, key=lambda one: one.change is Change.REMOVED))


def _of_draft(draft: ItemDraft, names: Names) -> dict[str, str]:
    return said(draft.columns, (draft.units, draft.members, draft.leaders), names)


def said(columns: Mapping[str, Any], laid: Laid, names: Names) -> dict[str, str]:
    """Every field of `FIELDS` as text."""
    deadline = from_record(columns["deadline"])
    units, members, leaders = laid
    count = columns["target_count"]
    return {
        "title": columns["title"],
        "phrase": columns["phrase"],
        "due_on": str(deadline.due_on or ""),
        "needs_confirmation": "是" if columns["needs_confirmation"] else "",
        "milestones": "；".join(f"{one.due_on} {one.title}" for one in deadline.milestones),
        "lead": names.units(unit for unit, role in units if role == "lead"),
        "support": names.units(unit for unit, role in units if role != "lead"),
        "members": names.units(members),
        "leaders": names.posts(leaders),
        "target": "" if count is None else f"{count}{columns['target_unit']}",
        "category": columns["category_name"],
        "section": columns["section"],
        "content": columns["content"],
        "goal": columns["goal"],
        "responsible": columns["responsible"],
        "urgent": "是" if columns["urgent"] else "",
        "report": columns.get("report_every", ""),
        "note": columns["note"],
    }


def _fields(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.get(name, ""), after[name]) for name in FIELDS if before.get(name, "") != after[name]
    )


def seen(compared: Compared, found: Sequence[Difference]) -> tuple[Compared, tuple[Difference, ...]]:
    """What changed in nothing anybody sees (its reading has other words) is no change, and only stored anew."""
    same = {one.code for one in found if one.change is Change.CHANGED and not one.fields}
    again = replace(
        compared,
        changed=tuple(draft for draft in compared.changed if draft.code not in same),
        refreshed=tuple(draft for draft in compared.changed if draft.code in same),
        unchanged=tuple(sorted({*compared.unchanged, *same})),
        overridden=tuple(code for code in compared.overridden if code not in same),
    )
    return again, tuple(one for one in found if one.code not in same)
