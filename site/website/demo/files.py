"""Writes the demo's world as the files that 1C would export: cp1251 CSV, XLSX and a ZIP of documents.

The branch VIN writes CSV with a preamble and a totals row, the others XLSX, so that the demo itself goes through
both doors of the engine.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from website.demo.records import DemoAccount, DemoPoint, World
from website.demo.world import BIG_NUMBER, month_end

Row = Sequence[str]


def write_exchange_files(world: World, folder: Path) -> list[tuple[str, str, Path]]:
    """Write every file of the demo.

    Returns:
        (kind, branch code, path) in the order in which they must be loaded.
    """
    files = []
    branches = sorted({account.branch for account in world.accounts}, reverse=True)
    for kind, heading, rows_of in (
        ("accounts", ACCOUNT_HEADING, _account_rows),
        ("metering", METERING_HEADING, _metering_rows),
        ("readings", READING_HEADING, _reading_rows),
        ("invoices", INVOICE_HEADING, _invoice_rows),
        ("payments", PAYMENT_HEADING, _payment_rows),
        ("balances", BALANCE_HEADING, _balance_rows),
    ):
        for branch in branches:
            numbers = {account.number for account in world.accounts if account.branch == branch}
            rows = list(rows_of(world, numbers))
            if not rows:
                continue
            if branch == "VIN":
                path = folder / f"{branch}-{kind}.csv"
                _write_csv(path, heading, rows)
            else:
                path = folder / f"{branch}-{kind}.xlsx"
                _write_xlsx(path, heading, rows)
            files.append((kind, branch, path))
    return files


def write_statement(world: World, folder: Path, *, own: str, today: date) -> Path:
    """Write today's statement of the utility's bank account, as a client-bank program exports it.

    Two of its rows name an account, one is from a stranger, one pays for nothing that can be told, one goes out.

    Args:
        own: the IBAN of the utility.
    """
    other = [account.number for account in world.accounts if account.branch == "VIN"][-1]
    day = _day(today)
    rows = [
        ("701", "18450.00", f"Оплата за розподіл електроенергії, о/р {BIG_NUMBER}, у т.ч. ПДВ"),
        ("702", "3120.75", f"За послуги з розподілу зг. договору № {other}"),
        ("703", "960.40", "Оплата за електроенергію"),
        ("704", "5000.00", "Поповнення рахунку, о/р уточнюється"),
        ("705", "-125.00", "Комісія за обслуговування рахунку"),
    ]
    came = sum(Decimal(amount) for _, amount, _ in rows if not amount.startswith("-"))
    lines = [
        *("1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"ДатаНачала={day}", f"ДатаКонца={day}"),
        *(f"РасчСчет={own}", "СекцияРасчСчет", f"ДатаНачала={day}", f"ДатаКонца={day}", f"РасчСчет={own}"),
        *(f"ВсегоПоступило={came}", "КонецРасчСчет"),
    ]
    for number, amount, purpose in rows:
        is_outgoing = amount.startswith("-")
        ours, theirs = ("Плательщик", "Получатель") if is_outgoing else ("Получатель", "Плательщик")
        lines += [
            "СекцияДокумент=Платежное поручение",
            *(f"Номер={number}", f"Дата={day}", f"Сумма={amount.lstrip('-')}", f"ДокументИД={day}-{number}"),
            *(f"{ours}Счет={own}", f"{theirs}Счет=UA903052992990004149123456789", f'{theirs}=ТОВ "Платник {number}"'),
            *(f"{'ДатаСписано' if is_outgoing else 'ДатаПоступило'}={day}", f"НазначениеПлатежа={purpose}"),
            "КонецДокумента",
        ]
    path = folder / "VIN-bank.txt"
    path.write_bytes("\r\n".join([*lines, "КонецФайла", ""]).encode("cp1251"))
    return path


ACCOUNT_HEADING = (
    "Особовий рахунок",
    "Замовник",
    "код ЄДРПОУ",
    "Код контрагента",
    "ІПН",
    "Фізична адреса",
    "Юридична адреса",
    "№ договору",
    "Дата підписання договору",
    "Дата розірвання договору",
    "Форма оплати",
    "Контокорентний рахунок",
    "Розрахунковий день",
    "Дільниця",
    "Електропостачальник",
    "Хто сплачує за розподіл",
    "Телефон",
)


def _account_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    for account in world.accounts:
        if account.number in numbers:
            yield (
                account.number,
                account.name,
                account.code,
                account.erp_code,
                account.vat_number,
                account.address,
                account.address,
                account.contract_number,
                _day(account.contract_date),
                _day(account.terminated_on),
                "Платіжний лист",
                f"2600{account.contract_number:0>10}",
                str(account.settlement_day),
                account.area,
                account.supplier,
                account.payer,
                account.phone,
            )


METERING_HEADING = (
    "Особовий рахунок",
    "Код ТУ",
    "EIC",
    "Точка обліку",
    "Адреса точки обліку",
    "Об'єкт",
    "Роль точки",
    "Зчитування",
    "Клас напруги",
    "№ лічильника",
    "Тип лічильника",
    "Енергія",
    "Зона",
    "Значність",
    "Ктт",
    "Ктн",
    "Розрахунковий коефіцієнт",
    "Коефіцієнт діє з",
    "Дозволена потужність",
    "Дата встановлення",
    "Початкові покази",
    "Дата повірки",
    "Наступна повірка",
)


def _metering_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    installed = month_end(date(world.months[0].year, world.months[0].month, 1)).replace(day=1)
    for account, point in _points(world, numbers):
        for register in point.registers:
            yield (
                account.number,
                point.code,
                point.eic,
                point.name,
                point.address,
                point.site,
                point.role,
                point.read_by,
                point.voltage_class,
                point.serial,
                point.meter_type,
                register.channel,
                str(register.zone),
                str(register.digits),
                str(point.current_ratio),
                str(point.voltage_ratio),
                str(point.multiplier),
                _day(installed),
                "160" if point.multiplier > 1 else "25",
                _day(installed),
                str(register.start),
                _day(date(point.next_verification.year - 6, point.next_verification.month, 15)),
                _day(point.next_verification),
            )


READING_HEADING = (
    "Особовий рахунок",
    "Код ТУ",
    "№ лічильника",
    "Енергія",
    "Зона",
    "Дата",
    "Тип",
    "Показання",
    "Стан",
    "Показання прийняте",
    "Обсяг прийнятий",
)


def _reading_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    for account, point in _points(world, numbers):
        for register in point.registers:
            previous = register.start
            for month, value in zip(world.months, register.readings, strict=True):
                volume = (value - previous) % 10**register.digits * point.multiplier
                previous = value
                yield (
                    account.number,
                    point.code,
                    point.serial,
                    register.channel,
                    str(register.zone),
                    _day(month_end(month)),
                    "прийняте",
                    str(value),
                    "прийнято",
                    str(value),
                    str(volume),
                )


INVOICE_HEADING = (
    "Особовий рахунок",
    "№ рахунку",
    "Дата рахунку",
    "Вид документа",
    "Період",
    "Строк оплати",
    "Стаття реалізації",
    "Код ТУ",
    "№ лічильника",
    "Покази попередні",
    "Покази поточні",
    "Розрахунковий коефіцієнт",
    "Кількість",
    "Одиниця",
    "Тариф",
    "Сума без ПДВ",
    "ПДВ",
    "Сума з ПДВ",
)


def _invoice_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    for invoice in world.invoices:
        if invoice.account not in numbers:
            continue
        for line in invoice.lines:
            yield (
                invoice.account,
                invoice.number,
                _day(invoice.issued_on),
                "рахунок",
                f"{invoice.period:%m.%Y}",
                _day(invoice.due_on),
                line.article,
                line.point,
                line.serial,
                line.previous,
                line.current,
                line.multiplier,
                f"{line.quantity:f}",
                line.unit,
                _comma(line.tariff),
                _comma(line.net),
                _comma(line.vat),
                _comma(line.gross),
            )


PAYMENT_HEADING = (
    "Особовий рахунок",
    "Документ",
    "Дата платежу",
    "Стаття реалізації",
    "Сума платежу",
    "Вид операції",
    "Період",
    "Платник",
    "Призначення",
)


def _payment_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    for payment in world.payments:
        if payment.account in numbers:
            yield (
                payment.account,
                payment.document,
                _day(payment.paid_on),
                payment.article,
                _comma(payment.amount),
                "оплата",
                f"{payment.period:%m.%Y}" if payment.period else "",
                payment.payer,
                payment.purpose,
            )


BALANCE_HEADING = (
    "Особовий рахунок",
    "Період",
    "Стаття реалізації",
    "Сальдо на початок",
    "Нараховано",
    "Оплачено",
    "Сальдо на кінець",
)


def _balance_rows(world: World, numbers: set[str]) -> Iterable[Row]:
    for balance in world.balances:
        if balance.account in numbers:
            yield (
                balance.account,
                f"{balance.period:%m.%Y}",
                balance.article,
                _comma(balance.opening),
                _comma(balance.charged),
                _comma(balance.paid),
                _comma(balance.closing),
            )


def _points(world: World, numbers: set[str]) -> Iterable[tuple[DemoAccount, DemoPoint]]:
    for account in world.accounts:
        if account.number in numbers:
            for point in account.points:
                yield account, point


def _write_csv(path: Path, heading: Row, rows: list[Row]) -> None:
    with path.open("w", encoding="cp1251", errors="strict", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(['АТ "Вінницяобленерго"'])
        writer.writerow(["Вигрузка з БАС ERP"])
        writer.writerow([])
        writer.writerow(heading)
        writer.writerows(rows)


def _write_xlsx(path: Path, heading: Row, rows: list[Row]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Дані")
    sheet.append(list(heading))
    for row in rows:
        sheet.append([_cell(text) for text in row])
    book.save(path)


def _cell(text: str) -> str | Decimal:
    """Sums become numeric cells, as 1C writes them; everything else stays text."""
    return Decimal(text.replace(",", ".")) if re.fullmatch(r"-?[0-9]+,[0-9]{2}", text) else text


def _day(value: date | None) -> str:
    return "" if value is None else f"{value:%d.%m.%Y}"


def _comma(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")
