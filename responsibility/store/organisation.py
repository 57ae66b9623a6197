"""The organisation: units, posts, people, who holds what and who oversees whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from responsibility.core.chain import Holding, Organisation, Oversight, Person, Post, Unit
from responsibility.store.rows import holding, ledger, oversight, person, post, unit


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did to one table."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


def load(
    connection: Connection, without_tier: str | None = None, also: Iterable[str] = (), *, people: bool = True
) -> Organisation:
    """A snapshot; `without_tier` leaves out the posts of one tier (of members there may be millions) but for `also`.

    Without `people` it knows which posts are held, and not by whom.
    """
    wanted = ~post.c.retired
    if without_tier is not None:
        wanted &= (post.c.tier != without_tier) | post.c.code.in_(list(also))
    posts = select(post).where(wanted).order_by(post.c.rank)
    # By the posts wanted, not by a walk over everybody's holdings: members' are by far the most.
    holdings = select(holding).where(holding.c.post.in_(select(post.c.code).where(wanted))).order_by(holding.c.id)
    persons = select(*(person.c[field.name] for field in fields(Person)))
    if without_tier is not None:
        persons = persons.where(person.c.code.in_(holdings.with_only_columns(holding.c.person).order_by(None)))
    overseen: dict[str, list[str]] = {}
    for row in connection.execute(select(oversight).order_by(oversight.c.post, oversight.c.unit)):
        overseen.setdefault(row.post, []).append(row.unit)
    u, p, h = unit.c, post.c, holding.c
    units = select(u.code, u.name, u.kind, u.parent).where(~u.retired).order_by(u.rank)
    posts = posts.with_only_columns(p.code, p.unit, p.tier, p.title)
    holdings = holdings.with_only_columns(h.post, h.person, h.from_on, h.until_on)
    return Organisation(
        tuple(Unit(*row) for row in connection.execute(units).all()),
        tuple(Post(*row) for row in connection.execute(posts).all()),
        tuple(Person(*row) for row in connection.execute(persons).all()) if people else (),
        tuple(Holding(*row) for row in connection.execute(holdings).all()),
        tuple(Oversight(code, tuple(codes)) for code, codes in overseen.items()),
    )


def save(connection: Connection, organisation: Organisation) -> dict[str, Changes]:
    """Make the database say what the organisation says; what it no longer names is retired, never deleted.

    Its holdings are all that are kept: those that ended stand in it too.
    """
    units = [_row(u, ("code", "name", "kind", "parent"), at) for at, u in enumerate(organisation.units)]
    posts = [_row(p, ("code", "unit", "tier", "title"), at) for at, p in enumerate(organisation.posts)]
    people = [
        {key: getattr(p, key) for key in ("code", "name", "email", "mobile", "wecom", "dingtalk", "feishu")}
        for p in organisation.people
    ]
    changes = {
        "units": _merge(connection, unit, units),
        "posts": _merge(connection, post, posts),
        "people": _merge(connection, person, people),
    }
    connection.execute(delete(holding))
    _insert(
        connection,
        holding,
        [
            {"post": h.post, "person": h.person, "from_on": h.from_on, "until_on": h.until_on}
            for h in organisation.holdings
        ],
    )
    connection.execute(delete(oversight))
    _insert(connection, oversight, [{"post": o.post, "unit": u} for o in organisation.oversees for u in o.units])
    return changes


def holdings(connection: Connection) -> list[Holding]:
    """Every holding, of retired posts too, those that ended included."""
    h = holding.c
    rows = connection.execute(select(h.post, h.person, h.from_on, h.until_on).order_by(h.id))
    return [Holding(*row) for row in rows]


def effective_days(connection: Connection) -> set[date]:
    """The days on which the files imported so far took effect."""
    values = connection.execute(select(ledger.c["values"]).where(ledger.c.act == "org.import")).scalars()
    return {date.fromisoformat(one["effective"]) for one in values if "effective" in one}


def person_by_code(connection: Connection, code: str) -> Person | None:
    row = connection.execute(select(person).where(person.c.code == code)).first()
    return Person(**row._mapping) if row else None


def people(connection: Connection, codes: Iterable[str]) -> dict[str, Person]:
    """Code → person, for those of the codes that are somebody's."""
    rows = connection.execute(select(person).where(person.c.code.in_(list(codes))))
    return {row.code: Person(**row._mapping) for row in rows}


def codes(connection: Connection) -> set[str]:
    """Every code a unit or post has or ever had: retired ones stay taken."""
    return {code for table in (unit, post) for code in connection.execute(select(table.c.code)).scalars()}


def add_units(connection: Connection, units: Sequence[Unit]) -> None:
    """Append units that a list named and the organisation did not."""
    rank = (connection.scalar(select(func.max(unit.c.rank))) or 0) + 1
    _insert(connection, unit, [_row(u, ("code", "name", "kind", "parent"), rank + at) for at, u in enumerate(units)])


def _row(thing: Any, keys: Iterable[str], rank: int) -> dict[str, Any]:
    return {key: getattr(thing, key) for key in keys} | {"rank": rank, "retired": False}


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def _merge(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> Changes:
    known = {row.code: dict(row._mapping) for row in connection.execute(select(table))}
    fresh = [row for row in rows if row["code"] not in known]
    changed = [row for row in rows if row["code"] in known and dict(row) != known[row["code"]]]
    gone = set(known) - {row["code"] for row in rows}
    _insert(connection, table, fresh)
    for row in changed:
        connection.execute(update(table).where(table.c.code == row["code"]).values(**row))
    if gone and "retired" in table.c:
        gone = {code for code in gone if not known[code]["retired"]}
        connection.execute(update(table).where(table.c.code.in_(gone)).values(retired=True))
    # A row that only moved to another place in the file says the same.
    moved = sum({**row, "rank": 0} == {**known[row["code"]], "rank": 0} for row in changed)
    changes = len(changed) - moved
    return Changes(len(fresh), changes, len(rows) - len(fresh) - changes, len(gone))
