"""What must fit together inside and between the files; told even where other places in them are wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from responsibility.core.chain import DELEGATE, OWNER, UNIT_HEAD
from responsibility.settings.channels import uses
from responsibility.settings.source import Finding, Place, Source
from responsibility.settings.wording import is_not

#: How low a tier stands by whom it is laid on.
_DEPTH = {"one": 0, "leaders": 0, "units": 1, "members": 2}


def relations(sources: Mapping[str, Source], known_years: Collection[int]) -> Iterator[Finding]:
    """Every finding about how the values fit together; `known_years` need no days of the office's own."""
    yield from _chain(sources["chain"])
    yield from _policy(sources["policy"], sources["chain"])
    yield from _calendar(sources["calendar"], known_years)
    yield from _unique(sources["schedule"], ("sweeps", "*"), lambda written: [f"{written:0>5}"])
    yield from _unique(sources["columns"], ("task", "*", "*"), _bare)
    yield from _unique(sources["columns"], ("*", "*"), _bare)
    yield from _use(sources["channels"])


def _chain(chain: Source) -> Iterator[Finding]:
    yield from _unique(chain, ("tiers", "*", "id"))
    yield from _unique(chain, ("tiers", "*", "name"), lambda name: name.split("/"))
    yield from _unique(chain, ("kinds", "*"))
    yield from _unique(chain, ("categories", "*", "name"))
    yield from _known(chain, ("collectives", "*", "kinds", "*"), _keys(chain, "kinds"))
    yield from _laid(chain)
    for place, tier in chain.texts("tiers", "*", "id"):
        if tier in (OWNER, UNIT_HEAD, DELEGATE):
            yield chain.finding(place, f"“{tier}”在 policy.yaml 的 tells 里另有含义，请换一个标识")
    for place, collective in chain.at("collectives", "*"):
        if isinstance(collective, dict) and not any(collective.values()):
            yield chain.finding(place, "没有写代表谁；kinds、units、members 至少写一个")


def _laid(chain: Source) -> Iterator[Finding]:
    """At most one tier each for leaders, units and members; the work at the bottom; one tier on one post."""
    laid = [(place, value) for place, value in chain.texts("tiers", "*", "laid_on") if value in _DEPTH]
    yield from _unique(chain, ("tiers", "*", "laid_on"), lambda value: [value] if value != "one" else [])
    for (_, above), (place, below) in pairwise(laid):
        if _DEPTH[below] < _DEPTH[above]:
            yield chain.finding(place, f"laid_on 为 {below} 的层级应在 {above} 之上")
    if laid and "one" not in dict(laid).values():
        yield chain.finding(("tiers",), "至少要有一层 laid_on 为 one")


def _policy(policy: Source, chain: Source) -> Iterator[Finding]:
    rungs = ("ladders", "*", "rungs")
    tiers = [tier for _, tier in chain.texts("tiers", "*", "id")]
    yield from _unique(policy, (*rungs, "*", "id"))
    yield from _known(policy, (*rungs, "*", "tells", "*"), [OWNER, UNIT_HEAD, *tiers] if tiers else None)
    yield from _known(policy, (*rungs, "*", "copies", "*"), [UNIT_HEAD, *tiers] if tiers else None)
    yield from _known(policy, ("weekly", "tiers", "*"), tiers or None)
    yield from _known(policy, (*rungs, "*", "instrument"), _keys(policy, "instruments"))
    yield from _known(policy, ("extension", "agrees", "*"), [UNIT_HEAD, *tiers] if tiers else None)
    yield from _known(policy, ("documents", "*"), _keys(policy, "instruments"))
    yield from _unique(policy, ("documents", "*"))
    yield from _cards(policy, [UNIT_HEAD, *tiers] if tiers else None)
    late = [rung for place, rung in policy.texts("ladders", "finish", "rungs", "*", "id") if _is_late(policy, place)]
    yield from _known(policy, ("urgent_starts_at",), late or None)
    categories = _keys(chain, "categories")
    for place, _ in policy.at("default_terms", "categories", "*"):
        if categories is not None and place[-1] not in categories:
            yield policy.finding(place, f"键{is_not(place[-1], '、'.join(categories), categories)}")
    for place, ladder in policy.at(*rungs):
        yield from _rising(policy, place, ladder)


