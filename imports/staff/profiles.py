"""Sources of files: the screens of what «Зіставлення колонок» has remembered."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter
from cabinet_pages.staff.scope import BranchPermissionHelper, BranchScopedAdmin, ScopedInspectView
from imports.engine import FileRefused, UnknownKind, installed_kinds, resource_class
from imports.engine.sources import NAME_LENGTH, delete_source, reading_of, save_source
from imports.messages import message
from imports.models import ImportProfile
from imports.staff.mapping import DELIMITER_CHOICES, ENCODING_CHOICES, options_asked

#: In a select of the screen: synonyms decide about the heading again.
FORGET = "-"


class ProfilePermissionHelper(BranchPermissionHelper):
    """Who gives files to the cabinet decides how they are read: there is no right of its own for that."""

    def get_perm_codename(self, action: str) -> str:
        """The right to do the same with imports; whoever may give files may forget a source."""
        return f"{'add' if action == 'delete' else action}_importbatch"


class ProfileView(ScopedInspectView):
    """One source: what its headings are, how its texts are read; changed and deleted here."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/profile.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance.name)

    def may_change(self) -> bool:
        """Whether the employee gives files to the cabinet."""
        return bool(self.request.user.has_perm("imports.add_importbatch"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        source: ImportProfile = self.instance
        if not self.may_change():
            messages.error(request, _("You may not change how files are read."))
            return redirect(self.index_url)
        if request.POST.get("action") == "delete":
            delete_source(source=source, by=request.user)
            messages.success(request, _("The source “%(name)s” is forgotten.") % {"name": source.name})
            return redirect(self.index_url)
        # Headings are named by the form itself: a database keeps them in an order of its own.
        chosen = {
            heading: request.POST.get(name.replace("key-", "column-", 1), "")
            for name, heading in request.POST.items()
            if name.startswith("key-") and heading in source.mapping
        }
        mapping = {heading: name for heading, name in {**source.mapping, **chosen}.items() if name != FORGET}
        options = options_asked(request.POST)
        options.pop("heading_row", None)
        try:
            save_source(
                kind=source.kind,
                branch=source.branch,
                name=source.name,
                mapping=mapping,
                options=options,
                by=request.user,
            )
        except FileRefused as refused:
            refusal = message(source.kind, refused.code, refused.params)
            return self.render_to_response(self.get_context_data(refusal=refusal), status=422)
        messages.success(request, _("The source “%(name)s” is saved.") % {"name": source.name})
        return redirect(self.index_url)

    def get_context_data(self, refusal: str = "", **kwargs: Any) -> dict[str, Any]:
        source: ImportProfile = self.instance
        try:
            columns: Sequence[Any] = resource_class(source.kind).column_set().columns
        except UnknownKind:
            # The plug-in that brought the kind is gone; what was remembered of it can still be deleted.
            columns = ()
        places = {one.name: place for place, one in enumerate(columns)}
        result: dict[str, Any] = super().get_context_data(
            source=source,
            refusal=refusal,
            may_change=self.may_change(),
            kind_title=_kind_title(source.kind),
            columns=columns,
            mapped=list(
                enumerate(sorted(source.mapping.items(), key=lambda pair: places.get(pair[1], len(places))), 1)
            ),
            forget=FORGET,
            encodings=ENCODING_CHOICES,
            delimiters=list(DELIMITER_CHOICES.items()),
            has_no_heading="heading_row" in reading_of(source).options,
            name_length=NAME_LENGTH,
            **kwargs,
        )
        return result


class ProfileAdmin(BranchScopedAdmin):
    """Sources of the employee's branches; those of all branches are the central office's."""

    model = ImportProfile
    branch_lookup = "branch"
    menu_label = gettext_lazy("Sources of files")
    menu_icon = "table"
    menu_order = 107
    add_to_admin_menu = False
    inspect_view_class = ProfileView
    permission_helper_class = ProfilePermissionHelper
    list_display = ("name_shown", "kind_shown", "branch_shown", "saved_shown")
    list_filter = (branch_filter("branch"),)
    list_select_related = ("branch", "updated_by")
    search_fields = ("name__contains",)
    search_hint = gettext_lazy("Source")

    name_shown = column("name", gettext_lazy("source"))
    saved_shown = column("updated_at", gettext_lazy("saved at"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ImportProfile]":
        """The sources of the employee's branches."""
        rows: QuerySet[ImportProfile] = super().get_queryset(request)
        return rows.order_by("kind", "name", "pk")

    def kind_shown(self, obj: ImportProfile) -> str:
        """What its files hold."""
        return _kind_title(obj.kind)

    kind_shown.short_description = gettext_lazy("kind")  # type: ignore[attr-defined]

    def branch_shown(self, obj: ImportProfile) -> str:
        """Whose files they are."""
        return str(obj.branch or gettext_lazy("all branches"))

    branch_shown.short_description = gettext_lazy("branch")  # type: ignore[attr-defined]


def _kind_title(kind: str) -> str:
    resource = installed_kinds().get(kind)
    return str(resource.title or kind) if resource else kind
