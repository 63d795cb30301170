"""The operator's own file with the column «Помилка»: in its format, with every issue, and good to be given back."""

import csv
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from imports.engine.annotating import write_error_file
from imports.formats.annotated_text import is_formula, representable
from imports.models import ImportBatch
from imports.staff.error_file import row_sentence
from tests import factories as make
from tests.imports.annotating.files import dbf_bytes
from tests.imports.statements.conftest import ours as ours
from tests.imports.statements.files import ibank

HEADING = ["Особовий рахунок", "Документ", "Дата платежу", "Сума платежу", "Стаття реалізації", "Призначення"]
GOOD = ["80-431930", "D1", "08.01.2026", "100,50", "Активна електроенергія", "за січень"]
BAD_DATE = ["80-431930", "D2", "32.01.2026", "1,00", "Пеня", ""]
TWICE_BAD = ["80-000", "D3", "x", "1,2,3", "Пеня", "ТОВ «Лісова пісня»"]


@pytest.fixture(autouse=True)
def account(db: Any) -> Any:
    return make.make_account("80-431930", make.make_branch("VIN"))


def annotated(report: dict[str, Any]) -> tuple[str, bytes]:
    batch = ImportBatch.objects.get(pk=report["batch"])
    output = BytesIO()
    name = write_error_file(batch, output, lambda issue: row_sentence(batch, issue))
    return name, output.getvalue()


def lines_of(content: bytes, encoding: str = "cp1251") -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode(encoding), newline=""), delimiter=";"))


def without_error(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name not in {"batch", "format", "encoding"}}


def test_every_issue_of_a_row_stands_beside_it(give: Callable[..., dict[str, Any]]) -> None:
    report = give("payments", [HEADING, GOOD, BAD_DATE, TWICE_BAD], dry_run=True)
    name, content = annotated(report)
    heading, good, bad, twice = lines_of(content)
    assert (name, heading[0], heading[1:]) == ("csv", "Помилка", HEADING)
    assert (good[0], good[1:]) == ("", GOOD)
    assert bad[0].startswith("Дата платежу: ")
    assert "32.01.2026" in bad[0]
    told = [issue["message"] for issue in report["issues"] if issue["row"] == 4]
    assert len(told) >= 3
    assert all(" ".join(message.split()) in twice[0].replace("'", "’") or message in twice[0] for message in told)
    assert twice[0].count("; ") >= len(told) - 1


def test_all_issues_are_told_beyond_those_of_the_report(give: Callable[..., dict[str, Any]]) -> None:
    report = give("payments", [HEADING, *[BAD_DATE] * 1_200], dry_run=True)
    assert len(report["issues"]) < report["issues_total"]
    _, content = annotated(report)
    assert sum(bool(row[0]) for row in lines_of(content)[1:]) == 1_200


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "utf-16", "cp866", "cp1125", "koi8-u"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_text_keeps_its_encoding_its_marks_and_its_line_ends(
    encoding: str, end: str, give: Callable[..., dict[str, Any]]
) -> None:
    lines = [
        "Оплата за сiчень;;;;;",
        '"Особовий рахунок";Документ;Дата платежу;Сума платежу;Стаття реалiзацiї;Призначення',
        '80-431930;"D;1";08.01.2026;100,50;Пеня;"за ""сiчень"""',
        "",
        "80-431930;D2;32.01.2026;1,00;Пеня;",
    ]
    source = (end.join(lines) + end).encode(encoding)
    report = give("payments", source, dry_run=True)
    _, content = annotated(report)
    text = content.decode(encoding)
    assert text.count(end) == len(lines)
    read = text.split(end)
    assert [line.partition(";")[2] for line in read[:3]] == lines[:3]
    assert (read[0][0], read[1].partition(";")[0], read[3]) == (";", "Помилка", "")
    assert read[4].endswith(lines[4])
    assert "32.01.2026" in read[4].removesuffix(lines[4])
    assert "?" not in text


