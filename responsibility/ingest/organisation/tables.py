"""The xlsx forms: five sheets 单位、岗位、人员、任职、分管, and what they share with the flat table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from responsibility.ingest.organisation.entries import CALLED, KEYS, REQUIRED, Entries, Entry, Field
from responsibility.ingest.sheets import Sheet, cell_name
from responsibility.ingest.units import split_names
from responsibility.ingest.wording import header_name, plain

#: How far down a header may stand.
SCANNED = 20
#: List → key → the headers it goes by, besides the key itself.
_HEADERS: Mapping[str, Mapping[str, str]] = {
    "units": {
        "code": "编码 代码 编号 单位编码 单位代码 单位编号",
        "name": "名称 单位名称 单位 单位全称 机构名称 部门 部门名称",
        "kind": "类别 类型 性质 单位类别 单位类型 单位性质",
        "parent": "上级单位 上级 上级编码 上级单位编码 上级单位代码 上级单位名称 隶属单位 所属单位 主管单位",
    },
    "posts": {
        "code": "编码 代码 编号 岗位编码 岗位代码 岗位编号",
        "unit": "单位 所属单位 所在单位 单位编码 单位代码 单位名称 部门",
        "tier": "层级 责任层级 级别",
        "title": "岗位 岗位名称 名称 职务 职务名称 岗位职务",
    },
    "people": {
        "code": "编码 代码 编号 人员编码 人员代码 人员编号 工号",
        "name": "姓名 名称 人员 人员姓名",
        "email": "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 e-mail",
        "mobile": "手机 手机号 手机号码 电话 联系电话 移动电话",
        "wecom": "企业微信 企业微信号 企业微信账号 企微",
        "dingtalk": "钉钉 钉钉号 钉钉账号",
        "feishu": "飞书 飞书号 飞书账号",
    },
    "holdings": {
        "post": "岗位 岗位编码 岗位代码 岗位名称 任职岗位 职务",
        "person": "人员 姓名 人员编码 人员代码 任职人员 人员姓名",
        "from": "起 自 开始 起始 任职起 任职时间 任职日期 任职开始 任职起始 开始日期 起始日期 开始时间 起始时间",
        "until": "止 至 结束 截止 任职止 任职结束 任职截止 结束日期 截止日期 结束时间 截止时间 免职日期 离任日期",
    },
    "oversees": {
        "post": "岗位 岗位编码 岗位代码 岗位名称 分管岗位 领导岗位 分管领导 领导",
        "units": "单位 分管单位 单位编码 单位代码 单位名称 分管部门 联系单位",
    },
}
_SHEET_NAMES: Mapping[str, str] = {
    "units": "单位 机构 部门 组织机构 组织架构 units",
    "posts": "岗位 职务 职位 posts",
    "people": "人员 名单 通讯录 人员名单 people",
    "holdings": "任职 任职情况 holdings",
    "oversees": "分管 分管单位 分管关系 分管领导 分管联系 oversees",
}


def list_named(sheet: str) -> str | None:
    """Which of the five lists a sheet of this name holds: "1单位表" → units."""
    bare = plain(sheet).lower().strip("0123456789.、-_")
    for ending in ("表", "信息", "清单", "一览"):
        bare = bare.removesuffix(ending)
    return next((name for name, names in _SHEET_NAMES.items() if bare in names.split()), None)


def find_columns(sheet: Sheet, headers: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """The header row and key → column: the row among the first ones that names most; (-1, {}) where none does."""
    best: tuple[int, dict[str, int]] = (-1, {})
    for at, row in enumerate(sheet.rows[:SCANNED]):
        columns = _columns(row, headers)
        if len(columns) > max(1, len(best[1])):
            best = (at, columns)
    return best


def _columns(row: Sequence[str], headers: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for key, names in headers.items():
        known = [*names.split(), key]
        found = [(known.index(name), col) for col, text in enumerate(row) if (name := header_name(text)) in known]
        if found:
            columns[key] = min(found)[1]
    return columns


def rows_below(sheet: Sheet, header: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The filled rows below the header, merged cells filled down."""
    fills = {
        (row, col0): sheet.rows[row0][col0]
        for row0, col0, row1, _ in sheet.merged
        if row0 > header
        for row in range(row0, row1 + 1)
    }
    for at in range(header + 1, len(sheet.rows)):
        row = sheet.rows[at]
        if any(row):
            yield at, tuple(text or fills.get((at, col), "") for col, text in enumerate(row))


def field_at(sheet: Sheet, row: int, col: int, text: str) -> Field:
    return Field(text, sheet.name, cell_name(row, col))


def units_in(field: Field) -> tuple[Field, ...]:
    """The units a 分管单位 cell names."""
    return tuple(Field(name, field.sheet, field.cell) for name in split_names(field.text))


def read_five(file: str, sheets: Sequence[Sheet]) -> Entries:
    """Five sheets; a missing sheet, header or needed column is a problem."""
    entries = Entries(file)
    by_list = {name: sheet for sheet in reversed(sheets) if (name := list_named(sheet.name))}
    for name in KEYS:
        if name not in by_list:
            entries.problem(Field("", "", ""), f"缺少工作表“{CALLED[name]}”；应有五张表：单位、岗位、人员、任职、分管")
        elif by_list[name].rows:
            _read_list(entries, name, by_list[name])
    return entries


def _read_list(entries: Entries, name: str, sheet: Sheet) -> None:
    header, columns = find_columns(sheet, _HEADERS[name])
    missing = [CALLED[key] for key in REQUIRED[name] if key not in columns]
    if missing:
        wanted = "、".join(CALLED[key] for key in KEYS[name])
        at = Field("", sheet.name, cell_name(max(header, 0), 0))
        entries.problem(at, f"缺少列：{'、'.join(missing)}；“{CALLED[name]}”表的列是：{wanted}")
        return
    getattr(entries, name).extend(_entry(sheet, at, row, columns) for at, row in rows_below(sheet, header))


def _entry(sheet: Sheet, at: int, row: tuple[str, ...], columns: Mapping[str, int]) -> Entry:
    fields = {key: field_at(sheet, at, col, row[col]) for key, col in columns.items()}
    units = fields.pop("units", None)
    place = units or field_at(sheet, at, min(columns.values()), "")
    return Entry(place, fields, units_in(units) if units else ())
