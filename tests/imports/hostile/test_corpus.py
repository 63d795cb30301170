"""Every hostile file is refused with a sentence, in time and memory; and its guard is all that stands before harm."""

import re
from pathlib import Path

import pytest

from tests.imports.hostile import corpus_archives, corpus_documents, corpus_tables, corpus_workbooks
from tests.imports.hostile import texts as t
from tests.imports.hostile import workbooks as w
from tests.imports.hostile.corpus import MEMORY, MISLED, TAKEN, TIME, Hostile
from tests.imports.hostile.door import Answer, Door
from tests.imports.hostile.probe import MEMORY_BOUND, MEMORY_LEFT, TIME_BOUND, Probe
from tests.support.scale import TRUST

# Harm that goes on for so many seconds is believed in the short form; the guarded file takes a tenth of a second.
_LONG_ENOUGH = TIME_BOUND if TRUST else 2
CORPUS = (*corpus_tables.FILES, *corpus_workbooks.FILES, *corpus_documents.FILES, *corpus_archives.FILES)
every_file = pytest.mark.parametrize("hostile", CORPUS, ids=[file.name for file in CORPUS])
_UKRAINIAN = re.compile(r"[А-ЩЬЮЯҐЄІЇа-щьюяґєії]")


@pytest.fixture
def saved(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The file, under the name an operator gives it."""
    hostile: Hostile = request.getfixturevalue("hostile")
    path = tmp_path / hostile.name
    path.write_bytes(hostile.make())
    return path


def test_there_are_at_least_forty_files_and_no_two_are_the_same() -> None:
    assert len({file.name for file in CORPUS}) == len(CORPUS) >= 40


def check_refused(answer: Answer, codes: tuple[str, ...]) -> None:
    """It was refused as a whole or row by row, in Ukrainian, within the bounds, without an error of ours."""
    assert answer.trace == ""
    assert answer.code == 1
    report = answer.report
    assert report["state"] == "refused"
    assert report["new"] == report["changed"] == 0 or report["rejected"] > 0
    found = {issue["code"] for issue in report["issues"]}
    assert found & set(codes), found
    for issue in report["issues"][:50]:
        assert _UKRAINIAN.search(issue["message"]), issue
        assert issue["message"] != issue["code"]
    assert answer.seconds < TIME_BOUND
    assert answer.megabytes < MEMORY_BOUND


@pytest.mark.django_db
@every_file
def test_it_is_refused_with_a_sentence_in_time_and_memory(door: Door, saved: Path, hostile: Hostile) -> None:
    check_refused(door.give(saved, hostile.kind), hostile.codes)


@every_file
def test_without_its_guard_the_harm_comes_through(probe: Probe, saved: Path, hostile: Hostile) -> None:
    archive = hostile.kind == "documents"
    guarded = probe.read(saved, archive=archive)
    assert guarded.how in {"refused", "read"}
    if guarded.how == "refused":
        assert guarded.code in hostile.codes
    allowed = _LONG_ENOUGH if hostile.harm == TIME else 4 * TIME_BOUND
    outcome = probe.read(
        saved, limits=dict(hostile.limits), lifted=dict(hostile.lifted), archive=archive, seconds=allowed
    )
    if hostile.harm == MEMORY:
        assert outcome.how == "memory" or outcome.megabytes > MEMORY_LEFT, outcome
    elif hostile.harm == TIME:
        assert outcome.how == "time", outcome
    elif hostile.harm == TAKEN:
        assert outcome.how in {"read", "failed"}, outcome
    elif hostile.harm == MISLED:
        assert outcome.how != "refused" or outcome.code not in hostile.codes, outcome
    else:
        assert hostile.harm in outcome.text, outcome


WHOLE = {
    "а.xlsx": lambda: w.xlsx([t.HEADINGS, *[t.GOOD] * 60]),
    "а.xlsb": lambda: w.xlsb(
        w.xlsb_sheet(
            b"".join(
                w.xlsb_row(row, b"".join(w.xlsb_text(place, text) for place, text in enumerate(cells)))
                for row, cells in enumerate([t.HEADINGS, *[t.GOOD] * 60])
            ),
            last_row=60,
            last_column=3,
        )
    ),
    "а.ods": lambda: w.ods(w.ods_row(t.HEADINGS) + w.ods_row(t.GOOD) * 60),
    "а.xls": lambda: w.xls(b"".join(w.xls_number(row, 0, row) for row in range(2_000)), rows=2_000),
    "а.dbf": lambda: t.dbf([t.GOOD] * 60),
    "2003.xls": lambda: t.spreadsheet_xml(t.spreadsheet_row(*t.GOOD) * 60),
    "а.html": lambda: t.page(t.page_row(*t.GOOD) * 60),
    "обмін.xml": lambda: t.own_xml(t.own_row() * 60),
    "camt.xml": lambda: t.camt(t.camt_entry() * 60),
    "commerceml.xml": lambda: t.commerceml(t.commerceml_payment() * 60),
    "ifobs.xml": lambda: t.ifobs(t.ifobs_row() * 60),
    "банк.txt": lambda: t.client_bank(t.client_bank_document() * 60),
    "банк.xml": lambda: t.client_bank_xml(t.client_bank_xml_document() * 60),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WHOLE, ids=[name.encode("ascii", "ignore").decode() for name in WHOLE])
def test_a_file_cut_at_any_tenth_is_refused_whole(door: Door, tmp_path: Path, name: str) -> None:
    whole = WHOLE[name]()
    path = tmp_path / name
    for tenth in range(1, 10) if TRUST else (1, 3, 5, 7, 9):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        check_refused(door.give(path), ("truncated", "damaged", "unknown_content", "xml", "no_table", "document"))


@pytest.mark.parametrize("name", ["обмін.xml", "camt.xml", "банк.txt", "а.html"])
def test_a_cut_file_would_be_taken_for_a_whole_one(probe: Probe, tmp_path: Path, name: str) -> None:
    whole = WHOLE[name]()
    path = tmp_path / name
    path.write_bytes(whole[: whole.rindex(b"</" if name != "банк.txt" else "КонецФайла".encode("cp1251"))])
    lifted = {
        "обмін.xml": {"imports.formats.own_xml:stream_rows": "stream_to_the_cut"},
        "camt.xml": {"imports.formats.camt:stream_rows": "stream_to_the_cut"},
        "банк.txt": {"imports.formats.client_bank:check_end": "nothing"},
        "а.html": {"imports.formats.html:_END_OF_TABLE": "any_tag"},
    }
    path.write_bytes(path.read_bytes() if name != "а.html" else whole[: whole.rindex(b"</table>")])
    assert probe.read(path).code == "truncated"
    outcome = probe.read(path, lifted=lifted[name])
    assert (outcome.how, outcome.rows) == ("read", 61)


@pytest.mark.django_db
def test_the_worker_is_the_same_after_all_of_it_and_takes_a_good_file(door: Door, tmp_path: Path) -> None:
    pictures = tmp_path / "знімок.png"
    pictures.write_bytes(corpus_workbooks.PNG)
    before = door.give(pictures)
    good = tmp_path / "платежі.csv"
    good.write_bytes(t.table())
    after = door.give(good)
    assert (after.trace, after.code, after.report["state"], after.report["new"]) == ("", 0, "applied", 1)
    assert before.alive == after.alive == door.process_id


def test_without_a_process_of_its_own_a_workbook_ends_the_worker_that_opens_it(probe: Probe, tmp_path: Path) -> None:
    path = tmp_path / "запис-розмірів-бреше.xls"
    path.write_bytes(w.xls(w.xls_number(0, 0, 1), rows=1 << 30, columns=65_535))
    assert probe.read(path).code == "workbook_too_large"
    # The memory is not even asked for bit by bit: the process is aborted.
    assert probe.read(path, lifted={"imports.formats.workbook:open_sheet": "open_here"}).how == "memory"
