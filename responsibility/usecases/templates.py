"""The office's templates: which there are, whether they hold, and a copy to edit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from responsibility.core.errors import Finding, ResponsibilityError, Severity, UnknownCode
from responsibility.settings import ChannelSettings, Settings, bundled
from responsibility.usecases.documents import forms
from responsibility.usecases.rendering import cut, shelf_of
from responsibility.usecases.samples import NUMBER, samples
from responsibility.usecases.workspace import Workspace
from responsibility.views.texts import GROUP, PAGE, TEXT, BrokenTemplate, Digest, Shelf

#: Kinds of messages in Chinese; what has no name here bears its own.
KINDS = {"digest": "提醒", "handover": "岗位交接", GROUP: "提醒里的一组", "alarm": "渠道不通", "issued": "新任务"}


@dataclass(frozen=True, slots=True)
class Name:
    """A template's file name taken apart: `supervision_note.mail.txt`."""

    stem: str
    channel: str
    suffix: str

    def __str__(self) -> str:
        return f"{self.stem}{'.' + self.channel if self.channel else ''}{self.suffix}"


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template as `zeren template list` shows it."""

    file: str
    #: What is written with it, in Chinese.
    what: str
    #: A channel's name; empty for all of them.
    channel: str
    #: Whether it is the office's own; else it came with the program.
    own: bool
    #: What is wrong with it; empty where nothing is.
    fault: str = ""
    #: Whether anything is ever written with it.
    used: bool = True


# -- which there are -----------------------------------------------------------------------------------------------


def parsed(settings: Settings, written: str) -> Name:
    """A template's name as written: a file name, its stem, or an instrument's Chinese name; raises UnknownCode."""
    if written.endswith(forms.SUFFIX):
        kind = written.removesuffix(forms.SUFFIX)
        raise UnknownCode(
            f"{written} 是公文的 Word 模板，不是消息模板", f"看效果：zeren brief notice 编号 --kind {kind}"
        )
    base, suffix = (written[: -len(end)], end) if (end := _suffix(written)) else (written, TEXT)
    stem, _, channel = base.partition(".")
    called = {chinese: name for name, chinese in settings.policy.instruments.items()}
    stem = called.get(stem, stem)
    stems = _stems(settings)
    if stem not in stems or (channel and channel not in settings.delivery.channels):
        raise UnknownCode(
            f"没有“{written}”这个模板",
            f"模板有 {'、'.join(stems)}；只给一个渠道用的写成 {stem if stem in stems else 'digest'}.渠道名{suffix}，"
            f"渠道有 {'、'.join(settings.delivery.channels)}",
        )
    return Name(stem, channel, suffix)


def _suffix(written: str) -> str:
    return next((end for end in (TEXT, PAGE) if written.endswith(end)), "")


def _stems(settings: Settings) -> list[str]:
    """What a template may be called after: kinds of messages, a group of lines, instruments."""
    kinds = sorted({path.name.split(".")[0] for path in _files(_bundled())})
    return [*kinds, *(name for name in settings.policy.instruments if name not in kinds)]


def _bundled() -> Path:
    return bundled("config") / "templates"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in (TEXT, PAGE) and path.is_file())


def listed(workspace: Workspace) -> list[TemplateLine]:
    """The office's templates and, where it has none of its own, those that came with the program."""
    shelf, settings = shelf_of(workspace), workspace.settings
    own = [path for path in _files(workspace.root / "config" / "templates") if not shelf.unedited(path)]
    names = {path.name for path in own}
    lines = [_line(settings, path, True, _fault(shelf, settings, path)) for path in own]
    lines += [_line(settings, path, False, "") for path in _files(_bundled()) if path.name not in names]
    words = [TemplateLine(one.path.name, "公文", "", one.own, one.fault, one.used) for one in forms.forms(workspace)]
    return [*sorted(lines, key=lambda line: line.file), *words]


def _line(settings: Settings, path: Path, own: bool, fault: str) -> TemplateLine:
    stem, channel, _ = _taken_apart(path)
    what = KINDS.get(stem) or settings.policy.instruments.get(stem, stem)
    return TemplateLine(path.name, what, channel, own, fault, _used(settings, path))


def _taken_apart(path: Path) -> tuple[str, str, str]:
    stem, _, channel = path.name[: -len(path.suffix)].partition(".")
    return stem, channel, path.suffix


