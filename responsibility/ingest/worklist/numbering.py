"""Item numbers and what they make of an item's code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from responsibility.ingest.wording import plain, whole_number

_BRACKETS = re.compile(r"[(\[【〔]*(.*?)[)\]】〕]*[、.,:;。]*")
_ORDINAL = re.compile(r"第(.+?)[项条号个款]?")
_ZEROS = re.compile(r"(\d+)\.0+")
#: What a code may hold.
_FIT = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")


def clean_number(text: str) -> str:
    """ "（1）", "01", "1.0", "1、", "一" → "1"; "1.1" stays; what is no number at all stays as written."""
    bare = plain(text).strip("★☆▲*")
    for wrapped in (_BRACKETS, _ORDINAL):
        inside = wrapped.fullmatch(bare)
        bare = inside[1] if inside and inside[1] else bare
    bare = _ZEROS.sub(r"\1", bare) if _ZEROS.fullmatch(bare) else bare
    number = whole_number(bare)
    return bare if number is None else str(number)


@dataclass(frozen=True, slots=True)
class Numbering:
    """Per item: its number and the suffix of its code; and the items whose number another one bears."""

    numbers: tuple[str, ...]
    suffixes: tuple[str, ...]
    #: Item → the earlier item of its group with the same number.
    duplicates: dict[int, int]


def number_items(numbers: Sequence[str], groups: Sequence[int]) -> Numbering:
    """Suffixes "03", or "2-03" for all where a number occurs in several groups; running numbers fill the gaps."""
    grouped = _repeats(numbers, groups)
    scopes = groups if grouped else [0] * len(groups)
    taken = {(scope, number) for scope, number in zip(scopes, numbers, strict=True) if _FIT.fullmatch(number)}
    running: dict[int, int] = defaultdict(int)
    shown, suffixes = [], []
    for scope, number in zip(scopes, numbers, strict=True):
        running[scope] += 1
        counted = number if _FIT.fullmatch(number) else _free(scope, running[scope], taken)
        taken.add((scope, counted))
        shown.append(number or counted)
        padded = counted.zfill(2) if counted.isdigit() else counted
        suffixes.append(f"{scope}-{padded}" if grouped else padded)
    return Numbering(tuple(shown), tuple(suffixes), _duplicates(numbers, groups))


def _free(scope: int, wanted: int, taken: set[tuple[int, str]]) -> str:
    while (scope, str(wanted)) in taken:
        wanted += 1
    return str(wanted)


def _repeats(numbers: Sequence[str], groups: Sequence[int]) -> bool:
    where: dict[str, set[int]] = defaultdict(set)
    for number, group in zip(numbers, groups, strict=True):
        where[number].add(group)
    return any(len(found) > 1 for number, found in where.items() if number)


def _duplicates(numbers: Sequence[str], groups: Sequence[int]) -> dict[int, int]:
    first: dict[tuple[int, str], int] = {}
    again = {}
    for at, key in enumerate(zip(groups, numbers, strict=True)):
        if key[1] and first.setdefault(key, at) != at:
            again[at] = first[key]
    return again
