"""Writing a document: its number, its file and its entry in the ledger are one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import LaidOn
from responsibility.core.errors import ConfigError, NoRight, ResponsibilityError
from responsibility.settings.wholefile import put
from responsibility.store import documents, laying, ledger
from responsibility.store import organisation as organisation_store
from responsibility.store.blocks import blocks_of
from responsibility.store.ledger import Entry
from responsibility.usecases.documents import forms
from responsibility.usecases.documents.content import Author
from responsibility.usecases.documents.forms import UNFIT
from responsibility.usecases.documents.subject import Subject, subject_of
from responsibility.usecases.lights import Lamp
from responsibility.usecases.rights import actor_of
from responsibility.usecases.workspace import Workspace
from responsibility.views.docx import fill, fonts_of
from responsibility.views.papers import fields_of, number_of
from responsibility.views.pdf import missing_fonts, to_pdf


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was made, is there already, or would be made."""

    number: str
    kind: str
    kind_name: str
    #: In the workspace.
    path: str
    item: str
    title: str
    #: The rung that called for it; empty where the office did.
    rung: str
    rung_name: str
    assignments: tuple[str, ...]
    sha256: str
    #: False where it was there already; then nothing was made.
    new: bool = True
    dry_run: bool = False
    #: What it says, by the names its template uses; in a dry run only.
    fields: Mapping[str, Any] | None = None
    #: What the one who asked should know, and what is wrong with the office's own template.
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A line of the register of documents."""

    number: str
    kind: str
    kind_name: str
    path: str
    item: str
    title: str
    rung: str
    assignments: tuple[str, ...]
    made_by: str
    made_at: datetime
    sha256: str
    #: kept, edited (since it was written) or gone.
    file: str


def notice(
    workspace: Workspace,
    code: str,
    now: datetime,
    as_post: str | None = None,
    *,
    kind: str | None = None,
    again: bool = False,
    dry_run: bool = False,
) -> Made:
    """Make the document of a case, by default the instrument of the rung it stands on.

    The same case on the same rung has one already: that one is returned, unless `again`. A dry run takes no number.
    """
    with workspace.write(now, keep=not dry_run) as connection:
        lamp = Lamp(workspace.settings, laying.policies(connection), now)
        actor = _office(workspace, connection, as_post)
        subject = subject_of(connection, lamp, code, kind)
        template_name(workspace, *_named(lamp, subject), code)
        there = None if again else documents.covering(connection, subject.instrument, subject.cases)
        if there is not None:
            return _already(workspace, subject, there)
        return write(connection, workspace, lamp, Author(connection, lamp), subject, actor, dry_run=dry_run)


def _office(workspace: Workspace, connection: Connection, as_post: str | None) -> str:
    """The office's post that acts; a document is the office's."""
    members = workspace.settings.chain.laid(LaidOn.MEMBERS)
    organisation = organisation_store.load(connection, members, also=[as_post] if as_post else [])
    actor = actor_of(workspace, organisation, as_post)
    if organisation.post[actor].tier != workspace.settings.chain.office:
        title = organisation.post[actor].title
        raise NoRight(f"公文由办公室出，{actor}（{title}）不能", "不写 --as，或写办公室的岗位")
    return actor


def _named(lamp: Lamp, subject: Subject) -> tuple[str, str]:
    """The instrument and what it is called."""
    instruments = {**lamp.settings.policy.instruments, **lamp.policy(subject.rows[0].policy_id).instruments}
    return subject.instrument, instruments[subject.instrument]


def _already(workspace: Workspace, subject: Subject, row: Any) -> Made:
    return Made(
        number=number_of(row.kind_name, row.year, row.number),
        kind=row.kind,
        kind_name=row.kind_name,
        path=row.path,
        item=subject.rows[0].item_code,
        title=subject.rows[0].title,
        rung=row.rung,
        rung_name=subject.rung.name if subject.rung else "",
        assignments=tuple(one.code for one in subject.rows),
        sha256=row.sha256,
        new=False,
        remarks=() if (workspace.root / row.path).is_file() else (f"{row.path} 已经不在那里了",),
    )


def write(
    connection: Connection,
    workspace: Workspace,
    lamp: Lamp,
    author: Author,
    subject: Subject,
    actor: str,
    *,
    sweep: int | None = None,
    dry_run: bool = False,
) -> Made:
    """Take the next number, fill the template, put the file in its place, and note it all; what fails takes nothing."""
    instrument, name = _named(lamp, subject)
    year = lamp.today.year
    at = documents.next_number(connection, name, year)
    number = number_of(name, year, at)
    fields = fields_of(author.paper(subject, name, number))
    content, faults = _filled(workspace, instrument, name, fields, lamp.now)
    path = f"data/documents/{year}/{UNFIT.sub('_', number)[:80]}.docx"
    made = Made(
        number=number,
        kind=instrument,
        kind_name=name,
        path=path,
        item=subject.rows[0].item_code,
        title=subject.rows[0].title,
        rung=subject.rung.id if subject.rung else "",
        rung_name=subject.rung.name if subject.rung else "",
        assignments=tuple(row.code for row in subject.rows),
        sha256=hashlib.sha256(content).hexdigest(),
        dry_run=dry_run,
        fields=fields if dry_run else None,
        remarks=(*subject.remarks, *faults),
    )
    if not dry_run:
        _note(connection, lamp, subject, made, year, at, actor, sweep)
        _put(workspace.root / path, content)
    return made


def _note(
    connection: Connection, lamp: Lamp, subject: Subject, made: Made, year: int, number: int, actor: str,
    sweep: int | None,
) -> None:  # fmt: skip
    values = {
        "number": made.number,
        "kind": made.kind,
        "clock": subject.clock,
        "rung": made.rung,
        "file": made.path,
        "sha256": made.sha256,
        "assignments": blocks_of(row.id for row in subject.rows),
        **({"sweep": sweep} if sweep is not None else {}),
    }
    seq = ledger.record(connection, Entry(lamp.now, actor, "document", [made.item], values))
    row = {
        "kind": made.kind,
        "kind_name": made.kind_name,
        "year": year,
        "number": number,
        "title": made.title,
        "occurrence_id": subject.rows[0].occurrence_id,
        "clock": subject.clock,
        "rung": made.rung,
        "path": made.path,
        "sha256": made.sha256,
        "seq": seq,
        "sweep": sweep,
        "made_by": actor,
        "made_at": lamp.now,
    }
    documents.enter(connection, row, subject.cases)


def _put(path: Path, content: bytes) -> None:
    """The file, whole or not at all; one that lies there and is in no register is moved aside, not overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        path.rename(path.with_name(f"{path.stem}-未入账-{digest}{path.suffix}"))
    put(path, content)


