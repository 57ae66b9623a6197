"""What one database can say and standard SQL cannot: INSERT … ON CONFLICT. Only the dialect in use is loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Dialect


def words_of(dialect: Dialect) -> Any:
    """SQLAlchemy's module for a database; its `insert` knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return import_module(f"sqlalchemy.dialects.{dialect.name}")
