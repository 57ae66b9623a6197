"""Tab completion: one command installs it, and a real shell offers what there is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from responsibility.cli.app import run
from responsibility.cli.commands import COMMANDS

BASH = shutil.which("bash")
#: Asks a shell with the script loaded what it offers for a half-typed line.
ASK = """
source "$1"; shift
complete -p zeren > /dev/null || exit 9
COMP_WORDS=(zeren "$@"); COMP_CWORD=$#; COMPREPLY=()
_zeren zeren "${@: -1}" "zeren"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script for bash."""
    from responsibility.cli.app import build

    path = tmp_path_factory.mktemp("completion") / "zeren"
    path.write_text(build().generate_completion(shell="bash"), "utf-8")
    return path


@pytest.mark.skipif(BASH is None, reason="no bash here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("st",), {"status"}),
        (("list", "im"), {"import"}),
        (("list", "te"), {"template"}),
        (("log", "v"), {"verify"}),
        (("status", "--l"), {"--late"}),
        (("",), {name.split()[0] for name, *_ in COMMANDS}),
    ],
)
def test_bash_offers_commands_and_options(script: Path, typed: tuple[str, ...], offered: set[str]) -> None:
    done = subprocess.run(
        [str(BASH), "--norc", "-c", ASK, "ask", str(script), *typed], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize(
    ("shell", "file", "startup"),
    [
        ("bash", ".local/share/bash-completion/completions/zeren", ".bashrc"),
        ("zsh", ".zsh/completions/_cyclopts_zeren", ".zshrc"),
        ("fish", ".config/fish/completions/zeren.fish", None),
    ],
)
def test_one_command_installs_it_for_the_user(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shell: str,
    file: str,
    startup: str | None,
) -> None:
    """Twice is once: the line in the shell's startup file stands there one time."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ZSH", "ZSH_CUSTOM"):
        monkeypatch.delenv(name, raising=False)
    for _ in range(2):
        assert run(["completion", "--install", "--shell", shell, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"shell": shell, "path": str(tmp_path / file)}
    assert "zeren" in (tmp_path / file).read_text("utf-8")
    if startup:
        assert (tmp_path / startup).read_text("utf-8").count("# ") == 1


def test_the_shell_in_use_is_found_or_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ZSH_VERSION", "FISH_VERSION", "SHELL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BASH_VERSION", "5")
    assert run(["completion"]) == 0
    assert "complete -F _zeren zeren" in capsys.readouterr().out
    monkeypatch.delenv("BASH_VERSION")
    monkeypatch.setenv("PATH", "")
    assert run(["completion"]) == 2
    assert "--shell bash" in capsys.readouterr().err
