"""The figures behind a line, against fractions computed by hand, and which readings belong to it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cabinet_pages.billing.explaining.rules import (
    Energy,
    LineFacts,
    Match,
    Read,
    VatKind,
    compare,
    net_of,
    sums_differ,
    vat_of,
    volume_of,
)
from tests.support.scale import chance, scaled

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
ZERO = Decimal("0.00")


def line(position: int = 1, **given: Any) -> LineFacts:
    fields: dict[str, Any] = {
        "article": 1,
        "point": "ТУ-1",
        "meter": "",
        "energy": Energy.ACTIVE,
        "is_measured": True,
        "period": JANUARY,
        **dict.fromkeys(("previous", "current", "multiplier", "quantity", "tariff")),
        **dict.fromkeys(("net", "vat", "gross"), ZERO),
    }
    for name, value in given.items():
        fields[name] = Decimal(value) if type(value) is str and name not in _TEXTS else value
    return LineFacts(position=position, **fields)


_TEXTS = ("point", "meter")


def read(key: int = 0, volume: str | None = "100", **given: Any) -> Read:
    fields: dict[str, Any] = {
        "point": "ТУ-1",
        "meter": "M-1",
        "energy": Energy.ACTIVE,
        "is_consumed": True,
        "period": JANUARY,
    }
    return Read(key=key, volume=None if volume is None else Decimal(volume), **{**fields, **given})


def half_up(value: Fraction, places: int) -> Fraction:
    """Rounded to so many places, halves away from zero."""
    scaled_value = abs(value) * 10**places
    whole = (2 * scaled_value.numerator + scaled_value.denominator) // (2 * scaled_value.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


def test_random_lines_are_computed_as_by_hand() -> None:
    random = chance("lines of invoices")
    for _ in range(scaled(400, 20_000)):
        previous, current = (Decimal(random.randint(0, 10**9)).scaleb(-3) for _ in range(2))
        multiplier = Decimal(random.randint(1, 10**8)).scaleb(-4)
        quantity = Decimal(random.randint(-(10**8), 10**9)).scaleb(-random.randint(0, 3))
        tariff = Decimal(random.randint(1, 10**7)).scaleb(-6)
        net, vat = (Decimal(random.randint(-(10**7), 10**7)).scaleb(-2) for _ in range(2))
        one = line(
            previous=previous,
            current=current,
            multiplier=multiplier,
            quantity=quantity,
            tariff=tariff,
            net=net,
            vat=vat,
            gross=net + vat,
        )
        volume = volume_of(one, digits=6)
        assert volume is not None
        difference = Fraction(current) - Fraction(previous)
        if difference < 0 <= quantity:
            difference += 10**6
        exact = difference * Fraction(multiplier)
        assert Fraction(volume.exact) == exact
        assert Fraction(volume.difference) == Fraction(quantity) - exact
        assert volume.is_rounded == (Fraction(quantity).denominator == 1 and 0 < abs(Fraction(quantity) - exact) < 1)
        product = net_of(one)
        assert product is not None
        assert Fraction(product.exact) == Fraction(quantity) * Fraction(tariff)
        assert Fraction(product.rounded) == half_up(Fraction(quantity) * Fraction(tariff), 2)
        assert Fraction(product.difference) == Fraction(net) - Fraction(product.rounded)
        tax = vat_of(one)
        of_net, of_gross = half_up(Fraction(net) / 5, 2), half_up(Fraction(net + vat) / 6, 2)
        assert (tax.kind is VatKind.OTHER) == (vat != 0 and Fraction(vat) not in (of_net, of_gross))
        if tax.kind is VatKind.OTHER:
            assert Fraction(tax.difference) == Fraction(vat) - of_net


def test_the_largest_figures_are_never_rounded_in_silence() -> None:
    huge = "999999999999999.999"
    volume = volume_of(line(previous="0.001", current=huge, multiplier="99999999.999999", quantity="1"))
    assert volume is not None
    assert Fraction(volume.exact) == (Fraction(huge) - Fraction("0.001")) * Fraction("99999999.999999")
    product = net_of(line(quantity=huge, tariff="99999999.999999"))
    assert product is not None
    assert Fraction(product.rounded) == half_up(Fraction(huge) * Fraction("99999999.999999"), 2)


@pytest.mark.parametrize(
    ("quantity", "digits", "exact", "capacity"),
    [
        ("435", None, "435", "10000"),
        ("435", 4, "435", "10000"),
        # Five digits are what the register has, whatever the quantity.
        ("435", 5, "2700435", "100000"),
        # A smaller value that no rollover explains, and a correction downwards, stay what they are.
        ("1", None, "-299565", None),
        ("-299565", 4, "-299565", None),
        (None, None, "-299565", None),
    ],
)
def test_a_register_passes_its_last_figure_only_where_that_explains_the_line(
    quantity: str | None, digits: int | None, exact: str, capacity: str | None
) -> None:
    volume = volume_of(line(previous="9998", current="12.5", multiplier="30", quantity=quantity), digits=digits)
    assert volume is not None
    assert volume.exact == Decimal(exact)
    assert volume.capacity == (None if capacity is None else Decimal(capacity))


@pytest.mark.parametrize("absent", ["previous", "current", "multiplier"])
def test_of_what_is_absent_nothing_is_computed(absent: str) -> None:
    given: dict[str, Any] = {"previous": "1", "current": "2", "multiplier": "3", "quantity": "3"}
    assert volume_of(line(**{**given, absent: None})) is None
    assert net_of(line(quantity="1")) is None
    assert net_of(line(tariff="1")) is None


def test_vat_is_explained_by_either_way_of_computing_it() -> None:
    assert vat_of(line(net="100.03", vat="20.01", gross="120.04")).kind is VatKind.OF_NET
    # A sixth of 0.03 is half a kopeck: 0.01 up; 20 % of 0.02 is nothing.
    assert vat_of(line(net="0.02", vat="0.01", gross="0.03")).kind is VatKind.OF_GROSS
    assert vat_of(line(net="100.00", gross="100.00")).kind is VatKind.NONE
    other = vat_of(line(net="100.00", vat="7.00", gross="107.00"))
    assert (other.kind, other.difference) == (VatKind.OTHER, Decimal("-13.00"))


def test_the_sums_of_an_invoice_are_compared_with_its_lines() -> None:
    lines = [line(1, net="1.00", vat="0.20", gross="1.20"), line(2, net="-0.50", vat="-0.10", gross="-0.60")]
    sums = {"net": Decimal("0.50"), "vat": Decimal("0.10"), "gross": Decimal("0.60")}
    assert not any(sums_differ(lines, **sums))
    assert sums_differ(lines, **{**sums, "vat": Decimal("0.11")})[1] == Decimal("0.01")


def test_a_line_is_compared_with_the_register_that_shows_its_reading() -> None:
    reads = [
        read(0, "100", values=(Decimal(500),), previous=Decimal(400)),
        read(1, "30", values=(Decimal(70),), previous=Decimal(40), energy=Energy.ACTIVE),
        read(2, "9", values=(Decimal(70),), energy=Energy.REACTIVE),
    ]
    found = compare([line(current="70", previous="40", quantity="31")], reads)[1]
    assert (found.match, found.reads, found.difference) == (Match.FOUND, (1,), Decimal(1))
    # A verdict's value is as good as the customer's own.
    reads[1] = read(1, "30", values=(Decimal(70), Decimal(71)), previous=Decimal(40))
    assert compare([line(current="71", quantity="31")], reads)[1].reads == (1,)


def test_a_line_without_readings_is_of_all_zones_and_delivered_energy_is_none_of_it() -> None:
    reads = [read(0, "100"), read(1, "30"), read(2, "5", is_consumed=False)]
    found = compare([line(quantity="135")], reads)[1]
    assert (found.reads, found.submitted, found.difference) == ((0, 1), Decimal(130), Decimal(5))


def test_lines_of_one_article_at_two_tariffs_are_compared_together_and_another_article_alone() -> None:
    lines = [line(1, quantity="60"), line(2, quantity="45"), line(3, quantity="100", article=2)]
    found = compare(lines, [read(0, "100")])
    assert found[1] is found[2]
    assert (found[1].lines, found[1].difference) == ((1, 2), Decimal(5))
    assert found[3].difference == 0


@pytest.mark.parametrize(
    ("given", "reads", "match"),
    [
        ({"is_measured": False}, [read()], Match.NOT_MEASURED),
        ({"point": ""}, [read()], Match.NO_POINT),
        ({"point": "ТУ-9"}, [read()], Match.UNKNOWN_POINT),
        ({"meter": "M-9"}, [read()], Match.UNKNOWN_POINT),
        ({"energy": Energy.REACTIVE}, [read()], Match.UNKNOWN_POINT),
        ({"period": None}, [read()], Match.NO_PERIOD),
        ({"period": FEBRUARY}, [read()], Match.NOT_SENT),
        ({}, [read(period=None, volume=None)], Match.NOT_SENT),
        # Two zones, and a reading that neither of them shows.
        ({"current": "7"}, [read(0), read(1)], Match.AMBIGUOUS),
        ({}, [read(0), read(1, meter="M-2")], Match.AMBIGUOUS),
    ],
)
def test_what_is_not_known_is_said_to_be_so(given: dict[str, Any], reads: list[Read], match: Match) -> None:
    found = compare([line(quantity="100", **given)], reads)[1]
    assert found.match is match
    assert found.difference is None


def test_a_volume_that_is_not_known_is_compared_with_nothing() -> None:
    assert compare([line(quantity="100")], [read(volume=None)])[1].difference is None
    assert compare([line()], [read()])[1].difference is None
