"""Where responsibility would reach nobody: pure checks of the organisation against chain and ladders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from responsibility.core.chain import OWNER, UNIT_HEAD, Chain, LaidOn, Organisation, Post, routes
from responsibility.core.errors import Finding, Severity
from responsibility.core.escalation import Policy
from responsibility.core.text import left_blank
from responsibility.usecases.couriers import lacking

#: A holding that ends within so many days wants a successor.
SOON = timedelta(days=30)
#: So many findings of one kind are told one by one.
SHOWN = 20

_CHECK = "organisation"


def empty(organisation: Organisation) -> list[Finding]:
    """An organisation there is."""
    if organisation.units:
        return []
    mend = "zeren org template 组织机构.xlsx；填好后 zeren org import 组织机构.xlsx"
    return [Finding(_CHECK, Severity.ERROR, "还没有组织机构，清单无处可落", mend)]


def tiers_without_posts(organisation: Organisation, chain: Chain, mend: str) -> list[Finding]:
    """Every tier laid on single posts has one, and every post stands on a tier of the chain."""
    bare = [
        tier.name
        for tier in chain.tiers
        if tier.laid_on in (LaidOn.ONE, LaidOn.LEADERS) and organisation.first_post(tier.id) is None
    ]
    strange = [post for post in organisation.posts if post.tier not in chain.order]
    found = [Finding(_CHECK, Severity.ERROR, f"“{name}”一级没有岗位，责任和提醒到不了这一级", mend) for name in bare]
    return found + _told(
        Severity.ERROR, (f"{_seat(post)}的层级 {post.tier} 不在 config/chain.yaml 里" for post in strange), mend
    )


def vacant_posts(organisation: Organisation, today: date, mend: str) -> list[Finding]:
    """Every post is held today."""
    vacant = (post for post in organisation.posts if not organisation.holders(post.code, today))
    return _told(Severity.WARNING, (f"{_seat(post)}现在无人任职，提醒会改送上一级" for post in vacant), mend)


def unnamed_people(organisation: Organisation, mend: str) -> list[Finding]:
    """Every person has a name of their own, not the template's."""
    blank = (person for person in organisation.people if left_blank(person.name))
    return _told(Severity.WARNING, (f"人员 {person.code} 的姓名还是模板里的“{person.name}”" for person in blank), mend)


def ending_holdings(organisation: Organisation, today: date, mend: str) -> list[Finding]:
    """Every holding that ends soon has a successor the day after."""
    lines = []
    for holding in organisation.holdings:
        until, post = holding.until_on, organisation.post.get(holding.post)
        if until is None or post is None or not today <= until <= today + SOON:
            continue
        if not organisation.holders(post.code, until + timedelta(days=1)):
            lines.append(f"{_seat(post)}的任职到 {until} 为止，还没有接任的人")
    return _told(Severity.WARNING, lines, mend)


def units_without_posts(organisation: Organisation, mend: str) -> list[Finding]:
    """Every unit has a post, but for those that only hold other units together."""
    parents = {unit.parent for unit in organisation.units}
    bare = (unit for unit in organisation.units if unit.code not in organisation.posts_of and unit.code not in parents)
    lines = (f"单位 {unit.code}（{unit.name}）没有岗位，提醒会改送上一级" for unit in bare)
    return _told(Severity.WARNING, lines, mend)


def idle_leaders(organisation: Organisation, chain: Chain, mend: str) -> list[Finding]:
    """Every leader oversees something."""
    busy = {oversight.post for oversight in organisation.oversees if oversight.units}
    tier = chain.laid(LaidOn.LEADERS)
    idle = (post for post in organisation.posts if post.tier == tier and post.code not in busy)
    lines = (f"{_seat(post)}没有分管任何单位，只有清单点名时才有任务" for post in idle)
    return _told(Severity.WARNING, lines, mend)


def unled_units(organisation: Organisation, chain: Chain, carrying: Iterable[str], mend: str) -> list[Finding]:
    """Every unit that carries work is overseen, where the chain has leaders."""
    if chain.laid(LaidOn.LEADERS) is None:
        return []
    unled = (unit for unit in carrying if not organisation.leaders_of(unit, chain))
    lines = (f"单位 {unit}（{organisation.unit[unit].name}）没有分管领导，督办会越级" for unit in unled)
    return _told(Severity.WARNING, lines, mend)


def silent_rungs(
    organisation: Organisation,
    chain: Chain,
    policies: Iterable[Policy],
    carrying: Sequence[str],
    today: date,
    mend: str,
) -> list[Finding]:
    """Every rung reaches somebody for every unit that carries work."""
    lines = []
    for tell, rungs in _told_by(policies, chain).items():
        deaf = [unit for unit in carrying if not routes(tell, unit, chain, organisation, today)]
        if deaf:
            units = _few([organisation.unit[unit].name for unit in deaf])
            lines.append(f"“{'、'.join(rungs)}”要告知{_whom(tell, chain)}，对{units}却没有人能收到，上面各级也没有")
    return [Finding("ladder", Severity.ERROR, line, mend) for line in lines]


def missing_addresses(organisation: Organisation, today: date, in_use: Iterable[str], mend: str) -> list[Finding]:
    """Everyone who may be told something has an address of each kind of channel in use that needs one."""
    held = {person.code: person for post in organisation.posts for person in organisation.holders(post.code, today)}
    without = ((person, lacking(kind, person)) for person in held.values() for kind in sorted(set(in_use)))
    lines = (f"{person.name}（{person.code}）{why}" for person, why in without if why)
    return _told(Severity.WARNING, lines, mend, "address")


def may_carry(organisation: Organisation, chain: Chain, laid: Iterable[str]) -> list[str]:
    """The units work is laid on, or is by the collective names lists may use; in file order."""
    kinds = {kind for collective in chain.collectives.values() for kind in collective.kinds}
    wanted = set(laid)
    return [unit.code for unit in organisation.units if unit.code in wanted or unit.kind in kinds]


def _told_by(policies: Iterable[Policy], chain: Chain) -> dict[str, list[str]]:
    """Recipient kind → the names of the rungs that tell it."""
    found: dict[str, dict[str, None]] = {}
    rungs = (rung for policy in policies for ladder in policy.ladders.values() for rung in ladder.rungs)
    for rung in rungs:
        for tell in rung.tells:
            if tell in (OWNER, UNIT_HEAD) or tell in chain.order:
                found.setdefault(tell, {})[rung.name] = None
    return {tell: list(names) for tell, names in found.items()}


def _whom(tell: str, chain: Chain) -> str:
    names = {OWNER: "责任人", UNIT_HEAD: "单位负责人"}
    return names.get(tell) or chain.tier(tell).name


def _seat(post: Post) -> str:
    return f"岗位 {post.code}（{post.title}）"


def _few(names: Sequence[str], most: int = 5) -> str:
    return "、".join(names[:most]) + (f"等 {len(names)} 个单位" if len(names) > most else "")


def _told(severity: Severity, lines: Iterable[str], mend: str, check: str = _CHECK) -> list[Finding]:
    """One finding for each line, the rest of a long row in one."""
    every = list(lines)
    found = [Finding(check, severity, line, mend) for line in every[:SHOWN]]
    if len(every) > SHOWN:
        found.append(Finding(check, severity, f"……同样的情形还有 {len(every) - SHOWN} 处", mend))
    return found
