"""The header row: where it is, and what each column means under the many names lists give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from responsibility.ingest.sheets import Sheet
from responsibility.ingest.wording import header_name
from responsibility.ingest.worklist.names import PERIOD, Names

#: How far down the header may stand.
SCANNED = 20

_JOINTS = re.compile(r"[/、|\\+]|以及|及|与|和|或")


@dataclass(frozen=True, slots=True)
class Header:
    """The header found: its rows, and what its columns mean."""

    first: int
    last: int
    #: Column → role.
    roles: Mapping[int, str]
    #: Column → header text, on one line.
    texts: Mapping[int, str]

    @property
    def task(self) -> int | None:
        return next((col for col, role in self.roles.items() if role == "task"), None)

    def of(self, role: str) -> list[int]:
        return [col for col, each in self.roles.items() if each == role]

    def found(self) -> dict[str, str]:
        """Role → header text; several columns of one role joined by 、."""
        roles = dict.fromkeys(self.roles.values())
        return {role: "、".join(self.texts[col] for col in self.of(role)) for role in roles}

    def unknown(self) -> list[int]:
        """The columns with a name nobody knows."""
        return [col for col in self.texts if col not in self.roles]


def find_header(sheet: Sheet, names: Names) -> Header | None:
    """The row among the first ones in which most cells are known column names, a task among them if any row has one."""
    candidates = [header for row in range(min(SCANNED, len(sheet.rows))) if (header := _header_at(sheet, row, names))]
    return max(candidates, key=lambda header: (header.task is not None, len(header.roles)), default=None)


def _header_at(sheet: Sheet, row: int, names: Names) -> Header | None:
    texts = _texts(sheet, row)
    roles = _roles(texts, names)
    header = Header(row, row, roles, texts)
    lonely = len(texts) == 1 and (len(roles) < 1 or _columns_used(sheet) > 1)
    if not roles or lonely or (len(roles) == 1 and header.task is None):
        return None
    return _with_second_row(sheet, header, names)


def _columns_used(sheet: Sheet) -> int:
    return sum(any(row[col] for row in sheet.rows) for col in range(len(sheet.rows[0])))


def _texts(sheet: Sheet, row: int) -> dict[int, str]:
    """The row's filled cells on one line each; a cell merged across columns names them all."""
    texts = {col: "".join(text.split()) for col, text in enumerate(sheet.rows[row]) if text}
    for row0, col0, row1, col1 in sheet.merged if len(texts) > 1 else ():
        if row0 <= row <= row1 and sheet.rows[row0][col0]:
            texts |= {col: "".join(sheet.rows[row0][col0].split()) for col in range(col0, col1 + 1)}
    return dict(sorted(texts.items()))


def _with_second_row(sheet: Sheet, header: Header, known: Names) -> Header:
    """The header with the row below it, where that names the columns under a broader name (责任单位 → 牵头, 配合)."""
    below = header.last + 1
    if below >= len(sheet.rows) or header.task is None:
        return header
    names = {col: "".join(text.split()) for col, text in enumerate(sheet.rows[below]) if text}
    if not names or header.task in names or not all(_is_known(text, known) for text in names.values()):
        return header
    texts = dict(sorted({**header.texts, **names}.items()))
    return Header(header.first, below, _roles(texts, known), texts)


def _names(text: str) -> list[str]:
    """The whole name, then its parts where it is a combined one."""
    whole = header_name(text)
    return [whole, *(part for part in _JOINTS.split(whole) if part and part != whole)]


def _is_known(text: str, names: Names) -> bool:
    return bool(_role(text, frozenset(), names)) or any(name in names.tasks for name in _names(text))


def _roles(texts: Mapping[int, str], names: Names) -> dict[int, str]:
    """Column → role, in the order of columns; columns nobody knows are left out."""
    task = _task_column(texts, names)
    roles: dict[int, str] = {}
    for col, text in texts.items():
        role = "task" if col == task else _role(text, frozenset(roles.values()), names)
        if not role and any(name in names.tasks for name in _names(text)):
            role = "content" if task is not None and col > task else "category"
        if role:
            roles[col] = role
    return _settled(roles, texts)


def _task_column(texts: Mapping[int, str], names: Names) -> int | None:
    """The one given by hand, else the surest task name; a combined name counts only where no whole one is there."""
    for col, text in texts.items():
        if names.given.get(header_name(text)) == "task":
            return col
    ranked = [
        (at > 0, names.tasks[name], col)
        for col, text in texts.items()
        if header_name(text) not in names.given
        for at, name in enumerate(_names(text))
        if name in names.tasks and not (at and names.role(_names(text)[1]) in ("milestones", "deadline"))
    ]
    return min(ranked)[2] if ranked else None


def _role(text: str, taken: frozenset[str], names: Names) -> str:
    given = names.given.get(header_name(text))
    if given and given != "task":
        return given
    if PERIOD.fullmatch(header_name(text)):
        return "milestones"
    role = next((role for name in _names(text) if (role := names.role(name))), "")
    if role == "deadline" and role in taken and "节点" in text:
        return "milestones"
    return role


def _settled(roles: dict[int, str], texts: Mapping[int, str]) -> dict[int, str]:
    """责任单位 as lead or, beside a lead column, as support; a bare 单位 behind a number as its measure."""
    has_lead = "lead" in roles.values()
    for col, role in _units(roles):
        if texts[col] == "单位" and roles.get(col - 1) == "target":
            roles[col] = "measure"
        elif texts[col] == texts.get(col - 1) and col - 1 in roles:  # one header cell merged across both
            roles[col] = roles[col - 1]
        else:
            roles[col] = "support" if has_lead else role
            has_lead = True
    return roles


def _units(roles: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    return iter([(col, "lead") for col, role in roles.items() if role == "unit"])
