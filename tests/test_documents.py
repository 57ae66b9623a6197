"""Documents of a case: which one, whose number, what it says, and what the office's own templates may do to it."""

from __future__ import annotations

import importlib.util
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from sqlalchemy import event, select, update

from responsibility.cli.app import run
from responsibility.core.errors import ResponsibilityError, Severity
from responsibility.store.assignments import by_codes
from responsibility.store.documents import note_made_to
from responsibility.store.laying import policies
from responsibility.store.rows import policy
from responsibility.usecases.documents import Made, as_pdf, notice, registered, write_due
from responsibility.usecases.documents.content import Author
from responsibility.usecases.documents.subject import Subject
from responsibility.usecases.lights import Lamp
from responsibility.usecases.record import verify
from responsibility.usecases.templates import copy, examined
from responsibility.usecases.workspace import open_workspace
from responsibility.views.docx import fill
from responsibility.views.papers import Paper, fields_of
from responsibility.views.pdf import to_pdf
from tests.world import ZONE, World

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "config" / "templates" / "documents"
KINDS = ("催办单", "督办单", "约谈通知", "专报", "通报")
#: A title that would be code, markup and a formula.
AWKWARD = "=开好 {{ 7*7 }}{% x %} <w:p>&“专题”会"


@pytest.fixture(scope="module")
def template(database: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two branches and all members are late by three working days: everything due stands at 督办."""
    world = World(tmp_path_factory.mktemp("late") / "office")
    world.configure("policy.yaml", "documents: []", "documents: [supervision_note]")
    world.list(
        {"title": AWKWARD, "lead": "甲支部、乙支部", "by": "9月30日前"},
        {"title": "开展承诺践诺", "lead": "全体党员", "by": "9月30日前"},
        {"title": "年底的事", "lead": "甲支部", "by": "12月20日前", "leader": "分管领导乙"},
    )
    world.assign()
    for code in ("L1-01.A", "L1-01.B", "L1-03.A"):
        world.does("sign", code)
    world.does("report", "L1-01.A", text="已开了一次", percent=50)
    for day in ("2023-10-07", "2023-10-09"):
        world.to(day)
        world.sweep()
    world.workspace.engine.dispose()
    return world


@pytest.fixture
def late(template: World, tmp_path: Path) -> Iterator[World]:
    world = template.copied(tmp_path / "office")
    yield world
    world.workspace.engine.dispose()


def text_of(world: World, made: Made) -> str:
    """All a Word file says, tables included."""
    document = Document(str(world.root / made.path))
    return "\n".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def sweep_of(world: World) -> int:
    return int(world.rows("SELECT max(seq) FROM ledger WHERE act = 'sweep'")[0][0])


# -- one by hand -----------------------------------------------------------------------------------


def test_a_case_gets_the_instrument_of_its_rung_with_all_its_units_and_what_went_before(late: World) -> None:
    made = notice(late.workspace, "L1-01", late.now)
    assert (made.number, made.path) == ("督办单〔2023〕1号", "data/documents/2023/督办单〔2023〕1号.docx")
    assert made.assignments == ("L1-01.A", "L1-01.B")
    text = text_of(late, made)
    for words in ("甲支部", "乙支部", "领导甲", "领导乙", "2023年9月30日", "已超过 3 个工作日", "已开了一次", "50%"):
        assert words in text
    assert "2023年10月7日，到期催办（催办单）" in text
    assert "2023年10月9日，督办" not in text  # the rung it is made for is no history
    assert "{{ 7*7 }}{% x %} <w:p>&“专题”会" in text


def test_it_is_noted_in_the_ledger_and_in_the_register(late: World) -> None:
    made = notice(late.workspace, "L1-01", late.now)
    [entry] = late.rows("SELECT actor, CAST(\"values\" AS TEXT) FROM ledger WHERE act = 'document'")
    assert entry[0] == "BG1"
    assert json.loads(entry[1])["sha256"] == made.sha256
    assert verify(late.workspace)[1] == []
    [line] = registered(late.workspace)
    assert (line.number, line.item, line.assignments, line.file) == (made.number, "L1-01", made.assignments, "kept")
    (late.root / made.path).write_bytes(b"edited in Word")
    assert registered(late.workspace)[0].file == "edited"
    (late.root / made.path).unlink()
    assert registered(late.workspace)[0].file == "gone"


def test_the_same_case_on_the_same_rung_is_written_once_unless_asked_again(late: World) -> None:
    first = notice(late.workspace, "L1-01", late.now)
    assert notice(late.workspace, "L1-01", late.now) == Made(**{**_fields(first), "new": False})
    assert not notice(late.workspace, "L1-01.A", late.now).new  # one of those the first one speaks of
    assert notice(late.workspace, "L1-01", late.now, again=True).number == "督办单〔2023〕2号"


def _fields(made: Made) -> dict[str, object]:
    return {name: getattr(made, name) for name in Made.__slots__}


def test_numbers_run_by_kind_and_year_and_a_rehearsal_takes_none(late: World) -> None:
    def number(code: str, kind: str | None = None, **options: bool) -> str:
        return notice(late.workspace, code, late.now, kind=kind, **options).number

    assert number("L1-01", dry_run=True) == "督办单〔2023〕1号"
    assert not (late.root / "data" / "documents").exists()
    assert [number("L1-01"), number("L1-02"), number("L1-01", "通报")] == [
        "督办单〔2023〕1号",
        "督办单〔2023〕2号",
        "通报〔2023〕1号",
    ]
    late.now = datetime(2024, 1, 4, 9, tzinfo=ZONE)
    assert number("L1-01", again=True) == "督办单〔2024〕1号"


def test_two_at_once_get_two_numbers(late: World) -> None:
    numbers: list[str] = []

    def one() -> None:
        workspace = open_workspace(late.root, late.environ)
        numbers.append(notice(workspace, "L1-01", late.now, again=True).number)
        workspace.engine.dispose()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"督办单〔2023〕{at}号" for at in (1, 2, 3)]


def test_on_postgresql_too_it_is_numbered_and_registered(any_world: World) -> None:
    any_world.given()
    any_world.to("2023-10-07")
    any_world.sweep()
    any_world.untold.clear()
    assert [notice(any_world.workspace, "L1-01", any_world.now, again=True).number for _ in range(2)] == [
        "催办单〔2023〕1号",
        "催办单〔2023〕2号",
    ]
    assert [line.item for line in registered(any_world.workspace, 2023)] == ["L1-01", "L1-01"]


def test_what_lies_there_and_is_in_no_register_is_moved_aside(late: World) -> None:
    path = late.root / "data" / "documents" / "2023" / "督办单〔2023〕1号.docx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"from before the backup")
    notice(late.workspace, "L1-01", late.now)
    [aside] = path.parent.glob("*未入账*")
    assert aside.read_bytes() == b"from before the backup"


REFUSED = (
    # (code, options, words of the error or its hint)
    ("L9-01", {}, "没有编号为 L9-01"),
    ("L1-01.LD1", {}, "zeren brief notice L1-01"),  # above the work
    ("L1-03", {}, "--kind"),  # on no rung yet
    ("L1-01", {"kind": "督班单"}, "是不是 督办单"),
    ("L1-01", {"kind": "提醒"}, "没有这种公文的模板"),
    ("L1-01", {"as_post": "A1"}, "公文由办公室出"),
)


@pytest.mark.parametrize(("code", "options", "words"), REFUSED)
def test_what_cannot_be_is_refused_in_words_and_takes_no_number(
    late: World, code: str, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ResponsibilityError) as refused:
        notice(late.workspace, code, late.now, **options)  # type: ignore[arg-type]
    assert words in refused.value.message + refused.value.hint
    assert registered(late.workspace) == []


def test_a_list_that_is_not_issued_has_no_documents(world: World) -> None:
    world.list({"title": "开会", "lead": "甲支部", "by": "9月30日前"})
    with pytest.raises(ResponsibilityError, match="还没有交办"):
        notice(world.workspace, "L1-01", world.now)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_asked_for_before_anything_is_late(late: World, kind: str) -> None:
    made = notice(late.workspace, "L1-03", late.now, kind=kind)
    assert made.kind_name == kind
    assert made.remarks == ("L1-03 没有逾期；这一份按您写的种类出",)
    text = text_of(late, made)
    assert "年底的事" in text
    assert ("党委书记：" in text) is (kind == "专报")  # a report goes up, all others to the unit


CLOCKS = (
    # (clock, its date, the title, the sentence) of a 通报 about L1-01, due on 30 September; it is 9 October
    ("finish", "2023-09-30", "”未按时办结情况的通报", "经催办、督办，甲支部、乙支部仍未办结。"),
    ("sign", "2023-09-13", "”未按时签收情况的通报", "仍未签收。"),
    ("report", "2023-09-25", "”未按时反馈情况的通报", "仍未反馈。"),
    ("milestone#1", "2023-09-25", "”未按时完成节点情况的通报", "仍未完成节点。"),
    ("verify", "2023-10-08", "”未按时通过审核情况的通报", "仍未通过审核。"),  # it is the office that judges
    ("behind", "2023-09-25", "”办理情况的通报", "现将办理情况通报如下。"),  # not past its date
    ("finish", "2023-10-09", "”办理情况的通报", "现将办理情况通报如下。"),  # on its last day
)


@pytest.mark.parametrize(("clock", "due_on", "title", "sentence"), CLOCKS)
def test_a_document_says_what_its_clock_waits_for_and_when_the_item_is_due(
    late: World, clock: str, due_on: str, title: str, sentence: str
) -> None:
    with late.workspace.read() as connection:
        lamp = Lamp(late.workspace.settings, policies(connection), late.now)
        rows = tuple(by_codes(connection, ["L1-01.A", "L1-01.B"]).values())
        clocks = {row.id: SimpleNamespace(due_on=date.fromisoformat(due_on), missed=0, arming=0) for row in rows}
        paper = Author(connection, lamp).paper(
            Subject("circular", clock, None, rows, clocks), "通报", "通报〔2023〕1号"
        )
    filled = fill(TEMPLATES / "通报.docx", fields_of(paper), late.now)
    text = "".join(node.text or "" for node in Document(io.BytesIO(filled)).element.body.iter(qn("w:t")))
    for words in (title, sentence, "完成时限：2023年9月30日。"):
        assert words in text
    assert ("未按时" in text) is ("未按时" in title)


def fields(late: World, code: str, kind: str) -> dict[str, Any]:
    return dict(notice(late.workspace, code, late.now, kind=kind, dry_run=True).fields or {})


def test_what_was_done_before_is_what_was_done(late: World) -> None:
    asked = (("L1-01", "督办单"), ("L1-01", "通报"), ("L1-03", "通报"))
    assert [fields(late, code, kind)["催办方式"] for code, kind in asked] == ["催办", "催办、督办", ""]


def test_only_leaders_the_item_names_stand_as_those_who_asked_for_it(late: World) -> None:
    leaders = {code: fields(late, code, "督办单") for code in ("L1-01", "L1-03")}
    assert [leaders["L1-01"][name] for name in ("批示领导", "分管领导")] == ["", "分管领导甲 领导甲、分管领导乙 领导乙"]
    assert [leaders["L1-03"][name] for name in ("批示领导", "分管领导")] == ["分管领导乙 领导乙", "分管领导甲 领导甲"]


def test_heads_are_called_to_a_talk_and_members_of_several_units_are_counted(late: World) -> None:
    talk = text_of(late, notice(late.workspace, "L1-02", late.now, kind="约谈通知"))
    for words in (
        "甲支部：甲支部书记 甲书记",
        "乙支部：乙支部书记 乙书记",
        "3 名党员）",
        "约谈人：分管领导甲 领导甲、",
    ):
        assert words in talk
    assert "甲一" not in talk
    assert "党员一" not in talk  # nor by their posts, in what went before
    assert [unit["责任人"] for unit in fields(late, "L1-02", "督办单")["单位"]] == ["3 名党员", "2 名党员"]
    assert [unit["责任人"] for unit in fields(late, "L1-02.A11", "督办单")["单位"]] == ["甲一"]


def test_a_title_within_quotation_marks_has_the_other_ones(late: World) -> None:
    assert fields(late, "L1-01", "通报")["所引事项"].endswith("‘专题’会")
    assert "‘专题’会”办理情况" in text_of(late, notice(late.workspace, "L1-01", late.now, kind="专报"))


def test_the_form_does_not_repeat_its_title_and_keeps_its_short_rows_on_a_page(late: World) -> None:
    made = notice(late.workspace, "L1-01", late.now)
    [table] = Document(str(late.root / made.path)).tables
    rows = {row.cells[0].text: row for row in table.rows}
    assert rows["内容"].cells[1].text == "同事项"
    kept = [
        name
        for name, row in rows.items()
        if row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None
    ]
    assert set(rows) - set(kept) == {"内容", "办理情况", "此前催办"}


# -- templates -------------------------------------------------------------------------------------


def _template(*paragraphs: str) -> bytes:
    document, out = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


BROKEN = (
    (_template("{{ 文好 }}"), "用了没有的内容“文好”"),  # a slip
    (_template("{{ 单位[0].姓名 }}"), "用了没有的内容“姓名”"),
    (_template("{% if 文号 %}"), "模板写法有误"),
    (_template("{{ ''.__class__.__mro__ }}"), "不许用"),  # out of the sandbox
    (b"no Word file", "不是完整的 Word 文件"),
)


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_broken_template_is_named_and_the_bundled_one_stands_in(late: World, content: bytes, words: str) -> None:
    (late.root / "config" / "templates" / "documents" / "督办单.docx").write_bytes(content)
    made = notice(late.workspace, "L1-01", late.now)
    assert "config/templates/documents/督办单.docx" in made.remarks[0]
    assert words in made.remarks[0]
    assert "办理情况" in text_of(late, made)


def test_a_broken_form_is_found_before_it_is_needed_and_can_be_put_back(late: World) -> None:
    own = late.root / "config" / "templates" / "documents" / "督办单.docx"
    whole = own.read_bytes()
    assert examined(late.workspace) == []
    own.write_bytes(b"no file of Word")
    [finding] = [one for one in examined(late.workspace) if one.severity is Severity.ERROR]
    assert "督办单.docx：打不开，不是完整的 Word 文件" in finding.message
    with pytest.raises(ResponsibilityError, match="没有覆盖"):
        copy(late.workspace, "督办单.docx")
    own.unlink()
    assert copy(late.workspace, "督办单.docx") == own
    assert own.read_bytes() == whole
    assert examined(late.workspace) == []


def test_the_offices_own_template_is_used_also_for_an_instrument_of_its_own(late: World) -> None:
    folder = late.root / "config" / "templates" / "documents"
    (folder / "督办单.docx").write_bytes(_template("{{ 文号 }}：{{ 事项 }}"))
    assert text_of(late, notice(late.workspace, "L1-01", late.now)).startswith("督办单〔2023〕1号：=开好")
    late.configure("policy.yaml", "  circular: 通报", "  circular: 通报\n  warning: 警示函")
    (folder / "警示函.docx").write_bytes(_template("{{ 没有 }}"))
    with pytest.raises(ResponsibilityError, match="没有的内容“没有”"):
        notice(late.workspace, "L1-01", late.now, kind="警示函")
    (folder / "警示函.docx").write_bytes(_template("{{ 责任单位 }}"))
    assert notice(late.workspace, "L1-01", late.now, kind="警示函").number == "警示函〔2023〕1号"


def test_what_no_file_can_carry_is_left_out() -> None:
    words = ["铃\x07半\ud800零\x00尾\uffff"] * 12
    paper = Paper("督办单", "督办单〔2023〕1号", date(2023, 10, 9), *words, None, "", "", (), ())
    fields = fields_of(paper)
    content = fill(TEMPLATES / "督办单.docx", fields, datetime(2023, 10, 9, tzinfo=ZONE))
    assert "铃半零尾" in _parts(io.BytesIO(content))["word/document.xml"].decode()


@pytest.mark.parametrize("kind", KINDS)
def test_the_bundled_templates_have_the_page_of_the_standard(kind: str) -> None:
    document = Document(str(TEMPLATES / f"{kind}.docx"))
    page = document.sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.bottom_margin,
        page.left_margin,
        page.right_margin,
    )
    assert [round(size / Mm(1)) for size in sizes if size] == [210, 297, 37, 35, 28, 26]
    [grid] = page._sectPr.findall(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert 22 * int(grid.get(qn("w:linePitch"))) <= 225 / 25.4 * 1440 < 22.1 * int(grid.get(qn("w:linePitch")))
    assert document.settings.odd_and_even_pages_header_footer
    assert [footer.paragraphs[0].alignment for footer in (page.footer, page.even_page_footer)] == [2, 0]
    for name in {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}:
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312")


def test_the_committed_templates_are_what_the_program_makes() -> None:
    spec = importlib.util.spec_from_file_location("make", ROOT / "benchmarks" / "make_document_templates.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, template in make.TEMPLATES.items():
        out = io.BytesIO()
        template().save(out)
        assert _parts(out) == _parts(io.BytesIO((TEMPLATES / f"{name}.docx").read_bytes())), name


def _parts(file: io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


# -- what a sweep calls for ------------------------------------------------------------------------


def test_a_sweep_makes_one_document_for_each_case_on_a_rung_the_policy_names_and_never_again(late: World) -> None:
    seq = sweep_of(late)
    made = write_due(late.workspace, seq, late.now).made
    assert [(one.number, one.item) for one in made] == [
        ("督办单〔2023〕1号", "L1-01"),
        ("督办单〔2023〕2号", "L1-02"),
    ]
    assert made[1].assignments == tuple(f"L1-02.{post}" for post in ("A11", "A12", "A13", "B11", "B12"))
    assert write_due(late.workspace, seq, late.now).made == ()
    assert not notice(late.workspace, "L1-01", late.now).new
    assert {line.made_by for line in registered(late.workspace)} == {"zeren"}


def test_the_documents_of_a_sweep_share_one_reading_of_the_organisation(late: World) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(late.workspace.engine, "before_cursor_execute", note)
    assert len(write_due(late.workspace, sweep_of(late), late.now).made) == 2
    assert len([one for one in seen if "FROM holding" in one]) == 1


def test_what_cannot_be_written_is_said_stops_nothing_and_is_tried_again_while_it_stands(late: World) -> None:
    blocked = late.root / "data" / "documents"
    blocked.write_text("a file where the folder should be")
    failed = write_due(late.workspace, sweep_of(late), late.now)
    assert failed.made == ()
    assert [fault.split("的公文")[0] for fault in failed.faults] == ["L1-01“督办”", "L1-02“督办”"]
    blocked.unlink()
    late.does("submit", "L1-01.A")
    late.sweep()
    again = write_due(late.workspace, sweep_of(late), late.now)
    assert [(one.number, one.assignments[0]) for one in again.made] == [
        ("督办单〔2023〕1号", "L1-01.B"),  # the other unit does not stand there any more
        ("督办单〔2023〕2号", "L1-02.A11"),
    ]


def test_what_a_broken_off_sweep_left_is_made_up_for_unless_the_case_went_on(late: World) -> None:
    with late.workspace.write(late.now) as connection:
        note_made_to(connection, 0)
    broken_off = late.copied(late.root.parent / "went-on")
    assert [one.item for one in write_due(late.workspace, sweep_of(late), late.now).made] == ["L1-01", "L1-02"]
    broken_off.to("2023-10-13")
    broken_off.sweep()  # 约谈: the supervision note that was due before is never written late
    assert write_due(broken_off.workspace, sweep_of(broken_off), broken_off.now).made == ()
    broken_off.workspace.engine.dispose()


def test_a_policy_from_before_documents_calls_for_none(late: World) -> None:
    with late.workspace.write(late.now) as connection:
        note_made_to(connection, 0)
        for one in connection.execute(select(policy)).all():
            body = {key: value for key, value in one.body.items() if key != "documents"}
            connection.execute(update(policy).where(policy.c.id == one.id).values(body=body))
    assert write_due(late.workspace, sweep_of(late), late.now).made == ()


# -- at the terminal, and as PDF -------------------------------------------------------------------


def test_at_the_terminal_it_is_shown_kept_copied_and_listed(late: World, capsys: pytest.CaptureFixture[str]) -> None:
    late.workspace.engine.dispose()
    where, now = ["-w", str(late.root), "--json"], ["--now", late.now.isoformat()]
    copy = late.root / "copy.docx"
    assert run(["brief", "notice", "L1-01", "--dry-run", *where, *now]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["number"], shown["fields"]["牵头单位"]) == ("督办单〔2023〕1号", "甲支部、乙支部")
    assert run(["brief", "notice", "L1-01", "-o", str(copy), *where, *now]) == 0
    made = json.loads(capsys.readouterr().out)
    assert copy.read_bytes() == (late.root / made["file"]).read_bytes()
    assert run(["brief", "notice", "L1-01", "-o", str(copy), *where, *now]) == 2  # never over something
    capsys.readouterr()
    assert run(["brief", "list", *where]) == 0
    assert [one["number"] for one in json.loads(capsys.readouterr().out)["documents"]] == [made["number"]]


def test_without_libreoffice_the_document_stands_and_the_pdf_is_refused_in_words(
    late: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(late.root))
    late.workspace.engine.dispose()
    assert (
        run(["brief", "notice", "L1-01", "--pdf", "--json", "-w", str(late.root), "--now", late.now.isoformat()]) == 1
    )
    said = json.loads(capsys.readouterr().out)
    assert "没有 LibreOffice" in said["error"]["message"]
    assert (late.root / said["file"]).is_file()


def test_a_document_becomes_a_pdf(late: World, tmp_path: Path) -> None:
    plain = tmp_path / "plain.docx"
    plain.write_bytes(_template("probe"))
    try:
        to_pdf(plain)
    except ResponsibilityError as error:
        pytest.skip(f"LibreOffice cannot be tried here: {error.message}")
    made = notice(late.workspace, "L1-01", late.now)
    pdf, _ = as_pdf(late.workspace, made)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.with_suffix(".docx") == late.root / made.path
