"""DBF: letters tell the encoding, records keep their numbers, and a header that lies is refused."""

import contextlib
import struct
import tracemalloc

import pytest

from imports.formats import Limits, RawRow, UnreadableFile
from tests.support.scale import chance, scaled

from .test_text import opened, refusal, rows

FIELDS = (
    ("OSOBRAH", "C", 12, 0),
    ("DATA", "D", 8, 0),
    ("SUMA", "N", 12, 2),
    ("STATTIA", "C", 60, 0),
    ("OK", "L", 1, 0),
)
RECORDS = (
    ("80-431930", "20260201", "1234.56", "Активна електроенергія", "T"),
    ("80-36", "20260202", "-0.50", "Пеня", "F"),
    ("80-37", "", "12.00", "Інфляційні відсотки, ґанок", "?"),
)
EXPECTED = [
    RawRow(0, ("OSOBRAH", "DATA", "SUMA", "STATTIA", "OK")),
    RawRow(1, ("80-431930", "01.02.2026", "1234.56", "Активна електроенергія", "так"), frozenset({2})),
    RawRow(2, ("80-36", "02.02.2026", "-0.50", "Пеня", "ні"), frozenset({2})),
    RawRow(3, ("80-37", "", "12.00", "Інфляційні відсотки, ґанок", ""), frozenset({2})),
]


def dbf(fields=FIELDS, records=RECORDS, *, encoding="cp1251", language=0, version=3, deleted=(), lies=()) -> bytes:
    """Return the bytes of a table; `lies` replace `records`, `header` or `record` of what the header tells."""
    told = {"records": len(records), "header": 33 + 32 * len(fields), "record": 1 + sum(one[2] for one in fields)}
    told.update(lies)
    prefix = struct.pack("<BBBBIHH", version, 126, 2, 1, told["records"], told["header"], told["record"])
    described = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(encoding), kind.encode(), length & 255, decimals or length >> 8)
        for name, kind, length, decimals in fields
    )
    body = []
    for number, record in enumerate(records, start=1):
        body.append(b"*" if number in deleted else b" ")
        for (_, kind, length, _), value in zip(fields, record, strict=True):
            content = value.encode(encoding)
            body.append(content.rjust(length) if kind in "NF" else content.ljust(length))
    return prefix + bytes(17) + bytes([language]) + bytes(2) + described + b"\r" + b"".join(body) + b"\x1a"


def saved(tmp_path, content):
    path = tmp_path / "oplata.xlsx"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("language", [0x00, 0x26, 0x65, 0xC9])
@pytest.mark.parametrize("encoding", ["cp1125", "cp1251", "koi8-u", "utf-8"])
def test_every_encoding_gives_the_same_rows_whatever_the_language_byte_says(tmp_path, encoding, language):
    reading = opened(saved(tmp_path, dbf(encoding=encoding, language=language)))
    assert (reading.format, reading.encoding) == ("dbf", encoding)
    assert list(reading.rows) == EXPECTED


@pytest.mark.parametrize("language", [0x00, 0xC9])
def test_cp866_with_latin_letters_for_those_it_lacks_is_told_from_cp1125(tmp_path, language):
    records = [("80-1", "20260201", "1.00", "Iнфляцiйнi вiдсотки, її", "T")]
    reading = opened(saved(tmp_path, dbf(records=records, encoding="cp866", language=language)))
    assert reading.encoding == "cp866"
    assert list(reading.rows)[1].cells[3] == "Iнфляцiйнi вiдсотки, її"


@pytest.mark.parametrize(("language", "encoding"), [(0x00, "cp866"), (0x65, "cp866"), (0xC9, "cp1251")])
def test_the_language_byte_names_the_encoding_where_no_letter_does(tmp_path, language, encoding):
    assert opened(saved(tmp_path, dbf(records=[], language=language))).encoding == encoding


def test_an_operator_overrules_the_encoding(tmp_path):
    path = saved(tmp_path, dbf(encoding="cp1251"))
    assert rows(path, encoding="windows-1251")[1:] == EXPECTED[1:]
    assert rows(path, encoding="koi8-u")[1].cells[3] != EXPECTED[1].cells[3]
    assert refusal(path, encoding="ebcdic").code == "unknown_encoding"
    assert refusal(path, encoding="utf-8").code == "undecodable"


def test_a_letter_that_the_encoding_lacks_is_refused_with_its_record(tmp_path):
    content = dbf().replace("Пеня".encode("cp1251"), b"\xcf\x98\xed\xff")
    refused = refusal(saved(tmp_path, content))
    assert (refused.code, refused.params["line"]) == ("undecodable", 2)


