"""台账: the append-only record, chained by hash. `record` is the only way state changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, reduce
from itertools import islice
from operator import add
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Select,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    union,
    update,
)

from responsibility.store import blocks, projection
from responsibility.store.engine import queue_up
from responsibility.store.rows import assignment, ledger, ledger_ref, meta, notice

GENESIS = "0" * 64
#: The key in `meta` under which seq and hash of the newest entry are noted.
HEAD = "ledger.head"
#: Entries written at once.
AT_ONCE = 10_000

#: Acts that name lists and items, not single assignments.
_BY_CODE = (
    "calendar.import",
    "document",
    "event.set",
    "item.add",
    "item.cancel",
    "item.edit",
    "item.reassign",
    "list.cancel",
    "list.confirm",
    "list.import",
    "policy.apply",
    "redate",
    "review.follow",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, for whom, what, when, why."""

    at: datetime
    actor: str
    act: str
    codes: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None
    seq: int = 0
    hash: str = ""


def by(connection: Connection, login: str, since: datetime | None = None) -> Connection:
    """The connection, on which every entry keeps who was logged in at the machine, where that is known.

    No entry is dated before `since`, when the last act was done: the clock of another machine may be a little ahead.
    """
    return connection.execution_options(login=login, since=since)


def time_of(connection: Connection, now: datetime) -> datetime:
    """The time of what is done now on this connection: `now`, or the last act's where that is later."""
    since: datetime | None = connection.get_execution_options().get("since")
    return now if since is None or since <= now else since


def record(connection: Connection, entry: Entry, refs: Iterable[int] = ()) -> int:
    """Append `entry` and bring the state columns up to it; returns its seq.

    `refs` are the ids of single assignments it is about, so that `zeren log CODE` finds it.
    """
    return record_all(connection, [(entry, refs)])


def record_together(connection: Connection, entry: Entry) -> int:
    """The same for an act of which the state does not need the number, in a transaction that writes TOGETHER.

    The state is brought up first: the end of the ledger, for which others wait, is held for a moment only.
    """
    projection.apply(connection, 0, entry.at, entry.act, entry.codes, entry.values)
    queue_up(connection)
    return _append(connection, [(entry, ())])


def record_all(connection: Connection, acts: Iterable[tuple[Entry, Iterable[int]]]) -> int:
    """Append many entries in order, each with its `refs` as `record` takes them; returns the seq of the newest one.

    They are written so many at a time: none may depend on what an earlier one of them does to the state.
    """
    newest, rest = 0, iter(acts)
    while some := list(islice(rest, AT_ONCE)):
        newest = _append(connection, some)
        for seq, (entry, _) in enumerate(some, newest - len(some) + 1):
            at = time_of(connection, entry.at)
            projection.apply(connection, seq, at, entry.act, entry.codes, entry.values)
    return newest or last(connection)[0]


def _append(connection: Connection, acts: Sequence[tuple[Entry, Iterable[int]]]) -> int:
    """Write entries after the newest one; the number of the last of them."""
    newest, previous = last(connection)
    login = connection.get_execution_options().get("login")
    rows: list[dict[str, Any]] = []
    references: list[dict[str, int]] = []
    for seq, (entry, refs) in enumerate(acts, newest + 1):
        row = _row(entry, seq, previous, login, time_of(connection, entry.at))
        previous = row["hash"] = digest_of(row)
        rows.append(row)
        references += [{"seq": seq, "assignment_id": ref} for ref in dict.fromkeys(refs)]
    connection.execute(insert(ledger), rows)
    if references:
        connection.execute(insert(ledger_ref), references)
    _note_head(connection, newest + len(rows), previous)
    return newest + len(rows)


def _row(entry: Entry, seq: int, previous: str, login: str | None, at: datetime) -> dict[str, Any]:
    """An entry as it is written, but for its hash."""
    return {
        "seq": seq,
        "at": at.astimezone(UTC),
        "actor": entry.actor,
        "on_behalf_of": entry.on_behalf_of,
        "act": entry.act,
        "codes": list(entry.codes),
        "values": {**entry.values, **({"login": login} if login else {})},
        "prev_hash": previous,
    }


def _note_head(connection: Connection, seq: int, digest: str) -> None:
    """Note the newest entry beside the ledger, so that the removal of the newest ones is found too."""
    written = {"value": f"{seq} {digest}"}
    if not connection.execute(update(meta).where(meta.c.key == HEAD).values(written)).rowcount:
        connection.execute(insert(meta).values(key=HEAD, **written))


