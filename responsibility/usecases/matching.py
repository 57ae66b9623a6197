"""Which row of a list's new version is which known item: by number and by likeness; history stays with its work.

An item keeps its code for good: a row that moved to another number keeps the code it had, and a new row whose number
other work bears gets the next free one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from responsibility.ingest.worklist.records import ItemRecord

#: From this likeness on titles under the same number are one item reworded; under another number it takes more.
SAME_NUMBER, OTHER_NUMBER = 0.5, 0.8
#: So many pairs are compared for likeness under other numbers; beyond, the number decides.
PAIRS = 250_000

_NUMERAL = re.compile(r"[0-9]+|[一二三四五六七八九十]+")
_TAIL = re.compile(r"(.*?)([0-9]+)")


@dataclass(frozen=True, slots=True)
class Known:
    """An item the list has, or had."""

    suffix: str
    title: str
    phrase: str
    #: No longer in the list: only its own number brings it back.
    gone: bool
    #: Whether anything of it was ever assigned.
    laid: bool
    #: Added by the office: only its own number and title take it over.
    by_hand: bool


@dataclass(slots=True)
class Matched:
    """The rows with the codes they get, and what has to be said about them."""

    rows: tuple[ItemRecord, ...]
    #: (suffix, number in the file) of items that keep their code under another number.
    moved: list[tuple[str, str]] = field(default_factory=list)
    #: The same of new rows that could not have the code of their number.
    fresh: list[tuple[str, str]] = field(default_factory=list)
    #: Suffixes of items that share their number with the row but hardly a word of its title.
    unlike: list[str] = field(default_factory=list)


def match(rows: Sequence[ItemRecord], known: Sequence[Known]) -> Matched:
    """Give every row the code suffix of the item it is, or one of its own."""
    search = _Search(rows, known)
    search.by_number_and_title()
    search.by(lambda row: (_bare(row.title), _bare(row.phrase)), lambda one: (_bare(one.title), _bare(one.phrase)))
    search.by(lambda row: _bare(row.title), lambda one: _bare(one.title))
    search.by_likeness()
    unlike = search.by_number()
    return _settled(rows, known, search.found, unlike)


class _Search:
    """What is matched so far: row → suffix."""

    def __init__(self, rows: Sequence[ItemRecord], known: Sequence[Known]) -> None:
        self.rows = rows
        self.known = {one.suffix: one for one in known}
        self.found: dict[int, str] = {}
        self.taken: set[str] = set()

    def take(self, at: int, suffix: str) -> None:
        self.found[at] = suffix
        self.taken.add(suffix)

    def open_rows(self) -> Iterator[tuple[int, ItemRecord]]:
        return ((at, row) for at, row in enumerate(self.rows) if at not in self.found)

    def own(self, row: ItemRecord) -> Known | None:
        """The item under the row's own number, where no row has it yet."""
        return self.known.get(row.code_suffix) if row.code_suffix not in self.taken else None

    def candidates(self) -> list[Known]:
        """Items a row with another number may be."""
        return [one for one in self.known.values() if one.suffix not in self.taken and not (one.gone or one.by_hand)]

    def by_number_and_title(self) -> None:
        for at, row in list(self.open_rows()):
            one = self.own(row)
            if one is not None and _bare(one.title) == _bare(row.title):
                self.take(at, one.suffix)

    def by(self, of_row: Callable[[ItemRecord], Hashable], of_known: Callable[[Known], Hashable]) -> None:
        """Match what is equal under other numbers, in the order of both."""
        waiting: dict[Hashable, list[str]] = {}
        for one in self.candidates():
            waiting.setdefault(of_known(one), []).append(one.suffix)
        for at, row in list(self.open_rows()):
            same = waiting.get(of_row(row))
            if same:
                self.take(at, same.pop(0))

    def by_likeness(self) -> None:
        for at, row in list(self.open_rows()):
            one = self.own(row)
            if one is not None and not one.by_hand and likeness(row.title, one.title, SAME_NUMBER):
                self.take(at, one.suffix)
        left, candidates = list(self.open_rows()), self.candidates()
        if len(left) * len(candidates) > PAIRS:
            return
        pairs = [
            (score, -at, one.suffix)
            for at, row in left
            for one in candidates
            if _numerals(row.title) == _numerals(one.title) and (score := likeness(row.title, one.title, OTHER_NUMBER))
        ]
        for _, minus, suffix in sorted(pairs, reverse=True):
            if -minus not in self.found and suffix not in self.taken:
                self.take(-minus, suffix)

    def by_number(self) -> list[str]:
        """The number decides what is left; the suffixes matched so."""
        unlike = []
        for at, row in list(self.open_rows()):
            one = self.own(row)
            if one is not None and not (one.by_hand or one.gone):
                self.take(at, one.suffix)
                unlike.append(one.suffix)
        return unlike


def _settled(
    rows: Sequence[ItemRecord], known: Sequence[Known], found: Mapping[int, str], unlike: list[str]
) -> Matched:
    done = Matched((), unlike=unlike)
    blocked = {one.suffix for one in known if one.gone and one.laid} | set(found.values())
    suffixes = dict(found)
    for at, row in enumerate(rows):
        if at not in suffixes and row.code_suffix not in blocked:
            suffixes[at] = row.code_suffix
    used = {one.suffix for one in known} | set(suffixes.values())
    for at, row in enumerate(rows):
        if at not in suffixes:
            suffixes[at] = _next(row.code_suffix, used)
            used.add(suffixes[at])
            done.fresh.append((suffixes[at], row.number))
        elif suffixes[at] != row.code_suffix:
            done.moved.append((suffixes[at], row.number))
    done.rows = tuple(
        row if suffixes[at] == row.code_suffix else replace(row, code_suffix=suffixes[at], number=_number(suffixes[at]))
        for at, row in enumerate(rows)
    )
    return done


def _next(suffix: str, used: Iterable[str]) -> str:
    """The number after the highest in the suffix's section."""
    head, digits = _cut(suffix)
    numbers = [int(number) for other in used for prefix, number in [_cut(other)] if prefix == head and number]
    return f"{head}{max(numbers, default=0) + 1:0{max(len(digits), 2)}}"


def _cut(suffix: str) -> tuple[str, str]:
    found = _TAIL.fullmatch(suffix)
    return (found[1], found[2]) if found else (f"{suffix}-", "")


def _number(suffix: str) -> str:
    """The number a file would write for the suffix, so that a row is written the same wherever it stands."""
    last = suffix.rsplit("-", 1)[-1]
    return str(int(last)) if last.isdigit() else last


def likeness(one: str, other: str, least: float) -> float:
    """How alike two titles are, 0 to 1; 0 below `least`."""
    matcher = SequenceMatcher(None, _bare(one), _bare(other), autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def _bare(text: str) -> str:
    """The text without blanks and signs: 开好 “动员会”。 is 开好动员会."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum()).lower()


def _numerals(title: str) -> list[str]:
    """第三季度 is not 第四季度, however alike they look."""
    return _NUMERAL.findall(unicodedata.normalize("NFKC", title))
