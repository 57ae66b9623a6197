"""What commands take to start, against `import sqlmodel, rich`.

    python benchmarks/startup.py [runs]

Fresh processes that take turns; of each the fastest of the runs (15), in seconds and in seconds of processor, and the
ratio to `import sqlmodel, rich`. "Imports" loads what the command loads, as zeren loads it (with the garbage collector
out of the way), and does nothing; what the base would take loaded in that way is a row of its own.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from big_list import NOW, write_list
from fresh import Program, command, imports_of, loading, race
from measure import claim, line
from office import open_office

from responsibility.usecases.assign import lay_tier, open_list
from responsibility.usecases.lists import import_list

WIDTHS = (38, 9, 9, 7)
BASE = "import sqlmodel, rich"
#: The same with the garbage collector kept out of the way as `zeren` keeps it.
SAME = "sqlmodel, rich, loaded as zeren loads"
#: How much longer than BASE the imports of a command may take.
TARGET = 1.3


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="zeren-start-") as folder:
        commands = _commands(_small_office(Path(folder)))
        programs: dict[str, Program] = {"python -c pass": ["-c", "pass"], BASE: ["-c", BASE]}
        programs[SAME] = loading(("sqlmodel", "rich"), Path(folder) / "base.py")
        for name in ("zeren status", "zeren show"):
            programs[f"imports of {name}"] = imports_of(commands[name], Path(folder))
        programs |= {name: command(*words) for name, words in commands.items()}
        taken = race(programs, runs)
    line(("fresh process", "seconds", "CPU s", "ratio"), WIDTHS)
    base, same = taken[BASE][1], taken[SAME][1]
    for name, (seconds, cpu) in taken.items():
        line((name, f"{seconds:.3f}", f"{cpu:.3f}", f"{cpu / base:.2f}"), WIDTHS)
    for name in ("zeren status", "zeren show"):
        took = taken[f"imports of {name}"][1]
        measured = f"{took / base:.2f} × {BASE} ({took / same:.2f} × where both keep the collector out of the way)"
        claim(f"{name}, imports", measured, f"at most {TARGET} ×", took / base <= TARGET)


def _small_office(folder: Path) -> Path:
    """A workspace of five branches with a list of two items, assigned."""
    workspace = open_office(folder / "office", NOW, 5, 3)
    write_list(folder / "list.xlsx", 2)
    import_list(workspace, folder / "list.xlsx", NOW)
    open_list(workspace, "L1", NOW)
    for tier in workspace.settings.chain.tiers:
        lay_tier(workspace, "L1", tier.id, NOW)
    workspace.engine.dispose()
    return workspace.root


def _commands(root: Path) -> dict[str, list[str]]:
    there = ["--workspace", str(root), "--now", (NOW + timedelta(days=1)).isoformat()]
    return {
        "zeren status": ["status", *there],
        "zeren show": ["show", "L1-01", *there],
        "zeren --version": ["--version"],
        "zeren --help": ["--help"],
        "zeren completion": ["completion", "--shell", "bash"],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 15)