def last(connection: Connection) -> tuple[int, str]:
    """Seq and hash of the newest entry; (0, zeros) in a new workspace."""
    row = connection.execute(select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def first_hash(connection: Connection) -> str:
    """The hash of the first entry: no two workspaces have the same."""
    return connection.scalar(select(ledger.c.hash).order_by(ledger.c.seq).limit(1)) or ""


def last_act_at(connection: Connection) -> datetime | None:
    """When an assignment or a clock was last acted on; setting up and importing move no clock and do not count."""
    acts = select(ledger.c.at).where(ledger.c.act.in_(projection.ACTS))
    found: datetime | None = connection.scalar(acts.order_by(ledger.c.seq.desc()).limit(1))
    return found


#: The text an entry is hashed as; made once, since a million of them may have to be proved.
_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest_of(row: Mapping[str, Any]) -> str:
    """The hash of an entry over all its fields and the hash before it."""
    fields = {
        "seq": row["seq"],
        "at": row["at"].astimezone(UTC).isoformat(),
        "actor": row["actor"],
        "on_behalf_of": row["on_behalf_of"],
        "act": row["act"],
        "codes": row["codes"],
        "values": row["values"],
        "prev_hash": row["prev_hash"],
    }
    return hashlib.sha256(_written(fields).encode()).hexdigest()


def digest_rows(rows: Iterable[Sequence[Any]]) -> str:
    """A digest over rows a set-based act wrote, in the order given."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update("\x1f".join(map(str, row)).encode())
        sha.update(b"\x1e")
    return sha.hexdigest()


def entries(connection: Connection, until: datetime | None = None) -> Iterator[Entry]:
    """Every entry in order, up to the last one at or before the instant `until`.

    What was entered before that one under a clock that was ahead had happened by then, whatever it says.
    """
    query = select(ledger).order_by(ledger.c.seq)
    if until is not None:
        newest = select(func.max(ledger.c.seq)).where(ledger.c.at <= until).scalar_subquery()
        query = query.where(ledger.c.seq <= newest)
    for row in connection.execute(query):
        yield entry_of(row)


def entries_of(connection: Connection, act: str, after: int = 0) -> Iterator[Entry]:
    """Every entry of an act with a seq above `after`, oldest first."""
    query = select(ledger).where(ledger.c.seq > after, ledger.c.act == act).order_by(ledger.c.seq)
    for row in connection.execute(query):
        yield entry_of(row)


def undone() -> Select[tuple[int]]:
    """The seqs of the entries that were undone, as a subquery."""
    return select(ledger.c["values"]["of"].as_integer()).where(ledger.c.act == "undo")


def by_actor(connection: Connection, actor: str) -> Iterator[Entry]:
    """What a post did, newest first."""
    query = select(ledger).where(ledger.c.actor == actor).order_by(ledger.c.seq.desc()).limit(50)
    seq = last(connection)[0] + 1
    while rows := connection.execute(query.where(ledger.c.seq < seq)).all():
        yield from map(entry_of, rows)
        seq = rows[-1].seq


def entry_of(row: Any) -> Entry:
    """A ledger row as an entry."""
    return Entry(row.at, row.actor, row.act, row.codes, row._mapping["values"], row.on_behalf_of, row.seq, row.hash)


def entries_about(connection: Connection, assignment_ids: Sequence[int], codes: Sequence[str]) -> list[Entry]:
    """Entries that touched any of the assignments, or name one of the codes, oldest first."""
    ids = list(assignment_ids)
    found = union(
        select(ledger_ref.c.seq).where(ledger_ref.c.assignment_id.in_(ids)),
        select(assignment.c.issued_seq).where(assignment.c.id.in_(ids), assignment.c.issued_seq.is_not(None)),
        select(notice.c.seq).where(notice.c.assignment_id.in_(ids)),
    )
    seqs = set(connection.execute(found).scalars())
    rows = connection.execute(select(ledger).where(ledger.c.seq.in_(seqs)).order_by(ledger.c.seq)).all()
    about = {row.seq: entry_of(row) for row in rows}
    for row in connection.execute(select(ledger).where(ledger.c.act.in_(_BY_CODE))):
        if set(row.codes) & set(codes) or blocks.hold(row._mapping["values"].get("cancelled", ()), ids):
            about[row.seq] = entry_of(row)
    return [about[seq] for seq in sorted(about)]


def broken(connection: Connection) -> list[tuple[int, str]]:
    """(seq, what is wrong) for every entry that is not what was written; empty when the ledger holds."""
    faults: list[tuple[int, str]] = []
    previous, expected = GENESIS, 1
    query = select(ledger).order_by(ledger.c.seq)
    for some in connection.execute(query, execution_options={"yield_per": 1000}).partitions():
        for row in some:
            seq, fields = row.seq, dict(zip(ledger.c.keys(), row, strict=True))
            if seq != expected:
                faults.append((seq, f"序号不连续：应为 {expected}"))
            if fields["prev_hash"] != previous:
                faults.append((seq, "与上一条的链接断开"))
            if digest_of(fields) != fields["hash"]:
                faults.append((seq, "内容与哈希不符"))
            elif (fault := _rows_fault(connection, seq, fields["act"], fields["values"])) is not None:
                faults.append((seq, fault))
            previous, expected = fields["hash"], seq + 1
    return [*faults, *_head_faults(connection, expected - 1, previous)]


#: The triggers that keep the ledger from being changed, by database.
_GUARDS = {
    "sqlite": [f"{table}_no_{act}" for table in ("ledger", "ledger_ref") for act in ("update", "delete", "replace")],
    "postgresql": ["ledger_append_only", "ledger_ref_append_only"],
}


def unguarded(connection: Connection) -> list[str]:
    """The names of triggers that are not there any more."""
    name = connection.dialect.name
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    found = connection.exec_driver_sql(query if name == "sqlite" else "SELECT tgname FROM pg_trigger")
    there = set(found.scalars())
    return [guard for guard in _GUARDS[name] if guard not in there]


def _head_faults(connection: Connection, newest: int, digest: str) -> list[tuple[int, str]]:
    """Whether the newest entry is the one that was noted as such."""
    head = connection.scalar(select(meta.c.value).where(meta.c.key == HEAD))
    noted, _, hash_ = (head or f"0 {GENESIS}").partition(" ")
    if int(noted) > newest:
        return [(newest + 1, f"从这一条起到第 {noted} 条被删去")]
    return [] if hash_ == digest else [(newest, "不是记下的最新一条")]


def _rows_fault(connection: Connection, seq: int, act: str, values: Mapping[str, Any]) -> str | None:
    if act == "issue" and digest_issued(connection, values["first"], values["last"]) != values["digest"]:
        return "交办的任务与留痕摘要不符"
    if act in ("sweep", "urge") and "of" not in values and values["digest"] != digest_notices(connection, seq):
        return "发出的提醒与留痕摘要不符"
    if act == "sweep" and "of" in values and not _shards_hold(connection, values["of"], seq):
        return "发出的提醒与留痕摘要不符"
    if "cancelled" in values and values["digest"] != digest_blocks(connection, values["cancelled"]):
        return "撤销的任务与留痕摘要不符"
    return None


def digest_blocks(connection: Connection, cancelled: Sequence[Sequence[int]]) -> str:
    """The proof of a cancellation: a digest over what was taken back from whom."""
    if not cancelled:
        return digest_rows([])
    a = assignment.c
    query = select(a.id, a.code, a.role, a.laid_due_on).where(a.id.between(cancelled[0][0], cancelled[-1][1]))
    return digest_rows(blocks.within(cancelled, connection.execute(query.order_by(a.id))))


def digest_issued(connection: Connection, first: int, last: int) -> str:
    """The proof of an issue: a digest over what was laid on whom."""
    a = assignment.c
    return _digest(connection, (a.id, a.code, a.role, a.laid_due_on), a.id, first, last)


def digest_notices(connection: Connection, seq: int) -> str:
    """The proof of a sweep: a digest over the notices it wrote, which stand in one block."""
    n = notice.c
    first, last = connection.execute(select(func.min(n.id), func.max(n.id)).where(n.seq == seq)).one()
    return _digest(connection, _NOTICE, n.id, first, last) if last else digest_rows([])


def digest_some(connection: Connection, which: ColumnElement[bool]) -> str:
    """The proof of one shard of a round: a digest over the notices for which `which` holds."""
    return _digest_where(connection, _NOTICE, notice.c.id, which)


#: What a notice says, for its proof.
_NOTICE = tuple(notice.c[name] for name in ("assignment_id", "clock", "arming", "rung", "recipient", "nth", "skipped"))


def _shards_hold(connection: Connection, of: int, closed: int) -> bool:
    """Whether the notices of a round are those its shards recorded."""
    c = ledger.c
    query = select(c["values"]).where(c.act == "sweep.shard", c.seq.between(of, closed))
    shards = [values for values in connection.execute(query).scalars() if values["of"] == of]
    found = [hashlib.sha256() for _ in shards]
    whose = {unit: at for at, values in enumerate(shards) for unit in values["units"]}
    rows = select(assignment.c.unit, _written_out(_NOTICE)).join(assignment, assignment.c.id == notice.c.assignment_id)
    rows = rows.where(notice.c.seq == of).order_by(notice.c.id)
    for unit, line in connection.execute(rows, execution_options={"yield_per": 10_000}):
        if unit not in whose:
            return False
        found[whose[unit]].update(line.encode())
    return all(sha.hexdigest() == values["digest"] for sha, values in zip(found, shards, strict=True))


def _digest(connection: Connection, columns: tuple[Any, ...], id_: Any, first: int, last: int) -> str:
    """`digest_rows` over a block of ids."""
    return _digest_where(connection, columns, id_, id_.between(first, last))


def _digest_where(connection: Connection, columns: tuple[Any, ...], id_: Any, which: Any) -> str:
    """`digest_rows` in the order of ids over rows that the database itself writes out."""
    query = select(_written_out(columns)).where(which).order_by(id_)
    lines = connection.execute(query, execution_options={"yield_per": 10_000}).scalars()
    sha = hashlib.sha256()
    for some in lines.partitions():
        sha.update("".join(some).encode())
    return sha.hexdigest()


@cache
def _written_out(columns: tuple[Any, ...]) -> Any:
    """A row as `digest_rows` reads it."""
    fields = [part for column in columns for part in (_text(column), literal("\x1f"))]
    return reduce(add, fields[:-1]) + "\x1e"


def _text(column: Any) -> Any:
    """A column as `str` writes its values."""
    if isinstance(column.type, Boolean):
        return case((column, literal("True")), else_="False")
    return func.coalesce(cast(column, String), "None")
