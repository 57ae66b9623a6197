"""A soak of the schedule: a sweep every minute, with kills of server and runner in between.

    python benchmarks/soak.py [MINUTES]        (10 by default)

Serves a small office whose schedule has a sweep in every minute, kills the Prefect server after a third of the time and
the runner after two thirds, and then compares the ledger with the schedule. It prints the sweeps of every minute, and
fails where a slot was not followed by a sweep within two minutes or where there were more sweeps than slots. A slot
without a sweep of its own passes if the next one came in time: sweeps are the state as of now.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
ZEREN = [sys.executable, "-m", "responsibility.cli"]


def main(minutes: int) -> int:
    """Run the soak; 0 when every sweep that should have been was, and none twice."""
    with tempfile.TemporaryDirectory(prefix="zeren-soak-") as folder:
        root = Path(folder) / "office"
        subprocess.run([*ZEREN, "init", str(root), "--sample"], check=True, stdout=subprocess.DEVNULL)
        first = datetime.now(ZONE).replace(second=0, microsecond=0) + timedelta(minutes=2)
        slots = [first + timedelta(minutes=n) for n in range(minutes)]
        _schedule(root, slots)
        process = subprocess.Popen([*ZEREN, "serve", "-w", str(root)])
        try:
            _kill_after(root, "server", slots[minutes // 3])
            _kill_after(root, "runner", slots[2 * minutes // 3])
            _sleep_until(slots[-1] + timedelta(seconds=50))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        return _judge(root, slots)


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


def _judge(root: Path, slots: list[datetime]) -> int:
    log = subprocess.run([*ZEREN, "log", "--json", "-w", str(root)], capture_output=True, text=True, check=True).stdout
    swept = [datetime.fromisoformat(e["at"]) for e in json.loads(log)["entries"] if e["act"] == "sweep"]
    late = [slot for slot in slots if not any(slot <= at <= slot + timedelta(minutes=2) for at in swept)]
    per_slot = {f"{slot:%H:%M}": sum(slot <= at < slot + timedelta(minutes=1) for at in swept) for slot in slots}
    print(f"slots {len(slots)}, sweeps {len(swept)}, per slot {per_slot}")
    print(f"not made good within two minutes: {[f'{slot:%H:%M}' for slot in late] or 'none'}")
    print(f"more sweeps than slots: {len(swept) > len(slots)}")
    return 1 if late or len(swept) > len(slots) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
