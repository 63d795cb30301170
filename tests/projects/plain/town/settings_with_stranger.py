"""The town's site with somebody's plug-in for the cabinet: one app and one setting more."""

from town.settings import *  # noqa: F403
from town.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "stranger"]
WAGTAIL_CABINET = {
    "PDF_RENDERER": {"BACKEND": "stranger.rendering.StampedRenderer", "OPTIONS": {"stamp": "Town"}},
    "DOCUMENT_VERIFIER": {"BACKEND": "stranger.signatures.SealingWax", "OPTIONS": {"colour": "red"}},
    "PAYMENT_PROVIDER": {"BACKEND": "stranger.payments.TownTill", "OPTIONS": {"key": "the-key-of-the-town"}},
}
