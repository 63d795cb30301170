"""1CClientBankExchange: the text in which client-bank programs and 1C exchange payments, and its XML form 2.00.

What is seen in the wild is read: a header that lies about the encoding, mixed line ends, a BOM, a key twice in one
document (the last one that says something wins), a section without its kind, Russian and Ukrainian keys. A text that
ends before «КонецФайла» is cut short and refused whole. No Django.
"""

from collections.abc import Iterator, Mapping, Sized
from pathlib import Path
from typing import Any, ClassVar, TextIO

from .base import HEAD_BYTES, DamagedFile, Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions, check_row
from .encodings import choose_encoding
from .markup import root_of
from .signatures import recognise
from .statement_table import CREDIT, DEBIT, HEADINGS, LAYOUT, StatementRow, account_of, currency_of
from .xml_stream import RowTarget, encoding_of, stream_rows

# The words of the header that are Cyrillic in every file, and so tell the encoding.
_PROOF = ("ВерсияФормата", "ВерсіяФормату", "СекцияДокумент", "СекціяДокумент", "ДатаСоздания")
_XML_ROOT = "_1CClientBankExchange"
_DOCUMENT, _DOCUMENT_END = "секциядокумент", "конецдокумента"
_ACCOUNT, _ACCOUNT_END = "секциярасчсчет", "конецрасчсчет"
_FILE_END = "конецфайла"
# Keys of the Ukrainian text, by those of the Russian one.
_UKRAINIAN = {
    "секціядокумент": _DOCUMENT,
    "кінецьдокумента": _DOCUMENT_END,
    "кінецьдокументу": _DOCUMENT_END,
    "секціярозррахунок": _ACCOUNT,
    "секціярозрахрахунок": _ACCOUNT,
    "кінецьрозррахунок": _ACCOUNT_END,
    "кінецьрозрахрахунок": _ACCOUNT_END,
    "кінецьфайлу": _FILE_END,
    "кінецьфайла": _FILE_END,
    "розррахунок": "расчсчет",
    "розрахрахунок": "расчсчет",
    "розрахунковийрахунок": "расчсчет",
    "датапочатку": "датаначала",
    "датакінця": "датаконца",
    "всьогонадійшло": "всегопоступило",
    "усьогонадійшло": "всегопоступило",
    "всьогосписано": "всегосписано",
    "сума": "сумма",
    "кодвалюти": "кодвалюты",
    "документід": "документид",
    "ідентифікатордокумента": "документид",
    "датанадійшло": "датапоступило",
    "датанадходження": "датапоступило",
    "призначенняплатежу": "назначениеплатежа",
    "платникрахунок": "плательщиксчет",
    "платник": "плательщик",
    "платникєдрпоу": "плательщикокпо",
    "отримувачрахунок": "получательсчет",
    "отримувач": "получатель",
    "отримувачєдрпоу": "получательокпо",
}
# Both are kept in memory; a document has some fifty keys, an export some ten accounts.
_KEYS_OF_A_SECTION, _ACCOUNTS_OF_A_FILE = 1_000, 10_000
_PURPOSE_LINES = tuple(f"назначениеплатежа{number}" for number in range(1, 7))
_NAME_LINES = {side: tuple(f"{side}{number}" for number in range(1, 5)) for side in ("плательщик", "получатель")}


