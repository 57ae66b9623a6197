"""Tables as text: whatever kind of file, whatever is wrong with it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responsibility.core.errors import FileMissing, InputProblems
from responsibility.ingest.sheets import Sheet, cell_name, read_sheets


def workbook(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for col, value in enumerate(row):
                    if isinstance(value, dt.date | dt.time):
                        sheet.write_datetime(at, col, value, day)
                    elif value is not None:
                        sheet.write(at, col, value)
    return path


#: A small workbook in the old format, which nothing here can write: compressed, in base 85.
XLS = (
    rb"c-rk(U2IfU5T0}I?)Gje-P@K57Az|WEwqq=iPk8#u>7iQv84#4Dy3{|W$89;Ni_Z~A}?a2ga==Urb*+A#-EsIj7HlxA0+x94;oEM6O0BQR-+*V"
    rb"+x45d=WcH|+t@9JMCshj`I+-GbI$ynx!-(UGB)%<#YM`3d&#89bdUlbngUvG$0jl~Z8DusyX5pd{HI_-*Q`Sy^yde%&I`0&gSwuF|0gt40^b0I"
    rb"X&d#R?xUwEAGie;<K1sIYbIwoZ?-VcfA0J_esdf*f!Y4gv7Y_E5V!zX1Y8I#28Ns`fJ%U+z%t+>V7b@?(PH2d;H|(4;8Nf+;BCN4Ekjt>j4RQ;"
    rb"L-$vsu9}ZKHw1zfv>5QyrwhMgm5c5#!Xn=Hjf!221KX&VZ6nei?+D*0*dj8tE0$pdM!E?tMdv^*ruT&UnUtHv`T&g-uGbd5-)I!s2c=vgWij#k"
    rb"k7dpGLfHU2{6VbzHE{w(1u8=A6sK-Fj5yeh85Q&;`_~IHgS|s-mJyzHeWP{Lc*B=eRN`;~k+=nOdZ-_*2t7a#3ME37z9JfCzuXb)iS@O|$Hd=;"
    rb"=}++^7e>NN=S_wF$L#1vo^-nD=)<_XT=!h#%ui+0*UUh#oq@h~26`|j-S5g%Jp<jEqMtS3yGcrOZ6{5sOOgSpOOrmS%aR3BFG~8;hr~xtA=)qI"
    rb"#{iDu?`ds$1rb2u8&wvNXz!q+%XE<6fmE|_3ZyvRbD(hl3%qzIEl9DaegV-eI-&5cSR<+tWg}JoW;-v7g%`%c%VAxCL;OWiIff;hs`F<)>Am!5"
    rb"TNB*))yJ;1fWp0N(V=EER}Nl_wzll%!HvgHM@>=(A8v@f(Tx6q=;<h`@qOPONaH25=q;b~l66?+z$uNE>)PPw&Iyb5w6Iu&gB`(vIgpgdA#H58"
    rb"F0$<M_+1qZj|)9Hb@Q}}FP>`E35<;T*2;<+DPNSi?sIukXfH{*8tc0{8GdT0^0ccn`~KXp#?u}`cnd-*66F}+R;!j21x}708f$QCMXeaI=s7ty"
    rb"sh6#gK4~#&jp+oyGHl(hb%K@(2~Fjo898WX7HvXO2lr|}m!3ke9IJUuNwUDD(^KdfnVx|j@Ay14Vo1sn&|`+o^ksU6q@m7CQ)U+GF;iv+GCiKj"
    rb"3caMc%Qeuiw1@SY+Ue*tWoe^j79lcIb+V@~RW0;j%FdBg8B{3icn!;Pzfnpb1)P_O=swXAr#~T)&}9JVg2i`P-i?%-$QAx`E~k(snT1XcXj_Kk"
    rb"^UlzA&bfAXcl0It6P*L$ZBKQ?;^BMlUbnaXa4a5=$*pYZ?(D3;p4?M8?mlOjOp~ZO$G$Xn>doJ;Ha%g#ea51ist><oH9V`Gk;m(Ge%h$7>LHz{"
    rb"?$^2M5uLC0>Kyl%2`BgDcAZ}5LUud3y{&BdGe0VCJ0JO(Vq7?X;oSPA_Sx4Vf9=(Gw{jMcMQhV}vKuFDkF0yNTQY<_XEwBqZtl)!-rU=}FV@%J"
    rb"o#>f<RyM2+8`swXa^C;H`Tr;KXW3w`HKxb59|8A1I*N>o<v5zR{gjIPJ3%a+$A8sOfoo?G@I3|_X@U$-&WXS2`3IZLn&rS<89Q%6J{X&`|8V%r"
    rb"_y6y9{jVljDRRr>IR7!^oUHp@u!2s}2~!4;uO>j58LBmZe;)V00{Bjb|5kA55E)`(f%(Z(KZo<L^6<ae|Ns96<9jJ8"
)


def the_problem(path: Path) -> str:
    with pytest.raises(InputProblems) as refused:
        read_sheets(path)
    (problem,) = refused.value.problems
    assert problem.file == path.name
    return problem.message


@pytest.mark.parametrize(
    ("row", "col", "name"),
    [
        (0, 0, "A1"),
        (6, 1, "B7"),
        (0, 25, "Z1"),
        (0, 26, "AA1"),  # no digit 0 in this counting
        (9, 701, "ZZ10"),
        (0, 702, "AAA1"),
        (1048575, 16383, "XFD1048576"),  # the last cell there is
    ],
)
def test_cell_name_is_what_a_spreadsheet_shows(row: int, col: int, name: str) -> None:
    assert cell_name(row, col) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),  # integers arrive as floats
        (6.5, "6.5"),
        (0.1 + 0.2, "0.3"),  # as shown, not as computed
        (13800138000, "13800138000"),
        (dt.datetime(2023, 9, 30), "2023-09-30"),  # noqa: DTZ001 - a cell has no zone
        (dt.datetime(2023, 9, 30, 9, 30), "2023-09-30 09:30"),  # noqa: DTZ001
        (dt.time(9, 30), "09:30"),
        (True, "TRUE"),
        ("\u3000 党建\u00a0", "党建"),  # wide and unbreakable blanks
        ("3月：启动\r\n12月：验收", "3月：启动\n12月：验收"),
        ("\u200b\ufeff零宽", "零宽"),
    ],
)
def test_a_cell_is_read_as_a_person_reads_it(tmp_path: Path, value: object, text: str) -> None:
    (sheet,) = read_sheets(workbook(tmp_path / "a.xlsx", ("表", [["起", value]])))
    assert sheet == Sheet("a.xlsx", "表", (("起", text),))


def test_blank_heads_stay_and_blank_tails_go(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write(2, 1, "x")
        sheet.write(5, 4, "  ")
        sheet.write_blank(9, 9, None, book.add_format({"bold": True}))
    (read,) = read_sheets(path)
    assert read.rows == (("", ""), ("", ""), ("", "x"))


def test_merged_ranges_are_told_and_cut_to_the_rows_there_are(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.merge_range("B2:C4", "并")
        sheet.write("A4", "末")
        sheet.merge_range("A6:B8", "")
    (read,) = read_sheets(path)
    assert read.rows[1] == ("", "并")
    assert read.merged == ((1, 1, 3, 1),)


def test_a_million_formatted_rows_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("表")
        bold = book.add_format({"bold": True})
        sheet.write(0, 0, "x")
        for row in [*range(1, 1_048_575, 97), 1_048_575]:
            sheet.write_blank(row, 5, None, bold)
    (read,) = read_sheets(path)
    assert read.rows == (("x",),)


def test_a_stray_cell_at_the_far_corner_is_refused_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("任务")
        sheet.write(0, 0, "x")
        sheet.write(1_048_575, 16_383, "y")
    assert "任务" in the_problem(path)


def test_error_values_are_kept_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B1", "=A2", None, "好")
        sheet.write_formula("C3", "=X!A1", None, "#REF!")
    (read,) = read_sheets(path)
    assert read.rows == (("#DIV/0!", "好", ""), ("", "", ""), ("", "", "#REF!"))


def test_hidden_sheets_are_read_only_where_nothing_else_is(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("看").write(0, 0, "看")
        hidden = book.add_worksheet("藏")
        hidden.write(0, 0, "藏")
        hidden.hide()
    assert [sheet.name for sheet in read_sheets(path)] == ["看"]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("空")
        hidden = book.add_worksheet("藏")
        hidden.write(0, 0, "藏")
        hidden.hide()
    assert [sheet.rows for sheet in read_sheets(path)] == [(), (("藏",),)]


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",  # Excel's “CSV UTF-8”
        "gb18030",  # Excel's plain csv in China
        "utf-16",  # with its BOM
    ],
)
def test_csv_is_read_in_each_encoding_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('序号,任务\r\n1,"两行\n一格"\r\n,,\r\n'.encode(encoding))
    (sheet,) = read_sheets(path)
    assert sheet == Sheet("a.csv", "", (("序号", "任务"), ("1", "两行\n一格")))


def test_rows_of_unequal_length_are_padded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\nb,c,d\n", encoding="utf-8")
    assert read_sheets(path)[0].rows == (("a", "", ""), ("b", "c", "d"))


def test_a_workbook_under_the_other_workbook_name_is_read(tmp_path: Path) -> None:
    made = workbook(tmp_path / "a.xlsx", ("表", [["x"]]))
    renamed = made.rename(tmp_path / "a.xls")
    assert read_sheets(renamed)[0].rows == (("x",),)


def test_the_old_workbook_format_is_read_with_its_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(zlib.decompress(base64.b85decode(XLS)))
    (sheet,) = read_sheets(path)
    assert (sheet.name, sheet.merged) == ("清单", ((0, 0, 0, 2),))
    assert sheet.rows[2:] == (("1", "甲事", "党政办"), ("2", "乙事", "团委"))


def _zip_of(names: list[str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"%PDF-1.4 ...." * 40, "PDF"),  # a renamed PDF
        ("a.xlsx", b"<table><tr><td>1</td></tr></table>", "网页"),  # a web page saved as a sheet
        ("a.xls", b"<html></html>", "网页"),
        ("a.xlsx", _zip_of(["word/document.xml"]), "不是 Excel"),  # a renamed docx
        ("a.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),  # locked
        ("a.xlsx", _OLE, "不完整"),
        ("a.xlsx", b"", "空"),
        ("a.xlsx", b"just words", "另存为"),
        ("a.csv", b"", "空"),
        ("a.csv", b" \r\n\r\n", "空"),
        ("a.csv", b",,,\n,,,\n", "空"),
        ("a.csv", b"%PDF-1.4", "PDF"),
        ("a.csv", _zip_of(["xl/workbook.xml"]), "压缩包"),  # an xlsx named csv
        ("a.csv", bytes(range(256)) * 20, "编码"),  # neither UTF-8 nor GB18030
        ("a.csv", b"a,b\x00\x01\n", "不是文本"),  # decodes, but is no text
        ("a.csv", '1,"没有收尾\n2,乙\n'.encode(), "引号"),  # an open quote would swallow the rest
        ("a.docx", b"PK\x03\x04", ".docx"),  # an unknown suffix
        ("list", b"x", "文件类型"),  # none at all
    ],
)
def test_what_is_no_table_is_one_clear_problem(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert says in the_problem(path)


def test_a_workbook_without_content_is_a_problem(tmp_path: Path) -> None:
    assert "空" in the_problem(workbook(tmp_path / "a.xlsx", ("甲", []), ("乙", [])))


def test_an_empty_sheet_beside_a_full_one_is_none(tmp_path: Path) -> None:
    sheets = read_sheets(workbook(tmp_path / "a.xlsx", ("甲", []), ("乙", [["x"]])))
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [("甲", ()), ("乙", (("x",),))]


def test_a_file_that_is_not_there_is_missing_not_wrong(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(FileMissing):
            read_sheets(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keep=st.floats(0, 1, exclude_max=True))
def test_a_truncated_workbook_never_breaks_out(tmp_path: Path, keep: float) -> None:
    whole = workbook(tmp_path / "whole.xlsx", ("表", [["x", 1.0]])).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * keep)])
    assert the_problem(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".xlsx", ".xls"]))
def test_no_bytes_whatever_break_out(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(data)
    with contextlib.suppress(InputProblems):
        assert any(sheet.rows for sheet in read_sheets(path))
