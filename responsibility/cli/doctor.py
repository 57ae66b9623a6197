"""`zeren doctor`. Prefect is never imported here."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from responsibility.cli.common import TIMED, Timed, read_now, true_time
from responsibility.core.errors import Severity

#: Office time while config/ cannot be read.
ZONE = ZoneInfo("Asia/Shanghai")
#: No run takes so long.
HALF_A_DAY = timedelta(hours=12)


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
        answering = find_running(root)
        told = _asked(os.environ.get("PREFECT_API_URL"), answering)
        found += checks.surroundings(root, answering, told)
        if settings is not None:
            attended = told is not None and told.named  # what is wrong with its workers is told by itself
            found += checks.office(settings, now, strict=common.now is not None, attended=attended)
        else:
            found.append(checks.UNSEEN)
    common.out.show(lambda: machine.findings(found), lambda: terminal.findings(found))
    return 1 if any(finding.severity is not Severity.INFO for finding in found) else 0


def _asked(named: str | None, answering: str | None) -> Any:
    """What the server says that the environment names, else the workspace's own; None where there is none."""
    from flows.asking import answers, hanging, lets_in, workers
    from responsibility.usecases.doctor.machine import Told

    url = named or answering
    if url is None:
        return None
    there = url == answering or answers(url)
    if not there or (named and not lets_in(url)):
        return Told(url, there, named is not None, refused=there)
    pool = os.environ.get("ZEREN_POOL") or "zeren"
    hang = hanging(url, true_time() - HALF_A_DAY)
    return Told(url, there, named is not None, hang, pool=pool, workers=workers(url, pool) if named else None)
