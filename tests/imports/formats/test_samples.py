"""Files that others wrote, read from beside the project; there are no such tests where the folder is absent."""

from pathlib import Path

import pytest

from imports.formats import BUILT_IN, Limits, ReadOptions, UnreadableFile, sniff

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"

TABLES = [
    ("ua_bank/uabean_alfabank_business.csv", "csv", "cp1251", ";", 8, "Наш рахунок"),
    ("ua_bank/uabean_procredit_business.csv", "csv", "cp1251", ";", 7, "ЄДРПОУ"),
    ("ua_bank/uabean_privatbank.xlsx", "xlsx", "", "", 5, "Виписка з Ваших карток за період 27.07.2024 - 27.07.2025"),
    ("xlsx/calamine_issue_419.xlsx", "xlsx", "", "", 1, "Hello"),
    ("dbf/phpxbase_cbrf_122019N1.dbf", "dbf", "cp866", "", 443, "REGN"),
    ("dbf/phpxbase_dBaseIII.dbf", "dbf", "cp866", "", 4, "NAME"),
]
DBF = ("dbf/phpxbase_cbrf_122019N1.dbf", "dbf/phpxbase_dBaseIII.dbf")
OTHERS = [
    ("nbu/nbu_qr_spec_002.pdf", "pdf"),
    ("kep/uapki_cades_bes_attached.p7s", "unknown_content"),
]


def present(cases):
    return [case for case in cases if (SAMPLES / case[0]).exists()]


def _read(name):
    return sniff(SAMPLES / name, BUILT_IN, Limits()).read(SAMPLES / name, options=ReadOptions())


if present(TABLES):

    @pytest.mark.samples
    @pytest.mark.parametrize(("name", "kind", "encoding", "delimiter", "count", "first"), present(TABLES))
    def test_real_tables_are_read(name, kind, encoding, delimiter, count, first):
        reading = sniff(SAMPLES / name, BUILT_IN, Limits()).read(SAMPLES / name, options=ReadOptions())
        rows = list(reading.rows)
        assert (reading.format, reading.encoding, reading.delimiter) == (kind, encoding, delimiter)
        assert (len(rows), rows[0].number, rows[0].cells[0]) == (count, 0 if kind == "dbf" else 1, first)

    @pytest.mark.samples
    @pytest.mark.parametrize(("name", "code"), present(OTHERS))
    def test_real_files_of_other_kinds_are_named(name, code):
        with pytest.raises(UnreadableFile) as refused:
            sniff(SAMPLES / name, BUILT_IN, Limits())
        assert refused.value.code == code

    @pytest.mark.samples
    def test_real_tables_of_dbase_give_their_records_with_empty_memos():
        banks, heroes = (list(_read(name).rows) for name in DBF)
        assert (len(banks) - 1, len(heroes) - 1) == (442, 3)
        assert banks[2].cells == ("1000", "Банк ВТБ (ПАО)", "1", "1")
        assert heroes[1].cells == ("Groot", "01.11.1960", "ні", "", "12.1235", "")

    @pytest.mark.samples
    def test_real_orders_in_commerceml_are_refused_for_having_no_payments():
        with pytest.raises(UnreadableFile) as refused:
            _read("xml/carono_orders.xml")
        assert refused.value.code == "commerceml_without_payments"
