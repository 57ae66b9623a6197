"""The words of messages: grouped, capped, silent outside, and never lost to a typo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from responsibility.cli.app import run
from responsibility.settings import ChannelSettings, bundled
from responsibility.usecases.gone import gone
from responsibility.usecases.preview import preview
from responsibility.usecases.reasons import Reasons
from responsibility.usecases.remind import sweep
from responsibility.usecases.rendering import Rendered, Renderer
from responsibility.usecases.samples import NUMBER, samples
from responsibility.usecases.templates import copy, examined, listed
from responsibility.views.texts import Behind, Digest, DigestLine, Shelf, in_order
from tests.world import World

INSIDE = ChannelSettings("console", "console", "resend")
OUTSIDE = replace(INSIDE, id="wecom", kind="wecom", full_text=False)
MAIL = replace(INSIDE, id="mail", kind="mail")

OLD_DIGEST = """\
{{ digest.to }}：
您有 {{ digest.lines | length }} 件事请留意（{{ digest.on | day }}）。
{% for line in digest.lines %}
{{ loop.index }}. 【{{ line.rung_name }}】{{ line.title }} 改过
{% if line.quote %}
   编号 {{ line.quote }} · {{ line.who }} · {{ line.late }}
{% else %}
   {{ line.late }}
{% endif %}
   第 {{ line.nth }} 次告知，{{ line.instrument_name }} · {{ line.why }}
{% if line.names %}
   名单：{{ line.names }}
{% endif %}
{% endfor %}
怎样答复：告诉{{ digest.office }} {{ digest.contact }}（{{ digest.phone }}）。
"""


@pytest.fixture(scope="module")
def office(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One afternoon of an office for every test here: three branches' worth of cases, swept and not handed over."""
    with World(tmp_path_factory.mktemp("words") / "office") as world:
        world.list(
            {"title": "办好实事", "lead": "甲支部", "support": "全体党员", "by": "9月15日前"},
            {"title": "开好专题会", "lead": "甲支部", "by": "9月12日前"},
            {"title": "写好报告", "lead": "甲支部", "by": "9月28日前"},
        )
        world.assign()
        world.signed("L1-02.A", "L1-03.A", "L1-01.A", *(f"L1-01.{m}" for m in ("A11", "A12", "A13", "B11", "B12")))
        world.to("2023-09-25")
        sweep(world.workspace, world.now)
        yield world


@pytest.fixture
def templates(office: World) -> Iterator[Path]:
    """The office's own templates, none at the beginning and none left behind."""
    folder = office.root / "config" / "templates"
    yield folder
    for path in folder.glob("*.*"):
        path.unlink()


@pytest.fixture
def digest(office: World) -> Digest:
    """What the head of one branch is told."""
    return _digest_of(office, "RA1")


def _digest_of(office: World, person: str) -> Digest:
    from responsibility.store.said import newest
    from responsibility.usecases.digests import digester

    with office.workspace.read() as connection:
        [message] = newest(connection, "digest", [person], 1)
        content = digester(connection, office.workspace, office.now)(message)
    assert isinstance(content, Digest)
    return content


def rendered(office: World, content: Any, channel: ChannelSettings = INSIDE, kind: str = "digest") -> Rendered:
    return Renderer(office.workspace).render(kind, content, channel, "000042-7-A1")


# -- what a digest says ------------------------------------------------------------------------------------------------

TEXT = """\
甲书记：
您好。您有 2 件事请留意（9月25日），急的在前。

■ 督办单 1 项：请尽快办结，并告诉我们办到哪一步
1. 【督办】办好实事
   编号 L1-01 · 甲支部 3 名党员 · 应于9月15日前办结，已超过 6 个工作日
   第 1 次告知，督办单 · 您是甲支部书记，该支部 3 名党员已逾期 6 个工作日
   名单：甲支部党员一、甲支部党员二、甲支部党员三

■ 提醒 1 项：请按期办结；有困难，请在到期前提出延期
2. 【临期提醒】写好报告
   编号 L1-03.A · 甲支部 · 应于9月28日前办结，还有 3 个工作日
   第 1 次告知，提醒 · 您是甲支部书记，甲支部是责任单位，离到期还有 3 个工作日

怎样答复：请注明编号，告诉领导小组办公室 综合组值班人员（0000-00000000），说明已签收、办到哪一步，或已办完。
确有困难，请尽早说明，不必等到期。
消息编号 000042-7-A1
"""

