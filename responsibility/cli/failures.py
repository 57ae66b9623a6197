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


FREE = "腾出空间后重新运行同一条命令；已写入的都是完整的"

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
    if module not in ("sqlalchemy", "sqlite3") and not isinstance(error, ImportError):
        return None
    from responsibility.store.failures import told

    known = told(error)
    return DatabaseFailure(*known) if known else None


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
