"""The cell that says who answers: names and their roles, as lists write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

LEAD, SUPPORT = "lead", "support"

#: Characters of a cell that is still read as names: a hundred of them have fewer.
LONGEST = 2000

_OPENING, _CLOSING = "（(【[〔《“", "）)】]〕》”"
_CLAUSE_ENDS = "；;\n。"
_COMMAS = "，,、"

_UNIT_WORD = r"(?:责任)?(?:单位|部门|委室|科室|处室|股室|支部|机构|主体|领导|人)?"
_LEAD_HEAD = rf"(?:牵头|主办|主责){_UNIT_WORD}"
_SUPPORT_HEAD = rf"(?:配合|协办|协作|协同|协助|参与|参加){_UNIT_WORD}"
_PLAIN_HEAD = r"(?:责任|落实|实施|承办)(?:单位|部门|科室|处室|主体)"
#: "牵头单位：", also "（牵头）" before the names.
_HEAD = re.compile(
    rf"(?:[（(【\[]\s*)?(?:(?P<lead>{_LEAD_HEAD})|(?P<support>{_SUPPORT_HEAD})|{_PLAIN_HEAD})\s*(?:[）)】\]]\s*[:：]?|[:：])"
)
_NEXT_HEAD = re.compile(rf"[\s，,、]+(?=(?:{_LEAD_HEAD}|{_SUPPORT_HEAD}|{_PLAIN_HEAD})\s*[:：])")
#: "甲（牵头）乙（配合）": the mark in brackets ends a name, whatever follows without a separator.
_MARK_ENDS = re.compile(
    rf"(?<=[^\s，,、；;。:：])([（(【\[](?:{_LEAD_HEAD}|{_SUPPORT_HEAD})[）)】\]])(?=[^\s，,、；;。:：）)】\]])"
)
#: "【牵头】甲 【配合】乙": where the first mark stands before its names, so do the others.
_BRACKET_HEAD = re.compile(rf"\s*[（(【\[](?:{_LEAD_HEAD}|{_SUPPORT_HEAD})[）)】\]]\s*")
_NEXT_BRACKET_HEAD = re.compile(rf"[\s，,、]*(?={_BRACKET_HEAD.pattern}[^\s，,、；;])")
_NUMBERING = re.compile(r"(?:\d{1,2}\s*[.．)）]|[（(]\d{1,2}[）)]|[①-⑳])\s*")

_LEADING_NUMBER = re.compile(r"^(?:\d{1,2}\s*[.．)）]|[（(]\d{1,2}[）)]|[①-⑳])\s*(?=\D)")

_DOING = r"(?:负责|组织|抓总|落实|抓落实|实施|组织实施|推进|办理|协调|总|做好)*"
_LEAD_TAIL = re.compile(rf"(?:负责)?(?:牵头|主办|主责){_DOING}$")
_SUPPORT_TAIL = re.compile(rf"(?:积极|共同|协同|负责)*(?:配合|协办|协助|协同|协作|参与|参加){_DOING}$")
_PLAIN_TAIL = re.compile(
    r"(?:(?:按照|根据|按)?(?:各自|有关|相关)?(?:职责|职能|责任)?(?:分工)?)?(?:分别|共同|具体)?(?:负责|落实|组织实施|抓好落实|抓落实)+$"
)
_BRACKET_TAIL = re.compile(rf"\s*[（(【\[]\s*(?:(?P<lead>{_LEAD_HEAD})|(?P<support>{_SUPPORT_HEAD}))\s*[）)】\]]$")
_AND_OTHERS = re.compile(
    r"(?<=[^高中初平优同头特上])等(?:[\d一二三四五六七八九十]+[个家])?(?:有关|相关|各|市直|区直|县直)*"
    r"(?:部门|单位|地区|地方|科室|处室|党支部|支部)?$"
)
#: "A牵头B、C配合", "A会同B": one name ends inside the token. 协会同… is no 会同, 牵头部门 no mark.
_INNER_LEAD = re.compile(r"^(.+?)牵头(?:负责)?[，,]?(?:会同)?(?!部门|单位|委室|科室|处室|股室|支部|负责|$)(.+)$", re.S)
_TOGETHER = re.compile(r"^(.+?(?<!协))(?:牵头)?会同(.+)$", re.S)

#: What makes "各区、县级市" one name: a bare kind of unit after 、 names nobody in particular.
_KIND_WORDS = """
    县 区 市 县级市 市县 县市 县区 区县 市区 州 盟 旗 地区 乡 镇 乡镇 街道 镇街 镇街道 村 社区 村社区 园区 功能区
    开发区 部门 单位 委办局 科室 处室 股室 党委 党组 党总支 总支 支部 党支部 党组织 机关 学院 院系 系 院 系部 所 站
    站所 学校 高校 企业 国企 人民团体 群团 群团组织 直属单位 直属机构 事业单位 有关部门 有关单位 相关部门 相关单位
    责任部门 责任单位 成员单位 市直部门 区直部门 县直部门 市直单位 区直单位 县直单位 计划单列市 自治区 直辖市 班级
    年级 车间 班组
