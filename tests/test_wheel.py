"""The wheel carries everything the program needs, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make wheel` does, without isolation and without an index."""
    folder = tmp_path_factory.mktemp("dist")
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("zeren-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([*PIP, "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)], check=True)
    return folder


def _python(installed: Path, elsewhere: Path, *argv: str) -> str:
    """What Python says that finds the installed wheel first, called from a folder that is no checkout."""
    environ = {key: value for key, value in os.environ.items() if key != "ZEREN_HOME"}
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=elsewhere,
        env=environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_file_of_the_program_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("flows", "responsibility"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert str(path.relative_to(ROOT)) in names
    for folder in ("config", "examples"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"responsibility/bundled/{path.relative_to(ROOT)}" in names
    assert "responsibility/store/migrations/script.py.mako" in names
    assert "responsibility/store/migrations/versions/0001_first.py" in names


def test_nothing_else_is_in_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"flows", "responsibility", "zeren"}
    assert not [name for name in names if "test" in name or name.endswith((".pyc", ".db", ".log"))]


def test_it_names_the_command_and_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    folder = next(name for name in archive.namelist() if name.endswith("/METADATA")).rpartition("/")[0]
    assert "zeren = responsibility.cli:main" in archive.read(f"{folder}/entry_points.txt").decode()
    metadata = archive.read(f"{folder}/METADATA").decode()
    assert "Requires-Python: >=3.11" in metadata
    assert "Requires-Dist: prefect<3.9,>=3.8.8" in metadata


def test_installed_it_uses_its_own_configuration_and_examples(installed: Path, tmp_path: Path) -> None:
    script = "from responsibility.settings import bundled; print(bundled('config'), bundled('examples'))"
    config, examples = _python(installed, tmp_path, "-c", script).split()
    assert Path(config) == installed / "responsibility" / "bundled" / "config"
    assert Path(examples) == installed / "responsibility" / "bundled" / "examples"


def test_installed_it_makes_the_sample_workspace_from_any_folder(installed: Path, tmp_path: Path) -> None:
    zeren = ("-m", "responsibility.cli")
    made = json.loads(_python(installed, tmp_path, *zeren, "init", "office", "--sample", "--json"))
    assert made["workspace"] == str(tmp_path / "office")
    assert not (tmp_path / "office" / "config" / "templates" / "digest.txt").exists()  # until it is copied to be edited
    shown = json.loads(
        _python(
            installed, tmp_path, *zeren, "assign", "--dry-run", "--now", "2023-09-11T09:00", "-w", "office", "--json"
        )
    )
    assert shown["assignments"] > 1000
