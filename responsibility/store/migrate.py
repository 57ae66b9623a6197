"""Bringing a database to the current schema, and refusing one that is not for this program."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from responsibility.core.errors import WorkspaceError
from responsibility.store.engine import writing

#: The newest revision under migrations/versions; a test holds it to what alembic finds.
HEAD = "0015"


def bring_up(engine: Engine, to: str = HEAD) -> None:
    """Create or upgrade the tables; costs one small query when nothing is to be done.

    A database that a newer program wrote is refused.
    """
    found = revision(engine)
    if found == to:
        return
    if found is not None and found > HEAD:
        raise WorkspaceError(
            f"数据库是较新的 zeren 写的（版本 {found}，本程序 {HEAD}），没有动它",
            "在这台机器上升级 zeren，再运行同一条命令",
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as connection:
        _can_be_written_chinese(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _can_be_written_chinese(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise WorkspaceError(
            f"数据库的编码是 {encoding}，写不了中文，没有动它",
            "请数据库管理员另建一个：CREATE DATABASE 库名 ENCODING 'UTF8' TEMPLATE template0",
        )


def open_up(engine: Engine, *, new: bool = False) -> None:
    """What every command does first: a workspace's own database is brought up, a shared one has to be, by hand.

    An empty one is filled for a `new` workspace alone: to any other its address leads to the wrong place.

    Several machines may be at work on a shared one (PostgreSQL): each with the program it has.
    """
    if engine.dialect.name == "sqlite":
        bring_up(engine)
        return
    found = revision(engine)
    if found is None and not new:
        raise WorkspaceError(
            "数据库是空的，里面还没有 zeren 的表，没有动它",
            "看 ZEREN_DATABASE_URL 里的库名对不对；搬进去：zeren db copy --to 地址；在空库里开始：zeren db upgrade",
        )
    if found is not None and found < HEAD:
        raise WorkspaceError(
            f"数据库是旧版本（{found}），本程序要 {HEAD}，没有动它",
            "各台机器都停下 zeren、换成同一版，再运行一次：zeren db upgrade",
        )
    bring_up(engine)


def revision(engine: Engine) -> str | None:
    """The revision a database is at; None for an empty one. One of another program is refused."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is not None and not re.fullmatch(r"\d{4}", found):
        raise WorkspaceError(
            f"数据库里是别的程序的表（版本 {found}），不是 zeren 的，没有动它",
            "看数据库地址里的库名对不对：zeren 要一个自己的库，Prefect 的运行记录另用一个",
        )
    return found
