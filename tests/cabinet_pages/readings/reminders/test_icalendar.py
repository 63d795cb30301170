"""The iCalendar writer: what RFC 5545 demands of lines, texts and all-day events."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabinet_pages.readings.reminders.icalendar import CalendarEvent, calendar_text, escaped, folded

NOW = datetime(2026, 1, 29, 6, 30, tzinfo=UTC)


def text_of(**fields: str) -> str:
    event = CalendarEvent(
        uid="u-1", first=date(2026, 1, 29), last=date(2026, 2, 3), **{"summary": "Показання", **fields}
    )
    return calendar_text("Календар", [event], made_at=NOW)


def test_an_event_covers_its_last_day_too() -> None:
    lines = text_of().split("\r\n")
    assert "DTSTART;VALUE=DATE:20260129" in lines
    assert "DTEND;VALUE=DATE:20260204" in lines
    assert "DTSTAMP:20260129T063000Z" in lines
    assert "UID:u-1" in lines
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")


def test_every_line_ends_with_crlf_and_no_line_end_stands_alone() -> None:
    text = text_of(description="перший\nдругий\r\nтретій\rчетвертий")
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    assert "DESCRIPTION:перший\\nдругий\\nтретій\\nчетвертий\r\n" in text


def test_a_text_is_escaped() -> None:
    assert escaped('a\\b;c,d\n"e"\x00\x07') == 'a\\\\b\\;c\\,d\\n"e"'
    assert "SUMMARY:ТОВ «А\\, Б»\\; цех\r\n" in text_of(summary="ТОВ «А, Б»; цех")


def test_no_property_can_be_smuggled_in_by_a_name() -> None:
    lines = text_of(summary="x\r\nATTENDEE:mailto:a@example.com").split("\r\n")
    assert not any(line.startswith("ATTENDEE") for line in lines)


@pytest.mark.parametrize("sign", ["a", "ї", "€", "😀"])
def test_long_lines_are_folded_at_75_octets_between_characters(sign: str) -> None:
    parts = list(folded("SUMMARY:" + sign * 300))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert len(parts[0].encode()) > 70
    assert all(part.startswith(" ") for part in parts[1:])
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == "SUMMARY:" + sign * 300


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_what_is_folded_unfolds_to_the_same(text: str) -> None:
    line = f"DESCRIPTION:{escaped(text)}"
    assert "\r\n".join(folded(line)).replace("\r\n ", "") == line
