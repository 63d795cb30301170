"""The cabinet's page types: guard, window, cabinet, section.

Mixins are plain classes in the order guard → RoutablePageMixin → Page; any other order silently skips the guard or
the routes, and `cabinet_pages.checks` refuses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID, uuid4

import swapper
import wagtail.models
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from cabinet_pages.access.forms import AccessRequestForm, ActivationForm
from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.models import AccessRequest, RequestState
from cabinet_pages.access.queries import Scope, accesses_for, requests_of, scope_for, scope_of
from cabinet_pages.access.refusals import Refused, sentence
from cabinet_pages.access.services import activate, submit_request, withdraw_request
from cabinet_pages.windows.queries import RowAction, deepest_page, first_of_type, manual_address, window_bar
from cabinet_pages.windows.samples import sample_scope

Page = (
    swapper.load_model("wagtailcore", "Page", require_ready=False)
    if swapper.is_swapped("wagtailcore", "Page")
    else wagtail.models.Page
)


# A person with more requests than this sees the newest.
MAX_REQUESTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One of a person's own requests on the section's page; an empty address where it can no longer be withdrawn."""

    request: AccessRequest
    withdraw_url: str


class Guard:
    """Lets in signed-in people only and keeps every answer out of caches, previews, sitemaps and restrictions."""

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect anonymous people to the login, before anything tells own from foreign."""
        if not request.user.is_authenticated:
            response: HttpResponse = redirect_to_login(request.get_full_path())
        else:
            response = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        patch_cache_control(response, private=True, no_store=True, no_cache=True, must_revalidate=True, max_age=0)
        return response

    def get_view_restrictions(self) -> Any:
        """None: protection is by type, never by an editor's privacy setting."""
        return wagtail.models.PageViewRestriction.objects.none()

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[Any]:
        """Nothing: the cabinet is not for search engines."""
        return []


class CabinetBasePage(Page):  # type: ignore[misc,valid-type]
    """Editorial copy of a cabinet page; customer data never lives in pages."""

    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link", "ol", "ul"])
    help_text = RichTextField(_("help"), blank=True, features=["bold", "italic", "link", "ol", "ul", "h3"])

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("help_text")]
    # Never in the site's search results.
    search_fields: list[Any] = []

    class Meta:
        abstract = True


class CabinetMixin(Guard):
    """The root of a cabinet: the choice of a section."""

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Find the deepest page of the path at once instead of one query a level."""
        if path_components:
            found = deepest_page(self, path_components)
            if found is None:
                raise Http404
            page, rest = found
            return page.route(request, rest)
        return super().route(request, path_components)  # type: ignore[misc]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the live sections below this page."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        context["sections"] = [
            {"page": section, "url": section.get_url(request)}
            for section in self.get_children().live().specific()  # type: ignore[attr-defined]
            if isinstance(section, SectionMixin)
        ]
        return context


class SectionMixin(Guard, RoutablePageMixin):  # type: ignore[misc]
    """A section (розділ) of the cabinet: a kind of customer with its way in."""


class AccountListMixin(Guard):
    """The page of a section that lists a person's accounts."""


class ManualMixin:
    """The page of a section with the user manual; not guarded, for registration is its first subject."""


