"""Importing the organisation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import Holding, LaidOn, Organisation
from responsibility.core.errors import FileMissing, InputProblems, ResponsibilityError
from responsibility.core.staffing import (
    Listed,
    Readdressed,
    Seat,
    Staffing,
    first_staffing,
    listed,
    readdressed,
    restaffed,
    seat,
)
from responsibility.core.text import NAME_HERE, left_blank
from responsibility.ingest.organisation import read_organisation
from responsibility.store import ledger
from responsibility.store import organisation as store
from responsibility.store.ledger import Entry
from responsibility.store.organisation import Changes
from responsibility.usecases.handover import put_handovers, withdraw_handovers
from responsibility.usecases.workspace import Workspace, office_post

NOTHING = Listed()


@dataclass(frozen=True, slots=True)
class OrganisationImported:
    """What an import changed, by table (units, posts, people), and what is missing for the chain to work."""

    file: str
    changes: Mapping[str, Changes]
    warnings: tuple[str, ...]
    dry_run: bool = False
    #: The day leaves and joins take effect where the file does not say.
    on: date | None = None
    #: Who takes up and leaves a post, and who goes from one to another.
    joins: tuple[Seat, ...] = ()
    leaves: tuple[Seat, ...] = ()
    moves: tuple[tuple[Seat, Seat], ...] = ()
    redated: int = 0
    units: Listed = NOTHING
    posts: Listed = NOTHING
    addresses: tuple[Readdressed, ...] = ()
    #: How many people will be told what is open on the posts they take up.
    handovers: int = 0


def import_organisation(
    workspace: Workspace,
    path: Path,
    now: datetime,
    *,
    replace: bool = False,
    on: date | None = None,
    dry_run: bool = False,
) -> OrganisationImported:
    """Make the organisation what the file says; InputProblems lists all that is wrong and nothing is written.

    Holdings the file names no more end the day before `on` (the day of `now`), new ones begin on it. Assignments stay
    with their posts; whoever takes up a post is handed what is open there. A file that would retire more than half of
    the posts is refused unless `replace` says that it is meant. A dry run does the same and undoes it.
    """
    if not path.is_file():
        raise FileMissing(f"找不到文件 {path}", "检查路径；空白模板：zeren org template")
    wanted, problems = read_organisation(path, workspace.settings.chain)
    if problems:
        raise InputProblems(problems, "组织机构文件")
    today = now.astimezone(workspace.settings.zone).date()
    day = on or today
    with workspace.write(now, keep=not dry_run) as connection:
        before = store.load(connection)
        staffing = _staffing(connection, before, wanted, day)
        after = dataclasses.replace(wanted, holdings=staffing.holdings)
        changes = store.save(connection, after)
        # Whoever is named no more may still hold a post until the day before.
        known = {person.code: person for person in (*before.people, *after.people)}
        after = dataclasses.replace(after, people=tuple(known.values()))
        _not_too_many(path.name, len(before.posts), changes["posts"].removed, replace)
        entry = Entry(
            now, office_post(workspace, connection), "org.import", values=_values(path, changes, staffing, day)
        )
        seq = ledger.record(connection, entry)
        withdraw_handovers(connection, (*staffing.ended, *staffing.redated), now)
        told = put_handovers(connection, workspace, after, _to_hand_over(staffing, day), seq, now)
        return OrganisationImported(
            file=path.name,
            changes=changes,
            warnings=(
                *gaps(workspace, after, max(day, today), "现在" if day <= today else f"{day} 起"),
                *_backdated(staffing, before, today),
            ),
            dry_run=dry_run,
            on=day,
            joins=tuple(seat(h, h.from_on, after) for h in staffing.joins),
            leaves=tuple(seat(h, h.until_on, after, before) for h in staffing.leaves),
            moves=tuple((seat(a, a.until_on, after, before), seat(b, b.from_on, after)) for a, b in staffing.moves),
            redated=len(staffing.redated),
            units=listed(before.unit, after.unit),
            posts=listed(before.post, after.post),
            addresses=readdressed(before.person, wanted.people),
            handovers=told,
        )


def _staffing(connection: Connection, before: Organisation, wanted: Organisation, on: date) -> Staffing:
    known = store.holdings(connection)
    if not (before.posts or known):
        return first_staffing(wanted.holdings, on)
    return restaffed(known, wanted.holdings, on, store.effective_days(connection))


def _not_too_many(file: str, posts: int, retired: int, replace: bool) -> None:
    if 2 * retired > posts and not replace:
        raise ResponsibilityError(
            f"按 {file} 导入会停用现有 {posts} 个岗位中的 {retired} 个，没有写入",
            "文件应是整个组织机构；确实要这样换，加 --replace",
        )


def _to_hand_over(staffing: Staffing, on: date) -> list[Holding]:
    """What begins, and what now begins on another day that is still to come."""
    later = [holding for holding in staffing.redated if holding.from_on is not None and holding.from_on > on]
    return [*staffing.begun, *later]


def _values(path: Path, changes: Mapping[str, Changes], staffing: Staffing, on: date) -> dict[str, Any]:
    """The ledger entry: counts by table, and every holding that began, ended or moved."""
    counts = {table: [c.new, c.changed, c.unchanged, c.removed] for table, c in changes.items()}
    return {
        "file": path.name,
        **counts,
        "effective": on.isoformat(),
        "joins": [[h.post, h.person, h.from_on and h.from_on.isoformat()] for h in staffing.joins],
        "leaves": [[h.post, h.person, h.until_on and h.until_on.isoformat()] for h in staffing.leaves],
        "moves": [
            [new.person, old.post, new.post, new.from_on and new.from_on.isoformat()] for old, new in staffing.moves
        ],
    }


def gaps(workspace: Workspace, organisation: Organisation, on: date, since: str = "现在") -> tuple[str, ...]:
    """Where responsibility would reach nobody on that day: tiers without posts, posts without holders, bare units.

    `since` says when that is.
    """
    chain = workspace.settings.chain
    found = [
        f"责任链“{tier.name}”一级没有岗位，交办不到这一级"
        for tier in chain.tiers
        if tier.laid_on in (LaidOn.ONE, LaidOn.LEADERS) and organisation.first_post(tier.id) is None
    ]
    vacant = [post for post in organisation.posts if not organisation.holders(post.code, on)]
    found += [f"岗位 {post.code}（{post.title}）{since}无人任职，提醒将改送上一级" for post in vacant[:20]]
    if len(vacant) > 20:
        found.append(f"……另有 {len(vacant) - 20} 个岗位无人任职")
    committees = {unit.parent for unit in organisation.units}
    found += [
        f"单位 {unit.code}（{unit.name}）没有岗位，提醒将改送上一级"
        for unit in organisation.units
        if unit.code not in organisation.posts_of and unit.code not in committees
    ]
    unnamed = [person.code for person in organisation.people if left_blank(person.name)]
    if unnamed:
        found.append(f"{len(unnamed)} 名人员的姓名还是模板里的“{NAME_HERE}”：{'、'.join(unnamed[:5])}")
    kinds = sorted({unit.kind for unit in organisation.units} - set(chain.kinds))
    found += [f"单位类别“{kind}”不在 config/chain.yaml 的 kinds 里，集体名称不会包括它" for kind in kinds]
    return tuple(found)


def organisation_of(workspace: Workspace) -> Organisation:
    """The organisation as stored."""
    with workspace.read() as connection:
        return store.load(connection)


def _backdated(staffing: Staffing, before: Organisation, today: date) -> tuple[str, ...]:
    """What is said of holdings the file begins in the past of an organisation already at work."""
    begun = [
        one for one in (*staffing.joins, *(new for _, new in staffing.moves)) if one.from_on and one.from_on < today
    ]
    if not before.posts or not begun:
        return ()
    posts = "、".join(one.post for one in begun[:5])
    return (
        f"{len(begun)} 项任职的起始日早于今天（{posts}{' 等' if len(begun) > 5 else ''}），"
        "--as-of 看过去会按文件里的起始日显示；只从今天起的，把起始日留空或写今天",
    )
