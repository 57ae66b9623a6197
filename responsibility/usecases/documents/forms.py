"""Word templates (公文模板): where they lie, which the office has of its own, whether they hold, and a copy to edit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from responsibility.core.errors import ConfigError, Finding, ResponsibilityError, Severity, UnknownCode
from responsibility.core.text import is_it
from responsibility.settings import OfficeCard, bundled
from responsibility.usecases.workspace import Workspace
from responsibility.views.docx import fill
from responsibility.views.papers import Paper, Party, Step, fields_of, number_of

SUFFIX = ".docx"
#: Instrument → the bundled template, whatever the policy calls the instrument.
_BUNDLED = {
    "urging_note": "催办单",
    "supervision_note": "督办单",
    "talk_notice": "约谈通知",
    "report": "专报",
    "circular": "通报",
}
#: Signs no file name may have somewhere.
UNFIT = re.compile(r"[\\/:*?\"<>|\s\x00-\x1f]+")
#: Where templates lie, in a workspace and beside what came with the program.
_TEMPLATES = Path("templates") / "documents"


@dataclass(frozen=True, slots=True)
class Form:
    """One Word template: that of an instrument, or a file of the office's that is none's."""

    path: Path
    #: Of the office's own making; else as it came with the program.
    own: bool
    #: What is wrong with it; empty where nothing is.
    fault: str = ""
    #: Whether there is an instrument of its name.
    used: bool = True


def paths(workspace: Workspace, instrument: str, name: str) -> list[Path]:
    """The office's own template, then the one that came with the program."""
    some = (_folder(workspace) / _file(name), _came(instrument))
    return [path for path in some if path.is_file()]


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "config" / _TEMPLATES


def _file(name: str) -> str:
    return f"{UNFIT.sub('_', name)}{SUFFIX}"


def _came(instrument: str) -> Path:
    return bundled("config") / _TEMPLATES / _file(_BUNDLED.get(instrument, "-"))


def forms(workspace: Workspace) -> list[Form]:
    """Every instrument's template, and every other one the office has; its own are tried with a sample."""
    known = {_file(name): _came(id_) for id_, name in workspace.settings.policy.instruments.items()}
    there = [path for path in sorted(_folder(workspace).glob(f"*{SUFFIX}")) if not path.name.startswith("~$")]
    own = [path for path in there if not _unedited(path, known.get(path.name))]
    names = {path.name for path in own}
    lines = [Form(path, True, _fault(workspace, path), path.name in known) for path in own]
    lines += [Form(_folder(workspace) / n, False) for n, came in known.items() if n not in names and came.is_file()]
    return sorted(lines, key=lambda line: line.path.name)


def _unedited(path: Path, came: Path | None) -> bool:
    """Whether a file of the workspace is one that came with the program."""
    some = {came, bundled("config") / _TEMPLATES / path.name} - {None}
    return any(one.is_file() and one.read_bytes() == path.read_bytes() for one in some if one is not None)


def _fault(workspace: Workspace, path: Path) -> str:
    try:
        fill(path, sample(workspace.settings.home, path.stem), datetime(2023, 9, 28, tzinfo=UTC))
    except ConfigError as error:
        return error.message
    return ""


def examined(workspace: Workspace) -> list[Finding]:
    """What is wrong with the office's own Word templates, each tried with a sample."""
    found = []
    for form in forms(workspace):
        name = form.path.name
        mend = f"用 Word、WPS 改好；或移走它，再 zeren template copy {name} 从头来"
        if form.fault:
            found.append(Finding("template", Severity.ERROR, f"{form.fault}；现在用自带的模板代替", mend))
        elif not form.used:
            message = (
                f"config/templates/documents/{name} 没有用处：config/policy.yaml 的 instruments 里没有叫这个名字的文书"
            )
            found.append(Finding("template", Severity.WARNING, message, "改名或删掉它；有哪些：zeren template list"))
    return found


def copy(workspace: Workspace, written: str) -> Path:
    """Put a Word template that came with the program into config/templates/documents; refuses to write over one."""
    instruments = workspace.settings.policy.instruments
    asked = written.removesuffix(SUFFIX)
    id_, name = next((pair for pair in instruments.items() if asked in pair), ("", asked))
    source, goal = _came(id_), _folder(workspace) / _file(name)
    if not source.is_file():
        names = [_file(called) for one, called in instruments.items() if one in _BUNDLED]
        raise UnknownCode(f"没有自带的“{written}”", is_it(_file(name), names, f"自带的有 {'、'.join(names)}"))
    if goal.exists() and not _unedited(goal, source):
        raise ResponsibilityError(
            f"已经有 config/templates/documents/{goal.name}，没有覆盖", "直接改它；想从头来，先删掉或改名"
        )
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, goal)
    return goal


def sample(home: OfficeCard, kind: str) -> Mapping[str, Any]:
    """A document of nobody in particular, with every field filled."""
    on, due = date(2023, 9, 28), date(2023, 9, 25)
    party = Party(
        "第一党支部", "牵头", "第一支部书记", "第一支部书记", "1 名党员", due, "已超过 3 个工作日", "50%", "样例"
    )
    return fields_of(
        Paper(
            kind=kind,
            number=number_of(kind, on.year, 1),
            on=on,
            office=home.name,
            contact=home.contact,
            phone=home.phone,
            to=party.unit,
            copies="分管领导",
            item="L1-03",
            title="样例：开好专题会",
            period="2023-09",
            content="样例",
            leaders="分管领导",
            leads=party.unit,
            supports="第二党支部",
            due_on=due,
            report_every="每周五",
            rung_name="督办",
            parties=(party,),
            steps=(Step(due, "到期催办", "催办单", party.who, 1, "urging_note"),),
            overseers="分管领导",
            undone="办结",
        )
    )