def test_an_error_file_comes_back_as_the_file_it_was(give: Callable[..., dict[str, Any]]) -> None:
    rows = [
        ["Оплата за січень 2026"],
        HEADING,
        GOOD,
        BAD_DATE,
        GOOD[:4],
        [*GOOD, "зайве", "ще"],
        TWICE_BAD,
        ["Разом", "", "", "3"],
    ]
    source = "\r\n".join(";".join(row) for row in rows).encode("cp1251")
    first = give("payments", source, dry_run=True)
    _, content = annotated(first)
    again = give("payments", content, dry_run=True)
    assert without_error(again) == without_error(first)
    assert not [issue for issue in again["issues"] if issue["code"] == "unknown_column"]
    # An error file of an error file says everything once.
    assert annotated(again)[1] == content
    corrected = content.replace("32.01.2026;1,00".encode("cp1251"), "31.01.2026;1,00".encode("cp1251"))
    assert give("payments", corrected, dry_run=True)["rejected"] == first["rejected"] - 1


def test_a_row_that_is_quoted_by_no_rule_keeps_its_fields(give: Callable[..., dict[str, Any]]) -> None:
    source = (";".join(HEADING) + '\r\n80-431930;D"1;x;1,00;Пеня;ТОВ "Перше" і "Друге\r\n').encode("cp1251")
    first = give("payments", source, dry_run=True)
    again = give("payments", annotated(first)[1], dry_run=True)
    assert without_error(again) == without_error(first)


def test_a_workbook_keeps_its_sheets_and_cells(give: Callable[..., dict[str, Any]]) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Оплати"
    for row in (["Звіт"], HEADING, GOOD, ["80-431930", "D2", "32.01.2026", 1.5, "Пеня", "=1+1"]):
        sheet.append(row)
    sheet["F4"].data_type = "s"
    sheet["A2"].font = Font(bold=True)
    sheet.merge_cells("A1:F1")
    workbook.create_sheet("Довідка")["A1"] = "лишається"
    output = BytesIO()
    workbook.save(output)
    first = give("payments", output.getvalue(), format="xlsx", dry_run=True)
    name, content = annotated(first)
    again = load_workbook(BytesIO(content))
    read = again["Оплати"]
    assert (name, again.sheetnames, again["Довідка"]["A1"].value) == ("xlsx", ["Оплати", "Довідка"], "лишається")
    assert (read["A2"].font.b, [str(one) for one in read.merged_cells.ranges]) == (True, ["A1:F1"])
    assert (read["G2"].value, read["D4"].value, read["F4"].value, read["F4"].data_type) == ("Помилка", 1.5, "=1+1", "s")
    assert "32.01.2026" in read["G4"].value
    assert without_error(give("payments", content, format="xlsx", dry_run=True)) == without_error(first)


def test_formulas_of_a_workbook_become_the_values_that_were_read(give: Callable[..., dict[str, Any]]) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (HEADING, [*BAD_DATE[:5], '=HYPERLINK("http://example.com","x")']):
        sheet.append(row)
    output = BytesIO()
    workbook.save(output)
    _, content = annotated(give("payments", output.getvalue(), format="xlsx", dry_run=True))
    with zipfile.ZipFile(BytesIO(content)) as container:
        assert b"<f>" not in container.read("xl/worksheets/sheet1.xml")


def test_a_workbook_of_1c_that_openpyxl_cannot_open_is_built_anew(
    give: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in ([], HEADING, ["80-431930", "D2", "32.01.2026", 1.25, "Пеня", "=cmd"]):
        sheet.append(row)
    sheet["F3"].data_type = "s"
    plain, odd = BytesIO(), BytesIO()
    workbook.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(odd, "w") as target:
        for part in source.infolist():
            name = part.filename.replace("sharedStrings", "SharedStrings")
            target.writestr(name, source.read(part.filename))
    first = give("payments", odd.getvalue(), format="xlsx", dry_run=True)
    name, content = annotated(first)
    read = load_workbook(BytesIO(content)).active
    assert read is not None
    assert name == "xlsx"
    assert [read.cell(2, 7).value, read.cell(3, 4).value, read.cell(3, 6).value] == ["Помилка", 1.25, "=cmd"]
    assert read.cell(3, 6).data_type == "s"
    assert without_error(give("payments", content, format="xlsx", dry_run=True)) == without_error(first)


def test_a_web_page_comes_back_as_a_workbook(give: Callable[..., dict[str, Any]]) -> None:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEADING, GOOD, BAD_DATE))
    first = give("payments", f"<html><body><table>{body}</table></body></html>".encode(), format="xls", dry_run=True)
    assert (first["format"], first["rejected"]) == ("html", 1)
    name, content = annotated(first)
    assert name == "xlsx"
    again = give("payments", content, format="xlsx", dry_run=True)
    assert (again["rows"], again["rejected"]) == (first["rows"], first["rejected"])


