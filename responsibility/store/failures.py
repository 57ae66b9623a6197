"""What a database refuses, said in a sentence with the next step; never with an address or a password."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

#: Said of a failure: what happened, and what to do.
Told = tuple[str, str]

RESTORE = "数据库是工作区里的 data/zeren.db；从最近一次完好的备份恢复，再用 zeren log verify 核验"
FREE = "腾出空间后重新运行同一条命令；已写入的都是完整的"
AGAIN = "稍后重新运行同一条命令"
ADDRESS: Told = (
    "数据库地址写法不对",
    "检查 ZEREN_DATABASE_URL，例：postgresql+psycopg://用户@主机/库名，口令写在 PGPASSFILE 里",
)
DRIVER: Told = (
    "没有装能用的 PostgreSQL 驱动",
    "装上驱动再运行同一条命令：pip install 'zeren[postgres]'",
)

BUSY: Told = ("数据库一直被别的程序占用，本次什么都没有做", AGAIN)

#: What SQLite calls a write that failed: its message for it is the one for damaged files, too.
_UNWRITTEN = frozenset(f"SQLITE_IOERR_{what}" for what in ("WRITE", "SHMSIZE", "SHMOPEN", "TRUNCATE", "FSYNC"))
#: What SQLite's message contains → what the user is told.
_SQLITE: tuple[tuple[tuple[str, ...], Told], ...] = (
    (
        ("not a database", "malformed", "disk i/o", "unsupported file format"),
        ("数据库读不了：文件已损坏，或不是 zeren 的数据库", RESTORE),
    ),
    (("no such table", "already exists"), ("数据库读不了：里面的表不齐，不是完整的 zeren 数据库", RESTORE)),
    (("readonly", "read-only", "permission denied"), ("数据库写不了：没有写的权限", "检查 data 目录和里面文件的权限")),
    (
        ("unable to open",),
        ("数据库打不开：没有权限、磁盘是只读的，或者不在", "检查工作区里的 data 目录、它的权限，和所在的磁盘（mount）"),
    ),
    (("is full", "no space"), ("磁盘满了，数据库写不进去", FREE)),
    (("locked", "busy"), BUSY),
)

#: What PostgreSQL's code begins with → the same. A server says the rest in its own language.
_CODES: tuple[tuple[str, Told], ...] = (
    ("55P03", BUSY),
    ("40", ("数据库正被别的程序占用，两边互相等待", AGAIN)),
    ("57014", ("数据库中止了这一步：超过了服务器给的时间", "请数据库管理员放宽 statement_timeout，再运行一次")),
    ("53300", ("数据库的连接用完了", "停掉不用的程序，或请数据库管理员加大 max_connections；再运行同一条命令")),
    ("531", ("数据库服务器的磁盘满了，写不进去", FREE)),
    ("53", ("数据库服务器的内存或磁盘不够", "请数据库管理员处理后，重新运行同一条命令")),
    ("25006", ("数据库是只读的，可能连到了备用库", "ZEREN_DATABASE_URL 要写主库的地址")),
    (
        "42501",
        (
            "数据库的用户没有权限",
            "请数据库管理员把这个库交给他：ALTER DATABASE 库名 OWNER TO 用户，模式 public 也要能建表",
        ),
    ),
    (
        "42P",
        ("数据库读不了：里面的表不齐，不是完整的 zeren 数据库", "从最近一次备份恢复这个库，再 zeren log verify 核验"),
    ),
    (
        "22P05",
        ("数据库的编码写不了中文", "换一个 UTF8 编码的库：CREATE DATABASE 库名 ENCODING 'UTF8' TEMPLATE template0"),
    ),
    ("22003", ("有数字太大，数据库存不下", "检查命令或文件里的数字")),
    ("22", ("有数据库存不了的内容", "检查命令或文件里有没有看不见的控制字符")),
)

#: What is said where there is no code because no session began; a server may say it in Chinese.
_REFUSED: tuple[tuple[tuple[str, ...], Told], ...] = (
    (
        ("password", "口令", "密码"),
        (
            "数据库不认这个用户或口令",
            "检查 ZEREN_DATABASE_URL 里的用户，和 ~/.pgpass（或 PGPASSFILE）里有没有它的口令；文件权限不是 600 不算数",
        ),
    ),
    (("pg_hba", "no encryption"), ("数据库服务器不许这台机器或这个用户连", "请数据库管理员在 pg_hba.conf 里放行")),
    (
        ("role", "角色"),
        ("数据库服务器上没有这个用户", "检查用户名；没有就请数据库管理员建一个：CREATE ROLE 用户 LOGIN"),
    ),
    (("starting up", "shutting down", "recovery"), ("数据库服务正在启动或停下", AGAIN)),
    (
        ("database", "数据库"),
        ("数据库服务器上没有这个库，或这个用户不能用它", "检查库名；没有就请数据库管理员建一个：CREATE DATABASE"),
    ),
    (("too many", "太多"), ("数据库的连接用完了", AGAIN)),
)
_UNREACHED: Told = (
    "连不上数据库",
    "检查 ZEREN_DATABASE_URL 里的主机和端口，以及数据库服务是否在运行；好了再运行同一条命令",
)
#: What a driver says of a session that began and broke off.
_BROKEN = ("server closed", "connection is lost", "connection is closed", "consuming input failed", "terminat")
_LOST: Told = ("与数据库的连接断了，没有提交的都没有写入", "数据库服务恢复后，重新运行同一条命令")


def told(error: BaseException) -> Told | None:
    """What a user is told of a failure of the database or its driver; None where it is a defect of ours."""
    if isinstance(error, ImportError):
        return DRIVER if (error.name or "").startswith("psycopg") or "libpq" in str(error) else None
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return ADDRESS
    if type(error).__module__ == "sqlite3":
        return _sqlite(error)
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    if type(error.orig).__module__.startswith("psycopg"):
        return _postgres(error)
    return _sqlite(error.orig)


def _sqlite(error: BaseException) -> Told | None:
    if getattr(error, "sqlite_errorname", "") in _UNWRITTEN:
        return "磁盘满了（或出了故障），数据库写不进去", FREE
    return _first(_SQLITE, str(error).lower())


def reason(error: Exception) -> str:
    """The failure in a few words; the driver's own where it was not foreseen."""
    known = told(error)
    return known[0] if known else str(getattr(error, "orig", None) or error).splitlines()[0]


#: What opening a database may raise.
FAILURES = (SQLAlchemyError, OSError, ImportError)


def _postgres(error: DBAPIError) -> Told | None:
    code, text = getattr(error.orig, "sqlstate", None) or "", str(error.orig).lower()
    if error.connection_invalidated or code.startswith(("08", "57P")):
        return _LOST
    if code:
        return next((said for begins, said in _CODES if code.startswith(begins)), None)
    if not isinstance(error, OperationalError):
        return _CODES[-1][1] if "nul" in text else None
    if "no password supplied" in text:
        return _REFUSED[0][1]
    if "fatal:" in text or "致命错误:" in text:
        return _first(_REFUSED, text.partition("fatal:")[2] or text.partition("致命错误:")[2]) or _UNREACHED
    return _LOST if any(words in text for words in _BROKEN) else _UNREACHED


def _first(table: tuple[tuple[tuple[str, ...], Told], ...], text: str) -> Told | None:
    return next((said for words, said in table if any(word in text for word in words)), None)
