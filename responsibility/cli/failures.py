"""What went wrong outside our own rules, said in a sentence: the database, the disk, rights, and our own defects."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from responsibility.core.errors import ResponsibilityError


class DatabaseFailure(ResponsibilityError):
    """The database cannot be opened, read or written."""

    code = "database"


class DiskFailure(ResponsibilityError):
    """The file system refused."""

    code = "disk"


RESTORE = "数据库是工作区里的 data/zeren.db；从最近一次完好的备份恢复，再用 zeren log verify 核验"
FREE = "腾出空间后重新运行同一条命令；已写入的都是完整的"

#: What SQLite calls a write that failed: its message for it is the one for damaged files, too.
_UNWRITTEN = frozenset(f"SQLITE_IOERR_{what}" for what in ("WRITE", "SHMSIZE", "SHMOPEN", "TRUNCATE", "FSYNC"))

#: What a driver's message contains → what the user is told, and what to do.
_DATABASE: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("not a database", "malformed", "disk i/o", "unsupported file format"),
        "数据库读不了：文件已损坏，或不是 zeren 的数据库",
        RESTORE,
    ),
    (
        ("no such table", "already exists"),
        "数据库读不了：里面的表不齐，不是完整的 zeren 数据库",
        RESTORE,
    ),
    (("readonly", "read-only", "permission denied"), "数据库写不了：没有写的权限", "检查 data 目录和里面文件的权限"),
    (("unable to open",), "数据库打不开：目录或文件没有权限，或者不在", "检查工作区里的 data 目录和它的权限"),
    (("is full", "no space"), "磁盘满了，数据库写不进去", FREE),
    (("locked", "busy", "lock timeout"), "数据库一直被别的程序占用，本次什么都没有做", "稍后重新运行同一条命令"),
    (("connect", "connection"), "连不上数据库", "检查 ZEREN_DATABASE_URL，以及数据库服务是否在运行"),
)
_DISK: dict[int, tuple[str, str]] = {
    errno.EACCES: ("没有权限读写", "检查这个文件或目录的权限，或换一个位置"),
    errno.EPERM: ("没有权限读写", "检查这个文件或目录的权限，或换一个位置"),
    errno.EROFS: ("所在的磁盘是只读的，写不了", "换一个能写的位置"),
    errno.ENOSPC: ("磁盘满了，写不进去", FREE),
    errno.EDQUOT: ("磁盘配额用完了，写不进去", FREE),
    errno.ENOENT: ("找不到", "检查路径"),
    errno.EISDIR: ("是目录，不是文件", "检查路径"),
    errno.ENOTDIR: ("路径里有一段不是目录", "检查路径"),
    errno.EEXIST: ("已存在，但不是所需要的目录", "把它移走或改名，再运行一次"),
    errno.ENAMETOOLONG: ("路径太长", "换一个短些的"),
    errno.EMFILE: ("打开的文件太多", "关掉一些程序后再试"),
}


def explain(error: Exception) -> ResponsibilityError:
    """The error as the user is told it; what nobody foresaw goes to a file for the maintainers."""
    chain = list(_causes(error))
    told = next(filter(None, map(_foreseen, chain)), None)
    return told or _unforeseen(error)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it says it was caused by, the outermost first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def _foreseen(error: BaseException) -> ResponsibilityError | None:
    if isinstance(error, ResponsibilityError):
        return error
    if isinstance(error, OSError):
        return _disk(error)
    if isinstance(error, MemoryError):
        return DiskFailure("内存不够", "关掉一些程序后再试")
    if isinstance(error, UnicodeEncodeError):
        return ResponsibilityError(
            f"有写不出的字符（编码 {error.encoding}）", "检查输入；终端可先执行 export LANG=zh_CN.UTF-8"
        )
    return _database(error)


def _disk(error: OSError) -> ResponsibilityError | None:
    known = _DISK.get(error.errno or 0)
    if known is None:
        return None
    what, hint = known
    where = f"{_shown(error.filename)} " if error.filename else ""
    return DiskFailure(f"{where}{what}", hint)


def _shown(name: object) -> str:
    text = str(name)
    return text if len(text) <= 200 else f"{text[:200]}……"


def _database(error: BaseException) -> ResponsibilityError | None:
    """A failure of the driver or of the schema; other errors of the same libraries are defects of ours."""
    module = type(error).__module__.partition(".")[0]
    text = str(error).lower()
    if module == "alembic" and "can't locate revision" in text:
        return DatabaseFailure("数据库是更新版本的 zeren 建的，这个版本读不了", "请升级 zeren")
    if module == "sqlalchemy":
        return _driver(error, text)
    return _said(error, text) if module == "sqlite3" else None


def _driver(error: BaseException, text: str) -> ResponsibilityError | None:
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

    if isinstance(error, ArgumentError | NoSuchModuleError):
        return DatabaseFailure(
            "数据库地址写法不对", "检查 ZEREN_DATABASE_URL，例：postgresql+psycopg://用户:密码@主机/库名"
        )
    if not isinstance(error, DatabaseError):
        return None
    return _said(error.orig, text)


def _said(error: BaseException | None, text: str) -> ResponsibilityError | None:
    """What the driver itself said."""
    if getattr(error, "sqlite_errorname", "") in _UNWRITTEN:
        return DatabaseFailure("磁盘满了（或出了故障），数据库写不进去", FREE)
    return next((DatabaseFailure(told, hint) for words, told, hint in _DATABASE if any(w in text for w in words)), None)


def _unforeseen(error: Exception) -> ResponsibilityError:
    """A defect of ours: the details go to a file, the user gets a sentence."""
    path = _noted(error)
    hint = f"请把 {path} 交给维护人员" if path else "请把这条命令和这句话告诉维护人员"
    return ResponsibilityError(f"程序内部出错（{type(error).__name__}），没有写入未完成的内容", hint)


def _noted(error: Exception) -> Path | None:
    """Where the details were written; None where they could not be."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", prefix="zeren-", suffix=".log", delete=False, encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace").decode())
    except OSError:
        return None
    return Path(file.name)
