"""A small office in which days pass: a secretary, two leaders, an office head, two branches, a handful of members."""

from __future__ import annotations

import atexit
import csv
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import Connection

from responsibility.core.summary import Noticed, Summary
from responsibility.core.undo import Undone
from responsibility.delivery import MemoryCourier
from responsibility.store.engine import writing
from responsibility.usecases import delegate, extension, pause, rejection, review, verbs, withdraw
from responsibility.usecases.assign import lay_tier, lists_to_assign, open_list
from responsibility.usecases.deliver import Delivered, deliver
from responsibility.usecases.lists import Imported, import_list
from responsibility.usecases.organisation import import_organisation
from responsibility.usecases.remind import Sweep, notices_of, sweep
from responsibility.usecases.status import status
from responsibility.usecases.undo import undo
from responsibility.usecases.workspace import Workspace, create, open_workspace
from tests import databases

ZONE = ZoneInfo("Asia/Shanghai")

#: (post, unit, tier, title, person)
CAST = (
    ("DW1", "DW", "committee", "党委", "党委秘书"),
    ("SJ1", "DW", "secretary", "党委书记", "书记"),
    ("LD1", "DW", "leader", "分管领导甲", "领导甲"),
    ("LD2", "DW", "leader", "分管领导乙", "领导乙"),
    ("BG1", "BG", "office", "办公室主任", "主任"),
    ("A1", "A", "branch", "甲支部书记", "甲书记"),
    ("A11", "A", "member", "甲支部党员一", "甲一"),
    ("A12", "A", "member", "甲支部党员二", "甲二"),
    ("A13", "A", "member", "甲支部党员三", "甲三"),
    ("B1", "B", "branch", "乙支部书记", "乙书记"),
    ("B11", "B", "member", "乙支部党员一", "乙一"),
    ("B12", "B", "member", "乙支部党员二", "乙二"),
)
UNITS = (("DW", "党委", "committee"), ("BG", "办公室", "office"), ("A", "甲支部", "branch"), ("B", "乙支部", "branch"))
OVERSEES = (("LD1", ["A"]), ("LD2", ["B"]))

HEADER = ("序号", "重点工作", "牵头单位", "配合单位", "牵头领导", "目标数量", "完成时限", "时序进度", "反馈周期")
COLUMN = dict(
    zip(("number", "title", "lead", "support", "leader", "target", "by", "steps", "report"), HEADER, strict=True)
)


def organisation(**changes: Any) -> dict[str, Any]:
    """The organisation file: `vacant` posts have no holder, `unled` oversee nothing, `holdings` adds or replaces."""
    vacant, unled = set(changes.get("vacant", ())), set(changes.get("unled", ()))
    return {
        "units": [{"code": c, "name": n, "kind": k, "parent": None if c == "DW" else "DW"} for c, n, k in UNITS],
        "posts": [{"code": c, "unit": u, "tier": t, "title": title} for c, u, t, title, _ in CAST],
        "people": [{"code": f"R{c}", "name": name, "email": f"{c.lower()}@example.invalid"} for c, *_, name in CAST],
        "holdings": [
            *({"post": c, "person": f"R{c}"} for c, *_ in CAST if c not in vacant),
            *changes.get("holdings", ()),
        ],
        "oversees": [{"post": post, "units": units} for post, units in OVERSEES if post not in unled],
    }


class Unexpected(AssertionError):
    """Somebody was told something the story does not know of."""

    def __init__(self, notices: Iterable[Noticed]) -> None:
        super().__init__("nobody expected: " + "; ".join(_said(n) for n in notices))


