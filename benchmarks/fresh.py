"""Processes that start afresh: what a command takes from nothing, and what it takes only to load what it uses."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

#: What stands behind `python`.
Program = Sequence[str]

#: As where zeren is installed: what was compiled once is kept, whatever this shell says about it.
_ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_LOADED = """\
import contextlib, io, sys
from responsibility.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    done = run({words!r})
print("\\n".join(name for name, module in sys.modules.items() if getattr(module, "__spec__", None)))
sys.exit(done)
"""
_LOAD = """\
import gc
gc.set_threshold(1_000_000, 20, 20)  # as `zeren` does
from importlib import import_module
for name in {names!r}:
    import_module(name)
gc.freeze()  # as `zeren` does
"""


def command(*words: str) -> Program:
    """`zeren` with these words."""
    return ["-m", "responsibility.cli", *words]


def imports_of(words: Sequence[str], folder: Path) -> Program:
    """A program that loads every module one run of `zeren` with these words loads, in that order, and does nothing."""
    code = ["-c", _LOADED.format(words=list(words))]
    names = subprocess.run([sys.executable, *code], check=True, capture_output=True, text=True).stdout.split()
    return loading([name for name in names if name != "__main__"], folder / f"imports_of_{words[0]}.py")


def loading(names: Sequence[str], path: Path) -> Program:
    """A program, written to `path`, that loads these modules as `zeren` does and does nothing."""
    path.write_text(_LOAD.format(names=list(names)), "utf-8")
    return [str(path)]


def race(programs: Mapping[str, Program], runs: int) -> dict[str, tuple[float, float]]:
    """(seconds, seconds of processor) of each program: the least of so many runs, which take turns."""
    taken = [{name: _run(program) for name, program in programs.items()} for _ in range(runs)]
    return {name: tuple(min(one[name][at] for one in taken) for at in (0, 1)) for name in programs}  # type: ignore[misc]


def _run(program: Program) -> tuple[float, float]:
    before, start = _spent(), time.perf_counter()
    subprocess.run([sys.executable, *program], check=True, stdout=subprocess.DEVNULL, env=_ENVIRON)
    return time.perf_counter() - start, _spent() - before


def _spent() -> float:
    """Seconds of processor of all children until now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