OUTSIDE_TEXT = """\
甲书记：
您好。您有 2 件事请留意（9月25日），急的在前。

1. 办好实事
   编号 L1-01 · 应于9月15日前办结
2. 写好报告
   编号 L1-03.A · 应于9月28日前办结

怎样答复：请注明编号，告诉领导小组办公室 综合组值班人员（0000-00000000），说明已签收、办到哪一步，或已办完。
确有困难，请尽早说明，不必等到期。
消息编号 000042-7-A1
"""


def test_a_digest_stands_by_instrument_the_gravest_first(office: World, digest: Digest) -> None:
    said = rendered(office, digest)
    assert said == Rendered("【责任链】督办等 2 项", TEXT)


def test_outside_it_says_number_title_and_due_date(office: World, digest: Digest) -> None:
    said = rendered(office, digest, OUTSIDE)
    assert said == Rendered("【责任链】2 项请留意", OUTSIDE_TEXT)


def test_a_page_says_the_same_escaped_and_asks_nobody_outside(office: World, digest: Digest) -> None:
    sly = replace(digest, lines=tuple(replace(line, title="<b>&实事") for line in digest.lines))
    page = rendered(office, sly, MAIL).html
    for part in (
        "&lt;b&gt;&amp;实事",
        "督办单",
        "已超过 6 个工作日",
        "该支部 3 名党员已逾期",
        "0000-00000000",
        "000042-7-A1",
    ):
        assert part in page
    assert page.startswith("<!DOCTYPE html>")
    assert not any(word in page for word in ("<b>&实事", "http", "src=", "url(", "<link", "<script"))
    assert rendered(office, sly).html == ""  # the screen shows none


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("RSJ1", "您是党委书记，负第一责任人责任；甲支部责任人已逾期 9 个工作日"),
        ("RLD1", "您是分管领导甲，分管甲支部；该支部责任人已逾期 9 个工作日"),
        ("RBG1", "您是办公室主任，负统筹协调责任；甲支部、乙支部 5 名党员已逾期 6 个工作日"),
        ("RB1", "您是乙支部书记，该支部 2 名党员已逾期 6 个工作日"),
    ],
)
def test_everybody_is_told_why_it_is_they(office: World, person: str, why: str) -> None:
    assert _digest_of(office, person).lines[0].why == why


def row(**values: Any) -> Any:
    """A notice as the store reads it."""
    from types import SimpleNamespace

    given = {
        "tell": "unit_head",
        "recipient": "A1",
        "unit": "A",
        "post": None,
        "instead_of": None,
        "clock": "finish",
        "clock_due_on": date(2023, 9, 20),
        "clock_missed": 0,
        "delegated_until": date(2023, 10, 8),
        "deadline": {"milestones": [{"title": "启动"}]},
    }
    return SimpleNamespace(**given | values)


