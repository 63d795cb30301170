"""The columns of the workbook «Відомість показів», what a row is known by, and how it is read back."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cabinet_pages.metering.models import Register
from cabinet_pages.readings.facts import EntrySheet
from cabinet_pages.readings.workbook.table import ERROR, KEY, VALUE, fold_heading


class Column(NamedTuple):
    """A column; widths are in characters, as a spreadsheet counts them."""

    name: str
    heading: str | Promise
    width: int


COLUMNS = (
    Column(KEY, _("Key of the row"), 12),
    Column("account", _("Account"), 13),
    Column("site", _("Site"), 20),
    Column("code", _("Point code"), 13),
    Column("eic", _("EIC"), 19),
    Column("point", _("Metering point"), 32),
    Column("meter", _("Meter"), 14),
    Column("channel", _("Energy"), 22),
    Column("zone", _("Zone"), 11),
    Column("multiplier", _("Multiplier"), 13),
    Column("previous", _("Previous meter reading"), 13),
    Column("previous_on", _("Date of the previous reading"), 14),
    Column("unit", _("Unit"), 10),
    Column(VALUE, _("Meter reading"), 15),
    Column("read_on", _("Date of the reading"), 13),
    Column("explanation", _("Explanation of a smaller reading"), 24),
    Column("reason", _("Reason"), 30),
)
ERROR_HEADING = _("Error")
#: What may stand in the column of explanations, by what a draft keeps.
EXPLANATIONS: Mapping[str, str | Promise] = {
    "rollover": _("the register passed zero"),
    "replaced": _("the meter was replaced"),
}


def key_of(account: str, sheet: EntrySheet, register: Register) -> str:
    """What a row is known by, whatever a person does to the others: month, account, point, meter, energy, zone."""
    return row_key(
        sheet.window.period, account, sheet.point.code, register.meter.serial, register.channel, register.zone
    )


def row_key(period: date, account: str, code: str, serial: str, channel: str, zone: int) -> str:
    """See `key_of`."""
    return "|".join([f"{period:%Y-%m}", account, code, serial, channel, str(zone)])


def month_of(key: str) -> str:
    """The settled month of a key as `2026-01`."""
    return key.partition("|")[0]


def account_of(key: str) -> str:
    """The account of a key."""
    return key.partition("|")[2].partition("|")[0]


@cache
def headings() -> Mapping[str, str]:
    """Folded heading in any language of the site → the name of its column."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {fold_heading(str(column.heading)): column.name for column in COLUMNS}
            found[fold_heading(str(ERROR_HEADING))] = ERROR
    return found


@cache
def explanations() -> Mapping[str, str]:
    """Folded explanation in any language of the site → what a draft keeps."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {fold_heading(str(text)): code for code, text in EXPLANATIONS.items()}
    return found


def heading_of(name: str) -> str:
    """The heading of a column in the active language."""
    return str(next(column.heading for column in COLUMNS if column.name == name))
