"""What needs a confirmation with a reason: rollover, zero, far from usual, above the power, zones against the day."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cabinet_pages.readings import rules
from cabinet_pages.readings.checks import labels_of, registered_checks, warnings_of

KYIV = ZoneInfo("Europe/Kyiv")
DECEMBER, JANUARY = date(2025, 12, 31), date(2026, 1, 31)


def known(value: str, day: date | None) -> rules.KnownReading:
    return rules.KnownReading(Decimal(value), day)


def facts(**changes: Any) -> rules.RegisterFacts:
    """A register read at 1000 on 31.12.2025."""
    values: dict[str, Any] = {"register": 1, "meter": 1, "channel": "A+", "zone": 0, "digits": 5, "point": 7}
    before = known("1000", DECEMBER)
    return rules.RegisterFacts(**{**values, "previous": before, "history": (before,), **changes})


def line(value: str, *, read_on: date = JANUARY, **changes: Any) -> rules.Line:
    return rules.assess([facts(**changes)], {1: Decimal(value)}, read_on)[0]


def year(january: str, november: str = "700") -> tuple[rules.KnownReading, ...]:
    """A year in which January took `january`, the last three months 300 and every other month 50."""
    return (
        known("1000", DECEMBER),
        known("900", date(2025, 11, 30)),
        known("800", date(2025, 10, 31)),
        known(november, date(2025, 9, 30)),
        known(str(Decimal(november) - 400), date(2025, 1, 31)),
        known(str(Decimal(november) - 400 - Decimal(january)), date(2024, 12, 31)),
    )


def codes(found: rules.Line) -> list[str]:
    return [one.code for one in warnings_of(found, registered_checks())]


# --- far from usual ---


@pytest.mark.parametrize(
    ("january", "value", "expected"),
    [
        ("100", "1100", []),
        # 400 is far from the mean of 100 a month, and not from last January.
        ("300", "1400", ["far_above"]),
        # 250 is far from last January and not from the mean.
        ("30", "1250", ["far_above_last_year"]),
        # Each is a finding of its own.
        ("100", "1800", ["far_above", "far_above_last_year"]),
        ("299", "1010", ["far_below_last_year"]),
        ("130", "1000.5", ["far_below", "far_below_last_year"]),
    ],
)
def test_the_mean_of_three_months_and_the_same_month_last_year_are_two_findings(
    january: str, value: str, expected: list[str]
) -> None:
    assert codes(line(value, history=year(january))) == expected


def test_without_a_reading_of_last_year_only_the_mean_is_asked() -> None:
    short = year("100")[:4]
    assert rules.same_month_last_year(line("1900", history=short)) is None
    assert codes(line("1900", history=short)) == ["far_above"]


def test_the_same_month_is_the_interval_that_covers_most_of_its_days() -> None:
    found = rules.same_month_last_year(line("1100", history=year("123")))
    assert found == (Decimal(123), 31)
    shifted = (known("1000", DECEMBER), known("500", date(2025, 1, 20)), known("300", date(2024, 12, 20)))
    assert rules.same_month_last_year(line("1100", history=shifted)) == (Decimal(200), 31)


def test_a_leap_day_has_its_last_year_too() -> None:
    before = known("100", date(2028, 1, 31))
    history = (before, known("90", date(2027, 2, 28)), known("50", date(2027, 1, 31)))
    found = line("200", read_on=date(2028, 2, 29), previous=before, history=history)
    assert rules.same_month_last_year(found) == (Decimal(40), 28)


def test_the_mean_covers_months_however_often_the_register_was_read() -> None:
    # Four control readings in December make no three months.
    days = [DECEMBER, date(2025, 12, 20), date(2025, 12, 10), date(2025, 11, 30), date(2025, 9, 30)]
    history = tuple(known(value, day) for value, day in zip(("1000", "990", "980", "970", "470"), days, strict=True))
    assert rules.daily_mean(facts(history=history), months=3) == (Decimal(530), 92)


# --- permitted power ---


@pytest.mark.parametrize(
    ("after", "until", "hours"),
    [
        (DECEMBER, JANUARY, 744),
        (date(2026, 2, 28), date(2026, 3, 31), 743),
        (date(2026, 3, 28), date(2026, 3, 29), 23),
        (date(2026, 10, 24), date(2026, 10, 25), 25),
        (date(2026, 9, 30), date(2026, 10, 31), 745),
        # Two readings of one day may be that day apart.
        (date(2026, 10, 25), date(2026, 10, 25), 25),
    ],
)
def test_hours_are_counted_through_the_nights_when_the_clocks_change(after: date, until: date, hours: int) -> None:
    assert rules.hours_between(after, until, KYIV) == hours


def test_more_than_the_permitted_power_gives_in_the_hours_needs_a_reason() -> None:
    def found(value: str, factor: str = "1", **changes: Any) -> rules.Finding | None:
        made = line(value, permitted_power=Decimal("2.5"), **changes)
        return rules.above_permitted_power(made, factor=Decimal(factor), zone=KYIV)

    # 2.5 kW in 744 hours are 1860 kWh.
    assert found("2860") is None
    above = found("2860.001")
    assert above is not None
    assert above.params == {"used": Decimal(1860), "power": Decimal("2.5"), "hours": 744}
    assert found("2860.001", factor="1.1") is None
    assert found("2860.001", channel="A-") is None
    assert found("2860.001", previous=None) is None


def test_the_power_is_the_points_so_its_meters_and_zones_are_added_and_it_is_told_once() -> None:
    zones = [facts(register=one, zone=one, permitted_power=Decimal(1)) for one in (1, 2, 3)]
    second = facts(register=4, meter=2, permitted_power=Decimal(1))
    other = facts(register=5, meter=3, point=8, permitted_power=Decimal(1))
    entries = dict.fromkeys((1, 2, 3, 4), Decimal(1187)) | {5: Decimal(1700)}
    made = rules.assess([*zones, second, other], entries, JANUARY)
    found = [rules.above_permitted_power(one, factor=Decimal(1), zone=KYIV) for one in made]
    assert [one.params["used"] if one else None for one in found] == [Decimal(748), None, None, None, None]


def test_the_register_of_the_whole_day_is_not_added_to_its_zones_for_the_power_either() -> None:
    registers = [facts(register=zone + 1, zone=zone, permitted_power=Decimal(1)) for zone in range(3)]
    made = rules.assess(registers, {1: Decimal(1744), 2: Decimal(1444), 3: Decimal(1300)}, JANUARY)
    assert all(rules.above_permitted_power(one, factor=Decimal(1), zone=KYIV) is None for one in made)


# --- zero ---


def test_a_zero_is_one_finding_and_none_on_the_day_of_the_previous_reading() -> None:
    assert codes(line("1000", history=year("300"))) == ["nothing_used"]
    assert codes(line("1000", history=year("300"), read_on=DECEMBER)) == []


# --- zones against the whole day ---


def test_zones_are_compared_with_the_register_of_the_whole_day_and_never_added_to_it() -> None:
    registers = [
        facts(register=zone + 1, zone=zone, ratios=(rules.RatioSpan(DECEMBER, Decimal(20)),)) for zone in range(3)
    ]

    def made(total: str) -> list[rules.Line]:
        return rules.assess(registers, {1: Decimal(total), 2: Decimal(1030), 3: Decimal(1020)}, JANUARY)

    tolerance = Decimal(1)
    assert rules.zones_differ(made("1051")[0], tolerance=tolerance) is None
    assert rules.zones_differ(made("1048.999")[0], tolerance=tolerance) == rules.Finding(
        "zones_differ", {"zones": Decimal(1000), "total": Decimal("979.980"), "channel": "A+"}
    )
    assert all(rules.zones_differ(one, tolerance=tolerance) is None for one in made("1048.999")[1:])
    assert "zones_differ" in codes(made("1060")[0])
    point = rules.PointFacts(7, "billing", "consumer", registers=tuple(registers))
    volume = rules.point_volume(point, made("1050")).of("A+")
    assert volume is not None
    assert (volume.total, volume.zones) == (Decimal(1000), ((1, Decimal(600)), (2, Decimal(400))))


# --- control readings inside the period ---


def test_a_value_below_a_control_reading_of_the_period_asks_for_an_explanation() -> None:
    control = (known("1500", date(2026, 1, 15)),)
    found = rules.less_than_previous(line("1499", waypoints=control))
    assert found == rules.Finding("less_than_previous", {"previous": Decimal(1500)})
    assert rules.less_than_previous(line("1499")) is None


def test_no_reading_is_taken_before_a_control_reading_of_the_period() -> None:
    control = (known("1500", date(2026, 1, 30)),)
    (error,) = line("1600", read_on=date(2026, 1, 29), waypoints=control).errors
    assert error == rules.Finding("before_previous", {"date": date(2026, 1, 30)})
    assert line("1600", read_on=date(2026, 1, 30), waypoints=control).errors == ()


def test_a_change_of_the_multiplier_is_divided_by_a_control_reading_and_pointed_out_without_one() -> None:
    spans = (rules.RatioSpan(date(2025, 1, 1), Decimal(20)), rules.RatioSpan(date(2026, 1, 15), Decimal(30)))
    for day in (date(2026, 1, 14), date(2026, 1, 15)):
        divided = line("1300", ratios=spans, waypoints=(known("1100", day),))
        assert (divided.volume, divided.multiplier) == (Decimal(8000), Decimal(30))
        assert rules.ratio_changed(divided) is None
    assert divided.formula(language="uk") == ("(1\u00a0100 − 1\u00a0000) × 20 + (1\u00a0300 − 1\u00a0100) × 30")
    whole = line("1300", ratios=spans, waypoints=(known("1100", date(2026, 1, 16)),))
    assert whole.volume == Decimal(9000)
    assert rules.ratio_changed(whole) == rules.Finding(
        "ratio_changed", {"date": date(2026, 1, 15), "multiplier": Decimal(30)}
    )


def test_a_multiplier_of_the_first_day_of_the_period_is_no_change_inside_it() -> None:
    spans = (rules.RatioSpan(date(2025, 1, 1), Decimal(20)), rules.RatioSpan(date(2026, 1, 1), Decimal(30)))
    found = line("1010", ratios=spans)
    assert (found.volume, rules.ratio_changed(found)) == (Decimal(300), None)


def test_a_multiplier_that_came_and_went_is_pointed_out() -> None:
    spans = tuple(rules.RatioSpan(date(2026, 1, day), Decimal(ratio)) for day, ratio in ((1, 20), (10, 30), (20, 20)))
    assert rules.ratio_changed(line("1010", ratios=spans)) is not None


# --- flags and sentences ---


def test_an_overdue_verification_is_a_flag_and_never_an_error() -> None:
    found = line("1100", next_verification_on=date(2026, 1, 30))
    assert found.is_verification_overdue
    assert found.errors == ()
    assert not line("1100", next_verification_on=JANUARY).is_verification_overdue


def test_every_finding_has_a_ukrainian_sentence_and_a_short_name() -> None:
    from django.utils import translation

    registers = [facts(register=zone + 1, zone=zone, history=year("30")) for zone in range(3)]
    made = rules.assess(registers, {1: Decimal(9000), 2: Decimal(999), 3: Decimal(1000)}, JANUARY)
    power = line("90000", permitted_power=Decimal(1))
    checks = registered_checks()
    with translation.override("uk"):
        raised = [one for found in (*made, power) for one in warnings_of(found, checks)]
        assert {one.code for one in raised} >= {
            "less_than_previous", "nothing_used", "far_above", "far_above_last_year",
            "above_permitted_power", "zones_differ",
        }  # fmt: skip
        for one in raised:
            assert not any(letter.isascii() and letter.isalpha() for letter in one.message), one.message
            (label,) = labels_of([one.as_stored()], checks)
            assert label != one.code


def test_the_thresholds_are_settings(settings: Any) -> None:
    far = line("1800", history=year("100"), permitted_power=Decimal(1))
    assert codes(far) == ["far_above", "far_above_last_year", "above_permitted_power"]
    settings.WAGTAIL_CABINET = {"READING_FAR_FACTOR": 10, "READING_POWER_FACTOR": 1.1}
    assert codes(far) == []
