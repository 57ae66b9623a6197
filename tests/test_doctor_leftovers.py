"""The doctor finds what hangs on nothing and what is gone, and asks the server the environment names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from flows.asking import hanging
from flows.timer import Running
from responsibility.cli.app import run
from responsibility.core.errors import Finding, LedgerBroken, Severity
from responsibility.store.engine import writing
from responsibility.usecases.doctor import machine, office
from responsibility.usecases.record import log, rebuild, verify
from tests.world import World


def examined(world: World, check: str) -> list[Finding]:
    return [one for one in office(world.workspace.settings, world.now) if one.check == check]


@pytest.mark.parametrize(
    ("statement", "column", "mend"),
    [
        ("DELETE FROM assignment WHERE code = 'L1-01.A'", "clock.assignment_id", "zeren restore"),
        ("UPDATE assignment SET occurrence_id = 99 WHERE code = 'L1-01.A'", "assignment.occurrence_id", "restore"),
        ("DELETE FROM item", "occurrence.item_id", "zeren restore"),
        ("DELETE FROM work_list", "item.list_id", "zeren restore"),
        ("UPDATE message SET seq = 99", "message.seq", "zeren restore"),
        ("DELETE FROM person WHERE code = 'RA1'", "holding.person", "zeren org import "),
        ("DELETE FROM unit WHERE code = 'A'", "post.unit", "zeren org import "),
    ],
)
def test_rows_that_hang_on_nothing_are_found(any_world: World, statement: str, column: str, mend: str) -> None:
    world = any_world
    world.given(by="9月28日前")
    world.to("2023-09-22")
    world.sweep()
    world.untold.clear()
    assert examined(world, "orphans") == []
    with writing(world.workspace.engine) as connection:
        connection.exec_driver_sql(statement)
    found = examined(world, "orphans")
    assert any(column in one.message and mend in one.mend for one in found), found
    assert {one.severity for one in found} == {Severity.ERROR}
    [unseen] = examined(world, "unseen")  # what could stumble over them was not looked at, and that is said
    assert "再 zeren doctor" in unseen.mend
    if "org import" in mend:
        assert any(str(world.root / "organisation.yaml") in one.mend for one in found)
        world.organise()
        assert examined(world, "orphans") == []


def amiss(world: World) -> list[Finding]:
    """What the doctor says of assignments and clocks that are not as the ledger says, once."""
    return examined(world, "clocks") + examined(world, "state")


TAMPERED = (
    ("DELETE FROM clock", "3 项没有办结的任务少了时钟"),
    ("DELETE FROM clock WHERE clock = 'sign' AND assignment_id = (SELECT min(assignment_id) FROM clock)", "1 项"),
    ("UPDATE clock SET next_at = NULL", "停在半路"),
    ("UPDATE clock SET next_at = NULL WHERE clock = 'finish'", "3 个时钟停在半路"),
    ("UPDATE assignment SET state = 'closed' WHERE code = 'L1-01.B'", "1 项任务的状态或时钟与台账不一致：L1-01.B"),
    ("UPDATE clock SET next_at = '2033-01-01 00:00:00+00:00' WHERE clock = 'finish'", "3 项任务的状态或时钟"),
)


@pytest.mark.parametrize(("statement", "said"), TAMPERED)
def test_a_state_the_ledger_does_not_explain_is_brought_back_by_one_command(
    any_world: World, statement: str, said: str
) -> None:
    """Clocks that are gone or stand still would remind nobody ever again."""
    world = any_world
    world.given(lead="甲支部、乙支部", support="办公室", by="9月28日前")
    world.to("2023-09-14")
    world.sweep()
    world.untold.clear()
    rows = (
        "SELECT * FROM assignment ORDER BY id",
        "SELECT * FROM clock ORDER BY 1, 2",
        "SELECT * FROM notice ORDER BY 1",
    )
    before = [world.rows(query) for query in rows]
    assert amiss(world) == []
    assert rebuild(world.workspace, world.now).codes == ()
    world.tamper(statement)
    [found] = amiss(world)
    assert (found.severity, said in found.message, "zeren log rebuild" in found.mend) == (Severity.ERROR, True, True)
    tried = rebuild(world.workspace, world.now, dry_run=True)
    assert tried.codes
    assert [world.rows(query) for query in rows] != before
    done = rebuild(world.workspace, world.now, reason="有人动过数据库")
    assert (done.codes, done.dry_run) == (tried.codes, False)
    assert [world.rows(query) for query in rows] == before
    assert amiss(world) == []
    assert verify(world.workspace)[1] == []
    assert log(world.workspace)[-1].act == "rebuild"
    assert world.sweep().told == 0


def test_nothing_is_rebuilt_from_a_ledger_that_does_not_hold(world: World) -> None:
    world.given(by="9月28日前")
    world.tamper("UPDATE ledger SET actor = 'X' WHERE seq = 3")
    with pytest.raises(LedgerBroken, match="没有照它重放"):
        rebuild(world.workspace, world.now)


def test_files_handed_in_are_there_and_none_besides(world: World) -> None:
    world.given(by="9月28日前")
    world.signed("L1-01.A")
    paper = world.root / "纪要.txt"
    paper.write_text("会开过了", "utf-8")
    world.does("submit", "L1-01.A", evidence=[paper])
    assert examined(world, "orphans") == []
    folder = world.root / "data" / "evidence"
    [kept] = [path for path in folder.rglob("*") if path.is_file()]
    (folder / "new-half").write_bytes(b"half")
    [strange] = examined(world, "orphans")
    assert (strange.severity, "1 个台账不认得的文件" in strange.message) == (Severity.INFO, True)
    assert str(folder / "new-half") in strange.mend
    (folder / "new-half").unlink()
    kept.unlink()
    [gone] = examined(world, "orphans")
    assert (gone.severity, "纪要.txt" in gone.message, "备份" in gone.mend) == (Severity.ERROR, True, True)


@pytest.fixture
def prefect() -> Iterator[tuple[str, list[Any]]]:
    """The address of a server that is well and has seven runs hanging, and what it was asked."""
    asked: list[Any] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(b"true")

        def do_POST(self) -> None:
            asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            workers = [{"name": "东院", "status": "ONLINE"}, {"name": "西院", "status": "OFFLINE"}]
            self._say(json.dumps(workers).encode() if self.path.endswith("/workers/filter") else b"7")

        def _say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is said."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api", asked
    server.shutdown()
    server.server_close()


def test_a_named_server_is_asked(
    world: World,
    prefect: tuple[str, list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, asked = prefect
    world.workspace.engine.dispose()

    def said() -> list[dict[str, str]]:
        capsys.readouterr()
        run(["doctor", "-w", str(world.root), "--json", "--now", "2023-09-12"])
        return [one for one in json.loads(capsys.readouterr().out)["findings"] if one["check"] in ("server", "workers")]

    assert said() == []
    monkeypatch.setenv("PREFECT_API_URL", url)
    [away, found] = said()
    assert (found["severity"], "7 次运行" in found["message"]) == ("warning", True)
    assert (away["severity"], "西院" in away["message"], "东院" in away["message"]) == ("warning", True, False)
    filters = dict(asked)["/api/flow_runs/count"]
    assert filters["flow_runs"]["expected_start_time"]["before_"] < Running().now().isoformat()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    [found] = said()
    assert (found["severity"], "不应答" in found["message"]) == ("error", True)
    assert "curl http://127.0.0.1:9/api/health" in found["mend"]


def test_a_server_that_will_not_say_is_not_accused() -> None:
    assert hanging("http://127.0.0.1:9/api", Running().now()) is None
    assert machine.reached(machine.Told("x", answers=True, named=True)) == []
    assert machine.reached(machine.Told("x", answers=False)) == []  # the workspace's own has a finding of its own


@pytest.mark.parametrize(
    ("workers", "refused", "said"),
    [
        (None, False, "没有工作池 zeren"),
        ({}, False, "没有一台机器在线"),
        ({"东院": False}, False, "没有一台机器在线"),
        ({"东院": True}, False, ""),
        (None, True, "口令"),
    ],
)
def test_a_pool_without_workers_is_found(workers: dict[str, bool] | None, refused: bool, said: str) -> None:
    told = machine.Told("x", answers=True, named=True, refused=refused, pool="zeren", workers=workers)
    found = [one.message for one in machine.reached(told) if one.severity is Severity.ERROR]
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_who_is_there_is_said_too() -> None:
    workers = {"东院": True, "西院": True}
    [found] = machine.reached(machine.Told("x", answers=True, named=True, pool="zeren", workers=workers))
    assert (found.severity, found.message) == (Severity.INFO, "工作池 zeren 的 2 台机器都在线：东院、西院")
    [found] = machine.reached(
        machine.Told("x", answers=True, named=True, pool="zeren", workers=workers | {"西院": False})
    )
    assert (found.severity, "没有声息：西院" in found.message) == (Severity.WARNING, True)
