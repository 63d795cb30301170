"""How Ukrainian banks lay their statements out as tables: the columns of each, and a row of it → `StatementRow`.

A layout is recognised by its headings alone. What a bank writes of a document is passed on as text; numbers and dates
are read, and refused, where every table's are. No Django.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from imports.columns import Column, ColumnSet
from imports.formats.statement_table import (
    CREDIT,
    DEBIT,
    HEADINGS,
    StatementRow,
    account_of,
    currency_of,
    hryvnias,
    without_minus,
)

Cells = Mapping[str, str]


class Own(NamedTuple):
    """Our accounts: those that the lines above the table name, and those that the settings list."""

    told: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


Reader = Callable[[Cells, Own], StatementRow | None]

IBAN = re.compile(r"\bUA\d{27}\b")
_CODE = re.compile(r"(?<!\d)(?:\d{8}|\d{10})(?!\d)")
_OPENING_BALANCE = "#ПЕРЕНЕСЕННЯ ЗАЛИШКУ"
_UKRGAS_DEBIT = "2"


@dataclass(frozen=True)
class Layout:
    """The table of one bank.

    Args:
        name: short, for messages and tests.
        columns: its columns; the required ones tell it from the others.
        read: cells of a row by column → the row, None for what is no document (an opening balance).
    """

    name: str
    columns: ColumnSet
    read: Reader


def _columns(**headings: str | tuple[str, ...]) -> ColumnSet:
    """Columns by name; all are required but those whose first heading ends with «?»."""
    columns = []
    for name, told in headings.items():
        heading, *synonyms = (told,) if isinstance(told, str) else told
        columns.append(
            Column(
                name,
                heading.removesuffix("?"),
                tuple(synonyms),
                required=not heading.endswith("?"),
                free_text=name in {"purpose", "payer"},
                takes_overflow=name == "purpose",
            )
        )
    return ColumnSet(tuple(columns))


def _signed(cells: Cells) -> tuple[str, str]:
    """Direction and amount of a signed sum."""
    is_negative, amount = without_minus(cells["amount"])
    return (DEBIT if is_negative else CREDIT), amount


def _sided(cells: Cells) -> tuple[str, str]:
    """Direction and amount of a pair of columns, of which one is filled; a negative sum goes the other way."""
    for name, direction, opposite in (("credit", CREDIT, DEBIT), ("debit", DEBIT, CREDIT)):
        is_negative, amount = without_minus(cells[name])
        if amount.strip("0., "):
            return (opposite if is_negative else direction), amount
    return "", ""


def _is_opening_balance(cells: Cells) -> bool:
    return cells["purpose"].strip().upper().startswith(_OPENING_BALANCE)


def _privat_csv(cells: Cells, own: Own) -> StatementRow | None:
    if _is_opening_balance(cells):
        return None
    direction, amount = _signed(cells)
    return StatementRow(
        own=account_of(cells["own"]),
        direction=direction,
        number=cells["number"],
        day=cells["day"],
        amount=amount,
        currency=currency_of(cells["currency"]),
        payer=cells.get("payer", ""),
        payer_code=cells["payer_code"],
        payer_account=account_of(cells["payer_account"]),
        purpose=cells["purpose"],
    )


def _privat_book(cells: Cells, own: Own) -> StatementRow | None:
    row = _privat_csv({**cells, "own": _only(own)}, own)
    return row and row._replace(bank_id=cells["bank_id"].strip())


def _ibank(cells: Cells, own: Own) -> StatementRow:
    direction, amount = _sided(cells)
    return StatementRow(
        own=account_of(cells["own"]),
        direction=direction,
        bank_id=cells.get("bank_id", "").strip(),
        number=cells["number"],
        day=cells["day"],
        amount=amount,
        currency=currency_of(cells["currency"]),
        payer=cells["payer"],
        payer_code=cells["payer_code"],
        payer_account=account_of(cells["payer_account"]),
        purpose=cells["purpose"],
        problem="" if direction else "unknown_direction",
    )


_ALFA_DIRECTIONS = {"КРЕДИТ": CREDIT, "ДЕБЕТ": DEBIT}


def _alfa(cells: Cells, own: Own) -> StatementRow:
    direction = _ALFA_DIRECTIONS.get(cells["operation"].strip().upper(), "")
    return StatementRow(
        own=account_of(cells["own"] or cells["own_number"]),
        direction=direction,
        number=cells["number"],
        day=cells["day"],
        amount=cells["amount"],
        currency=currency_of(cells["currency"]),
        payer=cells["payer"],
        payer_code=cells["payer_code"],
        payer_account=account_of(cells["payer_account"] or cells["payer_number"]),
        purpose=cells["purpose"],
        problem="" if direction else "unknown_direction",
    )


def _oschad(cells: Cells, own: Own) -> StatementRow:
    """Documents between a sender and a receiver, with the receiver's name: only our accounts tell the side."""
    sender, receiver = account_of(cells["sender"]), account_of(cells["receiver"])
    ours = own.told | own.listed
    came = receiver in ours and sender not in ours
    return StatementRow(
        own=receiver if came else sender,
        direction=CREDIT if came else DEBIT,
        number=cells["number"],
        day=cells["day"] or cells["document_day"],
        amount=hryvnias(cells["amount"]),
        currency=currency_of(cells["currency"]),
        payer="" if came else cells["receiver_name"],
        payer_code="" if came else cells["receiver_code"],
        payer_account=sender if came else receiver,
        purpose=cells["purpose"],
    )


