"""What each kind of message says, as true at the moment it goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.usecases.digests import digester
from responsibility.usecases.gone import Gone
from responsibility.usecases.handover import hander
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import Digest, HandOver

__all__ = ["Content", "Gone", "contents"]

#: What a message may say.
Content = Digest | HandOver


def contents(
    connection: Connection, workspace: Workspace, now: datetime
) -> Mapping[str, Callable[[Any], Content | Gone]]:
    """Kind of message → a function from the outbox row to what it says at `now`, or to why nothing of it is true."""
    return {"digest": digester(connection, workspace, now), "handover": hander(connection, workspace, now)}
