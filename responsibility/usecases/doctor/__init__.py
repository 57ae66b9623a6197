"""The doctor: small checks of config, organisation, ladders, ledger, messages, calendar and machine.

Each check returns findings, each finding names the command that mends it. Nothing is changed, and Prefect is never
imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.errors import ClockWentBack, ConfigError, Finding, Severity, WorkspaceError
from responsibility.core.escalation import Clock, Policy
from responsibility.settings import DeliverySettings, OfficeCard, Settings, load, policy_from_record
from responsibility.store import channels as channel_store
from responsibility.store import checkup, failures, laying, ledger, migrate, outbox, rounds, worklists
from responsibility.store import organisation as organisation_store
from responsibility.store.engine import open_engine
from responsibility.usecases import templates
from responsibility.usecases.clock import seen_at
from responsibility.usecases.doctor import leftovers, machine, organisation, work
from responsibility.usecases.lights import Lamp
from responsibility.usecases.record import differing
from responsibility.usecases.workspace import (
    LEEWAY,
    RECOVER,
    Workspace,
    evidence_folder,
    is_serving,
    lost_database,
    not_before_last_act,
)

__all__ = ["UNSEEN", "configuration", "office", "surroundings"]

#: The number that stands in chain.yaml until the office writes its own.
PLACEHOLDER = "0000-00000000"
#: So many faults of the ledger are told one by one.
SHOWN = 20
#: So many assignments and entries are replayed to see whether all stand as the ledger says: it takes some seconds, in
#: which nobody else writes. Of more `zeren log rebuild --dry-run` does it.
REPLAYED = 100_000

#: Said where a fault kept other checks from being made.
UNSEEN = Finding(
    "unseen", Severity.INFO, "因为上面的问题，单位、清单、时钟、消息等项这次没有查", "处理好上面的，再 zeren doctor"
)

_FILE = re.compile(r"config/\S+\.\w+")


def configuration(root: Path, environ: Mapping[str, str]) -> tuple[Settings | None, list[Finding]]:
    """The settings, and what is wrong with them; without them where not only a password is missing."""
    try:
        return load(root, environ), []
    except ConfigError as error:
        found = [_misconfigured(line) for line in error.message.splitlines()]
    try:
        return load(root, environ, secrets=False), found
    except ConfigError:
        return None, found


def _misconfigured(line: str, check: str = "config") -> Finding:
    file = _FILE.search(line)
    if file and "没有这个文件" in line:
        mend = f"从备份里取回 {file[0]}；没有备份：zeren init 一个新目录，把它的 {file[0]} 复制过来。再 zeren doctor"
        return Finding(check, Severity.ERROR, line, mend)
    return Finding(check, Severity.ERROR, line, f"改好 {file[0] if file else 'config/'}，再 zeren doctor")


def surroundings(root: Path, answering: str | None, told: machine.Told | None = None) -> list[Finding]:
    """What can be said without config and database.

    `answering` is the address of the server that runs, if any; `told` what was asked of the server the environment
    names, or of that one.
    """
    wanted = machine.bounds()
    return [
        *machine.versions(wanted, machine.installed(wanted)),
        *machine.server(root, answering),
        *(machine.reached(told) if told else []),
        *machine.disk(machine.free_bytes(root)),
        *machine.modes(root),
    ]


def office(settings: Settings, now: datetime, *, strict: bool = False, attended: bool = False) -> list[Finding]:
    """What is missing for the office's work; `strict` refuses a `now` before the last act instead of telling it.

    `attended`: workers elsewhere sweep by themselves.
    """
    found = [*office_card(settings.home), *channels(settings.delivery)]
    if (lost := lost_database(settings)) is not None:
        return [*found, Finding("database", Severity.ERROR, lost, RECOVER)]
    try:
        workspace = Workspace(settings, open_engine(settings.database_url))
    except failures.FAILURES as error:
        return [*found, _closed(settings, error)]
    try:
        return [*found, *_examined(workspace, now, strict, attended)]
    finally:
        workspace.engine.dispose()


def _examined(workspace: Workspace, now: datetime, strict: bool, attended: bool) -> list[Finding]:
    """What the database can be asked, or why it cannot."""
    settings, found = workspace.settings, list[Finding]()
    try:
        found += templates.examined(workspace)
        (settings.root / "data").mkdir(mode=0o700, exist_ok=True)
        migrate.open_up(workspace.engine)
        checkup.try_writing(workspace.engine)
        with workspace.read() as connection:
            return found + _inside(connection, workspace, now, strict, attended)
    except WorkspaceError as error:
        return [*found, Finding("database", Severity.ERROR, error.message, error.hint), UNSEEN]
    except failures.FAILURES as error:
        return [*found, _closed(settings, error), UNSEEN]


def _closed(settings: Settings, error: Exception) -> Finding:
    mend = f"ls -l data/zeren.db、df -h . 看权限和空间；文件坏了就{leftovers.RESTORE}"
    if not settings.embedded:
        known = failures.told(error)
        mend = f"{known[1] if known else '检查 ZEREN_DATABASE_URL 和数据库服务'}；再 zeren doctor"
    return Finding("database", Severity.ERROR, f"数据库打不开或写不进去（{failures.reason(error)}）", mend)


def office_card(home: OfficeCard) -> list[Finding]:
    """The messages bear the office's own phone."""
    if home.phone.strip() and home.phone != PLACEHOLDER:
        return []
    message = f"办公室电话还是样例“{home.phone}”，每条提醒都会印着它"
    return [Finding("office", Severity.WARNING, message, "改 config/chain.yaml 里 office 的 phone，再 zeren doctor")]


