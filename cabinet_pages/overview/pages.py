"""The account list and the window «Персональна інформація» (manual 4 and 4.3)."""

from django.utils.translation import gettext_lazy as _

from cabinet_pages.windows.pages import AccountListMixin, CabinetBasePage, WindowMixin


class AccountListPage(AccountListMixin, CabinetBasePage):
    """The list of a person's accounts, the way into the windows."""

    template = "cabinet_pages/overview/account_list_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Account list")


class PersonalInformationPage(WindowMixin, CabinetBasePage):
    """«Персональна інформація» of an account."""

    template = "cabinet_pages/overview/personal_information_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: personal information")
