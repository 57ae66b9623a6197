"""Deliverers that are killed, and several at once: nothing is lost, nothing goes out twice unless it is said to."""

from __future__ import annotations

import os
import random
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from responsibility.delivery import MemoryCourier, Parcel, Receipt
from responsibility.store import channels, outbox
from responsibility.usecases.deliver import deliver, handing, queue
from responsibility.usecases.rendering import Renderer
from tests.world import World

CHANNELS = ("console", "mail")
#: Longer than any lease.
LATER = timedelta(minutes=3)


class Post:
    """A service on the other side of a pipe: what was written into it has arrived, whoever dies then."""

    pace = None

    def __init__(self, id: str, into: int, seconds: float = 0.0) -> None:
        self.id, self._into, self._seconds = id, into, seconds

    def deliver(self, parcel: Parcel) -> Receipt:
        """Hand the parcel's key over, and answer."""
        os.write(self._into, f"{os.getpid()} {parcel.message_id.split('-')[1]}\n".encode())
        time.sleep(self._seconds)
        return Receipt("已收")

    def close(self) -> None:
        """Nothing is kept open."""


def filled(world: World, n: int) -> Renderer:
    """An outbox of `n` messages, by turns on a channel that sends again in doubt and one that leaves it to the office.

    They speak of a channel nobody uses, which is quickly read: what they say is all the same here.
    """
    same = {"kind": "alarm", "person": "RBG1", "posts": ["BG1"], "tier": "office", "status": "pending"}
    about = {"channel": "file", "reason": "磁盘已满"}
    rows = [
        {**same, "seq": at, "since_seq": at, "about": about, "channel": CHANNELS[at % 2], "created_at": world.now}
        for at in range(n)
    ]
    with world.workspace.write(world.now) as connection:
        channels.park(connection, "file", world.now, since=world.now, reason="磁盘已满", failures=1)
        outbox.put(connection, rows[:2])
    # Once here, so that a child need not compile its statements and the template first.
    renderer = Renderer(world.workspace)
    handing.Renderer = lambda _: renderer  # type: ignore[assignment, misc, attr-defined]
    try:
        assert deliver(world.workspace, {one: MemoryCourier(one) for one in CHANNELS}, world.now)["sent"] == 2
    finally:
        handing.Renderer = Renderer  # type: ignore[misc, attr-defined]
    with world.workspace.write(world.now) as connection:
        connection.exec_driver_sql("DELETE FROM message")
        outbox.put(connection, rows)
    return renderer


@contextmanager
def mailbox() -> Iterator[tuple[int, Callable[[], list[tuple[int, int]]]]]:
    """Where services write to, and (who handed it over, the message) of all that has arrived since it was asked."""
    out, into = os.pipe()
    os.set_blocking(out, False)

    def arrived() -> list[tuple[int, int]]:
        text = b""
        try:
            while some := os.read(out, 1 << 16):
                text += some
        except BlockingIOError:
            pass
        return [(int(pid), int(number)) for pid, number in (line.split() for line in text.decode().splitlines())]

    try:
        yield into, arrived
    finally:
        os.close(out)
        os.close(into)


def child(work: Callable[[], object]) -> int:
    """A process like this one, warm as it is, that works and ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that are not in the child
        pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


#: Where a hand-over may break off, before and after: everything it does to the outbox, and the handing over itself.
STEPS: tuple[tuple[Any, str], ...] = (
    (outbox, "claim"),
    (outbox, "begin"),
    (outbox, "settle"),
    (outbox, "release"),
    (handing, "read"),
    (handing, "writing"),
    (Post, "deliver"),
)


def dying_at(where: tuple[Any, str], after: bool, time_: int) -> None:
    """In a child: die before or after it does that for the n-th time."""
    owner, name = where
    original, calls = getattr(owner, name), Counter[str]()

    def called(*args: Any, **kwargs: Any) -> Any:
        calls[name] += 1
        if calls[name] == time_ and not after:
            die()
        result = original(*args, **kwargs)
        if calls[name] == time_:
            die()
        return result

    def committed(*args: Any, **kwargs: Any) -> Any:
        calls[name] += 1
        with original(*args, **kwargs) as connection:
            yield connection
            if calls[name] == time_ and not after:
                die()
        if calls[name] == time_:
            die()

    setattr(owner, name, contextmanager(committed) if name == "writing" else called)


def test_killed_200_times_every_message_ends_sent_or_uncertain_and_none_is_lost(world: World) -> None:
    """kill -9 at every step and at any instant, over 500 messages."""
    renderer = filled(world, 500)
    chance = random.Random(20230914)
    killed, received = 0, Counter[int]()
    with mailbox() as (into, arrived):
        by = {name: Post(name, into, seconds=0.002) for name in CHANNELS}

        def work(fault: tuple[tuple[Any, str], bool, int] | None) -> None:
            queue.BATCH, queue.MOST, handing.Renderer = 4, 4, lambda _: renderer  # type: ignore[assignment, misc, attr-defined]
            if fault is not None:
                dying_at(*fault)
            deliver(world.workspace, by, world.now)

        world.workspace.engine.dispose()  # no connection is shared with a child
        for at in range(1000):
            world.now += LATER
            named = (STEPS[at % len(STEPS)], chance.random() < 0.5, chance.randint(1, 3)) if at % 3 else None
            pid = child(lambda named=named: work(named))  # type: ignore[misc]
            if named is None:
                time.sleep(chance.uniform(0.0, 0.04))
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            killed += os.WIFSIGNALED(status)
            if killed == 200:
                break
        left = world.rows("SELECT count(*) FROM message WHERE status IN ('pending', 'sending')")[0][0]
        world.now += LATER
        deliver(world.workspace, by, world.now)
        received.update(number for _, number in arrived())
    assert killed == 200
    assert left > 0  # else the kills at the end met nothing
    rows = world.rows("SELECT id, channel, status, doubts FROM message")
    assert len(rows) == 500
    for number, channel, status, doubts in rows:
        assert status in ("sent", "uncertain"), (number, status)
        assert received[number] <= 1 + doubts, number
        assert received[number] >= 1 or status == "uncertain", number
        assert not (doubts and channel == "mail"), number
    assert {row[2] for row in rows if row[1] == "mail"} == {"sent", "uncertain"}
    assert any(row[3] for row in rows)


@pytest.mark.parametrize("deliverers", [4])
def test_several_deliverers_share_one_outbox_and_send_nothing_twice(any_world: World, deliverers: int) -> None:
    """On SQLite and on PostgreSQL, all at the same time."""
    world = any_world
    filled(world, 120)
    with mailbox() as (into, arrived):
        by = {name: Post(name, into, seconds=0.003) for name in CHANNELS}

        def work() -> None:
            queue.BATCH = queue.MOST = 5
            deliver(world.workspace, by, world.now)

        world.workspace.engine.dispose()
        pids = [child(work) for _ in range(deliverers)]
        for pid in pids:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        told = arrived()
    received = Counter(number for _, number in told)
    assert len(received) == 120
    assert set(received.values()) == {1}
    assert len({pid for pid, _ in told}) > 1
    assert world.rows("SELECT DISTINCT status, lease_owner FROM message") == [("sent", None)]
