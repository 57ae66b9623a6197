"""`zeren backup`, `zeren restore` and `zeren db …`: the data in another place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from responsibility.cli.common import COMMON, TIMED, Common, Output, Timed, Working, enter, read_now, true_time

#: Said of a backup where the data is not in the workspace, and of what was restored where the program would not look.
SERVER = (
    "\n里面的数据是从 PostgreSQL 抄出来的，恢复出来在工作区自己的 SQLite 里。每天备份整个库还要 pg_dump：\n"
    "  pg_dump -Fc -d 库名 -f 备份文件；恢复：pg_restore -d 空库 备份文件"
)
ELSEWHERE = (
    "\n恢复的数据在这个目录自己的 data/zeren.db 里，而 ZEREN_DATABASE_URL 指着别的库：先 unset ZEREN_DATABASE_URL；\n"
    "要放回 PostgreSQL，再 zeren db copy --to 一个空库的地址"
)


def backup(
    file: Annotated[Path, Parameter(help="备份写到哪个文件，如 /备份/20261123.zip")],
    /,
    *,
    common: Timed = TIMED,
) -> None:
    """Back up a workspace that may be in use."""
    from responsibility.usecases.backup import backup as write

    workspace = enter(common)
    with common.out.working("正在备份……") as step:
        done = write(workspace, file, read_now(common.now, workspace.settings.zone), _bar(step, "正在备份"))
    common.out.show(
        lambda: {"file": str(done.path), "entries": done.entries, "files": done.files, "bytes": done.size},
        lambda: (
            f"已备份到 {done.path}（{done.files} 个文件，{done.size / 1e6:.1f} MB），"
            f"台账 {done.entries} 条，核验完好。\n"
            f"密码文件、运行记录和日志不在里面。恢复：zeren restore {done.path} 新目录"
            f"{'' if workspace.settings.embedded else SERVER}"
        ),
    )


def restore(
    file: Annotated[Path, Parameter(help="zeren backup 写的文件")],
    directory: Annotated[Path, Parameter(help="恢复成哪个工作区目录，要是新的或空的")],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="只输出一份 JSON")] = False,
) -> None:
    """Make the workspace a backup holds."""
    from responsibility.usecases.backup import restore as read

    out = Output(json)
    with out.working("正在恢复……"):
        done = read(file, directory, true_time())
    doubtful = (
        f"\n备份时还没有送出的 {done.doubtful} 份消息，后来送出没有不知道，一份也不会自己再送：\n"
        f"  zeren message list -w {done.path} 看；要送的 zeren message resend 编号，不送的 zeren message drop 编号"
    )
    out.show(
        lambda: {
            "workspace": str(done.path),
            "entries": done.entries,
            "files": done.files,
            "at": done.at,
            "uncertain": done.doubtful,
        },
        lambda: (
            f"已恢复到 {done.path}：{done.at[:16]} 的备份，台账 {done.entries} 条（末一条记着这次恢复），核验完好。\n"
            f"接下来：zeren doctor -w {done.path}；密码文件要另外放好。{doubtful if done.doubtful else ''}"
            f"{ELSEWHERE if os.environ.get('ZEREN_DATABASE_URL') else ''}"
        ),
    )


def upgrade(*, common: Common = COMMON) -> None:
    """Bring the database to the program's schema."""
    from responsibility.settings import load
    from responsibility.usecases.backup import upgraded
    from responsibility.usecases.workspace import find_root

    settings = load(find_root(common.workspace, os.environ, Path.cwd()), os.environ, secrets=False)
    before, after = upgraded(settings)
    said = f"数据库版本 {before or '（空）'} → {after}" if before != after else f"数据库已经是最新版本 {after}"
    common.out.show(lambda: {"before": before, "after": after}, lambda: said)


def copy(
    *,
    to: Annotated[str, Parameter(help="目的数据库的地址，要是空的；口令写在 PGPASSFILE 里，不要写在命令行")],
    common: Common = COMMON,
) -> None:
    """Move the data to another database."""
    from responsibility.usecases.backup import copy_to

    workspace = enter(common)
    with workspace.alone(common.out.say), common.out.working("正在搬库……") as step:
        counts = copy_to(workspace, to, _bar(step, "正在搬库"))
    total = sum(counts.values())
    common.out.show(
        lambda: {"rows": total, "tables": counts},
        lambda: (
            f"已搬 {len(counts)} 张表、{total} 行，行数和台账核对一致。原来的数据库没有动。\n"
            "改用新的：设 ZEREN_DATABASE_URL 为它的地址，再 zeren doctor。"
        ),
    )


def _bar(step: Working, what: str) -> Callable[[int, int], None]:
    return lambda done, total: step(what, done, total)
