"""The demo's world: accounts, meters and two years of readings, invoices, payments and balances that add up.

Everything is derived from fixed seeds and the day, so the same day gives the same data.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from website.demo import manual, names
from website.demo.records import (
    DemoAccount,
    DemoBalance,
    DemoInvoice,
    DemoLine,
    DemoPayment,
    DemoPoint,
    DemoRegister,
    World,
)

MONTHS = 24
BIG_NUMBER = "80-500500"
BIG_POINTS = 500
DISTRIBUTION_TARIFFS = {"1": Decimal("0.384620"), "2": Decimal("1.764910")}
ACTIVE_TARIFF = Decimal("5.128400")
REACTIVE_TARIFF = Decimal("0.412750")
KOPECK = Decimal("0.01")


def build_world(today: date) -> World:
    """The demo as it stands on a day: two years that end with the last full month before it."""
    months = _months_before(today)
    accounts = [*_manual_accounts(), _big_account(), *_other_accounts()]
    world = World(months=months, accounts=accounts, invoices=[], payments=[], balances=[])
    for account in accounts:
        rng = random.Random(f"consumption {account.number}")  # noqa: S311
        for point in account.points:
            _run_meters(point, months, rng)
        _bill(account, world, today)
    _add_manual_year(world)
    world.payments.sort(key=lambda payment: payment.paid_on)
    return world


def check_digit(first_seven: str) -> str:
    """The eighth digit of a ЄДРПОУ code, by its published rule."""
    digits = [int(character) for character in first_seven]
    shifted = 3_000_000 <= int(first_seven) < 6_000_000
    weights = (7, 1, 2, 3, 4, 5, 6) if shifted else (1, 2, 3, 4, 5, 6, 7)
    rest = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
    if rest > 9:
        rest = sum(d * (w + 2) for d, w in zip(digits, weights, strict=True)) % 11 % 10
    return str(rest)


def personal_check_digit(first_nine: str) -> str:
    """The tenth digit of a РНОКПП."""
    weights = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
    return str(sum(int(d) * w for d, w in zip(first_nine, weights, strict=True)) % 11 % 10)


def _months_before(today: date) -> list[date]:
    last = today.replace(day=1)
    months = []
    for _ in range(MONTHS):
        last = (last - timedelta(days=1)).replace(day=1)
        months.append(last)
    return months[::-1]


def month_end(month: date) -> date:
    """The last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _manual_accounts() -> list[DemoAccount]:
    first = DemoAccount(
        number=manual.FIRST_NUMBER,
        branch="VIN",
        name=manual.NAME,
        code="30036471",
        address="вул. Закарпатська 46, м. Вінниця, 27000",
        contract_number="431930",
        contract_date=date(2011, 11, 24),
        settlement_day=31,
        supplier=names.SUPPLIERS[0],
        area="Замостянська дільниця",
    )
    second = DemoAccount(
        number=manual.SECOND_NUMBER,
        branch="TRO",
        name=manual.NAME,
        code="30079288",
        address="вул. Соборна 46, смт. Тростянець, Тростянецький район, Вінницька область, 24300",
        contract_number="36",
        contract_date=date(2008, 4, 10),
        settlement_day=31,
        supplier=names.SUPPLIERS[0],
        area="Тростянецька дільниця",
    )
    rng = random.Random("manual")  # noqa: S311
    first.points = [
        _point(rng, first, 1, "Виробничий корпус", zones=(1, 2, 3), reactive=True, ratio=(40, 1)),
        _point(rng, first, 2, "Адміністративна будівля", zones=(0,), reactive=False, ratio=(1, 1)),
    ]
    second.points = [_point(rng, second, 1, "Склад", zones=(1, 2), reactive=False, ratio=(20, 1))]
    return [first, second]


def _big_account() -> DemoAccount:
    rng = random.Random("big")  # noqa: S311
    account = DemoAccount(
        number=BIG_NUMBER,
        branch="VIN",
        name='Приватне акціонерне товариство "Мережа магазинів «Поділля-Маркет»"',
        code="3145672" + check_digit("3145672"),
        address="вул. Келецька 105, м. Вінниця, 21027",
        contract_number="500500",
        contract_date=date(2016, 3, 1),
        settlement_day=31,
        supplier=names.SUPPLIERS[1],
        area="Центральна дільниця",
        vat_number="314567202280",
    )
    for index in range(1, BIG_POINTS + 1):
        point = _point(rng, account, index, f"Магазин № {index}", zones=(0,), reactive=False, ratio=(1, 1))
        point.site = f"Об'єкт {(index - 1) // 25 + 1:02d}"
        if index % 50 == 0:
            point.read_by = "АСКОЕ"
        account.points.append(point)
    return account


