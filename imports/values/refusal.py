"""The refusal of one value. No Django."""

from collections.abc import Mapping


class ValueRefused(ValueError):
    """A text that is not, beyond doubt, the value it should be.

    Args:
        code: what is wrong, one of
            `not_a_number`, `ambiguous_number` («1,234» where two decimals are allowed), `too_many_decimals`
            (`decimals`), `too_many_digits` (`digits`), `not_whole`;
            `not_a_date`, `date_out_of_range`, `not_a_period`, `several_months`;
            `not_a_flag`, `not_a_choice` (`choices`), `not_a_channel`, `not_a_zone`;
            `not_an_account_number`, `not_a_code`, `not_an_iban`, `not_an_eic`, `not_a_phone`, `scientific`;
            `too_long` (`limit`, `length`), `control_character`.
        params: `value` (shortened) and the figures named above, for the sentence made at the edge.
    """

    def __init__(self, code: str, value: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = {"value": shorten(value), **params}


def shorten(value: str, limit: int = 60) -> str:
    """Return the value for a message: at most `limit` characters of it."""
    return value if len(value) <= limit else value[: limit - 1] + "…"
