"""Shards (片): the organisation cut into parts that hold about the same number of clocks that are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from responsibility.core.chain import Unit


@dataclass(frozen=True, slots=True)
class Shard:
    """Some units with something due, subtrees of the organisation wherever they are small enough."""

    units: tuple[str, ...]
    due: int


def shards_of(units: Sequence[Unit], due: Mapping[str, int], most: int) -> list[Shard]:
    """Cut what is due (unit → how many clocks, none 0) into shards of at most `most`; one unit is never cut.

    A subtree that fits stays whole; of one that does not, its unit and the subtrees below are put together side by
    side, in the order of the organisation. Units the organisation does not know stand beside its roots.
    """
    known = {unit.code for unit in units}
    below: dict[str | None, list[str]] = {}
    for unit in units:
        below.setdefault(unit.parent if unit.parent in known else None, []).append(unit.code)
    below.setdefault(None, []).extend(sorted(set(due) - known))
    return _beside([piece for root in below[None] for piece in _cut(root, below, due, most)], most)


def _cut(unit: str, below: Mapping[str | None, Sequence[str]], due: Mapping[str, int], most: int) -> list[Shard]:
    own = [Shard((unit,), due[unit])] if due.get(unit) else []
    return _beside([*own, *(piece for child in below.get(unit, ()) for piece in _cut(child, below, due, most))], most)


def _beside(pieces: Iterable[Shard], most: int) -> list[Shard]:
    """Put neighbours together as long as they fit."""
    joined: list[Shard] = []
    for piece in pieces:
        if joined and joined[-1].due + piece.due <= most:
            joined[-1] = Shard(joined[-1].units + piece.units, joined[-1].due + piece.due)
        else:
            joined.append(piece)
    return joined
