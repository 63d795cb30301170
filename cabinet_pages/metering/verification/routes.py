"""«Повірка лічильників» of all of a person's accounts: a list, and the same as a file."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope, scopes_for
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Meter
from cabinet_pages.metering.rules import Verification, verification_state
from cabinet_pages.metering.verification.queries import HORIZONS, HorizonCount, horizon_counts, meters_to_verify, within
from cabinet_pages.spreadsheets import Cell, csv_response
from cabinet_pages.windows.pages import AccountListMixin
from cabinet_pages.windows.paging import page_of
from cabinet_pages.windows.queries import RowAction, first_of_type

#: Rows fetched at a time for the file.
CHUNK = 2000


class VerificationRoutes:
    """Addresses below the window of meters."""

    @classmethod
    def all_accounts_action(cls, scopes: Sequence[Scope]) -> RowAction | None:
        """The list, where there is an account with a contract that lasts."""
        if all(scope.is_terminated for scope in scopes):
            return None
        return RowAction(label=_("Verification of meters"), is_primary=False, url="all/verification/")

    @path("all/verification/", name="verification")
    def verification(self: Any, request: HttpRequest) -> HttpResponse:
        """The meters of all accounts that are due in 90 days or overdue."""
        scopes = _all_scopes(request)
        horizon = _horizon(request)
        counts = horizon_counts(scopes)
        meters = meters_to_verify(scopes)
        count = sum(one.meters for one in counts if one.horizon in (HORIZONS[0], HORIZONS[-1]))
        if horizon:
            meters = meters.filter(within(horizon))
            count = next(one.meters for one in counts if one.horizon == horizon)
        page = page_of(meters, request, count=count)
        today = kyiv_today()
        section = self.get_parent()
        account_list = first_of_type(section, AccountListMixin) or section
        root = self.get_url(request)
        context = {
            **self.get_context(request),
            "accounts_url": account_list.get_url(request),
            "list_url": f"{root}all/verification/",
            "file_url": f"{root}all/verification/csv/" + (f"?within={horizon}" if horizon else ""),
            "horizon": horizon,
            "horizons": [(one, horizon_label(one)) for one in counts],
            "meters": page,
            "rows": [
                {
                    "meter": meter,
                    "is_overdue": verification_state(meter.next_verification_on, today) is Verification.OVERDUE,
                    "left": _days_text(meter.next_verification_on, today),
                    "url": f"{root}{meter.point.account.slug}/",
                }
                for meter in page
            ],
        }
        return TemplateResponse(request, "cabinet_pages/metering/verification.html", context)

    @path("all/verification/csv/", name="verification_file")
    def verification_file(self: Any, request: HttpRequest) -> HttpResponseBase:
        """The same list as CSV."""
        scopes = _all_scopes(request)
        horizon = _horizon(request)
        meters = meters_to_verify(scopes)
        response = csv_response(
            "verification", _headings(), _file_rows(meters.filter(within(horizon)) if horizon else meters)
        )
        name = _("verification-%(day)s") % {"day": f"{kyiv_today():%Y-%m-%d}"}
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv") or ""
        return response


def horizon_label(one: HorizonCount) -> str:
    """What a horizon is called."""
    days = one.days
    return _("overdue") if days is None else _("in %(days)d days") % {"days": days}


def _all_scopes(request: HttpRequest) -> list[Scope]:
    """Every account of the person; Raises Http404 where there is none."""
    scopes = list(scopes_for(request.user))
    if not scopes:
        raise Http404
    return scopes


def _horizon(request: HttpRequest) -> str:
    asked = request.GET.get("within", "")
    return asked if asked in HORIZONS else ""


def _days_text(next_on: date | None, today: date) -> str:
    if next_on is None:
        return ""
    left = (next_on - today).days
    if left == 0:
        return _("today")
    if left < 0:
        return ngettext("overdue by %(count)d day", "overdue by %(count)d days", -left) % {"count": -left}
    return ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}


def _headings() -> list[str]:
    return [
        _("Account"),
        _("Customer"),
        _("Site"),
        _("Metering point"),
        "EIC",
        _("Address"),
        _("Meter"),
        _("Meter type"),
        _("Verified"),
        _("Next verification"),
        _("Days left"),
    ]


def _file_rows(meters: "QuerySet[Meter]") -> Iterator[Sequence[Cell]]:
    today = kyiv_today()
    for meter in meters.iterator(chunk_size=CHUNK):
        point, next_on = meter.point, meter.next_verification_on
        yield [
            point.account.number,
            point.account.customer.name,
            point.site,
            point.name,
            point.eic,
            point.address,
            meter.serial,
            meter.meter_type,
            meter.verified_on,
            next_on,
            None if next_on is None else (next_on - today).days,
        ]