"""
_KINDS = frozenset(_KIND_WORDS.split())
_COLLECTIVE = re.compile(r"^(?:各|全|[省市区县]直各)")
_NOBODY = frozenset({"", "/", "-", "--", "—", "——", "无", "\\", "／"})
#: A blank inside a cell separates names only after one of these.
_UNIT_END = re.compile(
    r"(?:部|委|办|局|院|会|所|中心|支部|处|科|室|组|站|队|区|县|市|街道|镇|乡|村|社区|公司|集团|学校|大学|厅|署|行|团|社|馆|专班|部门|单位|总支)$"
)


@dataclass(frozen=True, slots=True)
class _Token:
    """A name with its mark; `reaches_back` where the mark holds for the names before it as well."""

    name: str
    mark: str = ""
    reaches_back: bool = False
    comma: str = ""


@lru_cache(maxsize=4096)
def _split(text: str, default_role: str) -> tuple[tuple[str, str], ...]:
    if len(text) > LONGEST:
        return ((f"{text[:40]}……", default_role),)  # nobody's name, and told as such
    tokens = list(_marked(text, default_role))
    marked_lead = any(token.mark == LEAD for token in tokens)
    rest = SUPPORT if marked_lead else default_role
    return tuple(_once((token.name, token.mark or rest) for token in tokens))


def split_units(text: str, default_role: str) -> list[tuple[str, str]]:
    """Names and roles in the order written; a lead unit stays lead where it is named twice.

    Where one unit is marked 牵头 the unmarked rest support it; where nothing is marked all have `default_role`.
    With a default other than lead or support (leader, person) marks are dropped and every name has that role.
    """
    if default_role in (LEAD, SUPPORT):
        return list(_split(text, default_role))
    return list(dict.fromkeys((name, default_role) for name, _ in _split(text, default_role)))


def split_names(text: str) -> list[str]:
    """The names of a cell that says nothing of roles, as written: separated outside brackets, each once."""
    pieces = (piece for piece, _ in _parts(text, _CLAUSE_ENDS + _COMMAS))
    return [name for name in dict.fromkeys(pieces) if name not in _NOBODY]


def _once(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    roles: dict[str, str] = {}
    for name, role in pairs:
        roles[name] = LEAD if LEAD in (role, roles.get(name)) else roles.get(name, role)
    return iter(roles.items())


def _clauses(text: str) -> list[tuple[str, str]]:
    """Parts whose marks do not reach back into each other, each with the separator before it."""
    text = text.replace("\u00a0", " ").replace("\u3000", " ").strip()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(len(line) == 1 for line in lines):
        return [("".join(lines), "")]
    parted = _NEXT_HEAD.sub("；", "\n".join(lines))
    parted = _NEXT_BRACKET_HEAD.sub("；", parted) if _BRACKET_HEAD.match(parted) else _MARK_ENDS.sub(r"\1、", parted)
    return [(part, before) for part, before in _parts(parted, _CLAUSE_ENDS) if part]


def _parts(text: str, separators: str) -> Iterator[tuple[str, str]]:
    """Pieces and the separator before each; separators in brackets do not count, unless brackets do not match."""
    balanced = _balanced(text)
    depth, start, before = 0, 0, ""
    for at, sign in enumerate(text):
        depth += balanced * ((sign in _OPENING) - (sign in _CLOSING))
        if depth == 0 and sign in separators:
            yield text[start:at].strip(), before
            start, before = at + 1, sign
    yield text[start:].strip(), before


def _balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth < 0:
            return False
    return depth == 0


def _marked(text: str, default_role: str) -> Iterator[_Token]:
    """The cell's names, each with the mark that holds for it; "牵头单位：" holds for the lines below as well."""
    mark, empty = "", True
    for clause, before in _clauses(text):
        clause = clause[found.end() :] if (found := _NUMBERING.match(clause)) else clause
        head = _HEAD.match(clause)
        if head:
            mark, clause = _mark_of(head), clause[head.end() :]
        elif before != "\n" and not empty:
            mark = ""
        tokens = _spread(list(_collectives(_tokens(clause, default_role))), mark)
        empty = not tokens
        yield from tokens


