"""The cabinet's page types: guard, window, cabinet, section.

Mixins are plain classes in the order guard → RoutablePageMixin → Page; any other order silently skips the guard or
the routes, and `cabinet_pages.checks` refuses it.
"""

from typing import Any

import swapper
import wagtail.models
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from cabinet_pages.access.queries import Scope, accesses_for, scope_for, scope_of
from cabinet_pages.windows.queries import deepest_page, first_of_type, window_bar
from cabinet_pages.windows.samples import sample_scope

Page = (
    swapper.load_model("wagtailcore", "Page", require_ready=False)
    if swapper.is_swapped("wagtailcore", "Page")
    else wagtail.models.Page
)


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

    content_panels = [*wagtail.models.Page.content_panels, FieldPanel("intro"), FieldPanel("help_text")]
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


class WindowMixin(Guard, RoutablePageMixin):  # type: ignore[misc]
    """A window of an account. Subclasses give `get_window_context()` and a template.

    The window bar lists every live child of the section that carries this mixin, so a plug-in adds a window by
    shipping a page type.
    """

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
        context: dict[str, Any] = self.get_context(request)  # type: ignore[attr-defined]
        context.update(
            scope=scope,
            account=scope.account,
            section=section,
            window_url=f"{self.get_url(request)}{scope.account.slug}/",  # type: ignore[attr-defined]
            windows=window_bar(section, WindowMixin, scope, request=request, current=self),
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


__all__ = [
    "AccountListMixin",
    "CabinetBasePage",
    "CabinetMixin",
    "CabinetPage",
    "ConsumerSectionPage",
    "Guard",
    "SectionMixin",
    "WindowMixin",
]
