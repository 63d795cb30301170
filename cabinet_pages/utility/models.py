"""What a site says of its utility: name, contacts, requisites, signatory, payee accounts.

Every cabinet screen, mail and PDF takes these from here; nothing of one utility is a constant in the code.
"""

import swapper
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from stdnum import iban
from stdnum.exceptions import ValidationError as NumberInvalid
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable


def validate_iban(value: str) -> None:
    """Refuse an IBAN whose shape or check digits (mod 97) are wrong."""
    try:
        iban.validate(value)
    except NumberInvalid as error:
        raise ValidationError(_("This is not a valid IBAN: check its digits."), code="iban") from error


@register_setting(icon="site")
class UtilitySettings(ClusterableModel, BaseSiteSetting):
    """The utility behind a site."""

    full_name = models.CharField(_("full name"), max_length=255, blank=True)
    short_name = models.CharField(_("short name"), max_length=120, blank=True)
    cabinet_title = models.CharField(
        _("title of the cabinet"),
        max_length=255,
        blank=True,
        help_text=_("Shown on every cabinet screen and in mails."),
    )
    cabinet_version = models.CharField(_("version shown in the footer"), max_length=20, blank=True)
    founded_year = models.PositiveSmallIntegerField(_("year of the copyright note"), null=True, blank=True)

    call_centre_phones = models.TextField(_("call centre"), blank=True, help_text=_("One phone number per line."))
    email = models.EmailField(_("e-mail"), blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    address = models.CharField(_("address"), max_length=255, blank=True)

    edrpou = models.CharField(_("ЄДРПОУ code"), max_length=8, blank=True, validators=[RegexValidator(r"\A[0-9]{8}\Z")])
    vat_number = models.CharField(_("VAT number"), max_length=12, blank=True)
    bank_name = models.CharField(_("bank"), max_length=160, blank=True)
    signatory_position = models.CharField(_("position of the signatory"), max_length=120, blank=True)
    signatory_name = models.CharField(_("name of the signatory"), max_length=120, blank=True)

    consent_page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page with the consent text"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("«Детальніше» on the registration form leads there."),
    )
    consent_version = models.CharField(_("version of the consent text"), max_length=20, default="1")

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("full_name"),
                    FieldPanel("short_name"),
                    FieldPanel("cabinet_title"),
                    FieldPanel("cabinet_version"),
                    FieldPanel("founded_year"),
                ],
                heading=_("Name"),
            ),
            ObjectList(
                [
                    FieldPanel("call_centre_phones"),
                    FieldPanel("email"),
                    FieldPanel("postal_code"),
                    FieldPanel("address"),
                ],
                heading=_("Contacts"),
            ),
            ObjectList(
                [
                    FieldPanel("edrpou"),
                    FieldPanel("vat_number"),
                    FieldPanel("bank_name"),
                    InlinePanel("payee_accounts", heading=_("Payee accounts"), label=_("payee account")),
                    MultiFieldPanel(
                        [FieldPanel("signatory_position"), FieldPanel("signatory_name")],
                        heading=_("Signatory"),
                    ),
                ],
                heading=_("Requisites"),
            ),
            ObjectList([FieldPanel("consent_page"), FieldPanel("consent_version")], heading=_("Consent")),
        ]
    )

    class Meta:
        verbose_name = _("Utility")
        verbose_name_plural = _("Utilities")

    def __str__(self) -> str:
        return self.short_name or self.full_name

    @property
    def phones(self) -> list[str]:
        """The call centre's numbers in their order."""
        return [line.strip() for line in self.call_centre_phones.splitlines() if line.strip()]

    @property
    def full_address(self) -> str:
        """Postal code and address as one line."""
        return ", ".join(part for part in (self.postal_code, self.address) if part)


class PayeeAccount(Orderable):
    """An IBAN of the utility and the article paid to it; without an article it serves all others."""

    utility = ParentalKey(UtilitySettings, on_delete=models.CASCADE, related_name="payee_accounts")
    article = models.ForeignKey(
        "cabinet_pages.Article",
        verbose_name=_("article"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    iban = models.CharField(_("IBAN"), max_length=29, validators=[validate_iban])
    bank_name = models.CharField(_("bank"), max_length=160, blank=True)

    panels = [FieldPanel("article"), FieldPanel("iban"), FieldPanel("bank_name")]

    class Meta(Orderable.Meta):
        verbose_name = _("payee account")
        verbose_name_plural = _("payee accounts")

    def __str__(self) -> str:
        return self.iban
