"""Importing the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from responsibility.core.chain import LaidOn, Organisation
from responsibility.core.errors import FileMissing, InputProblems, ResponsibilityError
from responsibility.core.text import NAME_HERE, left_blank
from responsibility.ingest.organisation import read_organisation
from responsibility.store import ledger
from responsibility.store import organisation as store
from responsibility.store.ledger import Entry
from responsibility.store.organisation import Changes
from responsibility.usecases.workspace import Workspace, office_post


@dataclass(frozen=True, slots=True)
class OrganisationImported:
    """What an import changed, by table (units, posts, people), and what is missing for the chain to work."""

    file: str
    changes: Mapping[str, Changes]
    warnings: tuple[str, ...]


def import_organisation(
    workspace: Workspace, path: Path, now: datetime, *, replace: bool = False
) -> OrganisationImported:
    """Make the organisation what the file says; InputProblems lists all that is wrong and nothing is written.

    A file that would retire more than half of the posts is refused unless `replace` says that it is meant.
    """
    if not path.is_file():
        raise FileMissing(f"找不到文件 {path}", "检查路径；空白模板：zeren org template")
    organisation, problems = read_organisation(path, workspace.settings.chain)
    if problems:
        raise InputProblems(problems, "组织机构文件")
    with workspace.write(now) as connection:
        posts = len(store.load(connection).posts)
        changes = store.save(connection, organisation)
        if 2 * changes["posts"].removed > posts and not replace:
            raise ResponsibilityError(
                f"按 {path.name} 导入会停用现有 {posts} 个岗位中的 {changes['posts'].removed} 个，没有写入",
                "文件应是整个组织机构；确实要这样换，加 --replace",
            )
        counts = {table: [c.new, c.changed, c.unchanged, c.removed] for table, c in changes.items()}
        entry = Entry(now, office_post(workspace, connection), "org.import", values={"file": path.name, **counts})
        ledger.record(connection, entry)
    return OrganisationImported(path.name, changes, gaps(workspace, organisation, now))


def gaps(workspace: Workspace, organisation: Organisation, now: datetime) -> tuple[str, ...]:
    """Where responsibility would reach nobody: tiers without posts, posts without holders, units without posts."""
    chain, today = workspace.settings.chain, now.astimezone(workspace.settings.zone).date()
    found = [
        f"责任链“{tier.name}”一级没有岗位，交办不到这一级"
        for tier in chain.tiers
        if tier.laid_on in (LaidOn.ONE, LaidOn.LEADERS) and organisation.first_post(tier.id) is None
    ]
    vacant = [post for post in organisation.posts if not organisation.holders(post.code, today)]
    found += [f"岗位 {post.code}（{post.title}）现在无人任职，提醒将改送上一级" for post in vacant[:20]]
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
