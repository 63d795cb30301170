"""Several requests confirmed at once: the page shows which and which not, and one click confirms each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.matching import Match, matches_of
from cabinet_pages.access.models import AccessRequest, Basis, RequestState
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import confirm_request
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.scope import ScopedCollectionView

#: Waiting requests that one page looks at, the oldest first.
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A request on the page.

    Attributes:
        value: what its box posts: the request and the account that was shown beside it.
    """

    match: Match
    url: str
    scan_url: str
    by_attorney: bool

    @property
    def value(self) -> str:
        """The request and its account."""
        return f"{self.match.request.pk}:{self.match.account.pk if self.match.account else ''}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request.

    Attributes:
        refusal: why it was not confirmed; '' where it was.
    """

    request: AccessRequest
    url: str
    numbers: str
    refusal: str = ""


class BatchConfirmView(ScopedCollectionView):
    """The waiting requests in two lists, and the result of confirming, request by request."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/batch_confirmation.html"
    page_title = gettext_lazy("Confirm several requests")

    def check_action_permitted(self, user: Any) -> bool:
        return super().check_action_permitted(user) and bool(user.has_perm("cabinet_pages.change_accessrequest"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return as_private(response)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Confirm each ticked request in a transaction of its own; a repeated click confirms nothing twice."""
        ticked = (value.partition(":") for value in request.POST.getlist("request"))
        chosen = {int(key): account for key, _separator, account in ticked if key.isdecimal() and len(key) < 19}
        wanted = list(chosen)[:MOST_AT_ONCE]
        if not wanted:
            messages.error(request, _("Tick at least one request."))
            return redirect(self.model_admin.collection_url("batch"))
        found = self._own().filter(pk__in=wanted).order_by("submitted_at", "pk")
        outcomes = [self._confirm(match, chosen[match.request.pk]) for match in matches_of(list(found))]
        return as_private(self.render_to_response(self.get_context_data(outcomes=outcomes)))

    def _confirm(self, match: Match, account: str) -> Outcome:
        request, url = match.request, self._url(match.request)
        numbers = request.account_numbers.replace("\n", ", ")
        if request.state != RequestState.SUBMITTED:
            return Outcome(request, url, numbers, Refused("already_decided").message)
        if match.obstacle:
            return Outcome(request, url, numbers, match.reason)
        if match.account is None or str(match.account.pk) != account:
            return Outcome(request, url, numbers, _("the account changed meanwhile"))
        try:
            confirm_request(by=self.request.user, request=request, account_ids=[match.account.pk])
        except Refused as refusal:
            return Outcome(request, url, numbers, refusal.message)
        return Outcome(request, url, numbers)

    def _own(self) -> Any:
        return self.model_admin.get_queryset(self.request).select_related("branch", "user__cabinet_person")

    def _url(self, request: AccessRequest) -> str:
        return str(self.url_helper.get_action_url("inspect", request.pk))

    def _row(self, match: Match) -> BatchRow:
        request = match.request
        return BatchRow(
            match=match,
            url=self._url(request),
            scan_url=self.url_helper.get_action_url("scan", request.pk) if request.scan else "",
            by_attorney=request.basis == Basis.POWER_OF_ATTORNEY,
        )

    def get_context_data(self, outcomes: Sequence[Outcome] = (), **kwargs: Any) -> dict[str, Any]:
        """What would be confirmed, what is left out and why; or what became of it."""
        waiting = self._own().filter(state=RequestState.SUBMITTED).order_by("submitted_at", "pk")
        matches = [] if outcomes else matches_of(list(waiting[:MOST_AT_ONCE]))
        context = {
            "outcomes": outcomes,
            "confirmed": sum(not one.refusal for one in outcomes),
            "ready": [self._row(match) for match in matches if not match.obstacle],
            "left_out": [self._row(match) for match in matches if match.obstacle],
            "most": MOST_AT_ONCE,
            "again_url": self.model_admin.collection_url("batch"),
        }
        result: dict[str, Any] = super().get_context_data(**context, **kwargs)
        return result
