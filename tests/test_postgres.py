"""What is PostgreSQL's own: how it refuses, how it waits, and that every older schema comes up."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from responsibility.cli.app import run
from responsibility.core.errors import WorkspaceError
from responsibility.store import migrate
from responsibility.store.engine import open_engine, reading, writing
from responsibility.store.failures import told
from responsibility.usecases.record import verify
from responsibility.usecases.workspace import create
from tests import databases
from tests.databases import Server
from tests.world import World

SECRET = "geheim"


@pytest.fixture
def office(postgres: Server, furnished: Server, tmp_path: object) -> Iterator[World]:
    """An office on PostgreSQL, whatever the rest of the run is on."""
    databases.current = furnished
    try:
        with World(tmp_path / "office") as world:  # type: ignore[operator]
            yield world
    finally:
        databases.current = None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"host": "127.0.0.1", "port": 9}, "连不上数据库"),
        ({"host": "nowhere.invalid"}, "连不上数据库"),
        ({"database": "nowhere"}, "没有这个库"),
        ({"username": "nobody"}, "没有这个用户"),
        ({"drivername": "postgresql+pg8000"}, "地址写法不对"),
        ({"drivername": "mysql"}, "地址写法不对"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_the_password(
    office: World, capsys: pytest.CaptureFixture[str], change: dict[str, object], said: str
) -> None:
    url = make_url(os.environ[databases.URL]).set(password=SECRET)
    if "host" in change:
        url = url.set(query={})
    databases.point_to(url.set(**change).render_as_string(hide_password=False))  # type: ignore[arg-type]
    for argv in (["status"], ["doctor"]):
        assert run([*argv, "-w", str(office.root)]) == 1
        out, err = capsys.readouterr()
        assert said in out + err
        assert SECRET not in out + err
        assert "程序内部出错" not in out + err


class Refusing(socketserver.BaseRequestHandler):
    """The first word of a PostgreSQL that lets nobody in, in the language it was set up in."""

    said = ""

    def handle(self) -> None:
        self.request.recv(1024)
        fields = f"S{'FATAL' if self.said.isascii() else '致命错误'}\0C28P01\0M{self.said}\0\0".encode()
        self.request.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


def asked(office: World, server_: type[Refusing], user: str) -> None:
    """`zeren status` fails on such a server."""
    with socketserver.TCPServer(("127.0.0.1", 0), server_) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        where = f"127.0.0.1:{server.server_address[1]}/zeren?sslmode=disable&gssencmode=disable"
        databases.point_to(f"postgresql+psycopg://{user}@{where}")
        assert run(["status", "-w", str(office.root)]) == 1
        server.shutdown()


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ('password authentication failed for user "zeren"', "不认这个用户或口令"),
        ('用户 "zeren" Password 认证失败', "不认这个用户或口令"),
        ('no pg_hba.conf entry for host "10.0.0.9", user "zeren", database "zeren", no encryption', "不许这台机器"),
        ("the database system is starting up", "正在启动"),
        ("sorry, too many clients already", "连接用完了"),
        ("out of luck", "连不上数据库"),
    ],
)
def test_what_a_server_says_instead_of_letting_us_in(
    office: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refusal: str, said: str
) -> None:
    monkeypatch.setattr(Refusing, "said", refusal)
    asked(office, Refusing, f"zeren:{SECRET}")
    out, err = capsys.readouterr()
    assert said in err
    assert SECRET not in out + err


def test_a_password_nobody_gave_is_no_failure_of_the_network(
    office: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Asking(Refusing):
        def handle(self) -> None:
            self.request.recv(1024)
            self.request.sendall(b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big"))  # a password, please
            self.request.recv(1024)

    monkeypatch.setenv("PGPASSFILE", os.devnull)
    asked(office, Asking, "zeren")
    assert ".pgpass" in capsys.readouterr().err


def test_an_empty_database_is_begun_in_by_hand_alone(
    office: World, postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of another database is easily written."""
    databases.point_to(postgres.fresh())
    assert run(["status", "-w", str(office.root)]) == 1
    assert "数据库是空的" in capsys.readouterr().err
    assert run(["db", "upgrade", "-w", str(office.root)]) == 0
    assert run(["status", "-w", str(office.root)]) == 0


