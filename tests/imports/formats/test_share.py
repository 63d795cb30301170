"""How much of a file has been read, for the bar that an operator watches."""

from pathlib import Path

from imports.formats import BUILT_IN, Limits, ReadOptions, sniff
from tests.imports.formats.test_dbf import dbf


def test_a_text_tells_how_much_of_it_has_been_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    lines = [b"a;b", *(b"%06d;x" % number for number in range(200_000))]
    path.write_bytes(b"\r\n".join(lines))
    reading = sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions())
    assert reading.share is not None
    shares = [reading.share() for number, _ in enumerate(reading.rows) if number % 20_000 == 0]
    assert shares[0] < 300
    assert shares == sorted(shares)
    assert len(set(shares)) > 3
    assert reading.share() == 1000


def test_a_table_of_records_tells_how_many_have_been_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(dbf(fields=[("N", "C", 6, 0)], records=[(f"{number:06d}",) for number in range(50_000)]))
    reading = sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions())
    assert reading.share is not None
    assert reading.share() == 0
    shares = [reading.share() for _ in reading.rows]
    assert 0 < shares[1] < 1000
    assert shares[-1] == 1000