class ClientBank(Format):
    """The text form; a row for every document, numbered by the line on which it begins."""

    name: ClassVar[str] = "client_bank"
    rank: ClassVar[int] = 40

    def matches(self, head: bytes, path: Path) -> bool:
        """The file begins with the name of the format, which is ASCII in every encoding."""
        return recognise(head) == "client_bank" and root_of(head) is None

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the exchange; `facts` has `accounts`, what the file declares for each of our accounts."""
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        encoding = _encoding(path, options.encoding)
        facts: dict[str, Any] = {"accounts": {}, "totals": []}
        rows = _rows(path, encoding, options.limits, facts)
        return Reading(format=self.name, rows=rows, encoding=encoding, layout=LAYOUT, facts=facts)


class ClientBankXml(Format):
    """The XML form 2.00; documents are numbered from 1."""

    name: ClassVar[str] = "client_bank_xml"
    rank: ClassVar[int] = 40

    def matches(self, head: bytes, path: Path) -> bool:
        """The first element is named for the format."""
        root = root_of(head)
        return root is not None and root.name == _XML_ROOT

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the exchange; see `ClientBank.read`."""
        encoding = encoding_of(path, options.encoding)
        facts: dict[str, Any] = {"accounts": {}, "totals": []}
        target = _Target(options.limits, facts)
        rows = (check_row(row, options.limits) for row in stream_rows(path, target, encoding))
        return Reading(format=self.name, rows=rows, encoding=encoding, layout=LAYOUT, facts=facts)


def _encoding(path: Path, override: str) -> str:
    """Return the encoding by the bytes: a BOM, UTF-8 that proves itself, the words of the format; never the header."""
    encoding = choose_encoding(path, override)
    if override or encoding.startswith("utf"):
        return encoding
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if any(word in head.decode("cp1251", "replace") for word in _PROOF):
        return "cp1251"
    if any(word in head.decode("cp866", "replace") for word in _PROOF):
        # і and ї are letters of RUSCII alone; without them the two are one.
        return encoding if encoding in {"cp866", "cp1125"} else "cp866"
    return encoding


def _rows(path: Path, encoding: str, limits: Limits, facts: dict[str, Any]) -> Iterator[RawRow]:
    yield RawRow(1, tuple(HEADINGS.values()))
    section: dict[str, str] | None = None
    first = count = 0
    is_whole, is_document = False, False
    with path.open(encoding=encoding, newline=None) as stream:
        for number, line in _lines(stream, limits, encoding):
            key, _, value = line.partition("=")
            key, value = _key(key), value.strip()
            if key in {_DOCUMENT, _ACCOUNT}:
                if section is not None:
                    raise DamagedFile("truncated", line=number)
                section, first, is_document = {}, number, key == _DOCUMENT
            elif key in {_DOCUMENT_END, _ACCOUNT_END}:
                if section is None or is_document != (key == _DOCUMENT_END):
                    raise DamagedFile("damaged", line=number)
                if is_document:
                    count += 1
                    if count > limits.rows:
                        raise LimitExceeded("too_many_rows", limit=limits.rows)
                    yield check_row(RawRow(first, tuple(_document(section, facts))), limits)
                else:
                    _declare(section, facts)
                section = None
            elif key == _FILE_END:
                is_whole = section is None
                break
            elif section is not None:
                # A key may stand twice; an empty repetition says nothing.
                if value or key not in section:
                    section[key] = value
                _check_count(section, _KEYS_OF_A_SECTION)
            elif key == "расчсчет" and value:
                facts["accounts"].setdefault(account_of(value), {})
                _check_count(facts["accounts"], _ACCOUNTS_OF_A_FILE)
    check_end(is_whole)


def check_end(is_whole: bool) -> None:
    """Check that the text has come to its own end.

    Raises:
        DamagedFile: payments may lack.
    """
    if not is_whole:
        raise DamagedFile("truncated")


def _check_count(told: Sized, limit: int) -> None:
    if len(told) > limit:
        raise LimitExceeded("too_many_elements", limit=limit)


def _lines(stream: TextIO, limits: Limits, encoding: str) -> Iterator[tuple[int, str]]:
    longest, number = limits.cell_chars * 2, 0
    while True:
        try:
            line = stream.readline(longest)
        except UnicodeDecodeError as error:
            raise DamagedFile("undecodable", encoding=encoding, line=number + 1) from error
        if not line:
            return
        number += 1
        if len(line) == longest and not line.endswith("\n"):
            raise LimitExceeded("cell_too_long", limit=limits.cell_chars, row=number)
        if "\x00" in line:
            raise DamagedFile("nul_bytes", line=number)
        if line := line.rstrip("\x1a").strip():
            yield number, line