@pytest.mark.parametrize("command", ["worker", "server"])
def test_a_unit_is_written_before_the_database_is_known(
    office: World, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    databases.point_to(None)
    (office.root / "data" / "zeren.db").unlink(missing_ok=True)
    assert run(["status", "-w", str(office.root)]) == 1
    capsys.readouterr()
    assert run([command, "--unit", "-w", str(office.root)]) == 0
    assert "KillMode" in (unit := capsys.readouterr().out)
    assert f" {command} " in unit


@pytest.mark.parametrize(
    ("url", "auth", "said"),
    [
        (f"http://office:{SECRET}@h:4200", "office:x", "写法不对"),
        ("h:4200/api", "office:x", "写法不对"),
        ("http://h:4200/api", "office:口令", "PREFECT_API_AUTH_STRING"),
    ],
)
def test_what_leads_to_no_prefect_server_is_said_before_it_is_asked(
    office: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, auth: str, said: str
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", auth)
    for command in ("deploy", "worker"):
        assert run([command, "-w", str(office.root)]) == 2
        err = capsys.readouterr().err
        assert said in err
        assert "口令" not in err.partition("提示")[0]
        assert SECRET not in err


def test_a_port_that_is_part_of_the_password_is_not_told(office: World, capsys: pytest.CaptureFixture[str]) -> None:
    databases.point_to(f"postgresql+psycopg://u:x@h:{SECRET}/office")
    assert run(["status", "-w", str(office.root)]) == 1
    err = capsys.readouterr().err
    assert "地址写法不对" in err
    assert SECRET not in err


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_chinese_is_refused(postgres: Server, encoding: str) -> None:
    engine = open_engine(postgres.fresh(encoding=encoding))
    with pytest.raises(WorkspaceError, match=f"编码是 {encoding}"):
        migrate.bring_up(engine)
    assert migrate.revision(engine) is None
    engine.dispose()


def test_a_user_without_rights_is_told_whom_to_ask(
    postgres: Server, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres.say("DROP ROLE IF EXISTS weak", "CREATE ROLE weak LOGIN")
    url = make_url(postgres.fresh()).set(username="weak")
    databases.point_to(url.render_as_string(hide_password=False))
    root = f"{tmp_path}/office"
    for _ in range(2):  # nothing is left behind that would be in the way of a second try
        assert run(["init", root]) == 1
        assert "没有权限" in capsys.readouterr().err


def test_a_database_in_use_is_not_begun_anew(office: World, tmp_path: object) -> None:
    with pytest.raises(WorkspaceError, match="已经有 zeren 的数据"):
        create(office.root.parent / "second", office.environ, office.now)
    assert not (office.root.parent / "second" / "config").exists()


def test_a_reader_sees_one_state_whoever_writes_meanwhile(office: World) -> None:
    count = "SELECT count(*) FROM ledger"
    with reading(office.workspace.engine) as reader:
        before = reader.exec_driver_sql(count).scalar()
        office.organise(vacant=["A1"])
        assert reader.exec_driver_sql(count).scalar() == before
    assert office.rows(count)[0][0] > before


def broken_off(connection: Connection, office: World) -> None:
    """The server ends a session in the middle of a transaction, which goes on."""
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with reading(office.workspace.engine) as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    connection.exec_driver_sql("SELECT 1")


def test_a_session_that_is_broken_off_is_said_and_the_next_one_works(office: World) -> None:
    with pytest.raises(DBAPIError) as broken, writing(office.workspace.engine) as connection:
        broken_off(connection, office)
    known = told(broken.value)
    assert known is not None
    assert "连接断了" in known[0]
    assert verify(office.workspace)[1] == []


def test_connections_that_died_while_idle_are_not_noticed(office: World) -> None:
    assert office.rows("SELECT 1") == [(1,)]
    databases.current.say(  # type: ignore[union-attr]
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{make_url(os.environ[databases.URL]).database}'"
    )
    office.now += timedelta(minutes=1)
    office.organise(vacant=["A1"])
    assert verify(office.workspace)[1] == []


@pytest.mark.parametrize("table", ["ledger", "ledger_ref"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET seq = seq + 1", "TRUNCATE {} CASCADE"])
def test_the_ledger_only_grows(office: World, table: str, act: str) -> None:
    office.given()
    with pytest.raises(DBAPIError, match="append-only"), writing(office.workspace.engine) as connection:
        connection.exec_driver_sql(act.format(table))
