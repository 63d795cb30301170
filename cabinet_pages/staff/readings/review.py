"""Unusual readings: each with its explanation beside what came before; an employee accepts the look of it or not."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cabinet_pages.readings.collecting.queries import Compared, compared, period_readings, to_review, with_control
from cabinet_pages.readings.collecting.services import reject_readings, review_readings
from cabinet_pages.readings.models import Reading
from cabinet_pages.readings.rows import HistoryRow, history_rows
from cabinet_pages.readings.services import SubmissionRefused
from cabinet_pages.staff.readings.desk import DeskView

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class FlaggedRow:
    """An unusual reading, explained and compared."""

    shown: HistoryRow
    compared: Compared
    url: str

    @property
    def expected(self) -> Decimal | None:
        """The volume that was expected when the reading was sent; None where the checks expected none."""
        found = (one.get("params", {}).get("expected") for one in self.reading.warnings)
        return next((Decimal(text) for text in found if text), None)

    @property
    def reading(self) -> Reading:
        """The reading itself."""
        return self.shown.reading


class ReviewView(DeskView):
    """The list to work through. A button answers with a redirect to the page itself."""

    action = "review"
    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/readings/review.html"
    page_title = gettext_lazy("Readings to review")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says to the readings that are ticked, or to the one of its row."""
        if not request.user.has_perm("cabinet_pages.change_reading"):
            messages.error(request, _("You may not review readings."))
            return redirect(self.url(self.action))
        chosen = self._chosen()
        if not chosen:
            messages.error(request, _("Tick at least one reading."))
        elif "reject" in request.POST:
            self._reject(chosen)
        else:
            self._review(chosen)
        return redirect(self.url(self.action, p=request.GET.get("p", "")[:9]))

    def _chosen(self) -> set[int]:
        only = self.request.POST.get("only", "")
        values = [only] if only else self.request.POST.getlist("reading")
        return {int(value) for value in values if value.isdecimal() and len(value) < 19}

    def _review(self, chosen: set[int]) -> None:
        count = review_readings(by=self.request.user, readings=chosen)
        if count:
            text = ngettext("%(count)s reading is reviewed.", "%(count)s readings are reviewed.", count)
            messages.success(self.request, text % {"count": count})
        self._say_unchanged(len(chosen) - count)

    def _reject(self, chosen: set[int]) -> None:
        try:
            done = reject_readings(by=self.request.user, readings=chosen, reason=self.request.POST.get("reason", ""))
        except SubmissionRefused as refusal:
            messages.error(self.request, refusal.messages[0])
            return
        if done:
            text = ngettext(
                "%(count)s reading is sent back; the customer is told the reason.",
                "%(count)s readings are sent back; the customers are told the reason.",
                len(done),
            )
            messages.success(self.request, text % {"count": len(done)})
        self._say_unchanged(len(chosen - {one.pk for one in done}))

    def _say_unchanged(self, count: int) -> None:
        if count:
            text = ngettext(
                "%(count)s reading was passed to billing, corrected or decided meanwhile; it stays as it is.",
                "%(count)s readings were passed to billing, corrected or decided meanwhile; they stay as they are.",
                count,
            )
            messages.warning(self.request, text % {"count": count})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of the list."""
        found = (
            with_control(period_readings(self.what).filter(to_review()))
            .select_related("register__meter__point__account__customer", "submission")
            .order_by(
                "register__meter__point__account__number",
                "register__meter__point__name",
                "register__meter__serial",
                "register__channel",
                "register__zone",
                "pk",
            )
        )
        page = Paginator(found, PER_PAGE).get_page(self.request.GET.get("p"))
        readings = list(page.object_list)
        history = compared(readings)
        rows = [
            FlaggedRow(shown, history[shown.reading.pk], self.url_helper.get_action_url("inspect", shown.reading.pk))
            for shown in history_rows(readings)
        ]
        context = {
            "page_obj": page,
            "rows": rows,
            "previous_url": self.url(self.action, p=str(page.number - 1)) if page.has_previous() else "",
            "next_url": self.url(self.action, p=str(page.number + 1)) if page.has_next() else "",
        }
        return super().get_context_data(**context, **kwargs)
