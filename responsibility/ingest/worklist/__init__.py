"""A work list from xlsx, xls or csv: items as their rows say, questions left open, problems with their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from responsibility.core.errors import InputProblems, Problem
from responsibility.ingest.organisation.tables import list_named
from responsibility.ingest.sheets import Sheet, cell_name, column_name, read_sheets
from responsibility.ingest.wording import header_name
from responsibility.ingest.worklist.columns import Header, find_header
from responsibility.ingest.worklist.counts import category_of
from responsibility.ingest.worklist.items import items_of
from responsibility.ingest.worklist.marks import miscounted
from responsibility.ingest.worklist.names import KNOWN, names_of, with_given
from responsibility.ingest.worklist.records import ItemRecord, Mention, WorkListRecord
from responsibility.ingest.worklist.rows import Reading, read_rows
from responsibility.ingest.worklist.several import alike, joined
from responsibility.ingest.worklist.titles import issued_on, title_of
from responsibility.ingest.worklist.yamllist import YAML, read_yaml_list
from responsibility.settings import Columns, bundled_columns

__all__ = ["ItemRecord", "Mention", "WorkListRecord", "category_of", "read_worklist"]


def read_worklist(
    path: Path,
    columns: Columns | None = None,
    mapped: Sequence[tuple[str, str]] = (),
    only: str | None = None,
) -> tuple[WorkListRecord, list[Problem]]:
    """The sheets with a header that names a task column, or the items of a yaml, and all that is wrong with it.

    The first such sheet and those that go on with it are one list; `only` names the one sheet to read. `columns` are
    the known column names (else the bundled ones); `mapped` adds (the file's name, a known name) pairs. A file that is
    no list comes back empty with its problem; FileMissing where there is none.
    """
    if path.suffix.lower() in YAML:
        return read_yaml_list(path)
    try:
        sheets = read_sheets(path)
    except InputProblems as error:
        return _nothing(path.name), list(error.problems)
    if only is not None:
        chosen = [sheet for sheet in sheets if sheet.name.strip() == only.strip()]
        if not chosen:
            return _nothing(path.name), [_no_sheet(path.name, only, sheets)]
        sheets = chosen
    names, strange = with_given(names_of(columns or bundled_columns()), mapped)
    headers = [(sheet, find_header(sheet, names)) for sheet in sheets if sheet.rows]
    named = [(sheet, header) for sheet, header in headers if header and header.task is not None]
    usable = [(sheet, header) for sheet, header in named if len(header.roles) > 1] or named
    if not usable:
        fault = _organisation(path.name, sheets) or _no_header(*_likeliest(headers))
        return _nothing(path.name), [*_unmapped(path.name, strange), fault]
    sheet, header = usable[0]
    read = [_read(*each) for each in usable]
    first = read[0][0]
    one = [(record, wrong) for record, wrong in read if record is first or (record.items and alike(first, record))]
    record = joined([each for each, _ in one])
    left = [other.sheet for other, _ in read if other not in [each for each, _ in one]]
    problems = [problem for _, wrong in one for problem in wrong]
    record = replace(record, warnings=(*_left(record.sheet, left), *record.warnings))
    return record, [*_unmapped(path.name, strange), *_unfound(header, sheet, mapped), *problems]


def _no_sheet(file: str, asked: str, sheets: Sequence[Sheet]) -> Problem:
    names = "、".join(sheet.name for sheet in sheets if sheet.name) or "没有名称"
    return Problem(file, "", "--sheet", asked, f"没有这个工作表；有：{names}")


def _left(read: str, left: Sequence[str]) -> Iterator[str]:
    """Sheets with a list of their own."""
    if left:
        names = "、".join(f"“{name}”" for name in left)
        yield f"只读了工作表“{read}”；{names}的列或标题不同，没有读入，要导入另写 --sheet {left[0]}"


def _organisation(file: str, sheets: Sequence[Sheet]) -> Problem | None:
    """The other file, given here by mistake."""
    if sum(list_named(sheet.name) is not None for sheet in sheets) < 2:
        return None
    return Problem(file, "", "", "", f"这是组织机构表，不是清单；导入它用：zeren org import {file}")


def _unmapped(file: str, strange: Sequence[str]) -> list[Problem]:
    message = f"--map 等号右边不是认得的列名；认得的有：{KNOWN}"
    return [Problem(file, "", "--map", name, message) for name in strange]


def _unfound(header: Header, sheet: Sheet, mapped: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """Pairs whose left side is no column of the file."""
    seen = {header_name(text) for text in header.texts.values()}
    for left, right in mapped:
        if header_name(left) not in seen:
            turned = f"是不是写反了：--map {right}={left}；" if header_name(right) in seen else ""
            has = "、".join(dict.fromkeys(header.texts.values()))
            message = f"表头里没有这一列；{turned}写法是 文件里的列名=认得的列名，文件里的列：{has}"
            yield Problem(sheet.file, sheet.name, "--map", left, message)


def _nothing(file: str, sheet: str = "") -> WorkListRecord:
    return WorkListRecord(file, sheet, "", None, 0, (), (), {}, False)


def _likeliest(headers: list[tuple[Sheet, Header | None]]) -> tuple[Sheet, Header | None]:
    return next(((sheet, header) for sheet, header in headers if header), headers[0])


def _no_header(sheet: Sheet, header: Header | None) -> Problem:
    if header is None:
        message = f"前 20 行里没有找到表头；表头一行要写列名，认得的有：{KNOWN}"
        return Problem(sheet.file, sheet.name, "", "", message)
    seen = "、".join(header.texts.values())
    message = (
        f"表头里缺少任务列；已有的列：{seen}。任务列可以叫：工作任务、重点任务、工作内容、改革举措、整改任务、事项"
    )
    return Problem(sheet.file, sheet.name, cell_name(header.first, min(header.texts)), "", message)


def _read(sheet: Sheet, header: Header) -> tuple[WorkListRecord, list[Problem]]:
    reading = read_rows(sheet, header)
    items, duplicates = items_of(reading)
    day, misdated = issued_on(sheet, header.first)
    problems = [*misdated, *reading.problems, *duplicates]
    if not items and not problems:
        problems = [_no_items(sheet, header)]
    record = WorkListRecord(
        file=sheet.file,
        sheet=sheet.name,
        title=title_of(sheet, header.first),
        issued_on=day,
        rows=reading.rows,
        items=items,
        warnings=tuple(_warnings(reading)),
        columns=header.found(),
        has_units=bool(header.of("lead") or header.of("support")),
    )
    return record, problems


def _no_items(sheet: Sheet, header: Header) -> Problem:
    cell = cell_name(header.last, header.task or 0)
    return Problem(sheet.file, sheet.name, cell, "", "表头下面没有一项工作；至少要有一行写了任务")


def _warnings(reading: Reading) -> Iterator[str]:
    """What was left out or does not add up, without being wrong."""
    yield from reading.sheet.warnings
    yield from _unknown_columns(reading)
    for section, found in miscounted(reading.sections, [draft.row for draft in reading.drafts]):
        yield f"第 {section.row + 1} 行“{section.text}”写明共 {section.announced} 项，实际有 {found} 项"
    for said in reading.footers:
        yield f"第 {said.row + 1} 行在表格之后，没有读入：{said.text.splitlines()[0][:30]}"
    yield from reading.warnings


def _unknown_columns(reading: Reading) -> Iterator[str]:
    said = {each.col for draft in reading.drafts for each in draft.said.get("unknown", ())}
    texts = reading.header.texts
    named = [texts[col] for col in sorted(said) if col in texts]
    blank = [f"{column_name(col)}列" for col in sorted(said) if col not in texts]
    if named:
        yield f"不认识的列：{'、'.join(named)}；内容记入备注。其实是认得的列，用 --map {named[0]}=完成时限 这样说明"
    if blank:
        yield f"没有列名的列：{'、'.join(blank)}；内容记入备注"
