"""Typed and pasted numbers."""

from decimal import Decimal

import pytest

from cabinet_pages.quantities.parsing import AmountRefused, parse_decimal


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009", "'", "’", "ʼ"])
def test_every_space_that_spreadsheets_group_thousands_with_is_read(space: str) -> None:
    assert parse_decimal(f"15{space}438,5", scale=3) == Decimal("15438.5")


@pytest.mark.parametrize("text", ["", "12а", "1,2,3", "1e5", "½", "١٢"])
def test_what_is_not_plainly_a_number_is_refused(text: str) -> None:
    with pytest.raises(AmountRefused):
        parse_decimal(text, scale=3)