@pytest.mark.parametrize(
    ("rows", "why", "step"),
    [  # the owner itself, a delegate, copies, a vacant post, the place of the committee's letters, every clock
        (
            [{"tell": "owner", "recipient": "A11", "post": "A11"}],
            "您是甲支部党员一，这项工作由您承担，已逾期 3 个工作日",
            "尽快办结",
        ),
        ([{"tell": "delegate", "instead_of": "B1"}], "受乙支部书记委托代办至10月8日，已逾期 3 个工作日", "尽快办结"),
        (
            [{"tell": "copy.leader", "recipient": "LD1"}],
            "您是分管领导甲；甲支部责任人已逾期 3 个工作日；抄送供您了解，不需要您答复",
            "",
        ),
        (
            [{"tell": "office", "recipient": "BG1", "instead_of": "A1"}],
            "“甲支部书记”无人任职，改送上一级并告知办公室；甲支部责任人已逾期 3 个工作日",
            "帮助协调",
        ),
        (
            [{"tell": "committee", "recipient": "DW1"}],
            "您代收党委的来文，负主体责任；甲支部责任人已逾期 3 个工作日",
            "请您过问",
        ),
        (
            [{"tell": "leader", "recipient": "LD1"}, {"tell": "leader", "unit": "B"}],
            "您是分管领导甲、甲支部书记，您分管的甲支部、乙支部责任人已逾期 3 个工作日",
            "请您过问",
        ),
        ([{"clock": "sign"}], "您是甲支部书记，该支部责任人还没有签收", "请签收"),
        (
            [{"clock": "verify", "tell": "office", "recipient": "BG1"}],
            "您是办公室主任，负统筹协调责任；甲支部已经报结，等待审核",
            "请审核",
        ),
        ([{"clock": "report", "clock_missed": 2}], "您是甲支部书记，该支部责任人已连续 3 期没有反馈", "办到哪一步"),
        ([{"clock": "milestone#1"}], "您是甲支部书记，该支部责任人还没有完成节点“启动”", "抓紧完成"),
        ([{"clock": "behind"}], "您是甲支部书记，该支部责任人进度滞后，还没有到期", "告诉我们进度"),
        (
            [{"clock": "review", "tell": "office", "recipient": "BG1"}],
            "您是办公室主任，负统筹协调责任；甲支部该回头看了",
            "请回头看",
        ),
    ],
)
def test_a_reason_fits_the_recipient_and_the_case(
    office: World, rows: list[dict[str, Any]], why: str, step: str
) -> None:
    from responsibility.store import organisation as organisation_store
    from responsibility.usecases.lights import Lamp

    with office.workspace.read() as connection:
        reasons = Reasons(Lamp(office.workspace.settings, {}, office.now), organisation_store.load(connection))
    group = [row(**values) for values in rows]
    assert reasons.told(group) == why
    assert step in reasons.step(group[0])
    assert bool(step) == bool(reasons.step(group[0]))


def test_copies_are_a_group_at_the_end_and_do_not_count(office: World, digest: Digest) -> None:
    grave = replace(digest.lines[0], copied=True, step="")
    mixed = replace(digest, lines=in_order([grave, digest.lines[1]]), copies=1)
    said = rendered(office, mixed)
    assert said.title == "【责任链】临期提醒等 2 项"
    assert "您有 1 件事请留意（9月25日）。另有 1 件抄送，供您了解。" in said.text
    assert said.text.index("■ 抄送 1 项\n2. 【督办】") > said.text.index("■ 提醒 1 项")
    only = rendered(office, replace(digest, lines=(grave,), copies=1))
    assert only.title == "【责任链】抄送 督办 L1-01"
    assert "有 1 件事抄送给您（9月25日），供您了解，不需要答复。" in only.text


def test_a_chat_carries_twenty_lines_and_mail_thirty(office: World, digest: Digest) -> None:
    many = replace(digest, lines=digest.lines[:1] * 60)
    for channel, listed_, more in ((OUTSIDE, 20, 40), (MAIL, 30, 30)):
        said = rendered(office, many, channel)
        assert said.text.count("编号 L1-01 ·") == listed_
        assert f"另有 {more} 项，详见台账" in said.text
        assert said.title == f"【责任链】{'督办等 60 项' if channel.full_text else '60 项请留意'}"


# -- what may leave the building --------------------------------------------------------------------------------------

SECRETS = ("机密一", "机密二", "机密三", "机密四", "机密五", "机密六", "机密七")
EVERYTHING = "{% for line in digest.lines %}{{ line }}{{ line.who }}{{ line.names }}{% endfor %}{{ digest }}"


def test_no_template_can_tell_outside_what_it_was_not_handed(office: World, templates: Path) -> None:
    who, name, why, late, title, step, post = SECRETS
    behind = (Behind(who, (name, name + "乙")),)
    line = DigestLine(
        "r", "机密八", "机密九", 1, "L1-01", title, behind, "L1-01.A", date(2023, 9, 25), late, why,
        due="应于9月25日前办结", step=step, title_outside="题目",
    )  # fmt: skip
    digest = Digest("收件人", (post,), date(2023, 9, 26), (line,), "办公室", "联系人", "电话")
    (templates / "digest.txt").write_text(EVERYTHING, "utf-8")
    inside, outside = (rendered(office, digest, channel).text for channel in (INSIDE, OUTSIDE))
    assert all(word in inside for word in SECRETS)
    assert "机密" not in outside
    assert all(word in outside for word in ("题目", "L1-01.A", "应于9月25日前办结", "收件人"))


