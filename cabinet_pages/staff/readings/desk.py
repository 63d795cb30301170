"""What the screens of the open window share: which branches, month, Дільниця and account are looked at."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.models import Branch
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.quantities.identifiers import normalise_account_number
from cabinet_pages.readings.collecting.queries import Collecting, areas_of, asked_on, present_period
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.filters import MONTHS_OFFERED
from cabinet_pages.staff.scope import ScopedCollectionView

#: The value of the area's parameter for points that have none.
NO_AREA = "-"
#: The screens, by the action that stands in their address, in the order of their tabs.
TABS = (
    ("window", gettext_lazy("Window of readings")),
    ("review", gettext_lazy("To review")),
    ("missing", gettext_lazy("Not sent")),
)


class DeskView(ScopedCollectionView):
    """A screen of the open window. A made-up parameter is as good as none."""

    action: str
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return as_private(response)

    @cached_property
    def own_branches(self) -> list[Branch]:
        """The branches of the employee, by name."""
        return list(branches_for(self.request.user))

    @cached_property
    def branch(self) -> Branch | None:
        """The chosen branch, or the only one; None for several together."""
        if len(self.own_branches) == 1:
            return self.own_branches[0]
        asked = self.request.GET.get("branch")
        return next((branch for branch in self.own_branches if branch.code == asked), None)

    @cached_property
    def branches(self) -> list[Branch]:
        """The branches looked at."""
        return self.own_branches if self.branch is None else [self.branch]

    @cached_property
    def areas(self) -> list[str]:
        """The areas of these branches."""
        return areas_of([branch.pk for branch in self.branches])

    @cached_property
    def what(self) -> Collecting:
        """What the parameters of the address name."""
        first = self.branches[0] if self.branches else None
        period = self._asked_period() or present_period(first)
        area: str | None = self.request.GET.get("area", "")
        if area == NO_AREA:
            area = ""
        elif area not in self.areas:
            area = None
        return Collecting(
            branches=tuple(branch.pk for branch in self.branches),
            period=period,
            day=asked_on(period, first),
            area=area,
            # PostgreSQL takes no text with a NUL in it.
            number=normalise_account_number(self.request.GET.get("q", "")[:40].replace("\0", "")),
        )

    def _asked_period(self) -> date | None:
        try:
            period = date.fromisoformat(f"{self.request.GET.get('period', '')}-01")
        except ValueError:
            return None
        return period if period in self.months else None

    @cached_property
    def months(self) -> list[date]:
        """The months that may be looked at, the newest first."""
        this_month = kyiv_today().replace(day=1)
        return [months_before(this_month, count) for count in range(-1, MONTHS_OFFERED)]

    def url(self, action: str, **changes: str) -> str:
        """The address of a screen of the window, with what is looked at; `changes` come over it."""
        return f"{self.model_admin.collection_url(action)}?{self.query(**changes)}"

    def list_url(self, **changes: str) -> str:
        """The address of the list of readings, narrowed to what is looked at."""
        return f"{self.index_url}?{self.query(**changes)}"

    def query(self, **changes: str) -> str:
        """What is looked at as parameters; empty ones are left out."""
        params = {
            "period": f"{self.what.period:%Y-%m}",
            "branch": self.branch.code if self.branch and len(self.own_branches) > 1 else "",
            "area": NO_AREA if self.what.area == "" else self.what.area or "",
            "q": self.what.number,
            **changes,
        }
        return urlencode({name: value for name, value in params.items() if value})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The choices above every screen, and the way to the others."""
        context = {
            "what": self.what,
            "branch": self.branch,
            "own_branches": self.own_branches if len(self.own_branches) > 1 else [],
            "areas": self.areas,
            "no_area": NO_AREA,
            "months": self.months,
            "tabs": [(self.url(action), label, action == self.action) for action, label in TABS],
            "desk_url": self.model_admin.collection_url(self.action),
            "may_judge": self.request.user.has_perm("cabinet_pages.change_reading"),
        }
        result: dict[str, Any] = super().get_context_data(**context, **kwargs)
        return result
