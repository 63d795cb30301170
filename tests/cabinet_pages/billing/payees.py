"""The utility of tests that pay: its name, its code and its accounts."""

from typing import Any

from wagtail.models import Site

from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

IBAN = "UA213223130000026007233566001"
OTHER_IBAN = "UA903052992990004149123456789"


def make_utility(**articles: Any) -> UtilitySettings:
    """The utility of the default site; IBAN takes everything, and the account of each named IBAN its own article."""
    utility = UtilitySettings.for_site(Site.objects.get(is_default_site=True))
    utility.full_name = 'Акціонерне товариство "Вінницяобленерго"'
    utility.short_name = "АТ «Вінницяобленерго»"
    utility.edrpou = "00130694"
    utility.bank_name = "АТ «Ощадбанк»"
    utility.payee_accounts.add(PayeeAccount(iban=IBAN))
    for iban, article in articles.items():
        utility.payee_accounts.add(PayeeAccount(iban=iban, article=article))
    utility.save()
    return utility
