"""Who answers an extension that was asked for: one after the other, in the order the policy names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import OWNER, UNIT_HEAD, Organisation, routes
from responsibility.settings import Settings
from responsibility.store import worklists
from responsibility.usecases.lights import Lamp


class Answering:
    """The steps of a request, in words and posts, on the lamp's day; `row` is an assignment with its item."""

    def __init__(self, connection: Connection, settings: Settings, organisation: Organisation, lamp: Lamp) -> None:
        self._connection = connection
        self._settings = settings
        self._organisation = organisation
        self._lamp = lamp

    def step(self, row: Any, agreed: int) -> str:
        """Who answers next, as the policy writes it; empty where all have."""
        steps = self._lamp.policy(row.policy_id).extension_agrees
        return steps[agreed] if agreed < len(steps) else ""

    def whom(self, row: Any, agreed: int) -> str:
        """Who answers next, in words; empty where all have."""
        step = self.step(row, agreed)
        names = {"": "", OWNER: "责任人", UNIT_HEAD: "单位负责人"}
        return names[step] if step in names else self._settings.chain.tier(step).name

    def posts(self, row: Any, agreed: int) -> list[str]:
        """The posts that may answer next."""
        step = self.step(row, agreed)
        if not step:
            return []
        named = worklists.leaders_named(self._connection).get(row.item_id, ()) if row.names_leaders else ()
        chain, organisation = self._settings.chain, self._organisation
        return [r.post for r in routes(step, row.unit, chain, organisation, self._lamp.today, named)]

    def answers(self, post: str, row: Any, agreed: int) -> bool:
        """Whether a post is the one to answer next; of the office any post is."""
        office = self._settings.chain.office
        of_office = self.step(row, agreed) == office and self._organisation.post[post].tier == office
        return of_office or post in self.posts(row, agreed)
