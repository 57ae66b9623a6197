"""The doctor finds what is wrong, names the command that mends it, and leaves a healthy office alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from responsibility.cli.app import run
from responsibility.core.errors import ClockWentBack, Finding, Severity, WorkspaceError
from responsibility.settings import load
from responsibility.store import outbox
from responsibility.usecases.doctor import configuration, machine, office, surroundings, work
from responsibility.usecases.organisation import import_organisation
from responsibility.usecases.workspace import create, open_workspace, serve_lock
from responsibility.views.terminal.health import CHECKS, findings
from tests.world import ZONE, World, organisation

MAIL = """
use: [mail]
channels:
  mail:
    kind: mail
    host: smtp.example.invalid
    port: 25
    secure: none
    from: office@example.invalid
"""


@pytest.fixture
def healthy(world: World) -> World:
    """An office in order on 2023-09-11: its own phone, and its work handed over."""
    world.configure("chain.yaml", "0000-00000000", "0512-12345678")
    world.given()
    return world


def examined(world: World, check: str = "", now: datetime | None = None) -> list[Finding]:
    """What the doctor says, of one check or all, but for the machine the tests run on."""
    settings, found = configuration(world.root, world.environ)
    if settings is not None:
        found += office(settings, now or world.now)
    return [finding for finding in found if check in ("", finding.check)]


def said(found: list[Finding]) -> str:
    return "\n".join(finding.message for finding in found)


def organise(world: World, change: Callable[[dict[str, Any]], None]) -> None:
    """Import the cast after a change to its file."""
    file = organisation()
    change(file)
    path = world.root / "organisation.yaml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True), "utf-8")
    import_organisation(world.workspace, path, world.now)


# -- as a whole --------------------------------------------------------------------------------------------------------


def test_a_healthy_office_has_nothing_to_mend(healthy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda root: machine.TIGHT)
    found = examined(healthy) + surroundings(healthy.root, None)
    assert [f for f in found if f.severity is not Severity.INFO] == []


def test_every_finding_bears_a_check_that_is_told_and_a_mend(world: World) -> None:
    world.organise(vacant=("A1", "DW1"))
    world.list({"title": "说不清的事", "lead": "甲支部", "by": "10月前"}, {"title": "事", "lead": "乙支部"})
    found = examined(world)
    assert {"office", "organisation", "questions", "unassigned"} <= {f.check for f in found} <= set(CHECKS)
    assert all(f.message and f.mend for f in found)


def test_looking_changes_nothing(healthy: World) -> None:
    def everything() -> list[Any]:
        return [healthy.rows(f"SELECT * FROM {table}") for table in ("ledger", "meta", "assignment", "clock")]

    before = everything()
    examined(healthy)
    assert everything() == before


def test_the_command_says_it_in_words_and_in_json(
    healthy: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda root: machine.TIGHT)
    healthy.configure("channels.yaml", "use: [console]", "use: [console, file]")
    argv = ["doctor", "--workspace", str(healthy.root), "--now", "2023-09-12"]
    assert run(argv) == 0
    assert "没有发现问题" in capsys.readouterr().out
    healthy.organise(vacant=("A1",))
    assert run([*argv, "--json"]) == 1
    (found,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["severity"] != "info"]
    assert set(found) == {"check", "severity", "message", "mend"}
    assert (found["check"], found["severity"]) == ("organisation", "warning")
    assert f"zeren org import {healthy.root / 'organisation.yaml'}" in found["mend"]
    assert run(argv) == 1
    shown = capsys.readouterr().out
    assert "[注意] 岗位 A1（甲支部书记）现在无人任职" in shown
    assert "处理：" in shown


def test_a_now_before_the_last_act_is_refused_when_it_was_asked_for(healthy: World) -> None:
    settings = load(healthy.root, healthy.environ)
    early = healthy.now - timedelta(days=1)
    with pytest.raises(ClockWentBack):
        office(settings, early, strict=True)
    assert [f.check for f in office(settings, early) if f.severity is Severity.ERROR] == ["clock"]
    assert examined(healthy, "clock") == []


def test_prefect_is_never_imported(healthy: World) -> None:
    code = (
        "import sys; from responsibility.cli.app import run; "
        f"run(['doctor', '-w', {str(healthy.root)!r}]); "
        "sys.exit('prefect' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_shared_mend_is_told_once() -> None:
    rows = [Finding("organisation", Severity.WARNING, text, "zeren org import 甲") for text in ("一", "二")]
    assert findings(rows).count("处理：") == 1
    assert "2 处要注意" in findings(rows)


# -- config, template, office card -------------------------------------------------------------------------------------


def test_every_line_wrong_with_the_config_is_a_finding_of_its_own(healthy: World) -> None:
    path = healthy.root / "config" / "policy.yaml"
    text = path.read_text("utf-8").replace("tolerance: 10", "tolerance: 很多").replace("close_share: 1.0", "")
    path.write_text(text, "utf-8")
    settings, found = configuration(healthy.root, healthy.environ)
    assert settings is None
    assert [f.check for f in found] == ["config", "config"]
    assert "config/policy.yaml" in found[0].mend


def test_a_missing_password_of_a_channel_in_use_does_not_hide_the_rest(healthy: World) -> None:
    path = healthy.root / "config" / "channels.yaml"
    path.write_text(MAIL + "    user: office\n    password_env: ZEREN_TEST_NO_SUCH_PASSWORD\n", "utf-8")
    healthy.organise(vacant=("A1",))
    assert {f.check for f in examined(healthy)} >= {"config", "organisation"}
    assert "ZEREN_TEST_NO_SUCH_PASSWORD" in said(examined(healthy, "config"))
    healthy.environ["ZEREN_TEST_NO_SUCH_PASSWORD"] = "x"
    assert examined(healthy, "config") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [("{% if %}", "写法有误"), ("{{ digest.nobody }}", "没有 digest.nobody 这个内容"), ("{{ 1 / 0 }}", "算不出来")],
)
def test_a_template_that_cannot_be_filled_is_found(healthy: World, text: str, why: str) -> None:
    (healthy.root / "config" / "templates" / "digest.txt").write_text(text, "utf-8")
    (found,) = examined(healthy, "template")
    assert found.severity is Severity.ERROR
    assert "config/templates/digest.txt 第 1 行：" in found.message
    assert why in found.message


def test_the_placeholder_phone_is_found(world: World) -> None:
    assert "0000-00000000" in said(examined(world, "office"))
    world.configure("chain.yaml", "0000-00000000", "0512-12345678")
    assert examined(world, "office") == []


def test_channels_that_stay_on_the_screen_are_told(world: World) -> None:
    assert [f.severity for f in examined(world, "channels")] == [Severity.INFO]
    world.configure("channels.yaml", "use: [console]", "use: [console, file]")
    assert examined(world, "channels") == []


# -- organisation ------------------------------------------------------------------------------------------------------


def test_a_new_workspace_wants_an_organisation(tmp_path: Path) -> None:
    new = create(tmp_path / "new", {}, datetime(2023, 9, 11, tzinfo=ZONE))
    (found,) = (f for f in office(new.settings, datetime(2023, 9, 11, tzinfo=ZONE)) if f.check == "organisation")
    new.engine.dispose()
    assert (found.severity, "zeren org template" in found.mend) == (Severity.ERROR, True)


def test_a_tier_without_posts_is_found(healthy: World) -> None:
    def no_secretary(file: dict[str, Any]) -> None:
        file["posts"] = [post for post in file["posts"] if post["tier"] != "secretary"]
        file["holdings"] = [holding for holding in file["holdings"] if holding["post"] != "SJ1"]

    organise(healthy, no_secretary)
    assert "“党委书记”一级没有岗位" in said(examined(healthy, "organisation"))


def test_a_post_on_a_tier_the_chain_no_longer_has_is_found(healthy: World) -> None:
    path = healthy.root / "config" / "chain.yaml"
    path.write_text(path.read_text("utf-8").replace("- id: member", "- id: comrade", 1), "utf-8")
    assert "层级 member 不在" in said(examined(healthy, "organisation"))


def test_posts_without_holders_today_are_found_and_long_rows_cut(healthy: World) -> None:
    healthy.organise(vacant=("A1",))
    assert "岗位 A1（甲支部书记）现在无人任职" in said(examined(healthy, "organisation"))

    def many(file: dict[str, Any]) -> None:
        more = [{"code": f"M{n}", "unit": "A", "tier": "member", "title": f"党员{n}"} for n in range(30)]
        file["posts"] += more

    organise(healthy, many)
    vacant = [f for f in examined(healthy, "organisation") if f.severity is Severity.WARNING]
    assert len(vacant) == 21
    assert "还有 10 处" in vacant[-1].message


def test_a_holding_that_ends_soon_wants_a_successor(healthy: World) -> None:
    def leaving(*more: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
        def change(file: dict[str, Any]) -> None:
            kept = [holding for holding in file["holdings"] if holding["post"] != "A1"]
            file["holdings"] = [*kept, {"post": "A1", "person": "RA1", "until": "2023-09-30"}, *more]

        return change

    organise(healthy, leaving())
    assert "任职到 2023-09-30 为止" in said(examined(healthy, "organisation"))
    organise(healthy, leaving({"post": "A1", "person": "RA11", "from": "2023-10-01"}))
    assert examined(healthy, "organisation") == []


def test_a_unit_without_posts_is_found(healthy: World) -> None:
    organise(healthy, lambda file: file["units"].append({"code": "C", "name": "丙科", "kind": "other", "parent": "DW"}))
    assert "单位 C（丙科）没有岗位" in said(examined(healthy, "organisation"))


def test_a_leader_who_oversees_nothing_and_a_unit_nobody_oversees_are_found(healthy: World) -> None:
    organise(healthy, lambda file: file["oversees"].pop())
    text = said(examined(healthy, "organisation"))
    assert "岗位 LD2（分管领导乙）没有分管任何单位" in text
    assert "单位 B（乙支部）没有分管领导" in text


def test_the_office_needs_no_leader_until_work_is_laid_on_it(healthy: World) -> None:
    assert "BG" not in said(examined(healthy, "organisation"))
    healthy.list({"title": "统筹", "lead": "办公室", "by": "9月30日前"}, file="另一份")
    assert "单位 BG（办公室）没有分管领导" in said(examined(healthy, "organisation"))


def test_a_rung_that_reaches_nobody_is_found(healthy: World) -> None:
    healthy.organise(vacant=("DW1", "BG1"))
    (found,) = examined(healthy, "ladder")
    assert found.severity is Severity.ERROR
    assert "“通报”要告知党委，对甲支部、乙支部却没有人能收到" in found.message
    healthy.organise(vacant=("DW1",))
    assert examined(healthy, "ladder") == []


def test_addresses_are_asked_for_only_where_mail_is_in_use(healthy: World) -> None:
    def unreachable(file: dict[str, Any]) -> None:
        file["people"][5]["email"] = ""
        file["people"][6]["email"] = "甲一@example"

    organise(healthy, unreachable)
    assert examined(healthy, "address") == []
    (healthy.root / "config" / "channels.yaml").write_text(MAIL, "utf-8")
    text = said(examined(healthy, "address"))
    assert "甲书记（RA1）没有登记邮箱" in text
    assert "甲一@example”不能用" in text
    healthy.organise()
    assert examined(healthy, "address") == []


# -- work --------------------------------------------------------------------------------------------------------------


def test_questions_and_unassigned_items_are_found(healthy: World) -> None:
    assert examined(healthy, "questions") == examined(healthy, "unassigned") == []
    healthy.list({"title": "说不清", "lead": "甲支部", "by": "10月前"}, {"title": "新的", "lead": "乙支部"}, file="又")
    (asked,), (waiting,) = examined(healthy, "questions"), examined(healthy, "unassigned")
    assert "L2-01" in asked.message
    assert "zeren list show L2" in asked.mend
    assert "L2-02" in waiting.message
    assert waiting.mend == "zeren assign --list L2"


def test_the_next_period_of_recurring_work_is_found_unassigned(healthy: World) -> None:
    healthy.given("例会", by="每月25日前")
    assert examined(healthy, "unassigned") == []
    assert "L1" in said(examined(healthy, "unassigned", healthy.now + timedelta(days=30)))


def test_moments_that_nobody_swept_are_found_after_a_day(healthy: World) -> None:
    healthy.to("2023-09-14")
    assert examined(healthy, "sweep") == []
    healthy.to("2023-09-15")
    (found,) = examined(healthy, "sweep")
    assert "最早 2023-09-14" in found.message
    assert "zeren remind" in found.mend
    healthy.sweep()
    healthy.untold.clear()
    assert examined(healthy, "sweep") == []


@pytest.mark.parametrize(
    ("status", "words"), [("failed", "没有送到"), ("uncertain", "不知道对方是否收到"), ("pending", "还没有送出")]
)
def test_messages_that_did_not_go_out_are_found(healthy: World, status: str, words: str) -> None:
    healthy.to("2023-09-14")
    healthy.sweep()
    healthy.untold.clear()
    assert examined(healthy, "messages") == []
    with healthy.workspace.write(healthy.now) as connection:
        outbox.mark(connection, 1, status, healthy.now, detail="没有登记邮箱地址")
    later = healthy.now + timedelta(days=2)
    (found,) = examined(healthy, "messages", later)
    assert "1 条消息" in found.message
    assert words in found.message
    assert "没有登记邮箱地址" in found.message


def test_what_is_held_over_the_holidays_has_not_waited_too_long(healthy: World) -> None:
    healthy.to("2023-09-29")
    healthy.sweep()
    healthy.untold.clear()
    assert "held" in {row.status for row in healthy.rows("SELECT status FROM message")}
    assert {one.severity for one in examined(healthy, "messages", healthy.now + timedelta(days=7))} == {Severity.INFO}
    assert "还没有送出" in said(examined(healthy, "messages", healthy.now + timedelta(days=11)))


def test_the_ledger_is_proved(healthy: World) -> None:
    assert examined(healthy, "ledger") == []
    healthy.tamper("UPDATE ledger SET actor = 'X' WHERE seq = 2")
    found, guards = examined(healthy, "ledger")
    assert found.severity is guards.severity is Severity.ERROR
    assert "第 2 条" in found.message
    assert "触发器少了" in guards.message  # whoever altered it had to take the guards away


# -- calendar ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "announced", "expected"),
    [
        (date(2026, 11, 1), {2026, 2027}, []),
        (date(2026, 11, 1), {2026}, ["info"]),  # next year's notice may not be out yet
        (date(2026, 12, 1), {2026}, ["warning"]),
        (date(2027, 3, 1), {2026}, ["warning", "info"]),
    ],
)
def test_the_years_the_calendar_covers(today: date, announced: set[int], expected: list[str]) -> None:
    assert [str(f.severity) for f in work.calendar_coverage(announced, today)] == expected


def test_days_due_in_unannounced_years_are_told(healthy: World) -> None:
    assert examined(healthy, "calendar") == []
    healthy.given("长远的事", by="2029年6月30日前")
    (found,) = examined(healthy, "calendar")
    assert (found.severity, "2029 年到期" in found.message) == (Severity.INFO, True)


# -- database, server, disk, modes, versions ---------------------------------------------------------------------------


@pytest.mark.sqlite(reason="is about the file SQLite keeps in the workspace")
def test_a_database_that_cannot_be_written_is_found(healthy: World) -> None:
    assert examined(healthy, "database") == []
    healthy.environ["ZEREN_DATABASE_URL"] = f"sqlite:///file:{healthy.root}/data/zeren.db?mode=ro&uri=true"
    (found,) = examined(healthy, "database")
    assert "没有写的权限" in found.message


@pytest.mark.sqlite(reason="is about the file SQLite keeps in the workspace")
def test_a_database_that_is_none_is_found(healthy: World) -> None:
    healthy.workspace.engine.dispose()
    for path in (healthy.root / "data").glob("zeren.db*"):
        path.unlink()
    (healthy.root / "data" / "zeren.db").write_bytes(b"not a database" * 100)
    (found,) = examined(healthy, "database")
    assert "备份" in found.mend


def test_an_unknown_kind_of_database_is_found(healthy: World) -> None:
    healthy.environ["ZEREN_DATABASE_URL"] = "nosuch://example.invalid/zeren"
    assert "ZEREN_DATABASE_URL" in examined(healthy, "database")[0].mend


@pytest.fixture
def note(healthy: World) -> Iterator[Path]:
    path = healthy.root / "data" / "prefect" / "server.json"
    path.parent.mkdir(parents=True)
    yield path
    shutil.rmtree(path.parent)


def test_the_note_of_a_server(note: Path, healthy: World) -> None:
    root = healthy.root
    assert machine.server(root, None) == []
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    note.write_text(json.dumps({"url": "http://127.0.0.1:9/api", "pid": int(gone.stdout)}))
    assert [f.severity for f in machine.server(root, None)] == [Severity.INFO]
    note.write_text(json.dumps({"url": "http://127.0.0.1:9/api", "pid": os.getpid()}))
    assert [f.severity for f in machine.server(root, None)] == [Severity.WARNING]
    assert machine.server(root, "http://127.0.0.1:9/api") == []
    note.write_text("half a no")
    assert [f.severity for f in machine.server(root, None)] == [Severity.INFO]


@pytest.mark.parametrize(
    ("free", "expected"), [(machine.TIGHT, []), (machine.TIGHT - 1, ["warning"]), (machine.FULL - 1, ["error"])]
)
def test_room_on_the_disk(free: int, expected: list[str]) -> None:
    assert [str(f.severity) for f in machine.disk(free)] == expected


def test_what_others_on_the_computer_may_read_or_change(healthy: World) -> None:
    root = healthy.root
    secret = root / "data" / "mail.password"
    secret.write_text("x")
    secret.chmod(0o600)
    channels = (root / "config" / "channels.yaml").read_text("utf-8")
    text = channels.replace("env:ZEREN_MAIL_PASSWORD", "file:data/mail.password")
    (root / "config" / "channels.yaml").write_text(text, "utf-8")
    assert machine.modes(root) == []
    for path, mode in ((root / "data", 0o755), (root / "config", 0o777), (secret, 0o640)):
        path.chmod(mode)
    assert [f.mend.split()[1] for f in machine.modes(root)] == ["o-rwx", "o-w", "600"]


def test_versions_outside_the_tried_ranges_are_found() -> None:
    wanted = {"fastapi": ">=0.139,<0.151", "sqlalchemy": ">=2.0.40,<2.1", "prefect": ">=3.8.8,<3.9"}
    fine = {"fastapi": "0.139.2", "sqlalchemy": "2.0.44", "prefect": "3.8.8"}
    assert machine.versions(wanted, fine) == []
    found = machine.versions(wanted, fine | {"fastapi": "0.151.0", "prefect": None})
    assert ["没有装上" in f.message for f in found] == [False, True]
    assert "'fastapi>=0.139,<0.151'" in found[0].mend
    assert set(machine.bounds()) == {"fastapi", "prefect", "sqlalchemy", "starlette"}


def test_the_times_of_a_finding_are_office_time() -> None:
    (found,) = work.unswept(3, datetime(2023, 9, 14, tzinfo=ZONE), ZONE, serving=False)
    assert "2023-09-14" in found.message


# -- serving, what is held, what was lost ------------------------------------------------------------------------------


def test_nobody_on_duty_is_said(healthy: World) -> None:
    (found,) = examined(healthy, "serve")
    assert found.severity is Severity.INFO
    assert "zeren serve" in found.mend
    with serve_lock(healthy.root):
        assert examined(healthy, "serve") == []


def test_what_is_held_is_said_with_its_day(healthy: World) -> None:
    healthy.to("2023-09-29")
    healthy.sweep()
    healthy.untold.clear()
    (found,) = examined(healthy, "messages")
    assert found.severity is Severity.INFO
    assert "2023-10-07 00:00 起送出" in found.message


@pytest.mark.sqlite(reason="is about the file SQLite keeps in the workspace")
def test_a_database_that_is_gone_is_no_new_workspace(healthy: World) -> None:
    healthy.workspace.engine.dispose()
    for path in (healthy.root / "data").glob("zeren.db*"):
        path.unlink()
    found = [one for one in office(healthy.workspace.settings, healthy.now) if one.check == "database"]
    assert [(one.severity, "不见了" in one.message, "备份" in one.mend) for one in found] == [
        (Severity.ERROR, True, True)
    ]
    assert not (healthy.root / "data" / "zeren.db").exists()


@pytest.mark.sqlite(reason="is about the file SQLite keeps in the workspace")
def test_an_emptied_database_is_no_new_workspace(healthy: World) -> None:
    """A crash of the disk may leave a file of no bytes."""
    healthy.workspace.engine.dispose()
    for path in (healthy.root / "data").glob("zeren.db*"):
        path.unlink()
    (healthy.root / "data" / "zeren.db").touch()
    [found] = [one for one in office(healthy.workspace.settings, healthy.now) if one.check == "database"]
    assert (found.severity, "空文件" in found.message, "备份" in found.mend) == (Severity.ERROR, True, True)
    with pytest.raises(WorkspaceError, match="空文件"):
        open_workspace(healthy.root, healthy.environ)


def test_a_template_that_says_nothing_is_found(healthy: World) -> None:
    (healthy.root / "config" / "templates" / "digest.txt").write_text("有一件事\n", "utf-8")
    (found,) = examined(healthy, "template")
    assert "编号、办公室电话" in found.message


def test_every_check_has_a_heading() -> None:
    """What has none would be counted and not shown."""
    folder = Path(work.__file__).parent
    named = {
        name for path in folder.glob("*.py") for name in re.findall(r'Finding\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert named
    assert named <= set(CHECKS)


def test_the_template_of_a_hand_over_is_tried_too(healthy: World) -> None:
    path = healthy.root / "config" / "templates" / "handover.txt"
    path.write_text("{{ handover.whom }}", "utf-8")
    (found,) = examined(healthy, "template")
    assert found.message.startswith("config/templates/handover.txt")
    path.write_text("您接任新岗位，请找办公室。", "utf-8")
    (found,) = examined(healthy, "template")
    assert "config/templates/handover.txt 写出的消息里没有编号、办公室电话" in found.message


def test_hours_of_posts_there_are_not_and_nights_without_rest_are_said(healthy: World) -> None:
    healthy.configure("schedule.yaml", "hours: {}", 'hours: {A1: "10:00", LD9: "09:00"}')
    (found,) = examined(healthy, "schedule")
    assert "LD9" in found.message
    assert "A1" not in found.message
    healthy.configure("schedule.yaml", ', LD9: "09:00"', "")
    assert examined(healthy, "schedule") == []
    path = healthy.root / "config" / "channels.yaml"
    path.write_text(path.read_text("utf-8").replace("use: [console]", "use: [mail]"), "utf-8")
    healthy.environ["ZEREN_MAIL_PASSWORD"] = "secret"
    assert "免打扰" in said(examined(healthy, "schedule"))
    healthy.configure("schedule.yaml", "quiet: []", 'quiet: ["20:00", "07:30"]')
    assert examined(healthy, "schedule") == []
