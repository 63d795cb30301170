"""The branch scope of every staff screen: lists start in an employee's branches, foreign objects answer 404."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import re_path, reverse
from django.utils.translation import gettext_lazy
from wagtail_modeladmin.helpers import ButtonHelper, PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import (
    CreateView,
    DeleteView,
    EditView,
    HistoryView,
    InstanceSpecificView,
    WMABaseView,
)

from cabinet_pages.access.queries import branches_for, works_for_all_branches
from cabinet_pages.staff.inspecting import RecordInspectView
from cabinet_pages.staff.lists import SafeIndexView
from cabinet_pages.staff.search import AccountSearchHandler


def own_branch_ids(user: Any) -> frozenset[int] | None:
    """The branches of an employee, read once in the life of the request's user object; None means all of them."""
    if not hasattr(user, "_staff_branch_ids"):
        everything = works_for_all_branches(user)
        user._staff_branch_ids = None if everything else frozenset(branches_for(user).values_list("pk", flat=True))
    ids: frozenset[int] | None = user._staff_branch_ids
    return ids


def is_central(user: Any) -> bool:
    """Whether an employee works for all branches."""
    return own_branch_ids(user) is None


def in_branches(rows: "QuerySet[Any]", lookup: str, user: Any) -> "QuerySet[Any]":
    """The rows whose branch, found by the lookup path, is one of the employee's."""
    ids = own_branch_ids(user)
    return rows if ids is None else rows.filter(**{f"{lookup}__in": ids})


class BranchPermissionHelper(PermissionHelper):  # type: ignore[misc]
    """Listing and inspecting need the permission to view; writing needs its own and a screen that allows it.

    Buttons alone are hidden here: the views ask the branch scope again and answer 404.
    """

    model_admin: "BranchScopedAdmin"

    def _may(self, user: Any, action: str) -> bool:
        return bool(self.user_has_specific_permission(user, self.get_perm_codename(action)))

    def user_can_list(self, user: Any) -> bool:
        return self._may(user, "view") and (not self.model_admin.central_only or is_central(user))

    def user_can_create(self, user: Any) -> bool:
        return self.model_admin.may_create and self.user_can_list(user) and self._may(user, "add")

    def user_can_inspect_obj(self, user: Any, obj: Model) -> bool:
        return self.inspect_view_enabled and self.user_can_list(user) and self.model_admin.is_own(user, obj)

    def user_can_edit_obj(self, user: Any, obj: Model) -> bool:
        return self.model_admin.may_edit and self._may(user, "change") and self.model_admin.is_own(user, obj)

    def user_can_delete_obj(self, user: Any, obj: Model) -> bool:
        return self.model_admin.may_delete and self._may(user, "delete") and self.model_admin.is_own(user, obj)


class InScope:
    """Put before a view of one object: an object of another branch answers as an absent one, with 404."""

    model_admin: "BranchScopedAdmin"
    instance: Any

    def __init__(self, model_admin: "BranchScopedAdmin", instance_pk: str) -> None:
        try:
            super().__init__(model_admin, instance_pk)  # type: ignore[call-arg]
        except (ValueError, ValidationError, OverflowError) as error:
            raise Http404 from error

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = self.model_admin.get_queryset(request)
        if self.model_admin.list_select_related:
            rows = rows.select_related(*self.model_admin.list_select_related)
        own = rows.filter(pk=self.instance.pk).first()
        if own is None:
            raise Http404
        self.instance = own
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class ScopedInspectView(InScope, RecordInspectView):
    """The page of one record."""


class ScopedEditView(InScope, EditView):  # type: ignore[misc]
    """The form of one record."""


class ScopedDeleteView(InScope, DeleteView):  # type: ignore[misc]
    """The question before one record is deleted."""


class ScopedHistoryView(InScope, HistoryView):  # type: ignore[misc]
    """What was done to one record, by whom and when."""

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_inspect_obj(user, self.instance))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record_url = self.url_helper.get_action_url("inspect", self.pk_quoted)
        result: dict[str, Any] = super().get_context_data(record_url=record_url, **kwargs)
        return result


class ScopedObjectView(InScope, InstanceSpecificView):  # type: ignore[misc]
    """Base of our own views of one record: a file, an action."""

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_inspect_obj(user, self.instance))


class ScopedCollectionView(WMABaseView):  # type: ignore[misc]
    """Base of our own views of many records; it starts in the employee's branches itself."""

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_list(user))


