"""佐证材料: files handed in, kept in the workspace under the hash of their content."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from responsibility.core.errors import FileMissing, InputProblems, Problem
from responsibility.core.text import showable

#: Bytes one file may have.
LIMIT = 200_000_000
_CHUNK = 1 << 20


def keep(folder: Path, files: Sequence[Path]) -> list[dict[str, str | int]]:
    """Copy files into `folder` and say what was kept: {name, sha256, bytes} each. FileMissing where all that cannot
    be kept is not there, else InputProblems, lists it; then nothing is kept.

    The same content is kept once; a copy that broke off half-way is never taken for one.
    """
    missing = [str(path) for path in files if not path.exists()]
    problems = [problem for path in files if (problem := _problem(path))]
    if missing and len(missing) == len(problems):
        raise FileMissing(f"找不到佐证材料：{'、'.join(missing)}", "文件名和路径要写全")
    if problems:
        raise InputProblems(problems, "佐证材料")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [_keep(folder, path) for path in files]


def place(folder: Path, sha256: str) -> Path:
    """Where content with this hash is kept."""
    return folder / sha256[:2] / sha256


def damaged(folder: Path, kept: Iterable[Mapping[str, str | int]]) -> list[str]:
    """The names of files that are gone or are not what was handed in."""
    return [str(one["name"]) for one in kept if not _is_whole(place(folder, str(one["sha256"])), str(one["sha256"]))]


def _problem(path: Path) -> Problem | None:
    def of(message: str) -> Problem:
        return Problem(str(path), "", "", "", message)

    if not path.exists():
        return of("找不到这个文件")
    if not path.is_file():
        return of("不是文件；一次写一个文件，可以写几次 --evidence")
    if path.stat().st_size > LIMIT:
        return of(f"文件太大，最多 {LIMIT // 1_000_000} MB")
    return None if os.access(path, os.R_OK) else of("没有权限读")


def _keep(folder: Path, path: Path) -> dict[str, str | int]:
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="new-")
    copy = Path(name)
    try:
        with path.open("rb") as source, os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
            target.flush()
            os.fsync(target.fileno())
        sha256 = _hash(copy)
        goal = place(folder, sha256)
        goal.parent.mkdir(mode=0o700, exist_ok=True)
        size = copy.stat().st_size
        copy.replace(goal)
    finally:
        copy.unlink(missing_ok=True)
    return {"name": showable(path.name), "sha256": sha256, "bytes": size}


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and _hash(path) == sha256


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
