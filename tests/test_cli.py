"""The command line as its users and outside programs meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import command_first, run
from responsibility.cli.commands import COMMANDS
from tests.world import World

Zeren = Callable[..., tuple[int, str, str]]
C_KEYS = {"assignments", "closed", "on_schedule", "behind", "due_soon", "overdue", "suspended"}


@pytest.fixture
def zeren(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Zeren:
    """Run one command line; (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZEREN_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(argv)
        out = capsys.readouterr()
        assert "Traceback" not in out.out + out.err
        return code, out.out, out.err

    return call


@pytest.fixture
def office(world: World, zeren: Zeren) -> Callable[..., Any]:
    """A workspace with three items assigned on 2023-09-11; calls give back the JSON."""
    world.list(
        {"title": "全体学习", "lead": "各党支部", "support": "全体党员", "by": "9月15日前", "target": "2次"},
        {"title": "甲的事", "lead": "甲支部", "support": "办公室", "by": "9月30日前"},
        {"title": "说不清的事", "lead": "甲支部", "by": "10月前"},
    )
    world.assign()

    def call(*argv: str, exits: int = 0) -> Any:
        code, out, _ = zeren(*argv, "--workspace", str(world.root), "--json")
        assert code == exits, out
        return json.loads(out)

    call.root = world.root  # type: ignore[attr-defined]
    return call


# -- the shapes of the contract ----------------------------------------------------------------------------------------


def test_status_has_the_shape_of_the_contract(office: Any) -> None:
    status = office("status", "--now", "2023-09-20")
    assert status["as_of"] == "2023-09-20T00:00:00+08:00"
    assert set(status["totals"]) == C_KEYS
    assert [g["key"] for g in status["groups"]] == ["committee", "secretary", "leader", "office", "branch", "member"]
    assert all(set(g) >= {"key", "name"} | C_KEYS for g in status["groups"])
    first = status["items"][0]
    assert set(first) >= {"code", "title", "category", "due_on", "light", "progress"} | C_KEYS
    assert (first["code"], first["due_on"], first["light"]) == ("L1-01", "2023-09-15", "overdue")
    for counts in [status["totals"], *status["groups"], *status["items"]]:
        assert counts["assignments"] == sum(counts[key] for key in C_KEYS - {"assignments"})
    assert status["unassigned"] == 1
    assert sum(g["assignments"] for g in status["groups"]) == status["totals"]["assignments"] == 18


def test_status_top_cuts_and_late_filters_but_totals_stay(office: Any) -> None:
    whole = office("status", "--now", "2023-09-20")
    assert len(office("status", "--now", "2023-09-20", "--top", "1")["items"]) == 1
    late = office("status", "--now", "2023-09-20", "--late")
    assert late["totals"] == whole["totals"]
    assert [line["code"] for line in late["items"]] == ["L1-01"]
    assert all(group["overdue"] for group in late["groups"])


@pytest.mark.parametrize("by", ["tier", "unit", "leader", "category", "item"])
def test_status_groups_by(office: Any, by: str) -> None:
    assert office("status", "--now", "2023-09-20", "--by", by)["groups"]


def test_show_has_the_shape_of_the_contract(office: Any) -> None:
    shown = office("show", "L1-02", "--now", "2023-09-20")
    assert shown["item"]["code"] == "L1-02"
    branch = next(a for a in shown["assignments"] if a["code"] == "L1-02.A")
    assert set(branch) >= {"code", "tier", "role", "to", "state", "light", "due_on", "clocks"}
    assert branch["to"] == {"post": "A1", "title": "甲支部书记", "person": "甲书记"}
    clocks = {clock["clock"]: clock for clock in branch["clocks"]}
    assert set(clocks["finish"]) == {"clock", "arming", "due_at", "rung", "next_at", "next_rung"}
    assert clocks["finish"]["next_at"] == "2023-09-26T00:00:00+08:00"
    assert clocks["finish"]["due_at"] == "2023-10-01T00:00:00+08:00"
    assert clocks["sign"]["next_rung"] == "sign_remind"
    upper = next(a for a in shown["assignments"] if a["tier"] == "leader")
    assert upper["clocks"] == []


def test_todo_lists_what_is_open_with_codes(office: Any) -> None:
    assert [a["code"] for a in office("todo", "--for", "A1")["assignments"]] == ["L1-01.A", "L1-02.A"]
    assert [a["code"] for a in office("todo", "--for", "A11")["assignments"]] == ["L1-01.A11"]


def test_a_rehearsed_reminder_has_the_shape_of_the_contract(office: Any) -> None:
    told = office("remind", "--dry-run", "--now", "2023-09-14")
    assert told["dry_run"] is True
    assert set(told) >= {"as_of", "notices", "skipped", "messages", "sent", "held", "failed", "uncertain"}
    notice = next(n for n in told["notices"] if n["clock"] == "sign" and n["to"]["post"] == "A1")
    assert set(notice) >= {
        "item", "assignment", "clock", "rung", "rung_name", "nth", "tier", "to", "reason", "instrument", "light",
    }  # fmt: skip
    assert (notice["rung"], notice["tier"], notice["nth"], notice["instrument"]) == (
        "sign_remind",
        "branch",
        1,
        "reminder",
    )
    assert told == office("remind", "--dry-run", "--now", "2023-09-14")


def test_a_rehearsed_assignment_says_who_would_get_how_many(office: Any, world: World) -> None:
    world.list({"title": "新的事", "lead": "乙支部", "by": "10月31日前"}, file="又一份")
    said = office("assign", "--dry-run", "--now", "2023-09-12")
    assert said["assignments"] == 5
    assert [t["to"] for t in said["tiers"] if t["list"] == "L2" and t["tier"] == "branch"] == [
        [{"code": "B", "name": "乙支部", "assignments": 1}]
    ]


def test_verbs_and_the_ledger(office: Any) -> None:
    done = office("sign", "L1-02", "--as", "A1", "--now", "2023-09-12T09:00")
    assert (done["before"], done["after"], done["actor"]) == ("issued", "signed", "A1")
    office("report", "L1-02.A", "--text", "已开会", "--percent", "50", "--now", "2023-09-12T10:00")
    office("submit", "L1-02.A", "--now", "2023-09-13")
    office("return", "L1-02.A", "--reason", "缺记录", "--now", "2023-09-13T01:00")
    office("submit", "L1-02.A", "--now", "2023-09-13T02:00")
    office("close", "L1-02.A", "--now", "2023-09-13T03:00")
    entries = office("log", "L1-02.A")["entries"]
    assert [e["act"] for e in entries] == ["issue", "sign", "report", "submit", "return", "submit", "close"]
    assert set(entries[1]) >= {"seq", "at", "actor", "on_behalf_of", "act", "codes", "values", "hash"}
    assert office("log", "verify")["faults"] == []


def test_a_deadline_has_the_shape_of_the_contract(zeren: Zeren, tmp_path: Path) -> None:
    code, out, _ = zeren("deadline", "9月底前", "--issued-on", "2023-09-11", "--json")
    assert code == 0
    read = json.loads(out)
    assert set(read) >= {
        "phrase", "kind", "starts_on", "due_on", "due_at", "milestones", "rrule", "event", "soft", "provisional",
        "needs_confirmation", "readings", "because",
    }  # fmt: skip
    assert read["due_on"] == "2023-09-30"
    (tmp_path / "many.tsv").write_text("phrase\tissued_on\n适时\t2023-09-11\n全年\t2023-01-10\n", "utf-8")
    code, out, _ = zeren("deadline", "--from", "many.tsv")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["unclear", "range"]


# -- exit codes and errors ---------------------------------------------------------------------------------------------


def test_a_second_init_is_refused(zeren: Zeren) -> None:
    assert zeren("init", "ws")[0] == 0
    code, _, err = zeren("init", "ws")
    assert code == 1
    assert "已经是 zeren 工作区" in err


def test_outside_a_workspace_the_next_command_is_suggested(zeren: Zeren) -> None:
    code, _, err = zeren("status")
    assert code == 1
    assert "zeren init" in err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("stauts",), "zeren status"),
        (("status", "--lat"), "--late"),
        (("status", "--by", "colour"), "tier"),
        (("status", "--by", "uniit"), "是不是 unit；"),
        (("status", "--top", "zwei"), "整数"),
        (("status", "--now", "gestern"), "2023-09-11"),
        (("sign",), "编号"),
        (("list", "confirm", "L1-03"), "--reading"),
        (("org", "import", "nowhere.xlsx"), "nowhere.xlsx"),
        (("list", "import", "nowhere.xlsx"), "nowhere.xlsx"),
        (("report", "L1-02.A"), "--text"),
        (("report", "L1-02.A", "--percent", "101"), "0 到 100"),
        (("deadline",), "zeren deadline"),
    ],
)
def test_usage_errors_exit_with_2_and_say_what_to_try(
    office: Any, zeren: Zeren, argv: tuple[str, ...], said: str
) -> None:
    code, out, err = zeren(*argv, "--workspace", str(office.root))
    assert code == 2
    assert said in err
    assert out == ""


