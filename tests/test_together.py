"""Two people at the same moment, each with a process and a connection of their own: nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from responsibility.usecases.record import log, rebuilt, verify
from tests.stories.test_undo import holds
from tests.world import World

#: Waits for the word to go, then runs one command line; so that all have started up before any of them begins.
RUNNER = """
import sys
from responsibility.cli.app import run
print("ready", flush=True)
input()
sys.exit(run(sys.argv[1:]))
"""


def together(world: World, *commands: Sequence[str]) -> list[tuple[int, str, str]]:
    """(exit code, stdout, stderr) of command lines that begin at the same moment."""
    world.workspace.engine.dispose()
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUTF8": "1"}
    common = ("--workspace", str(world.root), "--now", "2023-09-12T09:00")
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, *command, *common],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environ,
        )
        for command in commands
    ]
    for runner in runners:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "ready\n"
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write("go\n")
        runner.stdin.flush()
    ended = [runner.communicate(timeout=60) for runner in runners]
    return [(runner.returncode, *texts) for runner, texts in zip(runners, ended, strict=True)]


def test_one_of_two_signs_and_the_other_is_told(world: World) -> None:
    world.given(by="9月28日前")
    ended = together(world, ["sign", "L1-01.A"], ["sign", "L1-01", "--as", "A1"])
    assert sorted(code for code, _, _ in ended) == [0, 1]
    [told] = [stderr for code, _, stderr in ended if code]
    assert "L1-01.A现为“已签收”，不能签收" in told
    assert "zeren report L1-01.A" in told
    assert "Traceback" not in told
    assert [line.act for line in log(world.workspace, "L1-01.A")] == ["issue", "sign"]
    holds(world)


def test_two_reports_are_both_counted(world: World) -> None:
    world.given(by="9月28日前", target="10次")
    world.signed("L1-01.A")
    reports = [["report", "L1-01.A", "--count", str(n)] for n in (1, 2, 4)]
    assert [code for code, _, _ in together(world, *reports)] == [0, 0, 0]
    assert world.rows("SELECT counted FROM assignment WHERE code = 'L1-01.A'") == [(7,)]
    holds(world)


def test_one_closes_and_one_returns(world: World) -> None:
    """Either order is lawful: what was closed may be returned, what was returned may not be closed."""
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A")
    (closed, _, said), (returned, _, _) = together(
        world, ["close", "L1-01.A"], ["return", "L1-01.A", "--reason", "缺纪要"]
    )
    assert returned == 0
    assert closed == 0 or "L1-01.A现为“退回重办”，不能销号" in said
    assert world.rows("SELECT state FROM assignment WHERE code = 'L1-01.A'") == [("returned",)]
    holds(world)


def test_two_take_back_two_different_acts(world: World) -> None:
    """One act is never taken back twice: the second goes further back, and the third has nothing left."""
    world.given(by="9月28日前")
    world.does("sign", "L1-01.A", as_post="A1")
    world.does("report", "L1-01.A", as_post="A1", percent=30)
    ended = together(world, *[["undo", "--as", "A1", "--json"]] * 3)
    assert sorted(code for code, _, _ in ended) == [0, 0, 1]
    told: list[dict[str, Any]] = [json.loads(stdout) for _, stdout, _ in ended]
    assert sorted(one["undone"]["act"] for one in told if "undone" in one) == ["report", "sign"]
    assert [one["error"]["message"] for one in told if "error" in one] == ["A1（甲支部书记）没有可以撤回的动作"]
    assert world.rows("SELECT state FROM assignment WHERE code = 'L1-01.A'") == [("issued",)]
    holds(world)


def test_a_sweep_and_a_signature(world: World) -> None:
    """Who signs while the sweep runs is either told before signing or not told at all."""
    from concurrent.futures import ThreadPoolExecutor

    from responsibility.usecases import verbs
    from responsibility.usecases.remind import sweep

    world.given(by="10月28日前")
    world.to("2023-09-14")
    with ThreadPoolExecutor(2) as pool:
        swept = pool.submit(sweep, world.workspace, world.now)
        signed = pool.submit(verbs.sign, world.workspace, "L1-01.A", world.now)
        swept.result(), signed.result()
    order = [row[0] for row in world.rows("SELECT act FROM ledger WHERE act IN ('sweep', 'sign') ORDER BY seq")]
    assert len(world.rows("SELECT id FROM notice")) == (1 if order == ["sweep", "sign"] else 0)
    assert verify(world.workspace)[1] == []
    with rebuilt(world.workspace.engine) as connection:
        assert connection.exec_driver_sql("SELECT next_at FROM clock WHERE clock = 'sign'").all() == [(None,)]


def test_two_connections_to_one_server(any_world: World) -> None:
    """Two threads, without the lock of the workspace's folder: the database lets one after the other."""
    from concurrent.futures import ThreadPoolExecutor

    from responsibility.core.errors import IllegalTransition
    from responsibility.usecases import verbs

    world = any_world
    world.given(by="9月28日前")
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(verbs.sign, world.workspace, "L1-01.A", world.now) for _ in range(4)]
    errors = [one.exception() for one in tries]
    assert sum(error is None for error in errors) == 1
    for error in errors:
        if error is not None:
            with pytest.raises(IllegalTransition, match="现为“已签收”，不能签收"):
                raise error
    with ThreadPoolExecutor(4) as pool:
        more = [pool.submit(verbs.report, world.workspace, "L1-01.A", world.now, count=1) for _ in range(8)]
    assert [one.exception() for one in more] == [None] * 8
    assert world.rows("SELECT counted FROM assignment WHERE code = 'L1-01.A'") == [(8,)]
    holds(world)
