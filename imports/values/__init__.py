"""Text → exact values: strict, independent of the active language, never a guess. No Django.

Each parser returns None for an empty cell and raises `ValueRefused(code, params)` for a text that is not beyond
doubt the value it should be; the sentence is made at the edge, in the reader's language.
"""

from cabinet_pages.quantities.folding import fold_name

from .codes import (
    CustomerCode,
    Eic,
    parse_account_number,
    parse_channel,
    parse_customer_code,
    parse_eic,
    parse_iban,
    parse_phone,
    parse_zone,
)
from .dates import parse_date, parse_datetime, parse_period
from .numbers import (
    DIGITS,
    MONEY_DECIMALS,
    parse_decimal,
    parse_energy,
    parse_integer,
    parse_money,
    parse_price,
    parse_ratio,
)
from .refusal import ValueRefused
from .whole import WholeParser, hundredths, runs, whole_parser
from .words import clean_text, parse_choice, parse_flag

__all__ = [
    "DIGITS",
    "MONEY_DECIMALS",
    "CustomerCode",
    "Eic",
    "ValueRefused",
    "WholeParser",
    "clean_text",
    "fold_name",
    "hundredths",
    "parse_account_number",
    "parse_channel",
    "parse_choice",
    "parse_customer_code",
    "parse_date",
    "parse_datetime",
    "parse_decimal",
    "parse_eic",
    "parse_energy",
    "parse_flag",
    "parse_iban",
    "parse_integer",
    "parse_money",
    "parse_period",
    "parse_phone",
    "parse_price",
    "parse_ratio",
    "parse_zone",
    "runs",
    "whole_parser",
]
