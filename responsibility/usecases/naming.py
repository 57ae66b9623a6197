"""From the names a list uses to the units, members and leaders of the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from responsibility.core.chain import Chain, LaidOn, Organisation, Unit, units_of
from responsibility.core.errors import Problem
from responsibility.core.text import nearest
from responsibility.ingest.worklist.records import ItemRecord, Mention, WorkListRecord

#: The kind of units that --create-units adds.
CREATED_KIND = "department"

#: Names that mean somebody, but nobody can tell whom.
_VAGUE = re.compile(r"各|(?:全[市区县镇校院]|[市区县]直)?(?:有关|相关|其他|其它)")
_UNNAMED = "这样的集体称谓看不出指哪些单位；写明是哪些单位，或在 config/chain.yaml 的 collectives 里照样子加一行"
#: What stands between two names that are one name elsewhere (住房和城乡建设局): only known names are parted here.
_JOINTS = re.compile(r"[/／|｜·+]|以及|[和及与跟]")
_BLANKS = re.compile(r"[\s（）()“”\"]+")


@dataclass(frozen=True, slots=True)
class Laid:
    """Whom an item is laid on."""

    units: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()


class Namer:
    """Resolves the names of one list; what it cannot resolve becomes a problem (or a new unit, where allowed)."""

    def __init__(
        self,
        chain: Chain,
        organisation: Organisation,
        record: WorkListRecord,
        fallback: str | None,
        create: bool,
        taken: Iterable[str] = (),
    ) -> None:
        self._chain = chain
        self._organisation = organisation
        self._record = record
        self._fallback = fallback
        self._create = create
        #: Codes no new unit may have.
        self._taken = {*taken, *(unit.code for unit in organisation.units)}
        self._units = {_key(name): unit.code for unit in organisation.units for name in (unit.name, unit.code)}
        self._leaders = _leader_names(chain, organisation)
        self._with_members = {post.unit for post in organisation.posts if post.tier == chain.laid(LaidOn.MEMBERS)}
        self.created: list[Unit] = []
        #: Each once, in the order met.
        self._problems: dict[Problem, None] = {}
        self._guesses: dict[str, str] = {}
        self.warnings: list[str] = []
        if fallback is not None:
            self._unit(fallback, "--unit")
        if not record.has_units and fallback is None and record.items:
            self._problem(
                "", "", "没有找到责任单位一栏（如“牵头单位”“责任单位”）；整份清单属于一个单位时，用 --unit 单位名称"
            )

    @property
    def problems(self) -> list[Problem]:
        """What could not be resolved."""
        return list(self._problems)

    def resolve(self, row: ItemRecord) -> Laid:
        """The units (lead first), members and leaders one item names."""
        units: dict[str, str] = {}
        members: dict[str, None] = {}
        mentions = [m for m in row.mentions if m.role in ("lead", "support")]
        for mention in mentions:
            self._place(mention, units, members)
        for mention in row.mentions:
            if mention.role == "person":
                members.update(dict.fromkeys(self._members(mention.name) or ()))
        if not mentions and not members:
            self._fall_back(row, units)
        if members and not units:
            self.warnings.append(f"“{row.title[:20]}”只写了党员，没有写责任单位：任务只落到党员，不落到支部和分管领导")
        leaders = [post for m in row.mentions if m.role == "leader" for post in self._leader(m)]
        ordered = sorted(units.items(), key=lambda pair: pair[1] != "lead")
        return Laid(tuple(ordered), tuple(members), tuple(dict.fromkeys(leaders)))

    def _place(self, mention: Mention, units: dict[str, str], members: dict[str, None]) -> None:
        carried = self._members(mention.name)
        if carried is not None:
            members.update(dict.fromkeys(carried))
            if not carried:
                self._problem(mention.cell, mention.name, "组织机构里没有党员岗位，无法落到党员")
            return
        for code in self._unit(mention.name, mention.cell):
            if units.get(code) != "lead":
                units[code] = mention.role

    def _members(self, name: str) -> list[str] | None:
        """The units whose members a name stands for; None where it names no members."""
        collective = self._chain.collectives.get(name)
        if collective is not None and collective.members:
            meant = units_of(collective, self._organisation) if collective.kinds or collective.units else None
            return [u for u in (meant or [u.code for u in self._organisation.units]) if u in self._with_members]
        for suffix in ("全体党员", "党员"):
            unit = self._units.get(_key(name.removesuffix(suffix))) if name.endswith(suffix) else None
            if unit is not None:
                return [unit] if unit in self._with_members else []
        return None

    def _unit(self, name: str, cell: str) -> list[str]:
        code = self._units.get(_key(name))
        if code is not None:
            return [code]
        collective = self._chain.collectives.get(name)
        if collective is not None:
            found = units_of(collective, self._organisation)
            if found:
                return found
        joined = [self._units.get(_key(part)) for part in _JOINTS.split(name)]
        if len(joined) > 1 and None not in joined:
            return [code for code in joined if code]
        if self._create:
            return [self._new_unit(name)]
        if collective is not None:
            self._problem(cell, name, "组织机构里一个这样的单位也没有（这个集体名称见 config/chain.yaml）")
        else:
            self._problem(
                cell, name, _UNNAMED if _VAGUE.match(name) else f"组织机构里没有这个单位{self._nearest(name)}"
            )
        return []

    def _new_unit(self, name: str) -> str:
        at = len(self.created) + 1
        while f"N{at:02d}" in self._taken:
            at += 1
        unit = Unit(f"N{at:02d}", name, CREATED_KIND)
        self.created.append(unit)
        self._taken.add(unit.code)
        self._units[_key(name)] = unit.code
        if name.startswith(("各", "全", "有关", "相关")):
            self.warnings.append(
                f"“{name}”像集体名称，已当作一个单位新建；可在 config/chain.yaml 的 collectives 里说明它指哪些单位"
            )
        return unit.code

    def _fall_back(self, row: ItemRecord, units: dict[str, str]) -> None:
        """An item that names nobody belongs to the unit given with --unit."""
        if self._fallback is not None:
            for code in self._unit(self._fallback, "--unit"):
                units[code] = "lead"
        elif self._record.has_units:
            self._problem(row.cell, row.title[:20], "这一项没有写责任单位；都归一个单位时用 --unit 单位名称")

    def _leader(self, mention: Mention) -> list[str]:
        """The leader's post; nobody where a post above the leaders is named, which is laid on anyway."""
        found = self._leaders.get(_key(mention.name))
        if found is None:
            known = "、".join(
                self._organisation.post[code].title for code in _leader_posts(self._chain, self._organisation)
            )
            self._problem(mention.cell, mention.name, f"组织机构里没有这位领导（岗位或姓名）；现有：{known or '无'}")
            return []
        return found

    def _nearest(self, name: str) -> str:
        if name not in self._guesses:
            found = nearest(name, [unit.name for unit in self._organisation.units])
            found = found or nearest(name, self._chain.collectives, cutoff=0.75)
            self._guesses[name] = "，是不是" + "、".join(f"“{one}”" for one in found) if found else ""
        return self._guesses[name]

    def _problem(self, cell: str, value: str, message: str) -> None:
        self._problems[self._record.problem(cell, value, message)] = None


def _key(name: str) -> str:
    return _BLANKS.sub("", name)


def _leader_posts(chain: Chain, organisation: Organisation) -> list[str]:
    return [post.code for post in organisation.posts if post.tier == chain.laid(LaidOn.LEADERS)]


def _leader_names(chain: Chain, organisation: Organisation) -> dict[str, list[str]]:
    """Every way a leader may be named (code, title, holder) → the post; posts above the leaders → nobody."""
    leaders = set(_leader_posts(chain, organisation))
    top = chain.order.get(chain.laid(LaidOn.LEADERS) or "", 0)
    names: dict[str, list[str]] = {}
    for post in organisation.posts:
        if chain.order.get(post.tier, 99) > top:
            continue
        for name in (post.code, post.title, *_holders(organisation, post.code)):
            names.setdefault(_key(name), []).extend([post.code] if post.code in leaders else [])
    return names


def _holders(organisation: Organisation, post: str) -> Iterable[str]:
    return (organisation.person[h.person].name for h in organisation.holdings if h.post == post)
