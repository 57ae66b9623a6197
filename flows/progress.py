"""How far a flow run from a command is, told to whoever started it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Told what is going on, how many are done, and of how many (0 where nobody knows).
Progress = Callable[[str, int, int], None]


def _nobody(what: str, done: int = 0, total: int = 0) -> None:
    return None


_listener: ContextVar[Progress] = ContextVar("progress", default=_nobody)


@contextmanager
def listening(listener: Progress) -> Iterator[None]:
    """Flows run inside tell `listener` how far they are, wherever Prefect runs them in this process."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(what: str, done: int = 0, total: int = 0) -> None:
    """Tell the listener, if there is one."""
    _listener.get()(what, done, total)
