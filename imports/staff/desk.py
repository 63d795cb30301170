"""The import desk in the staff menu."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import StaffFilter, branch_filter, choice_filter, date_filter
from cabinet_pages.staff.scope import BranchScopedAdmin
from imports.engine import installed_kinds
from imports.models import BatchState, ImportBatch
from imports.queries import batches_for
from imports.staff.error_file import ErrorFileView
from imports.staff.mapping import MappingView
from imports.staff.progress import BatchCancelView, BatchStatusView
from imports.staff.undo import UndoView
from imports.staff.views import (
    BatchFileView,
    BatchIssuesView,
    BatchView,
    UploadView,
    kind_title,
)


class KindFilter(StaffFilter):
    """By kind of file; the kinds are those installed."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, str(resource.title or kind)) for kind, resource in installed_kinds().items()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        return queryset if value is None else queryset.filter(kind=value)


class BatchAdmin(BranchScopedAdmin):
    """Files of the employee's branches; those of all branches are the central office's."""

    model = ImportBatch
    branch_lookup = "branch"
    menu_label = gettext_lazy("Import")
    menu_icon = "upload"
    menu_order = 105
    may_create = True
    create_view_class = UploadView
    inspect_view_class = BatchView
    history_view_enabled = True
    list_display = (
        "created_shown",
        "kind_shown",
        "branch_shown",
        "file_name",
        "state_shown",
        "rows_shown",
        "new_shown",
        "changed_shown",
        "rejected_shown",
        "author_shown",
    )
    list_filter = (
        KindFilter,
        choice_filter("state", gettext_lazy("state"), BatchState.choices),
        branch_filter("branch"),
        date_filter("created_at__date", gettext_lazy("received at")),
    )
    list_select_related = ("branch", "created_by", "promoted_by")
    list_export = (
        "created_at",
        "kind_shown",
        "branch_shown",
        "file_name",
        "state_shown",
        "rows",
        "new",
        "changed",
        "unchanged",
        "rejected",
        "author_shown",
    )
    search_fields = ("file_name__contains",)
    search_hint = gettext_lazy("File name")
    object_views = {
        "status": BatchStatusView,
        "cancel": BatchCancelView,
        "file": BatchFileView,
        "issues": BatchIssuesView,
        "mapping": MappingView,
        "errors": ErrorFileView,
        "undo": UndoView,
    }

    created_shown = column("created_at", gettext_lazy("received at"))
    state_shown = column("state", gettext_lazy("state"))
    rows_shown = column("rows", gettext_lazy("rows"), numeric=True)
    new_shown = column("new", gettext_lazy("new"), numeric=True)
    changed_shown = column("changed", gettext_lazy("changed"), numeric=True)
    rejected_shown = column("rejected", gettext_lazy("rejected"), numeric=True)
    author_shown = column("created_by", gettext_lazy("who"), ordering="")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ImportBatch]":
        """The one door to batches."""
        return batches_for(request.user).order_by("-pk")

    def kind_shown(self, obj: ImportBatch) -> str:
        """What is in the file."""
        return kind_title(obj.kind)

    kind_shown.short_description = gettext_lazy("kind")  # type: ignore[attr-defined]

    def branch_shown(self, obj: ImportBatch) -> str:
        """Whose file it is."""
        return str(obj.branch or gettext_lazy("all branches"))

    branch_shown.short_description = gettext_lazy("branch")  # type: ignore[attr-defined]


def staff_landing(request: HttpRequest) -> str | None:
    """The desk, for employees who import."""
    if request.user.has_perm("imports.view_importbatch"):
        return reverse("imports_importbatch_modeladmin_index")
    return None
