"""`zeren doctor`. Prefect is never imported here."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

from responsibility.cli.common import TIMED, Timed, read_now
from responsibility.core.errors import Severity

#: Office time while config/ cannot be read.
ZONE = ZoneInfo("Asia/Shanghai")


def doctor(*, common: Timed = TIMED) -> int:
    """Look the workspace over; exit 1 when something wants mending."""
    from flows.server import find_running
    from responsibility.usecases import doctor as checks
    from responsibility.usecases.workspace import find_root
    from responsibility.views import machine, terminal

    root = find_root(common.workspace, os.environ, Path.cwd())
    settings, found = checks.configuration(root, os.environ)
    now = read_now(common.now, settings.zone if settings else ZONE)
    with common.out.working("正在体检……"):
        found += checks.surroundings(root, find_running(root))
        if settings is not None:
            found += checks.office(settings, now, strict=common.now is not None)
    common.out.show(lambda: machine.findings(found), lambda: terminal.findings(found))
    return 1 if any(finding.severity is not Severity.INFO for finding in found) else 0