def _ukrgas(cells: Cells, own: Own) -> StatementRow:
    went = cells["operation"].strip() == _UKRGAS_DEBIT
    debited, credited = account_of(cells["debited"]), account_of(cells["credited"])
    ours = debited if went else credited
    number = account_of(cells["own_number"])
    if number and not ours.endswith(number):
        # Some of its exports have our account in the first of the two columns, whatever the operation.
        ours = next((one for one in (debited, credited) if one.endswith(number)), ours or number)
    return StatementRow(
        own=ours,
        direction=DEBIT if went else CREDIT,
        number=cells["number"],
        day=cells["day"],
        amount=cells["amount"],
        currency=currency_of(cells["currency"]),
        payer=cells["payer"],
        payer_code=cells["payer_code"],
        payer_account=credited if ours == debited else debited,
        purpose=cells["purpose"],
    )


def _monobank(cells: Cells, own: Own) -> StatementRow:
    """The other side stands in one cell: its name, code and account."""
    direction, amount = _signed(cells)
    party = cells["party"]
    account = IBAN.search(party)
    code = _CODE.search(IBAN.sub(" ", party))
    name = re.split(r"[,;\n]|\b(?:ЄДРПОУ|РНОКПП|ІПН|IBAN)\b", party)[0]
    return StatementRow(
        own=_only(own),
        direction=direction,
        day=cells["day"],
        amount=amount,
        currency=currency_of(cells["currency"]),
        payer=" ".join(IBAN.sub(" ", name).replace(code[0] if code else "\0", " ").split()),
        payer_code=code[0] if code else "",
        payer_account=account[0] if account else "",
        purpose=cells["purpose"],
    )


def _only(own: Own) -> str:
    return next(iter(own.told)) if len(own.told) == 1 else ""


_DIRECTIONS = {CREDIT: CREDIT, DEBIT: DEBIT, "НАДХОДЖЕННЯ": CREDIT, "СПИСАННЯ": DEBIT}


def _canonical(cells: Cells, own: Own) -> StatementRow:
    row = StatementRow(**{name: cells[name] for name in HEADINGS if name in cells})
    direction = _DIRECTIONS.get(row.direction.strip().upper(), _DIRECTIONS.get(row.direction.strip().lower(), ""))
    return row._replace(
        own=account_of(row.own),
        direction=direction,
        currency=currency_of(row.currency),
        payer_account=account_of(row.payer_account),
        problem="" if direction else "unknown_direction",
    )


