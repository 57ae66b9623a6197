"""Environment and the files under config/ → one frozen Settings.

Everything wrong with the files is told at once, each with its file and line, as one ConfigError.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from responsibility.core.cards import CardRule
from responsibility.core.chain import Chain, Collective, LaidOn, Tier
from responsibility.core.errors import ConfigError, FileMissing
from responsibility.core.escalation import REVIEW_INSTRUMENTS, Clock, Ladder, Policy, Rung, review_ladder
from responsibility.core.timing import WEEKDAYS, Hours, Weekly
from responsibility.settings.channels import delivery
from responsibility.settings.checks import relations
from responsibility.settings.holidays import calendar, notices
from responsibility.settings.shapes import (
    CalendarShape,
    CardShape,
    ChainShape,
    ColumnsShape,
    FinishShape,
    PolicyShape,
    RightsShape,
    ScheduleShape,
)
from responsibility.settings.source import Finding, Source, read
from responsibility.settings.values import (
    Actors,
    Category,
    ChannelSettings,
    Columns,
    DefaultTerms,
    DeliverySettings,
    OfficeCard,
    Schedule,
    Settings,
    Shards,
    policy_from_record,
    policy_record,
)
from responsibility.settings.wording import shaped

__all__ = [
    "Actors",
    "Category",
    "ChannelSettings",
    "Columns",
    "DefaultTerms",
    "DeliverySettings",
    "OfficeCard",
    "Schedule",
    "Settings",
    "Shards",
    "bundled",
    "bundled_columns",
    "load",
    "policy_from_record",
    "policy_record",
]

FILES = ("chain", "policy", "calendar", "schedule", "columns", "channels", "rights")
#: Files that came later: a workspace made before, without them, uses the bundled ones.
_LATER = ("columns", "rights")
HINT = "改好后再运行一次；每一项怎么写，见文件里的注释"


def load(root: Path, environ: Mapping[str, str], *, secrets: bool | str = True) -> Settings:
    """The settings of the workspace at `root`; raises ConfigError with one line for each thing wrong.

    `secrets` False leaves passwords where they are: only what sends needs them. A channel's name fetches those of that
    one, in use or not.
    """
    root = root.absolute()
    sources = {name: _source(root, name) for name in FILES}
    findings = [finding for source in sources.values() for finding in source.findings]
    chain = shaped(ChainShape, sources["chain"], findings)
    policy = shaped(PolicyShape, sources["policy"], findings)
    days = shaped(CalendarShape, sources["calendar"], findings)
    schedule = shaped(ScheduleShape, sources["schedule"], findings)
    columns = shaped(ColumnsShape, sources["columns"], findings)
    rights = shaped(RightsShape, sources["rights"], findings)
    only = secrets if isinstance(secrets, str) else None
    channels = delivery(sources["channels"], root, environ if secrets else None, findings, only)
    findings.extend(relations(sources, notices().years))
    if findings or not (chain and policy and days and schedule and columns and rights):
        raise ConfigError(_told(findings), HINT)
    return Settings(
        root=root,
        zone=chain.zone,
        chain=_chain(chain),
        policy=_policy(policy, _chain(chain)),
        calendar=calendar(days),
        schedule=Schedule(tuple(sorted(schedule.sweeps)), schedule.deliver_every, Shards(**dict(schedule.shards))),
        delivery=channels,
        default_terms=DefaultTerms(**dict(policy.default_terms)),
        database_url=environ.get("ZEREN_DATABASE_URL") or f"sqlite:///{root / 'data' / 'zeren.db'}",
        home=OfficeCard(**dict(chain.office)),
        categories={name: Category(name, shape.name, shape.words) for name, shape in chain.categories.items()},
        columns=_columns(columns),
        ahead=policy.occurrences.ahead,
        hours=_hours(schedule, policy),
        tell_issued=schedule.tell_issued,
        rights=rights.rights,
        actors=Actors(environ.get("ZEREN_AS") or None, rights.users, rights.actor),
    )


def bundled(name: str) -> Path:
    """The folder that came with the program: inside the package, or in a checkout at its top."""
    package = Path(__file__).parents[1]
    for folder in (package / "bundled" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise FileMissing(f"安装不完整：找不到随程序附带的 {name} 文件夹", "请重新安装")


@cache
def bundled_columns() -> Columns:
    """The column names that came with the program."""
    findings: list[Finding] = []
    shape = shaped(ColumnsShape, read(bundled("config") / "columns.yaml", "config/columns.yaml"), findings)
    if shape is None:
        raise ConfigError(_told(findings), "请重新安装")
    return _columns(shape)


def _source(root: Path, name: str) -> Source:
    path = root / "config" / f"{name}.yaml"
    if name in _LATER and not path.exists():
        path = bundled("config") / path.name
    return read(path, f"config/{name}.yaml")


def _told(findings: list[Finding]) -> str:
    order = {f"config/{name}.yaml": at for at, name in enumerate(FILES)}
    return "\n".join(map(str, sorted(findings, key=lambda finding: (order[finding.file], finding.line))))


def _chain(shape: ChainShape) -> Chain:
    return Chain(
        tiers=tuple(Tier(**dict(tier)) for tier in shape.tiers),
        kinds=shape.kinds,
        collectives={name: Collective(name, **dict(one)) for name, one in shape.collectives.items()},
    )


def _hours(schedule: ScheduleShape, policy: PolicyShape) -> Hours:
    every = policy.weekly
    weekly = Weekly(every.tiers, WEEKDAYS.index(every.on), every.at) if every else None
    return Hours(schedule.quiet or None, schedule.budget, schedule.hours, weekly)


def _columns(shape: ColumnsShape) -> Columns:
    names = dict(shape)
    return Columns(tasks=names.pop("task"), roles=names)


def _policy(shape: PolicyShape, chain: Chain) -> Policy:
    ladders = {Clock(clock): _ladder(ladder or shape.ladders.finish) for clock, ladder in shape.ladders}
    instruments = shape.instruments
    if shape.ladders.review is None:  # a file from before there were reviews
        ladders[Clock.REVIEW] = review_ladder(chain.office or "office", chain.laid(LaidOn.LEADERS))
        instruments = REVIEW_INSTRUMENTS | instruments
    how = shape.extension
    late = tuple(rung.id for rung in ladders[Clock.FINISH].rungs if rung.days > 0)
    return Policy(
        ladders,
        shape.tolerance,
        shape.close_share,
        instruments,
        how.agrees,
        how.rule,
        close_by=shape.close_by,
        review_every=shape.review.every,
        rectify_within=shape.review.rectify_within,
        cards=tuple(_card_rule(rule, late) for rule in shape.cards),
        urgent_starts_at=shape.urgent_starts_at,
        documents=shape.documents,
    )


def _card_rule(shape: CardShape, late: tuple[str, ...]) -> CardRule:
    """Without `counts`, every finish rung after the due date gives a card."""
    parts = {name: getattr(shape, name) for name in ("id", "name", "every", "tells", "instrument", "urgent")}
    return CardRule(counts=shape.counts or late, at=shape.in_a_row or shape.at or 1, **parts)


def _ladder(shape: FinishShape) -> Ladder:
    rungs = tuple(Rung(**dict(rung)) for rung in shape.rungs)
    return Ladder(rungs, getattr(shape, "within", None), getattr(shape, "every", None))
