"""The group «Кабінет» of the staff menu."""

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import ModelAdminGroup

from cabinet_pages.staff.accounts import AccountAdmin, CustomerAdmin
from cabinet_pages.staff.billing import BalanceAdmin, InvoiceAdmin, PaymentAdmin
from cabinet_pages.staff.dictionaries import ArticleAdmin, BranchAdmin
from cabinet_pages.staff.documents import SignedDocumentAdmin
from cabinet_pages.staff.metering import MeterAdmin, MeteringPointAdmin
from cabinet_pages.staff.operators import OperatorAdmin
from cabinet_pages.staff.readings import ReadingAdmin
from cabinet_pages.staff.registrations import RegistrationAdmin


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
        InvoiceAdmin,
        PaymentAdmin,
        BalanceAdmin,
        SignedDocumentAdmin,
        BranchAdmin,
        ArticleAdmin,
        OperatorAdmin,
    )
