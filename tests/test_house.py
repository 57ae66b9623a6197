"""The house keeps its own rules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.databases import differences

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("flows/**/*.py"), *ROOT.glob("responsibility/**/*.py")])


def test_imports_point_one_way() -> None:
    """The fence of pyproject.toml; run here too, so that no commit passes the tests without it."""
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "pyproject.toml", "Makefile"])
def test_no_file_names_a_registry(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text.replace("http://127.0.0.1", ""))


def test_every_locked_package_has_a_hash() -> None:
    text = (ROOT / "requirements-dev.lock").read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        assert not line.strip() or "--hash=sha256:" in line, line


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.M))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_two_breakages_of_prefect_are_fenced_off() -> None:
    """An unpinned SQLAlchemy 2.1 never schedules a run; fastapi from 0.151 answers list calls with 422."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert "sqlalchemy>=2.0.40,<2.1" in wanted
    assert "fastapi>=0.139,<0.151" in wanted


@pytest.mark.xdist_group("house")
def test_what_belongs_together_is_run_by_one_process(request: pytest.FixtureRequest) -> None:
    """A pytest that pytest-xdist does not know spreads the groups silently: each process starts servers of its own."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("not shared out")
    assert request.node.nodeid.endswith("@house")


def test_the_migrations_make_the_tables_of_the_code(empty: str) -> None:
    from alembic.script import ScriptDirectory

    from responsibility.store import migrate
    from responsibility.store.engine import open_engine

    engine = open_engine(empty)
    migrate.bring_up(engine)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
    folder = ROOT / "responsibility" / "store" / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == migrate.HEAD


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small_and_every_public_thing_says_what_it_promises(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= 450, "make it a package with the same face"
    if "versions" in path.parts:
        return
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "what is this module for?"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node) or _is_row(node), f"{node.name} promises nothing"


def _is_row(node: ast.stmt) -> bool:
    """Table rows and query one-liners whose name says it all."""
    return isinstance(node, ast.ClassDef) or node.end_lineno - node.lineno < 8  # type: ignore[operator]


def test_the_shipped_configuration_loads_as_it_is() -> None:
    from responsibility.settings import bundled, load

    settings = load(bundled("config").parent, {})
    assert [tier.id for tier in settings.chain.tiers] == [
        "committee",
        "secretary",
        "leader",
        "office",
        "branch",
        "member",
    ]


def test_the_sample_office_is_what_the_readme_says(tmp_path: Path) -> None:
    """1 committee, 1 secretary, 4 leaders, the office, 2 work groups, 1 task force, 8 branches, 120 members."""
    from collections import Counter

    from responsibility.ingest.organisation import read_organisation
    from responsibility.ingest.worklist import read_worklist
    from responsibility.settings import bundled, load

    chain = load(bundled("config").parent, {}).chain
    organisation, problems = read_organisation(bundled("examples") / "organisation.yaml", chain)
    assert problems == []
    tiers = Counter(post.tier for post in organisation.posts)
    assert (tiers["committee"], tiers["secretary"], tiers["leader"], tiers["member"]) == (1, 1, 4, 120)
    kinds = Counter(unit.kind for unit in organisation.units)
    assert (kinds["office"], kinds["work_group"], kinds["task_force"], kinds["branch"]) == (1, 2, 1, 8)
    record, problems = read_worklist(bundled("examples") / "key-work-2023.xlsx")
    assert problems == []
    assert len(record.items) >= 40
    assert len({item.category for item in record.items}) == 6
    assert any(m.name == "全体党员" for item in record.items for m in item.mentions)
