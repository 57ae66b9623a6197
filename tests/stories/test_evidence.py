"""What is handed in with a submission is kept, listed and proved."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from responsibility.core.errors import InputProblems
from responsibility.usecases.record import log, verify
from tests.world import World


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "纪要.txt", tmp_path / "照片.jpg", tmp_path / "同一份.txt"]
    for path, content in zip(paths, (b"one", b"two" * 100_000, b"one"), strict=True):
        path.write_bytes(content)
    return paths


def test_evidence_is_kept_by_its_content_and_listed(world: World, files: list[Path]) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A", evidence=files)
    entry = log(world.workspace, "L1-01.A")[-1]
    listed = entry.values["evidence"]
    assert [(one["name"], one["bytes"]) for one in listed] == [
        ("纪要.txt", 3),
        ("照片.jpg", 300_000),
        ("同一份.txt", 3),
    ]
    assert listed[0]["sha256"] == hashlib.sha256(b"one").hexdigest()
    kept = sorted(path for path in (world.root / "data" / "evidence").rglob("*") if path.is_file())
    assert sorted(path.read_bytes() for path in kept) == [b"one", b"two" * 100_000]
    for path in files:
        path.unlink()
    assert verify(world.workspace)[1] == []


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_evidence_that_is_not_what_it_was_is_found(world: World, files: list[Path], what: str) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    world.does("submit", "L1-01.A", evidence=files[1:2])
    [kept] = [path for path in (world.root / "data" / "evidence").rglob("*") if path.is_file()]
    kept.unlink() if what == "gone" else kept.write_bytes(b"another")
    seq = log(world.workspace, "L1-01.A")[-1].seq
    assert verify(world.workspace)[1] == [(seq, "佐证材料“照片.jpg”不在了或被改动")]


def test_all_that_cannot_be_kept_is_said_and_nothing_happens(world: World, files: list[Path], tmp_path: Path) -> None:
    world.given(by="9月15日前")
    world.signed("L1-01.A")
    with pytest.raises(InputProblems) as refused:
        world.does("submit", "L1-01.A", evidence=[files[0], tmp_path / "没有.pdf", tmp_path])
    assert len(refused.value.problems) == 2
    assert not (world.root / "data" / "evidence").exists()
    assert world.rows("SELECT state FROM assignment WHERE code = 'L1-01.A'") == [("signed",)]
