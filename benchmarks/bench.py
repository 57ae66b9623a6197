"""Run every benchmark that proves a claim and write docs/benchmarks.md from what they claimed.

    python benchmarks/bench.py [--quick] [--to FILE] [script …]

`make bench` is this; `make bench QUICK=1` takes small sizes. A script that fails is named at the end and makes the exit
code 1; a target that is missed is a ✗ in the table and no failure. With scripts named only those are run; the rows of
the others stay as the last run left them (in benchmarks/.last.json).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
LAST = FOLDER / ".last.json"
MARKS = {True: "✓", False: "✗", None: "·"}


@dataclass(frozen=True, slots=True)
class Script:
    """A benchmark and its arguments: at the sizes that are claimed, and small."""

    name: str
    full: str = ""
    quick: str = ""

    def words(self, quick: bool) -> list[str]:
        return [self.name, *(self.quick if quick else self.full).split()]


#: Every script that makes claims, in the order of the page.
SCRIPTS = (
    Script("startup.py", "", "5"),
    Script("status.py", "", "10000 100000"),
    Script("sweep.py", "", "10000 20000"),
    Script("sweep.py", "--postgres 10000 1000000", "--postgres 10000 20000"),
    Script("cascade.py", "", "10 20"),
    Script("cascade.py", "--postgres", "--postgres 10 20"),
    Script("ledger.py", "", "20000"),
    Script("ledger.py", "--postgres", "--postgres 20000"),
    Script("history.py", "", "10000 5"),
    Script("growth.py", "25000 25", "2000 5"),
    Script("compare.py", "", "10000"),
    Script("doctor.py", "", "500"),
    Script("moving.py", "2000 6000", "100 500"),
    Script("mail.py", "1000 10000", "200 1000"),
    Script("workers.py", "200000", "40000"),
    Script("capacity.py", "278", "40"),
)


@dataclass(slots=True)
class Run:
    """What became of one script."""

    words: Sequence[str]
    seconds: float = 0.0
    #: The day it was run on.
    on: str = ""
    code: int = 0
    claims: list[Mapping[str, object]] = field(default_factory=list)


def main(quick: bool, to: Path, only: Sequence[str] = (), kept: Path = LAST) -> int:
    """Run all of them (or those named), write the page, and say which failed."""
    known = {_said(one["words"]): Run(**one) for one in json.loads(kept.read_text("utf-8"))} if only else {}
    for script in SCRIPTS:
        if not only or script.name in only:
            words = script.words(quick)
            known[_said(words)] = run(words)
            runs = [known[name] for one in SCRIPTS if (name := _said(one.words(quick))) in known]
            to.write_text(page(runs, quick), "utf-8")  # after each: a run that is broken off has shown what it had
            kept.write_text(json.dumps([asdict(one) for one in runs], ensure_ascii=False), "utf-8")
    print(f"\n{to} written.")
    failed = [one for one in runs if one.code]
    for one in failed:
        print(f"failed with exit code {one.code}: {_said(one.words)}", file=sys.stderr)
    return 1 if failed else 0


def run(words: Sequence[str], folder: Path = FOLDER) -> Run:
    """Run one script of a folder; what it prints is seen, what it claims is kept."""
    print(f"\n== {_said(words)}", flush=True)
    found = Run(words, on=str(datetime.now(UTC).date()))
    with tempfile.TemporaryDirectory(prefix="zeren-bench-") as scratch:
        claims = Path(scratch) / "claims.jsonl"
        start = time.monotonic()
        program = [sys.executable, str(folder / words[0]), *words[1:]]
        environ = os.environ | {"ZEREN_CLAIMS": str(claims), "PYTHONPATH": str(FOLDER.parent)}
        found.code = subprocess.run(program, check=False, env=environ).returncode
        found.seconds = time.monotonic() - start
        if claims.exists():
            found.claims = [json.loads(row) for row in claims.read_text("utf-8").splitlines()]
    return found


def page(runs: Sequence[Run], quick: bool) -> str:
    """docs/benchmarks.md: the machine, one row a claim, and the command each row comes from."""
    claims = [one for each in runs for one in each.claims]
    missed = sum(one["holds"] is False for one in claims)
    judged = sum(one["holds"] is not None for one in claims)
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; every row was printed by the command beside it. What each of them does, and what its",
        "floor leaves out, stands in [benchmarks/README.md](../benchmarks/README.md).",
        "",
        "The **floor** is raw `sqlite3` (or `psycopg`) doing the same reads and writes with hand-written SQL and the",
        "same indexes, in the same run, and nothing else. Compare ratios, never seconds.",
        "",
        *(["**Small sizes** (`make bench QUICK=1`): these rows prove less than the full run.", ""] if quick else []),
        *machine(),
        "",
        f"{judged - missed} of {judged} targets are met" + (f"; {missed} are missed (✗)." if missed else "."),
        "",
        "| | work | measured | target | command |",
        "|---|---|---|---|---|",
        *(_row(one, each.words) for each in runs for one in each.claims),
        "",
        "✓ the target is met · ✗ it is missed · a dot: a figure without a target",
        "",
        *_reasons(claims),
        *(
            f"`{_said(one.words)}` failed (exit code {one.code}): its rows are not complete.\n"
            for one in runs
            if one.code
        ),
        "| command | took | on |",
        "|---|---|---|",
        *(f"| `{_said(one.words)}` | {one.seconds:.0f} s | {one.on} |" for one in runs),
    ]
    return "\n".join(lines) + "\n"


def _reasons(claims: Sequence[Mapping[str, object]]) -> list[str]:
    """Each reason for which targets are missed, once, with what it is a reason for."""
    missed: dict[str, list[str]] = {}
    for one in claims:
        if one["holds"] is False:
            missed.setdefault(str(one.get("why") or "No reason is known."), []).append(str(one["work"]))
    told = [f"- {'; '.join(works)}. {why}" for why, works in missed.items()]
    return ["## What is missed, and why", "", *told, ""] if told else []


def _row(one: Mapping[str, object], words: Sequence[str]) -> str:
    cells = (MARKS[one["holds"]], one["work"], one["measured"], one["target"], f"`{_said(words)}`")  # type: ignore[index]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _said(words: Sequence[str]) -> str:
    return f"benchmarks/{' '.join(words)}"


def machine() -> list[str]:
    """What it ran on."""
    return [
        f"- {datetime.now(UTC).date()}, {platform.system()} {platform.release()}, {platform.machine()}",
        f"- {os.cpu_count()} processor cores, {_memory()} of memory",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    ]


def _memory() -> str:
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1024**3:.0f} GB"


def asked(words: Sequence[str]) -> argparse.Namespace:
    """The command line; a script nobody knows is refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--to", type=Path, default=PAGE)
    parser.add_argument("only", nargs="*", metavar="script")
    found = parser.parse_args(words)
    known = {script.name for script in SCRIPTS}
    if strange := set(found.only) - known:
        parser.error(f"no such script: {', '.join(sorted(strange))} (there are {', '.join(sorted(known))})")
    return found


if __name__ == "__main__":
    wanted = asked(sys.argv[1:])
    sys.exit(main(wanted.quick, wanted.to, wanted.only))
