"""The history as a file: one row for each version of each reading, exact, with the volume that counts and why."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import Channel, PointRole, Zone
from cabinet_pages.readings.messages import unit_of
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.spreadsheets import Cell, csv_response, xlsx_response

#: Formats of the file by the last part of its address.
FORMATS = {"csv": csv_response, "xlsx": xlsx_response}
# Rows fetched at a time: a file of an account with hundreds of points has tens of thousands.
CHUNK = 2000


def headings() -> list[str]:
    """The first row of the file."""
    return [
        _("Account"),
        _("Period"),
        _("Site"),
        _("Code of the point"),
        _("Metering point"),
        "EIC",
        _("Role of the point"),
        _("Meter"),
        _("Energy"),
        _("Zone"),
        _("Kind of the reading"),
        _("Date of the reading"),
        _("Reading"),
        _("Version"),
        _("Current version"),
        _("Earlier reading"),
        _("Date of the previous reading"),
        _("Multiplier"),
        _("Computed volume"),
        _("Accepted volume"),
        _("Counted volume"),
        _("The counted volume is"),
        _("Unit"),
        _("State"),
        _("Reason"),
        _("Invoice"),
    ]


def history_file(
    scope: Scope, file_format: str, first: date, last: date, readings: "QuerySet[Reading]"
) -> HttpResponseBase:
    """Stream the file.

    Args:
        scope: the account.
        file_format: a key of FORMATS.
        first, last: the periods, for the file's name.
        readings: as `exported_readings` gives them.
    """
    words = _Words()
    rows = (_row(scope, words, reading) for reading in readings.iterator(chunk_size=CHUNK))
    response = FORMATS[file_format]("history", headings(), rows)
    name = _("readings-%(account)s-%(first)s-%(last)s") % {
        "account": scope.account.slug.replace("~", "-"),
        "first": f"{first:%Y-%m}",
        "last": f"{last:%Y-%m}",
    }
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_format}") or ""
    return response


class _Words:
    """Labels in the language of the moment when the file is asked for; it streams after that."""

    def __init__(self) -> None:
        choices = (PointRole, Channel, Zone, ReadingKind, ReadingState)
        self.roles, self.channels, self.zones, self.kinds, self.states = (
            {value: str(label) for value, label in one.choices} for one in choices
        )
        self.units = {channel: unit_of(channel) for channel in Channel.values}
        self.answers = {True: _("yes"), False: _("no")}
        self.sources = {True: _("volume accepted"), False: _("volume preliminary")}


def _row(scope: Scope, words: _Words, reading: Reading) -> list[Cell]:
    since = scope.visible_from
    register = reading.register
    point = register.meter.point
    counts = getattr(reading, "counts", False)
    is_accepted = reading.accepted_volume is not None
    # A previous reading of an earlier owner is theirs.
    owns_previous = since is None or (reading.previous_on is not None and reading.previous_on >= since)
    return [
        scope.account.number,
        reading.period,
        point.site,
        point.code,
        point.name,
        point.eic,
        words.roles[point.role],
        register.meter.serial,
        words.channels[register.channel],
        words.zones[register.zone],
        words.kinds[reading.kind],
        reading.read_on,
        reading.value,
        reading.version,
        words.answers[reading.is_current],
        reading.previous_value if owns_previous else None,
        reading.previous_on if owns_previous else None,
        reading.multiplier,
        reading.volume,
        reading.accepted_volume,
        (reading.accepted_volume if is_accepted else reading.volume) if counts else None,
        words.sources[is_accepted] if counts else "",
        words.units[register.channel],
        words.states[reading.state],
        reading.state_reason,
        reading.invoice_number,
    ]
