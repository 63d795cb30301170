"""Production: refuses to start half-configured."""

from django.core.exceptions import ImproperlyConfigured

from website.settings.base import *  # noqa: F403
from website.settings.base import ALLOWED_HOSTS, SECRET_KEY, env

DEBUG = False
if env.bool("DEBUG", default=False):
    raise ImproperlyConfigured("Production settings do not run with DEBUG: unset it, or use website.settings.dev.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith(("development-", "tests-", "change-me")):
    raise ImproperlyConfigured("SECRET_KEY must be a random text of at least 50 characters that nobody else knows.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must list the host names of this site, and not *.")

# Mails hold codes and links, so they never go to a log: without EMAIL_URL this machine's own mail server gets them.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"] or 25

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
DEMO_ENABLED = False