# -- templates ----------------------------------------------------------------------------------------------------


def template_name(workspace: Workspace, instrument: str, name: str, code: str) -> None:
    """Raise where neither the office nor the program has a template of the instrument."""
    if not forms.paths(workspace, instrument, name):
        raise ResponsibilityError(
            f"{code} 现在用的文书是“{name}”，没有这种公文的模板",
            f"换一种：zeren brief notice {code} --kind 催办单；或自己做 config/templates/documents/{name}.docx",
        )


def _filled(
    workspace: Workspace, instrument: str, name: str, fields: Mapping[str, Any], at: datetime
) -> tuple[bytes, tuple[str, ...]]:
    """The filled template; what is wrong with the office's own, in whose place the bundled one stands."""
    faults: list[str] = []
    paths = forms.paths(workspace, instrument, name)
    for path in paths[:-1]:
        try:
            return fill(path, fields, at), ()
        except ConfigError as error:
            faults.append(f"{error.message}。这一份用了自带的模板；{error.hint}")
    return fill(paths[-1], fields, at), tuple(faults)


# -- afterwards ----------------------------------------------------------------------------------------------------


def as_pdf(workspace: Workspace, made: Made) -> tuple[Path, str]:
    """(the PDF beside the document, what is to be said of its fonts); refused in words where it cannot be made."""
    document = workspace.root / made.path
    if not document.is_file():
        raise ResponsibilityError(f"{made.path} 已经不在那里了，没有转成 PDF", "另出一份：加 --again")
    missing = missing_fonts(fonts_of(document))
    said = f"本机没有 {'、'.join(missing)}，PDF 用别的字体代替；docx 不受影响" if missing else ""
    return to_pdf(document), said


def registered(workspace: Workspace, year: int | None = None, kind: str | None = None) -> list[Registered]:
    """The register of documents, in the order of their making, with what became of each file."""
    with workspace.read() as connection:
        rows = documents.register(connection, year)
        codes = documents.assignments_of(connection, [row.id for row in rows])
    wanted = [row for row in rows if kind is None or kind in (row.kind, row.kind_name)]
    return [_line(workspace, row, codes.get(row.id, [])) for row in wanted]


def _line(workspace: Workspace, row: Any, codes: list[str]) -> Registered:
    path = workspace.root / row.path
    same = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256
    return Registered(
        number=number_of(row.kind_name, row.year, row.number),
        kind=row.kind,
        kind_name=row.kind_name,
        path=row.path,
        item=row.item_code,
        title=row.title,
        rung=row.rung,
        assignments=tuple(codes),
        made_by=row.made_by,
        made_at=row.made_at,
        sha256=row.sha256,
        file="kept" if same else "edited" if path.is_file() else "gone",
    )
