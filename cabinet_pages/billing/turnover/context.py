"""What the finance window shows of the turnover sheet and of the age of the debt."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cabinet_pages.billing.ledgers import Ledger
from cabinet_pages.billing.rules import Age
from cabinet_pages.billing.turnover.figures import ageing_of, turnover_of

AGE_WORDS = {
    Age.NOT_DUE: _("not due yet"),
    Age.UP_TO_30: _("up to 30 days"),
    Age.UP_TO_60: _("31–60 days"),
    Age.UP_TO_90: _("61–90 days"),
    Age.OVER_90: _("over 90 days"),
}


def turnover_context(ledger: Ledger, first: date, last: date, months: Collection[date], today: date) -> dict[str, Any]:
    """The context of `billing/turnover.html` and `billing/ageing.html`.

    Args:
        ledger: that a scope has opened.
        first, last: the months of the period.
        months: those of them that the page shows.
        today: the Kyiv date.
    """
    sheet = turnover_of(ledger, first, last)
    ageing = ageing_of(ledger, today)
    return {
        "period_sheet": sheet,
        "sheet": sheet.of(months),
        "ageing": ageing,
        "ages": list(AGE_WORDS.values()),
        "ageing_rows": [(row, list(zip(AGE_WORDS.values(), row.by_age, strict=True))) for row in ageing.rows],
        "ageing_whole": list(zip(AGE_WORDS.values(), ageing.whole.by_age, strict=True)),
    }


__all__ = ["turnover_context"]
