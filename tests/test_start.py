"""A command loads what it uses and nothing else; counted in modules, without a stopwatch."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.world import World

ROOT = Path(__file__).parents[1]

#: What takes long to load and only some commands need: flows, other media, channels, migrations, readers of files.
SLOW = {
    "alembic",
    "apprise",
    "calamine",
    "cn2an",
    "docx",
    "docxtpl",
    "filelock",
    "flows",
    "httpx",
    "icalendar",
    "jinja2",
    "lxml",
    "openpyxl",
    "prefect",
    "psycopg",
    "python_calamine",
    "rapidfuzz",
    "smtplib",
    "sqlalchemy.dialects.postgresql",
    "xlsxwriter",
    # of our own: what reads phrases, files and sweeps
    "responsibility.core.deadline.reading",
    "responsibility.core.deadline.periods",
    "responsibility.delivery",
    "responsibility.ingest",
    "responsibility.store.sweeping",
    "responsibility.views.texts",
}
#: What not even the settings and the database of a workspace are needed for.
NO_WORKSPACE = {"pydantic", "sqlalchemy", "sqlmodel", "yaml", "responsibility.settings", "responsibility.usecases"}
#: Every package that names what it offers and loads it later.
LATER = sorted(
    path.parent for path in ROOT.glob("responsibility/**/__init__.py") if "import later" in path.read_text("utf-8")
)


def loaded(root: Path, *words: str) -> set[str]:
    """The modules a process holds after one command."""
    code = (
        "import sys\nfrom responsibility.cli.app import run\n"
        f"done = run({list(words)!r})\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\nsys.exit(done)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stderr.split())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one item that was assigned and escalated."""
    root = tmp_path_factory.mktemp("start") / "office"
    with World(root) as world:
        world.list({"title": "开好专题会", "lead": "甲支部", "support": "甲支部全体党员", "by": "9月30日前"})
        world.assign()
        return world.root


@pytest.mark.parametrize("words", [("status",), ("status", "--late", "--top", "3"), ("show", "L1-01")], ids=" ".join)
def test_reading_the_state_loads_nothing_slow(office: Path, words: tuple[str, ...]) -> None:
    found = loaded(office, *words)
    assert "responsibility.usecases.status" in found  # it did its work
    assert sorted(found & SLOW) == []


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("status", "--help"), ("completion", "--shell", "bash")], ids=" ".join
)
def test_help_and_completion_open_no_workspace(office: Path, words: tuple[str, ...]) -> None:
    light = NO_WORKSPACE if words[0] == "--version" or words == ("--help",) else set()
    assert sorted(loaded(office, *words) & (SLOW | light)) == []


@pytest.mark.parametrize("folder", LATER, ids=lambda folder: folder.name)
def test_a_package_that_loads_later_offers_all_it_names(folder: Path) -> None:
    """Every name is there, and none is that of a module beside it, which would take its place."""
    package = import_module(".".join(folder.relative_to(ROOT).parts))
    beside = {path.stem for path in folder.iterdir()}
    promised = {name for names in package._WHERE.values() for name in names.split()}
    assert promised == set(package.__all__)
    assert not promised & beside
    for name in promised:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018


def test_a_command_leaves_the_database_in_one_file(office: Path) -> None:
    """What it leaves to the end of the process is closed there, though objects are not looked through any more."""
    done = subprocess.run([sys.executable, "-m", "responsibility.cli", "status"], cwd=office, check=False)
    assert done.returncode == 0
    assert sorted(path.name for path in (office / "data").glob("zeren.db*")) == ["zeren.db"]
