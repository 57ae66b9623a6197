"""Entries → the organisation: references resolved, and everything that does not hold named with its place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from responsibility.core.chain import Chain, Holding, Organisation, Oversight, Person, Post, Unit
from responsibility.ingest.organisation.days import is_open, read_day
from responsibility.ingest.organisation.entries import CALLED, REQUIRED, Entries, Entry, Field

_CODE = re.compile(r"[A-Za-z0-9]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(slots=True)
class _Index:
    """Codes and names of one kind of thing, for references by either."""

    what: str
    #: Code → where it was given first.
    codes: dict[str, Field] = field(default_factory=dict)
    names: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, code: Field, *names: str) -> None:
        self.codes.setdefault(code.text, code)
        for name in dict.fromkeys(names):
            if name:
                self.names[name][code.text] = None

    def resolve(self, entries: Entries, wanted: Field) -> str | None:
        """The code meant by a code or a name, or None and a problem."""
        if wanted.text in self.codes:
            return wanted.text
        found = list(self.names.get(wanted.text, ()))
        if len(found) == 1:
            return found[0]
        if found:
            entries.problem(wanted, f"叫这个名称的{self.what}有 {len(found)} 个：{'、'.join(found)}；请改写编码")
        else:
            entries.problem(wanted, f"没有这个{self.what}；请核对名称或编码，或先在{self.what}里写上它")
        return None


def build(entries: Entries, chain: Chain) -> Organisation:
    """The organisation as far as it holds; what does not is added to `entries.problems`."""
    units, posts, people = _Index("单位"), _Index("岗位"), _Index("人员")
    _index(entries, entries.units, units, "units")
    _index(entries, entries.posts, posts, "posts", taken=units.codes)
    _index(entries, entries.people, people, "people")
    _index_posts(entries, posts, units)
    if not entries.units and not entries.problems:
        entries.problem(Field("", "", ""), "文件里没有一个单位；至少要有单位和岗位")
    return Organisation(
        units=tuple(_units(entries, units, chain)),
        posts=tuple(_posts(entries, units, chain)),
        people=tuple(_people(entries)),
        holdings=tuple(_holdings(entries, posts, people)),
        oversees=tuple(_oversees(entries, posts, units)),
    )


def _index(
    entries: Entries, rows: Iterable[Entry], index: _Index, name: str, taken: Mapping[str, Field] | None = None
) -> None:
    """Codes checked and names noted; a code is unique among units and posts, and among people."""
    for row in rows:
        code = row["code"]
        _complete(entries, row, name)
        if code.text and not _CODE.fullmatch(code.text):
            entries.problem(code, "编码只能用字母和数字，如 Z01S")
        earlier = index.codes.get(code.text) or (taken or {}).get(code.text)
        if code.text and earlier:
            entries.problem(code, f"编码重复，{earlier.cell} 已经用过；每个单位、岗位、人员的编码都要不同")
        if code.text:
            index.add(code, row["name"].text)


def _complete(entries: Entries, row: Entry, name: str) -> None:
    for key in REQUIRED[name]:
        given = row.units if key == "units" else row[key].text
        if not given and not row[key].broken:
            entries.problem(row[key], f"{CALLED[name]}缺少{CALLED[key]}（{key}）")


def _index_posts(entries: Entries, posts: _Index, units: _Index) -> None:
    """Posts by title too, alone or with their unit's name before it."""
    called = {row["code"].text: row["name"].text for row in entries.units}
    for row in entries.posts:
        unit, title = row["unit"].text, row["title"].text
        owner = called.get(unit, unit)
        if row["code"].text and title:
            posts.add(row["code"], title, *(f"{owner}{between}{title}" for between in ("", " ", "/", "-")))


def _units(entries: Entries, units: _Index, chain: Chain) -> list[Unit]:
    found = []
    parents: dict[str, tuple[str, Field]] = {}
    for row in entries.units:
        code, parent = row["code"].text, row["parent"]
        above = units.resolve(entries, parent) if parent.text else None
        if above:
            parents.setdefault(code, (above, parent))
        found.append(Unit(code, row["name"].text, chain.kind_named(row["kind"].text), above))
    _refuse_cycles(entries, parents)
    return found


def _refuse_cycles(entries: Entries, parents: Mapping[str, tuple[str, Field]]) -> None:
    """One problem for each circle of parents."""
    settled: set[str] = set()
    for start in parents:
        line: list[str] = []
        at = start
        while at in parents and at not in settled and at not in line:
            line.append(at)
            at = parents[at][0]
        if at in line:
            circle = " → ".join([*line[line.index(at) :], at])
            entries.problem(parents[line[-1]][1], f"上级单位绕成了圈：{circle}；请改正其中一个")
        settled.update(line)


def _posts(entries: Entries, units: _Index, chain: Chain) -> list[Post]:
    found = []
    for row in entries.posts:
        unit = units.resolve(entries, row["unit"]) if row["unit"].text else None
        tier = chain.tier_named(row["tier"].text) if row["tier"].text else None
        if row["tier"].text and tier is None:
            known = "、".join(f"{tier.name}（{tier.id}）" for tier in chain.tiers)
            entries.problem(row["tier"], f"责任链里没有这个层级；可以写：{known}")
        if unit and tier:
            found.append(Post(row["code"].text, unit, tier, row["title"].text))
    return found


def _people(entries: Entries) -> list[Person]:
    found = []
    for row in entries.people:
        email = row["email"]
        if email.text and not _EMAIL.fullmatch(email.text):
            entries.problem(email, "邮箱写得不对，应像 name@example.cn")
        texts = {key: row[key].text for key in ("code", "name", "email", "mobile", "wecom", "dingtalk", "feishu")}
        found.append(Person(**texts))
    return found


def _holdings(entries: Entries, posts: _Index, people: _Index) -> list[Holding]:
    found = []
    for row in entries.holdings:
        _complete(entries, row, "holdings")
        post = posts.resolve(entries, row["post"]) if row["post"].text else None
        person = people.resolve(entries, row["person"]) if row["person"].text else None
        start, end = _day(entries, row["from"]), _day(entries, row["until"], last=True)
        if start and end and start > end:
            entries.problem(row["until"], f"任职止（{end}）早于任职起（{start}）")
        if post and person:
            found.append(Holding(post, person, start, end))
    return found


def _day(entries: Entries, written: Field, *, last: bool = False) -> date | None:
    if is_open(written.text):
        return None
    day = read_day(written.text, last=last)
    if day is None:
        entries.problem(written, "不是日历上的日期；请写成 2023-09-01、2023/9/1、2023年9月1日 或 2023-09")
    return day


def _oversees(entries: Entries, posts: _Index, units: _Index) -> list[Oversight]:
    """One oversight a post, the units of all its rows together."""
    found: dict[str, dict[str, None]] = {}
    for row in entries.oversees:
        _complete(entries, row, "oversees")
        post = posts.resolve(entries, row["post"]) if row["post"].text else None
        codes = [code for unit in row.units if (code := units.resolve(entries, unit))]
        if post:
            found.setdefault(post, {}).update(dict.fromkeys(codes))
    return [Oversight(post, tuple(codes)) for post, codes in found.items() if codes]
