"""What the program is told by config/ and the environment, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from responsibility.core.cards import CardRule, Every
from responsibility.core.chain import Chain
from responsibility.core.escalation import REVIEW_INSTRUMENTS, Clock, CloseBy, Ladder, Policy, Rung, review_ladder
from responsibility.core.rights import Rights
from responsibility.core.timing import Clockwork, Hours
from responsibility.core.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """Whom to answer to: stands on every message."""

    name: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of key work, and the words by which lists name it."""

    id: str
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The names the columns of a list may go by, as written in config/columns.yaml."""

    #: Groups of names of the task column, the surest first.
    tasks: tuple[tuple[str, ...], ...]
    #: Role → its names.
    roles: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Shards:
    """How a sweep is shared out among workers."""

    #: So many clocks that are due are one shard.
    due: int = 20_000
    #: Seconds after which another worker takes a shard from one that is not heard of.
    lease: int = 60
    #: How many runs of one worker share in a sweep.
    per_worker: int = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the day's sweeps run, office time, in rising order."""

    sweeps: tuple[time, ...]
    #: Minutes between deliveries of what became due since; 0: only with sweeps.
    deliver_every: int = 10
    shards: Shards = Shards()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One channel; what does not concern its kind is empty."""

    id: str
    #: console, file, mail, wecom, dingtalk, feishu, apprise or webhook.
    kind: str
    #: What becomes of a message whose sending broke off: leave (the office decides) or resend.
    on_doubt: str
    #: Whether it carries what the work is about; else number, title and due date only (work secrets: 工作秘密).
    full_text: bool = True
    #: file: eml or md.
    format: str = ""
    #: file: where messages are put.
    folder: Path | None = None
    host: str = ""
    port: int = 0
    #: mail: none, starttls or ssl.
    secure: str = "none"
    #: mail: empty where the server wants no log-in.
    user: str = ""
    sender: str = ""
    from_name: str = ""
    #: Seconds.
    timeout: float = 20.0
    #: Robots: where the service is, empty for the public one. webhook: the address, where it is no secret.
    base_url: str = ""
    #: Key → where its secret is kept, as `env:NAME` or `file:PATH`.
    references: Mapping[str, str] = field(default_factory=dict)
    #: Key → the secret itself; only of channels in use.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """The channels in use, in order, and all that are described."""

    #: Each person is told over every line; on a line the first channel that reaches them, the next where it fails.
    lines: tuple[tuple[str, ...], ...]
    channels: Mapping[str, ChannelSettings]

    @property
    def use(self) -> tuple[str, ...]:
        """Every channel in use, each once."""
        return tuple(dict.fromkeys(name for line in self.lines for name in line))


@dataclass(frozen=True, slots=True)
class DefaultTerms:
    """Calendar days for work whose list names no deadline."""

    general: int
    #: For 立行立改 and the like.
    immediate: int
    categories: Mapping[str, int] = field(default_factory=dict)

    def for_category(self, category: str | None) -> int:
        """The category's own term, else the general one."""
        return self.categories.get(category or "", self.general)


@dataclass(frozen=True, slots=True)
class Actors:
    """Which post acts where none is named."""

    #: From the environment (ZEREN_AS).
    asked: str | None = None
    #: Log-in name → post.
    users: Mapping[str, str] = field(default_factory=dict)
    #: For everybody else.
    otherwise: str | None = None

    def post_of(self, login: str) -> tuple[str, str] | None:
        """(the post, where it is written) for who is logged in as `login`; None: the office's own."""
        if self.asked:
            return self.asked, "环境变量 ZEREN_AS"
        if login in self.users:
            return self.users[login], f"config/rights.yaml 的 users.{login}"
        return (self.otherwise, "config/rights.yaml 的 actor") if self.otherwise else None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything configured for one workspace."""

    root: Path
    zone: ZoneInfo
    chain: Chain
    policy: Policy
    calendar: WorkCalendar
    schedule: Schedule
    delivery: DeliverySettings
    default_terms: DefaultTerms
    database_url: str
    home: OfficeCard
    categories: Mapping[str, Category]
    columns: Columns
    rights: Rights = field(default_factory=dict)
    actors: Actors = field(default_factory=Actors)
    #: Calendar days before a period of a recurring item begins that it is laid.
    ahead: int = 0
    #: When people may be told something.
    hours: Hours = field(default_factory=Hours)
    #: Whether who has to do it is told of what was newly laid.
    tell_issued: bool = True

    @property
    def embedded(self) -> bool:
        """Whether the data is in a file of SQLite, not on a server."""
        return self.database_url.startswith("sqlite")

    @property
    def clockwork(self) -> Clockwork:
        """The hours on the office's calendar."""
        return Clockwork(self.hours, self.calendar, self.zone)


