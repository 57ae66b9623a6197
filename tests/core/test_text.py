"""Finding what was meant."""

from __future__ import annotations

import pytest

from responsibility.core.text import is_it, left_blank, near


@pytest.mark.parametrize(
    ("asked", "known", "found"),
    [
        ("L1-3", ["L1-13", "L1-03"], "L1-03"),
        ("l1-003", ["L1-13", "L1-03"], "L1-03"),
        ("Ｌ1－03", ["L1-13", "L1-03"], "L1-03"),
        ("L10-3", ["L1-03", "L10-03"], "L10-03"),
        ("第一党支部书记", ["第二党支部", "第一支部书记"], "第一支部书记"),
        ("xyz", ["L1-03"], None),
        ("", ["L1-03"], None),
        ("L1", [], None),
    ],
)
def test_near(asked: str, known: list[str], found: str | None) -> None:
    assert near(asked, known) == found


def test_a_hint_goes_on_where_nothing_is_near() -> None:
    assert is_it("l1", ["L1"], "看看") == "是不是 L1；看看"
    assert is_it("x", ["L1"], "看看") == "看看"


def test_a_template_left_blank() -> None:
    assert left_blank("(单位名称)重点工作")
    assert left_blank("（姓名）")
    assert not left_blank("第一党支部（姓名另报）")
