"""What the round trip of 任务台账 keeps: the workspace's seal, and entries about single assignments and sheets."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from responsibility.store.ledger import undone
from responsibility.store.rows import ledger, ledger_ref, meta

#: Keys of `meta`: what tells this workspace from others, and what its sheets are signed with.
_SEAL = ("workspace", "sheet_secret")
#: How many ids one query names.
_SOME = 500


def seal(connection: Connection) -> tuple[str, str] | None:
    """(workspace id, secret); None before the first export."""
    query = select(meta.c.key, meta.c.value).where(meta.c.key.in_(_SEAL))
    known = {row.key: row.value for row in connection.execute(query)}
    return (known[_SEAL[0]], known[_SEAL[1]]) if len(known) == len(_SEAL) else None


def made_seal(connection: Connection) -> tuple[str, str]:
    """The seal, made of random numbers where there is none yet."""
    found = seal(connection)
    if found is None:
        found = secrets.token_hex(8), secrets.token_hex(32)
        rows = [{"key": key, "value": value} for key, value in zip(_SEAL, found, strict=True)]
        connection.execute(insert(meta), rows)
    return found


def last_entries(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Assignment id → the newest entry about it alone; nothing where there is none."""
    r = ledger_ref.c
    found: dict[int, int] = {}
    for some in _parts(ids):
        newest = select(r.assignment_id, func.max(r.seq)).where(r.assignment_id.in_(some)).group_by(r.assignment_id)
        found |= {row[0]: row[1] for row in connection.execute(newest)}
    return found


def reasons(connection: Connection, ids: Sequence[int], until: datetime | None = None) -> dict[int, str]:
    """Assignment id → why it was returned last (up to the instant `until`)."""
    r = ledger_ref.c
    found: dict[int, str] = {}
    for some in _parts(ids):
        returned = (
            select(r.assignment_id, ledger.c["values"])
            .join(ledger, ledger.c.seq == r.seq)
            .where(r.assignment_id.in_(some), ledger.c.act == "return", ledger.c.seq.not_in(undone()))
            .order_by(r.seq)
        )
        if until is not None:
            returned = returned.where(ledger.c.at <= until)
        found |= {row[0]: str(row[1].get("reason", "")) for row in connection.execute(returned)}
    return found


def _parts(keys: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(keys), _SOME):
        yield list(keys[start : start + _SOME])
