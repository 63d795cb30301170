"""The group «Кабінет» of the staff menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail_modeladmin.options import ModelAdminGroup

from cabinet_pages.staff.accounts import AccountAdmin, CustomerAdmin
from cabinet_pages.staff.appeals import AppealAdmin
from cabinet_pages.staff.billing import BalanceAdmin, InvoiceAdmin, PaymentAdmin
from cabinet_pages.staff.counter_signatures import CounterSignatureAdmin
from cabinet_pages.staff.dictionaries import ArticleAdmin, BranchAdmin
from cabinet_pages.staff.documents import SignedDocumentAdmin
from cabinet_pages.staff.metering import MeterAdmin, MeteringPointAdmin
from cabinet_pages.staff.online_payments import OnlinePaymentAdmin
from cabinet_pages.staff.operators import OperatorAdmin
from cabinet_pages.staff.readings import ReadingAdmin, WindowReopeningAdmin
from cabinet_pages.staff.registrations import RegistrationAdmin


class WindowMenuItem(MenuItem):  # type: ignore[misc]
    """«Вікно показів», for those who see readings."""

    def __init__(self, readings: ReadingAdmin, order: float) -> None:
        self.readings = readings
        super().__init__(
            _("Window of readings"), readings.collection_url("window"), icon_name="calendar-check", order=order
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(self.readings.permission_helper.user_can_list(request.user))


class CabinetGroup(ModelAdminGroup):  # type: ignore[misc]
    """Every staff screen of the cabinet, the inbox first."""

    menu_label = _("Cabinet")
    menu_icon = "user"
    menu_order = 110
    items = (
        RegistrationAdmin,
        AccountAdmin,
        CustomerAdmin,
        MeteringPointAdmin,
        MeterAdmin,
        ReadingAdmin,
        WindowReopeningAdmin,
        InvoiceAdmin,
        PaymentAdmin,
        OnlinePaymentAdmin,
        BalanceAdmin,
        AppealAdmin,
        SignedDocumentAdmin,
        CounterSignatureAdmin,
        BranchAdmin,
        ArticleAdmin,
        OperatorAdmin,
    )

    def get_submenu_items(self) -> list[Any]:
        """The lists, and the open window after the inbox."""
        items: list[Any] = super().get_submenu_items()
        readings = next(one for one in self.modeladmin_instances if isinstance(one, ReadingAdmin))
        return [*items, WindowMenuItem(readings, order=1.5)]
