"""The command line: parse, call a use case, show a view, exit with a code."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script `zeren`."""
    from responsibility.cli.app import run

    sys.exit(run(sys.argv[1:]))
