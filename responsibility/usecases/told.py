"""What messages tell, read from the database for many of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from responsibility.store import cards, sweeping

#: (the sweep, the oldest sweep it speaks of)
_Span = tuple[int, int]


class Told:
    """The notices behind outbox rows: of those named beforehand read once for each sweep, of others when asked."""

    def __init__(self, connection: Connection, messages: Sequence[Any] = ()) -> None:
        self._connection = connection
        posts: dict[_Span, set[str]] = {}
        for message in messages:
            if message.kind == "digest":
                posts.setdefault((message.seq, message.since_seq), set()).update(message.posts)
        self._posts = posts
        self._notices = {span: self._read(sweeping.notices_of, span) for span in posts}
        self._of_units = {span: self._read(cards.notices_of, span) for span in posts}

    def of(self, message: Any) -> list[Any]:
        """The notices a message tells, in their order."""
        return self._picked(message, self._notices, sweeping.notices_of)

    def of_units(self, message: Any) -> list[Any]:
        """What a message tells of units as a whole, in its order."""
        return self._picked(message, self._of_units, cards.notices_of)

    def _read(self, query: Callable[..., list[Any]], span: _Span) -> dict[str, list[tuple[int, Any]]]:
        by_post: dict[str, list[tuple[int, Any]]] = {}
        for at, row in enumerate(query(self._connection, span[0], sorted(self._posts[span]), span[1])):
            by_post.setdefault(row.recipient, []).append((at, row))
        return by_post

    def _picked(self, message: Any, known: dict[_Span, Any], query: Callable[..., list[Any]]) -> list[Any]:
        span = (message.seq, message.since_seq)
        if span not in known or not self._posts[span].issuperset(message.posts):
            return query(self._connection, message.seq, message.posts, message.since_seq)
        return _in_order(pair for post in message.posts for pair in known[span].get(post, ()))


def _in_order(pairs: Iterable[tuple[int, Any]]) -> list[Any]:
    return [row for _, row in sorted(pairs, key=lambda pair: pair[0])]
