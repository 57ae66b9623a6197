"""Gaps: where a sweep found nobody to tell, and who hears instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from responsibility.core.chain import Route


class Hole(StrEnum):
    """What is missing."""

    #: A post nobody holds, or a tier or unit without any post.
    VACANT = "vacant"
    #: Members' posts nobody holds.
    VACANT_MEMBERS = "vacant_members"
    #: Nobody is left to tell, up to the top.
    NOBODY = "nobody"
    #: A ladder without rungs.
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Gap:
    """One hole, with everything it kept from arriving."""

    hole: Hole
    #: The post, unit, tier, recipient kind or clock that is missing.
    about: str
    #: The units concerned.
    units: tuple[str, ...]
    #: Names of the rungs that could not be told as meant.
    rungs: tuple[str, ...] = ()
    #: The posts that heard instead.
    told: tuple[str, ...] = ()
    #: How many assignments (of an empty ladder).
    count: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """A recipient kind of a rung that fired for a unit, and whom it reached."""

    unit: str
    #: Recipient kind; empty where vacant members are meant.
    tell: str
    rung: str
    routes: tuple[Route, ...]


def gaps_in(reached: Iterable[Reached]) -> tuple[Gap, ...]:
    """The holes behind what was told, each once, in the order they were met."""
    found: dict[tuple[Hole, str], tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
    for one in reached:
        for hole, about, told in _holes(one):
            units, rungs, posts = found.setdefault((hole, about), ({}, {}, {}))
            units[one.unit] = rungs[one.rung] = None
            posts.update(dict.fromkeys(told))
    return tuple(
        Gap(hole, about, tuple(units), tuple(rungs), tuple(posts))
        for (hole, about), (units, rungs, posts) in found.items()
    )


def _holes(one: Reached) -> Sequence[tuple[Hole, str, list[str]]]:
    if not one.routes:
        return [(Hole.NOBODY, one.tell, [])]
    if not one.tell:
        return [(Hole.VACANT_MEMBERS, "", [route.post for route in one.routes])]
    missing = dict.fromkeys(route.instead_of for route in one.routes if route.instead_of)
    return [(Hole.VACANT, str(m), [r.post for r in one.routes if r.instead_of == m]) for m in missing]