def test_a_dbf_gets_a_field(give: Callable[..., dict[str, Any]]) -> None:
    names = {"OSOBRAH": 12, "DOCUMENT": 8, "DATA": 10, "SUMA": 10, "STATTIA": 20}
    rows = [["80-431930", "D1", "08.01.2026", "1.00", "Пеня"], ["80-431930", "D2", "x", "2.00", "Пеня"]]
    from imports.models import ImportProfile

    ImportProfile.objects.create(
        kind="payments",
        name="DBF",
        mapping={
            "OSOBRAH": "account",
            "DOCUMENT": "document",
            "DATA": "paid_on",
            "SUMA": "amount",
            "STATTIA": "article",
        },
    )
    source = dbf_bytes(names, rows, "cp866")
    first = give("payments", source, format="dbf", profile="DBF", dry_run=True)
    assert (first["rows"], first["rejected"]) == (2, 1), first
    name, content = annotated(first)
    assert name == "dbf"
    assert len(content) == len(source) + 32 + 2 * 254
    assert b"DATA: " in content
    again = give("payments", content, format="dbf", profile="DBF", dry_run=True)
    assert without_error(again) == without_error(first)
    assert annotated(again)[1] == content


def test_an_archive_comes_back_as_its_registry(give: Callable[..., dict[str, Any]]) -> None:
    archive = BytesIO()
    heading = ["Особовий рахунок", "Вид документа", "№", "Дата", "Файл"]
    with zipfile.ZipFile(archive, "w") as target:
        text = ";".join(heading) + "\r\n80-431930;Договір;1;01.01.2026;absent.pdf\r\n"
        target.writestr("registry.csv", text.encode("cp1251"))
    report = give("documents", archive.getvalue(), format="zip", dry_run=True)
    name, content = annotated(report)
    heading_row, row = lines_of(content)
    assert (name, heading_row) == ("csv", ["Помилка", *heading])
    assert "absent.pdf" in row[0]


def test_the_statement_of_a_bank_comes_back_as_one(ours: None, give: Callable[..., dict[str, Any]]) -> None:
    rows = (("12.10.2026", "100,00", "Оплата за розподіл, о/р 80-431930"), ("32.10.2026", "1,00", "Дата, якої немає"))
    first = give("payments", ibank(*rows), branch="ALL", dry_run=True)
    assert (first["rows"], first["rejected"]) == (2, 1)
    name, content = annotated(first)
    assert name == "csv"
    assert content.startswith("Помилка;ЄДРПОУ".encode("cp1251"))
    assert without_error(give("payments", content, branch="ALL", dry_run=True)) == without_error(first)


def test_a_file_without_a_heading_gets_the_column_at_its_end(give: Callable[..., dict[str, Any]]) -> None:
    from imports.models import ImportProfile

    places = ("account", "document", "paid_on", "amount", "article", "purpose")
    mapping = {f"[{number}]": name for number, name in enumerate(places, start=1)}
    ImportProfile.objects.create(kind="payments", name="Без", mapping=mapping, delimiter=";")
    first = give("payments", [GOOD, BAD_DATE], profile="Без", dry_run=True)
    assert first["rejected"] == 1
    good, bad = lines_of(annotated(first)[1])
    assert (good[:6], bad[:6]) == (GOOD, BAD_DATE)
    assert "32.01.2026" in bad[6]


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        ("рядок «№ 5» — ’", "cp866", 'рядок "№ 5" - \''), ("і Ґ є", "cp866", "i Г є"), ("№ 5", "koi8-u", "N 5"),
        ("і ґ", "cp1251", "і ґ"), ("яблуко 🍏", "cp1251", "яблуко ?"),
    ],
)  # fmt: skip
def test_what_an_encoding_lacks_is_written_in_neighbours(text: str, encoding: str, written: str) -> None:
    assert representable(text, encoding) == written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1", True), ("+cmd|x", True), ("-2+3", True), ("@SUM(A1)", True), (" =1", True), ("＝1", True),
        ("\t=1", True),
        ("-2,00", False), ("+5", False), ("-1 234,50", False), ("-", False), ("80-1", False), ("", False),
        ("'=1", False),
    ],
)  # fmt: skip
def test_formulas_are_told_from_numbers(text: str, expected: bool) -> None:
    assert is_formula(text) is expected
