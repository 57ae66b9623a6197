"""Text that came from outside, made fit to be stored and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

#: Control characters but tab and newline, and marks that turn the direction of what follows: both can make a
#: terminal or a reader see something else than what is written.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def showable(text: str) -> str:
    """The text without control and direction characters."""
    return _UNSHOWABLE.sub("", text)


def hour_of(at: datetime, now: datetime) -> str:
    """An instant as one says it: day and hour, with the year where it is another one."""
    return at.strftime("%m-%d %H:%M" if at.year == now.year else "%Y-%m-%d %H:%M")


def near(asked: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known code or name most like what was asked: alike but for case, width, blanks and zeros, else nearly so."""
    return next(iter(nearest(asked, known, cutoff, 1)), None)


def nearest(asked: str, known: Iterable[str], cutoff: float = 0.6, most: int = 3) -> list[str]:
    """The known names like what was asked, the likest first; only that one where it differs in spelling alone."""
    from rapidfuzz import fuzz, process  # 50 ms: only who asks for what is not there pays for it

    names = list(known)
    alike = next((name for name in names if _bare(name) == _bare(asked)), None)
    if alike is not None:
        return [alike]
    found = process.extract(asked[:100], names, scorer=fuzz.ratio, score_cutoff=100 * cutoff, limit=most)
    return [name for name, score, _ in found if score > found[0][1] - 10]


def is_it(asked: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the known name nearest to what was asked, before what to do `otherwise`."""
    found = near(asked, known)
    return f"是不是 {found}；{otherwise}" if found else otherwise


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    wide = unicodedata.normalize("NFKC", "".join(text.split())).upper()
    return re.sub(r"(?<!\d)0+(?=\d)", "", wide)


#: What the templates write where the office is to put its own words.
NAME_HERE, UNIT_HERE = "（姓名）", "（单位名称）"


def left_blank(text: str) -> bool:
    """Whether the text still bears a template's placeholder."""
    return any(words in text.replace("(", "（").replace(")", "）") for words in (NAME_HERE, UNIT_HERE))


def unformulated(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula (OWASP, "CSV injection")."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
