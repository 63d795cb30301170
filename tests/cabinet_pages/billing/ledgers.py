"""Random ledgers of one account: charges, money and opening balances, as exports may hold them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cabinet_pages.billing.allocation import ANY_ARTICLE, Charge, Money

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
