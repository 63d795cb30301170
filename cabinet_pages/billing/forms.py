"""Filters of the windows «Рахунки» and «Фінансова інформація»."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.billing.rules import PaymentStatus
from cabinet_pages.billing.turnover.rules import ArticleName
from cabinet_pages.windows.fields import CalendarMonthField

STATUS_WORDS = {
    PaymentStatus.PAID: _("paid in full"),
    PaymentStatus.PARTLY: _("partly paid"),
    PaymentStatus.UNPAID: _("not paid"),
    PaymentStatus.OVERDUE: _("overdue"),
    PaymentStatus.ANNULLED: _("annulled"),
}


class InvoiceFilter(forms.Form):
    """A year, a month, how far it is paid, and an article, or all of them."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    month = CalendarMonthField()
    status = forms.TypedChoiceField(
        label=_("Payment of the invoice"),
        required=False,
        coerce=PaymentStatus,
        empty_value=None,
        choices=[("", _("All")), *((status.value, word) for status, word in STATUS_WORDS.items())],
    )
    article = forms.TypedChoiceField(label=_("Article of sale"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, years: Iterable[int], articles: Iterable[ArticleName] = ()) -> None:
        super().__init__(data)
        self.fields["article"].choices = [  # type: ignore[attr-defined]
            ("", _("All articles")),
            *((str(article.pk), article.name) for article in articles),
        ]
        offered = set(years)
        wanted = str(data.get("year", ""))
        # A year without invoices is an empty list, not a mistake.
        if wanted.isascii() and wanted.isdigit() and len(wanted) == 4:
            offered.add(int(wanted))
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            ("", _("All years")),
            *((str(year), str(year)) for year in sorted(offered, reverse=True)),
        ]

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any(self.data.get(name) for name in self.fields)
