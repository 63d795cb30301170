"""The fixed-point fields are exact on both databases and refuse what could be silently wrong."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, transaction
from django.db.models import Avg, F, Max, Sum, Value
from django.db.models.functions import Coalesce

from cabinet_pages.payments.models import Payment
from cabinet_pages.quantities.fields import FixedPointFormField, MoneyField
from tests.factories import make_account, make_article, make_payment
from tests.support.scale import scaled

pytestmark = pytest.mark.django_db

LARGE = Decimal("12345678901234567.89")


def stored_amounts() -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT amount FROM cabinet_pages_payment ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_money_is_stored_as_whole_kopecks_and_read_as_hryvnias() -> None:
    payment = make_payment(make_account(), date(2026, 1, 1), "12.50")
    assert stored_amounts() == [1250]
    payment.refresh_from_db()
    assert payment.amount == Decimal("12.50")


def test_many_thousand_dimes_sum_without_drift() -> None:
    account, article, number = make_account(), make_article(), scaled(10_000, 100_000)
    Payment.objects.bulk_create(
        [
            Payment(
                account=account,
                article=article,
                document="=10",
                paid_on=date(2026, 1, 1),
                ordinal=n,
                amount=Decimal("0.10"),
            )
            for n in range(number)
        ],
        batch_size=10_000,
    )
    assert Payment.objects.aggregate(total=Sum("amount"))["total"] == number * Decimal("0.10")


def test_the_largest_sums_come_back_to_the_kopeck() -> None:
    make_payment(make_account(), date(2026, 1, 1), str(LARGE), document="d")
    assert Payment.objects.aggregate(largest=Max("amount"))["largest"] == LARGE


def test_an_empty_sum_is_a_decimal_zero() -> None:
    zero = Value(Decimal(0), output_field=MoneyField())
    assert Payment.objects.aggregate(total=Coalesce(Sum("amount"), zero))["total"] == Decimal("0.00")


@pytest.mark.parametrize("value", [1.5, True, Decimal("0.001"), Decimal("NaN"), Decimal(10) ** 17])
def test_what_is_not_an_exact_sum_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        MoneyField().get_prep_value(value)


def test_filters_compare_scaled_numbers() -> None:
    make_payment(make_account(), date(2026, 1, 1), "12.50")
    assert Payment.objects.filter(amount=Decimal("12.5")).count() == 1
    assert Payment.objects.filter(amount__gt=Decimal("12.50")).count() == 0
    assert Payment.objects.filter(amount__in=[Decimal("12.50")]).count() == 1
    assert Payment.objects.filter(amount__range=(Decimal(12), Decimal(13))).count() == 1


def test_an_expression_of_another_type_cannot_be_stored() -> None:
    make_payment(make_account(), date(2026, 1, 1), "12.50")
    with pytest.raises(FieldError, match="Cannot infer type"), transaction.atomic():
        Payment.objects.update(amount=F("amount") + Decimal("1.50"))
    with pytest.raises(TypeError, match="cannot be set"), transaction.atomic():
        Payment.objects.update(amount=F("ordinal"))
    assert stored_amounts() == [1250]


def test_a_mean_of_kopecks_never_passes_for_hryvnias() -> None:
    account = make_account()
    make_payment(account, date(2026, 1, 1), "0.01")
    make_payment(account, date(2026, 1, 1), "0.02")
    with pytest.raises((ValueError, TypeError)):
        Payment.objects.aggregate(mean=Avg("amount"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("12,50", "12.50"), ("1 234,5", "1234.5"), ("1 234.56", "1234.56"), ("-3", "-3"), ("−3,1", "-3.1")],
)
def test_people_may_type_numbers_their_way(typed: str, expected: str) -> None:
    assert FixedPointFormField(scale=2).clean(typed) == Decimal(expected)


@pytest.mark.parametrize("typed", ["12,505", "1_000", "1e5", "NaN", "１２", "12,5,0", "12 грн", "--1"])
def test_unclear_numbers_are_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError):
        FixedPointFormField(scale=2).clean(typed)
