"""The life line of a reading on its staff page."""

from django.utils.translation import gettext as _

from cabinet_pages.readings.models import Reading
from cabinet_pages.readings.receipts.lifeline import life_line
from cabinet_pages.staff.inspecting import Cell, RelatedTable
from cabinet_pages.templatetags.cabinet import moment


def life_line_table(reading: Reading) -> RelatedTable:
    """The steps that a consumer's reading has come, and those still to come; empty for one that the operator took."""
    rows = [
        [
            Cell(step.label if step.reached else f"{step.label} {_('(not yet)')}"),
            Cell(moment(step.at)),
            Cell(step.detail or "—"),
        ]
        for step in life_line(reading)
    ]
    return RelatedTable(
        _("Life line of the reading"),
        [_("step"), _("moment"), _("details")],
        rows,
        _("A reading that the operator took has none."),
    )
