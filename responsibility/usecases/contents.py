"""What each kind of message says, as true at the moment it goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from responsibility.usecases.digests import digester
from responsibility.usecases.gone import Gone
from responsibility.usecases.handover import hander
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import Alarm, Digest, HandOver

__all__ = ["Content", "Gone", "contents"]

#: What a message may say.
Content = Digest | HandOver | Alarm


def contents(
    connection: Connection, workspace: Workspace, now: datetime, messages: Sequence[Any]
) -> Mapping[str, Callable[[Any], Content | Gone]]:
    """Kind of message → a function from the outbox row to what it says at `now`, or to why nothing of it is true.

    Only the kinds of `messages` are there.
    """
    makers: Mapping[str, Callable[[], Callable[[Any], Content | Gone]]] = {
        "digest": lambda: digester(connection, workspace, now),
        "handover": lambda: hander(connection, workspace, now),
    }
    return {kind: makers[kind]() for kind in dict.fromkeys(message.kind for message in messages)}
