"""Whatever a user does and whatever breaks below: a sentence in Chinese and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import run
from responsibility.cli.commands import COMMANDS
from responsibility.usecases.workspace import Workspace

NAMES = [command for command, *_ in COMMANDS] + ["log verify"]
#: The examples of `--help` are the sensible arguments; a redirection is the shell's.
EXAMPLES: dict[str, list[list[str]]] = {"log": [["log"], ["log", "L1"]], "log verify": [["log", "verify"]]}
for _command, *_, _examples in COMMANDS:
    EXAMPLES.setdefault(_command, [shlex.split(line.partition(">")[0])[1:] for line in _examples.splitlines()])

HOSTILE: tuple[tuple[str, ...], ...] = (
    (),
    ("",),
    ("-",),
    ("--",),
    ("--bogus",),
    ("多余", "多余", "多余", "多余"),
    ("L1-99.%s'; DROP TABLE item; --",),
    ("\udcff\udcfe",),
    ("字" * 5000,),
    (".",),
    ("L1-01", "--as", ""),
    ("L1-01", "--now", "gestern"),
    ("L1-01", "--now", "0001-01-01"),
    ("L1-01", "--now", "9999-12-31T23:59:59+14:00"),
    ("--as-of", "9999-12-31"),
    ("--top", "9" * 30),
    ("L1-01", "--reading", "9" * 30),
    ("L1-01", "--count", "-9"),
    ("9999年12月31日前", "--issued-on", "2023-09-11"),
    ("--from", "."),
    ("--from", "bytes.tsv"),
    ("bytes.tsv",),
    ("bytes.xlsx",),
    ("nowhere/x.xlsx",),
    ("--for", "\udcff"),
    ("--workspace", ""),
    ("--workspace", "/dev/null"),
    ("--workspace", "bytes.xlsx"),
)
#: Commands that look at no workspace, and take long.
ELSEWHERE = ("completion", "demo")
CHINESE = re.compile("[\u4e00-\u9fff]")


class Refused(Exception):
    """Nobody foresaw this one."""


def _break(*_: Any, **__: Any) -> Any:
    raise Refused("unforeseen")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, to be copied."""
    root = tmp_path_factory.mktemp("made") / "office"
    assert run(["init", str(root)]) == 0
    return root


