"""The manual's own example: two accounts of Агробуд-В, the 17 payments and the balances around them."""

from datetime import date
from decimal import Decimal

NAME = 'Товариство з обмеженою відповідальністю "Агробуд-В"'
ACTIVE = "Активна електроенергія"
DISTRIBUTION = "Плата за розподіл електроенергії"
REACTIVE = "Реактивна електроенергія"
PENALTY = "Пеня"
INTEREST = "Річні відсотки"
INFLATION = "Інфляційні відсотки"

FIRST_NUMBER = "80-431930"
SECOND_NUMBER = "80-36"

# Day and article of each payment of 10 000,00 UAH, in the order of the manual's screen (section 4.7).
PAYMENTS: tuple[tuple[date, str], ...] = (
    (date(2020, 1, 8), ACTIVE),
    (date(2020, 1, 9), ACTIVE),
    (date(2020, 1, 15), DISTRIBUTION),
    (date(2020, 1, 15), REACTIVE),
    (date(2020, 1, 21), DISTRIBUTION),
    (date(2020, 1, 23), REACTIVE),
    (date(2020, 1, 23), ACTIVE),
    (date(2020, 1, 24), DISTRIBUTION),
    (date(2020, 1, 28), DISTRIBUTION),
    (date(2020, 1, 28), REACTIVE),
    (date(2020, 1, 30), REACTIVE),
    (date(2020, 1, 30), ACTIVE),
    (date(2020, 1, 31), PENALTY),
    (date(2020, 1, 31), INTEREST),
    (date(2020, 1, 31), INFLATION),
    (date(2020, 2, 17), DISTRIBUTION),
    (date(2020, 2, 17), REACTIVE),
)
PAYMENT_AMOUNT = Decimal("10000.00")

# Opening balance of January 2020 and what was charged in January and February, by article; + is a debt.
BALANCES_2020: dict[str, tuple[Decimal, Decimal, Decimal]] = {
    ACTIVE: (Decimal("40000.00"), Decimal("12480.60"), Decimal("0.00")),
    DISTRIBUTION: (Decimal("31250.40"), Decimal("18904.32"), Decimal("17655.18")),
    REACTIVE: (Decimal("38120.75"), Decimal("6310.05"), Decimal("5872.90")),
    PENALTY: (Decimal("10000.00"), Decimal("0.00"), Decimal("0.00")),
    INTEREST: (Decimal("10000.00"), Decimal("0.00"), Decimal("0.00")),
    INFLATION: (Decimal("9380.15"), Decimal("0.00"), Decimal("0.00")),
}