def channels(delivery: DeliverySettings) -> list[Finding]:
    """Messages leave this screen by themselves."""
    if any(delivery.channels[name].kind != "console" for name in delivery.use):
        return []
    message = "提醒只显示在本机屏幕上（zeren serve 时写在 data/log/runner.log），不会自己送到人手里"
    mend = "config/channels.yaml 的 use 里加上别的渠道（file、mail、wecom 等），再 zeren doctor"
    return [Finding("channels", Severity.INFO, message, mend)]


def _inside(connection: Connection, workspace: Workspace, now: datetime, strict: bool, attended: bool) -> list[Finding]:
    """Everything that is read from the database."""
    settings = workspace.settings
    today = now.astimezone(settings.zone).date()
    clock = _clock(connection, settings, now, strict)
    if lost := leftovers.lost(connection, _file_of(connection, settings)):
        return [*clock, *lost, *proof(ledger.broken(connection)), UNSEEN]  # other checks could stumble over them
    broken = ledger.broken(connection)
    found = [
        *clock,
        *_organisation(connection, settings, today),
        *_lists(connection, today, settings.ahead),
        *_running(connection, settings, now, is_serving(settings.root), attended),
        *_calendar(connection, settings, today),
        *_clocks(connection, settings, now),
        *leftovers.counted(connection),
        *leftovers.evidence(leftovers.handed_in(connection), evidence_folder(workspace)),
        *proof(broken),
        *guarded(ledger.unguarded(connection)),
    ]
    told = broken or any(one.check in ("clocks", "finished") for one in found)
    if not told and max(ledger.last(connection)[0], checkup.assignments(connection)) <= REPLAYED:
        found += leftovers.otherwise(differing(workspace.engine))
    return found


def _clock(connection: Connection, settings: Settings, now: datetime, strict: bool) -> list[Finding]:
    try:
        not_before_last_act(connection, now, settings, timedelta() if strict else LEEWAY)
    except ClockWentBack as error:
        if strict:
            raise
        mend = "date 核对本机时间，不对就改对；本机时间是对的：zeren clock correct --dry-run，看清了去掉 --dry-run"
        return [Finding("clock", Severity.ERROR, f"{error.message}，所有办理都会被拒绝", mend)]
    return [] if strict else machine.leapt(seen_at(connection), now, settings.zone)


def _clocks(connection: Connection, settings: Settings, now: datetime) -> list[Finding]:
    lamp = Lamp(settings, laying.policies(connection), now)
    lost, resting = checkup.clocks_lost(connection), checkup.clocks_at_rest(connection)
    return leftovers.stopped(lost, resting, lambda policy, clock: len(lamp.ladder(policy, Clock(clock)).rungs))


