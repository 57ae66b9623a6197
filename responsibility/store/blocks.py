"""Sets of assignments as blocks of ids, [first, last] both included, in order: what a tier was laid lies together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Blocks = Sequence[Sequence[int]]


def blocks_of(ids: Iterable[int]) -> list[list[int]]:
    """The blocks that cover exactly `ids`."""
    found: list[list[int]] = []
    for one in sorted(ids):
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return found


def hold(blocks: Blocks, ids: Iterable[int]) -> bool:
    """Whether any of `ids` lies in a block."""
    return any(first <= one <= last for one in ids for first, last in blocks)


def within(blocks: Blocks, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Those of `rows`, in the order of their id (the first column), whose id lies in a block."""
    left = iter(blocks)
    first, last = next(left, (0, -1))
    for row in rows:
        while row[0] > last and last >= 0:
            first, last = next(left, (0, -1))
        if first <= row[0] <= last:
            yield row
