"""A small writer of iCalendar (RFC 5545): all-day events, and nothing else of the format. Pure; no Django."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: A content line is folded when it is longer than so many octets (RFC 5545, 3.1).
LINE_OCTETS = 75
PRODUCT = "-//wagtail-cabinet//Reading calendar//UK"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An all-day event.

    Args:
        uid: the same for the same event whenever the calendar is read.
        first, last: its first and last day, both inclusive.
        summary: the title.
        description: more about it; lines are kept.
        url: an address.
    """

    uid: str
    first: date
    last: date
    summary: str
    description: str = ""
    url: str = ""


def calendar_text(name: str, events: Iterable[CalendarEvent], *, made_at: datetime) -> str:
    """Write a calendar, its lines folded and ended by CRLF.

    Args:
        name: what programs call it.
        events: in their order.
        made_at: an aware moment, for DTSTAMP.
    """
    return "".join(f"{part}\r\n" for line in _lines(name, events, made_at) for part in folded(line))


def escaped(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11); characters that no such value may have are left out."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(sign for sign in text if sign == "\t" or (sign >= " " and sign != "\x7f"))


def folded(line: str) -> Iterator[str]:
    """Cut a content line into lines of at most 75 octets, the later ones after a space; no character is cut."""
    part = ""
    octets = 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += sign
        octets += size
    yield part


def _lines(name: str, events: Iterable[CalendarEvent], made_at: datetime) -> Iterator[str]:
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{escaped(name)}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT12H"
    yield "X-PUBLISHED-TTL:PT12H"
    for event in events:
        yield "BEGIN:VEVENT"
        yield f"UID:{escaped(event.uid)}"
        yield f"DTSTAMP:{stamp}"
        yield f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}"
        # DTEND is the day after the last one (RFC 5545, 3.6.1).
        yield f"DTEND;VALUE=DATE:{event.last + timedelta(days=1):%Y%m%d}"
        yield f"SUMMARY:{escaped(event.summary)}"
        if event.description:
            yield f"DESCRIPTION:{escaped(event.description)}"
        if event.url:
            yield f"URL:{event.url}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"
    yield "END:VCALENDAR"
