"""One deliverer: takes messages in hand, renders each right before it goes, records what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from responsibility.core.text import hour_of
from responsibility.delivery import Courier, Parcel, TransportError
from responsibility.store import channels, ledger, outbox
from responsibility.store.engine import writing
from responsibility.store.ledger import Entry
from responsibility.usecases.contents import Gone
from responsibility.usecases.deliver.outcome import Delivered, Outcome, following, in_doubt, move, refused
from responsibility.usecases.deliver.parking import PATIENCE, is_brief, is_parked, park, stuck
from responsibility.usecases.deliver.queue import Queue, Ready, read
from responsibility.usecases.deliver.timer import Timer
from responsibility.usecases.rendering import Renderer
from responsibility.usecases.workspace import ENGINE, Workspace

#: How long a message stays in the hands of a deliverer that is not heard of. Much longer than handing one over takes,
#: short enough that one that was killed is found soon.
LEASE = timedelta(minutes=2)
#: A hand-over may take so many answers of a server, each as long as the channel's time-out.
ANSWERS = 8
#: So often in a row a service may ask to wait before it is left alone.
BRAKES = 3

#: After so many in a row of which nobody knows whether they arrived a channel fails.
DOUBTS = 3

DIED = "送出时程序中断，不知道对方是否收到"
#: Nothing else a courier or a template may do wrong keeps the next message back. Of what it was only the kind is told:
#: its words may hold a secret.
STUMBLED = "送出时程序出错，不知道对方是否收到"
UNWRITTEN = "消息没有写成（程序或模板出错），没有送出"


def number_of(message: Any) -> str:
    """The key of a message (编号): the same over whichever channel and however often it is tried."""
    return f"{message.seq:06d}-{message.id}-{message.posts[0]}"


@dataclass(frozen=True, slots=True)
class _Handed:
    """A message that left our hands, and what became of it; not yet recorded."""

    row: Any
    outcome: Outcome
    queue: Queue
    #: What the courier said, where it said no.
    error: TransportError | None = None
    #: How many requests it took.
    parts: int = 1

    @property
    def fails(self) -> bool:
        """Whether its channel fails as a whole."""
        return self.error is not None and self.error.whole

    @property
    def is_doubt(self) -> bool:
        """Whether nobody knows that it arrived."""
        return self.error is not None and self.error.uncertain and not self.error.whole

    @property
    def answered(self) -> bool:
        """Whether its channel works, whatever became of this message."""
        refused = self.error is not None and not self.error.whole and not self.error.uncertain
        return refused or self.outcome.status == "sent"


class Deliverer:
    """Hands over what is due, channel by channel as each one's pace allows, for as long as there is something.

    What became of a message is recorded together with the start of the next one: one commit a message, and a kill
    leaves one in doubt at most.
    """

    def __init__(
        self,
        workspace: Workspace,
        by: Mapping[str, Courier],
        timer: Timer,
        tier: str | None,
        progress: Callable[[int, int], None],
    ) -> None:
        self._workspace = workspace
        self._by = by
        self._timer = timer
        self._tier = tier
        self._progress = progress
        self._owner = uuid4().hex
        self._lines = workspace.settings.delivery.lines
        self._renderer = Renderer(workspace)
        self._queues: dict[str, Queue] = {}
        self._states: Mapping[str, Any] = {}
        self._handed: _Handed | None = None
        self._done = Delivered()
        self._ids: list[int] = []
        #: Channel → messages over which it failed, which have an hour of their own.
        self._set_back: Counter[str] = Counter()
        self._total = self._turn = 0

    def run(self) -> Delivered:
        """Hand over until nothing more can go."""
        self._settle_doubts()
        with self._workspace.read() as connection:
            due = outbox.due(connection, self._moment())
            self._states = channels.states(connection)
        self._total = sum(due.values())
        for channel in due:
            self._open(channel)
        try:
            while (queue := self._next()) is not None:
                self._step(queue)
        finally:
            self._finish()
        self._say_stuck()
        return self._done

    def _moment(self) -> outbox.Moment:
        """Now, with what may go at this hour."""
        now = self._timer.now()
        return outbox.Moment(now, self._tier, self._workspace.settings.clockwork.suiting(now) > now)

    def _open(self, channel: str) -> None:
        queue = self._queues.setdefault(channel, Queue(channel, self._by.get(channel), self._timer.now()))
        queue.closed = False

    def _next(self) -> Queue | None:
        """The queue that may hand over soonest; of several that may now the one that has not for longest."""
        going: list[Queue] = []
        # The last message of one queue may open another one.
        while not going and not all(queue.closed for queue in self._queues.values()):
            going = [queue for queue in list(self._queues.values()) if self._filled(queue)]
        now = self._timer.now()
        return min(going, key=lambda queue: (max(queue.ready_at, now), queue.turn), default=None)

    def _filled(self, queue: Queue) -> bool:
        """Whether there is something on a queue, taking more in hand where it is empty or was read too long ago."""
        now = self._timer.now()
        if queue.closed or now < queue.ready_at or (queue.ready and not queue.is_stale(now)):
            return not queue.closed
        with self._writing() as connection:
            self._record(connection)
            self._states = channels.states(connection)
            outbox.release(connection, self._owner, [one.row.id for one in queue.ready])
            queue.fit()
            queue.ready.clear()
            rows = self._claim(connection, queue) if self._look(connection, queue) else []
        if rows:
            queue.ready, queue.read_at = read(self._workspace, rows, now), now
        elif now >= queue.ready_at:
            queue.close()
        return not queue.closed

    def _claim(self, connection: Connection, queue: Queue) -> list[Any]:
        now = self._timer.now()
        return outbox.claim(
            connection, queue.channel, self._owner, self._moment(), now + LEASE, queue.batch, in_turn=queue.careful
        )

    def _look(self, connection: Connection, queue: Queue) -> bool:
        """Whether messages of a channel can be taken in hand now; one that failed is tried by one deliverer."""
        now, state = self._timer.now(), self._states.get(queue.channel)
        queue.parked = ""
        queue.careful = queue.careful or state is not None
        if state is None or queue.probing:
            return True
        if not is_parked(state, now):
            queue.probing = channels.probe(connection, queue.channel, now, now + LEASE)
            return queue.probing
        if is_brief(state, now) and state.parked_until - now <= PATIENCE and queue.braked < BRAKES:
            queue.ready_at = state.parked_until
            return False
        queue.parked = state.reason
        return queue.channel not in stuck(self._states, self._lines, now)

    def _step(self, queue: Queue) -> None:
        """Wait until a queue may go on, or see its first message off."""
        now = self._timer.now()
        self._turn = queue.turn = self._turn + 1
        if queue.ready_at > now:
            self._flush()
            self._timer.wait((queue.ready_at - now).total_seconds())
            return
        one = queue.ready[0]
        outcome = self._unsent(queue, one)
        if outcome is not None:
            queue.ready.popleft()
            self._flush()
            self._handed = _Handed(one.row, outcome, queue)
            return
        self._hand_over(queue, one)

    def _unsent(self, queue: Queue, one: Ready) -> Outcome | None:
        """What becomes of a message without handing it over; None where it is to go."""
        if isinstance(one.content, Gone) or one.person is None:
            reason = one.content.reason if isinstance(one.content, Gone) else "组织机构里没有这个人了"
            return Outcome("dropped", {"detail": reason})
        if queue.courier is not None and not queue.parked:
            return None
        reason = queue.parked or f"渠道 {queue.channel} 已停用"
        for channel in self._onwards(one.row):
            return move(one.row, reason, channel)
        if queue.parked:
            return Outcome("pending", {"detail": reason, "retry_at": self._states[queue.channel].parked_until})
        return Outcome("failed", {"detail": reason})

    def _hand_over(self, queue: Queue, one: Ready) -> None:
        assert queue.courier is not None
        assert one.person is not None
        assert not isinstance(one.content, Gone)
        row, number = one.row, number_of(one.row)
        channel = self._workspace.settings.delivery.channels[queue.channel]
        try:
            said = self._renderer.render(row.kind, one.content, channel, number)
            parcel = Parcel(number, one.person, said.title, said.text, self._timer.now(), said.html, said.attachments)
            parts = queue.parts(parcel)
        except Exception as error:
            queue.ready.popleft()
            self._flush()
            self._handed = _Handed(row, Outcome("failed", {"detail": f"{UNWRITTEN}（{type(error).__name__}）"}), queue)
            return
        self._done.say(*said.faults)
        if not self._begun(queue, row, said.title, parts):
            return
        try:
            receipt = queue.courier.deliver(parcel)
        except TransportError as error:
            self._handed = self._refused(queue, row, error, parts)
        except Exception as error:
            stumbled = TransportError(f"{STUMBLED}（{type(error).__name__}）", uncertain=True)
            self._handed = self._refused(queue, row, stumbled, parts)
        else:
            self._handed = _Handed(row, Outcome("sent", {"detail": receipt.detail}), queue, parts=parts)

    def _refused(self, queue: Queue, row: Any, error: TransportError, parts: int) -> _Handed:
        state = self._states.get(queue.channel)
        down = state is not None and state.failures > 0
        resend = self._resends(queue.channel)
        outcome = refused(row, error, self._timer.now(), self._onwards(row), resend=resend, down=down)
        return _Handed(row, outcome, queue, error, parts)

    def _begun(self, queue: Queue, row: Any, title: str, parts: int) -> bool:
        """Record what became of the one before, and that this one is being handed over; False where it is not."""
        now = self._timer.now()
        with self._writing() as connection:
            self._record(connection)
            if not queue.ready or queue.ready[0].row.id != row.id:
                return False  # the one before has shown that the channel fails
            if queue.pace is not None:
                handed = outbox.handed_since(connection, queue.channel, now - timedelta(minutes=1))
                queue.ready_at = queue.pace.ready_at(handed, now, parts)
                if queue.ready_at > now:
                    return False
            queue.ready.popleft()
            return outbox.begin(connection, row, self._owner, now, now + self._lease(queue.channel), title, parts)

    def _flush(self) -> None:
        if self._handed is not None:
            with self._writing() as connection:
                self._record(connection)

    def _record(self, connection: Connection) -> None:
        """Write down what became of the message handed over last."""
        handed, self._handed = self._handed, None
        if handed is None:
            return
        row, queue, now = handed.row, handed.queue, self._timer.now()
        if handed.fails:
            assert handed.error is not None
            self._fails(connection, queue, handed.error)
        elif handed.answered and queue.channel in self._states:
            channels.clear(connection, queue.channel)
            self._states = channels.states(connection)
            queue.probing, queue.braked = False, 0
        outcome = self._detoured(connection, handed)
        columns = dict(outcome.columns)
        if handed.parts > 1:  # the last one went out only now
            columns["handed_at"] = now
        kept = outbox.settle(connection, row.id, self._owner, now, status=outcome.status, **columns)
        if kept and not (handed.fails and outcome.status == "pending"):  # as good as not tried
            self._count(row, outcome)
        self._set_back[queue.channel] += handed.fails and outcome.columns.get("retry_at") is not None
        if handed.error is not None and self._only_doubts(connection, handed):
            self._fails(connection, queue, TransportError(handed.error.reason, whole=True))

    def _only_doubts(self, connection: Connection, handed: _Handed) -> bool:
        """Whether a channel takes message after message and never says that it has them."""
        queue = handed.queue
        return handed.is_doubt and (queue.probing or outbox.only_doubts(connection, queue.channel, DOUBTS))

    def _fails(self, connection: Connection, queue: Queue, error: TransportError) -> None:
        """Park a channel; its queue looks again whether messages wait for it or go another way."""
        now = self._timer.now()
        works = {one for one in self._by if not is_parked(self._states.get(one), now)}
        park(connection, self._workspace, queue.channel, error, now, works, probing=queue.probing)
        queue.probing = False
        self._states = channels.states(connection)
        outbox.release(connection, self._owner, [one.row.id for one in queue.ready])
        queue.ready.clear()
        queue.braked += error.wait is not None
        for channel in outbox.due(connection, self._moment()):
            self._open(channel)

    def _detoured(self, connection: Connection, handed: _Handed) -> Outcome:
        """The outcome, unless the person is told by this sweep on the next channel anyway."""
        outcome, row = handed.outcome, handed.row
        if not outcome.moved:
            return outcome
        to = outcome.columns["channel"]
        if outbox.on_channel(connection, row.seq, row.person, to):
            return Outcome("dropped", {"detail": f"{outcome.columns['detail']}；本人在渠道 {to} 另有同一次的消息"})
        self._open(to)
        return outcome

    def _count(self, row: Any, outcome: Outcome) -> None:
        self._ids.append(row.id)
        status, why = outcome.status, outcome.columns["detail"]
        if outcome.moved:
            self._done.say(f"{row.person}（{row.channel}）：{why}；改走 {outcome.columns['channel']}")
            return
        self._done.counts["held" if status == "pending" else status] += 1
        if status in ("failed", "uncertain", "pending"):
            self._done.say(f"{row.person}（{row.channel}）：{why}")
        self._progress(min(self._done.counts.total(), self._total), self._total)

    def _onwards(self, row: Any) -> list[str]:
        """The channels left to a message, in order, but for those that do not work."""
        now = self._timer.now()
        after = following(self._lines, row.channel, row.tried)
        return [one for one in after if one in self._by and not is_parked(self._states.get(one), now)]

    def _resends(self, channel: str) -> bool:
        settings = self._workspace.settings.delivery.channels.get(channel)
        return settings is not None and settings.on_doubt == "resend"

    def _lease(self, channel: str) -> timedelta:
        timeout = self._workspace.settings.delivery.channels[channel].timeout
        return max(LEASE, timedelta(seconds=ANSWERS * timeout))

    def _settle_doubts(self) -> None:
        """Decide what deliverers left that died."""
        now = self._timer.now()
        with self._writing() as connection:
            for row in outbox.in_doubt(connection, now):
                outcome = in_doubt(row, DIED, now, resend=self._resends(row.channel))
                owner = row.lease_owner if outcome.status == "uncertain" else None
                columns = {"lease_owner": owner, "lease_until": None, **outcome.columns}
                outbox.mark(connection, row.id, outcome.status, now, **columns)
                if outcome.status == "uncertain":
                    self._count(row, outcome)

    def _finish(self) -> None:
        """Record the last one, let go of what is in hand, and enter in the ledger what was done."""
        with self._writing() as connection:
            self._record(connection)
            outbox.release(connection, self._owner)
            if self._ids:
                values = {"first": min(self._ids), "last": max(self._ids), **dict(self._done.counts)}
                ledger.record(connection, Entry(self._timer.now(), ENGINE, "deliver", values=values))

    def _say_stuck(self) -> None:
        """Name the channels that are left alone, and count what waits for them."""
        now = self._timer.now()
        with self._workspace.read() as connection:
            states = channels.states(connection)
            for channel in sorted(stuck(states, self._lines, now)):
                if n := outbox.waiting_on(connection, [channel], self._moment()) + self._set_back[channel]:
                    self._done.counts["held"] += n
                    zone = self._workspace.settings.zone
                    again = hour_of(states[channel].parked_until.astimezone(zone), now.astimezone(zone))
                    self._done.wait_for(channel, f"{states[channel].reason}，{again} 起再试", n)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that records what happened, whatever else was done meanwhile."""
        with writing(self._workspace.engine) as connection:
            yield ledger.by(connection, self._workspace.login)
