"""The window «Перегляд приладів обліку» (manual 4.5)."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.queries import metered, points_for, points_found
from cabinet_pages.metering.samples import sample_points
from cabinet_pages.metering.verification.routes import VerificationRoutes
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of


class MetersPage(VerificationRoutes, WindowMixin, CabinetBasePage):
    """«Перегляд приладів обліку»: points, meters and registers of an account."""

    manual_section = "4.5"
    template = "cabinet_pages/metering/meters_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: meters")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """One page of the account's points with the meters in place."""
        words = request.GET.get("q", "").strip()
        points = page_of(points_found(points_for(scope), words), request)
        return {"words": words, "points": points, "rows": metered(scope, points)}

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """One made-up point."""
        rows = sample_points()
        return {"words": "", "points": page_of(rows, request, count=len(rows)), "rows": rows}
