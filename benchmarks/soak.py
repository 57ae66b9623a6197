"""A soak of the schedule: a sweep every minute, with kills of server and runner in between.

    python benchmarks/soak.py [MINUTES]        (10 by default)

Serves a small office whose schedule has a sweep in every minute, kills the Prefect server after a third of the time and
the runner after two thirds, and then compares Prefect's runs and the ledger with the schedule. It prints a line a slot
and fails where a slot had no run, where a run did not complete, or where its sweep is not in the ledger exactly
once. The one run that may end otherwise is one that was waiting at a kill and was merged into a later run, which
completed: missed runs collapse into one. The folder is kept when the soak fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

ZONE = ZoneInfo("Asia/Shanghai")
ZEREN = [sys.executable, "-m", "responsibility.cli"]


def main(minutes: int) -> int:
    """Run the soak; 0 when every sweep that should have been was, and none twice."""
    folder = Path(tempfile.mkdtemp(prefix="zeren-soak-"))
    root = folder / "office"
    subprocess.run([*ZEREN, "init", str(root), "--sample"], check=True, stdout=subprocess.DEVNULL)
    first = datetime.now(ZONE).replace(second=0, microsecond=0) + timedelta(minutes=2)
    slots = [first + timedelta(minutes=n) for n in range(minutes)]
    _schedule(root, slots)
    process = subprocess.Popen([*ZEREN, "serve", "-w", str(root)])
    try:
        _kill_after(root, "server", slots[minutes // 3])
        _kill_after(root, "runner", slots[2 * minutes // 3])
        _sleep_until(slots[-1] + timedelta(seconds=50))
        runs = _runs(root, slots)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    wrong = _judge(slots, runs, _swept(root))
    if wrong:
        print(f"kept for a look: {folder}")
    else:
        shutil.rmtree(folder)
    return wrong


def _schedule(root: Path, slots: list[datetime]) -> None:
    path = root / "config" / "schedule.yaml"
    times = ", ".join(f'"{slot:%H:%M}"' for slot in slots)
    path.write_text(re.sub(r"sweeps: \[.*\]", f"sweeps: [{times}]", path.read_text("utf-8")), "utf-8")
    path = root / "config" / "channels.yaml"
    path.write_text(path.read_text("utf-8").replace("use: [console]", "use: [file]"), "utf-8")


def _kill_after(root: Path, what: str, moment: datetime) -> None:
    """kill -9 of one child, half a minute into a slot."""
    _sleep_until(moment + timedelta(seconds=30))
    note = json.loads((root / "data" / "prefect" / "server.json").read_text())
    pid = note["pid"] if what == "server" else _runner(note["serve"], note["pid"])
    print(f"{datetime.now(ZONE):%H:%M:%S} kill -9 {what} ({pid})", flush=True)
    os.kill(pid, signal.SIGKILL)


def _runner(parent: int, server: int) -> int:
    children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=True).stdout.split()
    return next(int(child) for child in children if int(child) != server)


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(ZONE)).total_seconds()))


def _runs(root: Path, slots: list[datetime]) -> dict[datetime, list[dict[str, Any]]]:
    """Prefect's runs of each slot, asked of the server while it is up."""
    url = json.loads((root / "data" / "prefect" / "server.json").read_text())["url"]
    found = httpx.post(f"{url}/flow_runs/filter", json={"limit": 200}, timeout=30).raise_for_status().json()
    by_slot: dict[datetime, list[dict[str, Any]]] = {slot: [] for slot in slots}
    for run in found:
        by_slot.setdefault(datetime.fromisoformat(run["expected_start_time"]).astimezone(ZONE), []).append(run)
    return by_slot


def _swept(root: Path) -> list[datetime]:
    log = subprocess.run([*ZEREN, "log", "--json", "-w", str(root)], capture_output=True, text=True, check=True).stdout
    return [datetime.fromisoformat(e["at"]) for e in json.loads(log)["entries"] if e["act"] == "sweep"]


def _judge(slots: list[datetime], runs: dict[datetime, list[dict[str, Any]]], swept: list[datetime]) -> int:
    """One line per slot; 0 when every run's sweep is in the ledger once, and no slot is left without a sweep."""
    wrong = 0
    for slot in slots:
        done = [run for run in runs[slot] if run["state_type"] == "COMPLETED"]
        merged = [run for run in runs[slot] if run["state_type"] == "CANCELLED"]
        own = [
            at for run in done for at in swept if max(slot, _time(run["start_time"])) <= at <= _time(run["end_time"])
        ]
        made_good = any(slot <= at <= slot + timedelta(minutes=2) for at in swept)
        fine = made_good and (len(done) == len(own) == 1 or (merged and not done))
        wrong += not fine
        states = ", ".join(f"{run['state_name']} {_span(run)}".strip() for run in runs[slot]) or "no run"
        print(f"{slot:%H:%M} {'ok  ' if fine else 'FAIL'} {states}; swept {[f'{at:%H:%M:%S}' for at in own]}")
    more = len(swept) - len(slots)
    print(f"slots {len(slots)}, sweeps {len(swept)}, wrong {wrong}" + (f", {more} sweeps too many" if more > 0 else ""))
    return 1 if wrong or more > 0 else 0


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZONE)


def _span(run: dict[str, Any]) -> str:
    return "–".join(f"{_time(run[end]):%H:%M:%S}" for end in ("start_time", "end_time") if run[end])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
