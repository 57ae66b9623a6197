"""Files that were damaged or made to harm: read or refused, in time, and never by halves.

Some 4,000 of them from a few sound lists and organisation files, the same ones in every run: bytes flipped, files cut,
members of the zip lost, doubled or garbled, their XML edited, cells replaced by what no office writes.
"""

from __future__ import annotations

import io
import random
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
import xlsxwriter
import yaml
from sqlalchemy import select

from responsibility.core.errors import ResponsibilityError
from responsibility.core.text import showable
from responsibility.ingest.organisation import read_organisation
from responsibility.ingest.worklist import read_worklist
from responsibility.store.rows import described
from responsibility.usecases.lists import import_list
from responsibility.usecases.organisation import import_organisation
from tests.test_ingest_organisation import CHAIN, SHEETS
from tests.test_ingest_organisation import YAML as ORGANISATION
from tests.world import World, organisation

#: Seconds one file may take, on a busy machine.
PATIENCE = 5.0
SHARDS, READ_EACH, IMPORTED_EACH = 12, 300, 30

ROWS: list[list[object]] = [
    ["2023年重点工作清单（2023年9月11日印发）"],
    ["序号", "类别", "重点工作", "任务分解", "牵头单位", "配合单位", "目标数量", "完成时限", "推广范围"],
    ["一、组织部署（共2项）"],
    [1, "组织", "开动员会", "9月：筹备\n10月：召开", "甲支部", "乙支部、办公室", "4次", "10月底前", "全市"],
    ["", "", "", "11月：总结", "", "", "", "", ""],
    [2, "", "【11月底前】定方案", "", "甲支部牵头，乙支部配合", "", "", "", ""],
    ["二、理论学习"],
    [3, "学习", "办读书班", "", "各党支部", "", "每月1次", "", "=1+1"],
    [4, "", "写体会", "", "乙支部（配合）", "全体党员", "≥2篇", 45200, ""],
    ["注：本表由办公室填报"],
]
LIST_YAML = """\
title: 2023年重点工作清单
issued_on: 2023-09-11
items:
  - {number: 1, category: 组织部署, title: 开动员会, lead: 甲支部, support: [乙支部, 办公室], by: 10月底前}
  - number: 2
    title: 办读书班
    lead: 各党支部
    milestones:
      - {by: 9月, title: 筹备}
      - 10月：开班
    target: 每月1次
"""
#: What cells and places in XML are replaced by.
NASTY = (
    *("", "0", "-1", "1e308", "1e309", "NaN", "inf", "TRUE", "#REF!", "=1/0", "9" * 20, "A" * 40_000),
    *("（" * 3000, "、" * 3000, "牵头" * 500, "每" * 900, "一" * 200, "😀" * 50),
    *("\u202e倒着", "\ud83d", "\x00", "\x1b[31m", "&x;", "<![CDATA[", "[" * 50, "A1:XFD1048576", "XFD1048576"),
    *("2023年13月45日", "9999年12月31日", "0001-01-01", "2023-02-30", "９月３１日", "印发之日起99999999日内"),
    *("2月：3月：4月：", "第零季度", "1-99月", "每月99日前", "99个工作日内"),
    *("*a", "&a [*a]", "!!python/object:os.system", "? ", "\t", "%YAML 9", '"', "\r", "{{7*7}}", "../../etc"),
    "'; DROP TABLE item; --",
)

Files = dict[str, bytes]
Change = Callable[[random.Random, bytes], bytes]


def workbook(sheets: dict[str, list[list[object]]], merged: str = "") -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2023, 9, 11, tzinfo=UTC)})  # the same bytes in every run
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if merged:
                sheet.merge_range(merged, "")
                sheet.set_row(4, None, None, {"hidden": True})
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, [*row])
    return held.getvalue()


def table(rows: list[list[object]]) -> str:
    return "\n".join(",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows)


def sound() -> Files:
    """The files the damaged ones are made of."""
    flat = [["单位", "上级单位", "类别", "层级", "岗位", "姓名", "邮箱", "手机", "分管单位"],
            ["党委", "", "党委", "党委书记", "书记", "赵明", "zhao@example.cn", "13800138001", ""],
            ["一支部", "党委", "党支部", "党支部", "支部书记", "钱进", "", "", ""]]  # fmt: skip
    return {
        "list.xlsx": workbook({"清单": ROWS}, "A1:I1"),
        "list.csv": table(ROWS).encode(),
        "gb.csv": table(ROWS).encode("gb18030"),
        "list.yaml": LIST_YAML.encode(),
        "org.xlsx": workbook({name: [[*row] for row in rows] for name, rows in SHEETS.items()}),
        "org.csv": table([list(row) for row in flat]).encode(),
        "org.yaml": ORGANISATION.encode(),
    }


def flipped(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 30))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return chance.choice((data[:end], data[start:], data[:start] + data[end:], data + data[start:end]))


def placed(chance: random.Random, data: bytes) -> bytes:
    """Something nasty put at a sign that parts words, or instead of a word."""
    text = data.decode("utf-8", "surrogateescape")
    at = chance.randrange(len(text))
    length = chance.choice((0, 1, 4, 12))
    put = text[:at] + chance.choice(NASTY) + text[at + length :]
    return put.encode("utf-8", "surrogatepass" if chance.random() < 0.5 else "replace")