def _spread(tokens: list[_Token], mark: str) -> list[_Token]:
    """Marks carried back to the unmarked names before them; `mark` is the one of the clause's head."""
    reached = mark
    spread: list[_Token] = []
    for token in reversed(tokens):
        reached = token.mark if token.reaches_back else reached
        own = token.mark or reached
        if token.name not in _NOBODY:
            spread.append(_Token(token.name, "" if own == "plain" else own))
    return spread[::-1]


def _mark_of(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    return LEAD if match["lead"] else SUPPORT if match["support"] else ""


def _tokens(text: str, default_role: str) -> Iterator[_Token]:
    shared = bool(_SUPPORT_TAIL.search(text) or _PLAIN_TAIL.search(text))
    for part, comma in _parts(text, _COMMAS):
        for name in _by_blanks(part, default_role):
            yield from _token(name, comma, shared)
            comma = " "


def _token(text: str, comma: str, shared: bool) -> Iterator[_Token]:
    """One piece between separators: a name, perhaps with a mark behind it, or two (A会同B; A牵头B where `shared`)."""
    together = text.count("会同") < 10 and _TOGETHER.match(text)
    inner = together or (_INNER_LEAD.match(text) if shared and text.count("牵头") < 10 else None)
    if inner and _balanced(inner[1]):
        yield _Token(_bare(inner[1].removeprefix("由")), LEAD, True, comma)
        yield from _token(inner[2].strip(), "会同", shared)
        return
    with_them = text.startswith("会同") and len(text) > 2
    token = _one(text.removeprefix("会同") if with_them else text, comma)
    yield _Token(token.name, token.mark or SUPPORT, token.reaches_back, comma) if with_them else token


def _one(text: str, comma: str) -> _Token:
    single = _BRACKET_TAIL.search(text)
    if single:
        return _Token(_bare(text[: single.start()]), _mark_of(single), False, comma)
    for tail, mark in ((_LEAD_TAIL, LEAD), (_SUPPORT_TAIL, SUPPORT), (_PLAIN_TAIL, "plain")):
        found = tail.search(text)
        if found:
            return _Token(_bare(text[: found.start()].removeprefix("由")), mark, True, comma)
    return _Token(_bare(text), "", False, comma)


def _bare(name: str) -> str:
    """The name without 等, and without a stop or an open bracket left behind it."""
    bare = _AND_OTHERS.sub("", name.strip().rstrip("：:.（([【")).strip()
    return _LEADING_NUMBER.sub("", bare)


def _by_blanks(part: str, default_role: str) -> list[str]:
    """Names set apart by blanks; "办 公 室" is one name, and so is "IT 部"."""
    pieces = part.split()
    if len(pieces) < 2 or not part.isprintable():
        return [part]
    persons = default_role not in (LEAD, SUPPORT)
    if all(len(p) >= 2 and (persons or _UNIT_END.search(p) or p is pieces[-1]) for p in pieces):
        return pieces
    return [part if part.isascii() or _latin(part) else "".join(pieces)]


def _latin(part: str) -> bool:
    return bool(re.search(r"[A-Za-z0-9]\s|\s[A-Za-z0-9]", part))


def _collectives(tokens: Iterable[_Token]) -> Iterator[_Token]:
    """Bare kinds of unit joined to the collective name before them: 各区 + 县级市 → 各区、县级市."""
    held: _Token | None = None
    for token in tokens:
        if held and token.comma == "、" and token.name in _KINDS and not held.mark and _COLLECTIVE.match(held.name):
            held = _Token(f"{held.name}、{token.name}", token.mark, token.reaches_back, held.comma)
            continue
        if held:
            yield held
        held = token
    if held:
        yield held
