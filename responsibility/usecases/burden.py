"""`zeren burden`: how many messages people got, and what digesting, waiting and dropping spared them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any

from responsibility.core.summary import Burden, Sent, burden
from responsibility.core.timing import Held
from responsibility.store import burden as store
from responsibility.store import organisation as organisation_store
from responsibility.usecases.workspace import Workspace


def burden_of(workspace: Workspace, since: datetime, now: datetime) -> tuple[Burden, Mapping[str, str]]:
    """The messages from `since` to `now`; and person → name with posts, of everybody in it."""
    with workspace.read() as connection:
        rows = store.messages(connection, since, now)
        first = min((row.since_seq for row in rows), default=0)
        told = _Told(store.notices(connection, first) if rows else [])
        organisation = organisation_store.load(connection)
    counted = burden(since, now, _once(rows, told), workspace.settings.chain.order)
    today = now.astimezone(workspace.settings.zone).date()
    titles: dict[str, list[str]] = defaultdict(list)
    for holding in organisation.holdings:
        if holding.covers(today):
            titles[holding.person].append(organisation.post[holding.post].title)
    names = {code: _named(person.name, titles[code]) for code, person in organisation.person.items()}
    return counted, names


def _once(rows: Iterable[Any], told: _Told) -> list[Sent]:
    """What was said to a person at a time, once, over however many channels: as it went out, where it did."""
    said: dict[tuple[int, str], Sent] = {}
    for row in rows:
        key, one = (row.seq, row.person), _sent(row, told)
        if key not in said or (one.out and not said[key].out):
            said[key] = one
    return list(said.values())


def _named(name: str, titles: list[str]) -> str:
    shown = "、".join(titles)
    return f"{name}（{shown}）" if shown and shown != name else name


def _sent(row: Any, told: _Told) -> Sent:
    out = row.status in ("sent", "uncertain")
    merged = Held(row.held_why or Held.CHANNEL) if row.merged_into is not None else None
    untrue = row.status == "dropped" and row.merged_into is None
    notices = told.between(row.posts, row.since_seq, row.seq) if row.kind == "digest" else 1
    return Sent(row.person, row.tier, out, max(notices, 1), merged, untrue)


class _Told:
    """Recipient → its entries with how many notices there were up to each."""

    def __init__(self, rows: list[tuple[str, int, int]]) -> None:
        by_post: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for recipient, seq, n in rows:
            by_post[recipient].append((seq, n))
        self._seqs = {post: [seq for seq, _ in sorted(some)] for post, some in by_post.items()}
        self._sums = {post: [0, *accumulate(n for _, n in sorted(some))] for post, some in by_post.items()}

    def between(self, posts: list[str], first: int, last: int) -> int:
        """How many notices these posts had from one entry to another, both included."""
        return sum(self._of(post, first, last) for post in posts if post in self._seqs)

    def _of(self, post: str, first: int, last: int) -> int:
        seqs, sums = self._seqs[post], self._sums[post]
        return sums[bisect_right(seqs, last)] - sums[bisect_left(seqs, first)]