def test_a_hand_over_outside_names_neither_post_nor_state(office: World) -> None:
    handed = samples(office.workspace.settings.home, {"reminder": "提醒"})["handover"]
    inside, outside = (rendered(office, handed, channel, "handover").text for channel in (INSIDE, OUTSIDE))
    assert "第一支部书记" in inside
    assert "已签收 · 时限" in inside
    assert "第一支部书记" not in outside
    assert "已签收 ·" not in outside
    assert "逾期" not in outside
    assert "编号 L1-03.Z01 · 时限 2023-09-25" in outside


# -- the office's own words -------------------------------------------------------------------------------------------


def test_the_channels_own_file_comes_first_and_the_page_never_differs(
    office: World, digest: Digest, templates: Path
) -> None:
    (templates / "digest.txt").write_text("{{ digest.to }}：共 {{ digest.lines | length }} 件 {{ number }}", "utf-8")
    (templates / "digest.mail.txt").write_text("邮件 {{ channel }}", "utf-8")
    assert rendered(office, digest).text == "甲书记：共 2 件 000042-7-A1\n"
    said = rendered(office, digest, MAIL)
    assert (said.text, said.html) == ("邮件 mail\n\n编号 000042-7-A1\n", "")
    (templates / "digest.html").write_text("<p>{{ title }}</p>", "utf-8")
    assert rendered(office, digest, MAIL).html == "<p>【责任链】督办等 2 项</p>\n"


def test_an_instrument_has_words_of_its_own(office: World, digest: Digest, templates: Path) -> None:
    (templates / "supervision_note.txt").write_text(
        "督办：{% for line in group.lines %}{{ line.title }}<{% endfor %}{{ digest.to }}", "utf-8"
    )
    said = rendered(office, digest, MAIL)
    assert "督办：办好实事<甲书记\n\n■ 提醒 1 项" in said.text
    assert '<div style="white-space:pre-wrap">督办：办好实事&lt;甲书记' in said.html
    (templates / "supervision_note.mail.txt").write_text("只给邮件", "utf-8")
    assert "只给邮件" in rendered(office, digest, MAIL).text
    assert "督办：" in rendered(office, digest).text


def test_templates_of_earlier_versions_still_hold(office: World, digest: Digest, templates: Path) -> None:
    (templates / "digest.txt").write_text(OLD_DIGEST, "utf-8")
    said = rendered(office, digest)
    assert said.faults == ()
    assert (
        "1. 【督办】办好实事 改过\n   编号 L1-01 · 甲支部 3 名党员 · 应于9月15日前办结，已超过 6 个工作日\n"
        in said.text
    )
    assert "第 1 次告知，督办单 · 您是甲支部书记，该支部 3 名党员已逾期 6 个工作日" in said.text
    assert said.text.endswith("\n编号 000042-7-A1\n")
    assert rendered(office, digest, OUTSIDE).faults == ()


def test_a_copy_that_nobody_edited_gives_way_to_the_built_in_words(
    office: World, digest: Digest, templates: Path
) -> None:
    path = copy(office.workspace, "digest.txt")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert Shelf(templates, bundled("config") / "templates").own(("digest",), "mail") is None
    assert rendered(office, digest, MAIL).html
    path.write_text(path.read_text("utf-8").replace("您好", "您辛苦了"), "utf-8")
    said = rendered(office, digest, MAIL)
    assert ("您辛苦了" in said.text, said.html) == (True, "")