class RecordButtonHelper(ButtonHelper):  # type: ignore[misc]
    """A row of a list leads to its record; the record has the buttons for what may be done with it."""

    def get_primary_button(self, obj: Model) -> Any:
        if self.permission_helper.user_can_inspect_obj(self.request.user, obj):
            return self.inspect_button(obj.pk)
        return None


class BranchScopedAdmin(ModelAdmin):  # type: ignore[misc]
    """Base of every staff screen.

    Attributes:
        branch_lookup: the path from the model to its branch, as in `account__branch`; '' for records of the whole
            utility, which have no branch.
        central_only: whether only employees of the central office come here.
        may_create, may_edit, may_delete: what the screen offers to people with the permission for it; imported
            records are changed by imports alone.
        object_views: our own views of one record, by the name that stands in their address.
        collection_views: our own views of many records, likewise.
    """

    branch_lookup: str
    central_only = False
    may_create = False
    may_edit = False
    may_delete = False
    object_views: dict[str, type[ScopedObjectView]] = {}
    collection_views: dict[str, type[ScopedCollectionView]] = {}

    index_view_class = SafeIndexView
    create_view_class = CreateView
    edit_view_class = ScopedEditView
    inspect_view_class = ScopedInspectView
    delete_view_class = ScopedDeleteView
    history_view_class = ScopedHistoryView
    permission_helper_class = BranchPermissionHelper
    button_helper_class = RecordButtonHelper
    search_handler_class = AccountSearchHandler
    # What may be typed into the search of the list.
    search_hint: Any = gettext_lazy("Account number or name")
    inspect_view_enabled = True
    history_view_enabled = False
    empty_value_display = "—"
    list_per_page = 50
    list_select_related: tuple[str, ...] = ()
    # Related rows that a list or a record shows, as of `prefetch_related`.
    list_prefetch_related: tuple[Any, ...] = ()
    index_view_extra_css = ["cabinet_pages/css/staff.css"]
    inspect_view_extra_css = ["cabinet_pages/css/staff.css"]
    form_view_extra_css = ["cabinet_pages/css/staff.css"]

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.permission_helper.model_admin = self
        self.export_filename = self.opts.model_name

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The rows of the employee's branches; no screen sees others."""
        rows = super().get_queryset(request)
        if self.branch_lookup:
            return in_branches(rows, self.branch_lookup, request.user)
        if self.central_only and not is_central(request.user):
            return rows.none()
        # A dictionary of the whole utility belongs to its staff: a customer is not of them.
        return rows if own_branch_ids(request.user) != frozenset() else rows.none()

    def is_own(self, user: Any, obj: Model) -> bool:
        """Whether a loaded object belongs to a branch of the employee; asks the database nothing for listed rows."""
        ids = own_branch_ids(user)
        if ids is None or not self.branch_lookup:
            return ids != frozenset() and (not self.central_only or ids is None)
        value: Any = obj
        path = self.branch_lookup.split("__")
        for name in path[:-1]:
            value = getattr(value, name)
        return getattr(value, f"{path[-1]}_id" if path[-1] != "pk" else "pk") in ids

    def get_admin_urls_for_registration(self) -> tuple[Any, ...]:
        """modeladmin's own addresses and those of `object_views` and `collection_views`."""
        urls: tuple[Any, ...] = super().get_admin_urls_for_registration()
        for action, view_class in self.object_views.items():
            urls += (
                re_path(
                    self.url_helper.get_action_url_pattern(action),
                    self._object_view(view_class),
                    name=self.url_helper.get_action_url_name(action),
                ),
            )
        for action, collection_class in self.collection_views.items():
            urls += (
                re_path(
                    rf"^{self.url_helper.base_url_path}/{action}/$",
                    collection_class.as_view(model_admin=self),
                    name=self.url_helper.get_action_url_name(action),
                ),
            )
        return urls

    def collection_url(self, action: str) -> str:
        """The address of one of `collection_views`."""
        return reverse(self.url_helper.get_action_url_name(action))

    def _object_view(self, view_class: type[ScopedObjectView]) -> Any:
        def view(request: HttpRequest, instance_pk: str) -> HttpResponseBase:
            return view_class.as_view(model_admin=self, instance_pk=instance_pk)(request)

        return view

    def get_extra_class_names_for_field_col(self, obj: Model, field_name: str) -> list[str]:
        """Numbers stand at the right edge of their column."""
        return ["numeric"] if getattr(getattr(self, field_name, None), "is_numeric", False) else []
