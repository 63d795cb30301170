"""System checks of the payment provider: it is one, and its settings are right."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from cabinet_pages.billing.online_payments.contract import PaymentProvider, payment_provider


@register("cabinet")
def check_payment_provider(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What PAYMENT_PROVIDER names follows the contract, finds nothing wrong with its settings, and can be reached."""
    try:
        provider = payment_provider()
    except (ImportError, KeyError, TypeError, ValueError) as error:
        # A setting with keys is not repeated here.
        return [Error(f"WAGTAIL_CABINET['PAYMENT_PROVIDER'] cannot be used: {error}", id="cabinet_pages.E040")]
    if provider is None:
        return []
    return [
        *(Error(problem, obj=type(provider), id="cabinet_pages.E041") for problem in provider.problems()),
        *_policy(provider),
    ]


def _policy(provider: PaymentProvider) -> list[CheckMessage]:
    policy = getattr(settings, "CONTENT_SECURITY_POLICY", None)
    directives = policy.get("DIRECTIVES", {}) if isinstance(policy, Mapping) else {}
    allowed = directives.get("form-action")
    if allowed is None:
        return []
    return [
        Warning(
            f"The form-action of CONTENT_SECURITY_POLICY lacks {origin!r}: browsers will not send people there to pay.",
            id="cabinet_pages.W031",
        )
        for origin in provider.form_origins
        if urlsplit(origin).netloc and origin not in allowed
    ]
