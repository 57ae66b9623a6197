"""Words and numbers as files write them, made comparable: full width, blanks, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

CHINESE = "零〇一二三四五六七八九十百千两廿卅"
_PLAIN = re.compile(r"\d{1,9}")
_NUMERAL = re.compile(f"[{CHINESE}]{{1,12}}")
_REMARK = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")


def plain(text: str) -> str:
    """The text with full-width signs made half-width and without any blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def header_name(text: str) -> str:
    """A header text as it is looked up: no blanks, no bracketed remark, half-width, lower case."""
    return _REMARK.sub("", plain(text)).strip("：:*★").lower()


def whole_number(text: str) -> int | None:
    """4, ４, 四, 十二, 两 as an integer; None for anything else."""
    text = plain(text)
    if _PLAIN.fullmatch(text):
        return int(text)
    return _from_chinese(text) if _NUMERAL.fullmatch(text) else None


def _from_chinese(text: str) -> int | None:
    import cn2an  # 0.2 s: only files with Chinese numerals pay for it

    try:
        number = int(cn2an.cn2an(text, "normal"))
    except ValueError:
        return None
    return number if number < 1_000_000_000 else None