def _used(settings: Settings, path: Path) -> bool:
    stem, channel, _ = _taken_apart(path)
    return stem in _stems(settings) and (not channel or channel in settings.delivery.channels)


# -- whether they hold ---------------------------------------------------------------------------------------------


def examined(workspace: Workspace) -> list[Finding]:
    """What is wrong with the office's own templates, each tried with a sample."""
    return [*_messages_examined(workspace), *forms.examined(workspace)]


def _messages_examined(workspace: Workspace) -> list[Finding]:
    shelf, settings, found = shelf_of(workspace), workspace.settings, list[Finding]()
    for path in _files(workspace.root / "config" / "templates"):
        if shelf.unedited(path):
            continue
        file = f"config/templates/{path.name}"
        mend = f"改好 {file}，再 zeren template preview {path.name}；或删掉它用自带的"
        if not _used(settings, path):
            message = f"{file} 没有用处：没有叫这个名字的消息、文书或渠道"
            found.append(Finding("template", Severity.WARNING, message, "zeren template list 看有哪些，改名或删掉它"))
        elif fault := _fault(shelf, settings, path):
            found.append(Finding("template", Severity.ERROR, f"{fault}；现在用自带的文字代替", mend))
        elif lacking := _lacking(shelf, settings, path):
            message = f"{file} 写出的消息里没有{lacking}，收到的人不知道怎样答复"
            found.append(Finding("template", Severity.WARNING, message, mend))
    return found


def _fault(shelf: Shelf, settings: Settings, path: Path) -> str:
    """What is wrong with a template when it is filled with a sample, for every sort of channel it is for."""
    if not _used(settings, path):
        return ""
    try:
        for channel in _channels_for(settings, path):
            shelf.tried(path, _values(settings, path, channel))
    except BrokenTemplate as error:
        return str(error.fault)
    return ""


def _lacking(shelf: Shelf, settings: Settings, path: Path) -> str:
    """What a message must say and this one does not: what to quote, whom to call."""
    stem, _, _ = _taken_apart(path)
    content = samples(settings.home, settings.policy.instruments).get(stem)
    if not isinstance(content, Digest) and stem != "handover":
        return ""
    text = shelf.tried(path, _values(settings, path, _channels_for(settings, path)[0]))
    wanted = {"编号": "L1-03", "办公室电话": settings.home.phone}
    return "、".join(name for name, value in wanted.items() if value not in text)


def _channels_for(settings: Settings, path: Path) -> list[ChannelSettings]:
    """The channels a template is tried for: its own, else one of those in use that carry all and one that do not."""
    _, channel, _ = _taken_apart(path)
    names = [channel] if channel else list(settings.delivery.use)
    return list({one.full_text: one for one in (settings.delivery.channels[name] for name in names)}.values())


def _values(settings: Settings, path: Path, channel: ChannelSettings) -> dict[str, Any]:
    stem, _, _ = _taken_apart(path)
    known = samples(settings.home, settings.policy.instruments)
    content = cut(known.get(stem, known["digest"]), channel)
    values = {"number": NUMBER, "channel": channel.id, "title": "样例"}
    if stem in known or not isinstance(content, Digest):
        return values | {stem: content}
    groups = [group for group in content.groups if group.instrument == stem] or content.groups
    return values | {"digest": content, "group": groups[0]}


# -- a copy to edit ------------------------------------------------------------------------------------------------


def copy(workspace: Workspace, written: str) -> Path:
    """Put a template that came with the program into config/templates; refuses to write over one."""
    if written.endswith(forms.SUFFIX):
        return forms.copy(workspace, written)
    name = parsed(workspace.settings, written)
    goal = workspace.root / "config" / "templates" / str(name)
    shelf = shelf_of(workspace)
    if goal.exists() and not shelf.unedited(goal):
        raise ResponsibilityError(f"已经有 config/templates/{name}，没有覆盖", "直接改它；想从头来，先删掉或改名")
    source = next(
        (path for stem in (name.stem, GROUP) if (path := _bundled() / f"{stem}{name.suffix}").is_file()), None
    )
    if source is None or (name.stem != GROUP and source.stem == GROUP and name.stem in KINDS):
        raise ResponsibilityError(f"{KINDS.get(name.stem, name.stem)}没有 {name.suffix} 样式的模板", "用 .txt 的")
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, goal)
    return goal
