"""Key-work lists and their items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, bindparam, case, delete, func, insert, select, update

from responsibility.store.rows import assignment, event, item, item_leader, item_members, item_unit, work_list

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item ready to be stored: its columns and what it is laid on."""

    columns: Mapping[str, Any]
    #: (unit code, lead or support)
    units: tuple[tuple[str, str], ...]
    #: Units all of whose members carry the item.
    members: tuple[str, ...]
    #: Posts of leaders the item names.
    leaders: tuple[str, ...]

    @property
    def code(self) -> str:
        return str(self.columns["code"])

    @property
    def title(self) -> str:
        return str(self.columns["title"])


@dataclass(frozen=True, slots=True)
class Compared:
    """A new version of a list against the stored one, by item code."""

    new: tuple[ItemDraft, ...]
    changed: tuple[ItemDraft, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    #: Among the changed: those the office had changed by hand, or added.
    overridden: tuple[str, ...] = ()
    #: Code → title of an item the office added under a number that the file gives to other work.
    taken: Mapping[str, str] = field(default_factory=dict)
    #: Changed in nothing a person would see: stored anew, counted as unchanged.
    refreshed: tuple[ItemDraft, ...] = ()
    #: Taken back by the office and still listed as before.
    withdrawn: tuple[str, ...] = ()
    #: Code → its place in the file, where that is another one.
    ranks: Mapping[str, int] = field(default_factory=dict)


#: The origin of an item the office added.
HAND = "hand"


def find_list(connection: Connection, title: str, file: str) -> Row[Any] | None:
    """The list this file is a new version of: the same title, or without one the same file name."""
    same = work_list.c.title == title
    return connection.execute(select(work_list).where(same, ~work_list.c.cancelled).limit(1)).first()


def list_by_code(connection: Connection, code: str) -> Row[Any] | None:
    return connection.execute(select(work_list).where(work_list.c.code == code)).first()


def next_code(connection: Connection) -> str:
    """L1, L2, …"""
    return f"L{(connection.scalar(select(func.count()).select_from(work_list)) or 0) + 1}"


def lists(connection: Connection) -> list[Row[Any]]:
    """Every list with how many live items it has, how many are questions and how many have assignments."""
    live = ~item.c.removed
    laid = select(assignment.c.item_id).where(assignment.c.item_id == item.c.id).exists()
    query = (
        select(
            work_list,
            func.count(item.c.id).filter(live).label("items"),
            func.count(item.c.id).filter(live, item.c.needs_confirmation).label("questions"),
            func.count(item.c.id).filter(live, laid).label("assigned"),
        )
        .outerjoin(item, item.c.list_id == work_list.c.id)
        .group_by(work_list.c.id)
        .order_by(work_list.c.id)
    )
    return list(connection.execute(query))


def compare(connection: Connection, list_id: int | None, drafts: Sequence[ItemDraft]) -> Compared:
    """What storing `drafts` would change.

    What the office edited or took back stays so until the row of the file is written differently; then the file holds.
    What it added is not of the file, and is missed in none.
    """
    known = {row.code: row for row in known_items(connection, list_id) if not row.removed or row.edited}
    changed = [d for d in drafts if d.code in known and _differs(known[d.code], d)]
    by_hand = {code: row.title for code, row in known.items() if row.origin == HAND}
    listed = {d.code for d in drafts}
    live = {code for code, row in known.items() if not row.removed}
    return Compared(
        new=tuple(d for d in drafts if d.code not in known),
        changed=tuple(changed),
        unchanged=tuple(sorted({d.code for d in drafts if d.code in known} - {d.code for d in changed})),
        removed=tuple(sorted(live - listed - set(by_hand))),
        overridden=tuple(d.code for d in changed if known[d.code].edited or d.code in by_hand),
        taken={d.code: by_hand[d.code] for d in drafts if by_hand.get(d.code, d.title) != d.title},
        withdrawn=tuple(sorted(listed & (set(known) - live) - {d.code for d in changed})),
        ranks={
            d.code: d.columns["rank"] for d in drafts if d.code in known and known[d.code].rank != d.columns["rank"]
        },
    )


def known_items(connection: Connection, list_id: int | None) -> list[Row[Any]]:
    """Every item the list has or had, with whether anything of it was ever laid, in file order."""
    laid = select(assignment.c.id).where(assignment.c.item_id == item.c.id).exists().label("laid")
    return list(connection.execute(select(item, laid).where(item.c.list_id == list_id).order_by(item.c.rank)))


def laid_on(
    connection: Connection, list_id: int | None
) -> dict[int, tuple[list[tuple[str, str]], list[str], list[str]]]:
    """Item id → (units with their roles, units whose members carry it, leaders it names), for a whole list."""
    ids = select(item.c.id).where(item.c.list_id == list_id).scalar_subquery()
    found: dict[int, tuple[list[tuple[str, str]], list[str], list[str]]] = {}
    for row in connection.execute(select(item_unit).where(item_unit.c.item_id.in_(ids))):
        found.setdefault(row.item_id, ([], [], []))[0].append((row.unit, row.role))
    for row in connection.execute(select(item_members).where(item_members.c.item_id.in_(ids))):
        found.setdefault(row.item_id, ([], [], []))[1].append(row.unit)
    for row in connection.execute(select(item_leader).where(item_leader.c.item_id.in_(ids), ~item_leader.c.excused)):
        found.setdefault(row.item_id, ([], [], []))[2].append(row.post)
    return found


def open_assignments(connection: Connection, codes: Sequence[str]) -> dict[str, int]:
    """Item code → how many of its assignments are neither closed nor cancelled."""
    a = assignment.c
    open_ = a.state.not_in(("draft", "closed", "cancelled"))
    query = select(item.c.code, func.count()).join(item, item.c.id == a.item_id).where(open_).group_by(item.c.code)
    return {
        row[0]: row[1] for batch in _batches(codes) for row in connection.execute(query.where(item.c.code.in_(batch)))
    }


def _differs(known: Row[Any], draft: ItemDraft) -> bool:
    if known.edited:
        return bool(known.written != draft.columns["written"])
    return bool(known.fingerprint != draft.columns["fingerprint"])


def save_list(connection: Connection, code: str, title: str, file: str, issued_on: date, now: datetime) -> int:
    """Insert the list, or raise its version; returns its id."""
    row = list_by_code(connection, code)
    if row is None:
        values = {"code": code, "title": title, "file": file, "issued_on": issued_on, "imported_at": now}
        result = connection.execute(insert(work_list).values(**values, version=1, cancelled=False))
        return int(result.inserted_primary_key[0])  # type: ignore[index]
    connection.execute(
        update(work_list)
        .where(work_list.c.id == row.id)
        .values(file=file, issued_on=issued_on, imported_at=now, version=row.version + 1)
    )
    return int(row.id)


def save_items(connection: Connection, list_id: int, compared: Compared, origin: str = "file") -> None:
    """Write new and changed items with what they are laid on; removed ones are marked, their assignments stay."""
    for draft in (*compared.changed, *compared.refreshed):
        _overwrite(connection, draft)
    for batch in _batches(compared.removed):
        connection.execute(update(item).where(item.c.code.in_(batch)).values(removed=True, edited=False))
    if compared.ranks:
        place = update(item).where(item.c.code == bindparam("b_code")).values(rank=bindparam("b_rank"))
        connection.execute(place, [{"b_code": code, "b_rank": rank} for code, rank in compared.ranks.items()])
    back = {
        row.code for row in connection.execute(select(item.c.code).where(item.c.list_id == list_id, item.c.removed))
    }
    fresh = [draft for draft in compared.new if draft.code not in back]
    for draft in compared.new:
        if draft.code in back:
            _overwrite(connection, draft)
    if fresh:
        own = {"list_id": list_id, "removed": False, "origin": origin, "edited": False}
        connection.execute(insert(item), [{**d.columns, **own} for d in fresh])
    _lay_out(connection, list_id, [*compared.new, *compared.changed, *compared.refreshed])


def _overwrite(connection: Connection, draft: ItemDraft) -> None:
    """What the file says now takes the place of what was known, by hand or not."""
    own = {"removed": False, "origin": "file", "edited": False}
    connection.execute(update(item).where(item.c.code == draft.code).values(**draft.columns, **own))


def _lay_out(connection: Connection, list_id: int, drafts: Sequence[ItemDraft]) -> None:
    ids = {
        row.code: row.id for row in connection.execute(select(item.c.code, item.c.id).where(item.c.list_id == list_id))
    }
    links: tuple[tuple[Table, list[dict[str, Any]]], ...] = (
        (item_unit, [{"item_id": ids[d.code], "unit": u, "role": r} for d in drafts for u, r in d.units]),
        (item_members, [{"item_id": ids[d.code], "unit": u} for d in drafts for u in d.members]),
        (item_leader, [{"item_id": ids[d.code], "post": p, "excused": False} for d in drafts for p in d.leaders]),
    )
    for table, rows in links:
        for batch in _batches([ids[d.code] for d in drafts]):
            connection.execute(delete(table).where(table.c.item_id.in_(batch)))
        if rows:
            connection.execute(insert(table), rows)


def _batches(ids: Sequence[_T], size: int = 500) -> Iterable[Sequence[_T]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))


