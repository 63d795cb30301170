"""«Вікно показів»: how far the collecting of a period is, in all and by Дільниця."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from cabinet_pages.readings.collecting.queries import Counts, counts_by_area, month_window
from cabinet_pages.readings.models import ReadingKind, ReadingState, WindowReopening
from cabinet_pages.staff.readings.desk import NO_AREA, DeskView


@dataclass(frozen=True, slots=True)
class AreaRow:
    """The counts of an area with the addresses of the lists that hold what is counted."""

    counts: Counts
    area_url: str
    missing_url: str
    review_url: str
    rejected_url: str
    late_url: str
    exported_url: str
    control_url: str


class WindowView(DeskView):
    """Counts by area, each of them a link to its list."""

    action = "window"
    template_name = "cabinet_pages/staff/readings/window.html"
    page_title = gettext_lazy("Window of readings")

    def _row(self, counts: Counts, **area: str) -> AreaRow:
        current = {"is_current": "1", **area}
        return AreaRow(
            counts=counts,
            area_url=self.url("window", **area),
            missing_url=self.url("missing", **area),
            review_url=self.url("review", **area),
            rejected_url=self.list_url(**current, state=ReadingState.REJECTED.value),
            late_url=self.list_url(**current, is_late="1"),
            exported_url=self.list_url(**current, passed="1"),
            control_url=self.list_url(**current, kind=ReadingKind.CONTROL.value),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The counts, where the window stands, and the windows opened again."""
        whole, areas = counts_by_area(self.what)
        window = month_window(self.branch) if self.branch else None
        reopened = WindowReopening.objects.filter(
            account__branch__in=self.what.branches, period=self.what.period
        ).count()
        context = {
            "whole": self._row(whole),
            "areas_counted": [self._row(counts, area=counts.area or NO_AREA) for counts in areas],
            "window": window if window and window.period == self.what.period else None,
            "reopened": reopened,
            "reopenings_url": reverse("cabinet_pages_windowreopening_modeladmin_index"),
        }
        return super().get_context_data(**context, **kwargs)
