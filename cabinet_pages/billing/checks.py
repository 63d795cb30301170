"""System checks of what payment codes are made of: a wrong digit sends money to somebody else."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.db import connections

from cabinet_pages.billing.payment_codes.payload import CodeVersion
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings, validate_iban


@register("cabinet")
def check_code_version(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The format of payment codes is one that the NBU has."""
    chosen = cabinet_settings.PAYMENT_CODE_VERSION
    if chosen in list(CodeVersion):
        return []
    known = ", ".join(repr(version.value) for version in CodeVersion)
    return [Error(f"PAYMENT_CODE_VERSION is {chosen!r}; it must be one of {known}.", id="cabinet_pages.E030")]


@register(Tags.database)
def check_payee_accounts(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every stored IBAN has right check digits (mod 97), and who has one has what a payment code needs beside it."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        tables = connections[alias].introspection.table_names()
        if {PayeeAccount._meta.db_table, UtilitySettings._meta.db_table} - set(tables):
            continue
        utilities = UtilitySettings.objects.using(alias).prefetch_related("payee_accounts")
        for utility in utilities:
            accounts = list(utility.payee_accounts.all())
            found += [
                Error(
                    f"The payee account {account.iban} of «{utility}» has wrong digits: correct it in "
                    "Settings → Utility, and let nobody pay by it.",
                    id="cabinet_pages.E031",
                )
                for account in accounts
                if not _is_right(account.iban)
            ]
            if accounts and not (utility.edrpou and (utility.full_name or utility.short_name)):
                found.append(
                    Warning(
                        f"«{utility}» has payee accounts but no name or no ЄДРПОУ code: invoices get no payment code.",
                        id="cabinet_pages.W030",
                    )
                )
    return found


def _is_right(iban: str) -> bool:
    try:
        validate_iban(iban)
    except ValidationError:
        return False
    return True
