"""Statements as banks write them, made up; and how tests give them."""

from collections.abc import Sequence

OWN = "UA213223130000026007233566001"
OTHER_OWN = "UA503052990000026001234567890"
PAYER = "UA903052992990004149123456789"

IBANK = (
    "ЄДРПОУ;МФО;Рахунок;Валюта;Дата операції;Код операції;МФО банку;Назва банку;Рахунок кореспондента;"
    "ЄДРПОУ кореспондента;Кореспондент;Документ;Дата документу;Дебет;Кредит;Призначення платежу;Гривневе покриття;"
    "Ідентифікатор операції"
)


def ibank(*rows: tuple[str, ...], own: str = OWN) -> bytes:
    """A statement of iBank 2 UA; rows are day, sum, purpose and, if need be, payer's code and the bank's id."""
    lines = [IBANK]
    for number, (day, amount, purpose, *rest) in enumerate(rows, start=1):
        code = rest[0] if rest else ""
        bank_id = rest[1] if len(rest) > 1 else ""
        debit, credit = (amount[1:], "") if amount.startswith("-") else ("", amount)
        lines.append(
            f"30079288;322313;{own};UAH;{day} 10:00:00;;305299;Банк;{PAYER};{code};ТОВ Платник;{number};{day};"
            f'{debit};{credit};"{purpose}";;{bank_id}'
        )
    return "\r\n".join([*lines, ""]).encode("cp1251")


def client_bank(documents: Sequence[dict[str, str]], *, header: Sequence[str] = (), encoding: str = "cp1251") -> bytes:
    """An exchange text with documents of keys and values."""
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", *header]
    for document in documents:
        lines += ["СекцияДокумент=Платежное поручение", *(f"{key}={value}" for key, value in document.items())]
        lines.append("КонецДокумента")
    return "\r\n".join([*lines, "КонецФайла", ""]).encode(encoding)
