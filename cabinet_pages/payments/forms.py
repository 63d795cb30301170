"""The filter of «Отримання платежів»: two dates, an article, amounts."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.payments.queries import PaymentWish
from cabinet_pages.windows.fields import AmountField, DayField

_NO_ARTICLE = _("There is no such article in the list.")


class PaymentFilter(forms.Form):
    """From a day to a day, both included; of one article or all; from an amount to an amount, both included.

    The articles to choose from are read together with their totals, which need the filter, so they are given later:
    by `offer_articles()`.
    """

    from_date = DayField(label=_("From date"))
    to_date = DayField(label=_("To date"))
    article = forms.IntegerField(
        label=_("Article of sale"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.Select,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _NO_ARTICLE),
    )
    from_amount = AmountField(label=_("Amount from, UAH"), required=False)
    to_amount = AmountField(label=_("Amount to, UAH"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period or a pair of amounts whose end lies before its beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("to_date")
        if first and last and last < first:
            self.add_error("to_date", _("The second date is earlier than the first. Swap them or choose a later one."))
        least, most = cleaned.get("from_amount"), cleaned.get("to_amount")
        if least is not None and most is not None and most < least:
            self.add_error(
                "to_amount", _("The second amount is smaller than the first. Swap them or enter a larger one.")
            )
        return cleaned

    def offer_articles(self, articles: Iterable[tuple[int, str]]) -> None:
        """Offer articles to choose from; one that was asked for and is not among them is an error."""
        offered = list(articles)
        self.fields["article"].widget.choices = [("", _("All articles")), *offered]  # type: ignore[attr-defined]
        wanted = self.cleaned_data.get("article")
        if wanted is not None and wanted not in [pk for pk, _name in offered]:
            self.add_error("article", _NO_ARTICLE)

    @property
    def wish(self) -> PaymentWish:
        """Which payments a valid filter asks for."""
        typed = self.cleaned_data
        return PaymentWish(
            typed["from_date"], typed["to_date"], typed["article"], typed["from_amount"], typed["to_amount"]
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the dates is asked for."""
        return any(self.data.get(name) for name in ("article", "from_amount", "to_amount"))

    @property
    def query(self) -> str:
        """The filter as the query of an address, as it was typed."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})

    @property
    def dates_query(self) -> str:
        """The dates alone, likewise."""
        return urlencode({name: self.data[name] for name in ("from_date", "to_date") if self.data.get(name)})
