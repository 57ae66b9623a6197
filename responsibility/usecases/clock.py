"""When the machine's clock is wrong: not going along with a leap, and coming back from one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from responsibility.core.errors import ClockLeapt, ResponsibilityError
from responsibility.core.undo import Corrected
from responsibility.store import facts, ledger, rounds
from responsibility.store.correcting import ahead_of, messages_back
from responsibility.store.engine import writing
from responsibility.store.ledger import Entry
from responsibility.usecases.workspace import LEEWAY, Workspace, office_post

#: A clock that moved on by more than this since it was seen last may be wrong: longer than any holiday.
LONG = timedelta(days=60)
#: Under this key stands when a sweep last read the clock itself (and was not told the time).
SEEN = "clock.seen"

_SINCE_WRONG = "校正时间：这份消息是时钟走到将来时写的"


def look_at_clock(workspace: Workspace, now: datetime) -> None:
    """Before a sweep by the machine's own clock; raises ClockLeapt where it went on by more than LONG since the last.

    A sweep in the far future would tell everybody everything at once, and nobody could act before that day.
    """
    with writing(workspace.engine) as connection:
        seen = seen_at(connection)
        if seen is not None and now - seen > LONG:
            raise _leapt(workspace, now, seen)
        facts.note(connection, SEEN, now.isoformat())


def seen_at(connection: Connection) -> datetime | None:
    """When a sweep last read the clock itself."""
    return facts.instant(connection, SEEN)


def confirm_clock(workspace: Workspace, now: datetime, true: datetime) -> None:
    """Somebody named a time (`--now`) that is what the clock shows, give or take a day: the clock is right."""
    if abs(true - now) < timedelta(days=1):
        with writing(workspace.engine) as connection:
            facts.note(connection, SEEN, true.isoformat())


def _leapt(workspace: Workspace, now: datetime, seen: datetime) -> ClockLeapt:
    """What is said of such a leap."""
    told, known = (at.astimezone(workspace.settings.zone) for at in (now, seen))
    gap = f"离上一次巡查（{known:%Y-%m-%d %H:%M}）隔了 {(now - seen).days} 天"
    return ClockLeapt(
        f"本机时间是 {told:%Y-%m-%d %H:%M}，{gap}，没有巡查",
        f"用 date 核对本机时间：不对就改对；确实停用了这么久：zeren remind --now {told:%Y-%m-%dT%H:%M}",
    )


def until_caught_up(workspace: Workspace, now: datetime) -> timedelta:
    """How long until the clock has come to where the last act was done, less the leeway; nothing where it has."""
    with workspace.read() as connection:
        last = ledger.last_act_at(connection)
    return max(last - now - workspace.leeway, timedelta()) if last is not None else timedelta()


def correct(workspace: Workspace, now: datetime, *, reason: str = "", dry_run: bool = False) -> Corrected:
    """Bring the workspace back to `now` after acts were dated in a time that is still to come, in one transaction.

    Sweeps held in that time count as never held: clocks go back to where they were and climb again when their time
    comes. What people did then stands. Raises ResponsibilityError where nothing lies ahead by more than the leeway.
    """
    with writing(workspace.engine, keep=not dry_run) as connection:
        connection = ledger.by(connection, workspace.login)
        ahead = ahead_of(connection, now)
        if ahead is None or ahead.until - now <= LEEWAY:
            raise ResponsibilityError("没有记在将来的动作，不用校正", "看时间和别的：zeren doctor")
        dropped, doubtful = messages_back(connection, now, _SINCE_WRONG)
        values = {"first": ahead.first, "last": ahead.last, "until": ahead.until.isoformat(), "reason": reason}
        entry = Entry(now, office_post(workspace, connection), "clock.correct", values=values)
        rounds.end_all(connection, ledger.record(connection, entry))
        facts.note(connection, SEEN, now.isoformat())
        return Corrected(ahead.first, ahead.last, ahead.until, ahead.sweeps, ahead.acts, dropped, doubtful, dry_run)
