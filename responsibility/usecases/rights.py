"""Who acts, and whether he may: the actor of a command, and the table of rights applied to one assignment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from responsibility.core.assignment import ACTION_NAMES, Action
from responsibility.core.chain import Chain, LaidOn, Organisation
from responsibility.core.errors import IllegalTransition, NoRight
from responsibility.core.rights import OWNERS_ACTS, RELATION_NAMES, Relation, rule, who_may
from responsibility.store import delegations
from responsibility.store import organisation as organisation_store
from responsibility.usecases.codes import unknown_seat
from responsibility.usecases.workspace import Workspace

#: So many posts are named of those who could.
NAMED = 3


def acting(workspace: Workspace, as_post: str | None) -> str | None:
    """The post or unit named, else the one settings name for who is logged in; None: the office's own."""
    asked = workspace.settings.actors.post_of(workspace.login)
    return as_post or (asked[0] if asked else None)


def organisation_for(workspace: Workspace, connection: Connection, *posts: str | None) -> Organisation:
    """The organisation without its members, but for the posts named."""
    members = workspace.settings.chain.laid(LaidOn.MEMBERS)
    return organisation_store.load(connection, members, also=[post for post in posts if post])


def actor_of(workspace: Workspace, organisation: Organisation, as_post: str | None) -> str:
    """The acting post: the one named (a unit stands for its head), the one settings name, or the office."""
    chain, asked = workspace.settings.chain, workspace.settings.actors.post_of(workspace.login)
    if as_post is not None:
        return seat_of(organisation, chain, as_post)
    if asked is not None:
        post, where = asked
        if post not in organisation.post and post not in organisation.unit:
            raise NoRight(
                f"{where} 写的岗位 {post} 不在组织机构里", "改好它，或用 --as 指明岗位；岗位编码：zeren org show"
            )
        return seat_of(organisation, chain, post)
    office = chain.office and organisation.first_post(chain.office)
    if not office:
        raise NoRight("组织机构里没有办公室岗位，不知道由谁办理", "用 --as 指明岗位，例如 --as Z01S")
    return office


def seat_of(organisation: Organisation, chain: Chain, code: str) -> str:
    """The post a code means: its own, or the head of the unit it names."""
    if code in organisation.post:
        return code
    head = organisation.head(code, chain) if code in organisation.unit else None
    if head is None:
        raise unknown_seat(organisation, code)
    return head


def is_office(workspace: Workspace, organisation: Organisation, post: str) -> bool:
    """Whether a post is one of the office's."""
    return organisation.post[post].tier == workspace.settings.chain.office


def permitted(
    connection: Connection,
    workspace: Workspace,
    organisation: Organisation,
    row: Any,
    action: Action,
    actor: str,
    today: date,
) -> str | None:
    """Raise NoRight unless `actor` may act here; the post or unit it acts for, where that is not its own."""
    if not (row.signs if action is Action.SIGN else row.works):
        raise IllegalTransition(
            f"{row.code} 随下级办理情况而定，不能单独{ACTION_NAMES[action]}", f"查看下级：zeren show {row.item_code}"
        )
    delegate = delegations.delegate_of(connection, row.id, today)
    seats = _Seats(workspace, organisation, row, delegate)
    ruling = rule(workspace.settings.rights, action, seats.relations(actor))
    if ruling.allowed:
        return seats.owner if ruling.on_behalf else None
    seats = _Seats(workspace, organisation_for(workspace, connection, actor, row.post, delegate), row, delegate)
    could = "；".join(filter(None, map(seats.who, who_may(workspace.settings.rights, action)))) or "现在没有人"
    instead = "代为" if action in OWNERS_ACTS and action is not Action.DELEGATE else ""
    raise NoRight(
        f"{seats.named(actor)}不能{instead}{ACTION_NAMES[action]} {row.code}",
        f"能办的：{could}。用 --as 指明岗位；自己的待办：zeren todo --for {actor}",
    )


class _Seats:
    """Which posts stand in which relation to one assignment."""

    def __init__(self, workspace: Workspace, organisation: Organisation, row: Any, delegate: str | None) -> None:
        self._chain = workspace.settings.chain
        self._organisation = organisation
        self._row = row
        self._delegate = delegate
        self.owner = str(row.post or row.unit)

    def relations(self, actor: str) -> frozenset[Relation]:
        """All relations of a post to the assignment."""
        return frozenset(relation for relation in Relation if actor in self._posts(relation))

    def _posts(self, relation: Relation) -> list[str]:
        """The posts that stand in a relation, the first of them the one to ask."""
        row, organisation, chain = self._row, self._organisation, self._chain
        if relation is Relation.OWNER:
            return [row.post] if row.post else list(self._of_unit())
        if relation is Relation.DELEGATE:
            return [self._delegate] if self._delegate else []
        if relation is Relation.UNIT_HEAD:
            head = organisation.head(row.unit, chain)
            return [head] if row.post and head else []
        if relation is Relation.OFFICE:
            return [post.code for post in organisation.posts if post.tier == chain.office]
        return organisation.leaders_of(row.unit, chain)

    def _of_unit(self) -> Iterator[str]:
        """The posts of the assignment's unit but for its members, the head first."""
        head, members = self._organisation.head(self._row.unit, self._chain), self._chain.laid(LaidOn.MEMBERS)
        posts = self._organisation.posts_of.get(self._row.unit, [])
        yield from sorted((p.code for p in posts if p.tier != members), key=lambda code: code != head)

    def who(self, relation: Relation) -> str:
        """A relation with the posts that stand in it, `办公室 BG1（办公室主任）`; empty where none does."""
        posts = [self.named(post) for post in self._posts(relation)[:NAMED]]
        return f"{RELATION_NAMES[relation]} {'、'.join(posts)}" if posts else ""

    def named(self, code: str) -> str:
        """A post with its title."""
        post = self._organisation.post.get(code)
        return f"{code}（{post.title}）" if post else code
