"""The key of a row: which assignment, as it stood at export, signed so that a foreign or altered row shows."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from responsibility.core.summary.sheet import Standing

_VERSION = "Z1"
_SIGNED = 24

#: The second field is the workspace, the third the entry of the export; then the standing, then the signature.
_KEY = re.compile(
    rf"{_VERSION}\|(?P<workspace>[0-9a-f]+)\|(?P<seq>\d+)\|(?P<state>[a-z_]+)\|(?P<percent>\d*)\|(?P<counted>\d+)"
    rf"\|(?P<steps>\d+)\|(?P<due_on>[\d-]*)\|(?P<last>\d+)\|(?P<signature>[0-9a-f]{{{_SIGNED}}})"
)


class ForeignKey(Exception):
    """The row comes from another workspace."""


class AlteredKey(Exception):
    """The key is none, or does not belong to this assignment."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What keys of one workspace are signed with: its random id, and a random secret."""

    workspace: str
    secret: str

    def key(self, seq: int, code: str, standing: Standing) -> str:
        """The key of `code` in the export with the ledger entry `seq`."""
        s = standing
        percent = "" if s.percent is None else s.percent
        body = (
            f"{_VERSION}|{self.workspace}|{seq}|{s.state}|{percent}|{s.counted}|{s.milestones_done}|{s.due_on}|{s.seq}"
        )
        return f"{body}|{self._signature(body, code)}"

    def open(self, key: str, code: str) -> tuple[int, Standing]:
        """(the export's entry, the standing) a key was made of; raises ForeignKey or AlteredKey."""
        found = _KEY.fullmatch(key)
        if found is None:
            raise AlteredKey
        if found["workspace"] != self.workspace:
            raise ForeignKey
        body = key.rpartition("|")[0]
        if not hmac.compare_digest(found["signature"], self._signature(body, code)):
            raise AlteredKey
        percent = int(found["percent"]) if found["percent"] else None
        standing = Standing(
            found["state"], percent, int(found["counted"]), int(found["steps"]), found["due_on"], int(found["last"])
        )
        return int(found["seq"]), standing

    def _signature(self, body: str, code: str) -> str:
        return hmac.new(self.secret.encode(), f"{code}|{body}".encode(), hashlib.sha256).hexdigest()[:_SIGNED]