class WindowMixin(Guard, RoutablePageMixin):  # type: ignore[misc]
    """A window of an account. Subclasses give `get_window_context()` and a template.

    The window bar lists every live child of the section that carries this mixin, so a plug-in adds a window by
    shipping a page type.
    """

    # The section of the manual that explains the window; '' leads to its beginning.
    manual_section: ClassVar[str] = ""

    @classmethod
    def account_list_action(cls, scope: Scope) -> RowAction | None:
        """The button that leads here from an account's row in the account list; most windows have none."""
        return None

    @classmethod
    def all_accounts_action(cls, scopes: Sequence[Scope]) -> RowAction | None:
        """The button of the account list that leads to all accounts at once, its address below the page's."""
        return None

    def scope_or_404(self, request: HttpRequest, number: str) -> Scope:
        """The person's scope of the account in the address. Raises Http404 for foreign and absent alike."""
        scope = scope_for(request.user, number)
        if scope is None:
            raise Http404
        return scope

    @path("")
    def choose_account(self, request: HttpRequest) -> HttpResponse:
        """Without an account: go to the only one, or to the list."""
        accesses = list(accesses_for(request.user)[:2])
        if len(accesses) == 1:
            return redirect(f"{self.get_url(request)}{scope_of(accesses[0]).account.slug}/")  # type: ignore[attr-defined]
        section = self.get_parent()  # type: ignore[attr-defined]
        account_list = first_of_type(section, AccountListMixin)
        return redirect((account_list or section).get_url(request))

    @path("<str:number>/")
    def window(self, request: HttpRequest, number: str) -> HttpResponse:
        """The window of one account."""
        return self.render_window(request, self.scope_or_404(request, number))

    def render_window(
        self,
        request: HttpRequest,
        scope: Scope,
        *,
        template: str | None = None,
        status: int = 200,
        **extra: Any,
    ) -> HttpResponse:
        """Answer with the window's template, the shell's context and `get_window_context()`."""
        context = {
            **self.get_shell_context(request, scope),
            **self.get_window_context(request, scope),
            **extra,
        }
        return TemplateResponse(request, template or self.get_template(request), context, status=status)  # type: ignore[attr-defined]

    def get_shell_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """What every window shows around its own content."""
        section = self.get_parent()  # type: ignore[attr-defined]
        bar = window_bar(
            section,
            WindowMixin,
            scope,
            request=request,
            current=self,
            list_mixin=AccountListMixin,
            manual_mixin=ManualMixin,
        )
        context: dict[str, Any] = self.get_context(request)  # type: ignore[attr-defined]
        context.update(
            scope=scope,
            account=scope.account,
            section=section,
            window_url=f"{self.get_url(request)}{scope.account.slug}/",  # type: ignore[attr-defined]
            windows=bar.windows,
            window_addresses=bar.addresses,
            accounts_url=bar.accounts_url,
            help_url=manual_address(bar.manual_url, self.manual_section),
        )
        return context

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The window's own content for an account; subclasses override."""
        return {}

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Made-up content for the editor's preview; subclasses override."""
        return {}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show an editor the window with sample data and no account."""
        scope = sample_scope()
        context = self.get_context(request)  # type: ignore[attr-defined]
        context.update(scope=scope, account=scope.account, section=self.get_parent(), windows=[], window_url="")  # type: ignore[attr-defined]
        context.update(self.get_sample_context(request))
        return TemplateResponse(request, self.get_template(request), context)  # type: ignore[attr-defined]


class CabinetPage(CabinetMixin, CabinetBasePage):
    """«Особистий кабінет»: the choice of a section."""

    template = "cabinet_pages/windows/cabinet_page.html"
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("Cabinet")


class ConsumerSectionPage(SectionMixin, CabinetBasePage):
    """«Юридичний споживач»: requests, the activation code, and below it the account list and the windows."""

    template = "cabinet_pages/windows/consumer_section_page.html"
    parent_page_types = ["cabinet_pages.CabinetPage"]

    class Meta:
        verbose_name = _("Section of legal consumers")

    @path("", name="section")
    def section(self, request: HttpRequest) -> HttpResponse:
        """With accounts: to their list. Without: how to get one."""
        if accesses_for(request.user).exists():
            return redirect(self.accounts_url(request))
        return self.render_requests(request)

    @path("request/", name="requests")
    def requests(self, request: HttpRequest) -> HttpResponse:
        """The person's requests, a new one, and the code; «Додати рахунок» leads here too."""
        if request.method != "POST":
            return self.render_requests(request)
        form = AccessRequestForm(request.POST, request.FILES)
        if form.is_valid():
            if not is_allowed(request, "access_request"):
                form.add_error(None, sentence(("request_too_often", {})))
                return self.render_requests(request, form=form, status=429)
            try:
                submit_request(user=request.user, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, gettext("Your request is with the branch. The answer will come by e-mail."))
                return redirect(self.requests_url(request))
        return self.render_requests(request, form=form, status=422)

    @path("request/<uuid:uuid>/withdraw/", name="withdraw")
    def withdraw(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Take one's own request back. Raises Http404 for somebody else's and for an absent one alike."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        found = requests_of(request.user).filter(uuid=uuid).first()
        if found is None:
            raise Http404
        try:
            withdraw_request(user=request.user, request=found)
        except Refused as refused:
            # A repeated click finds its work done.
            if found.state != RequestState.WITHDRAWN:
                messages.error(request, refused.message)
        else:
            messages.success(request, gettext("The request is withdrawn."))
        return redirect(self.requests_url(request))

    @path("code/", name="code")
    def code(self, request: HttpRequest) -> HttpResponse:
        """Take the activation code and open its accounts."""
        if request.method != "POST":
            return redirect(self.requests_url(request))
        form = ActivationForm(request.POST)
        if not form.is_valid():
            return self.render_requests(request, code_form=form, status=422)
        if not is_allowed(request, "activation_code"):
            form.add_error("code", sentence(("code_too_often", {})))
            return self.render_requests(request, code_form=form, status=429)
        try:
            activation = activate(user=request.user, code=form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", refused.message)
            return self.render_requests(request, code_form=form, status=422)
        if activation.repeated:
            messages.info(request, sentence(("code_used", {})))
        else:
            messages.success(request, gettext("The accounts are open: %s.") % ", ".join(activation.account_numbers))
        return redirect(self.accounts_url(request))

    def requests_url(self, request: HttpRequest) -> str:
        """The address of the person's requests."""
        return f"{self.get_url(request)}{self.reverse_subpage('requests')}"

    def accounts_url(self, request: HttpRequest) -> str:
        """The address of the account list; of the requests where the list was taken away."""
        account_list = first_of_type(self, AccountListMixin)
        return self.requests_url(request) if account_list is None else str(account_list.get_url(request))

    def render_requests(
        self,
        request: HttpRequest,
        *,
        form: AccessRequestForm | None = None,
        code_form: ActivationForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Answer with the page of requests, its forms as typed or empty."""
        url = self.get_url(request)
        own = list(requests_of(request.user)[:MAX_REQUESTS_SHOWN])
        context = {
            **self.get_context(request),
            "form": form or AccessRequestForm(initial={"token": uuid4()}),
            "code_form": code_form or ActivationForm(),
            "requests": [
                RequestRow(
                    request=item,
                    withdraw_url=(
                        f"{url}{self.reverse_subpage('withdraw', kwargs={'uuid': item.uuid})}" if item.is_open else ""
                    ),
                )
                for item in own
            ],
            "is_waiting": any(item.is_open for item in own),
            "waits_for_code": any(item.state == RequestState.CONFIRMED for item in own),
            "requests_url": self.requests_url(request),
            "code_url": f"{url}{self.reverse_subpage('code')}",
            "accounts_url": self.accounts_url(request) if accesses_for(request.user).exists() else "",
        }
        return TemplateResponse(request, self.template, context, status=status)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show an editor the page of somebody without requests."""
        context = {**self.get_context(request), "form": AccessRequestForm(), "code_form": ActivationForm()}
        return TemplateResponse(request, self.template, context)


__all__ = [
    "AccountListMixin",
    "CabinetBasePage",
    "CabinetMixin",
    "CabinetPage",
    "ConsumerSectionPage",
    "Guard",
    "ManualMixin",
    "SectionMixin",
    "WindowMixin",
]