def members(chance: random.Random, data: bytes) -> bytes:
    """One member lost, doubled, garbled, or its XML edited."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    at = chance.randrange(len(parts))
    kept = [*parts[:at], *chance.choice(HARMS)(chance, *parts[at]), *parts[at + 1 :]]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in kept:
            archive.writestr(zipfile.ZipInfo(name), part)
    return held.getvalue()


Part = tuple[str, bytes]


def lost(_chance: random.Random, _name: str, _part: bytes) -> list[Part]:
    return []


def doubled(chance: random.Random, name: str, part: bytes) -> list[Part]:
    return [(name, part), (name.upper() if chance.random() < 0.5 else name + "x", cut(chance, part))]


def garbled(chance: random.Random, name: str, part: bytes) -> list[Part]:
    return [(name, flipped(chance, part))]


def edited(chance: random.Random, name: str, part: bytes) -> list[Part]:
    """An attribute or a text replaced by something nasty, or a tag repeated."""
    pieces = part.decode("utf-8", "replace").split(chance.choice(('"', ">", "<", "/")))
    joint = part[part.find(pieces[0].encode()) + len(pieces[0].encode()) :][:1].decode("utf-8", "replace") or ">"
    at = chance.randrange(len(pieces))
    pieces[at] = chance.choice((*NASTY, pieces[at] * 50, pieces[chance.randrange(len(pieces))]))
    return [(name, joint.join(pieces).encode("utf-8", "replace"))]


def declared(chance: random.Random, name: str, part: bytes) -> list[Part]:
    """An entity bomb at the top."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefg", "bcdefgh", strict=True)
    )
    head, _, rest = part.partition(b"?>")
    return [(name, head + b"?>" + bomb.encode() + b"]>" + rest.replace(b"</", b"&h;</", 1))]


HARMS = (lost, doubled, garbled, edited, edited, edited, declared)


def celled(chance: random.Random, data: bytes) -> bytes:
    """A workbook of the list with cells replaced by what no office writes."""
    del data
    rows = [list(row) for row in ROWS]
    for _ in range(chance.choice((1, 2, 6))):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice((*NASTY, *map(float, range(3)), 10**15, True))
    for row in rows:
        row[:] = [cell[:32_000].encode("utf-8", "replace").decode() if isinstance(cell, str) else cell for cell in row]
    return workbook({"清单": rows}, "A1:I1")


def damaged(seed: int, whole: Files) -> tuple[str, bytes]:
    """One damaged file, the same for the same seed."""
    chance = random.Random(seed)
    name = chance.choice((*whole, "list.xlsx", "org.xlsx"))
    changes: list[Change] = [flipped, cut, placed]
    if name.endswith("xlsx"):
        changes = [flipped, cut, members, members, members, members]
    if name == "list.xlsx":
        changes += [celled, celled]
    data = whole[name]
    for _ in range(chance.choice((1, 1, 2))):
        change = chance.choice(changes)
        try:
            data = change(chance, data) or b"\n"
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, zipfile.zlib.error):
            break  # damaged beyond a second change of this kind
    return name, data


class TooLong(Exception):
    """A file took more than its time."""


@contextmanager
def in_time(what: str) -> Iterator[None]:
    """Fail where reading takes more than PATIENCE, be it in Python or in a library."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(what)

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    start = time.perf_counter()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.perf_counter() - start < PATIENCE, what


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_file_breaks_a_reader(shard: int, tmp_path: Path) -> None:
    whole = sound()
    refused = 0
    for seed in range(shard * READ_EACH, (shard + 1) * READ_EACH):
        name, data = damaged(seed, whole)
        path = tmp_path / name
        path.write_bytes(data)
        with in_time(f"seed {seed}"):
            _, problems = read_organisation(path, CHAIN) if name.startswith("org") else read_worklist(path)
        refused += bool(problems)
        told = "".join(map(str, problems))
        assert told == showable(told), seed
    assert READ_EACH * 0.2 < refused < READ_EACH * 0.98  # neither all sound nor all rubbish


@pytest.mark.parametrize("shard", range(SHARDS))
def test_an_import_happens_whole_or_not_at_all(database: str, shard: int, tmp_path: Path) -> None:
    whole = sound() | {"org.yaml": yaml.safe_dump(organisation(), allow_unicode=True).encode()}
    done = 0
    with World(tmp_path / "office") as world:
        for seed in range(100_000 + shard * IMPORTED_EACH, 100_000 + (shard + 1) * IMPORTED_EACH):
            name, data = damaged(seed, whole)
            path = tmp_path / name
            path.write_bytes(data)
            before = everything(world)
            with in_time(f"seed {seed}"):
                written = imported(world, path)
            done += written
            assert (everything(world) != before) == written, seed
    assert done


def imported(world: World, path: Path) -> bool:
    """Whether the file was imported; anything but a refusal in words fails the test."""
    try:
        if path.name.startswith("org"):
            import_organisation(world.workspace, path, world.now)
            return True
        return import_list(world.workspace, path, world.now, create_units=True).written
    except ResponsibilityError:
        return False


def everything(world: World) -> list[list[tuple[object, ...]]]:
    """Every row of every table."""
    with world.workspace.read() as connection:
        tables = described().sorted_tables
        return [[tuple(row) for row in connection.execute(select(table))] for table in tables]
