"""An office of any size for the benchmarks: an organisation file with branches and members."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from responsibility.usecases.organisation import import_organisation
from responsibility.usecases.workspace import Workspace, create

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Tree:
    """Levels between the party committee and the branches."""

    cities: int
    counties: int


def open_office(
    root: Path, now: datetime, branches: int, members: int, url: str = "", tree: Tree | None = None
) -> Workspace:
    """A new workspace with a party committee, a secretary, five leaders, an office and so many branches.

    On the database at `url`; without one, on its own file. In a `tree` the branches stand under counties under cities.
    """
    workspace = create(root, {**os.environ, "ZEREN_DATABASE_URL": url}, now)
    path = root / "organisation.yaml"
    path.write_text(yaml.dump(_organisation(branches, members, tree), allow_unicode=True, Dumper=_DUMPER), "utf-8")
    import_organisation(workspace, path, now)
    return workspace


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def branch(at: int) -> tuple[str, str]:
    """(code, name) of a branch."""
    return f"Z{at:03d}", f"第{at}党支部"


def _between(tree: Tree) -> list[dict[str, object]]:
    cities = [{"code": f"S{n:02d}", "name": f"第{n}市", "kind": "city", "parent": "DW"} for n in range(tree.cities)]
    return cities + [
        {"code": f"X{n:03d}", "name": f"第{n}县", "kind": "county", "parent": f"S{n % tree.cities:02d}"}
        for n in range(tree.counties)
    ]


def _organisation(branches: int, members: int, tree: Tree | None) -> dict[str, list[dict[str, object]]]:
    own = [branch(at) for at in range(1, branches + 1)]
    posts = [
        ("DW1", "DW", "committee", "党委"),
        ("SJ1", "DW", "secretary", "党委书记"),
        *((f"LD{n}", "DW", "leader", f"分管领导{n}") for n in range(1, 6)),
        ("BG1", "BG", "office", "办公室主任"),
        *((f"{code}S", code, "branch", f"{name}书记") for code, name in own),
        *((f"{code}M{n:02d}", code, "member", f"{name}党员{n}") for code, name in own for n in range(1, members + 1)),
    ]
    return {
        "units": [
            {"code": "DW", "name": "党委", "kind": "committee"},
            {"code": "BG", "name": "办公室", "kind": "office", "parent": "DW"},
            *(_between(tree) if tree else ()),
            *(
                {"code": code, "name": name, "kind": "branch", "parent": f"X{n % tree.counties:03d}" if tree else "DW"}
                for n, (code, name) in enumerate(own)
            ),
        ],
        "posts": [{"code": c, "unit": u, "tier": t, "title": title} for c, u, t, title in posts],
        "people": [
            {"code": f"R{c}", "name": f"{title}本人", "email": f"{c.lower()}@example.invalid"}
            for c, _, _, title in posts
        ],
        "holdings": [{"post": c, "person": f"R{c}"} for c, *_ in posts],
        "oversees": [{"post": f"LD{n}", "units": [code for code, _ in own[n - 1 :: 5]]} for n in range(1, 6)][
            : len(own)
        ],
    }
