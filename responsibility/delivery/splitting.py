"""A long text in parts that each fit into what a service takes: counted in its bytes, cut between lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

#: Stands where a line had to be cut.
_CUT = "…"
#: Room for the number of a part, as in （12/34）.
_NUMBER = "（999/999）"


def utf8(text: str) -> int:
    """Bytes of the text itself."""
    return len(text.encode())


def split(title: str, text: str, limit: int, size: Callable[[str], int] = utf8) -> list[str]:
    """The text under its title; where that is over `limit` by `size`, in parts, each under the title and numbered.

    A line that fits into no part is cut between two characters, with … at the cut. A title that leaves no room for the
    text is cut as well.
    """
    whole = f"{title}\n{text}"
    if size(whole) <= limit:
        return [whole]
    head = next(_pieces(title, limit // 2, size))
    bodies = list(_packed(text, limit - size(f"{head}{_NUMBER}\n"), size))
    return [f"{head}（{at}/{len(bodies)}）\n{body}" for at, body in enumerate(bodies, 1)]


def _packed(text: str, room: int, size: Callable[[str], int]) -> Iterator[str]:
    """As many whole lines together as there is room for."""
    body = ""
    for line in text.split("\n"):
        for piece in _pieces(line, room, size):
            joined = f"{body}\n{piece}" if body else piece
            if size(joined) > room:
                yield body
                joined = piece
            body = joined
    yield body


def _pieces(line: str, room: int, size: Callable[[str], int]) -> Iterator[str]:
    """The line in pieces that fit, each but the last ending in …."""
    while size(line) > room:
        end = _fitting(line, room - size(_CUT), size)
        yield line[:end] + _CUT
        line = line[end:]
    yield line


def _fitting(line: str, room: int, size: Callable[[str], int]) -> int:
    """How many characters of the line fit; at least one, so that it comes to an end."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(line[:middle]) <= room else (low, middle - 1)
    return low