def test_common_options_may_stand_before_the_command(office: Any, zeren: Zeren) -> None:
    root = str(office.root)
    for words in (
        ("--json", "-w", root, "status"),
        ("--workspace", root, "status", "--json"),
        ("-w", root, "--json", "list", "show"),
    ):
        code, out, err = zeren(*words)
        assert (code, err) == (0, "")
        assert json.loads(out)
    assert command_first(["-w", "x", "report", "--", "--json"]) == ["report", "-w", "x", "--", "--json"]
    assert command_first(["--workspace=x", "status"]) == ["status", "--workspace=x"]
    assert zeren("-w", root)[0] in (0, 2)


def test_an_error_in_json_is_one_document(office: Any) -> None:
    error = office("show", "L9-99", exits=1)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == "unknown_code"
    assert office("status", "--bogus", exits=2)["error"]["code"] == "usage"
    assert office("status", "--now", "2020-01-01", exits=1)["error"]["code"] == "clock_went_back"


def test_a_broken_ledger_exits_with_1(office: Any, world: World) -> None:
    world.tamper("UPDATE ledger SET actor = 'X' WHERE seq = 2")
    assert office("log", "verify", exits=1)["faults"][0]["seq"] == 2


def test_bad_config_names_file_line_and_key(office: Any, zeren: Zeren) -> None:
    path = office.root / "config" / "policy.yaml"
    path.write_text(path.read_text("utf-8").replace("tolerance: 10", "tolerance: 很多"), "utf-8")
    code, _, err = zeren("status", "--workspace", str(office.root))
    assert code == 1
    assert "config/policy.yaml 第" in err
    assert "tolerance" in err
    assert "很多" in err


