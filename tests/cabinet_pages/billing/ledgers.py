"""Random ledgers of one account: charges, money and opening balances, as exports may hold them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.allocation import ANY_ARTICLE, Charge, Money
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine
from cabinet_pages.billing.rules import month_of, months_between
from cabinet_pages.payments.models import Payment
from tests import factories

LAST = date(2027, 2, 1)
FIRST = date(2025, 1, 1)


@dataclass(frozen=True)
class RandomLedger:
    """What `allocate` takes."""

    charges: list[Charge]
    money: list[Money]
    opening: dict[int | None, Decimal]

    @property
    def total_money(self) -> Decimal:
        """All money, that of the opening overpayments too."""
        return sum((row.amount for row in self.money), Decimal(0)) - sum(
            (amount for amount in self.opening.values() if amount < 0), Decimal(0)
        )

    @property
    def total_debt(self) -> Decimal:
        """All that is asked for."""
        return sum((charge.amount for charge in self.charges), Decimal(0)) + sum(
            (amount for amount in self.opening.values() if amount > 0), Decimal(0)
        )


def kopecks(random: Random, low: int, high: int) -> Decimal:
    """A sum of so many kopecks; now and then a single one, where mistakes of rounding hide."""
    return Decimal(random.choice([1, random.randint(low, high)])) / 100


def random_ledger(random: Random) -> RandomLedger:
    """A ledger of up to four articles and two years, with returns, negative lines, names right and wrong."""
    articles = list(range(1, random.randint(2, 5)))
    charges: list[Charge] = []
    money: list[Money] = []
    for invoice in range(1, random.randint(1, 25)):
        day = FIRST + timedelta(days=random.randint(0, 700))
        for article in random.sample(articles, random.randint(1, len(articles))):
            period = (day - timedelta(days=random.choice([0, 0, 0, 31, 62]))).replace(day=1)
            charges.append(Charge(invoice, article, period, day, kopecks(random, 1, 900_000)))
            if random.random() < 0.2:
                names = (random.randint(1, 25),) if random.random() < 0.5 else (invoice,)
                amount = kopecks(random, 1, 400_000)
                money.append(Money(("line", len(money), 0), article, day, amount, names, (period,)))
    for number in range(random.randint(0, 40)):
        day = FIRST + timedelta(days=random.randint(-40, 740))
        sign = -1 if random.random() < 0.1 else 1
        names = tuple(random.randint(1, 30) for _ in range(random.choice([0, 0, 1, 2])))
        periods = (day.replace(day=1),) if random.random() < 0.3 else ()
        article = random.choice(articles)
        money.append(Money(("payment", number, 0), article, day, sign * kopecks(random, 1, 1_500_000), names, periods))
    known = random.choice([[], articles, [ANY_ARTICLE]])
    opening = {article: random.choice([-1, 1, 0]) * kopecks(random, 1, 900_000) for article in known}
    random.shuffle(charges)
    random.shuffle(money)
    return RandomLedger(charges, money, opening)


def save_ledger(account: Account, random: Random, *, by_article: bool) -> Decimal:
    """Store a random ledger with the balances that follow from it; returns the closing balance.

    Args:
        account: whose rows they are.
        random: what decides.
        by_article: balances by article, else of the whole account.
    """
    ledger = random_ledger(random)
    names = ("Активна електроенергія", "Плата за розподіл", "Пеня", "Реактивна електроенергія")
    articles = {
        number: factories.make_article(name, order=number, carries_vat=name != "Пеня")
        for number, name in enumerate(names, start=1)
    }
    zero = Decimal("0.00")
    charged: dict[tuple[date, int], Decimal] = defaultdict(lambda: zero)
    paid: dict[tuple[date, int], Decimal] = defaultdict(lambda: zero)
    lines: dict[int, list[tuple[int, date, Decimal]]] = defaultdict(list)
    days: dict[int, date] = {}
    for charge in ledger.charges:
        days[charge.invoice] = charge.issued_on
        lines[charge.invoice].append((charge.article or 0, charge.period, charge.amount))
    for row in ledger.money:
        if row.source[0] == "line" and days:
            lines[random.choice(sorted(days))].append((row.article or 0, row.periods[0], -row.amount))
    stored = []
    for number, day in days.items():
        gross = sum((amount for _, _, amount in lines[number]), zero)
        invoice = Invoice(account=account, number=f"Р-{number}", issued_on=day, net=gross, vat=zero, gross=gross)
        invoice.period = month_of(day)
        invoice.due_on = day + timedelta(days=random.randint(5, 30))
        stored.append(invoice)
    Invoice.objects.bulk_create(stored)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            article=articles[article],
            period=period,
            net=amount,
            vat=zero,
            gross=amount,
        )
        for number, invoice in zip(days, stored, strict=True)
        for position, (article, period, amount) in enumerate(lines[number], start=1)
    )
    for number, day in days.items():
        for article, _, amount in lines[number]:
            charged[month_of(day), article] += amount
    payments = [row for row in ledger.money if row.source[0] == "payment" and row.made_on >= FIRST]
    Payment.objects.bulk_create(
        Payment(
            account=account,
            document=f"П-{row.source[1]}",
            paid_on=row.made_on,
            article=articles[row.article or 0],
            amount=row.amount,
            purpose=", ".join(
                [f"рах. № Р-{number}" for number in row.invoices] + [f"за {month:%m.%Y}" for month in row.periods]
            ),
        )
        for row in payments
    )
    for row in payments:
        paid[month_of(row.made_on), row.article or 0] += row.amount
    running = {article: random.choice([-1, 0, 1]) * kopecks(random, 1, 500_000) for article in articles}
    balances = []
    for month in months_between(FIRST, LAST):
        rows = [(articles[number], running[number], charged[month, number], paid[month, number]) for number in articles]
        for number in articles:
            running[number] += charged[month, number] - paid[month, number]
        if not by_article:
            opening, sum_charged, sum_paid = (sum((row[place] for row in rows), zero) for place in (1, 2, 3))
            rows = [(None, opening, sum_charged, sum_paid)]  # type: ignore[list-item]
        balances += [
            Balance(
                account=account,
                period=month,
                article=article,
                article_key=article.key if article else "",
                opening=opening,
                charged=month_charged,
                paid=month_paid,
                closing=opening + month_charged - month_paid,
            )
            for article, opening, month_charged, month_paid in rows
        ]
    Balance.objects.bulk_create(balances)
    return sum(running.values(), zero)
