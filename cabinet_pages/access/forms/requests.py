"""Forms of requests, activation codes and the revocation of access."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import Basis
from cabinet_pages.access.refusals import Refused, sentence
from cabinet_pages.access.rules import check_request, split_account_numbers
from cabinet_pages.access.services.requests import checked_scan
from cabinet_pages.accounts.models import Branch
from cabinet_pages.clock import kyiv_today
from cabinet_pages.quantities.identifiers import code_kind, normalise_customer_code


class AccessRequestForm(forms.Form):
    """A person's request for access: to which branch, as whom, for which accounts, by what right."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.none(), empty_label=_("Choose the branch")
    )
    customer_code = forms.CharField(
        label=_("ЄДРПОУ/РНОКПП code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    account_numbers = forms.CharField(
        label=_("Accounts"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or several, each on its own line or separated by commas."),
    )
    contract_number = forms.CharField(
        label=_("Contract No."),
        required=False,
        max_length=60,
        help_text=_("If you do not know the account numbers."),
    )
    position = forms.CharField(label=_("Position"), max_length=120)
    basis = forms.ChoiceField(
        label=_("Basis"),
        choices=[(Basis.HEAD, _("head")), (Basis.POWER_OF_ATTORNEY, _("by power of attorney"))],
        widget=forms.RadioSelect,
        initial=Basis.HEAD,
    )
    attorney_number = forms.CharField(label=_("Power of attorney No."), required=False, max_length=60)
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("There is no such date. Enter it as dd.mm.yyyy, for example 31.01.2020.")},
    )
    scan = forms.FileField(
        label=_("Scan of the document"),
        required=False,
        max_length=200,
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, branches: "QuerySet[Branch] | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Branch.objects.filter(is_active=True) if branches is None else branches

    def clean_customer_code(self) -> str:
        """Normalise the code; a wrong check digit is for the branch to judge."""
        code = normalise_customer_code(self.cleaned_data["customer_code"])
        if code_kind(code) is None:
            raise forms.ValidationError(sentence(("customer_code", {})), code="customer_code")
        return code

    def clean_account_numbers(self) -> list[str]:
        """Split the typed numbers."""
        return split_account_numbers(self.cleaned_data["account_numbers"])

    def clean_scan(self) -> Any:
        """Look into the file: its content tells what it is."""
        scan = self.cleaned_data["scan"]
        if scan:
            try:
                checked_scan(scan)
            except Refused as refused:
                raise forms.ValidationError(refused.message, code=refused.code) from refused
        return scan or None

    def clean(self) -> dict[str, Any]:
        """Say everything that is wrong at once, each at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "valid_until" in self.errors:
            return cleaned
        for field, violation in check_request(
            account_numbers=cleaned.get("account_numbers", []),
            contract_number=cleaned.get("contract_number", ""),
            by_attorney=cleaned.get("basis") == Basis.POWER_OF_ATTORNEY,
            attorney_number=cleaned.get("attorney_number", ""),
            valid_until=cleaned.get("valid_until"),
            today=kyiv_today(),
        ):
            self.add_error(field, sentence(violation))
        return cleaned


class ActivationForm(forms.Form):
    """«Код активації особистого кабінету»."""

    code = forms.CharField(
        label=_("Activation code of the cabinet"),
        max_length=60,
        help_text=_("12 letters and digits from the mail of your branch; spaces and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class RevocationForm(forms.Form):
    """Why a colleague's access ends."""

    access = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=255)