#: Every table that is known; the first one that fits is taken.
LAYOUTS: Final[tuple[Layout, ...]] = (
    Layout(
        "alfa",
        _columns(
            own_number="Наш рахунок",
            own="Наш IBAN",
            operation="Операція",
            payer_number="Рахунок",
            payer_account="IBAN",
            payer="Найменування контрагента",
            payer_code="Код контрагента",
            purpose="Призначення платежу",
            day="Дата проведення",
            number="Номер документа",
            amount="Сума",
            currency="Валюта",
        ),
        _alfa,
    ),
    Layout(
        "ibank2ua",
        _columns(
            own="Рахунок",
            currency="Валюта",
            day="Дата операції",
            payer_account="Рахунок кореспондента",
            payer_code=("ЄДРПОУ кореспондента", "ЄГРПОУ кореспондента", "ЕГРПОУ кореспондента"),
            payer="Кореспондент",
            number=("Документ", "Номер документа", "Номер документу"),
            debit="Дебет",
            credit="Кредит",
            purpose="Призначення платежу",
            bank_id="Ідентифікатор операції?",
        ),
        _ibank,
    ),
    Layout(
        "privat24_csv",
        _columns(
            own="Рахунок",
            currency="Валюта",
            number=("Номер документу", "Номер документа"),
            day="Дата операції",
            payer_account="Рахунок кореспондента",
            payer_code=("ЄДРПОУ кореспондента", "ЄГРПОУ кореспондента", "ЕГРПОУ кореспондента"),
            payer="Кореспондент",
            amount="Сума",
            purpose="Призначення платежу",
        ),
        _privat_csv,
    ),
    Layout(
        "privat24_book",
        _columns(
            number=("№ документа", "Номер документа", "№ документу"),
            day="Дата операції",
            amount="Сума",
            currency="Валюта",
            purpose="Призначення платежу",
            payer_code=("ЄДРПОУ/РНОКПП", "ЄДРПОУ", "ЄДРПОУ контрагента"),
            payer="Назва контрагента",
            payer_account="Рахунок контрагента",
            bank_id="Референс",
        ),
        _privat_book,
    ),
    Layout(
        "oschad",
        _columns(
            number="ndoc",
            document_day="dt",
            day="dv",
            sender="acccli",
            receiver="acccor",
            receiver_code="okpocor",
            receiver_name="namecor",
            amount="summa",
            currency="val",
            purpose="nazn",
        ),
        _oschad,
    ),
    Layout(
        "ukrgas",
        _columns(
            day="DATA_VYP",
            own_number="AC",
            number="ND",
            operation="DK",
            payer_code="OKPO_KOR",
            payer="NAME_KOR",
            currency="CUR_CODE",
            amount="SUM_PD_NOM",
            purpose="PURPOSE",
            debited="DB_IBAN",
            credited="CR_IBAN",
        ),
        _ukrgas,
    ),
    Layout(
        "monobank",
        _columns(
            day=("Дата та час операції", "Дата і час операції"),
            purpose=("Деталі операції", "Призначення платежу"),
            party="Реквізити контрагента",
            amount="Сума операції",
            currency="Валюта операції",
        ),
        _monobank,
    ),
    Layout(
        "statement",
        _columns(
            **{
                name: heading if name in {"own", "direction", "day", "amount"} else f"{heading}?"
                for name, heading in HEADINGS.items()
                if name != "problem"
            }
        ),
        _canonical,
    ),
)

#: Statements of a person's card, by what only they have: they are nobody's payments to us.
CARD_COLUMNS: Final[tuple[ColumnSet, ...]] = (
    _columns(day="Дата", card="Картка", card_amount="Сума в валюті картки", card_currency="Валюта картки"),
    _columns(
        day=("Дата і час операції", "Дата та час операції"),
        mcc="MCC",
        card_amount=("Сума в валюті картки (UAH)", "Сума в валюті картки"),
    ),
)