def items(
    connection: Connection, list_id: int | None = None, code: str | None = None, *, withdrawn: bool = False
) -> list[Row[Any]]:
    """Live items with their list's code and issue date, in file order; of cancelled lists only where asked."""
    query = (
        select(item, work_list.c.code.label("list_code"), work_list.c.issued_on)
        .join(work_list, work_list.c.id == item.c.list_id)
        .where(~item.c.removed)
        .order_by(item.c.list_id, item.c.rank)
    )
    if not withdrawn:
        query = query.where(~work_list.c.cancelled)
    if list_id is not None:
        query = query.where(item.c.list_id == list_id)
    if code is not None:
        query = query.where(item.c.code == code)
    return list(connection.execute(query))


def confirm(connection: Connection, item_id: int, deadline: Mapping[str, Any], phrase: str) -> None:
    """Replace the reading of an item's deadline by the one the office confirmed."""
    connection.execute(
        update(item)
        .where(item.c.id == item_id)
        .values(deadline=dict(deadline), phrase=phrase, needs_confirmation=False, edited=True)
    )


def rebind(connection: Connection, item_id: int, deadline: Mapping[str, Any], needs_confirmation: bool) -> None:
    """Write an item's deadline computed anew, from what it is bound to; that is no edit of the item."""
    values = {"deadline": dict(deadline), "needs_confirmation": needs_confirmation}
    connection.execute(update(item).where(item.c.id == item_id).values(**values))