def policy_record(policy: Policy) -> dict[str, Any]:
    """The policy as JSON-safe values, for the snapshot an assignment keeps."""
    return {
        "ladders": {clock.value: _ladder_record(ladder) for clock, ladder in policy.ladders.items()},
        "tolerance": policy.tolerance,
        "close_share": policy.close_share,
        "close_by": policy.close_by.value,
        "instruments": dict(policy.instruments),
        "review": {"every": policy.review_every, "rectify_within": policy.rectify_within},
        "extension": {"agrees": list(policy.extension_agrees), "rule": policy.extension_rule},
        "cards": [{**asdict(rule), "counts": list(rule.counts), "tells": list(rule.tells)} for rule in policy.cards],
        "urgent_starts_at": policy.urgent_starts_at,
        "documents": list(policy.documents),
    }


def policy_from_record(record: Mapping[str, Any]) -> Policy:
    """The policy that `policy_record` wrote down."""
    return Policy(
        ladders={
            Clock.REVIEW: review_ladder(),
            **{Clock(clock): _ladder(ladder) for clock, ladder in record["ladders"].items()},
        },
        tolerance=record["tolerance"],
        close_share=record["close_share"],
        close_by=CloseBy(record.get("close_by", CloseBy.SHARE)),
        instruments=_instruments(record),
        **_extension(record.get("extension")),
        **_review(record.get("review")),
        cards=tuple(_card_rule(rule) for rule in record.get("cards", ())),
        urgent_starts_at=record.get("urgent_starts_at"),
        documents=tuple(record.get("documents", ())),
    )


def _instruments(record: Mapping[str, Any]) -> dict[str, str]:
    """The instruments, with those the default ladder of reviews names where the record has no such ladder."""
    known = {} if Clock.REVIEW in record["ladders"] else REVIEW_INSTRUMENTS
    return {**known, **record["instruments"]}


def _review(record: Mapping[str, Any] | None) -> dict[str, Any]:
    """The part on reviews, in the same way."""
    return {"review_every": record["every"], "rectify_within": record["rectify_within"]} if record else {}


def _extension(record: Mapping[str, Any] | None) -> dict[str, Any]:
    """The part on extensions; policies from before they were kept have the defaults."""
    return {"extension_agrees": tuple(record["agrees"]), "extension_rule": record["rule"]} if record else {}


def _card_rule(record: Mapping[str, Any]) -> CardRule:
    every = Every(record["every"]) if record["every"] else None
    return CardRule(**{**record, "counts": tuple(record["counts"]), "tells": tuple(record["tells"]), "every": every})


_RUNG = tuple(field.name for field in fields(Rung))


def _ladder_record(ladder: Ladder) -> dict[str, Any]:
    # Not `asdict`: it copies what it finds, for each of a hundred fields, and this is done for every tier that is laid.
    rungs = [
        {name: list(value) if isinstance(value := getattr(rung, name), tuple) else value for name in _RUNG}
        for rung in ladder.rungs
    ]
    return {"within": ladder.within, "every": ladder.every, "rungs": rungs}


def _ladder(record: Mapping[str, Any]) -> Ladder:
    rungs = tuple(
        Rung(**{**rung, "tells": tuple(rung["tells"]), "copies": tuple(rung.get("copies", ()))})
        for rung in record["rungs"]
    )
    return Ladder(rungs, record["within"], record.get("every"))
