"""撤回: the last act of a post is put back by an entry that says so; what was written stays written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import State, instead
from responsibility.core.chain import Organisation
from responsibility.core.errors import LedgerBroken, ResponsibilityError
from responsibility.core.escalation import Rollup
from responsibility.core.undo import INSTEAD, SILENT, UNDOABLE, Image, Key, Undone, restarts, reversal, stands
from responsibility.store import assignments, laying, ledger
from responsibility.store.bench import acts_since, bench, entries_moving, replay
from responsibility.store.images import read_images, written
from responsibility.store.ledger import Entry
from responsibility.usecases.lights import Lamp
from responsibility.usecases.rights import acting, actor_of, organisation_for
from responsibility.usecases.rollup import parents_to_close, parents_to_reopen
from responsibility.usecases.workspace import ENGINE, Workspace

#: What people know of an assignment beside its state.
_SHOWN = ("due_on", "percent", "counted", "milestones_done")

#: Rows to put back: their old columns, or None where there was no row.
Back = Mapping[Key, Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class _Case:
    """An act to undo, with the assignment it was about."""

    connection: Connection
    workspace: Workspace
    organisation: Organisation
    entry: Entry
    row: Any


@dataclass(frozen=True, slots=True)
class _Past:
    """The assignment and those above it, by id: before the act, after it, and now."""

    before: Mapping[int, Image]
    after: Mapping[int, Image]
    now: Mapping[int, Image]
    #: What came later, each entry with the assignment as it left it.
    later: Sequence[tuple[Entry, Image]]


@dataclass(frozen=True, slots=True)
class _Above:
    """What undoing means for those above: which close, which open again, and the rows that say so."""

    closed: Sequence[Any]
    reopened: Sequence[Any]
    back: Back


def undo(workspace: Workspace, now: datetime, as_post: str | None = None, *, dry_run: bool = False) -> Undone:
    """Put back the last act of a post (by default the office's) that was not undone before, or refuse and say why.

    Refused where somebody acted on the same assignment since, or a sweep told people because of it. What was told
    stays in the record. A dry run does the same and keeps nothing.
    """
    with workspace.write(now, keep=not dry_run) as connection:
        organisation = organisation_for(workspace, connection, acting(workspace, as_post))
        actor = actor_of(workspace, organisation, as_post)
        entry = _last_act(connection, organisation, actor)
        row = assignments.by_code(connection, entry.codes[0])
        case = _Case(connection, workspace, organisation, entry, row)
        own, above = _put_back(case, Lamp(workspace.settings, laying.policies(connection), now))
        closed, reopened = ([one.code for one in some] for some in (above.closed, above.reopened))
        values = {"of": entry.seq, "act": entry.act, "closed": closed, "reopened": reopened}
        refs = [case.row.id, *(one.id for one in (*above.closed, *above.reopened))]
        counter = Entry(
            now, actor, "undo", entry.codes, values | {"rows": written({**own, **above.back})}, entry.on_behalf_of
        )
        ledger.record(connection, counter, refs)
        return _undone(case, closed, reopened, dry_run)


def _undone(case: _Case, closed: Sequence[str], reopened: Sequence[str], dry_run: bool) -> Undone:
    entry, before = case.entry, case.row
    after = assignments.by_code(case.connection, before.code)
    assert after is not None
    changes = ((name, getattr(before, name), getattr(after, name)) for name in _SHOWN)
    return Undone(
        of=entry.seq,
        act=entry.act,
        at=entry.at.astimezone(case.workspace.settings.zone),
        actor=entry.actor,
        on_behalf_of=entry.on_behalf_of,
        code=before.code,
        title=before.title,
        before=before.state,
        after=after.state,
        changes=tuple(change for change in changes if change[1] != change[2]),
        closed_above=tuple(closed),
        reopened_above=tuple(reopened),
        dry_run=dry_run,
    )


def _last_act(connection: Connection, organisation: Organisation, actor: str) -> Entry:
    """The newest act of this post that changed something and was not undone; refused where it cannot be undone."""
    gone: set[int] = set()
    for entry in ledger.by_actor(connection, actor):
        if entry.act == "undo":
            gone.add(entry.values["of"])
        elif entry.act in UNDOABLE and entry.seq not in gone:
            return entry
        elif entry.act not in SILENT and entry.seq not in gone:
            raise ResponsibilityError(
                f"{_whose(organisation, actor)}最近的一次动作是第 {entry.seq} 条“{called(entry.act)}”，这一类不能撤回",
                INSTEAD.get(entry.act, "查看：zeren log").format(code=(*entry.codes, "编号")[0]),
            )
    raise ResponsibilityError(
        f"{_whose(organisation, actor)}没有可以撤回的动作",
        f"查看：zeren log --actor {actor}；撤回别的岗位办的，用 --as 写明是哪个岗位",
    )


def _whose(organisation: Organisation, actor: str) -> str:
    post = organisation.post.get(actor)
    return f"{actor}（{post.title}）" if post else actor


def called(act: str) -> str:
    """An act as people call it."""
    from responsibility.views.terminal.records import ACTS

    return ACTS.get(act, act)


# -- whether it can be put back ----------------------------------------------------------------------------------------


def _put_back(case: _Case, lamp: Lamp) -> tuple[Back, _Above]:
    """What of the assignment is put back, and of those above it; raises where it cannot be done."""
    _check_nobody_acted(case)
    family = assignments.siblings(case.connection, case.row.occurrence_id)
    past = _past(case, [row for row in family if not row.works and row.id != case.row.id])
    own = case.row.id
    back = reversal(past.before[own], past.after[own])
    in_the_way = _mover(past, own, back)
    if in_the_way is not None:
        raise _refused(case, in_the_way)
    state = next((columns["state"] for columns in back.values() if columns and "state" in columns), case.row.state)
    rollup = lamp.policy(case.row.policy_id).rollup
    return back, _above(case, past, family, state, rollup)


def _check_nobody_acted(case: _Case) -> None:
    """Raise where the assignment was acted on since; acts that were undone themselves do not count."""
    since = acts_since(case.connection, case.row.id, case.entry.seq)
    gone = {entry.values["of"] for entry in since if entry.act == "undo"}
    for entry in since:
        if entry.act != "undo" and entry.seq not in gone:
            raise _refused(case, entry)


def _past(case: _Case, parents: Sequence[Any]) -> _Past:
    """Replay the ledger beside the database; what comes out at its end must be what stands now."""
    codes = [case.row.code, *(row.code for row in parents)]
    ids = [case.row.id, *(row.id for row in parents)]
    before: dict[int, Image] = {}
    after: dict[int, Image] = {}
    later: list[tuple[Entry, Image]] = []
    with bench(case.connection, ids, case.row.occurrence_id) as beside:
        for entry in entries_moving(case.connection, case.row.occurrence_id, codes):
            if entry.seq == case.entry.seq:
                before = read_images(beside, ids)
            replay(beside, entry)
            if entry.seq == case.entry.seq:
                after = read_images(beside, ids)
            elif after:
                later.append((entry, read_images(beside, ids[:1])[case.row.id]))
        replayed = read_images(beside, ids)
    now = read_images(case.connection, ids)
    if replayed != now:
        raise LedgerBroken(f"按台账重算，{case.row.code} 不是现在的样子，没有撤回", "核验台账：zeren log verify")
    return _Past(before, after, now, later)


def _mover(past: _Past, own: int, back: Back) -> Entry | None:
    """The first entry since that changed what the act had left; None where it still stands."""
    if stands(past.after[own], past.now[own], back):
        moments_moved = (entry for entry, _ in past.later if entry.act == "calendar.import")
        return next(moments_moved, None) if restarts(back) else None
    gone = {entry.values["of"] for entry, _ in past.later if entry.act == "undo"}
    image = past.after[own]
    for entry, then in past.later:
        if not stands(image, then, back) and entry.act != "undo" and entry.seq not in gone:
            return entry
        image = then
    return past.later[-1][0]


def _refused(case: _Case, later: Entry) -> ResponsibilityError:
    """Why it cannot be undone any more, and what is possible instead. Raised by the caller."""
    code, entry = case.row.code, case.entry
    at = later.at.astimezone(case.workspace.settings.zone).isoformat(" ", "minutes")
    who = "" if later.actor == ENGINE else f"{_whose(case.organisation, later.actor)}"
    what = (
        "的巡查已按这一步的结果走过阶梯" if later.act in ("sweep", "sweep.shard") else f"{who}又有“{called(later.act)}”"
    )
    first = f"先撤回后来的：zeren undo --as {later.actor}；" if later.act in UNDOABLE else ""
    return ResponsibilityError(
        f"第 {entry.seq} 条“{called(entry.act)}”（{code}）不能撤回：之后第 {later.seq} 条（{at}）{what}",
        f"{first}{instead(State(case.row.state), code)}",
    )


# -- those above -------------------------------------------------------------------------------------------------------


def _above(case: _Case, past: _Past, family: Sequence[Any], state: str, rollup: Rollup) -> _Above:
    """Those above that are complete only now close; those complete no more are as they were before the act."""
    chain, organisation = case.workspace.settings.chain, case.organisation
    then = [SimpleNamespace(**{**row._mapping, "state": state}) if row.id == case.row.id else row for row in family]
    closing, known = (set(parents_to_close(some, None, rollup, chain, organisation)) for some in (then, family))
    opening, known_open = (
        {row.code for row in parents_to_reopen(some, 0, rollup, chain, organisation)} for some in (then, family)
    )
    closed = [row for row in family if row.code in closing - known]
    reopened = [row for row in family if row.code in opening - known_open]
    back: dict[Key, Mapping[str, Any] | None] = {}
    for row in closed:
        back |= _closed(past.now[row.id])
    for row in reopened:
        back |= _reopened(row, past)
    return _Above(closed, reopened, back)


def _closed(image: Image) -> Back:
    """The rows of an assignment that closes: its clocks stand still."""
    return {
        key: {"state": "closed"} if key[0] == "assignment" else {"next_at": None}
        for key, columns in image.items()
        if key[0] == "assignment" or columns.get("next_at") is not None
    }


def _reopened(row: Any, past: _Past) -> Back:
    """As it was before, where the act itself closed it; else open, with its clocks standing still."""
    back = reversal(past.before[row.id], past.after[row.id])
    if back and stands(past.after[row.id], past.now[row.id], back):
        return back
    [key] = [key for key in past.now[row.id] if key[0] == "assignment"]
    return {key: {"state": "signed" if row.signs else "issued"}}