BROKEN = [  # (template, line, what is said of it)
    ("一\n{{ digest.to ", 2, "模板写法有误：没有写完"),
    ("{% if digest.to %}\n\n有", 2, "if 没有结尾，少了 endif"),
    ("{% fro x in y %}", 1, "没有 fro 这种语句"),
    ("{{ digest.to | bold }}", 1, "没有 bold 这个过滤器"),
    ("\n\n{{ digest.salary }}", 3, "没有 digest.salary 这个内容"),
    ("{{ salary }}", 1, "没有 salary 这个内容；能用的有 channel、digest、number、title"),
    ("{% for line in digest.lines %}\n{{ line.titel }}\n{% endfor %}", 2, "没有 line.titel 这个内容（可能是 title）"),
    ("{{ digest.__class__.__mro__ }}", 1, "不能用 __class__"),
    ("{{ 1 / 0 }}", 1, "算不出来"),
    ("{% include 'x' %}", 1, "不能引用别的文件"),
    ("{% for i in range(10**9) %}x{% endfor %}", 1, "停不下来"),
    ("{% for i in range(9000) %}{% for j in range(9000) %}{% endfor %}{% endfor %}", 1, "循环超过 10000 次"),
    ("{% for i in range(9000) %}{{ digest }}{% endfor %}", None, "写出来超过 200000 字"),
    ("{{ '长' * 10**9 }}", 1, "这里不能用 *"),
    ("{{ '长'.ljust(10**9) }}", 1, "不许用的写法"),
    ("{% macro a() %}{{ a() }}{% endmacro %}\n{{ a() }}", 1, "停不下来"),
    ("{% if false %}x{% endif %}", None, "写出来是空的"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_a_broken_template_sends_the_built_in_text_and_says_why(
    office: World, digest: Digest, templates: Path, text: str, line: int | None, said: str
) -> None:
    (templates / "digest.txt").write_text(text, "utf-8")
    renderer = Renderer(office.workspace)
    first, second = (renderer.render("digest", digest, MAIL, "000042-7-A1") for _ in range(2))
    assert first.text == TEXT
    assert "督办单" in first.html
    [fault] = first.faults
    assert fault.startswith("config/templates/digest.txt" + (f" 第 {line} 行：" if line else "："))
    assert said in fault
    assert fault.endswith("；这次用了自带的文字")
    assert (second.faults, renderer.faults) == ((), (fault,))
    [finding] = examined(office.workspace)
    assert said in finding.message


def test_only_what_is_broken_gives_way(office: World, digest: Digest, templates: Path) -> None:
    (templates / "supervision_note.txt").write_text("{% for line in group.lines %}\n{{ line.x }}{% endfor %}", "utf-8")
    (templates / "reminder.txt").write_text("好：{{ group.name }}", "utf-8")
    said = rendered(office, digest)
    assert [fault.split("：")[0] for fault in said.faults] == ["config/templates/supervision_note.txt 第 2 行"]
    assert "■ 督办单 1 项：" in said.text
    assert "好：提醒" in said.text


def test_bytes_that_are_no_text_are_a_fault_too(office: World, digest: Digest, templates: Path) -> None:
    (templates / "digest.txt").write_bytes("甲".encode("gb18030"))
    assert rendered(office, digest).faults[0].startswith("config/templates/digest.txt：读不了，应为 UTF-8 文本")


def test_a_delivery_is_not_stopped_by_a_typo(world: World) -> None:
    world.given(by="9月30日前")
    world.to("2023-09-14")
    (world.root / "config" / "templates" / "digest.txt").write_text("{{ digest.too }}", "utf-8")
    world.sweep()
    world.expects("甲支部书记", "签收提醒")
    [parcel] = world.courier.parcels
    assert "编号 L1-01.A" in parcel.text
    assert f"消息编号 {parcel.message_id}" in parcel.text


# -- seen by the office -----------------------------------------------------------------------------------------------


def test_what_no_message_is_written_with_is_noticed(office: World, templates: Path) -> None:
    (templates / "digset.txt").write_text("x", "utf-8")
    (templates / "digest.fax.txt").write_text("x", "utf-8")
    assert [finding.severity.value for finding in examined(office.workspace)] == ["warning", "warning"]
    assert {line.file: line.used for line in listed(office.workspace) if line.own} == {
        "digset.txt": False,
        "digest.fax.txt": False,
    }


def test_every_bundled_template_holds_for_every_sample(office: World) -> None:
    settings = office.workspace.settings
    for kind, content in samples(settings.home, settings.policy.instruments).items():
        for channel in (MAIL, OUTSIDE):
            said = Renderer(office.workspace).render(kind, content, channel, NUMBER, page=True)
            if kind == "alarm":  # nothing to answer; no work secret either
                assert NUMBER in said.text
                assert "连接被拒绝" in said.text
                continue
            for part in (NUMBER, settings.home.phone, "L1-03", "另有"):
                assert part in said.text
                assert part in said.html


@pytest.fixture
def zeren(office: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A command on that office; gives back its JSON."""
    monkeypatch.setenv("ZEREN_HOME", str(office.root))

    def call(*argv: str, exits: int = 0) -> Any:
        capsys.readouterr()
        assert run([*argv, "--json"]) == exits
        return json.loads(capsys.readouterr().out)

    return call


def test_the_office_copies_edits_and_looks(zeren: Callable[..., Any], templates: Path, tmp_path: Path) -> None:
    assert zeren("template", "copy", "督办单")["file"] == str(templates / "supervision_note.txt")
    path = templates / "supervision_note.txt"
    path.write_text(path.read_text("utf-8").replace("■", "◆"), "utf-8")
    assert "没有覆盖" in zeren("template", "copy", "supervision_note.txt", exits=1)["error"]["message"]
    page = tmp_path / "page.html"
    at = ("--now", "2023-09-25T09:00")
    shown = zeren("template", "preview", "督办单", "--for", "A1", "--html", str(page), *at)
    assert (shown["to"], shown["filled"], shown["faults"]) == ("甲书记", "newest", [])
    assert "◆ 督办单 1 项" in shown["text"]
    assert "提醒 1 项" not in shown["text"]
    assert "config/templates/supervision_note.txt" in shown["used"]
    assert page.read_text("utf-8") == shown["html"]
    path.write_text("{{ group.nmae }}", "utf-8")
    shown = zeren("template", "preview", "--for", "A1", *at, exits=1)
    assert "（可能是 name）" in shown["faults"][0]
    [line] = [one for one in zeren("template", "list", exits=1)["templates"] if one["own"]]
    assert (line["file"], line["what"], "第 1 行" in line["fault"]) == ("supervision_note.txt", "督办单", True)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("template", "copy", "通知"), "没有“通知”这个模板"),
        (("template", "copy", "digest.fax.txt"), "没有“digest.fax.txt”这个模板"),
        (("template", "preview", "--for", "ZZ"), "没有岗位 ZZ"),
        (("template", "preview", "--channel", "fax"), "没有叫“fax”的渠道"),
    ],
)
def test_what_is_not_there_is_said(zeren: Callable[..., Any], argv: tuple[str, ...], said: str) -> None:
    now = ("--now", "2023-09-25T09:00") if "preview" in argv else ()
    assert said in zeren(*argv, *now, exits=1)["error"]["message"]


def test_a_preview_shows_what_a_sweep_now_would_tell_and_writes_nothing(office: World) -> None:
    before = office.rows("SELECT count(*) FROM ledger")
    later = office.now.replace(month=10, day=7)
    assert preview(office.workspace, later, post="A1").filled == "now"
    assert preview(office.workspace, later, post="B11", written="handover").filled == "post"
    assert preview(office.workspace, later, post="DW1").filled == "sample"
    assert office.rows("SELECT count(*) FROM ledger") == before


def test_why_a_message_is_dropped_is_said_by_the_commonest_reason_first() -> None:
    def noticed(state: str, clock: str = "finish", arming: int = 1) -> Any:
        return row(state=state, clock=clock, arming=1, arming_now=arming, milestones_done=1)

    closed, moved = noticed("closed"), noticed("issued", arming=2)
    assert gone([closed]).reason == "任务已销号"
    assert gone([moved, closed, closed]).reason == "任务已销号 2 项、时限已改或重新计时 1 项"
    reached, quiet, taken = noticed("issued", "milestone#1"), noticed("suspended"), noticed("cancelled")
    assert gone([reached]).reason == "任务节点已完成"
    assert gone([closed, quiet, taken, moved]).reason.endswith("1 项等")
