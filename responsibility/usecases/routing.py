"""Who is meant by a recipient kind, asked once for all cases that share the answer."""

from __future__ import annotations

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn, Organisation, Route, route_above, routes
from responsibility.store import sweeping, worklists
from responsibility.usecases.lights import Lamp


class Router:
    """The routes of one sweep, by item (where it names its leaders, else 0), unit and recipient kind."""

    def __init__(self, connection: Connection, organisation: Organisation, lamp: Lamp) -> None:
        self.organisation = organisation
        self.lamp = lamp
        self._named = {item: tuple(posts) for item, posts in worklists.leaders_named(connection).items()}
        self._known: dict[tuple[str, str, tuple[str, ...]], list[Route]] = {}

    def __call__(self, case_item: int, unit: str, kind: str) -> list[Route]:
        """Most items name the same few leaders: they share their routes."""
        leaders = self._named.get(case_item, ())
        key = (unit, kind, leaders)
        if key not in self._known:
            self._known[key] = self._found(unit, kind, leaders)
        return self._known[key]

    def _found(self, unit: str, kind: str, leaders: tuple[str, ...]) -> list[Route]:
        chain, today = self.lamp.settings.chain, self.lamp.today
        if kind == sweeping.VACANT_MEMBER:
            members = str(chain.laid(LaidOn.MEMBERS))
            return route_above(members, unit, chain, self.organisation, today, "", leaders)
        return routes(kind, unit, chain, self.organisation, today, leaders)