class _Target(RowTarget):
    """Gathers the documents of the XML form."""

    def __init__(self, limits: Limits, facts: dict[str, Any]) -> None:
        super().__init__(limits)
        self.facts = facts
        self.section: dict[str, str] | None = None
        self.rows.append(RawRow(0, tuple(HEADINGS.values())))

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """A section or a value begins."""
        self.take_text()
        if _key(name) in {_DOCUMENT, _ACCOUNT}:
            self.section = {_key(key): value for key, value in attributes.items()}

    def closed(self, name: str) -> None:
        """A value is complete, or a document is."""
        key, value = _key(name), self.take_text().strip()
        if key == _DOCUMENT and self.section is not None:
            self.row_done()
            self.rows.append(RawRow(self.count, tuple(_document(self.section, self.facts))))
            self.section = None
        elif key == _ACCOUNT and self.section is not None:
            _declare(self.section, self.facts)
            self.section = None
        elif self.section is not None:
            if value or key not in self.section:
                self.section[key] = value
        elif key == "расчсчет" and value:
            self.facts["accounts"].setdefault(account_of(value), {})


def _key(text: str) -> str:
    key = text.strip().lstrip("\ufeff").casefold()
    return _UKRAINIAN.get(key, key)


def _declare(section: Mapping[str, str], facts: dict[str, Any]) -> None:
    """Keep what a section says of an account: its days and how much came."""
    account = account_of(section.get("расчсчет", ""))
    if not account:
        return
    facts["accounts"].setdefault(account, {})
    _check_count(facts["totals"], _ACCOUNTS_OF_A_FILE)
    facts["totals"].append(
        {
            "account": account,
            "first_day": section.get("датаначала", ""),
            "last_day": section.get("датаконца", ""),
            "credited": section.get("всегопоступило", ""),
        }
    )


def _document(told: Mapping[str, str], facts: Mapping[str, Any]) -> StatementRow:
    """Make a row of one document, seen from our side."""
    accounts = facts["accounts"]
    payer, payee = (_account(told, side) for side in ("плательщик", "получатель"))
    came, went = told.get("датапоступило", ""), told.get("датасписано", "")
    if payee in accounts and payer not in accounts:
        direction = CREDIT
    elif payer in accounts and payee not in accounts:
        direction = DEBIT
    elif bool(came) != bool(went):
        # Some banks write a correspondent's number in place of ours; the date tells then.
        direction = CREDIT if came else DEBIT
    else:
        direction = CREDIT if payee in accounts else ""
    is_credit = direction == CREDIT
    own = payee if is_credit else payer
    if own not in accounts and len(accounts) == 1:
        own = next(iter(accounts))
    side = "плательщик" if is_credit else "получатель"
    return StatementRow(
        own=own,
        direction=direction,
        bank_id=told.get("документид", ""),
        number=told.get("номер", ""),
        day=(came if is_credit else went) or told.get("дата", ""),
        amount=told.get("сумма", ""),
        currency=currency_of(told.get("кодвалюты", "")),
        payer=told.get(side, "") or _joined(told, _NAME_LINES[side]),
        payer_code=told.get(f"{side}окпо", "") or told.get(f"{side}инн", ""),
        payer_account=payer if is_credit else payee,
        purpose=told.get("назначениеплатежа", "") or _joined(told, _PURPOSE_LINES),
        problem="" if direction else "unknown_direction",
    )


def _account(told: Mapping[str, str], side: str) -> str:
    return account_of(told.get(f"{side}счет", "") or told.get(f"{side}расчсчет", ""))


def _joined(told: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return " ".join(value for key in keys if (value := told.get(key, "")))