def _other_accounts() -> Iterator[DemoAccount]:
    rng = random.Random("others")  # noqa: S311
    branches = ("VIN", "VIN", "TRO", "ZHM")
    towns = {
        "VIN": ("м. Вінниця, 21050", "Замостянська дільниця"),
        "TRO": ("смт. Тростянець, 24300", "Тростянецька дільниця"),
        "ZHM": ("м. Жмеринка, 23100", "Жмеринська дільниця"),
    }
    everybody = [*names.COMPANIES, *names.SOLE_PROPRIETORS, *names.COMPANIES[:8]]
    for index, name in enumerate(everybody):
        branch = branches[index % len(branches)]
        town, area = towns[branch]
        personal = name.startswith("ФОП")
        stem = (
            f"{300000000 + index * 137911:09d}" if personal else f"{3200000 + names.COMPANIES.index(name) * 7919:07d}"
        )
        account = DemoAccount(
            number=f"80-{1200 + index * 37}",
            branch=branch,
            name=name,
            code=stem + (personal_check_digit(stem) if personal else check_digit(stem)),
            address=f"{rng.choice(names.STREETS)} {rng.randint(1, 180)}, {town}",
            contract_number=f"{1200 + index * 37}",
            contract_date=date(2009 + index % 14, 1 + index % 12, 1 + index % 28),
            settlement_day=(31, 31, 0, 1, 25)[index % 5],
            supplier=rng.choice(names.SUPPLIERS),
            area=area,
            erp_code=f"К{100 + names.COMPANIES.index(name)}" if not personal and name in names.COMPANIES[:8] else "",
            pays_late=index % 6 == 5,
        )
        if index in (12, 21):
            account.payer = "постачальник"
        for number in range(1, 2 + index % 3):
            zones = ((0,), (1, 2), (1, 2, 3))[index % 3]
            ratio = ((1, 1), (20, 1), (30, 100), (40, 1))[index % 4]
            place = ("Ввід 1", "Ввід 2", "Насосна")[number - 1]
            account.points.append(_point(rng, account, number, place, zones, reactive=index % 4 == 0, ratio=ratio))
        if index % 7 == 3:
            account.points[-1].role = "субспоживач" if len(account.points) > 1 else "розрахункова"
        yield account


def _point(
    rng: random.Random,
    account: DemoAccount,
    index: int,
    name: str,
    zones: tuple[int, ...],
    *,
    reactive: bool,
    ratio: tuple[int, int],
) -> DemoPoint:
    digits = 6 if ratio == (1, 1) else 5
    registers = [DemoRegister("A+", zone, digits, rng.randint(500, 9000)) for zone in zones]
    if reactive:
        registers.append(DemoRegister("R+", 0, digits, rng.randint(200, 4000)))
    return DemoPoint(
        code=f"{account.contract_number}-{index:03d}",
        name=name,
        address=account.address,
        site=name,
        serial=f"{rng.randint(10_000_000, 99_999_999)}",
        meter_type=rng.choice(names.METER_TYPES),
        current_ratio=ratio[0],
        voltage_ratio=ratio[1],
        registers=registers,
        voltage_class="1" if ratio[1] > 1 else "2",
        next_verification=date(2026 + rng.randint(0, 5), rng.randint(1, 12), 15),
    )


