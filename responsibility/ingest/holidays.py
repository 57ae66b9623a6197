"""The yearly holiday notice: a table of days, or the text of the State Council's notice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from responsibility.core.errors import Problem
from responsibility.ingest.sheets import SUFFIXES, cell_name, decode, read_bytes, read_sheets
from responsibility.ingest.wording import header_name, plain

_DATE = ("日期", "date", "day")
_KIND = ("类型", "类别", "kind", "安排")
_NAME = ("名称", "节日", "节假日", "name")
#: What a kind is called.
_OFF = ("放假", "休", "假", "节假日", "off", "holiday")
_WORK = ("调休上班", "上班", "补班", "班", "work", "workday")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day the notice names: off, or (where not) worked though it is a weekend."""

    day: date
    off: bool
    name: str
    #: Where it stands: a cell, or 第3行.
    place: str


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """What a notice says of one year; 0 where no year can be told."""

    year: int
    days: tuple[NoticeDay, ...]


def read_notice(path: Path) -> tuple[HolidayNotice, list[Problem]]:
    """Read .txt, .yaml, .csv or .xlsx; contradictions are problems with their line or cell.

    InputProblems where the file cannot be read at all, FileMissing where it is not there.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        days, problems = _table(path)
        year = _year_of(days)
    elif suffix in (".yaml", ".yml"):
        days, problems = _yaml(path)
        year = _year_of(days)
    else:
        year, days, problems = _Text(path.name, decode(path.name, read_bytes(path))).read()
    if not days and not problems:
        problems = [Problem(path.name, "", "", "", "没有读到一个放假日或上班日")]
    problems += _contradictions(path.name, year, days)
    return HolidayNotice(year, tuple(sorted(days, key=lambda one: one.day))), problems


def _year_of(days: Sequence[NoticeDay]) -> int:
    """The year most days are in: a notice may begin with the last days of the year before."""
    return Counter(one.day.year for one in days).most_common(1)[0][0] if days else 0


def _contradictions(file: str, year: int, days: Sequence[NoticeDay]) -> Iterator[Problem]:
    first: dict[date, NoticeDay] = {}
    for one in days:
        if one.day in first:
            message = f"{one.day} 写了两次（{first[one.day].place} 已有），一天只写一次"
            yield Problem(file, "", one.place, "", message)
        first.setdefault(one.day, one)
        if not one.off and one.day.weekday() < 5:
            message = f"{one.day} 是周{WEEKDAYS[one.day.weekday()]}，本来就上班，不是调休上班日"
            yield Problem(file, "", one.place, "", message)
        if year and not date(year - 1, 12, 20) <= one.day <= date(year, 12, 31):
            yield Problem(file, "", one.place, str(one.day), f"不在 {year} 年的通知里，一份文件只写一年")


# -- tables ------------------------------------------------------------------------------------------------------------


def _table(path: Path) -> tuple[list[NoticeDay], list[Problem]]:
    for sheet in read_sheets(path):
        for at, row in enumerate(sheet.rows):
            names = [header_name(cell) for cell in row]
            where = [
                next((names.index(name) for name in kind if name in names), None) for kind in (_DATE, _KIND, _NAME)
            ]
            if where[0] is not None and where[1] is not None:
                rows = [
                    ({key: cells[col] if col is not None else "" for key, col in zip("dkn", where, strict=True)}, line)
                    for line, cells in enumerate(sheet.rows[at + 1 :], at + 1)
                ]
                return _days(
                    path.name, ((cells, cell_name(line, where[0])) for cells, line in rows if any(cells.values()))
                )
    message = "没有找到表头：要有“日期”“类型”（放假 或 调休上班）两列，可以再有“名称”"
    return [], [Problem(path.name, "", "", "", message)]


def _yaml(path: Path) -> tuple[list[NoticeDay], list[Problem]]:
    text = decode(path.name, read_bytes(path))
    try:
        # Dates stay text: 2027-02-30 is told with its place, not by the parser.
        document: Any = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第{mark.line + 1}行" if mark else ""
        return [], [Problem(path.name, "", place, "", "YAML 写法有误；请检查缩进、冒号后的空格和引号")]
    rows = document.get("days") if isinstance(document, Mapping) else document
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        message = "应是一列日子，每个写 date、kind（放假 或 调休上班）、name"
        return [], [Problem(path.name, "", "", "", message)]
    shaped = (
        ({"d": str(row.get("date", "")), "k": str(row.get("kind", "")), "n": str(row.get("name", ""))}, f"days[{at}]")
        for at, row in enumerate(rows)
    )
    return _days(path.name, shaped)


def _days(file: str, rows: Iterator[tuple[dict[str, str], str]]) -> tuple[list[NoticeDay], list[Problem]]:
    days: list[NoticeDay] = []
    problems: list[Problem] = []
    for cells, place in rows:
        day, kind = _day(cells["d"]), plain(cells["k"]).lower()
        if day is None:
            problems.append(Problem(file, "", place, cells["d"], "不是日期，写成 2027-01-01"))
        elif kind not in (*_OFF, *_WORK):
            problems.append(Problem(file, "", place, cells["k"], "类型应是 放假 或 调休上班"))
        else:
            days.append(NoticeDay(day, kind in _OFF, cells["n"].strip(), place))
    return days, problems


def _day(text: str) -> date | None:
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", plain(text))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


# -- the notice's own text ---------------------------------------------------------------------------------------------

_TITLE = re.compile(r"([0-9]{4})年[^。;\n]{0,15}(?:节假日|放假)")
_ENTRY = re.compile(r"^\s*(?:[(（]?[一二三四五六七八九十0-9]+[)）]?[、.．]\s*)?(?P<name>[^:,。\d]{1,20}):(?P<body>.+)$")
_DAY_TEXT = r"(?:[0-9]{4}年)?(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:\([^()]*\))?"
_SPANS = re.compile(rf"{_DAY_TEXT}(?:(?:至|到|-|—){_DAY_TEXT})?")
_ONE = re.compile(
    r"(?:(?P<year>[0-9]{4})年)?(?:(?P<month>[0-9]{1,2})月)?(?P<day>[0-9]{1,2})日(?:\((?P<note>[^()]*)\))?"
)
_COUNT = re.compile(r"共([0-9]{1,2})天|放假([0-9]{1,2})天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")


class _Text:
    """One reading of a notice's text."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = unicodedata.normalize("NFKC", text)
        self.days: list[NoticeDay] = []
        self.problems: list[Problem] = []
        found = _TITLE.search(self.text)
        self.year = int(found[1]) if found else 0
        #: Year and month of the day before, for a day that does not name its own.
        self.month = 0

    def read(self) -> tuple[int, list[NoticeDay], list[Problem]]:
        if not self.year:
            message = "没有找到年份，标题应写明是哪一年，如“关于2027年部分节假日安排的通知”"
            return 0, [], [Problem(self.file, "", "第1行", "", message)]
        for number, line in enumerate(self.text.splitlines(), 1):
            entry = _ENTRY.match(line)
            if entry and ("放假" in entry["body"] or "上班" in entry["body"]):
                self._entry(entry["name"].strip(), entry["body"], f"第{number}行")
        return self.year, self.days, self.problems

    def _entry(self, name: str, body: str, place: str) -> None:
        for sentence in filter(None, re.split("[。;]", body)):
            if "上班" in sentence:
                self._sentence(name, sentence, place, off=False)
            elif "放假" in sentence:
                self._sentence(name, sentence, place, off=True)
            elif _SPANS.search(sentence):
                self._wrong(place, sentence, "这一句没有写放假还是上班")

    def _sentence(self, name: str, sentence: str, place: str, *, off: bool) -> None:
        spans = [self._span(span, place) for span in _SPANS.findall(sentence)]
        if not spans:
            self._wrong(place, sentence, "没有读到日期")
        if not all(spans):
            return
        found = [day for span in spans for day in span]
        count = _COUNT.search(sentence) if off and found else None
        if count and int(count[1] or count[2]) != len(found):
            self._wrong(place, sentence, f"写的是{count[1] or count[2]}天，按起止日期数是 {len(found)} 天")
        self.days += [NoticeDay(day, off, name, place) for day in found]

    def _span(self, span: str, place: str) -> list[date]:
        ends = [self._one(found, place) for found in _ONE.finditer(span)]
        if any(end is None for end in ends):
            return []
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        if not 0 <= (last - first).days < 20:
            self._wrong(place, span, f"{first} 到 {last}，起止日期不对")
            return []
        return [first + timedelta(days=at) for at in range((last - first).days + 1)]

    def _one(self, found: re.Match[str], place: str) -> date | None:
        self.month = int(found["month"] or self.month)
        try:
            day = date(int(found["year"] or self.year), self.month, int(found["day"]))
        except ValueError:
            self._wrong(place, found[0], "日历上没有这一天")
            return None
        weekday = _WEEKDAY.search(found["note"] or "")
        if weekday and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            self._wrong(place, found[0], f"{day} 是周{WEEKDAYS[day.weekday()]}")
        return day

    def _wrong(self, place: str, value: str, message: str) -> None:
        self.problems.append(Problem(self.file, "", place, value.strip()[:40], message))
