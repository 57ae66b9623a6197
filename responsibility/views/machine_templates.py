"""Templates and what they make, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def listed(rows: Sequence[Any]) -> dict[str, Any]:
    """`template list`."""
    keys = ("file", "what", "channel", "own", "used", "fault")
    return {"templates": [{key: getattr(row, key) for key in keys} for row in rows]}


def copied(path: Path) -> dict[str, str]:
    """`template copy`."""
    return {"file": str(path)}


def previewed(shown: Any) -> dict[str, Any]:
    """`template preview`."""
    return {
        "template": shown.file,
        "to": shown.to,
        "channel": shown.channel,
        "filled": shown.filled,
        "used": list(shown.used),
        "title": shown.said.title,
        "text": shown.said.text,
        "html": shown.said.html,
        "faults": list(shown.said.faults),
    }
