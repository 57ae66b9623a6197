"""A line that shows how far something is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text


class _Counted(ProgressColumn):
    """A bar and the count beside it; nothing while nobody knows how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = BarColumn(20)

    def render(self, task: Task) -> RenderableType:
        return self._bar.render(task) if task.total else Text("")


class _Numbers(ProgressColumn):
    def render(self, task: Task) -> RenderableType:
        return Text(f"{task.completed:,.0f}/{task.total:,.0f}" if task.total else "", style="progress.download")


@contextmanager
def bar(console: Console, what: str) -> Iterator[Callable[..., None]]:
    """Show `what` until the end, then nothing; yields `step(what, done, total)`, with a bar where `total` is known."""
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), _Counted(), _Numbers(), TimeElapsedColumn())
    # What is printed meanwhile goes above the line, but for a stdout that goes elsewhere.
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task(what, total=None)

        def step(what: str, done: int = 0, total: int = 0) -> None:
            progress.tasks[0].total = total or None
            progress.update(task, description=what, completed=done)

        yield step
