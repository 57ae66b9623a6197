"""What all tables have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table
from sqlmodel import SQLModel
from sqlmodel.main import SQLModelMetaclass


class _Tables(SQLModelMetaclass):
    """Makes of a class the Core table it describes, and no mapper, which would take as long again."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any) -> None:
        type.__init__(cls, name, bases, body)
        if options.get("table"):
            columns = {field: vars(cls)[field] for field in cls.model_fields}
            extras = vars(cls).get("__table_args__", ())
            Table(vars(cls)["__tablename__"], SQLModel.metadata, *_named(columns), *extras)


def _named(columns: dict[str, Column[Any]]) -> list[Column[Any]]:
    for name, column in columns.items():
        column.name = column.key = column.name or name
    return list(columns.values())


class Row(SQLModel, metaclass=_Tables):
    """A table. Its rows are read and written through the Core table (`table_of`), never as objects.

    So no validator is made for any of them either.
    """

    model_config = {"defer_build": True}


def table_of(row: type[Row]) -> Table:
    """The Core table behind a row class, for set-based SQL."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
