"""Hostile ZIPs of documents: paths that lead out, links, twins, bombs, directories that lie."""

import stat
import struct
import unicodedata
import zipfile

from tests.imports.hostile import workbooks as w
from tests.imports.hostile.corpus import BIG, MEGABYTE, MISLED, TAKEN, Hostile

_REGISTRY = "Особовий рахунок;Вид документа;№;Дата;Файл\r\n80-1;Акт;1;31.01.2026;Акт.pdf".encode()
_ACT = {"registry.csv": _REGISTRY, "Акт.pdf": b"%PDF-1.7 act"}
_NAMES = {"imports.formats.archive:_check_member": "nothing"}


def _linked() -> bytes:
    link = zipfile.ZipInfo("посилання.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _with(link, b"/etc/hostname")


def _with(member: str | zipfile.ZipInfo, content: bytes) -> bytes:
    import io

    stream = io.BytesIO(w.zipped(_ACT))
    with zipfile.ZipFile(stream, "a") as container:
        container.writestr(member, content)
    return stream.getvalue()


def _lying_size() -> bytes:
    """A file whose size in the directory is smaller than it is."""
    content = bytes(range(256)) * 4096
    whole = bytearray(w.zipped({"registry.csv": _REGISTRY, "Акт.pdf": content}))
    place = whole.rindex(b"PK\x01\x02")
    struct.pack_into("<I", whole, place + 24, 100)
    return bytes(whole)


def _encrypted() -> bytes:
    whole = bytearray(w.zipped(_ACT))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = whole.rindex(signature)
        struct.pack_into("<H", whole, place + offset, struct.unpack_from("<H", whole, place + offset)[0] | 1)
    return bytes(whole)


def _hostile(name: str, make: object, code: str, harm: str, **options: object) -> Hostile:
    return Hostile(name, make, (code,), harm, kind="documents", **options)  # type: ignore[arg-type]


FILES = (
    _hostile("шлях-нагору.zip", lambda: _with("../../акт.pdf", b"x"), "unsafe_name", "../../акт.pdf", lifted=_NAMES),
    _hostile(
        "шлях-від-кореня.zip", lambda: _with("/etc/cron.d/акт", b"x"), "unsafe_name", "/etc/cron.d", lifted=_NAMES
    ),
    _hostile("диск-C.zip", lambda: _with("C:\\акт.pdf", b"x"), "unsafe_name", "C:/акт.pdf", lifted=_NAMES),
    _hostile("ім'я-навиворіт.zip", lambda: _with("акт\u202efdp.exe", b"x"), "unsafe_name", "\u202e", lifted=_NAMES),
    _hostile("посилання.zip", _linked, "symbolic_link", "посилання.pdf", lifted=_NAMES),
    _hostile(
        "двійники-регістру.zip",
        lambda: _with("АКТ.PDF", b"x"),
        "same_name",
        TAKEN,
        lifted={"imports.formats.archive:member_key": "first"},
    ),
    _hostile(
        "двійники-NFC-NFD.zip",
        lambda: (
            _with(unicodedata.normalize("NFD", "Рахунок їй.pdf"), b"x")
            and w.zipped({**_ACT, "Рахунок їй.pdf": b"x", unicodedata.normalize("NFD", "Рахунок їй.pdf"): b"y"})
        ),
        "same_name",
        TAKEN,
        lifted={"imports.formats.archive:member_key": "first", "imports.formats.archive:_name": "raw_name"},
    ),
    _hostile(
        "бомба.zip",
        lambda: w.zipped({**_ACT, "0.pdf": bytes(20 * MEGABYTE)}),
        "unpacked_too_large",
        TAKEN,
        limits={"zip_ratio": BIG},
    ),
    _hostile(
        "бомба-в-реєстрі.zip",
        lambda: w.zipped({"registry.csv": bytes(20 * MEGABYTE)}),
        "unpacked_too_large",
        MISLED,
        limits={"zip_ratio": BIG},
    ),
    _hostile(
        "двадцять-тисяч-файлів.zip",
        lambda: w.zipped({**_ACT, **{f"{one}.pdf": b"" for one in range(20_001)}}),
        "too_many_members",
        TAKEN,
        limits={"members": BIG},
    ),
    _hostile(
        "розмір-бреше.zip",
        _lying_size,
        "truncated",
        MISLED,
        lifted={"imports.formats.archive:_blocks": "blocks_as_they_come"},
    ),
    _hostile("під-паролем.zip", _encrypted, "encrypted", MISLED, lifted=_NAMES),
    _hostile(
        "без-реєстру.zip",
        lambda: w.zipped({"акт.pdf": b"x"}),
        "no_registry",
        MISLED,
        lifted={"imports.formats.archive:REGISTRY_NAMES": "pdf_names"},
    ),
    _hostile("текст.zip", lambda: b"a;b\r\n1;2", "not_an_archive", MISLED, lifted={"zipfile:is_zipfile": "true"}),
    _hostile(
        "архів-в-архіві.zip", lambda: w.zipped({"registry.xlsx": w.zipped({"а.zip": w.zipped(_ACT)})}), "archive", TAKEN
    ),
)