def _organisation(connection: Connection, settings: Settings, today: date) -> list[Finding]:
    chain, org = settings.chain, organisation_store.load(connection)
    if not org.units:
        return organisation.empty(org)
    mend = f"在组织机构文件里补上，再 zeren org import {_file_of(connection, settings)}"
    carrying = organisation.may_carry(org, chain, checkup.units_carrying(connection))
    in_use = [settings.delivery.channels[name].kind for name in settings.delivery.use]
    return [
        *work.unknown_hours(settings.hours.chosen, org.post),
        *work.no_quiet(in_use, settings.hours.quiet),
        *organisation.tiers_without_posts(org, chain, mend),
        *organisation.silent_rungs(org, chain, _policies(connection, settings), carrying, today, mend),
        *organisation.vacant_posts(org, today, mend),
        *organisation.unnamed_people(org, mend),
        *organisation.ending_holdings(org, today, mend),
        *organisation.units_without_posts(org, mend),
        *organisation.idle_leaders(org, chain, mend),
        *organisation.unled_units(org, chain, carrying, mend),
        *organisation.missing_addresses(org, today, in_use, mend),
    ]


def _file_of(connection: Connection, settings: Settings) -> str:
    """The file the organisation was last imported from, where it still lies in the workspace; else its name."""
    name = checkup.organisation_file(connection) or "组织机构.xlsx"
    found = next((path for path in (settings.root / name, settings.root / "examples" / name) if path.is_file()), None)
    return str(found) if found else name


def _policies(connection: Connection, settings: Settings) -> list[Policy]:
    """The policy of config/ and those assignments started under."""
    return [settings.policy, *(policy_from_record(record) for record in laying.policies(connection).values())]


def _lists(connection: Connection, today: date, ahead: int) -> list[Finding]:
    items: list[Any] = worklists.items(connection)
    lists = [row for row in worklists.lists(connection) if not row.cancelled]
    return [
        *work.untitled(lists),
        *work.questions(items),
        *work.unassigned(items, checkup.periods_laid(connection), today, ahead),
    ]


def _running(connection: Connection, settings: Settings, now: datetime, serving: bool, attended: bool) -> list[Finding]:
    yesterday, lately = now - work.PATIENCE, now - work.RECENT
    failed, uncertain = (checkup.messages_in(connection, status, lately) for status in ("failed", "uncertain"))
    held = list(outbox.held(connection).values())
    return [
        *work.unattended(checkup.clocks_running(connection), serving=serving or attended),
        *work.held_back(len(held), min((row.retry_at for row in held if row.retry_at), default=None), settings.zone),
        *work.unswept(
            *checkup.clocks_unswept(connection, yesterday), settings.zone, serving=serving, attended=attended
        ),
        *work.unfinished(rounds.running(connection), now, settings.zone),
        *work.channels(channel_store.states(connection).values(), outbox.waiting_by_channel(connection), settings.zone),
        *work.messages(failed, uncertain, checkup.messages_stuck(connection, yesterday)),
    ]


def _calendar(connection: Connection, settings: Settings, today: date) -> list[Finding]:
    announced = settings.calendar.announced
    return [
        *work.calendar_coverage(announced, today),
        *work.provisional_days(announced, checkup.open_due_days(connection), today),
    ]


def guarded(missing: list[str]) -> list[Finding]:
    """The database itself refuses to change the ledger."""
    mend = f"先 zeren log verify 看台账是否完好，查清是谁动了数据库；{leftovers.RESTORE}"
    said = f"数据库里防止改动台账的触发器少了：{'、'.join(missing)}"
    return [Finding("ledger", Severity.ERROR, said, mend)] if missing else []


def proof(faults: list[tuple[int, str]]) -> list[Finding]:
    """The ledger is what was written."""
    mend = f"zeren log verify，查清是谁改动了数据库；{leftovers.RESTORE}"
    found = [Finding("ledger", Severity.ERROR, f"台账第 {seq} 条：{said}", mend) for seq, said in faults[:SHOWN]]
    if len(faults) > SHOWN:
        found.append(Finding("ledger", Severity.ERROR, f"……台账还有 {len(faults) - SHOWN} 处对不上", mend))
    return found