def _run_meters(point: DemoPoint, months: list[date], rng: random.Random) -> None:
    for register in point.registers:
        value = register.start
        base = rng.randint(60, 900) // len(point.registers) + 5
        for month in months:
            season = 13 if month.month in (11, 12, 1, 2) else 10
            value = (value + base * season // 10 + rng.randint(0, base // 4)) % 10**register.digits
            register.readings.append(value)


def _bill(account: DemoAccount, world: World, today: date) -> None:
    rng = random.Random(f"money {account.number}")  # noqa: S311
    debts: dict[str, Decimal] = {manual.DISTRIBUTION: Decimal(rng.randint(0, 900_000)) / 100}
    if any(register.channel == "R+" for point in account.points for register in point.registers):
        debts[manual.REACTIVE] = Decimal(rng.randint(0, 90_000)) / 100
    if account.payer == "постачальник":
        return
    for index, month in enumerate(world.months):
        lines = _lines(account, index)
        if account.pays_late and index % 5 == 4:
            lines.append(_fixed_line(manual.PENALTY, Decimal(rng.randint(5_000, 60_000)) / 100))
            debts.setdefault(manual.PENALTY, Decimal(0))
        paid = _payments(account, month, debts, rng, len(world.payments))
        issued = month_end(month) + timedelta(days=2)
        # The newest month is billed too: its invoice is dated in the present month, as the ERP does it.
        world.invoices.append(
            DemoInvoice(
                account=account.number,
                number=f"{account.contract_number}/{month:%m-%y}",
                issued_on=min(issued, today),
                due_on=issued + timedelta(days=18),
                period=month,
                lines=lines,
            )
        )
        for article in sorted(debts):
            opening = debts[article]
            charged = sum((line.gross for line in lines if line.article == article), Decimal("0.00"))
            credited = sum((item.amount for item in paid if item.article == article), Decimal("0.00"))
            debts[article] = opening + charged - credited
            world.balances.append(
                DemoBalance(account.number, month, article, opening, charged, credited, debts[article])
            )
        world.payments.extend(paid)


def _lines(account: DemoAccount, index: int) -> list[DemoLine]:
    volumes: dict[str, Decimal] = {}
    lines: list[DemoLine] = []
    detailed = len(account.points) <= 10
    for point in account.points:
        if point.role != "розрахункова":
            continue
        tariff = DISTRIBUTION_TARIFFS[point.voltage_class]
        for register in point.registers:
            current = register.readings[index]
            previous = register.readings[index - 1] if index else register.start
            difference = (current - previous) % 10**register.digits
            quantity = Decimal(difference * point.multiplier)
            if register.channel == "R+":
                line = _metered_line(manual.REACTIVE, quantity, "кВАр·год", REACTIVE_TARIFF)
            elif detailed:
                line = _metered_line(manual.DISTRIBUTION, quantity, "кВт·год", tariff)
            else:
                volumes[point.site] = volumes.get(point.site, Decimal(0)) + quantity
                continue
            line.point, line.serial = point.code, point.serial
            line.previous, line.current, line.multiplier = str(previous), str(current), str(point.multiplier)
            lines.append(line)
    lines.extend(
        _metered_line(manual.DISTRIBUTION, volume, "кВт·год", DISTRIBUTION_TARIFFS["2"]) for volume in volumes.values()
    )
    return lines


def _metered_line(article: str, quantity: Decimal, unit: str, tariff: Decimal) -> DemoLine:
    net = (quantity * tariff).quantize(KOPECK, rounding=ROUND_HALF_UP)
    vat = (net / 5).quantize(KOPECK, rounding=ROUND_HALF_UP)
    return DemoLine(article, quantity, unit, tariff, net, vat)


def _fixed_line(article: str, amount: Decimal) -> DemoLine:
    return DemoLine(article, Decimal(1), "грн", amount, amount, Decimal("0.00"))


def _payments(
    account: DemoAccount, month: date, debts: dict[str, Decimal], rng: random.Random, serial: int
) -> list[DemoPayment]:
    payments = []
    for offset, article in enumerate(sorted(debts)):
        debt = debts[article]
        share = Decimal(rng.choice((60, 80, 100))) / 100 if account.pays_late else Decimal(1)
        amount = (debt * share).quantize(KOPECK, rounding=ROUND_HALF_UP)
        if amount <= 0 or (account.pays_late and rng.random() < 0.25):
            continue
        paid_on = month + timedelta(days=rng.randint(4, 19))
        payments.append(
            DemoPayment(
                account=account.number,
                document=f"ПП-{account.contract_number}-{month:%y%m}-{offset + 1}",
                paid_on=paid_on,
                article=article,
                amount=amount,
                period=(month - timedelta(days=1)).replace(day=1),
                payer=account.name,
                purpose=f"{article}, о/р {account.number}, у т.ч. ПДВ 20%",
            )
        )
    return payments


def _add_manual_year(world: World) -> None:
    paid: dict[tuple[int, str], Decimal] = {}
    for day, article in manual.PAYMENTS:
        paid[day.month, article] = paid.get((day.month, article), Decimal("0.00")) + manual.PAYMENT_AMOUNT
        world.payments.append(
            DemoPayment(manual.FIRST_NUMBER, "", day, article, manual.PAYMENT_AMOUNT, None, manual.NAME, "")
        )
    for article, (opening, january, february) in manual.BALANCES_2020.items():
        for month, charged in ((1, january), (2, february)):
            credited = paid.get((month, article), Decimal("0.00"))
            closing = opening + charged - credited
            world.balances.append(
                DemoBalance(manual.FIRST_NUMBER, date(2020, month, 1), article, opening, charged, credited, closing)
            )
            opening = closing