def events(connection: Connection) -> dict[str, tuple[str, date]]:
    """Key → name and day of every event that was set."""
    return {row.key: (row.name, row.held_on) for row in connection.execute(select(event).order_by(event.c.held_on))}


def event_days(connection: Connection) -> dict[str, date]:
    """Key → day of every event that was set."""
    return {key: day for key, (_, day) in events(connection).items()}


def edit(connection: Connection, item_id: int, columns: Mapping[str, Any]) -> None:
    """Change columns of an item by hand."""
    connection.execute(update(item).where(item.c.id == item_id).values(**columns, edited=True))


def withdraw(connection: Connection, item_id: int) -> None:
    """Take an item back: it is listed no longer, and a file that still lists it as before does not bring it back."""
    by_hand = case((item.c.removed, item.c.edited), else_=True)
    connection.execute(update(item).where(item.c.id == item_id).values(removed=True, edited=by_hand))


def any_item(connection: Connection, code: str) -> Row[Any] | None:
    """The item with this code, whether still listed or not, with whether its list was cancelled."""
    cancelled = work_list.c.cancelled.label("list_cancelled")
    query = select(item, work_list.c.code.label("list_code"), cancelled).join(
        work_list, work_list.c.id == item.c.list_id
    )
    return connection.execute(query.where(item.c.code == code)).first()


