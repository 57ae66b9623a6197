"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft beside `path`, which takes its place at the end; where anything fails nothing of it is left.

    An OSError names `path`: nobody knows the draft.
    """
    folder = path.absolute().parent
    try:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".zeren-", suffix=path.suffix)
        os.close(descriptor)
        draft = Path(name)
        try:
            yield draft
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.chmod(0o666 & ~_umask())
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def put(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with whole(path) as draft:
        draft.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
