"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy.ext.declarative import DeferredReflection
from sqlmodel import SQLModel


class Row(DeferredReflection, SQLModel):
    """A table. Its rows are read and written through the Core table (`table_of`), never as objects.

    So neither a validator nor a mapper is made for any of them: that would be half of what a command takes to start.
    """

    model_config = {"defer_build": True}
