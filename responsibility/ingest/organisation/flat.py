"""The flat table: one row a post with its unit and its person; codes are made from the order of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from responsibility.ingest.organisation.entries import Entries, Entry, Field
from responsibility.ingest.organisation.tables import field_at, find_columns, list_named, rows_below, units_in
from responsibility.ingest.sheets import Sheet, cell_name

_HEADERS: Mapping[str, str] = {
    "unit": "单位 单位名称 所在单位 部门 部门名称",
    "parent": "上级单位 上级 上级单位名称 隶属单位 所属单位 主管单位",
    "kind": "类别 单位类别 单位类型 类型 性质",
    "tier": "层级 责任层级 级别",
    "title": "岗位 岗位名称 职务",
    "name": "姓名 人员 人员姓名",
    "email": "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 e-mail",
    "mobile": "手机 手机号 手机号码 电话 联系电话 移动电话",
    "wecom": "企业微信 企业微信号 企业微信账号 企微",
    "dingtalk": "钉钉 钉钉号 钉钉账号",
    "feishu": "飞书 飞书号 飞书账号",
    "from": "任职起 起 任职时间 任职日期 开始日期",
    "until": "任职止 止 结束日期",
    "oversees": "分管单位 分管 分管部门 联系单位",
}
_CALLED = {"unit": "单位", "tier": "层级", "title": "岗位", "name": "姓名"}
_CONTACTS = ("email", "mobile", "wecom", "dingtalk", "feishu")


@dataclass(slots=True)
class _Person:
    code: Field
    fields: dict[str, Field]


@dataclass(slots=True)
class _Flat:
    """The table while it is read."""

    entries: Entries
    #: Unit name → what its rows said of it.
    units: dict[str, dict[str, Field]] = field(default_factory=dict)
    #: Unit, tier, title, name → the post's code.
    posts: dict[tuple[str, str, str, str], Field] = field(default_factory=dict)
    #: Unit → how many posts it has.
    counted: dict[str, int] = field(default_factory=dict)
    people: dict[str, list[_Person]] = field(default_factory=dict)
    width: int = 2


def is_flat(sheet: Sheet) -> bool:
    columns = find_columns(sheet, _HEADERS)[1]
    alone = list_named(sheet.name) in (None, "units")
    return alone and "unit" in columns and len(columns.keys() & {"tier", "title", "name"}) > 1


def read_flat(file: str, sheet: Sheet) -> Entries:
    """Units first, since any row may name any of them; then posts, people, holdings and oversights row by row."""
    entries = Entries(file)
    header, columns = find_columns(sheet, _HEADERS)
    missing = [called for key, called in _CALLED.items() if key not in columns]
    if missing:
        at = Field("", sheet.name, cell_name(max(header, 0), 0))
        wanted = "单位、上级单位、类别、层级、岗位、姓名、邮箱、手机、分管单位"
        entries.problem(at, f"缺少列：{'、'.join(missing)}；这张表的列是：{wanted}")
        return entries
    rows = [
        {key: field_at(sheet, at, col, row[col]) for key, col in columns.items()} | {"": field_at(sheet, at, 0, "")}
        for at, row in rows_below(sheet, header)
    ]
    flat = _Flat(entries)
    _read_units(flat, rows)
    for row in rows:
        _read_row(flat, row)
    return entries


def _read_units(flat: _Flat, rows: Sequence[dict[str, Field]]) -> None:
    for row in rows:
        if row["unit"].text:
            said = flat.units.setdefault(row["unit"].text, {"name": row["unit"]})
            for key in ("kind", "parent"):
                _say(flat, said, row, key)
    flat.width = max(2, len(str(len(flat.units))))
    for at, said in enumerate(flat.units.values(), 1):
        said["code"] = replace(said["name"], text=f"U{at:0{flat.width}d}")
        flat.entries.units.append(Entry(said["name"], said))


def _say(flat: _Flat, said: dict[str, Field], row: Mapping[str, Field], key: str) -> None:
    """A unit's kind or parent, said once or always alike."""
    told = row.get(key)
    if told is None or not told.text:
        return
    before = said.setdefault(key, told)
    if before.text != told.text:
        called = {"kind": "类别", "parent": "上级单位"}[key]
        flat.entries.problem(
            told, f"“{row['unit'].text}”的{called}与 {before.cell} 的“{before.text}”不一致；请改成一样的"
        )


def _read_row(flat: _Flat, row: dict[str, Field]) -> None:
    if not row["unit"].text:
        flat.entries.problem(row["unit"], "这一行没有写单位")
        return
    if not row["title"].text:
        _only_declares(flat, row)
        return
    key = (row["unit"].text, row["tier"].text, row["title"].text, row["name"].text)
    code = flat.posts.get(key) or _new_post(flat, row, key)
    units = units_in(row["oversees"]) if "oversees" in row else ()
    if units:
        flat.entries.oversees.append(Entry(row["oversees"], {"post": code}, units))


def _only_declares(flat: _Flat, row: dict[str, Field]) -> None:
    """A row without a post may say nothing of a person or of oversight."""
    for key in ("name", "oversees"):
        if key in row and row[key].text:
            flat.entries.problem(row["title"], "这一行有姓名或分管单位，却没有写岗位；请补上岗位")
            return


def _new_post(flat: _Flat, row: dict[str, Field], key: tuple[str, str, str, str]) -> Field:
    unit = flat.units[row["unit"].text]["code"].text
    flat.counted[unit] = flat.counted.get(unit, 0) + 1
    code = replace(row["title"], text=f"{unit}P{flat.counted[unit]:02d}")
    flat.posts[key] = code
    post = {"code": code, "unit": row["unit"], "tier": row["tier"], "title": row["title"]}
    flat.entries.posts.append(Entry(row["title"], post))
    if row["name"].text:
        person = _person(flat, row, code)
        days = {key: row[key] for key in ("from", "until") if key in row}
        flat.entries.holdings.append(Entry(row["name"], {"post": code, "person": person} | days))
    elif any(row[key].text for key in _CONTACTS if key in row):
        flat.entries.problem(row["name"], "这一行有联系方式，却没有写姓名；请补上姓名")
    return code


def _person(flat: _Flat, row: Mapping[str, Field], post: Field) -> Field:
    """The person's code: the one already known by name and address, or a new one made from the post's."""
    known = flat.people.setdefault(row["name"].text, [])
    contacts = {key: row[key] for key in _CONTACTS if key in row and row[key].text}
    same = next((person for person in known if _is_same(person.fields, contacts)), None)
    if same is None:
        same = _Person(replace(row["name"], text=f"{post.text}R"), {"name": row["name"]})
        same.fields["code"] = same.code
        known.append(same)
        flat.entries.people.append(Entry(row["name"], same.fields))
    for key, contact in contacts.items():
        same.fields.setdefault(key, contact)
    return same.code


def _is_same(known: Mapping[str, Field], contacts: Mapping[str, Field]) -> bool:
    """No address of the two differs, and they share one or one of them gives none."""
    shared = [key for key in contacts if key in known]
    gives_any = any(key in known for key in _CONTACTS)
    return all(known[key].text == contacts[key].text for key in shared) and bool(
        shared or not contacts or not gives_any
    )
