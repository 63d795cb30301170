"""What `manage.py cabinet_install` does: pages, groups and permissions; safe to run again."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from cabinet_pages.billing.pages import FinancePage, InvoicesPage
from cabinet_pages.documents.pages import DocumentsPage
from cabinet_pages.manual import copy
from cabinet_pages.manual.pages import ManualPage
from cabinet_pages.metering.pages import MetersPage
from cabinet_pages.overview.pages import AccountListPage, PersonalInformationPage
from cabinet_pages.payments.pages import PaymentsPage
from cabinet_pages.readings.pages import ReadingsPage
from cabinet_pages.staff.permissions import GROUPS
from cabinet_pages.windows.pages import CabinetPage, ConsumerSectionPage

# Page type, title and slug; the titles are the manual's words for the windows, in the manual's order.
WINDOWS: list[tuple[type[Any], str, str]] = [
    (AccountListPage, "Особові рахунки", "accounts"),
    (PersonalInformationPage, "Персональна інформація", "personal"),
    (FinancePage, "Фінансова інформація", "finance"),
    (InvoicesPage, "Рахунки", "invoices"),
    (ReadingsPage, "Введення показів лічильника", "readings"),
    (MetersPage, "Перегляд приладів обліку", "meters"),
    (DocumentsPage, "Отримання документів з ЕЦП", "documents"),
    (PaymentsPage, "Отримання платежів", "payments"),
]


@transaction.atomic
def install_pages(*, parent: Any) -> CabinetPage:
    """Add the cabinet below a page, with its section and windows; whatever is already there is left as it is.

    Args:
        parent: the page that gets the cabinet, usually a site's home page.

    Returns:
        the cabinet's root page.
    """
    cabinet = _child(parent, CabinetPage, title="Особистий кабінет", slug="cabinet", **_in_menus())
    section = _child(cabinet, ConsumerSectionPage, title="Юридичний споживач", slug="legal")
    for page_type, title, slug in WINDOWS:
        _child(section, page_type, title=title, slug=slug)
    sections = [("section", {"number": number, "title": title, "text": text}) for number, title, text in copy.SECTIONS]
    _child(section, ManualPage, title=copy.TITLE, slug=copy.SLUG, intro=copy.INTRO, sections=sections)
    return cabinet


def install_groups() -> list[Group]:
    """Create the staff groups and give them the permissions of `cabinet_pages.staff.permissions`."""
    groups = []
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*_permissions(codenames))
        groups.append(group)
    return groups


def missing_permissions(group: Group) -> list[str]:
    """What a staff group lacks of `cabinet_pages.staff.permissions`, as «app.codename»."""
    wanted = {f"{item.content_type.app_label}.{item.codename}" for item in _permissions(GROUPS[group.name])}
    return sorted(
        wanted
        - {
            f"{app}.{codename}"
            for app, codename in group.permissions.values_list("content_type__app_label", "codename")
        }
    )


def _child(parent: Any, page_type: type[Any], **fields: Any) -> Any:
    existing = page_type.objects.child_of(parent).first()
    if existing is not None:
        return existing
    return parent.add_child(instance=page_type(**fields))


def _in_menus() -> dict[str, bool]:
    """Wagtail's own base page can be put into menus; a base page of the host may know no menus."""
    known = {field.name for field in CabinetPage._meta.get_fields()}
    return {"show_in_menus": True} if "show_in_menus" in known else {}


def _permissions(names: list[str]) -> list[Permission]:
    """Permissions by «app.codename»; one whose app is not installed in this project is left out."""
    found = Permission.objects.select_related("content_type").filter(
        codename__in=[name.split(".", 1)[1] for name in names]
    )
    wanted = set(names)
    return [item for item in found if f"{item.content_type.app_label}.{item.codename}" in wanted]


__all__ = ["WINDOWS", "install_groups", "install_pages", "missing_permissions"]