def cancel_list(connection: Connection, list_id: int) -> None:
    """Mark a list cancelled: no later file is a new version of it."""
    connection.execute(update(work_list).where(work_list.c.id == list_id).values(cancelled=True))


def places(connection: Connection, list_id: int) -> list[tuple[str, int]]:
    """(code, rank) of every item the list ever had."""
    query = select(item.c.code, item.c.rank).where(item.c.list_id == list_id).order_by(item.c.rank)
    return [(row.code, row.rank) for row in connection.execute(query)]


def units_of_item(connection: Connection, item_id: int) -> dict[str, str]:
    """Unit → lead or support."""
    query = select(item_unit).where(item_unit.c.item_id == item_id).order_by(item_unit.c.role, item_unit.c.unit)
    return {row.unit: row.role for row in connection.execute(query)}


def members_of_item(connection: Connection, item_id: int) -> set[str]:
    """The units whose members carry the item."""
    query = select(item_members.c.unit).where(item_members.c.item_id == item_id)
    return set(connection.execute(query).scalars())


def leaders_of_item(connection: Connection, item_id: int) -> tuple[set[str], set[str]]:
    """The leaders' posts the item names, and those excused from it."""
    rows = connection.execute(select(item_leader).where(item_leader.c.item_id == item_id)).all()
    return {row.post for row in rows if not row.excused}, {row.post for row in rows if row.excused}


def set_units(connection: Connection, item_id: int, units: Mapping[str, str], members: Iterable[str]) -> None:
    """Say anew which units an item is laid on, and whose members carry it."""
    for table in (item_unit, item_members):
        connection.execute(delete(table).where(table.c.item_id == item_id))
    if units:
        rows = [{"item_id": item_id, "unit": unit, "role": role} for unit, role in units.items()]
        connection.execute(insert(item_unit), rows)
    carried = [{"item_id": item_id, "unit": unit} for unit in sorted(members)]
    if carried:
        connection.execute(insert(item_members), carried)
    edit(connection, item_id, {})


def set_leaders(connection: Connection, item_id: int, named: Iterable[str], excused: Iterable[str]) -> None:
    """Say anew which leaders an item names, and who is excused from it."""
    connection.execute(delete(item_leader).where(item_leader.c.item_id == item_id))
    rows = [{"item_id": item_id, "post": post, "excused": False} for post in sorted(named)]
    rows += [{"item_id": item_id, "post": post, "excused": True} for post in sorted(excused)]
    connection.execute(insert(item_leader), rows)
    edit(connection, item_id, {"names_leaders": True})


def codes_of_lists(connection: Connection, *, live: bool = False) -> list[str]:
    """The codes of all lists (or those not cancelled), oldest first."""
    query = select(work_list.c.code).order_by(work_list.c.id)
    return list(connection.execute(query.where(~work_list.c.cancelled) if live else query).scalars())


def codes_of_items(connection: Connection) -> list[str]:
    """The codes of all items, those of cancelled lists included."""
    return list(connection.execute(select(item.c.code).order_by(item.c.id)).scalars())


def leaders_named(connection: Connection) -> dict[int, list[str]]:
    """Item id → the leaders' posts it names."""
    named: dict[int, list[str]] = {}
    for row in connection.execute(
        select(item_leader).where(~item_leader.c.excused).order_by(item_leader.c.item_id, item_leader.c.post)
    ):
        named.setdefault(row.item_id, []).append(row.post)
    return named
