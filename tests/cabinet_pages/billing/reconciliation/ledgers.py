"""Random ledgers of one account as branches send them, with balances that hold, that break and that are absent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from cabinet_pages.billing.reconciliation.rules import Line, LineKind, StatedRow, accounted_day
from cabinet_pages.billing.rules import month_of, next_month

START = date(2025, 1, 1)
MONTHS = 6
ARTICLES = ("Активна електроенергія", "Плата за розподіл", "Пеня")


@dataclass(frozen=True)
class RandomAct:
    """What `reconcile` takes."""

    stated: list[StatedRow]
    documents: list[Line]
    first: date
    last: date


def kopecks(random: Random, most: int = 900_000) -> Decimal:
    """A sum that is now and then a single kopeck, none, or negative."""
    sign = -1 if random.random() < 0.1 else 1
    return Decimal(sign * random.choice([0, 1, random.randint(1, most), random.randint(1, most)])) / 100


def random_act(random: Random) -> RandomAct:
    """A ledger of half a year and a period in it; the first month always has balances."""
    documents = list(_documents(random))
    stated: list[StatedRow] = []
    by_article = random.random() < 0.6
    owed = {article: kopecks(random) for article in (range(1, len(ARTICLES) + 1) if by_article else [None])}
    month = START
    for place in range(MONTHS):
        if place == 0 or random.random() < 0.8:
            for article in owed:
                row = _stated(random, month, article, owed[article])
                stated.append(row)
                owed[article] = row.closing if random.random() < 0.9 else kopecks(random)
        month = next_month(month)
    days = (month - START).days
    first, last = sorted(START + timedelta(days=random.randrange(days)) for _ in range(2))
    random.shuffle(documents)
    return RandomAct(stated, documents, first, last)


def _stated(random: Random, month: date, article: int | None, opening: Decimal) -> StatedRow:
    charged, paid, corrected = (kopecks(random) if random.random() < 0.9 else None for _ in range(3))
    closing = opening + (charged or 0) - (paid or 0) + (corrected or 0)
    if random.random() < 0.1:
        closing += kopecks(random)
    name = "" if article is None else ARTICLES[article - 1]
    return StatedRow(month, article, name, opening, charged, paid, corrected, closing)


def _documents(random: Random) -> Iterator[Line]:
    for number in range(random.randrange(12)):
        dated = START + timedelta(days=random.randrange(MONTHS * 30))
        month = month_of(dated - timedelta(days=random.choice([0, 0, 31])))
        month = max(month, START)
        article = random.randint(1, len(ARTICLES))
        yield Line(
            key=f"invoice:{number}:{article}",
            kind=LineKind.INVOICE,
            day=accounted_day(dated, month),
            month=month,
            article_id=article,
            article=ARTICLES[article - 1],
            debit=kopecks(random),
            vat=kopecks(random, 1000),
            number=str(number),
            dated=dated,
            variety="invoice",
        )
    for number in range(random.randrange(12)):
        dated = START + timedelta(days=random.randrange(MONTHS * 30))
        article = random.randint(1, len(ARTICLES))
        yield Line(
            key=f"payment:{number}",
            kind=LineKind.PAYMENT,
            day=dated,
            month=month_of(dated),
            article_id=article,
            article=ARTICLES[article - 1],
            credit=kopecks(random),
            dated=dated,
            variety="payment",
        )
