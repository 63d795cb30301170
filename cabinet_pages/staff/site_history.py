"""Wagtail's report of the whole site's history knows no branches, so people of one branch do not come there.

The report lists every log entry of a model on which the reader has any permission: an employee of one branch would
read in it what others did with the accounts of theirs. Every record has a history of its own, which is scoped.
"""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.permission_policies.base import BasePermissionPolicy

from cabinet_pages.staff.permissions import BRANCH_RECORDS
from cabinet_pages.staff.scope import own_branch_ids


def may_read_site_history(user: Any) -> bool:
    """Whether nothing of the report is beyond a user's branches: the central office, and people without the cabinet."""
    ids = own_branch_ids(user)
    return ids is None or (not ids and not any(user.has_perm(permission) for permission in BRANCH_RECORDS))


class SiteHistoryPolicy(BasePermissionPolicy):  # type: ignore[misc]
    """Asks `may_read_site_history` for every action."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return may_read_site_history(user)


def guard_site_history() -> None:
    """Put the policy before the report, for the page, its results and its export; safe to call again."""
    LogEntriesView.permission_policy = SiteHistoryPolicy(model=None)
    LogEntriesView.permission_required = "view"


def hide_site_history(request: HttpRequest, menu_items: list[Any]) -> None:
    """Leave the report out of the menu of those who may not read it."""
    if not may_read_site_history(request.user):
        menu_items[:] = [item for item in menu_items if item.name != "site-history"]
