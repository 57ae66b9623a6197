"""What a code means, and what a user is told when it means nothing: the nearest code that is there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from responsibility.core.chain import Organisation
from responsibility.core.errors import ResponsibilityError, UnknownCode
from responsibility.core.text import is_it, near
from responsibility.store import assignments, worklists

LISTS = "全部清单：zeren list show"
ITEMS = "查看编号：zeren list show L1（写重点工作的编号，如 L1-03）"
SEATS = "查看单位和岗位：zeren org show"


def find_list(connection: Connection, code: str) -> Any:
    """The list with this code, cancelled or not."""
    found = worklists.list_by_code(connection, code)
    if found is None:
        known = worklists.codes_of_lists(connection)
        raise UnknownCode(
            f"没有清单 {code}（现有：{'、'.join(known[:12]) or '还没有清单'}）",
            is_it(code, known, LISTS) if known else "导入清单：zeren list import 文件",
        )
    return found


def live_list(connection: Connection, code: str) -> Any:
    """The list with this code; refused when it was cancelled."""
    found = find_list(connection, code)
    if found.cancelled:
        raise ResponsibilityError(f"清单 {code} 已经撤销，没有改动", LISTS)
    return found


def find_item(connection: Connection, code: str) -> Any:
    """The live item with this code; refused when its list was cancelled."""
    found = worklists.items(connection, code=code)
    if found:
        return found[0]
    if gone := worklists.items(connection, code=code, withdrawn=True):
        raise ResponsibilityError(f"{code} 所在的清单 {gone[0].list_code} 已经撤销，没有改动", LISTS)
    raise UnknownCode(f"没有编号为 {code} 的重点工作", is_it(code, worklists.codes_of_items(connection), ITEMS))


def unknown_work(connection: Connection, code: str, otherwise: str = ITEMS) -> UnknownCode:
    """No item and no assignment bears the code: the nearest item, or the nearest assignment of the item it begins with.

    Raised by the caller.
    """
    items = worklists.codes_of_items(connection)
    head, dot, _ = code.partition(".")
    item = near(head, items)
    known = [row.code for row in assignments.of_item(connection, item)] if dot and item else items
    return UnknownCode(f"没有编号为 {code} 的任务或重点工作", is_it(code, known, otherwise))


def unknown_seat(organisation: Organisation, text: str) -> UnknownCode:
    """No post and no unit bears this code or name. Raised by the caller."""
    names = [name for unit in organisation.units for name in (unit.code, unit.name)]
    names += [name for post in organisation.posts for name in (post.code, post.title)]
    return UnknownCode(f"没有编号或名称为 {text} 的岗位或单位", is_it(text, names, SEATS))
