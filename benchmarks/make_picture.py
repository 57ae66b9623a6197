"""The terminal picture of the README, from real output: `make picture`.

Plays the demo in a temporary folder, draws `zeren status` as of its last day, and writes docs/status.svg. The picture
names no outside host: its fonts are whatever the reader has.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from datetime import datetime, time
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from responsibility.cli.demo import SWEEPS, live_a_month
from responsibility.usecases.status import By, status
from responsibility.views import terminal

WITHOUT_FONTS = re.sub(r"@font-face \{\{.*?\}\}\n\s*", "", CONSOLE_SVG_FORMAT, flags=re.S).replace(
    "Fira Code, monospace", "Sarasa Mono SC, Noto Sans Mono CJK SC, monospace"
)
WITHOUT_FONTS = re.sub(r"<!--.*?-->", "", WITHOUT_FONTS, flags=re.S)


def main(target: Path) -> None:
    """Write the picture."""
    os.environ["COLUMNS"] = "88"
    with tempfile.TemporaryDirectory(prefix="zeren-picture-") as folder:
        workspace = live_a_month(Path(folder) / "office", lambda step: print(step, file=sys.stderr))
        now = datetime.combine(SWEEPS[-1], time(9), workspace.settings.zone)
        console = Console(record=True, width=88, file=StringIO(), force_terminal=True, highlight=False)
        console.print(terminal.status(status(workspace, now, By.TIER), now, 10, "层级"))
    console.save_svg(str(target), title="zeren status", code_format=WITHOUT_FONTS)
    print(target)


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "docs" / "status.svg")