@pytest.fixture
def office(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, with a current folder full of odd files, and with what takes long broken at its start."""
    here, root = tmp_path / "here", tmp_path / "office"
    shutil.copytree(made, root)
    here.mkdir()
    (here / "bytes.tsv").write_bytes(b"\xff\xfe\x00\xd8" * 9 + b"\t2023-09-11\n")
    (here / "bytes.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("ZEREN_HOME", str(root))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("flows.server.prefect_server", _break)
    monkeypatch.setattr("flows.serve.serve", _break)
    for name in ("deploying", "work", "host_server"):
        monkeypatch.setattr(f"flows.remote.{name}", _break)
    return root


Check = Callable[..., int]


@pytest.fixture
def check(office: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run one command line and hold it to the promise."""

    def call(*argv: str) -> int:
        capsys.readouterr()
        code = run(argv)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err, argv
        assert code in (0, 1, 2, 3), argv
        if "--json" in argv:
            _is_json(out, lines="--from" in argv)
        elif code:
            # Findings are a result: on stdout. A command that has no result says why on stderr.
            assert CHINESE.search(err or out), argv
            assert err or code in (1, 3), argv
        return code

    return call


def _is_json(out: str, *, lines: bool) -> None:
    for document in out.splitlines() if lines else [out]:
        assert isinstance(json.loads(document), dict)


@pytest.fixture(params=["nowhere", "empty", "garbage database", "foreign database", "garbage config", "data is a file"])
def state(request: pytest.FixtureRequest, office: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the workspace is like."""
    database = office / "data" / "zeren.db"
    match request.param:
        case "nowhere":
            monkeypatch.delenv("ZEREN_HOME")
        case "garbage database":
            database.write_bytes(b"no database at all, but long enough to be read as one. " * 40)
        case "foreign database":
            _foreign(database)
        case "garbage config":
            (office / "config" / "policy.yaml").write_bytes(b"\xff\xfe: [unclosed\n\t- {")
        case "data is a file":
            shutil.rmtree(office / "data")
            (office / "data").write_text("a file", "utf-8")
    return str(request.param)


def _foreign(path: Path, version: str = "9999") -> None:
    """Of a newer version of the program, or of another program with the same habit."""
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", [name for name in NAMES if name not in ELSEWHERE])
def test_the_examples_of_the_help_in_every_state(command: str, state: str, check: Check) -> None:
    """All of them where everything is there; where it is not, one: what is missing is met before they differ."""
    first, *others = EXAMPLES[command]
    check(*first, "--json")
    for argv in (first, *others) if state == "empty" else (first,):
        check(*(part.replace("/tmp/", "") for part in argv))


@pytest.mark.parametrize("command", NAMES)
def test_hostile_arguments(command: str, check: Check) -> None:
    for at, argv in enumerate(HOSTILE):
        check(*command.split(), *(["--json"] if at % 2 else []), *argv)


@pytest.mark.parametrize("command", NAMES)
def test_an_error_nobody_foresaw(
    command: str, check: Check, office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The details go to a file whose name is told."""
    _break_below(command, monkeypatch)
    codes = {check(*argv) for argv in EXAMPLES[command]}
    assert codes <= {0, 1, 2}
    assert 1 in codes
    written = list(office.parent.glob("zeren-*.log"))
    assert written
    assert "Refused: unforeseen" in written[0].read_text("utf-8")


def _break_below(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Break what the command rests on: its transactions, or the one use case or view it calls."""
    where = {
        "init": "responsibility.usecases.workspace.create",
        "deadline": "responsibility.core.deadline.read",
        "calendar show": "responsibility.usecases.calendar.year_of",
        "completion": "cyclopts.App.generate_completion",
        "policy show": "responsibility.views.terminal.policy",
        "org template": "responsibility.views.sheets.organisation_template",
        "list template": "responsibility.views.sheets.worklist_template",
        "doctor": "responsibility.usecases.doctor.configuration",
        **dict.fromkeys(("serve", "deploy", "worker", "server"), "responsibility.usecases.workspace.open_workspace"),
        "template list": "responsibility.usecases.templates.listed",
        "template copy": "responsibility.usecases.templates.copy",
        "channel test": "responsibility.usecases.channels.try_channel",
        "backup": "responsibility.usecases.backup.backup",
        "restore": "responsibility.usecases.backup.restore",
        "db upgrade": "responsibility.usecases.backup.upgraded",
    }.get(command)
    if where:
        module, _, name = where.rpartition(".")
        monkeypatch.setattr(_found(module), name, _break)
        return
    for name in ("read", "write", "alone"):
        monkeypatch.setattr(Workspace, name, _break)


def _found(path: str) -> Any:
    try:
        return import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(import_module(module), name)


def test_a_database_that_is_none_is_named_and_the_way_back_told(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for beside in office.glob("data/zeren.db-*"):  # a connection not yet closed keeps the truth in there
        beside.unlink()
    (office / "data" / "zeren.db").write_bytes(b"no database at all, but long enough to be read as one. " * 40)
    assert run(["status"]) == 1
    err = capsys.readouterr().err
    assert "数据库读不了：文件已损坏" in err
    assert "备份" in err
    assert not list(office.parent.glob("zeren-*.log"))


@pytest.mark.parametrize(("version", "said"), [("9999", "较新的 zeren"), ("d4a7e1c93f52", "别的程序的表")])
def test_a_database_of_a_newer_version_or_of_others_is_left_alone(
    office: Path, version: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _foreign(office / "data" / "zeren.db", version)
    for command in (["status"], ["db", "upgrade"]):
        assert run(command) == 1
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "地址写法不对"),
        ("oracle9://x", "地址写法不对"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/none", "连不上数据库"),
        ("sqlite:////proc/nowhere/zeren.db", "数据库打不开"),
    ],
)
def test_a_database_address_that_leads_nowhere(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    if "psycopg" in url:
        pytest.importorskip("psycopg")
    monkeypatch.setenv("ZEREN_DATABASE_URL", url)
    assert run(["status"]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "said"), [(28, "磁盘满了"), (13, "没有权限"), (30, "只读"), (122, "配额"), (36, "路径太长")]
)
def test_what_the_disk_refuses(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number), "某文件")

    monkeypatch.setattr(Workspace, "read", refuse)
    assert run(["status"]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "某文件" in err


def test_when_not_even_the_details_can_be_written(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workspace, "read", _break)
    monkeypatch.setattr("tempfile.tempdir", str(office / "nowhere"))
    assert run(["status"]) == 1
    assert "维护人员" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_may_not_be_written(office: Path, check: Check) -> None:
    (office / "data").chmod(0o500)
    try:
        assert check("list", "import", "bytes.xlsx") in (1, 3)
    finally:
        (office / "data").chmod(0o700)


def test_the_real_program_in_a_terminal_that_knows_no_chinese(office: Path) -> None:
    """Its own process, with an encoding that cannot write what is to be said."""
    done = subprocess.run(
        [sys.executable, "-m", "responsibility.cli", "status"],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode in (0, 1)
