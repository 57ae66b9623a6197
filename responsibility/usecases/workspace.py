"""A workspace: a folder with `config/` and `data/`, its settings and its database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from responsibility.core.chain import LaidOn
from responsibility.core.errors import ClockWentBack, NoRight, WorkspaceError
from responsibility.settings import Settings, bundled, load
from responsibility.store import ledger, migrate
from responsibility.store.engine import Lock, clock_of, open_engine, reading, writing
from responsibility.store.ledger import Entry
from responsibility.store.organisation import load as load_organisation

if TYPE_CHECKING:
    from filelock import FileLock

#: Seconds a command waits for another one on the same workspace.
PATIENCE = 30.0

#: So much may the clocks of two machines differ: what the slower one does is dated as the last act.
LEEWAY = timedelta(minutes=15)

#: Lies in data/ as long as a workspace is being made.
MAKING = "init.unfinished"

#: The actor of what the program does by itself.
ENGINE = "zeren"


@dataclass(frozen=True)
class Workspace:
    """An opened workspace."""

    settings: Settings
    engine: Engine
    #: Who is logged in at the machine, where that is known; kept with every entry.
    login: str = ""
    #: How far before the last act `now` may be; nothing where somebody named the time (`--now`).
    leeway: timedelta = timedelta()

    @property
    def root(self) -> Path:
        return self.settings.root

    def clock(self, here: datetime) -> datetime:
        """What time it is: `here` on this machine, but where several share a database, its server's time."""
        if self.engine.dialect.name == "sqlite":
            return here
        with self.read() as connection:
            return clock_of(connection) or here

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state."""
        with reading(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self, now: datetime, *, keep: bool = True, lock: Lock = Lock.ALONE) -> Iterator[Connection]:
        """A transaction that may change things; refused when `now` is before the last act."""
        with writing(self.engine, keep=keep, lock=lock) as connection:
            since = not_before_last_act(connection, now, self.settings, self.leeway)
            yield ledger.by(connection, self.login, since)

    @contextmanager
    def alone(self, say: Callable[[str], None], patience: float = PATIENCE) -> Iterator[None]:
        """Hold the workspace for one command; waits for another one up to `patience` seconds, and says so."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.root / "data" / "zeren.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"另一个 zeren 命令正在使用这个工作区，最多等 {patience:.0f} 秒……")
            try:
                lock.acquire(timeout=patience)
            except Timeout:
                raise WorkspaceError(
                    f"等了 {patience:.0f} 秒，另一个 zeren 命令还没有结束，本次什么都没有做", "稍后再试同一条命令"
                ) from None
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True)
class Joined(Workspace):
    """A workspace seen from inside an open write: whatever is called with it joins that transaction."""

    connection: Connection = field(kw_only=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self.connection

    @contextmanager
    def write(self, now: datetime, *, keep: bool = True, lock: Lock = Lock.ALONE) -> Iterator[Connection]:
        yield self.connection


def not_before_last_act(
    connection: Connection, now: datetime, settings: Settings, leeway: timedelta = timedelta()
) -> datetime | None:
    """When the last act was done; raises ClockWentBack when `now` is earlier than that by more than `leeway`."""
    last = ledger.last_act_at(connection)
    if last is not None and now < last - leeway:
        told, known = (at.astimezone(settings.zone).isoformat(" ", "seconds") for at in (now, last))
        raise ClockWentBack(
            f"现在（{told}）早于本工作区最后一次记录的时间（{known}）",
            "用 --now 指定不早于它的时间；要看过去的状态用 zeren status --as-of 日期；"
            "本机时间曾经不对、现在改对了：zeren clock correct",
        )
    return last


def serve_lock(root: Path) -> FileLock:
    """Held by the one `zeren serve` of a workspace as long as it runs, however it ends."""
    from filelock import FileLock

    return FileLock(root / "data" / "serve.lock")


def is_serving(root: Path) -> bool:
    """Whether `zeren serve` runs on the workspace."""
    from filelock import Timeout

    try:
        with serve_lock(root).acquire(timeout=0):
            return False
    except Timeout:
        return True


def find_root(asked: Path | None, environ: Mapping[str, str], here: Path) -> Path:
    """The workspace meant: the option, ZEREN_HOME, or the one around the current folder; raises where none is."""
    around = next((folder for folder in (here, *here.absolute().parents) if is_workspace(folder)), here)
    root = asked or (Path(environ["ZEREN_HOME"]) if environ.get("ZEREN_HOME") else around)
    if not is_workspace(root):
        raise WorkspaceError(
            f"{root.absolute()} 不是 zeren 工作区", "新建一个：zeren init 目录；或用 --workspace 指定已有的工作区"
        )
    return root.absolute()


def is_workspace(root: Path) -> bool:
    """Its configuration and its data; a checkout of the program has only the first."""
    whole = (root / "config" / "chain.yaml").is_file() and (root / "data").is_dir()
    return whole and not (root / "data" / MAKING).exists()


def open_workspace(
    root: Path,
    environ: Mapping[str, str],
    *,
    sending: bool = False,
    login: str = "",
    leeway: timedelta = timedelta(),
    say: Callable[[str], None] | None = None,
) -> Workspace:
    """Settings and database of an existing workspace; the database is brought to the current schema.

    `sending` also fetches the channels' passwords, and refuses where one is missing. `login` is who is at the machine;
    `leeway` how far its clock may be behind another's; `say` tells a person that waits why.
    """
    settings = load(root, environ, secrets=sending)
    if (lost := lost_database(settings)) is not None:
        raise WorkspaceError(lost, RECOVER)
    return _opened(settings, login, leeway, say)


def login_name() -> str:
    """Who is logged in at the machine; empty where the system does not know. For those who open a workspace."""
    try:
        return getuser()
    except (OSError, KeyError, ImportError):
        return ""


#: What to do without the database of an existing workspace.
RECOVER = (
    "数据在 PostgreSQL 里的，先设好 ZEREN_DATABASE_URL；不在的，从备份恢复它；"
    "没有备份，换一个目录重新开始：zeren init 目录"
)


def lost_database(settings: Settings) -> str | None:
    """What became of the workspace's own database where it should be and is not: none is ever made without tables."""
    path = settings.root / "data" / "zeren.db"
    if settings.database_url != f"sqlite:///{path}":
        return None
    if not path.is_file():
        return f"数据库 {path} 不见了"
    return None if path.stat().st_size else f"数据库 {path} 是空文件，里面的数据没有了"


def _opened(
    settings: Settings,
    login: str = "",
    leeway: timedelta = timedelta(),
    say: Callable[[str], None] | None = None,
    *,
    new: bool = False,
) -> Workspace:
    root = settings.root
    (root / "data").mkdir(mode=0o700, exist_ok=True)
    engine = open_engine(settings.database_url, _telling(say) if say else None, PATIENCE)
    try:
        migrate.open_up(engine, new=new)
    except Exception:
        engine.dispose()
        raise
    return Workspace(settings, engine, login, leeway)


def _telling(say: Callable[[str], None]) -> Callable[[float], None]:
    return lambda patience: say(f"数据库正在被别的程序写，最多等 {patience:.0f} 秒……")


def create(root: Path, environ: Mapping[str, str], now: datetime) -> Workspace:
    """A new workspace with the commented default configuration; refuses a folder that already is one.

    One that was broken off half-way is begun anew.
    """
    making = root / "data" / MAKING
    if is_workspace(root):
        raise WorkspaceError(f"{root.absolute()} 已经是 zeren 工作区，没有改动", f"直接使用：cd {root}；或换一个目录")
    if (root / "config").exists() and not making.exists():
        raise WorkspaceError(
            f"{root.absolute()} 下已有 config 目录但不是 zeren 的，没有改动", "换一个空目录：zeren init 目录"
        )
    if root.exists() and not root.is_dir():
        raise WorkspaceError(f"{root.absolute()} 是文件，不是目录", "换一个目录名：zeren init 目录")
    (root / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    making.touch()
    # The configuration appears whole or not at all.
    half = root / "data" / "config.new"
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(root / "config", ignore_errors=True)
    # Not the words of messages: those stay the program's until the office takes a copy (`zeren template copy`).
    shutil.copytree(bundled("config"), half, ignore=shutil.ignore_patterns("*.txt", "*.html"))
    half.rename(root / "config")
    try:
        workspace = _opened(load(root.absolute(), environ, secrets=False), new=True)
        with workspace.write(now) as connection:
            begun = bool(ledger.last(connection)[0])
            if begun and workspace.engine.dialect.name != "sqlite":
                raise WorkspaceError("这个数据库里已经有 zeren 的数据，没有改动", JOIN)
            if not begun:
                ledger.record(connection, Entry(now, ENGINE, "init", values={"schema": migrate.HEAD}))
    except Exception:
        shutil.rmtree(root / "config")
        raise
    making.unlink()
    return workspace


#: What to do where another machine's workspace is in the database already.
JOIN = "与别的机器共用一个库：把那台工作区的 config 目录复制过来，再建一个空的 data 目录；不共用，换一个空的库"


def evidence_folder(workspace: Workspace) -> Path:
    """Where what was handed in is kept."""
    return workspace.root / "data" / "evidence"


def office_post(workspace: Workspace, connection: Connection) -> str:
    """The post the office acts as at the terminal; the engine's own name where there is no office yet.

    Who by default acts as another post than one of the office is refused.
    """
    chain = workspace.settings.chain
    organisation = load_organisation(connection, chain.laid(LaidOn.MEMBERS))
    first = chain.office and organisation.first_post(chain.office)
    asked = workspace.settings.actors.post_of(workspace.login)
    if not first or asked is None:
        return first or ENGINE
    post = organisation.post.get(asked[0])
    if post is None or post.tier != chain.office:
        who = f"{asked[0]}（{post.title}）" if post else f"{asked[0]} "
        raise NoRight(f"这是办公室的事，{who}不能办", f"{asked[1]} 写的是 {asked[0]}；办公室的岗位是 {first}")
    return post.code
