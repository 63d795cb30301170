"""Archives of documents: what is found in them, and what is refused before anything is unpacked."""

import io
import stat
import zipfile

import pytest

from imports.formats import Limits, UnreadableFile
from imports.formats.archive import open_archive


def saved(tmp_path, *members):
    """A ZIP of (name or ZipInfo, bytes)."""
    path = tmp_path / "архів"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def refusal(path, limits=None):
    with pytest.raises(UnreadableFile) as caught, open_archive(path, limits or Limits()):
        raise AssertionError("it was opened")
    return caught.value.code


REGISTRY = ("registry.csv", b"a;b")


def test_files_are_found_in_any_letter_case_and_with_either_slash(tmp_path):
    path = saved(tmp_path, REGISTRY, ("Акти/Січень/Акт 1.pdf", b"one"))
    with open_archive(path, Limits()) as archive:
        found = archive.find("акти\\січень\\АКТ 1.PDF")
        assert (found.path, found.name, found.size) == ("Акти/Січень/Акт 1.pdf", "Акт 1.pdf", 3)
        with archive.open(found.path) as file:
            assert file.read() == b"one"
        assert archive.find("акт 1.pdf") is None


def test_the_folder_that_holds_everything_is_not_part_of_the_names(tmp_path):
    path = saved(tmp_path, ("Вивантаження/registry.csv", b"a;b"), ("Вивантаження/1.pdf", b"one"), ("other.pdf", b"x"))
    with open_archive(path, Limits()) as archive:
        assert sorted(archive.files) == ["1.pdf", "other.pdf"]
        table = io.BytesIO()
        archive.copy_registry(table)
        assert table.getvalue() == b"a;b"


@pytest.mark.parametrize(
    ("name", "encoding"), [("Акт їжак.pdf", "cp1125"), ("Акт.pdf", "cp866"), ("Акт їжак.pdf", "utf-8")]
)
def test_names_that_windows_packed_without_utf8_are_read(tmp_path, name, encoding):
    raw = name.encode(encoding)
    # zipfile marks every name that is not ASCII as UTF-8, so a stand-in of the same length is replaced in the bytes.
    stand_in = "x" * len(raw)
    path = saved(tmp_path, REGISTRY, (stand_in, b"one"))
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), raw))
    with open_archive(path, Limits()) as archive:
        assert archive.find(name).path == name


def test_what_file_managers_add_is_passed_over(tmp_path):
    path = saved(tmp_path, REGISTRY, ("__MACOSX/._1.pdf", b"x"), ("Thumbs.db", b"x"), ("acts/.DS_Store", b"x"))
    with open_archive(path, Limits()) as archive:
        assert archive.files == {}


@pytest.mark.parametrize(
    "name", ["../1.pdf", "acts/../../1.pdf", "/etc/1.pdf", "C:/1.pdf", "..\\1.pdf", "a\u202e.pdf", "a\x07.pdf"]
)
def test_a_name_that_leads_out_of_the_archive_or_hides_itself_is_refused(tmp_path, name):
    assert refusal(saved(tmp_path, REGISTRY, (name, b"x"))) == "unsafe_name"


def test_a_symbolic_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("1.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refusal(saved(tmp_path, REGISTRY, (link, b"/etc/passwd"))) == "symbolic_link"


def test_names_that_differ_in_letter_case_at_most_are_refused(tmp_path):
    assert refusal(saved(tmp_path, REGISTRY, ("1.pdf", b"x"), ("1.PDF", b"y"))) == "same_name"


@pytest.mark.parametrize("members", [[("1.pdf", b"x")], [REGISTRY, ("registry.xlsx", b"x")]], ids=["none", "two"])
def test_an_archive_has_exactly_one_registry(tmp_path, members):
    assert refusal(saved(tmp_path, *members)) == "no_registry"


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    bomb = saved(tmp_path, REGISTRY, ("1.pdf", bytes(20 * 1024 * 1024)))
    assert refusal(bomb) == "unpacked_too_large"
    assert refusal(bomb, Limits(unpacked_bytes=1000)) == "unpacked_too_large"
    assert refusal(bomb, Limits(members=1)) == "too_many_members"
    assert refusal(bomb, Limits(file_bytes=10)) == "too_large"


def test_a_file_that_is_cut_short_or_broken_is_refused(tmp_path):
    path = saved(tmp_path, REGISTRY, ("1.pdf", bytes(range(256)) * 40))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert refusal(path) == "not_an_archive"
    place = whole.index(b"1.pdf") + 60
    path.write_bytes(whole[:place] + b"\xff\xff\xff" + whole[place + 3 :])
    with open_archive(path, Limits()) as archive, pytest.raises(UnreadableFile) as caught:
        archive.sha256("1.pdf")
    assert caught.value.code == "truncated"


def test_a_text_is_no_archive(tmp_path):
    path = tmp_path / "file.zip"
    path.write_bytes(b"a;b\r\n1;2\r\n")
    assert refusal(path) == "not_an_archive"
