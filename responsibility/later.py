"""Names a package offers and loads when they are first used, so that a command pays only for what it does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def later(package: str, where: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package: `where` says which of its modules holds which names, parted by blanks.

    No name may be that of a module beside it: importing that module would put it in the name's place.
    """
    module_of = {name: f"{package}.{module}" for module, names in where.items() for name in names.split()}

    def load(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(module_of[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return load
