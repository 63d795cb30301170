"""The cookie of the interface's language."""

from django.conf import settings
from django.http import HttpResponse


def keep_language(response: HttpResponse, language: str) -> None:
    """Set the cookie that `LanguageMiddleware` reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