class World:
    """The office of one test. Every notice told must be expected before the story ends."""

    zone = ZONE

    def __init__(self, root: Path, url: str | None = None) -> None:
        """An office in a new folder, on the database of the running test; or made from nothing in the one at `url`.

        What the test starts afterwards finds that database too.
        """
        self.root = root
        server = databases.current
        databases.point_to(url or (server and server.fresh(like=server.furnished)))
        self.environ = {**os.environ, "TZ": "UTC"}
        self.now = datetime(2023, 9, 11, 8, tzinfo=ZONE)
        self.courier = MemoryCourier("console")
        self.untold: list[Noticed] = []
        if url is None:
            shutil.copytree(_furnished(), root)
            self.workspace: Workspace = open_workspace(root, self.environ)
        else:
            self.workspace = create(root, self.environ, self.now)
            self.organise()

    def copied(self, root: Path) -> World:
        """The same office in another folder, to go on from here."""
        self.workspace.engine.dispose()
        shutil.copytree(self.root, root)
        other = object.__new__(World)
        other.__dict__.update(self.__dict__)
        if databases.current is not None:
            databases.point_to(databases.current.fresh(like=self.environ[databases.URL]))
            other.environ = {**os.environ, "TZ": "UTC"}
        other.root, other.untold = root, list(self.untold)
        other.workspace, other.courier = open_workspace(root, other.environ), MemoryCourier("console")
        return other

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.workspace.engine.dispose()
        if kind is None and self.untold:
            raise Unexpected(self.untold)

    # -- setting the scene ------------------------------------------------------------------------------------------

    def organise(self, **changes: Any) -> None:
        """Import the cast, with changes."""
        path = self.root / "organisation.yaml"
        path.write_text(yaml.safe_dump(organisation(**changes), allow_unicode=True), "utf-8")
        import_organisation(self.workspace, path, self.now)

    def configure(self, file: str, old: str, new: str) -> None:
        """Change a configuration file and open the workspace again."""
        path = self.root / "config" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        self.workspace.engine.dispose()
        self.workspace = open_workspace(self.root, self.environ, sending=True)

    def list(
        self, *rows: dict[str, str], issued_on: date | None = None, file: str = "清单", **options: Any
    ) -> Imported:
        """Import a list; each row names the columns it fills, by the keys of COLUMN."""
        path = self.root / f"{file}.csv"
        filled = [{"number": str(at), **row} for at, row in enumerate(rows, 1)]
        used = [key for key in COLUMN if any(key in row for row in filled)]
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([COLUMN[key] for key in used])
            writer.writerows([[row.get(key, "") for key in used] for row in filled])
        day = issued_on or self.now.date()
        return import_list(self.workspace, path, self.now, issued_on=day, **options)

    def assign(self) -> int:
        """Lay every list on every tier; returns how many assignments were new."""
        laid = 0
        for code in lists_to_assign(self.workspace):
            open_list(self.workspace, code, self.now)
            for tier in self.workspace.settings.chain.tiers:
                laid += lay_tier(self.workspace, code, tier.id, self.now).assignments
        return laid

    def given(self, title: str = "开好动员会", lead: str = "甲支部", by: str = "9月30日前", **row: str) -> None:
        """One item, imported and assigned."""
        self.list({"title": title, "lead": lead, "by": by, **row})
        self.assign()

    # -- time passes ------------------------------------------------------------------------------------------------

    def to(self, day: str, at: time = time(8, 30)) -> None:
        """Go to that morning without anybody sweeping."""
        self.now = datetime.combine(date.fromisoformat(day), at, ZONE)

    def fast_forward(self, days: int = 1) -> None:
        """Let days pass, each with its two sweeps."""
        for _ in range(days):
            tomorrow = self.now.date() + timedelta(days=1)
            for at in (time(8, 30), time(14, 30)):
                self.now = datetime.combine(tomorrow, at, ZONE)
                self.sweep()

    def sweep(self) -> Sweep:
        """One sweep and its delivery."""
        swept = sweep(self.workspace, self.now)
        self.untold.extend(notices_of(self.workspace, swept))
        self.deliver()
        return swept

    def deliver(self) -> Delivered:
        """Hand over what is due."""
        return deliver(self.workspace, {"console": self.courier}, self.now)

    # -- what people do -----------------------------------------------------------------------------------------------

    def does(self, verb: str, code: str, **values: Any) -> verbs.Done:
        """An act now: sign, report, submit, send_back, close, suspend, resume, cancel, extend, reject, review."""
        self.now += timedelta(minutes=1)
        modules = {"suspend": pause, "resume": pause, "cancel": withdraw, "extend": extension, "reject": rejection}
        module = (modules | {"delegate": delegate, "review": review}).get(verb, verbs)
        done: verbs.Done = getattr(module, verb)(self.workspace, code, self.now, **values)
        return done

    def undoes(self, as_post: str | None = None) -> Undone:
        """Somebody (by default the office) takes the last act back."""
        self.now += timedelta(minutes=1)
        return undo(self.workspace, self.now, as_post)

    # -- what must be true -------------------------------------------------------------------------------------------

    def expects(self, recipient: str, rung: str, times: int = 1, item: str | None = None) -> list[Noticed]:
        """`recipient` (a post's title) was told on that rung so many times; those notices are spoken for."""
        found = [
            n
            for n in self.untold
            if n.post_title == recipient and n.rung_name == rung and (item is None or n.item == item)
        ]
        assert len(found) == times, f"{recipient} {rung}: {len(found)} told, of {[_said(n) for n in self.untold]}"
        self.untold = [n for n in self.untold if n not in found]
        return found

    def expects_nothing(self) -> None:
        assert not self.untold, str(Unexpected(self.untold))

    def signed(self, *codes: str) -> None:
        """Everything named is signed, so that only the finish clock speaks."""
        for code in codes:
            self.does("sign", code)

    def status(self) -> Summary:
        return status(self.workspace, self.now)

    def tamper(self, statement: str) -> None:
        """Change the database as somebody with rights on it could: what guards the ledger is taken away first."""
        with writing(self.workspace.engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS ledger_append_only ON ledger")
            else:
                for act in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS ledger_no_{act}")
            connection.exec_driver_sql(_spelt(statement, connection))

    def rows(self, query: str) -> Sequence[Any]:
        """Straight from the database, each value as its driver gives it."""
        with self.workspace.read() as connection:
            return connection.exec_driver_sql(_spelt(query, connection)).all()


@cache
def _furnished() -> Path:
    """A workspace with the cast in it, made once in a process: making one takes longer than most of what is tested."""
    root = Path(tempfile.mkdtemp(prefix="world")) / "office"
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    environ = {key: value for key, value in os.environ.items() if key != "ZEREN_DATABASE_URL"} | {"TZ": "UTC"}
    workspace = create(root, environ, datetime(2023, 9, 11, 8, tzinfo=ZONE))
    path = root / "organisation.yaml"
    path.write_text(yaml.safe_dump(organisation(), allow_unicode=True), "utf-8")
    import_organisation(workspace, path, datetime(2023, 9, 11, 8, tzinfo=ZONE))
    workspace.engine.dispose()
    return root


def _spelt(statement: str, connection: Connection) -> str:
    """A statement without parameters as the driver wants it: psycopg takes a single % for one of them."""
    return statement.replace("%", "%%") if connection.dialect.name == "postgresql" else statement


def _said(n: Noticed) -> str:
    return f"{n.post_title} {n.rung_name} {n.assignment}"


def titles(notices: Iterable[Noticed]) -> list[str]:
    return sorted(n.post_title for n in notices)
