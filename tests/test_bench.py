"""The runner of the benchmarks: what it runs is there, what is claimed stands on the page, a failure is no secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
sys.path.insert(0, str(FOLDER))

import bench  # noqa: E402

#: What the scripts share; none of them is run by itself.
SHARED = {"bench.py", "databases.py", "fresh.py", "laid.py", "measure.py", "network.py", "office.py"}


def test_every_script_the_runner_names_is_there() -> None:
    for script in bench.SCRIPTS:
        assert (FOLDER / script.name).is_file(), script.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_every_script_is_explained(path: Path) -> None:
    """And one that makes claims is run by the runner."""
    source = path.read_text("utf-8")
    if path.name not in SHARED:
        assert path.name in (FOLDER / "README.md").read_text("utf-8")
    if "import claim" in source and path.name not in SHARED:
        assert path.name in {script.name for script in bench.SCRIPTS}


def test_the_page_says_what_was_claimed_and_what_failed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A target that is missed is a ✗; a script that fails is named, with what it claimed before."""
    (tmp_path / "good.py").write_text(
        f"import sys\nsys.path.insert(0, {str(FOLDER)!r})\nfrom measure import claim\n"
        "claim('counting', sys.argv[1] + ' s', 'under 2 s', True)\n"
        "claim('much', '3 s', 'under 2 s', False, 'It counts twice.')\n"
        "claim('little', '3 s', 'under 2 s', False, 'It counts twice.')\n"
    )
    (tmp_path / "bad.py").write_text("raise SystemExit(3)\n")
    runs = [bench.run(["good.py", "1"], tmp_path), bench.run(["bad.py"], tmp_path)]
    page = bench.page(runs, quick=False)
    assert "| ✓ | counting | 1 s | under 2 s | `benchmarks/good.py 1` |" in page
    assert "| ✗ | much | 3 s | under 2 s | `benchmarks/good.py 1` |" in page
    assert "1 of 3 targets are met; 2 are missed (✗)." in page
    assert "- much; little. It counts twice." in page
    assert "`benchmarks/bad.py` failed (exit code 3)" in page
    assert "QUICK" not in page
    assert "QUICK" in bench.page(runs, quick=True)


def test_only_a_script_that_failed_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, expected in ((0, 0), (3, 1)):
        monkeypatch.setattr(bench, "SCRIPTS", (bench.Script("one.py", "full", "quick"),))
        monkeypatch.setattr(bench, "run", lambda words, code=code: bench.Run(words, 1.0, code=code))
        assert bench.main(True, tmp_path / "page.md", kept=tmp_path / "last.json") == expected
        assert "benchmarks/one.py quick" in (tmp_path / "page.md").read_text("utf-8")


def test_all_are_run_where_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.asked([]).only == []
    assert bench.asked(["--quick", "sweep.py", "mail.py"]).only == ["sweep.py", "mail.py"]
    with pytest.raises(SystemExit):
        bench.asked(["sweeps.py"])
    assert "no such script: sweeps.py" in capsys.readouterr().err


def test_some_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of the others stay as they were."""
    took = iter(range(10))
    monkeypatch.setattr(bench, "SCRIPTS", (bench.Script("one.py"), bench.Script("two.py")))
    monkeypatch.setattr(bench, "run", lambda words: bench.Run(words, next(took)))
    for only, seconds in (((), (0, 1)), (("two.py",), (0, 2))):
        bench.main(False, tmp_path / "page.md", only, tmp_path / "last.json")
        page = (tmp_path / "page.md").read_text("utf-8")
        for name, took_ in zip(("one", "two"), seconds, strict=True):
            assert f"| `benchmarks/{name}.py` | {took_} s |" in page
