"""What refuses a reading, and what only asks for a confirmation."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cabinet_pages.readings import rules

TODAY = date(2026, 1, 31)


def facts(**changes: Any) -> rules.RegisterFacts:
    """A register read at 1000 on 31.12.2025."""
    known = rules.KnownReading(Decimal(1000), date(2025, 12, 31))
    values: dict[str, Any] = {"register": 1, "meter": 1, "channel": "A+", "zone": 0, "digits": 4, "previous": known}
    return rules.RegisterFacts(**{**values, "history": (known,), **changes})


def line(value: str, *, read_on: date = TODAY, **changes: Any) -> rules.Line:
    """One typed value."""
    return rules.assess([facts(**changes)], {1: Decimal(value)}, read_on)[0]


def codes(findings: Any) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NaN", ["not_a_number"]),
        ("Infinity", ["not_a_number"]),
        ("-1", ["negative"]),
        ("10000", ["too_many_digits"]),
        ("1.0001", ["too_many_decimals"]),
        ("10000.0001", ["too_many_digits", "too_many_decimals"]),
        ("9999.999", []),
        ("1.1000000", []),
        ("1E+3", []),
        ("0", []),
    ],
)
def test_a_value_that_the_register_cannot_show_is_refused(value: str, expected: list[str]) -> None:
    assert codes(rules.check_value(Decimal(value), digits=4)) == expected


def test_the_date_lies_inside_the_window_and_not_in_the_future() -> None:
    def found(read_on: date) -> list[str]:
        return codes(rules.check_date(read_on, today=TODAY, earliest=date(2026, 1, 29), latest=TODAY))

    assert found(date(2026, 2, 1)) == ["future_date"]
    assert found(date(2026, 1, 28)) == ["outside_window"]
    assert found(date(2026, 1, 29)) == found(TODAY) == []


def test_a_reading_is_never_before_the_previous_one_nor_outside_the_life_of_the_meter() -> None:
    assert codes(rules.check_register(facts(), date(2025, 12, 30))) == ["before_previous"]
    assert codes(rules.check_register(facts(active_from=date(2026, 2, 1)), TODAY)) == ["inactive_register"]
    assert codes(rules.check_register(facts(active_until=date(2026, 1, 30)), TODAY)) == ["inactive_register"]
    assert codes(rules.check_register(facts(), date(2025, 12, 31))) == []


def test_without_a_previous_reading_the_volume_stays_unknown() -> None:
    found = line("1200", previous=None, history=())
    assert found.steps == ()
    assert found.exact is None
    assert found.volume is None
    assert found.errors == ()


def test_a_replaced_meter_gives_no_volume_either() -> None:
    (found,) = rules.assess([facts()], {1: Decimal(5)}, TODAY, replaced={1})
    assert found.volume is None


def test_a_previous_reading_that_does_not_fit_the_digits_is_an_error_and_no_crash() -> None:
    found = line("5", previous=rules.KnownReading(Decimal(123456), date(2025, 12, 31)))
    assert codes(found.errors) == ["previous_unusable"]


def test_zones_of_one_meter_and_channel_are_read_together() -> None:
    zones = [facts(register=one, zone=one) for one in (1, 2, 3)]
    other = facts(register=4, channel="R+")
    assert [one.register for one in rules.incomplete_groups([*zones, other], {1, 3})] == [2]
    assert rules.incomplete_groups([*zones, other], {4}) == []


def test_a_smaller_value_asks_whether_the_register_rolled_over() -> None:
    assert rules.less_than_previous(line("999.999")) is not None
    assert rules.less_than_previous(line("1000")) is None


def test_an_unmoved_register_is_pointed_out_unless_it_always_stands_still() -> None:
    assert rules.nothing_used(line("1000")) is not None
    assert rules.nothing_used(line("1000.001")) is None
    still = (
        rules.KnownReading(Decimal(1000), date(2025, 12, 31)),
        rules.KnownReading(Decimal(1000), date(2025, 11, 30)),
    )
    assert rules.nothing_used(line("1000", history=still)) is None


def test_a_volume_many_times_the_mean_is_far_and_a_usual_one_is_not() -> None:
    history = (
        rules.KnownReading(Decimal(1000), date(2025, 12, 31)),
        rules.KnownReading(Decimal(690), date(2025, 11, 30)),
        rules.KnownReading(Decimal(390), date(2025, 10, 31)),
    )

    def far(value: str, **changes: Any) -> str | None:
        limits = {"factor": Decimal(3), "months": 3, "minimum": Decimal(100), **changes}
        found = rules.far_from_mean(line(value, history=history), **limits)
        return found.code if found else None

    # 610 in 61 days make 310 for the 31 days of January.
    assert far("1310") is None
    assert far("1930") is None
    assert far("1930.001") == "far_above"
    assert far("1100") == "far_below"
    assert far("1100", minimum=Decimal(10_000)) is None


def test_a_changed_multiplier_is_pointed_out_and_the_new_one_is_used() -> None:
    spans = (rules.RatioSpan(date(2025, 1, 1), Decimal(10)), rules.RatioSpan(date(2026, 1, 10), Decimal(20)))
    found = line("1001", ratios=spans)
    assert found.volume == 20
    assert rules.ratio_changed(found) == rules.Finding(
        "ratio_changed", {"date": date(2026, 1, 10), "multiplier": Decimal(20)}
    )