def _is_late(policy: Source, place: Place) -> bool:
    """Whether the rung with this id comes after the due date."""
    days = _whole(dict(policy.at(*place[:-1], "days")).get((*place[:-1], "days")))
    return days is not None and days > 0


def _cards(policy: Source, tells: Collection[str] | None) -> Iterator[Finding]:
    """Every card rule counts rungs there are, tells somebody there is, and in one way only."""
    rungs = [rung for _, rung in policy.texts("ladders", "*", "rungs", "*", "id")]
    yield from _unique(policy, ("cards", "*", "id"))
    yield from _known(policy, ("cards", "*", "counts", "*"), rungs)
    yield from _known(policy, ("cards", "*", "tells", "*"), tells)
    yield from _known(policy, ("cards", "*", "instrument"), _keys(policy, "instruments"))
    for place, rule in policy.at("cards", "*"):
        if isinstance(rule, dict) and ({"every", "at", "in_a_row"} & set(rule)) not in ({"every", "at"}, {"in_a_row"}):
            yield policy.finding(place, "要么写 every 和 at（一段时间里几次），要么只写 in_a_row（连续几次）")


def _rising(policy: Source, place: Place, rungs: Any) -> Iterator[Finding]:
    """By days; of the report ladder, for each number of periods by itself."""
    periods = {at[:-1]: _whole(value) or 1 for at, value in policy.at(*place, "*", "periods")}
    days = [(at, _whole(value)) for at, value in policy.at(*place, "*", "days")]
    numbers = [(at, (periods.get(at[:-1], 1), number)) for at, number in days if number is not None]
    for (_, before), (at, after) in pairwise(numbers):
        if after[0] < before[0]:
            yield policy.finding((*at[:-1], "periods"), f"各档按 periods 从小到大排，上一档是 {before[0]}")
        elif after <= before:
            yield policy.finding(at, is_not(str(after[1]), f"大于上一档的 {before[1]}（各档按 days 从小到大排）"))


def _calendar(calendar: Source, known_years: Collection[int]) -> Iterator[Finding]:
    off = {day: place for place, day in calendar.texts("extra_holidays", "*")}
    worked = calendar.texts("extra_workdays", "*")
    for place, day in worked:
        if day in off:
            line = calendar.lines[off[day]]
            yield calendar.finding(place, f"“{day}”已写在放假日里（第 {line} 行），一天不能既放假又上班")
    written = {day[:4] for day in off} | {day[:4] for _, day in worked}
    for place, year in calendar.texts("announced", "*"):
        if year.isdecimal() and int(year) not in known_years and year not in written:
            yield calendar.finding(place, f"{year} 年的放假日和调休上班日还没有写进 extra_holidays、extra_workdays")


def _use(channels: Source) -> Iterator[Finding]:
    """Channels there are, each on one line only: else somebody would be told twice."""
    used = list(uses(channels))
    yield from _once(channels, used)
    yield from _among(channels, used, _keys(channels, "channels"))


def _unique(
    source: Source, pattern: Place, names: Callable[[str], list[str]] = lambda written: [written]
) -> Iterator[Finding]:
    """No name twice; `names` are those one text stands for."""
    return _once(source, source.texts(*pattern), names)


def _once(
    source: Source,
    texts: Iterable[tuple[Place, str]],
    names: Callable[[str], list[str]] = lambda written: [written],
) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    for place, written in texts:
        for name in names(written):
            if first.setdefault(name, place) != place:
                yield source.finding(place, f"“{name}”重复了（第 {source.lines[first[name]]} 行已有）")


def _bare(name: str) -> list[str]:
    return ["".join(name.split()).lower()]


def _known(source: Source, pattern: Place, known: Collection[str] | None) -> Iterator[Finding]:
    """Every text is one of `known`; None where that cannot be told."""
    return _among(source, source.texts(*pattern), known)


def _among(source: Source, texts: Iterable[tuple[Place, str]], known: Collection[str] | None) -> Iterator[Finding]:
    if known is None:
        return
    allowed = "、".join(known) + (" 之一" if len(known) > 1 else "")
    for place, written in texts:
        if written not in known:
            yield source.finding(place, is_not(written, allowed, known))


def _keys(source: Source, name: str) -> list[str] | None:
    values = dict(source.at(name)).get((name,))
    return list(values) if isinstance(values, dict) else None


def _whole(written: Any) -> int | None:
    try:
        return int(written)
    except (TypeError, ValueError):
        return None
