"""The command line: parse, call a use case, show a view, exit with a code."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The console script `zeren`."""
    # A command makes many objects and lives for a second: looking for cycles among them all the time is wasted.
    gc.set_threshold(1_000_000, 20, 20)
    from responsibility.cli.app import run

    done = run(sys.argv[1:])
    gc.freeze()  # nor is it all looked through once more on the way out
    sys.exit(done)