def test_deleted_records_are_passed_over_and_keep_their_number(tmp_path):
    assert [row.number for row in rows(saved(tmp_path, dbf(deleted={2})))] == [0, 1, 3]


def test_a_memo_without_its_file_is_empty_and_a_float_loses_its_padding(tmp_path):
    fields = (("NAME", "C", 4, 0), ("BIO", "M", 10, 0), ("VALUE", "F", 20, 4), ("COUNT", "N", 4, 0))
    content = dbf(fields, [("Іра", "         1", "12.1200", "007"), ("Ян", "", "0.0000", "")], version=0x83)
    assert [row.cells for row in rows(saved(tmp_path, content))[1:]] == [
        ("Іра", "", "12.12", "007"),
        ("Ян", "", "0", ""),
    ]


def test_a_text_of_clipper_is_longer_than_a_byte_counts(tmp_path):
    content = dbf((("A", "C", 600, 0), ("B", "C", 3, 0)), [("x" * 600, "є"), ("y", "ї")])
    assert [row.cells for row in rows(saved(tmp_path, content))[1:]] == [("x" * 600, "є"), ("y", "ї")]


def test_a_header_without_a_date_and_with_more_bytes_behind_it_is_read(tmp_path):
    content = bytearray(dbf())
    content[1:4] = bytes(3)
    # Visual FoxPro keeps the name of its database behind the fields.
    start = 33 + 32 * len(FIELDS)
    struct.pack_into("<H", content, 8, start + 263)
    content[start:start] = bytes(263)
    content[0] = 0x30
    assert rows(saved(tmp_path, bytes(content))) == EXPECTED


@pytest.mark.parametrize(
    ("lies", "code"),
    [
        ({"records": 4}, "truncated"),
        ({"records": 2}, "dbf_record_count"),
        ({"records": 0}, "dbf_record_count"),
        ({"records": 4_000_000_000}, "too_many_rows"),
        ({"header": 60_000}, "truncated"),
        ({"header": 97}, "dbf_record_count"),
        ({"header": 32 * 6 + 40}, "truncated"),
        ({"record": 20}, "damaged"),
        ({"record": 65_000}, "truncated"),
        ({"record": 95, "records": 2}, "damaged"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, lies, code):
    assert refusal(saved(tmp_path, dbf(lies=lies))).code == code


def test_a_table_cut_short_anywhere_is_refused(tmp_path):
    whole = dbf(records=RECORDS * 40)
    for tenth in range(1, 10):
        assert refusal(saved(tmp_path, whole[: len(whole) * tenth // 10])).code == "truncated"


def test_what_dbase_seven_and_visual_foxpro_added_is_named(tmp_path):
    refused = refusal(saved(tmp_path, dbf((("ID", "I", 4, 0),), [("abcd",)], version=0x30)))
    assert (refused.code, dict(refused.params)) == ("dbf_field_type", {"field": "ID", "type": "I"})
    seven = bytes([0x04, 126, 2, 1]) + struct.pack("<IHH", 1, 68 + 48 + 1, 10) + bytes(20) + b"DB866RU0" + bytes(28)
    assert refusal(saved(tmp_path, seven + b"NAME".ljust(48, b"\0") + b"\r" + b" " * 10)).code == "dbf_version"


def test_limits_hold(tmp_path):
    path = saved(tmp_path, dbf())
    assert len(rows(path, limits=Limits(rows=3, columns=5, cell_chars=60))) == 4
    assert refusal(path, limits=Limits(rows=2)).code == "too_many_rows"
    assert refusal(path, limits=Limits(columns=4)).code == "too_many_columns"
    assert refusal(path, limits=Limits(cell_chars=59)).code == "cell_too_long"
    assert refusal(path, limits=Limits(file_bytes=100)).code == "too_large"


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = saved(tmp_path, dbf(records=RECORDS * 20_000))
    tracemalloc.start()
    assert sum(1 for _ in opened(path).rows) == 60_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_damaged_bytes_raise_nothing_but_a_refusal(tmp_path):
    whole, source = dbf(records=RECORDS * 5), chance("dbf")
    for _ in range(scaled(400, 20_000)):
        damaged = bytearray(whole)
        for _ in range(source.randint(1, 8)):
            damaged[source.randrange(len(damaged) if source.random() < 0.5 else 200)] = source.randrange(256)
        with contextlib.suppress(UnreadableFile):
            rows(saved(tmp_path, bytes(damaged)))