@pytest.mark.sqlite(reason="is about the file SQLite keeps in the workspace")
def test_a_defect_of_ours_is_a_sentence_with_a_file_for_the_maintainers(
    office: Any, zeren: Zeren, world: World
) -> None:
    world.workspace.engine.dispose()
    (office.root / "data" / "zeren.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    code, out, err = zeren("status", "--workspace", str(office.root))
    assert code == 1
    assert out == ""
    assert "程序内部出错" in err or "数据库" in err


# -- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [*(command for command, *_ in COMMANDS), "log verify", "log rebuild"])
def test_every_command_teaches_with_an_example(zeren: Zeren, command: str) -> None:
    code, out, _ = zeren(*command.split(), "--help")
    assert code == 0
    assert "用法：" in out
    if command != "log verify":
        assert f"zeren {command}" in out.split("例：")[1]
    for english in ("Usage", "Parameters", "required", "default:", "Commands"):
        assert english not in out


def test_help_lists_every_command(zeren: Zeren) -> None:
    out = zeren("--help")[1]
    for command, *_ in COMMANDS:
        assert command.split()[0] in out
    assert zeren("--version")[1].startswith("zeren ")


# -- what is imported when ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["status"], ["show", "L1-01"], ["todo", "--for", "A1"], ["remind", "--dry-run"]])
def test_reading_never_imports_prefect(office: Any, command: list[str]) -> None:
    argv = [*command, "--workspace", str(office.root), "--now", "2023-09-14"]
    script = (
        "import sys; from responsibility.cli.app import run; code = run(sys.argv[1:]); "
        "loaded = [name for name in ('prefect', 'flows', 'fastapi') if name in sys.modules]; "
        "sys.exit(99 if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *argv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_terminal_reads_at_80_columns_without_colour(office: Any, zeren: Zeren) -> None:
    from rich.cells import cell_len

    for argv in (["status"], ["status", "--by", "unit"], ["show", "L1-01"], ["todo", "--for", "A1"], ["list", "show"]):
        code, out, _ = zeren(
            *argv, "--workspace", str(office.root), *(["--now", "2023-09-20"] if argv[0] != "list" else [])
        )
        assert code == 0
        assert "\x1b" not in out
        assert max(cell_len(line) for line in out.splitlines()) <= 80
    assert "!! 逾期" in zeren("status", "--workspace", str(office.root), "--now", "2023-09-20")[1]
